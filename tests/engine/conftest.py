"""The flagship case as a model, and every cell of its state in every quarter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from marchland.case import find_case, load
from marchland.inference.priors import JointPrior, Marginal
from marchland.model import Model
from marchland.readings import Reading

Floats = np.ndarray


@pytest.fixture(scope="session")
def model() -> Model:
    """The flagship case."""
    return Model(load(find_case("northeast-asia")))


@pytest.fixture(scope="session")
def prior(model: Model) -> JointPrior:
    """Its priors, which these tests use for nothing but plausible numbers."""
    parameters = model.files.parameters.items()
    return JointPrior([Marginal(name, parameter.prior) for name, parameter in parameters])


@pytest.fixture(scope="session")
def cells(model: Model) -> list[Reading]:
    """A line for every cell of the state."""
    window = (0, model.axis.quarters - 1, 1.0, 1.0)
    return [
        Reading("cell", "", None, None, "mean", [(n, 1.0)], window=window)
        for n in range(model.atlas.layout.length)
    ]


@pytest.fixture(scope="session")
def values(prior: JointPrior) -> Callable[[int, int], Floats]:
    """Parameters of some members, drawn from the priors with a seed."""

    def draw(members: int, seed: int) -> Floats:
        return prior.values(prior.sample(members, np.random.default_rng(seed)))

    return draw
