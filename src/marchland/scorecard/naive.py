"""Naive rivals: the last value, the trend and the random walk, each as a distribution.

They know the sources' figures whose period had ended by the vintage, and nothing else. All work
on the scale of the figure, with totals turned into yearly rates. The case has few figures of each
line, so a variance is pooled: that of the line itself, beside what is usual for other lines of
its measure (where there is none, of its scale), which counts as `PRIOR` observations (Gelman et
al. 2013, ch. 2.6). Usual is the median over lines, so that one wild line makes no rival weak. The
predictive distribution is then Student's t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, Quantity
from marchland.case.vintage import known_in
from marchland.scorecard.outcomes import first_day, last_day
from marchland.scorecard.scales import Scale, scale_of, seen_at
from marchland.scorecard.sightings import YEAR, years_of

Floats = NDArray[np.float64]
LAST, TREND, WALK = "last value", "trend", "random walk"
RIVALS = (LAST, TREND, WALK)
PRIOR = 2.0
FEWEST_FOR_TREND = 3
SHORTEST = 0.25
Key = tuple[str, str, str, str | None, str | None]


@dataclass(frozen=True)
class Foresight:
    """What a rival foretells: a Student t distribution on the figure's scale.

    Parameters
    ----------
    degrees : float
        Degrees of freedom.
    middle, spread : float
        Location and scale.
    """

    degrees: float
    middle: float
    spread: float


@dataclass(frozen=True)
class Known:
    """Figures of one line as of the vintage.

    Parameters
    ----------
    times : (figures,) array
        Middles of their periods, in years; each once, ascending.
    values : (figures,) array
        Figures on their scale; several of one time are averaged.
    measure : str
        What is measured.
    scale : str
        Name of the scale; for an index also its measure, which is like no other.
    """

    times: Floats
    values: Floats
    measure: str
    scale: str

    @property
    def gaps(self) -> Floats:
        """Years between figures, a quarter of a year at least."""
        return np.maximum(np.diff(self.times), SHORTEST)

    def residuals(self) -> Floats:
        """Distances of the figures from their straight line."""
        slope, level = np.polyfit(self.times - self.times.mean(), self.values, 1)
        return np.asarray(self.values - level - slope * (self.times - self.times.mean()))


def key_of(q: Quantity) -> Key:
    """Line of a figure; a total, a mean and a level of it are one line."""
    form = "level" if q.statistic in ("level", "mean", "sum") else q.statistic
    return q.measure, form, q.place, q.group, q.counterpart


def scale_for(q: Quantity) -> Scale:
    """Scale of a figure as a yearly rate."""
    if q.statistic == "sum":
        return scale_of(f"{q.unit}_per_year", "mean")
    return scale_of(q.unit, q.statistic)


def middle_of(q: Quantity) -> float:
    """Middle of a figure's period, in years."""
    days = first_day(q).toordinal() + last_day(q).toordinal() + 1
    return days / (2.0 * YEAR)


def length_of(q: Quantity) -> float:
    """What a total is divided by to be a yearly rate; 1 for all else."""
    return max(years_of(q), 1.0 / YEAR) if q.statistic == "sum" else 1.0


