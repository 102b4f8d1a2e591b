"""Classifiers are scored on the unseen, and reach what the best one could."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from marchland.inference import learners

CASES = 1500


def cases(gap: float, curve: float = 0.0):
    """Two classes, apart in their mean along one axis and in their spread along another."""
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1], CASES)
    x = rng.standard_normal((2 * CASES, 6))
    x[:, 0] += gap * truth
    x[:, 1] *= 1.0 + curve * truth
    return x, truth, learners.folds_of(truth, rng)


def right(odds, truth) -> float:
    return float(((odds > 0.0) == (truth == 1)).mean())


def test_discriminants_reach_what_is_possible():
    x, truth, fold = cases(1.5)
    lines = learners.Discriminants(x, truth, fold)
    odds = lines.log_odds(0, 1, slice(0, 6), 0.02)
    assert right(odds, truth) == pytest.approx(norm.cdf(0.75), abs=0.03)
    assert right(lines.log_odds(0, 1, slice(1, 6), 0.02), truth) == pytest.approx(0.5, abs=0.04)


def test_any_two_of_several_classes_are_told_apart():
    rng = np.random.default_rng(2)
    truth = np.repeat([0, 1, 2], CASES)
    x = rng.standard_normal((len(truth), 3)) + np.eye(3)[truth] * [0.0, 0.0, 3.0]
    lines = learners.Discriminants(x, truth, learners.folds_of(truth, rng))
    assert right(lines.log_odds(0, 1, slice(0, 3), 0.02), truth[truth < 2]) < 0.55
    last = truth[truth != 0] == 2
    assert right(lines.log_odds(1, 2, slice(0, 3), 0.02), last) > 0.9
    assert len(lines.log_odds(0, 2, slice(0, 3), 0.02)) == 2 * CASES


def test_trees_and_network_see_what_lines_do_not():
    x, truth, fold = cases(0.0, curve=3.0)
    lines = learners.Discriminants(x, truth, fold).log_odds(0, 1, slice(0, 6), 0.02)
    trees = learners.boosted(x, truth, fold, 1)
    net = learners.network(x, truth, fold, 1)
    assert right(lines, truth) < 0.55
    assert right(trees, truth) > 0.7
    assert right(net[:, 1] - net[:, 0], truth) > 0.7
    both = learners.combined([lines, trees], truth, np.random.default_rng(3))
    assert right(both - 0.5, truth) > 0.7


def test_noise_is_not_learnt():
    """Scored on its own cases a tree would seem to know everything."""
    x, truth, fold = cases(0.0)
    assert right(learners.boosted(x, truth, fold, 1), truth) == pytest.approx(0.5, abs=0.05)


def test_folds_hold_every_class_alike():
    truth = np.repeat([0, 1], [40, 80])
    fold = learners.folds_of(truth, np.random.default_rng(1))
    assert [int(((fold == n) & (truth == 1)).sum()) for n in range(learners.FOLDS)] == [20] * 4
