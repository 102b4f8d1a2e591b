"""Hamiltonian trajectories of particles, whitened by their ensemble."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Uphill = Callable[[Floats], Floats]
# Lengths in steps, and steps in standard deviations of the ensemble, to choose from. The short
# steps are for posteriors that curve.
KINDS = ((1, 0.3), (2, 0.3), (4, 0.3), (7, 0.3), (7, 0.1), (7, 0.03))
STEP_VARIES = (0.7, 1.3)
# No kind is given up for good, since what pays changes with the temperature.
LEAST_SHARE = 0.03


@dataclass(frozen=True)
class Whitening:
    """Covariance of an ensemble, as a factor.

    Parameters
    ----------
    factor : (parameters, parameters) array
        Cholesky factor, lower.
    """

    factor: Floats

    @classmethod
    def of(cls, z: Floats, weights: Floats) -> Whitening:
        """Of weighted particles; with few of them, correlations are drawn towards 0."""
        dimension = z.shape[1]
        deviation = z - weights @ z
        covariance = (deviation * weights[:, None]).T @ deviation
        effective = 1.0 / (weights**2).sum()
        trust = 1.0 - min(0.5, 0.5 * dimension / effective)
        variances = np.diag(covariance)
        covariance = trust * covariance + (1.0 - trust) * np.diag(variances)
        least = 1e-10 * max(float(variances.max()), 1e-10)
        return cls(np.linalg.cholesky(covariance + least * np.eye(dimension)))

    def distance(self, moved: Floats) -> Floats:
        """Squared length of moves, in standard deviations of the ensemble."""
        white = solve_triangular(self.factor, moved.T, lower=True)
        return np.asarray((white**2).sum(axis=0))


@dataclass
class Proposal:
    """Ends of trajectories.

    Parameters
    ----------
    z : (particles, parameters) array
        Where they end.
    log_ratio : (particles,) array
        Log of prior times momentum there, less the same at the start.
    kind : (particles,) int array
        Which length and step each has.
    moved : (particles,) array
        Squared distance from the start, in standard deviations.
    """

    z: Floats
    log_ratio: Floats
    kind: Integers
    moved: Floats


@dataclass
class Trajectories:
    """Trajectories whose lengths and steps are chosen by how far accepted ones went.

    Parameters
    ----------
    shares : (kinds,) array
        How often each kind is tried.
    """

    shares: Floats = field(default_factory=lambda: np.full(len(KINDS), 1.0 / len(KINDS)))
    _gain: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))
    _tried: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))

    def begin(self) -> None:
        """Use what the last temperature told of the kinds."""
        told = self._gain / np.maximum(self._tried, 1.0)
        if told.sum() > 0.0:
            shares = 0.5 * self.shares + 0.5 * told / told.sum()
            shares = np.maximum(shares, LEAST_SHARE)
            self.shares = shares / shares.sum()
        self._gain[:] = 0.0
        self._tried[:] = 0.0

    def propose(
        self,
        z: Floats,
        uphill: Uphill,
        whitenings: list[Whitening],
        workers: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Follow one trajectory from every particle.

        Parameters
        ----------
        z : (particles, parameters) array
            Starts.
        uphill : function
            Slopes of the log target at particles.
        whitenings : list of Whitening
            Scale of the moves of each part of the particles, parts of one size.
        workers : int
            Threads.
        rng : Generator
            For lengths, steps and momenta.
        """
        members, dimension = z.shape
        kind = np.asarray(rng.choice(len(KINDS), members, p=self.shares), dtype=np.int64)
        steps = np.array([length for length, _ in KINDS])[kind]
        size = np.array([step for _, step in KINDS])[kind][:, None]
        size = size * rng.uniform(*STEP_VARIES, (members, 1))
        momentum = rng.standard_normal((members, dimension))
        bounds = np.linspace(0, members, len(whitenings) + 1).astype(int)
        pieces = [slice(a, b) for a, b in itertools.pairwise(bounds)]

        def follow(piece: slice, whitening: Whitening) -> tuple[Floats, Floats]:
            return leapfrog(
                z[piece], momentum[piece], steps[piece], size[piece], uphill, whitening.factor
            )

        with np.errstate(all="ignore"), ThreadPoolExecutor(max(workers, 1)) as threads:
            ends = list(threads.map(follow, pieces, whitenings))
        there = np.concatenate([end[0] for end in ends])
        last = np.concatenate([end[1] for end in ends])
        lost = ~np.isfinite(there).all(axis=1)
        there[lost] = z[lost]
        ratio = 0.5 * ((z**2).sum(axis=1) - (there**2).sum(axis=1))
        ratio += 0.5 * ((momentum**2).sum(axis=1) - (last**2).sum(axis=1))
        ratio[lost] = -np.inf
        moved = np.concatenate(
            [w.distance(there[a] - z[a]) for a, w in zip(pieces, whitenings, strict=True)]
        )
        return Proposal(there, ratio, kind, moved)

    def judge(self, proposed: Proposal, chance: Floats) -> None:
        """Learn how far each kind carries, given the chance of acceptance of each end."""
        gain = np.nan_to_num(proposed.moved * chance)
        self._gain += np.bincount(proposed.kind, gain, minlength=len(KINDS))
        self._tried += np.bincount(proposed.kind, minlength=len(KINDS))


def leapfrog(
    z: Floats, momentum: Floats, steps: Integers, size: Floats, uphill: Uphill, factor: Floats
) -> tuple[Floats, Floats]:
    """Leapfrog integration in whitened coordinates: ends and momenta.

    Reversible and volume-preserving whatever `uphill` is, as long as it depends on the place
    alone; that is why the slopes may be those of a surrogate.
    """
    z, p = z.copy(), momentum.copy()
    slope = uphill(z) @ factor
    for n in range(int(steps.max(initial=0))):
        on = np.flatnonzero(steps > n)
        half = p[on] + 0.5 * size[on] * slope[on]
        z[on] = z[on] + (size[on] * half) @ factor.T
        slope[on] = uphill(z[on]) @ factor
        p[on] = half + 0.5 * size[on] * slope[on]
    return z, p
