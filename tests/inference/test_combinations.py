"""Directions that the evidence fixes, and what is no more than chance."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.inference.combinations import directions, words


def posterior(draws: int, dimension: int, fixed: list[tuple[list[int], list[float], float]]):
    """Draws of a posterior in which some sums are known to a deviation, all else as before."""
    precision = np.eye(dimension)
    for parts, weights, deviation in fixed:
        row = np.zeros(dimension)
        row[parts] = weights
        precision += np.outer(row, row) / deviation**2
    factor = np.linalg.cholesky(np.linalg.inv(precision))
    return np.random.default_rng(1).standard_normal((draws, dimension)) @ factor.T


def test_a_sum_that_is_known_is_found_with_its_signs():
    z = posterior(1000, 20, [([2, 5, 7], [1.0, 1.0, -1.0], 0.1)])
    (parts, weights, sharpness, alone), *rest = directions(z)
    assert parts == [2, 5, 7] and not rest
    np.testing.assert_allclose(weights / weights[0], [1.0, 1.0, -1.0], atol=0.1)
    assert sharpness == pytest.approx(0.1 / np.sqrt(3.0), rel=0.2)
    assert alone.min() > 0.7  # none of the three alone


def test_what_is_known_alone_is_no_combination():
    assert directions(posterior(1000, 20, [([3], [1.0], 0.1), ([4], [1.0], 0.2)])) == []


def test_a_pair_known_better_together_than_its_sharpest_part_is_found():
    z = posterior(2000, 10, [([0], [1.0], 0.5), ([0, 1], [1.0, 1.0], 0.05)])
    parts, _, sharpness, alone = directions(z)[0]
    assert parts == [0, 1]
    assert sharpness * 2.0 < alone.min() < 0.6


@pytest.mark.parametrize("draws", [80, 200, 1000])
def test_chance_makes_no_combination(draws):
    """In few draws of many parameters some direction always seems narrow."""
    z = np.random.default_rng(2).standard_normal((draws, 60))
    assert np.linalg.eigvalsh(np.cov(z[: draws // 2].T))[0] < 0.6
    assert directions(z) == []


def test_a_combination_is_read_as_a_sum():
    assert words(["a", "b", "c"], np.array([1.0, -1.0, 0.5])) == "a − b + 0.5 c"
    assert words(["a", "b"], np.array([-0.98, 1.0])) == "−a + b"
