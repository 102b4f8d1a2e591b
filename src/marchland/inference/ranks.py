"""Simulation-based calibration: whether true values lie anywhere among the draws of their fits.

Where parameters come from the prior and evidence from the likelihood, the rank of the true value
among independent draws of the posterior is uniform. A sampler that is biased, too narrow or too
wide shows in the ranks of many fits.

References: Cook, Gelman and Rubin 2006; Talts and others 2018 (ranks); Saeilynoja, Buerkner and
Vehtari 2022 (simultaneous limits of the distribution function); Modrak and others 2023 (the
likelihood as a quantity to rank).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SIMULATIONS = 50_000
CHUNK = 2000


def rank_of(truth: float, draws: Floats, rng: np.random.Generator) -> int:
    """Rank of a true value among draws, from 0 to their number; ties fall by chance."""
    below, equal = int((draws < truth).sum()), int((draws == truth).sum())
    return below + int(rng.integers(0, equal + 1))


class Uniformity:
    """The law of the furthest that a distribution of uniform ranks strays from its diagonal.

    Parameters
    ----------
    fits : int
        Ranks of each quantity.
    draws : int
        Draws among which each true value is ranked.
    rng : Generator
        For the ranks that are simulated.
    simulations : int
        No probability below one of so many can be told.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> law = Uniformity(200, 99, rng, simulations=2000)
    >>> law.probability(rng.integers(0, 100, 200)) > 0.01
    True
    >>> law.probability(rng.integers(20, 80, 200)) > 0.01
    False
    """

    def __init__(
        self, fits: int, draws: int, rng: np.random.Generator, simulations: int = SIMULATIONS
    ) -> None:
        self.draws = draws
        share = np.arange(1, draws + 1) / (draws + 1.0)
        counts = np.arange(fits + 1)[:, None]
        below = stats.binom.cdf(counts, fits, share)
        above = stats.binom.sf(counts - 1, fits, share)
        self._table = np.minimum(1.0, 2.0 * np.minimum(below, above))
        least = [
            self._furthest(rng.integers(0, draws + 1, (CHUNK, fits)))
            for _ in range(-(-simulations // CHUNK))
        ]
        self._simulated = np.sort(np.concatenate(least))

    def _furthest(self, ranks: Integers) -> Floats:
        """Least pointwise probability of each row of ranks."""
        rows = len(ranks)
        at = ranks + (self.draws + 1) * np.arange(rows)[:, None]
        counted = np.bincount(at.ravel(), minlength=rows * (self.draws + 1))
        below = np.cumsum(counted.reshape(rows, -1), axis=1)[:, :-1]
        return np.asarray(self._table[below, np.arange(self.draws)].min(axis=1))

    def probability(self, ranks: Integers) -> float:
        """How probable uniform ranks are to stray as far as these."""
        least = self._furthest(np.asarray(ranks, dtype=np.int64)[None, :])[0]
        # The same counts give the same number, up to rounding.
        as_far = np.searchsorted(self._simulated, least * (1.0 + 1e-9), side="right")
        return float((1 + as_far) / (1 + len(self._simulated)))


def holm(probabilities: Floats) -> Floats:
    """Probabilities adjusted for their number, by Holm's steps down."""
    p = np.asarray(probabilities, dtype=float)
    order = np.argsort(p)
    steps = (len(p) - np.arange(len(p))) * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def chi_square(ranks: Integers, draws: int, bins: int = 10) -> float:
    """Probability of the ranks' counts in equal bins, were they uniform."""
    edges = np.linspace(0, draws + 1, bins + 1).round().astype(int)
    counts = np.histogram(ranks, edges - 0.5)[0]
    expected = len(ranks) * np.diff(edges) / (draws + 1.0)
    return float(stats.chisquare(counts, expected).pvalue)
