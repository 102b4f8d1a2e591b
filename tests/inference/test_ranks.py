"""Ranks: their law when fits are right, and that fits which are wrong do not pass."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marchland.inference.ranks import Uniformity, chi_square, holm, rank_of

DRAWS = 49


@pytest.fixture(scope="module")
def law() -> Uniformity:
    return Uniformity(100, DRAWS, np.random.default_rng(1), simulations=4000)


def test_a_rank_counts_the_draws_below():
    rng = np.random.default_rng(1)
    draws = np.array([3.0, 1.0, 2.0])
    assert [rank_of(x, draws, rng) for x in (0.0, 1.5, 2.5, 9.0)] == [0, 1, 2, 3]


def test_ties_fall_anywhere():
    rng = np.random.default_rng(2)
    ranks = [rank_of(1.0, np.array([0.0, 1.0, 1.0]), rng) for _ in range(300)]
    assert set(ranks) == {1, 2, 3}


def test_uniform_ranks_have_uniform_probabilities(law):
    rng = np.random.default_rng(3)
    p = [law.probability(rng.integers(0, DRAWS + 1, 100)) for _ in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.001
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.035)


def ranks_of_fits(shift: float, scale: float, fits: int = 100) -> np.ndarray:
    """Ranks when posteriors are normal, off by a shift and too wide by a scale."""
    rng = np.random.default_rng(4)
    truth = rng.standard_normal(fits)
    draws = shift + scale * rng.standard_normal((fits, DRAWS))
    return (draws < truth[:, None]).sum(axis=1)


@pytest.mark.parametrize(
    ("shift", "scale"), [(0.5, 1.0), (0.0, 0.6), (0.0, 2.5)], ids=["biased", "narrow", "wide"]
)
def test_wrong_fits_do_not_pass(law, shift, scale):
    ranks = ranks_of_fits(shift, scale)
    assert law.probability(ranks) < 0.01
    assert law.probability(ranks_of_fits(0.0, 1.0)) > 0.01
    assert chi_square(ranks, DRAWS) < 0.01


def test_holm_steps_down():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1.0, 1.0])
