"""What a driver's own rows tell of how it goes on: drift, volatility, rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marchland.case import DriverRow
from marchland.case.continuation import Continuation
from marchland.case.limits import LOGGED, limits
from marchland.grid import first_day, last_day

Floats = NDArray[np.float64]

VOLATILITY = {"growth": 0.1, "share": 0.3}
"""Volatility a year that stands in for rows that are missing: of logarithms, of log odds."""

WEIGHT = 3.0
"""Changes between rows that it counts for, so that two rows alone do not settle a volatility."""

UNKNOWN_YEARS = 4.0
"""A driver known at one date: its drift is 0, as uncertain as so many years would leave it."""

SQUEEZE = 0.01
"""Log odds of an index that reaches 0 or 1 are taken after a squeeze by a hundredth."""

WINDOW_YEARS = 20
"""Years before the vintage whose arrivals and rules count, where the case states no window."""


@dataclass(frozen=True)
class Scale:
    """The scale on which a driver walks: logarithms, or log odds, within its limits.

    Parameters
    ----------
    rule : {"growth", "share"}
        Which of the two.
    squeeze : float
        By how much log odds are squeezed.
    low, high : float
        Between which values it stays.
    """

    rule: str
    squeeze: float
    low: float
    high: float

    @classmethod
    def of(cls, driver: str, rule: str, values: Sequence[float]) -> Scale:
        """Scale of a driver with some values."""
        allowed = limits(driver)
        touches = any(value <= 0.0 or value >= 1.0 for value in values)
        edge = 1e-3 if driver in LOGGED or allowed.below else 0.0
        if rule == "growth":
            return cls(rule, 0.0, 1e-9, 1e12)
        return cls(rule, SQUEEZE if touches else 0.0, edge, 1.0 - edge)

    def onto(self, values: Floats) -> Floats:
        """Values on the scale."""
        if self.rule == "growth":
            return np.log(np.maximum(values, self.low))
        return np.asarray(np.log((values + self.squeeze) / (1.0 + self.squeeze - values)))

    def back(self, scaled: Floats) -> Floats:
        """Values again, within the limits."""
        with np.errstate(over="ignore"):
            if self.rule == "growth":
                values = np.exp(scaled)
            else:
                values = (1.0 + 2.0 * self.squeeze) / (1.0 + np.exp(-scaled)) - self.squeeze
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True)
class Walk:
    """A random walk with what its rows tell of it; all on its scale.

    Parameters
    ----------
    drift : float
        Mean change a year.
    years : float
        Years that the drift is estimated from; infinite where the case states it.
    volatility, freedom : float
        Standard deviation a year, and the degrees of freedom behind it; infinite where stated.
    mean, half_life : float
        To which it returns, and the years for half of the way; infinite where it does not return.
    spread : float
        Uncertainty of the mean.
    rows : int
        Rows behind it.
    """

    scale: Scale
    drift: float
    years: float
    volatility: float
    freedom: float
    mean: float
    half_life: float
    spread: float
    rows: int


def in_window(row: DriverRow, stated: Continuation | None) -> bool:
    """Whether a row begins in the window that a case states for its driver, if it states one."""
    window = stated.window if stated else None
    if window is None or window.start is None or window.end is None:
        return True
    return window.start <= first_day(row) <= window.end


def fit_walk(driver: str, rule: str, rows: list[DriverRow], stated: Continuation | None) -> Walk:
    """Estimate how a driver walks from its own rows.

    Drift and volatility are those of a random walk seen at uneven intervals: the drift is the
    change from the first row to the last over the years between, the variance that of the changes
    about it, each over its years, with a weak prior that counts for `WEIGHT` changes.

    Parameters
    ----------
    driver, rule : str
        The driver, and growth or share.
    rows : list of DriverRow
        Of one place, inside the vintage.
    stated : Continuation, optional
        What the case states instead of the estimates.

    Notes
    -----
    Distrust it where a driver was made of straight lines: its changes are smoother than its truth.
    """
    used = [row for row in rows if in_window(row, stated)] or rows
    points = sorted((_middle(row), row.value) for row in used)
    x = np.array([point[0] for point in points])
    scale = Scale.of(driver, rule, [row.value for row in rows])
    y = scale.onto(np.array([point[1] for point in points]))
    steps, changes = np.diff(x), np.diff(y)
    steps, changes = steps[steps > 0.0], changes[steps > 0.0]
    years = float(steps.sum())
    half_life = float(stated.half_life) if stated and stated.half_life else np.inf
    drift, drift_years = _drift(rule, float(changes.sum()), years, stated, np.isfinite(half_life))
    volatility = stated.number("volatility") if stated else None
    freedom = np.inf
    if volatility is None:
        about = changes - drift * steps
        freedom = WEIGHT + max(len(changes) - int(np.isfinite(drift_years)), 0)
        total = WEIGHT * VOLATILITY[rule] ** 2 + float((about**2 / steps).sum())
        volatility = float(np.sqrt(total / freedom))
    cycles = max(years / (2.0 * half_life / np.log(2.0)), 1.0) if np.isfinite(half_life) else 1.0
    spread = float(np.std(y)) / np.sqrt(cycles) if np.isfinite(half_life) else 0.0
    mean = float(np.mean(y))
    rows_used = len(points)
    return Walk(scale, drift, drift_years, volatility, freedom, mean, half_life, spread, rows_used)


def _drift(
    rule: str, change: float, years: float, stated: Continuation | None, returns: bool
) -> tuple[float, float]:
    """Drift a year, and the years that it is estimated from; infinite where it is stated."""
    said = stated.drift if stated else None
    if isinstance(said, float):
        return said, np.inf
    if returns or (rule == "share" and said is None):
        return 0.0, np.inf
    return (change / years, years) if years else (0.0, UNKNOWN_YEARS)


def _middle(row: DriverRow) -> float:
    """Middle of a row's period, in years."""
    start, end = first_day(row), last_day(row) or first_day(row)
    return start.year + 0.5 * (
        start.timetuple().tm_yday / 366.0 + end.year - start.year + end.timetuple().tm_yday / 366.0
    )


