"""Adaptive tempered sequential Monte Carlo in standard normal coordinates.

Particles start in the prior and are tempered towards the posterior; between temperatures
survivors run as chains of t-preconditioned Crank-Nicolson steps, block after block of
correlated parameters. Proposals come from a Student t: around the mean of the other half of
the ensemble, with the covariance that the evidence's Fisher information gives there. Every
state that a chain visits is a particle of the next temperature.

References: Del Moral, Doucet and Jasra 2006; Dau and Chopin 2022 (waste-free); Cotter et al.
2013; Grumitt, Karamanis and Seljak 2024 (tpCN); Lee and Whiteley 2018 (variance of the
evidence by genealogy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.linalg import solve_triangular
from scipy.spatial.distance import squareform

from marchland.errors import MarchlandError

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]
Progress = Callable[[float, float, int], None]
Information = Callable[[Floats], Floats]
Refusal = Callable[[Floats], MarchlandError]
DEGREES = 8.0
ACCEPTANCE = 0.3
APART = 1.0
LEAST_EIGENVALUE = 0.02
BLOCK = 10
# Particles that must agree with the evidence: each half of the ensemble needs a spread.
LEAST = 8


@dataclass(frozen=True)
class Sample:
    """Result of a sampler.

    Parameters
    ----------
    z : (particles, parameters) array
        Standard normal coordinates, equally weighted.
    log_likelihood : (particles,) array
        At the particles.
    log_evidence, log_evidence_error : float
        Estimate and its standard error, from the genealogy of the particles.
    temperatures : list of float
        Inverse temperatures used, 0 left out, 1 last.
    acceptance : list of float
        Mean acceptance at each.
    steps : int
        Moves of each chain at each temperature.
    unique : float
        Share of distinct ancestors among the particles at the end.
    remembered : float
        Correlation of the last states with the first of their chains, 0.9 quantile.
    apart : float
        How far two halves that share no ancestor lie apart, standard deviations, 0.9 quantile.
    failed : str
        A sentence that says why the sample must not be trusted; empty where it may.
    """

    z: Floats
    log_likelihood: Floats
    log_evidence: float
    log_evidence_error: float
    temperatures: list[float]
    acceptance: list[float]
    steps: int
    unique: float
    remembered: float
    apart: float
    failed: str


def next_temperature(log_likelihood: Floats, now: float, keep: float) -> float:
    """Largest next inverse temperature at which `keep` of the particles stay effective."""

    def effective(beta: float) -> float:
        weight = np.exp((beta - now) * (log_likelihood - log_likelihood.max()))
        return float(weight.sum() ** 2 / (weight**2).sum() / len(weight))

    if effective(1.0) >= keep:
        return 1.0
    low, high = now, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) > keep else (low, middle)
    return max(low, now + 1e-12)


def systematic(weights: Floats, survivors: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling: indices of the survivors, in order."""
    positions = (rng.random() + np.arange(survivors)) / survivors
    return np.minimum(np.searchsorted(np.cumsum(weights), positions), len(weights) - 1)


def fit(z: Floats, weights: Floats, alike: float = 1.0) -> tuple[Floats, Floats]:
    """Centre and covariance of the weighted ensemble, its correlations cut to the real ones.

    With n effective particles (`alike` of them count as one) most of the d^2 / 2 sample
    correlations are noise, and a proposal that believes them is refused. Correlations below
    sqrt(2 ln d / n) are set to 0 (Bickel and Levina 2008), then the matrix is made positive
    again by lifting its small eigenvalues.
    """
    dimension = z.shape[1]
    effective = max(1.0 / (weights**2).sum() / alike, 2.0)
    centre = weights @ z
    scale = np.sqrt(weights @ (z - centre) ** 2)
    standard = (z - centre) / scale
    correlation = (standard * weights[:, None]).T @ standard
    correlation[np.abs(correlation) < np.sqrt(2.0 * np.log(dimension + 1.0) / effective)] = 0.0
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    lifted = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    spread = scale / np.sqrt(np.diag(lifted))
    return centre, lifted * np.outer(spread, spread)


