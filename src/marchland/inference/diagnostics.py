"""What a sampler says of itself: draws, evidence, and whether to trust them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marchland.inference.convergence import Convergence, convergence

if TYPE_CHECKING:
    from marchland.inference.particles import State

Floats = NDArray[np.float64]
# Islands that lie this far apart would have a potential scale reduction of 1.1.
APART = 0.45
LEAST_ACCEPTANCE = 0.02
MOST_REMEMBERED = 0.97
MOST_ERROR = 1.0
MOST_RHAT = 1.1
# A mean of so few independent draws has an error of a fifth of the posterior's deviation.
LEAST_ESS = 25.0


@dataclass(frozen=True)
class Sample:
    """Result of a sampler.

    Parameters
    ----------
    z : (draws, parameters) array
        Standard normal coordinates, equally weighted.
    log_likelihood : (draws,) array
        At the draws.
    log_evidence, log_evidence_error : float
        Estimate and its standard error, from what the islands say apart.
    temperatures : list of float
        Inverse temperatures used, 0 left out, 1 last.
    acceptance : list of float
        Mean acceptance at each.
    steps : int
        Moves of each particle at each temperature.
    unique : float
        Draws of the prior from which the last particles descend, as a share of the particles.
    remembered : float
        Correlation of the last states with the first at the last temperature, 0.9 quantile.
    apart : float
        Spread of the islands' means, in standard deviations of the posterior, 0.9 quantile.
    failed : str
        A sentence that says why the sample must not be trusted; empty where it may.
    chains : (islands, draws, parameters) array
        The same coordinates island by island, for diagnostics; empty where there are none.
    islands : (islands,) array
        Log evidence of each island.
    evaluations : int
        Runs of the model.
    convergence : Convergence
        R-hat and effective sizes of each parameter, over the islands.
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
    chains: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    islands: Floats = field(default_factory=lambda: np.zeros(0))
    evaluations: int = 0
    convergence: Convergence = field(default_factory=Convergence)


def sample_of(state: State, each: int, moves: int, draws: int) -> Sample:
    """Draws of the last temperature.

    Islands that agree count alike: what their evidence differs by is then noise of the way there,
    which the moves have forgotten. Islands that do not agree are weighted by their evidence, as
    modes must be.
    """
    pool, islands = state.pool, state.log_evidence
    weights = np.exp(islands - islands.max())
    weights /= weights.sum()
    parts = pool.islands()
    z = state.reference.z(pool.z) if state.reference is not None else pool.z
    log_likelihood = pool.log_likelihood
    if state.reference is not None:
        log_likelihood = log_likelihood - state.reference.log_ratio(z)
    chains = np.stack([z[part] for part in parts])
    spread = np.maximum(z.std(axis=0), 1e-12)
    apart = float(np.quantile(chains.mean(axis=1).std(axis=0, ddof=1) / spread, 0.9))
    shares = weights if apart > APART else np.full(len(islands), 1.0 / len(islands))
    share = np.repeat(shares / (each * moves), each * moves)
    available = len(z)
    wanted = min(draws, available)
    positions = (np.arange(wanted) + 0.5) / wanted
    kept = np.minimum(np.searchsorted(np.cumsum(share), positions), available - 1)
    number = len(islands)
    relative = weights * number
    error = float(np.sqrt(((relative - 1.0) ** 2).sum() / (number * (number - 1.0))))
    unique = len(np.unique(pool.eve)) / (each * number)
    every = max(len(chains[0]) // max(wanted // number, 1), 1)
    shown = chains[:, ::every]
    sample = Sample(
        z=z[kept],
        log_likelihood=log_likelihood[kept],
        log_evidence=float(np.logaddexp.reduce(islands) - np.log(number)),
        log_evidence_error=error,
        temperatures=state.temperatures,
        acceptance=state.acceptance,
        steps=moves,
        unique=unique,
        remembered=state.remembered[-1],
        apart=apart,
        failed="",
        chains=shown,
        islands=islands.copy(),
        evaluations=state.evaluations,
        convergence=convergence(shown),
    )
    object.__setattr__(sample, "failed", verdict(sample))
    return sample


def verdict(sample: Sample) -> str:
    """A plain sentence where a sample must not be trusted, else nothing."""
    number = len(sample.islands)
    if min(sample.acceptance) < LEAST_ACCEPTANCE:
        return f"Moves were hardly ever accepted ({min(sample.acceptance):.1%} at worst)."
    if sample.remembered > MOST_REMEMBERED:
        return (
            "Particles hardly left the places where the last temperature began (correlation "
            f"{sample.remembered:.2f}): use more moves."
        )
    if sample.apart > APART:
        return (
            f"The {number} islands of particles, which never met, disagree by "
            f"{sample.apart:.2f} standard deviations on a tenth of the parameters: use more "
            "particles."
        )
    told = sample.convergence
    if told.worst_rhat > MOST_RHAT:
        return (
            f"R-hat of one parameter is {told.worst_rhat:.2f}, above {MOST_RHAT}: the islands do "
            "not agree on it; use more particles."
        )
    if told.least_ess < LEAST_ESS:
        return (
            f"The draws tell as little of one parameter as {told.least_ess:.0f} independent ones, "
            f"fewer than {LEAST_ESS:.0f}: use more particles."
        )
    if sample.log_evidence_error > MOST_ERROR:
        return (
            f"The log evidence has an error of {sample.log_evidence_error:.1f}: use more particles."
        )
    return ""
