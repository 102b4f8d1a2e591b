"""Trajectories: reversible and volume-preserving whatever the slopes, so that moves are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchland.inference.trajectories import KINDS, Trajectories, Whitening, leapfrog

LENGTHS = [length for length, _ in KINDS]

Floats = np.ndarray


def slopes_of(seed: int, dimension: int):
    """Smooth slopes that are the gradient of nothing."""
    rng = np.random.default_rng(seed)
    inner = rng.standard_normal((dimension, dimension))
    outer = rng.standard_normal((dimension, dimension))
    return lambda z: np.tanh(z @ inner) @ outer - 0.3 * z


def factor_of(seed: int, dimension: int) -> Floats:
    rng = np.random.default_rng([seed, 1])
    root = rng.standard_normal((dimension, 2 * dimension))
    return np.linalg.cholesky(root @ root.T / (2 * dimension))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), dimension=st.integers(1, 6), members=st.integers(1, 8))
def test_a_trajectory_with_its_momentum_turned_leads_back(seed, dimension, members):
    rng = np.random.default_rng([seed, 2])
    uphill, factor = slopes_of(seed, dimension), factor_of(seed, dimension)
    z, p = rng.standard_normal((2, members, dimension))
    steps = rng.choice(LENGTHS, members)
    size = rng.uniform(0.05, 0.4, (members, 1))
    there, last = leapfrog(z, p, steps, size, uphill, factor)
    back, first = leapfrog(there, -last, steps, size, uphill, factor)
    assert np.abs(there - z).max() > 1e-3
    np.testing.assert_allclose(back, z, atol=1e-8)
    np.testing.assert_allclose(-first, p, atol=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), dimension=st.integers(1, 4), steps=st.sampled_from(LENGTHS))
def test_a_trajectory_keeps_volumes(seed, dimension, steps):
    """The determinant of the map of places and momenta is 1, by finite differences."""
    rng = np.random.default_rng([seed, 3])
    uphill, factor = slopes_of(seed, dimension), factor_of(seed, dimension)
    start, h = rng.standard_normal(2 * dimension), 1e-5
    moved = start + h * np.concatenate([np.eye(2 * dimension), -np.eye(2 * dimension)])
    members = len(moved)
    ends = np.concatenate(
        leapfrog(
            moved[:, :dimension],
            moved[:, dimension:],
            np.full(members, steps),
            np.full((members, 1), 0.3),
            uphill,
            factor,
        ),
        axis=1,
    )
    jacobian = (ends[: 2 * dimension] - ends[2 * dimension :]) / (2.0 * h)
    assert np.linalg.det(jacobian) == pytest.approx(1.0, abs=1e-5)


def test_each_particle_goes_its_own_number_of_steps():
    uphill, factor = slopes_of(1, 3), factor_of(1, 3)
    rng = np.random.default_rng(1)
    z, p = rng.standard_normal((2, 4, 3))
    steps, size = np.array([1, 4, 2, 7]), np.full((4, 1), 0.2)
    together = leapfrog(z, p, steps, size, uphill, factor)[0]
    alone = [
        leapfrog(z[n : n + 1], p[n : n + 1], steps[n : n + 1], size[:1], uphill, factor)[0][0]
        for n in range(4)
    ]
    np.testing.assert_allclose(together, alone, atol=1e-12)


def test_small_steps_keep_the_energy():
    """With the true slopes of a normal target the log ratio vanishes with the step."""
    rng = np.random.default_rng(2)
    z, p = rng.standard_normal((2, 50, 4))

    def gained(size: float, steps: int) -> float:
        sizes, numbers = np.full((50, 1), size), np.full(50, steps)
        there, last = leapfrog(z, p, numbers, sizes, lambda x: -x, np.eye(4))
        energy = 0.5 * (z**2 + p**2).sum(axis=1) - 0.5 * (there**2 + last**2).sum(axis=1)
        return float(np.abs(energy).max())

    assert gained(0.05, 8) < 0.01
    assert gained(0.1, 4) / gained(0.05, 8) == pytest.approx(4.0, rel=0.1)


def whitening(dimension: int) -> Whitening:
    return Whitening(factor_of(3, dimension))


@pytest.mark.parametrize("workers", [1, 3])
def test_proposals_do_not_depend_on_the_workers(workers):
    z = np.random.default_rng(4).standard_normal((40, 3))
    made = [
        Trajectories().propose(z, slopes_of(4, 3), [whitening(3)] * 4, n, np.random.default_rng(5))
        for n in (1, workers)
    ]
    assert made[0].z.tobytes() == made[1].z.tobytes()
    assert made[0].log_ratio.tobytes() == made[1].log_ratio.tobytes()


def test_a_trajectory_that_is_lost_is_never_accepted():
    z = np.random.default_rng(4).standard_normal((40, 2))
    z[0] = 30.0

    def uphill(x: Floats) -> Floats:
        return np.where(np.abs(x) > 20.0, np.inf, -x)

    whitenings = [Whitening(np.eye(2))] * 4
    made = Trajectories().propose(z, uphill, whitenings, 1, np.random.default_rng(5))
    assert made.log_ratio[0] == -np.inf
    assert np.isfinite(made.z).all()
    assert np.isfinite(made.log_ratio[1:]).all()


def test_lengths_that_pay_are_tried_more_often():
    paths = Trajectories()
    z = np.zeros((4000, 2))
    rng = np.random.default_rng(1)
    for _ in range(4):
        paths.begin()
        made = paths.propose(z, lambda x: -x, [Whitening(np.eye(2))], 1, rng)
        paths.judge(made, (made.kind == 2).astype(float))
    paths.begin()
    assert paths.shares.sum() == pytest.approx(1.0)
    assert paths.shares[2] > 0.5
    assert (np.delete(paths.shares, 2) > 0.01).all()


def test_whitening_is_that_of_the_weighted_ensemble():
    rng = np.random.default_rng(6)
    root = factor_of(6, 3)
    z = rng.standard_normal((100_000, 3)) @ root.T
    weights = np.where(z[:, 0] > -50.0, 1.0, 0.0) / len(z)
    np.testing.assert_allclose(Whitening.of(z, weights).factor, root, atol=0.02)
    moved = rng.standard_normal((5, 3))
    expected = np.einsum("ni,ij,nj->n", moved, np.linalg.inv(root @ root.T), moved)
    np.testing.assert_allclose(Whitening(root).distance(moved), expected)


def test_a_few_particles_have_their_correlations_distrusted():
    """Eight particles in ten dimensions span no space; the factor must have an inverse."""
    z = np.random.default_rng(7).standard_normal((8, 10))
    factor = Whitening.of(z, np.full(8, 1.0 / 8.0)).factor
    assert np.isfinite(factor).all()
    np.testing.assert_allclose(np.diag(factor @ factor.T), z.var(axis=0), rtol=1e-6)
    # Half of every correlation is believed, where parameters outnumber particles.
    covariance = np.cov(z.T, bias=True)
    assert (factor @ factor.T)[0, 1] == pytest.approx(0.5 * covariance[0, 1])
