"""The surrogate learns a model's outputs, and its slopes are the slopes of what it says."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from marchland.inference.surrogate import Surrogate


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As the sampler has it: small matrices are slow on many threads."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def curved(z: np.ndarray) -> np.ndarray:
    """Two outputs: a line, and one that bends."""
    return np.stack([2.0 * z[:, 0] - z[:, 1], np.sin(1.5 * z[:, 0]) + z[:, 1] * z[:, 2]], axis=1)


@pytest.fixture(scope="module")
def taught() -> Surrogate:
    rng = np.random.default_rng(1)
    surrogate = Surrogate(3, 2, rng)
    z = np.array([0.5, -1.0, 0.0]) + np.array([1.0, 0.5, 1.0]) * rng.standard_normal((4000, 3))
    for _ in range(2):
        surrogate.fit(z, curved(z), np.ones(len(z)), steps=250)
    return surrogate


def test_it_learns_what_a_line_cannot_say(taught):
    rng = np.random.default_rng(2)
    z = np.array([0.5, -1.0, 0.0]) + np.array([1.0, 0.5, 1.0]) * rng.standard_normal((1000, 3))
    missed = taught.predict(z) - curved(z)
    table = np.concatenate([np.ones((1000, 1)), z], axis=1)
    by_line = curved(z) - table @ np.linalg.lstsq(table, curved(z), rcond=None)[0]
    assert missed[:, 0].std() < 0.1
    assert missed[:, 1].std() < 0.25 * by_line[:, 1].std()


def test_its_slopes_are_those_of_what_it_says(taught):
    """The network computes in single precision, so the differences are wide."""
    rng = np.random.default_rng(3)
    z = rng.standard_normal((20, 3))
    aim = np.array([1.0, -0.5])

    def objective(y: np.ndarray) -> np.ndarray:
        return -0.5 * ((y - aim) ** 2).sum(axis=1)

    got = taught.pull_back(z, lambda y: aim - y)
    h = 2e-3
    for k in range(3):
        step = h * np.eye(3)[k]
        up, down = objective(taught.predict(z + step)), objective(taught.predict(z - step))
        np.testing.assert_allclose(got[:, k], (up - down) / (2.0 * h), rtol=0.02, atol=0.02)


def test_points_that_weigh_nothing_teach_nothing():
    rng = np.random.default_rng(4)
    z = rng.standard_normal((3000, 1))
    outputs = np.where(z > 0.0, 3.0 * z, -100.0)
    surrogate = Surrogate(1, 1, np.random.default_rng(5))
    weights = (z[:, 0] > 0.0).astype(float)
    surrogate.fit(z[weights > 0], outputs[weights > 0], np.ones(int(weights.sum())), steps=80)
    surrogate.fit(z, outputs, weights, steps=80)
    there = np.array([[0.5], [1.0], [1.5]])
    np.testing.assert_allclose(surrogate.predict(there), 3.0 * there, atol=0.1)


def test_what_was_learnt_is_the_start_of_what_comes_next(taught):
    """New scales of inputs and outputs change no prediction before more is learnt."""
    rng = np.random.default_rng(6)
    z = 0.3 * rng.standard_normal((1000, 3))
    before = taught.predict(z)
    copied = Surrogate(3, 2, np.random.default_rng(7))
    for name in ("centre", "spread", "level", "line", "scale"):
        setattr(copied, name, getattr(taught, name).copy())
    copied.layers = [layer.copy() for layer in taught.layers]
    copied.fit(z, before, np.ones(len(z)), steps=0)
    np.testing.assert_allclose(copied.predict(z), before, atol=0.02)


def test_the_generator_fixes_what_is_learnt():
    z = np.random.default_rng(8).standard_normal((500, 2))
    made = []
    for _ in range(2):
        surrogate = Surrogate(2, 1, np.random.default_rng(9))
        surrogate.fit(z, z[:, :1] ** 2, np.ones(500), steps=20)
        made.append(surrogate.predict(z).tobytes())
    assert made[0] == made[1]
