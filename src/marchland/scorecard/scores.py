"""Scores of projections: CRPS, coverage with its interval, skill against a rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
RESAMPLES = 2000
FEWEST_LINES = 4


def crps_of_draws(seen: float, draws: Floats) -> float:
    """Continuous ranked probability score of draws, in their unit; less is better.

    Parameters
    ----------
    seen : float
        The outcome.
    draws : (members,) array
        Draws of the projection.

    Notes
    -----
    The fair estimator, which does not reward a small ensemble (Ferro 2014), by probability
    weighted moments (Zamo and Naveau 2018). Where every draw is the same it is the absolute error.
    Gneiting and Raftery 2007.

    Examples
    --------
    >>> crps_of_draws(3.0, np.array([1.0, 1.0]))
    2.0
    """
    from scoringrules import crps_ensemble  # takes seconds to import

    return float(crps_ensemble(seen, np.asarray(draws, dtype=float), estimator="pwm"))


def crps_of_t(seen: float, degrees: float, middle: float, spread: float) -> float:
    """The same of a Student t distribution (Jordan, Krueger and Lerch 2019).

    Parameters
    ----------
    seen : float
        The outcome.
    degrees : float
        Degrees of freedom, more than 1.
    middle, spread : float
        Location and scale, the latter more than 0.
    """
    from scoringrules import crps_t

    return float(crps_t(seen, degrees, middle, spread))


@dataclass(frozen=True)
class Coverage:
    """How many outcomes lie inside a central interval.

    Parameters
    ----------
    level : float
        Nominal share, such as 0.9.
    inside, outcomes : int
        Counts.
    low, high : float
        Central 90 per cent interval of the share, as if the outcomes were independent.
    expected_low, expected_high : int
        Between which numbers the count lies in 90 of 100 cases if the model is right, with the
        dependence between outcomes that the model itself has.
    """

    level: float
    inside: int
    outcomes: int
    low: float
    high: float
    expected_low: int
    expected_high: int


def binomial_interval(hits: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Exact interval of a share (Clopper and Pearson 1934); never too narrow where independent.

    Examples
    --------
    >>> low, high = binomial_interval(3, 3)
    >>> round(low, 3), high
    (0.368, 1.0)
    """
    tail = (1.0 - level) / 2.0
    low = float(beta.ppf(tail, hits, trials - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1.0 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def inside(seen: Floats, draws: Floats, level: float) -> Bools:
    """Which outcomes lie inside the central interval of their draws.

    Parameters
    ----------
    seen : (outcomes,) or (cases, outcomes) array
        What came.
    draws : (members, outcomes) array
        What was projected.
    level : float
        Share of the draws that the interval holds.
    """
    tail = (1.0 - level) / 2.0
    low, high = np.nanquantile(draws, [tail, 1.0 - tail], axis=0)
    return np.asarray((seen >= low) & (seen <= high))


def coverage(seen: Floats, draws: Floats, level: float) -> Coverage:
    """Coverage of a central interval, beside what it would be if the model were right.

    Parameters
    ----------
    seen : (outcomes,) array
        What came.
    draws : (members, outcomes) array
        Draws of what would be observed, each row one possible history.
    level : float
        Nominal share.
    """
    found = inside(seen, draws, level)
    hits, trials = int(found.sum()), len(found)
    whole = draws[np.isfinite(draws).all(axis=1)]
    counts = inside(whole, draws, level).sum(axis=1) if len(whole) else np.array([0, trials])
    expected = np.quantile(counts, [0.05, 0.95], method="nearest").astype(int)
    low, high = binomial_interval(hits, trials)
    return Coverage(level, hits, trials, low, high, int(expected[0]), int(expected[1]))


@dataclass(frozen=True)
class Skill:
    """Skill of the model against a rival: 1 is perfect, 0 no better, less than 0 worse.

    Parameters
    ----------
    rival : str
        Name of the rival.
    outcomes, lines : int
        Outcomes that both projected, and how many lines (a measure at a place) they are of.
    model, other : float
        Mean CRPS of each, on the scales of the figures.
    skill : float
        1 - model / other.
    low, high : float
        Central 90 per cent interval from resampling lines; NaN where there are too few.
    """

    rival: str
    outcomes: int
    lines: int
    model: float
    other: float
    skill: float
    low: float
    high: float


def skill(rival: str, model: Floats, other: Floats, lines: Sequence[str], seed: int) -> Skill:
    """Skill of the model against a rival over outcomes, resampled by line.

    Outcomes of one line share their luck, so lines and not outcomes are resampled; with few lines
    an interval would be too narrow to be of use, and is not given.

    Parameters
    ----------
    rival : str
        Name of the rival.
    model, other : (outcomes,) arrays
        CRPS of each on scales that can be averaged.
    lines : sequence of str
        Line of each outcome.
    seed : int
        Seed of the resampling.
    """
    names = sorted(set(lines))
    value = float(1.0 - model.mean() / other.mean())
    low = high = float("nan")
    if len(names) >= FEWEST_LINES:
        which = np.array([names.index(line) for line in lines])
        totals = np.zeros((len(names), 2))
        np.add.at(totals, which, np.column_stack([model, other]))
        rng = np.random.default_rng([seed, 11])
        picks = rng.integers(0, len(names), size=(RESAMPLES, len(names)))
        sums = totals[picks].sum(axis=1)
        low, high = np.quantile(1.0 - sums[:, 0] / sums[:, 1], [0.05, 0.95]).tolist()
    return Skill(
        rival, len(model), len(names), float(model.mean()), float(other.mean()), value, low, high
    )
