"""What a sampler carries from one temperature to the next: particles, memory, the way so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marchland.inference.reference import Reference
from marchland.inference.surrogate import Surrogate
from marchland.inference.trajectories import Trajectories

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
ISLANDS = 4
REMEMBERED = 50_000
# Trajectories that diverge end beyond this; the surrogate must not learn from them.
FAR_OUT = 8.0


@dataclass
class Pool:
    """All states visited at a temperature, island after island.

    Parameters
    ----------
    z : (particles, parameters) array
        Standard normal coordinates.
    log_likelihood : (particles,) array
        At the states.
    eve : (particles,) int array
        Draw of the prior from which each state descends.
    """

    z: Floats
    log_likelihood: Floats
    eve: Integers

    def islands(self) -> list[slice]:
        """Where each island's states are."""
        each = len(self.z) // ISLANDS
        return [slice(n * each, (n + 1) * each) for n in range(ISLANDS)]

    def take(self, chosen: Integers) -> Pool:
        """Some of the states."""
        return Pool(self.z[chosen], self.log_likelihood[chosen], self.eve[chosen])


@dataclass
class Memory:
    """Points at which the model was run, the latest last, for the surrogate to learn from."""

    z: Floats
    outputs: Floats
    log_likelihood: Floats

    def add(self, z: Floats, outputs: Floats, log_likelihood: Floats) -> None:
        """Remember points that have a value and are not far out; forget the oldest."""
        known = np.isfinite(log_likelihood) & np.isfinite(outputs).all(axis=1)
        known &= (np.abs(z) < FAR_OUT).all(axis=1)
        self.z = np.concatenate([self.z, z[known]])[-REMEMBERED:]
        self.outputs = np.concatenate([self.outputs, outputs[known]])[-REMEMBERED:]
        joined = np.concatenate([self.log_likelihood, log_likelihood[known]])
        self.log_likelihood = joined[-REMEMBERED:]


@dataclass
class State:
    """Everything that the next temperature depends on.

    Parameters
    ----------
    rng : Generator
        Source of all that is drawn.
    pool : Pool
        States of the last temperature.
    surrogate, memory
        What has been learnt of the model.
    trajectories : Trajectories
        How long they are.
    beta : float
        Inverse temperature.
    log_evidence : (islands,) array
        Of each island so far.
    temperatures, acceptance, remembered : lists
        The way so far.
    evaluations : int
        Runs of the model.
    reference : Reference or None
        What the second pass starts from; none in the first.
    """

    rng: np.random.Generator
    pool: Pool
    surrogate: Surrogate
    memory: Memory
    trajectories: Trajectories
    beta: float = 0.0
    log_evidence: Floats = field(default_factory=lambda: np.zeros(ISLANDS))
    temperatures: list[float] = field(default_factory=list)
    acceptance: list[float] = field(default_factory=list)
    remembered: list[float] = field(default_factory=list)
    evaluations: int = 0
    reference: Reference | None = None
