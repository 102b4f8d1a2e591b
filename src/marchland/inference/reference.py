"""A reference near the posterior, so that the way to it is short.

A first pass from the prior finds the posterior roughly. A normal fitted to it, somewhat wider,
becomes the reference of the second pass: its coordinates are standard normal, so the same
sampler goes from it to the posterior, in a third of the temperatures and with as much less error
in the evidence.

References: Gelman and Meng 1998 (bridges between normalised densities); Syed and others 2022
(tempering from a fitted reference).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from marchland.inference.target import Target

Floats = NDArray[np.float64]
# How much wider than the ensemble, as a ratio of variances: light tails would lose mass.
WIDER = 1.3


@dataclass(frozen=True)
class Reference:
    """A normal distribution of the parameters' standard coordinates.

    Parameters
    ----------
    centre : (parameters,) array
        Its mean.
    factor : (parameters, parameters) array
        Cholesky factor of its covariance, lower.
    """

    centre: Floats
    factor: Floats

    @classmethod
    def of(cls, z: Floats, weights: Floats, factor: Floats) -> Reference:
        """Around an ensemble, given the factor of the ensemble's covariance."""
        return cls(weights @ z, np.sqrt(WIDER) * factor)

    def z(self, w: Floats) -> Floats:
        """Standard coordinates of the prior at coordinates of the reference."""
        return np.asarray(self.centre + w @ self.factor.T)

    def w(self, z: Floats) -> Floats:
        """The inverse of `z`."""
        # Where a trajectory diverged, coordinates are not finite; the sampler refuses its end.
        apart = (z - self.centre).T
        return np.asarray(solve_triangular(self.factor, apart, lower=True, check_finite=False).T)

    def log_ratio(self, z: Floats) -> Floats:
        """Log of the prior over the reference, (particles,)."""
        w = self.w(z)
        size = float(np.log(np.diag(self.factor)).sum())
        return np.asarray(0.5 * ((w**2).sum(axis=1) - (z**2).sum(axis=1)) + size)

    def slopes(self, z: Floats) -> Floats:
        """Derivatives of the log ratio, (particles, parameters)."""
        back = solve_triangular(self.factor, self.w(z).T, lower=True, trans="T", check_finite=False)
        return np.asarray(back.T - z)


@dataclass(frozen=True)
class Rebased:
    """A target seen from a reference: its prior is the reference, the rest its likelihood.

    The standard coordinates are outputs of their own, which a surrogate's line gives exactly.

    Parameters
    ----------
    target : Target
        Seen from the prior.
    reference : Reference
        What takes the prior's place.
    """

    target: Target
    reference: Reference

    def outputs(self, w: Floats) -> Floats:
        """Outputs and standard coordinates, (particles, outputs + parameters)."""
        z = self.reference.z(w)
        return np.concatenate([self.target.outputs(z), z], axis=1)

    def _split(self, outputs: Floats) -> tuple[Floats, Floats]:
        number = outputs.shape[1] - len(self.reference.centre)
        return outputs[:, :number], outputs[:, number:]

    def log_likelihood(self, outputs: Floats) -> Floats:
        """Log likelihood times prior, over the reference."""
        says, z = self._split(outputs)
        return np.asarray(self.target.log_likelihood(says) + self.reference.log_ratio(z))

    def slopes(self, outputs: Floats) -> Floats:
        """Its derivatives by outputs and coordinates."""
        says, z = self._split(outputs)
        return np.concatenate([self.target.slopes(says), self.reference.slopes(z)], axis=1)

    def errors(self) -> Floats:
        """Units of error; of coordinates, their spread in the reference."""
        spread = np.sqrt((self.reference.factor**2).sum(axis=1))
        return np.concatenate([self.target.errors(), spread])
