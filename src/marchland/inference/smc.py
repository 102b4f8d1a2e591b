"""Adaptive tempered sequential Monte Carlo in standard normal coordinates.

Particles start in the prior and are tempered towards the posterior; between temperatures
survivors run as chains of t-preconditioned Crank-Nicolson steps, whose proposals come from
a Student t fitted to the ensemble, so that correlated parameters are moved together. Every
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
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]
Progress = Callable[[float, float, int], None]
DEGREES = 8.0
ACCEPTANCE = 0.3
REMEMBERED = 0.85
ALIKE = 4.0
LEAST_EIGENVALUE = 0.02


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


def fit(z: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Centre and Cholesky factor of the weighted ensemble, its correlations cut to the real ones.

    With n effective particles most of the d^2 / 2 sample correlations are noise, and a proposal
    that believes them is refused. Correlations below sqrt(2 ln d / n) are set to 0 (Bickel and
    Levina 2008), then the matrix is made positive again by lifting its small eigenvalues.
    """
    dimension = z.shape[1]
    effective = max(1.0 / (weights**2).sum() / ALIKE, 2.0)
    centre = weights @ z
    scale = np.sqrt(weights @ (z - centre) ** 2 * effective / (effective - 1.0))
    standard = (z - centre) / scale
    correlation = (standard * weights[:, None]).T @ standard
    correlation[np.abs(correlation) < np.sqrt(2.0 * np.log(dimension + 1.0) / effective)] = 0.0
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    lifted = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    spread = np.sqrt(np.diag(lifted))
    return centre, scale[:, None] * np.linalg.cholesky(lifted / np.outer(spread, spread))


Reference = tuple[Floats, Floats]


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


def references(
    pool: Pool, weights: Floats, chosen: NDArray[np.int64]
) -> tuple[Reference, Reference]:
    """For either half of the survivors a Student t fitted to the chains behind the other half.

    A proposal fitted to the very particles that it moves draws them together, by about d / n at
    every temperature. Resampling keeps the order of chains, so the halves have no chain in
    common but one.
    """
    boundary = chosen[len(chosen) // 2] // pool.length * pool.length
    boundary = int(np.clip(boundary, pool.length, len(weights) - pool.length))
    behind = slice(boundary, None), slice(None, boundary)
    fitted = [fit(pool.z[part], weights[part] / weights[part].sum()) for part in behind]
    return fitted[0], fitted[1]


def whiten(z: Floats, reference: Reference) -> Floats:
    """Coordinates in which the reference is a standard Student t."""
    centre, factor = reference
    return np.asarray(solve_triangular(factor, (z - centre).T, lower=True).T)


def propose(
    z: Floats, reference: Reference, size: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """t-preconditioned Crank-Nicolson proposals, and the log of t(z') / t(z) turned round."""
    members, dimension = z.shape
    white = whiten(z, reference)
    distance = (white**2).sum(axis=1)
    scale = (DEGREES + distance) / rng.chisquare(dimension + DEGREES, members)
    noise = rng.standard_normal((members, dimension)) * np.sqrt(scale)[:, None]
    moved = np.sqrt(1.0 - size**2) * white + size * noise
    centre, factor = reference
    ratio = np.log1p((moved**2).sum(axis=1) / DEGREES) - np.log1p(distance / DEGREES)
    return centre + moved @ factor.T, 0.5 * (dimension + DEGREES) * ratio


def move(
    start: Pool,
    beta: float,
    target: LogLikelihood,
    rng: np.random.Generator,
    size: float,
    fitted: tuple[Reference, Reference],
    steps: int,
) -> tuple[Pool, float, float, float]:
    """Run every survivor as a chain and keep all the states that it visits.

    Returns
    -------
    pool : Pool
        States visited, chain after chain.
    acceptance, size : float
        Mean acceptance and the adapted size of the proposal.
    remembered : float
        Correlation of the last states with the first, at the 0.9 quantile of the coordinates.
    """
    z, log_likelihood = start.z, start.log_likelihood
    half = len(z) // 2
    deviation = z - z.mean(axis=0)
    deviation /= np.maximum((deviation**2).mean(axis=0), 1e-12)
    states, values, accepted = [], [], []
    for step in range(1, steps + 1):
        first, ratio_first = propose(z[:half], fitted[0], size, rng)
        second, ratio_second = propose(z[half:], fitted[1], size, rng)
        proposal = np.concatenate([first, second])
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
        growth = np.exp((accepted[-1] - ACCEPTANCE) / np.sqrt(step))
        size = float(np.clip(size * growth, 0.02, 0.99))
    remembered = np.abs((deviation * (z - z.mean(axis=0))).mean(axis=0))
    pool = Pool(
        np.stack(states, axis=1).reshape(-1, z.shape[1]),
        np.stack(values, axis=1).reshape(-1),
        np.repeat(start.eve, steps),
        steps,
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
    chains: int = 768,
    steps: int = 12,
    seed: int = 1,
    keep: float = 0.5,
    draws: int = 2048,
    progress: Progress | None = None,
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
    steps : int
        Moves of each; every state visited is a particle, none is wasted.
    seed : int
        Seed of the sampler; the same seed gives the same particles.
    keep : float
        Share of particles that must stay effective from one temperature to the next.
    draws : int
        Particles to return, spread over those of the last temperature.
    progress : function, optional
        Called with the temperature, the acceptance and the steps made.

    Returns
    -------
    Sample
        Distrust it where `failed` says something, where `unique` is small, or where other seeds
        give another log evidence.

    Examples
    --------
    >>> sample(lambda z: -0.5 * (z[:, 0] - 1.0) ** 2 / 0.1, 1, chains=64).failed
    ''
    """
    rng = np.random.default_rng(seed)
    members = chains * steps
    z = rng.standard_normal((members, dimension))
    pool = Pool(z, target(z), np.arange(members), steps)
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
        chosen = systematic(weight, chains, rng)
        fitted = references(pool, weight, chosen)
        start = Pool(pool.z[chosen], pool.log_likelihood[chosen], pool.eve[chosen], 1)
        beta = following
        pool, rate, size, remembered = move(start, beta, target, rng, size, fitted, steps)
        temperatures.append(beta)
        acceptance.append(rate)
        if progress is not None:
            progress(beta, rate, steps)
    unique = len(np.unique(pool.eve)) / chains
    error = genealogy_error(pool.eve[::steps], len(temperatures))
    failed = verdict(acceptance, remembered, error, chains, dimension)
    kept = np.arange(min(draws, members)) * members // min(draws, members)
    return Sample(
        pool.z[kept],
        pool.log_likelihood[kept],
        float(log_evidence),
        error,
        temperatures,
        acceptance,
        steps,
        unique,
        failed,
    )


def verdict(
    acceptance: list[float], remembered: float, error: float, chains: int, dimension: int
) -> str:
    """A plain sentence where the sample must not be trusted, else nothing."""
    if chains < 2 * dimension:
        return f"{chains} chains are too few for {dimension} parameters: use {4 * dimension}."
    if min(acceptance) < 0.03:
        return f"Moves were hardly ever accepted ({min(acceptance):.0%} at worst)."
    if remembered > REMEMBERED:
        return (
            "At the last temperature particles still remembered where they started "
            f"(correlation {remembered:.2f}): intervals may be too narrow."
        )
    if error > 1.0:
        return f"The log evidence has an error of {error:.1f}: use more chains."
    return ""
