"""R-hat and effective sample sizes of each parameter, from islands that never met."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_DRAWS = 8
TAILS = (0.05, 0.95)


def _nothing() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class Convergence:
    """Diagnostics of each parameter, (parameters,) each; empty where there are no islands.

    Parameters
    ----------
    rhat : array
        Rank-normalised split R-hat, the larger of bulk and folded: 1 where islands agree.
    ess_bulk, ess_tail : array
        Independent draws that would tell as much of the middle, and of the 5 and 95 per cent
        quantiles.
    """

    rhat: Floats = field(default_factory=_nothing)
    ess_bulk: Floats = field(default_factory=_nothing)
    ess_tail: Floats = field(default_factory=_nothing)

    @property
    def worst_rhat(self) -> float:
        """Of all parameters; not a number where there is none."""
        return float(np.nanmax(self.rhat)) if np.isfinite(self.rhat).any() else float("nan")

    @property
    def least_ess(self) -> float:
        """Of all parameters, bulk and tail."""
        both = np.concatenate([self.ess_bulk, self.ess_tail])
        return float(np.nanmin(both)) if np.isfinite(both).any() else float("nan")


def convergence(chains: Floats) -> Convergence:
    """Diagnostics of islands of draws.

    Parameters
    ----------
    chains : (islands, draws, parameters) array
        Draws in the order in which they were made.

    Returns
    -------
    Convergence
        Ranks and quantiles do not change under a rising transform, so these hold for parameters
        on any scale. Islands count alike here, while the posterior weights them by their
        evidence.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, 'Rank-normalization, folding, and
    localization: an improved R-hat for assessing convergence of MCMC'.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> told = convergence(rng.standard_normal((4, 500, 2)))
    >>> bool(told.worst_rhat < 1.02), bool(told.least_ess > 1000)
    (True, True)
    """
    if chains.ndim != 3 or len(chains) < 2 or chains.shape[1] < LEAST_DRAWS or not chains.shape[2]:
        return Convergence()
    from arviz_stats.base import array_stats  # a second of imports, which only a fit needs

    axes = {"chain_axis": 0, "draw_axis": 1}
    with np.errstate(all="ignore"):
        rhat = array_stats.rhat(chains, method="rank", **axes)
        bulk = array_stats.ess(chains, method="bulk", **axes)
        tail = array_stats.ess(chains, method="tail", prob=TAILS, **axes)
    return Convergence(np.asarray(rhat), np.asarray(bulk), np.asarray(tail))