def blocks_of(covariance: Floats) -> list[NDArray[np.int64]]:
    """Parameters in blocks of about `BLOCK`, correlated ones together."""
    dimension = len(covariance)
    if dimension <= BLOCK:
        return [np.arange(dimension)]
    deviation = np.sqrt(np.diag(covariance))
    distance = 1.0 - np.abs(covariance / np.outer(deviation, deviation))
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0.0, 1.0), checks=False), "average")
    return [np.sort(part) for part in np.array_split(leaves_list(tree), -(-dimension // BLOCK))]


@dataclass
class Reference:
    """A Student t for one block of parameters given the others, fitted to an ensemble.

    Parameters
    ----------
    block, rest : (n,), (m,) int arrays
        Parameters that are moved, and the others.
    centre, centre_rest : arrays
        Means.
    slopes : (n, m) array
        Regression of the block on the rest.
    factor : (n, n) array
        Cholesky factor of the block's covariance given the rest.
    """

    block: NDArray[np.int64]
    rest: NDArray[np.int64]
    centre: Floats
    centre_rest: Floats
    slopes: Floats
    factor: Floats

    @classmethod
    def of(cls, centre: Floats, covariance: Floats, block: NDArray[np.int64]) -> Reference:
        """Reference of a block under a joint centre and covariance."""
        rest = np.setdiff1d(np.arange(len(centre)), block)
        across = covariance[np.ix_(block, rest)]
        slopes = np.asarray(np.linalg.solve(covariance[np.ix_(rest, rest)], across.T).T, float)
        given = covariance[np.ix_(block, block)] - slopes @ across.T
        factor = np.asarray(np.linalg.cholesky(given), float)
        return cls(block, rest, centre[block], centre[rest], slopes, factor)

    def propose(self, z: Floats, size: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """t-preconditioned Crank-Nicolson proposals, and the log of t(z) / t(z')."""
        members, dimension = len(z), len(self.block)
        middle = self.centre + (z[:, self.rest] - self.centre_rest) @ self.slopes.T
        white = solve_triangular(self.factor, (z[:, self.block] - middle).T, lower=True).T
        distance = (white**2).sum(axis=1)
        scale = (DEGREES + distance) / rng.chisquare(dimension + DEGREES, members)
        noise = rng.standard_normal((members, dimension)) * np.sqrt(scale)[:, None]
        moved = np.sqrt(1.0 - size**2) * white + size * noise
        proposal = z.copy()
        proposal[:, self.block] = middle + moved @ self.factor.T
        ratio = np.log1p((moved**2).sum(axis=1) / DEGREES) - np.log1p(distance / DEGREES)
        return proposal, 0.5 * (dimension + DEGREES) * ratio


@dataclass
class Pool:
    """All states that the chains visited at a temperature, chain after chain.

    Parameters
    ----------
    z : (chains x length, parameters) array
        Standard normal coordinates.
    log_likelihood : (chains x length,) array
        At the states.
    eve : (chains x length,) int array
        Draw of the prior from which each state descends.
    length : int
        States of a chain.
    """

    z: Floats
    log_likelihood: Floats
    eve: NDArray[np.int64]
    length: int


Halves = list[tuple[Reference, Reference]]


def references(
    pool: Pool,
    weights: Floats,
    chosen: NDArray[np.int64],
    beta: float,
    information: Information | None,
) -> Halves:
    """For each block, and either half of the survivors, a t fitted to the other half's chains.

    Where the information of the evidence is known, the covariance is that of the tempered
    posterior's normal approximation, (1 + beta information)^-1: no noise of the ensemble.

    A proposal fitted to the very particles that it moves draws them together, by about d / n at
    every temperature. Resampling keeps the order of chains, so the halves have no chain in
    common but one.
    """
    boundary = chosen[len(chosen) // 2] // pool.length * pool.length
    boundary = int(np.clip(boundary, pool.length, len(weights) - pool.length))
    behind = slice(boundary, None), slice(None, boundary)
    alike = max(pool.length / 2.0, 1.0)
    fits = [fit(pool.z[part], weights[part] / weights[part].sum(), alike) for part in behind]
    if information is not None:
        identity = np.eye(pool.z.shape[1])
        fits = [
            (c, np.asarray(np.linalg.inv(identity + beta * information(c)), float)) for c, _ in fits
        ]
    blocks = blocks_of(0.5 * (fits[0][1] + fits[1][1]))
    return [(Reference.of(*fits[0], block), Reference.of(*fits[1], block)) for block in blocks]


def move(
    start: Pool,
    beta: float,
    target: LogLikelihood,
    rng: np.random.Generator,
    size: float,
    halves: Halves,
    sweeps: int,
) -> tuple[Pool, float, float, float]:
    """Run every survivor as a chain, block after block, and keep all the states it visits.

    Returns
    -------
    pool : Pool
        States visited, chain after chain.
    acceptance, size : float
        Mean acceptance and the adapted size of the proposals.
    remembered : float
        Correlation of the last states with the first, at the 0.9 quantile of the coordinates.
    """
    z, log_likelihood = start.z, start.log_likelihood
    half = len(z) // 2
    deviation = z - z.mean(axis=0)
    deviation /= np.maximum((deviation**2).mean(axis=0), 1e-12)
    states, values, accepted = [], [], []
    for first, second in halves * sweeps:
        proposal_first, ratio_first = first.propose(z[:half], size, rng)
        proposal_second, ratio_second = second.propose(z[half:], size, rng)
        proposal = np.concatenate([proposal_first, proposal_second])
        proposed = target(proposal)
        ratio = (
            beta * (proposed - log_likelihood)
            - 0.5 * ((proposal**2).sum(axis=1) - (z**2).sum(axis=1))
            + np.concatenate([ratio_first, ratio_second])
        )
        accept = np.log(rng.random(len(z))) < ratio
        z = np.where(accept[:, None], proposal, z)
        log_likelihood = np.where(accept, proposed, log_likelihood)
        states.append(z)
        values.append(log_likelihood)
        accepted.append(float(accept.mean()))
        growth = np.exp((accepted[-1] - ACCEPTANCE) / np.sqrt(len(accepted)))
        size = float(np.clip(size * growth, 0.02, 0.99))
    remembered = np.abs((deviation * (z - z.mean(axis=0))).mean(axis=0))
    pool = Pool(
        np.stack(states, axis=1).reshape(-1, z.shape[1]),
        np.stack(values, axis=1).reshape(-1),
        np.repeat(start.eve, len(states)),
        len(states),
    )
    return pool, float(np.mean(accepted)), size, float(np.quantile(remembered, 0.9))


def genealogy_error(eve: NDArray[np.int64], resamplings: int) -> float:
    """Standard error of the log evidence from the ancestors of the last particles."""
    members = len(eve)
    share = np.unique(eve, return_counts=True)[1] / members
    variance = 1.0 - (members / (members - 1.0)) ** (resamplings + 1) * (1.0 - (share**2).sum())
    return float(np.sqrt(max(variance, 1.0 / members)))


def sample(
    target: LogLikelihood,
    dimension: int,
    *,
    chains: int = 384,
    sweeps: int = 3,
    seed: int = 1,
    keep: float = 0.4,
    draws: int = 2048,
    information: Information | None = None,
    progress: Progress | None = None,
    refusal: Refusal | None = None,
) -> Sample:
    """Sample a posterior under a standard normal prior.

    Parameters
    ----------
    target : function
        Log likelihood of an array of particles (particles, parameters).
    dimension : int
        Number of parameters.
    chains : int
        Survivors at each temperature; at least four for each parameter is sound.
    sweeps : int
        How often each moves every block of parameters; no state visited is wasted.
    seed : int
        Seed of the sampler; the same seed gives the same particles.
    keep : float
        Share of particles that must stay effective from one temperature to the next.
    draws : int
        Particles to return, spread over those of the last temperature.
    information : function, optional
        Fisher information of the evidence at a point, (parameters, parameters), for proposals.
    progress : function, optional
        Called with the temperature, the acceptance and the steps made.
    refusal : function, optional
        The error to raise where hardly any of some particles agree with the evidence.

    Returns
    -------
    Sample
        Distrust it where `failed` says something, where `unique` is small, or where other seeds
        give another log evidence.

    Raises
    ------
    MarchlandError
        Where fewer than `LEAST` particles agree with the evidence.

    Examples
    --------
    >>> sample(lambda z: -0.5 * (z[:, 0] - 1.0) ** 2 / 0.1, 1, chains=64).failed
    ''
    """
    rng = np.random.default_rng(seed)
    members = chains * max(2 * sweeps, 6)
    z = rng.standard_normal((members, dimension))
    pool = Pool(z, target(z), np.arange(members), members // chains)
    if np.isfinite(pool.log_likelihood).sum() < LEAST:
        raise (refusal or _refused)(z)
    beta, log_evidence, size, remembered = 0.0, 0.0, 0.5, 0.0
    temperatures: list[float] = []
    acceptance: list[float] = []
    while beta < 1.0:
        following = next_temperature(pool.log_likelihood, beta, keep)
        increment = (following - beta) * pool.log_likelihood
        peak = increment.max()
        weight = np.exp(increment - peak)
        log_evidence += peak + np.log(weight.mean())
        weight /= weight.sum()
        if 1.0 / (weight**2).sum() < LEAST:
            raise (refusal or _refused)(pool.z)
        chosen = systematic(weight, chains, rng)
        halves = references(pool, weight, chosen, following, information)
        start = Pool(pool.z[chosen], pool.log_likelihood[chosen], pool.eve[chosen], 1)
        beta = following
        pool, rate, size, remembered = move(start, beta, target, rng, size, halves, sweeps)
        temperatures.append(beta)
        acceptance.append(rate)
        if progress is not None:
            progress(beta, rate, pool.length)
    unique = len(np.unique(pool.eve)) / chains
    error = genealogy_error(pool.eve[:: pool.length], len(temperatures))
    apart = disagreement(pool)
    failed = verdict(acceptance, apart, error, chains, dimension)
    available = len(pool.z)
    kept = np.arange(min(draws, available)) * available // min(draws, available)
    return Sample(
        pool.z[kept],
        pool.log_likelihood[kept],
        float(log_evidence),
        error,
        temperatures,
        acceptance,
        pool.length,
        unique,
        remembered,
        apart,
        failed,
    )


def _refused(z: Floats) -> MarchlandError:
    return MarchlandError(
        f"Fewer than {LEAST} of {len(z)} draws from the priors agree with the evidence; "
        "move or widen the priors."
    )


def disagreement(pool: Pool) -> float:
    """How far the halves of the chains lie apart, in standard deviations, 0.9 quantile."""
    half = len(pool.z) // (2 * pool.length) * pool.length
    gap = np.abs(pool.z[:half].mean(axis=0) - pool.z[half:].mean(axis=0))
    return float(np.quantile(gap / np.maximum(pool.z.std(axis=0), 1e-12), 0.9))


def verdict(
    acceptance: list[float], apart: float, error: float, chains: int, dimension: int
) -> str:
    """A plain sentence where the sample must not be trusted, else nothing."""
    if chains < 2 * dimension:
        return f"{chains} chains are too few for {dimension} parameters: use {4 * dimension}."
    if min(acceptance) < 0.03:
        return f"Moves were hardly ever accepted ({min(acceptance):.0%} at worst)."
    if apart > APART:
        return (
            "The two halves of the particles, which share no ancestor, disagree by "
            f"{apart:.1f} standard deviations on a tenth of the parameters: use more chains."
        )
    if error > 1.5:
        return f"The log evidence has an error of {error:.1f}: use more chains."
    return ""
