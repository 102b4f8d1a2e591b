"""Scores against their definitions, closed forms and known numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, norm, t

from marchland.scorecard.scores import (
    binomial_interval,
    coverage,
    crps_of_draws,
    crps_of_t,
    inside,
    skill,
)


def test_crps_of_draws_is_its_definition() -> None:
    draws = np.array([4.0, 1.0, 7.0, 2.0])
    off = np.abs(draws - 3.0).mean()
    pairs = np.abs(draws[:, None] - draws[None, :]).sum() / (4 * 3)
    assert crps_of_draws(3.0, draws) == pytest.approx(off - pairs / 2.0)


def test_crps_of_normal_draws_is_the_closed_form() -> None:
    draws = norm.ppf((np.arange(3_000) + 0.5) / 3_000, loc=1.0, scale=2.0)
    z = (2.5 - 1.0) / 2.0
    exact = 2.0 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps_of_draws(2.5, draws) == pytest.approx(exact, rel=2e-3)


@pytest.mark.parametrize("seen", [-3.0, 0.4, 6.0])
def test_crps_of_t_is_the_integral_that_defines_it(seen: float) -> None:
    law = t(3.0, loc=0.5, scale=1.5)
    below, _ = quad(lambda x: law.cdf(x) ** 2, -np.inf, seen)
    above, _ = quad(lambda x: law.sf(x) ** 2, seen, np.inf)
    assert crps_of_t(seen, 3.0, 0.5, 1.5) == pytest.approx(below + above, rel=1e-5)


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (3, 5), (5, 5), (17, 20)])
def test_the_binomial_interval_leaves_a_twentieth_on_each_side(hits: int, trials: int) -> None:
    low, high = binomial_interval(hits, trials)
    if hits > 0:
        assert binom.sf(hits - 1, trials, low) == pytest.approx(0.05)
    if hits < trials:
        assert binom.cdf(hits, trials, high) == pytest.approx(0.05)
    assert 0.0 <= low <= hits / trials <= high <= 1.0


def test_inside_counts_the_central_interval() -> None:
    draws = np.linspace(0.0, 100.0, 101)[:, None].repeat(4, axis=1)
    seen = np.array([4.0, 6.0, 60.0, 96.0])
    assert inside(seen, draws, 0.9).tolist() == [False, True, True, False]
    assert inside(seen, draws, 0.5).tolist() == [False, False, True, False]


def test_coverage_expects_less_of_outcomes_that_share_their_luck() -> None:
    rng = np.random.default_rng(1)
    alone = rng.standard_normal((4000, 12))
    shared = np.repeat(rng.standard_normal((4000, 1)), 12, axis=1)
    free = coverage(np.zeros(12), alone, 0.5)
    bound = coverage(np.zeros(12), shared, 0.5)
    assert (free.inside, free.outcomes) == (12, 12)
    assert 2 <= free.expected_low < free.expected_high <= 10
    assert (bound.expected_low, bound.expected_high) == (0, 12)


def test_skill_is_positive_where_the_model_is_better() -> None:
    lines = [f"line {n // 2}" for n in range(12)]
    model, other = np.full(12, 0.5), np.full(12, 1.0)
    good = skill("trend", model, other, lines, seed=1)
    assert (good.skill, good.low, good.high) == (0.5, 0.5, 0.5)
    assert skill("trend", other, model, lines, seed=1).skill == -1.0
    mixed = skill("trend", np.linspace(0.1, 2.0, 12), other, lines, seed=1)
    assert mixed.low < mixed.skill < mixed.high
    assert mixed == skill("trend", np.linspace(0.1, 2.0, 12), other, lines, seed=1)


def test_few_lines_give_no_interval() -> None:
    few = skill("trend", np.ones(6), np.ones(6), ["a", "b", "c"] * 2, seed=1)
    assert few.lines == 3 and np.isnan(few.low) and np.isnan(few.high)
