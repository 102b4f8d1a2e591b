"""What a sampler asks of a model."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Target(Protocol):
    """What is sampled: a model's outputs, and a log likelihood that is a function of them."""

    def outputs(self, z: Floats) -> Floats:
        """Outputs, (particles, outputs), at parameters (particles, parameters)."""

    def log_likelihood(self, outputs: Floats) -> Floats:
        """Log likelihood, (particles,), of outputs; minus infinity where they have no value."""

    def slopes(self, outputs: Floats) -> Floats:
        """Derivatives of the log likelihood by the outputs, (particles, outputs)."""

    def errors(self) -> Floats:
        """What counts as one unit of error of each output, (outputs,)."""
