"""Courses: what comes from outside, drawn forward by its rules, quarter by quarter.

Every series is drawn from its own stream, keyed by seed, course and name, and quarter after
quarter: a longer projection begins as a shorter one does, and no scenario changes the luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from marchland.projection.estimate import Walk

Floats = NDArray[np.float64]
Generator = np.random.Generator


def stream(seed: int, course: int, name: str, part: int = 0) -> Generator:
    """Stream of draws of one series in one course."""
    return np.random.default_rng([seed, course, crc32(name.encode()), part])


@dataclass(frozen=True)
class Rate:
    """How often something happens.

    Parameters
    ----------
    seen : int
        How often it was seen.
    years : float
        In so many years.
    stated : float, optional
        Rate a year that the case states instead.
    """

    seen: int
    years: float
    stated: float | None = None

    @property
    def mean(self) -> float:
        """Expected rate a year."""
        if self.stated is not None:
            return self.stated
        return (self.seen + 0.5) / self.years if self.seen else 0.0

    def draw(self, rng: Generator) -> float:
        """Rate a year, as uncertain as what was seen leaves it (Jeffreys' prior)."""
        drawn = float(rng.gamma(self.seen + 0.5)) / self.years
        if self.stated is not None:
            return self.stated
        return drawn if self.seen else 0.0


def walk_together(
    walks: list[Walk],
    starts: Floats,
    together: Floats,
    quarters: int,
    rng: Generator | None,
) -> Floats:
    """Walks of one driver at several places, (quarters, places), on their scales.

    y <- m + phi (y - m) + drift / 4 + volatility / 2 e, phi = 2^(-1 / (4 half-life))

    Parameters
    ----------
    walks : list of Walk
        One a place.
    starts : (places,) array
        Last known values, on their scales.
    together : (places, places) array
        Correlation of the changes.
    quarters : int
        How far.
    rng : Generator, optional
        None for the central course: means of drift, no shocks.
    """
    n = len(walks)
    shocks = np.zeros((quarters, n))
    drift = np.array([walk.drift for walk in walks])
    mean = np.array([walk.mean for walk in walks])
    if rng is not None:
        volatility = np.array([_volatility(walk, rng) for walk in walks])
        root = np.linalg.cholesky(together + 1e-9 * np.eye(n))
        years = np.array([walk.years for walk in walks])
        drift = drift + volatility / np.sqrt(years) * (root @ rng.standard_normal(n))
        mean = mean + np.array([walk.spread for walk in walks]) * (root @ rng.standard_normal(n))
        shocks = 0.5 * volatility * (rng.standard_normal((quarters, n)) @ root.T)
    steps = drift / 4.0 + shocks
    result = np.empty((quarters, n))
    for k, walk in enumerate(walks):
        phi = 0.5 ** (0.25 / walk.half_life)
        centre = mean[k] if np.isfinite(walk.half_life) else 0.0
        begin = [phi * (starts[k] - centre)]
        result[:, k] = centre + lfilter([1.0], [1.0, -phi], steps[:, k], zi=begin)[0]
    return result


def _volatility(walk: Walk, rng: Generator) -> float:
    drawn = float(rng.chisquare(min(walk.freedom, 1e6)))
    if not np.isfinite(walk.freedom):
        return walk.volatility
    return walk.volatility * float(np.sqrt(walk.freedom / drawn))


def held(
    start: Floats,
    choices: Floats,
    weights: Floats,
    rate: Rate,
    quarters: int,
    rng: Generator | None,
) -> Floats:
    """What holds until it changes to another of the values seen, (quarters, values).

    Parameters
    ----------
    start : (values,) array
        In force at the start.
    choices : (seen, values) array
        Seen before.
    weights : (seen,) array
        How long each was in force.
    rate : Rate
        Changes a year.
    quarters : int
        How far.
    rng : Generator, optional
        None for the central course: nothing changes.
    """
    result = np.repeat(start[None, :], quarters, axis=0)
    if rng is None:
        return result
    chance = 1.0 - np.exp(-rate.draw(rng) / 4.0)
    now = start
    for q in range(quarters):
        change, which = rng.random(2)
        if change < chance:
            other = weights * ~np.isclose(choices, now).all(axis=1)
            if other.sum() > 0.0:
                at = int(np.searchsorted(np.cumsum(other) / other.sum(), which))
                now = choices[min(at, len(choices) - 1)]
        result[q] = now
    return result


def arrivals(
    marks: Sequence[object], rate: Rate, quarters: int, seed: int, course: int, name: str
) -> list[tuple[int, int]]:
    """Quarters in which something arrives, and which of the marks seen it has."""
    if not marks:
        return []
    rng, picks = stream(seed, course, name), stream(seed, course, name, 1)
    counts = rng.poisson(rate.draw(rng) / 4.0, quarters)
    return [(q, int(picks.integers(len(marks)))) for q in range(quarters) for _ in range(counts[q])]


def successions(start: float, rate: Rate, quarters: int, rng: Generator | None) -> Floats:
    """Number of a leader's term, one more at each succession; (quarters,)."""
    if rng is None:
        return np.full(quarters, start)
    chance = 1.0 - np.exp(-rate.draw(rng) / 4.0)
    return np.asarray(start + np.cumsum(rng.random(quarters) < chance))


def chances(
    active: int, observed: int, good: float | None, quarters: int, rng: Generator
) -> Floats:
    """Chances of the net acts of a side, (quarters,): 0 for none, else uniform on (0, 1).

    Parameters
    ----------
    active, observed : int
        Quarters with a net act on record, of how many.
    good : float, optional
        Share of good acts, where the model has no level for reported acts: then the sign is
        drawn here and not from the relation.
    """
    share = rng.beta(active + 0.5, observed - active + 0.5)
    uniform = rng.random((quarters, 2))
    if active == 0:
        return np.zeros(quarters)
    sign = np.clip(uniform[:, 1], 1e-9, 1.0 - 1e-9)
    if good is not None:
        sign = np.where(sign < good, 1e-300, 1.0)
    return np.where(uniform[:, 0] < share, sign, 0.0)
