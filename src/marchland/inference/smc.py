"""Adaptive tempered sequential Monte Carlo in standard normal coordinates.

Particles start in the prior and are tempered towards the posterior; between temperatures
they are moved by t-preconditioned Crank-Nicolson steps, whose proposals come from a
Student t fitted to the ensemble, so that correlated parameters are moved together.

References: Del Moral, Doucet and Jasra 2006; Cotter et al. 2013; Grumitt, Karamanis and
Seljak 2024 (tpCN); Lee and Whiteley 2018 (variance of the evidence by genealogy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]
Progress = Callable[[float, float, int], None]
DEGREES = 8.0
ACCEPTANCE = 0.3
FORGOTTEN = 0.25
MOST_STEPS = 40


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
    steps : list of int
        Moves made at each.
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
    steps: list[int]
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


def systematic(weights: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling: indices of the survivors."""
    positions = (rng.random() + np.arange(len(weights))) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), positions), len(weights) - 1)


def fit(z: Floats) -> tuple[Floats, Floats]:
    """Centre and Cholesky factor of the ensemble, shrunk a little towards its diagonal."""
    covariance = np.cov(z.T).reshape(z.shape[1], z.shape[1])
    shrink = min(0.5, z.shape[1] / (10.0 * z.shape[0]))
    covariance = (1.0 - shrink) * covariance + shrink * np.diag(np.diag(covariance))
    factor = np.linalg.cholesky(covariance + 1e-10 * np.eye(z.shape[1]))
    return z.mean(axis=0), factor


def move(
    z: Floats,
    log_likelihood: Floats,
    beta: float,
    target: LogLikelihood,
    rng: np.random.Generator,
    size: float,
) -> tuple[Floats, Floats, float, float, int]:
    """Move particles until they have forgotten where they started.

    Returns
    -------
    z, log_likelihood : arrays
        Moved particles.
    acceptance, size : float
        Mean acceptance and the adapted size of the proposal.
    steps : int
        Moves made.
    """
    members, dimension = z.shape
    centre, factor = fit(z)
    start = np.linalg.solve(factor, (z - centre).T).T
    start /= np.maximum(start.std(axis=0), 1e-12)
    accepted = []
    for step in range(1, MOST_STEPS + 1):
        white = np.linalg.solve(factor, (z - centre).T).T
        distance = (white**2).sum(axis=1)
        scale = (DEGREES + distance) / rng.chisquare(dimension + DEGREES, members)
        noise = rng.standard_normal((members, dimension)) * np.sqrt(scale)[:, None]
        proposal_white = np.sqrt(1.0 - size**2) * white + size * noise
        proposal = centre + proposal_white @ factor.T
        proposed = target(proposal)
        ratio = (
            beta * (proposed - log_likelihood)
            - 0.5 * ((proposal**2).sum(axis=1) - (z**2).sum(axis=1))
            + 0.5
            * (dimension + DEGREES)
            * (np.log1p((proposal_white**2).sum(axis=1) / DEGREES) - np.log1p(distance / DEGREES))
        )
        accept = np.log(rng.random(members)) < ratio
        z = np.where(accept[:, None], proposal, z)
        log_likelihood = np.where(accept, proposed, log_likelihood)
        accepted.append(float(accept.mean()))
        size = float(
            np.clip(size * np.exp((accepted[-1] - ACCEPTANCE) / np.sqrt(step)), 0.02, 0.99)
        )
        now = np.linalg.solve(factor, (z - centre).T).T
        now /= np.maximum(now.std(axis=0), 1e-12)
        correlation = np.mean(start * (now - now.mean(axis=0)), axis=0)
        if step >= 2 and np.mean(correlation) < FORGOTTEN:
            break
    return z, log_likelihood, float(np.mean(accepted)), size, step


def genealogy_error(eve: NDArray[np.int64], resamplings: int) -> float:
    """Standard error of the log evidence from the ancestors of the last particles."""
    members = len(eve)
    share = np.bincount(eve, minlength=members) / members
    variance = 1.0 - (members / (members - 1.0)) ** (resamplings + 1) * (1.0 - (share**2).sum())
    return float(np.sqrt(max(variance, 1.0 / members)))


def sample(
    target: LogLikelihood,
    dimension: int,
    *,
    particles: int = 1024,
    seed: int = 1,
    keep: float = 0.5,
    progress: Progress | None = None,
) -> Sample:
    """Sample a posterior under a standard normal prior.

    Parameters
    ----------
    target : function
        Log likelihood of an array of particles (particles, parameters).
    dimension : int
        Number of parameters.
    particles : int
        Number of particles; at least four for each parameter is sound.
    seed : int
        Seed of the sampler; the same seed gives the same particles.
    keep : float
        Share of particles that must stay effective from one temperature to the next.
    progress : function, optional
        Called with the temperature, the acceptance and the steps made.

    Returns
    -------
    Sample
        Distrust it where `failed` says something, where `unique` is small, or where other seeds
        give another log evidence.

    Examples
    --------
    >>> sample(lambda z: -0.5 * (z[:, 0] - 1.0) ** 2 / 0.1, 1, particles=64).failed
    ''
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((particles, dimension))
    log_likelihood = target(z)
    eve = np.arange(particles)
    beta, log_evidence, size = 0.0, 0.0, 0.5
    temperatures: list[float] = []
    acceptance: list[float] = []
    steps: list[int] = []
    while beta < 1.0:
        following = next_temperature(log_likelihood, beta, keep)
        increment = (following - beta) * log_likelihood
        peak = increment.max()
        weight = np.exp(increment - peak)
        log_evidence += peak + np.log(weight.mean())
        chosen = systematic(weight / weight.sum(), rng)
        z, log_likelihood, eve = z[chosen], log_likelihood[chosen], eve[chosen]
        beta = following
        z, log_likelihood, rate, size, made = move(z, log_likelihood, beta, target, rng, size)
        temperatures.append(beta)
        acceptance.append(rate)
        steps.append(made)
        if progress is not None:
            progress(beta, rate, made)
    unique = len(np.unique(eve)) / particles
    error = genealogy_error(eve, len(temperatures))
    failed = verdict(acceptance, steps, unique, particles, dimension)
    return Sample(
        z,
        log_likelihood,
        float(log_evidence),
        error,
        temperatures,
        acceptance,
        steps,
        unique,
        failed,
    )


def verdict(
    acceptance: list[float], steps: list[int], unique: float, particles: int, dimension: int
) -> str:
    """A plain sentence where the sample must not be trusted, else nothing."""
    if particles < 2 * dimension:
        return f"{particles} particles are too few for {dimension} parameters: use {4 * dimension}."
    if min(acceptance) < 0.03:
        return f"Moves were hardly ever accepted ({min(acceptance):.0%} at worst)."
    if steps[-1] >= MOST_STEPS:
        return "At the last temperature particles did not forget where they started."
    if unique * particles < 20:
        return "Nearly all particles descend from a few draws of the prior: use more particles."
    return ""