class Rivals:
    """The naive rivals of a case, as of its vintage.

    Parameters
    ----------
    files : CaseFiles
        The case; figures that end after `as_of` are not looked at.
    """

    def __init__(self, files: CaseFiles) -> None:
        found: dict[Key, dict[float, list[float]]] = {}
        scales: dict[Key, str] = {}
        for q in known_in(files).quantities:
            if first_day(q) > last_day(q):
                continue
            scale = scale_for(q)
            at = seen_at(_yearly(q), scale)
            if at is None or q.statistic in ("change_pct", "ratio"):
                continue
            scales[key_of(q)] = scale.name if scale.relative else f"linear {q.measure}"
            found.setdefault(key_of(q), {}).setdefault(round(middle_of(q), 3), []).append(at)
        self.known = {
            key: Known(
                np.array(sorted(times)),
                np.array([float(np.mean(times[time])) for time in sorted(times)]),
                key[0],
                scales[key],
            )
            for key, times in found.items()
        }

    def foresee(self, rival: str, q: Quantity) -> Foresight | str:
        """What a rival foretells of a figure, or why it cannot.

        Parameters
        ----------
        rival : str
            One of `RIVALS`.
        q : Quantity
            A later figure; only its line and its period are used.
        """
        known = self.known.get(key_of(q))
        if known is None:
            return "the case knew no figure of this line"
        maker = {LAST: self._last, TREND: self._trend, WALK: self._walk}[rival]
        return maker(known, middle_of(q))

    def _last(self, known: Known, time: float) -> Foresight | str:
        """As the last figure; as far off as figures are from the one before."""
        return self._pooled(known, _moves, float(known.values[-1]), 1.0)

    def _walk(self, known: Known, time: float) -> Foresight | str:
        """As the last figure, with a variance that grows by the year."""
        years = max(time - float(known.times[-1]), SHORTEST)
        return self._pooled(known, _yearly_moves, float(known.values[-1]), years)

    def _trend(self, known: Known, time: float) -> Foresight | str:
        """On the straight line through the figures, with the error of the line."""
        n = len(known.times)
        if n < FEWEST_FOR_TREND:
            return f"a trend needs {FEWEST_FOR_TREND} figures, and the case knew {n}"
        centre = float(known.times.mean())
        slope, level = np.polyfit(known.times - centre, known.values, 1)
        spread = float(((known.times - centre) ** 2).sum())
        factor = 1.0 + 1.0 / n + (time - centre) ** 2 / spread
        middle = float(level + slope * (time - centre))
        return self._pooled(known, _residuals, middle, factor)

    def _pooled(
        self, known: Known, parts: Callable[[Known], Squares], middle: float, factor: float
    ) -> Foresight | str:
        """A t distribution whose variance is the line's own beside what is usual."""
        others = [k for k in self.known.values() if k is not known and k.scale == known.scale]
        told = [parts(k) for k in others if k.measure == known.measure]
        told = [one for one in told if one.degrees > 0] or [
            one for one in map(parts, others) if one.degrees > 0
        ]
        own = parts(known)
        if not told and own.degrees <= 1:
            return "the case knew too few figures to tell how such figures vary"
        usual = float(np.median([one.total / one.degrees for one in told])) if told else 0.0
        prior = PRIOR if told else 0.0
        degrees = prior + own.degrees
        variance = (prior * usual + own.total) / degrees
        if variance <= 0.0:
            return "such figures of the case never vary"
        return Foresight(degrees, middle, float(np.sqrt(variance * factor)))


@dataclass(frozen=True)
class Squares:
    """A sum of squares and its degrees of freedom."""

    total: float
    degrees: int


def _moves(known: Known) -> Squares:
    """Changes from figure to figure."""
    moved = np.diff(known.values)
    return Squares(float((moved**2).sum()), len(moved))


def _yearly_moves(known: Known) -> Squares:
    """Changes as a random walk makes them in a year."""
    moved = np.diff(known.values) / np.sqrt(known.gaps)
    return Squares(float((moved**2).sum()), len(moved))


def _residuals(known: Known) -> Squares:
    """Distances of three figures or more from their straight line."""
    if len(known.times) < FEWEST_FOR_TREND:
        return Squares(0.0, 0)
    return Squares(float((known.residuals() ** 2).sum()), len(known.times) - 2)


def _yearly(q: Quantity) -> Quantity:
    """A total as its yearly rate; all else as it is."""
    if q.statistic != "sum":
        return q
    length = length_of(q)
    scaled = {
        name: None if number is None else number / length
        for name, number in (("value", q.value), ("low", q.low), ("high", q.high))
    }
    return q.model_copy(update=scaled)
