"""What chance the model gave to each forecast of the sources, as of the vintage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, Forecast, Quantity, parse_period
from marchland.model import Model
from marchland.readings import Reading
from marchland.scorecard.scores import binomial_interval
from marchland.scorecard.sightings import accepted

Floats = NDArray[np.float64]
FURTHEST = 2060
"""Last year to which a projection is carried for a forecast's horizon."""
_YEARLY = ("level", "mean", "sum", "share")


@dataclass(frozen=True)
class Chance:
    """Share of the model's draws in which a forecast comes true.

    Parameters
    ----------
    share, low, high : float or None
        The share and the central 90 per cent interval that so many draws leave; None where the
        model gives none.
    said : str
        Of which years, or why there is none.
    """

    share: float | None
    low: float | None
    high: float | None
    said: str


@dataclass(frozen=True)
class Question:
    """What has to be read from the model for a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    readings : list of Reading
        Its figure in each year; for a change, first that of the year from which it is counted.
    said : str
        Of which years; where nothing can be read, why.
    beyond : bool
        Whether its horizon lies beyond the model's last year, but within `FURTHEST`.
    """

    forecast: Forecast
    said: str
    readings: list[Reading] = field(default_factory=list)
    beyond: bool = False


def furthest_horizon(files: CaseFiles) -> int:
    """Last year that a forecast with a figure asks for; 0 where none does."""
    years = [
        one.horizon.end.year
        for one in files.forecasts
        if one.horizon is not None and one.horizon.end is not None and one.place is not None
    ]
    return max((year for year in years if year <= FURTHEST), default=0)


def question_of(forecast: Forecast, model: Model, until: int) -> Question:
    """What to read from the model for a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    model : Model
        The model, as far as it is projected.
    until : int
        Last year for a forecast whose horizon has no end: that of the outcomes.
    """
    kind = forecast.judged
    if forecast.measure is None or forecast.place is None or kind in ("event", "open"):
        return Question(forecast, "no figure of the model carries it")
    if kind == "stay" and not forecast.number:
        return Question(forecast, "it names no figure")
    if forecast.statistic not in _YEARLY:
        return Question(forecast, f"a {forecast.statistic} is not read year by year")
    as_of = model.files.config.as_of
    horizon = forecast.horizon
    opens = (horizon.start if horizon else None) or forecast.made.start
    closes = horizon.end if horizon else None
    last = until if closes is None else closes.year
    if last <= as_of:
        what = "its horizon lies" if closes is not None else "all outcomes lie"
        return Question(forecast, f"{what} within the vintage ({as_of})")
    if last > model.axis.last_year:
        said = f"its horizon lies beyond what is projected ({last})"
        return Question(forecast, said, beyond=last <= FURTHEST)
    made = forecast.made.end.year if forecast.made.end else as_of
    if made >= last:
        return Question(forecast, f"it was made in {made}, and is projected only to {last}")
    first = max(as_of + 1, opens.year if opens else as_of + 1)
    if kind in ("rise", "fall"):
        years, said = [made, last], f"in {last} against {made}"
    elif kind == "reach":
        # What is to be reached by the horizon may be reached before it.
        first = max(as_of, made) + 1
        years, said = list(range(first, last + 1)), f"by {last}"
    elif kind == "level":
        years, said = [last], f"in {last}"
    else:
        years, said = list(range(first, last + 1)), f"in every year of {first} to {last}"
    readings = [model.atlas.read(_figure(forecast, year)) for year in years]
    known = [one for one in readings if one is not None]
    if len(known) < len(readings):
        return Question(forecast, "nothing in the model computes it")
    return Question(forecast, said, known)


def _figure(forecast: Forecast, year: int) -> Quantity:
    """The forecast's figure in a year, as a record."""
    return Quantity(
        id=f"{forecast.id}_{year}",
        measure=forecast.measure or "",
        statistic=forecast.statistic or "level",
        place=forecast.place or "",
        group=forecast.group,
        counterpart=forecast.counterpart,
        start=parse_period(str(year)),
        end=parse_period(str(year)),
        unit=forecast.unit or "",
        source=forecast.source,
        locator=forecast.locator,
        quality="D",
        use="context",
    )


def chance_of(question: Question, figures: Floats, files: CaseFiles) -> Chance:
    """Chance of a forecast in draws of the model.

    Parameters
    ----------
    question : Question
        What was read.
    figures : (members, readings) array
        The figures, in the order of its readings.
    files : CaseFiles
        The case.

    Notes
    -----
    It is the chance of the statement, whatever becomes of its condition: a projection does not
    know what the source makes its forecast hang on. Distrust it for an index, whose level is the
    model's own.
    """
    if not question.readings:
        return Chance(None, None, None, question.said)
    whole = figures[np.isfinite(figures).all(axis=1)]
    if len(whole) < 0.5 * len(figures):
        return Chance(None, None, None, "most members of the ensemble have no value there")
    true = _true(question.forecast, whole, files)
    hits, trials = int(true.sum()), len(true)
    low, high = binomial_interval(hits, trials)
    return Chance(hits / trials, low, high, question.said)


def _true(forecast: Forecast, figures: Floats, files: CaseFiles) -> NDArray[np.bool_]:
    if forecast.judged == "rise":
        return np.asarray(figures[:, -1] > figures[:, 0])
    if forecast.judged == "fall":
        return np.asarray(figures[:, -1] < figures[:, 0])
    low, high, closed = accepted(forecast, files)
    reach = forecast.judged == "reach"
    if reach and np.isfinite(low) and (forecast.low is None or forecast.high is None):
        high = np.inf  # beyond what was to be reached, it was reached all the same
    inside = (figures >= low) & (figures <= high) if closed else (figures > low) & (figures < high)
    return np.asarray(inside.any(axis=1) if reach else inside.all(axis=1))


def readings_of(questions: Iterable[Question]) -> list[Reading]:
    """Readings of several questions, one after the other."""
    return [reading for question in questions for reading in question.readings]
