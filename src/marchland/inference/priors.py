"""Priors: from standard normal coordinates to parameters in their own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from marchland.case.settings import Prior

Floats = NDArray[np.float64]
GRID = np.linspace(-8.0, 8.0, 2001)


@dataclass(frozen=True)
class Marginal:
    """Prior of one parameter, with its quantile function over standard normal coordinates.

    Parameters
    ----------
    name : str
        The parameter.
    prior : Prior
        Family and arguments, as in model.yaml.
    """

    name: str
    prior: Prior

    @property
    def free(self) -> bool:
        """Whether the parameter has to be inferred."""
        return self.prior.family != "fixed"

    def distribution(self) -> stats.rv_continuous:
        """The prior as a frozen SciPy distribution."""
        a = self.prior.arguments
        match self.prior.family:
            case "normal":
                return stats.norm(a[0], a[1])
            case "lognormal":
                return stats.lognorm(s=a[1], scale=a[0])
            case "beta":
                return stats.beta(a[0], a[1])
            case "half_normal":
                return stats.halfnorm(scale=a[0])
            case _:
                return stats.uniform(a[0], a[1] - a[0])

    def from_standard(self, z: Floats) -> Floats:
        """Parameter values at standard normal coordinates z."""
        a = self.prior.arguments
        match self.prior.family:
            case "fixed":
                return np.full_like(z, a[0])
            case "normal":
                return a[0] + a[1] * z
            case "lognormal":
                with np.errstate(over="ignore"):  # far out a sampler is refused, not warned
                    return a[0] * np.exp(a[1] * z)
            case _:
                return np.interp(z, GRID, self._table())

    def _table(self) -> Floats:
        distribution = self.distribution()
        lower = distribution.ppf(stats.norm.cdf(GRID))
        upper = distribution.isf(stats.norm.sf(GRID))
        return np.asarray(np.where(GRID < 0.0, lower, upper))


class JointPrior:
    """Independent priors of a case's parameters.

    Parameters
    ----------
    marginals : sequence of Marginal
        One for each parameter, fixed ones included.
    """

    def __init__(self, marginals: Sequence[Marginal]) -> None:
        self.marginals = list(marginals)
        self.names = [m.name for m in self.marginals]
        self.free = [m for m in self.marginals if m.free]
        self.free_names = [m.name for m in self.free]
        self._tables = {
            m.name: m._table() for m in self.free if m.prior.family not in ("normal", "lognormal")
        }

    @property
    def dimension(self) -> int:
        """Number of free parameters."""
        return len(self.free)

    def values(self, z: Floats) -> Floats:
        """Parameters at standard normal coordinates; shape (members, all parameters)."""
        columns = []
        position = 0
        for marginal in self.marginals:
            if not marginal.free:
                columns.append(np.full(z.shape[0], marginal.prior.arguments[0]))
                continue
            coordinate = z[:, position]
            position += 1
            if marginal.name in self._tables:
                columns.append(np.interp(coordinate, GRID, self._tables[marginal.name]))
            else:
                columns.append(marginal.from_standard(coordinate))
        return np.stack(columns, axis=1) if columns else np.zeros((z.shape[0], 0))

    def sample(self, members: int, rng: np.random.Generator) -> Floats:
        """Standard normal coordinates of draws from the prior, (members, free parameters)."""
        return rng.standard_normal((members, self.dimension))
