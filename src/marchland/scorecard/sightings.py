"""What bears on a forecast: later figures of its measure, and judgements by those who score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marchland.case import CaseFiles, Forecast, Outcome, Quantity
from marchland.case.vintage import known_by
from marchland.evidence.ranges import Range
from marchland.evidence.words import range_words
from marchland.inference.likelihood import LOWER, UPPER
from marchland.inference.scored import DEFAULT_ABOUT
from marchland.scorecard.outcomes import CONDITION, Outcomes, first_day, last_day

YEAR = 365.2425
NINETY = 1.6449
"""Standard deviations from the middle to the ends of a central 90 per cent."""
_LEVELS = ("level", "mean", "sum")


@dataclass(frozen=True)
class Sighting:
    """Whether a forecast's statement held in a period, and who says so.

    Parameters
    ----------
    start, end : date
        First and last day.
    holds : bool or None
        None where the figure is too wide to say.
    by : str
        Line of the outcomes file, or record of the case.
    told : str
        What was seen, in words.
    low : float or None
        Lower end of what was seen, in the forecast's unit; None for a judgement.
    """

    start: date
    end: date
    holds: bool | None
    by: str
    told: str
    low: float | None = None


@dataclass(frozen=True)
class Stated:
    """A figure in the statistic and unit of a forecast, as an interval.

    Parameters
    ----------
    start, end : date
        First and last day of its period.
    low, high : float
        Ends; infinite where it is a bound.
    by : str
        Line of the outcomes file, or record of the case.
    later : bool
        Whether it is an outcome, and not a figure of the case.
    """

    start: date
    end: date
    low: float
    high: float
    by: str
    later: bool = False


def years_of(row: Outcome | Quantity) -> float:
    """Length of a row's period in years."""
    return ((last_day(row) - first_day(row)).days + 1) / YEAR


def interval(row: Outcome | Quantity) -> tuple[float, float] | None:
    """Interval of what a row states; a bound is open on one side, None where nothing is stated."""
    bound = row.bound if isinstance(row, Quantity) else "exact"
    if isinstance(row, Quantity) and bound in LOWER:
        least = row.value if row.value is not None else row.low
        return None if least is None else (least, math.inf)
    if isinstance(row, Quantity) and bound in UPPER:
        most = row.value if row.value is not None else row.high
        return None if most is None else (-math.inf, most)
    if row.value is None and row.low is None and row.high is None:
        return None
    low = row.low if row.low is not None else row.value
    high = row.high if row.high is not None else row.value
    return (-math.inf if low is None else low, math.inf if high is None else high)


def comparable(wanted: str | None, given: str | None) -> bool:
    """Whether two statistics can be told in one: levels, yearly means, and totals by year."""
    return wanted == given or (wanted in _LEVELS[:2] and given in _LEVELS)


def stated(row: Outcome | Quantity, forecast: Forecast, by: str) -> Stated | None:
    """Give a row as a figure of a forecast's cell, or None where it is of another cell."""
    same = all(
        getattr(row, name) == getattr(forecast, name)
        for name in ("measure", "place", "group", "counterpart")
    )
    if not same or forecast.place is None or not comparable(forecast.statistic, row.statistic):
        return None
    ends = interval(row)
    if ends is None or first_day(row) > last_day(row):
        return None
    length = years_of(row) if row.statistic == "sum" and forecast.statistic != "sum" else 1.0
    low, high = ends[0] / length, ends[1] / length
    return Stated(first_day(row), last_day(row), low, high, by, isinstance(row, Outcome))


def figures_of(forecast: Forecast, files: CaseFiles, outcomes: Outcomes | None) -> list[Stated]:
    """Figures of a forecast's cell: the case's own, as of its vintage, and the outcomes.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    files : CaseFiles
        The case.
    outcomes : Outcomes, optional
        Later figures; only those of the case where it is not given.
    """
    found = [stated(q, forecast, q.id) for q in files.quantities if known_by(q, files.config.as_of)]
    if outcomes is not None:
        found += [stated(row, forecast, outcomes.label(row)) for row in outcomes.figures]
    return sorted((one for one in found if one), key=lambda one: (one.end, one.start, one.by))


def accepted(forecast: Forecast, files: CaseFiles) -> tuple[float, float, bool]:
    """Interval of values that agree with a forecast, and whether its ends agree too.

    An exact figure agrees with what rounds to it, one that is about so much with what lies within
    the central 90 per cent of the case's error of `about`.
    """
    low, value, high = forecast.low, forecast.value, forecast.high
    first = value if value is not None else low
    last = value if value is not None else high
    if forecast.bound in LOWER:
        least = first if first is not None else last
        return _open(least), math.inf, forecast.bound == "at_least"
    if forecast.bound in UPPER:
        most = last if last is not None else first
        return -math.inf, _open(most), forecast.bound == "at_most"
    if low is not None or high is not None:
        return (
            -math.inf if low is None else low,
            math.inf if high is None else high,
            True,
        )
    assert value is not None  # a figure was asked for
    if forecast.bound == "about":
        stated_error = files.observation.about
        error = math.exp(NINETY * (DEFAULT_ABOUT if stated_error is None else stated_error))
        ends = sorted((value / error, value * error))
        return ends[0], ends[1], True
    half = 0.5 * 10.0 ** float(Decimal(f"{value:.10g}").normalize().as_tuple().exponent)
    half = min(half, 0.5) if value == int(value) else half
    return value - half, value + half, True


def _open(end: float | None) -> float:
    return math.nan if end is None else end


def agrees(figure: Stated, wanted: tuple[float, float, bool]) -> bool | None:
    """Whether a figure lies within an interval; None where it lies on both sides of an end."""
    low, high, closed = wanted
    if closed:
        inside = figure.low >= low and figure.high <= high
        outside = figure.high < low or figure.low > high
    else:
        inside = figure.low > low and figure.high < high
        outside = figure.high <= low or figure.low >= high
    return True if inside else False if outside else None


def told(figure: Stated, forecast: Forecast) -> str:
    """A figure with its unit and its period, in words."""
    text = range_words(Range(figure.low, figure.high), forecast.unit)
    return f"{text} in {span(figure.start, figure.end)}"


def span(start: date, end: date) -> str:
    """A period in words: whole years as years, else days."""
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    first, last = (str(start.year), str(end.year)) if whole else (str(start), str(end))
    return first if first == last else f"{first} to {last}"


def judgements_of(
    forecast: Forecast, outcomes: Outcomes, *, condition: bool = False
) -> list[Sighting]:
    """Judgements of a forecast, or of its condition, by those who score."""
    name = forecast.id + (CONDITION if condition else "")
    rows = [row for row in outcomes.judgements if row.forecast == name]
    found = [
        Sighting(
            first_day(row),
            last_day(row),
            row.value == 1.0,
            outcomes.label(row),
            f"judged {'to hold' if row.value == 1.0 else 'not to hold'} in "
            f"{span(first_day(row), last_day(row))} ({row.source})",
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.end, one.start, one.by))
