"""Targets of the sampler whose posteriors are known in closed form or by quadrature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Floats = np.ndarray


@dataclass
class Toy:
    """Outputs with independent normal errors; what the outputs are, a subclass says."""

    observed: Floats
    error: Floats

    def outputs(self, z: Floats) -> Floats:
        raise NotImplementedError

    def log_likelihood(self, outputs: Floats) -> Floats:
        residual = (outputs - self.observed) / self.error
        constant = np.log(self.error * np.sqrt(2.0 * np.pi)).sum()
        return -0.5 * (residual**2).sum(axis=1) - constant

    def slopes(self, outputs: Floats) -> Floats:
        return (self.observed - outputs) / self.error**2

    def errors(self) -> Floats:
        return self.error


@dataclass
class Linear(Toy):
    """Linear outputs under a standard normal prior: everything is known."""

    matrix: Floats

    @property
    def dimension(self) -> int:
        return self.matrix.shape[1]

    def outputs(self, z: Floats) -> Floats:
        return z @ self.matrix.T

    @property
    def covariance(self) -> Floats:
        scaled = self.matrix / self.error[:, None]
        return np.linalg.inv(np.eye(self.dimension) + scaled.T @ scaled)

    @property
    def mean(self) -> Floats:
        return self.covariance @ self.matrix.T @ (self.observed / self.error**2)

    @property
    def log_evidence(self) -> float:
        spread = np.diag(self.error**2) + self.matrix @ self.matrix.T
        fit = self.observed @ np.linalg.solve(spread, self.observed)
        return float(-0.5 * fit - 0.5 * np.linalg.slogdet(2.0 * np.pi * spread)[1])


def linear(dimension: int, informed: int, seed: int, error: float) -> Linear:
    """Figures of the first few parameters, mixed; the other parameters are not told."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((informed, dimension))
    matrix[:, :informed] = np.eye(informed) + 0.5 * rng.standard_normal((informed, informed))
    truth = rng.standard_normal(dimension)
    errors = error * rng.uniform(0.5, 2.0, informed)
    return Linear(matrix @ truth + errors * rng.standard_normal(informed), errors, matrix)


@dataclass
class Plane(Toy):
    """A toy of two parameters that matter, checked by quadrature."""

    def grid(self, points: int = 1201) -> tuple[Floats, Floats]:
        """Places, (points squared, 2), and their posterior weights times the prior's cell."""
        side = np.linspace(-6.0, 6.0, points)
        z = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
        log = self.log_likelihood(self.outputs(z)) - 0.5 * (z**2).sum(axis=1)
        return z, np.exp(log - np.log(2.0 * np.pi) + 2.0 * np.log(side[1] - side[0]))


@dataclass
class Banana(Plane):
    """The second parameter is known only together with the square of the first."""

    def outputs(self, z: Floats) -> Floats:
        return np.stack([z[:, 1] + 0.7 * z[:, 0] ** 2, 0.3 * z[:, 0]], axis=1)


@dataclass
class TwoModes(Plane):
    """Only the square of the first parameter is seen: two modes that mirror each other."""

    def outputs(self, z: Floats) -> Floats:
        return np.stack([z[:, 0] ** 2, z[:, 1]], axis=1)


@dataclass
class Gated(Linear):
    """A linear toy that has no value where the first parameter is negative."""

    def outputs(self, z: Floats) -> Floats:
        return np.where(z[:, :1] > 0.0, super().outputs(z), np.nan)

    def log_likelihood(self, outputs: Floats) -> Floats:
        known = super().log_likelihood(outputs)
        return np.where(np.isfinite(known), known, -np.inf)