def together(rows: dict[str, list[DriverRow]], onto: Callable[[Floats], Floats]) -> Floats:
    """Correlation of the yearly changes of a driver between places, shrunk towards none.

    The weight of what was seen is k / (k + 4), k the changes of the place with fewest rows.

    Parameters
    ----------
    rows : dict of str to list of DriverRow
        By place.
    onto : function
        To the scale on which the driver walks.

    Returns
    -------
    (places, places) array
    """
    places = list(rows)
    points = {
        place: sorted((_middle(row), row.value) for row in own) for place, own in rows.items()
    }
    told = [n for n, place in enumerate(places) if len(points[place]) >= 4]
    result = np.eye(len(places))
    if len(told) < 2:
        return result
    first = max(points[places[n]][0][0] for n in told)
    last = min(points[places[n]][-1][0] for n in told)
    years = np.arange(first, last + 0.01)
    if len(years) < 4:
        return result
    series = np.array([_yearly(points[places[n]], years, onto) for n in told])
    changes = np.diff(series, axis=1)
    changes -= changes.mean(axis=1, keepdims=True)
    size = np.sqrt((changes**2).sum(axis=1, keepdims=True))
    unit = np.divide(changes, size, out=np.zeros_like(changes), where=size > 0.0)
    seen = min(*(len(points[places[n]]) - 1 for n in told), len(years) - 1)
    found = seen / (seen + 4.0) * (unit @ unit.T)
    np.fill_diagonal(found, 1.0)
    result[np.ix_(told, told)] = found
    return result


def _yearly(
    points: list[tuple[float, float]], years: Floats, onto: Callable[[Floats], Floats]
) -> Floats:
    x, y = np.array(points).T
    return np.interp(years, x, onto(y))
