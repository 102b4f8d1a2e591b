"""The likelihood of each form of figure against closed forms and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from marchland.case.schema import Quantity
from marchland.inference.likelihood import (
    by_target,
    from_scale,
    item_term,
    log_likelihood,
    predictive,
    survey_term,
    to_scale,
)
from marchland.inference.scored import Acts, Evidence, Item, Survey, gather

SAYS = np.array([50.0, 90.0, 100.0, 110.0, 300.0])
KINDS = [
    {"unit": "persons"},
    {"unit": "share", "statistic": "share"},
    {"unit": "percent", "statistic": "change_pct"},
]


def item(quantity: Quantity, error: float = 0.2, weight: float = 1.0, column: int = 0) -> Item:
    return Item(quantity, column, "one", error, weight)


@pytest.mark.parametrize("fields", KINDS, ids=["log", "logit", "log ratio"])
def test_scales_turn_round(quantity, fields):
    values = {"persons": SAYS, "share": SAYS / 1000.0, "percent": SAYS - 60.0}[fields["unit"]]
    q = quantity(**fields)
    np.testing.assert_allclose(from_scale(q, to_scale(q, values)), values, rtol=1e-10)


def test_a_change_in_per_cent_is_a_log_ratio(quantity):
    q = quantity(unit="percent", statistic="change_pct")
    np.testing.assert_allclose(to_scale(q, np.array([-50.0, 0.0, 100.0])), np.log([0.5, 1, 2]))


@pytest.mark.parametrize("bound", ["exact", "about"])
def test_a_point_is_normal_on_its_scale(quantity, bound):
    got = item_term(item(quantity(value=100.0, bound=bound)), SAYS)
    np.testing.assert_allclose(got, stats.norm.logpdf(np.log(100.0), np.log(SAYS), 0.2))


def test_a_share_is_normal_on_the_logit(quantity):
    q = quantity(value=0.6, unit="share", statistic="share")
    says = np.array([0.2, 0.6, 0.9])
    expected = stats.norm.logpdf(np.log(0.6 / 0.4), np.log(says / (1 - says)), 0.2)
    np.testing.assert_allclose(item_term(item(q), says), expected)


@pytest.mark.parametrize("bound", ["more_than", "at_least"])
@pytest.mark.parametrize("fields", [{"value": 100.0}, {"low": 100.0}])
def test_a_lower_bound_is_a_tail(quantity, bound, fields):
    got = item_term(item(quantity(bound=bound, **fields)), SAYS)
    np.testing.assert_allclose(got, stats.norm.logsf(np.log(100.0), np.log(SAYS), 0.2))


@pytest.mark.parametrize("bound", ["less_than", "at_most"])
@pytest.mark.parametrize("fields", [{"value": 100.0}, {"high": 100.0}])
def test_an_upper_bound_is_a_tail(quantity, bound, fields):
    got = item_term(item(quantity(bound=bound, **fields)), SAYS)
    np.testing.assert_allclose(got, stats.norm.logcdf(np.log(100.0), np.log(SAYS), 0.2))


def between(low: float, high: float) -> float:
    """log(Phi(high) - Phi(low)) by quadrature, scaled by the density at the nearer end."""
    near = 0.0 if low < 0.0 < high else min(abs(low), abs(high))
    area, _ = integrate.quad(lambda x: np.exp(0.5 * (near**2 - x**2)), low, high, epsrel=1e-11)
    return float(np.log(area) - 0.5 * near**2 - 0.5 * np.log(2.0 * np.pi))


@pytest.mark.parametrize("says", [1e-3, 20.0, 90.0, 100.0, 110.0, 800.0, 1e7])
def test_a_range_is_a_difference_of_tails(quantity, says):
    q = quantity(bound="range", low=90.0, high=120.0)
    got = item_term(item(q), np.array([says]))[0]
    expected = between(*((np.log(edge) - np.log(says)) / 0.2 for edge in (90.0, 120.0)))
    assert np.isfinite(got)
    assert got == pytest.approx(expected, rel=1e-7, abs=1e-7)


@given(says=st.floats(1e-6, 1e9), low=st.floats(1.0, 1e5), factor=st.floats(1.001, 50.0))
def test_a_range_is_finite_and_no_better_than_a_bound(says, low, factor):
    fields = {"line": 1, "id": "Q", "measure": "m", "statistic": "level", "place": "p"}
    fields |= {"unit": "persons", "source": "a", "locator": "a:1", "quality": "A", "use": "check"}
    wide = {**fields, "bound": "range", "low": low, "high": low * factor}
    ranged, above = (
        item_term(item(Quantity.model_validate(f)), np.array([says]))[0]
        for f in (wide, {**fields, "bound": "more_than", "low": low})
    )
    assert np.isfinite(ranged)
    assert ranged <= above + 1e-9


def survey(quantity, form, shares, effective, without=None) -> Survey:
    cells = [quantity(id=f"Q{n}", value=v, unit="share") for n, v in enumerate(shares)]
    flags = without or [False] * len(shares)
    return Survey("s", form, cells, list(range(len(shares))), effective, flags)


def test_a_table_of_answers_is_multinomial(quantity):
    one = survey(quantity, "multinomial", [0.5, 0.3, 0.2], 100.0)
    p = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
    expected = [stats.multinomial.logpmf([50, 30, 20], 100, row) for row in p]
    np.testing.assert_allclose(survey_term(one, p), expected)


def test_shares_that_do_not_add_up_by_rounding_are_made_to(quantity):
    one = survey(quantity, "multinomial", [0.5, 0.3, 0.201], 100.0)
    other = survey(quantity, "multinomial", [0.5 / 1.001, 0.3 / 1.001, 0.201 / 1.001], 100.0)
    p = np.array([[0.4, 0.4, 0.2]])
    np.testing.assert_allclose(survey_term(one, p), survey_term(other, p))


def test_a_printed_zero_is_an_answer_that_nobody_gave(quantity):
    one = survey(quantity, "multinomial", [0.6, 0.4, 0.0], 50.0)
    p = np.array([[0.55, 0.4, 0.05], [0.6, 0.4, 0.0]])
    got = survey_term(one, p)
    assert got[0] == pytest.approx(stats.multinomial.logpmf([30, 20, 0], 50, p[0]))
    assert np.isfinite(got).all()


def test_several_answers_a_person_go_in_two_stages(quantity):
    shares = [0.4, 0.3, 0.15, 0.05]
    one = survey(quantity, "items", shares, 100.0, [False, False, True, True])
    p = np.array([[0.3, 0.45, 0.2, 0.1]])
    expected = stats.multinomial.logpmf([15, 5, 80], 100, [0.2, 0.1, 0.7])
    expected += stats.binom.logpmf(40, 80, 0.3 / 0.7) + stats.binom.logpmf(30, 80, 0.45 / 0.7)
    np.testing.assert_allclose(survey_term(one, p), [expected])


def test_an_item_that_everybody_names_stays_finite(quantity):
    one = survey(quantity, "items", [0.9, 0.1], 100.0, [False, True])
    assert np.isfinite(survey_term(one, np.array([[0.95, 0.1], [0.1, 0.1]]))).all()


def test_the_design_effect_divides_what_a_survey_tells(quantity):
    p = np.array([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2]])
    full, half = (
        survey_term(survey(quantity, "multinomial", [0.5, 0.3, 0.2], n), p) for n in (200.0, 100.0)
    )
    assert full[1] - full[0] == pytest.approx(2.0 * (half[1] - half[0]))


def test_reported_acts_are_read_off_the_relation():
    acts = Acts([0, 1], np.array([2.0, 0.0]), np.array([1.0, 3.0]))
    evidence = Evidence([], [], [], [], acts)
    figures = np.array([[0.5, -1.0]])
    chance = 1.0 / (1.0 + np.exp(-(0.3 + figures[0])))
    expected = 2 * np.log(chance[0]) + np.log(1 - chance[0]) + 3 * np.log(1 - chance[1])
    got = by_target(evidence, figures, {"acts_level": np.array([0.3])})["reported_acts"]
    np.testing.assert_allclose(got, [expected])
    assert evidence.targets == ["reported_acts"]


def test_parts_add_up_by_weight(quantity):
    q = quantity(value=100.0)
    other = Item(quantity(id="Q2", value=80.0), 1, "two", 0.3, 0.5)
    evidence = Evidence([], [q, other.quantity], [item(q), other], [], None)
    figures = np.array([[90.0, 100.0], [100.0, 80.0]])
    parts = by_target(evidence, figures, {})
    half = 0.5 * stats.norm.logpdf(np.log(80.0), np.log(figures[:, 1]), 0.3)
    np.testing.assert_allclose(parts["two"], half)
    np.testing.assert_allclose(log_likelihood(evidence, figures, {}), parts["one"] + half)


def test_a_figure_without_a_value_rules_its_parameters_out(quantity):
    evidence = Evidence([], [], [item(quantity(value=100.0))], [], None)
    assert log_likelihood(evidence, np.array([[np.nan], [100.0]]), {})[0] == -np.inf


@pytest.mark.parametrize("fields", KINDS, ids=["log", "logit", "log ratio"])
def test_what_would_be_observed_scatters_by_the_error(quantity, fields):
    q = quantity(value=0.4, **fields)
    evidence = Evidence([], [q], [item(q, error=0.3)], [], None)
    seen = predictive(evidence, np.full((20_000, 1), 0.4), np.random.default_rng(1))
    scale = to_scale(q, seen[:, 0])
    assert scale.mean() == pytest.approx(float(to_scale(q, np.array(0.4))), abs=0.01)
    assert scale.std() == pytest.approx(0.3, rel=0.02)


def test_a_survey_would_be_observed_as_so_many_people(quantity):
    one = survey(quantity, "multinomial", [0.7, 0.3], 40.0)
    evidence = Evidence([], one.quantities, [], [one], None)
    seen = predictive(evidence, np.full((5000, 2), [0.7, 0.3]), np.random.default_rng(1))
    np.testing.assert_allclose(seen * 40.0, np.round(seen * 40.0), atol=1e-9)
    assert seen[:, 0].std() == pytest.approx(np.sqrt(0.7 * 0.3 / 40.0), rel=0.05)


def test_a_figure_that_is_not_scored_is_foretold_without_error(quantity):
    evidence = Evidence([], [quantity(value=3.0, use="check")], [], [], None)
    figures = np.array([[5.0, 1.0], [6.0, 2.0]])
    seen = predictive(evidence, figures, np.random.default_rng(1))
    np.testing.assert_array_equal(seen, [[5.0], [6.0]])


def test_the_flagship_scores_what_its_targets_join(flagship):
    evidence = gather(flagship)
    scored = [i.quantity for i in evidence.items] + [
        q for s in evidence.surveys for q in s.quantities
    ]
    assert {q.use for q in scored} == {"calibrate"}
    joined = {q for t in flagship.files.targets for q in t.quantities}
    assert {q.id for q in scored} <= joined
    assert {q.id for q in scored} | set(evidence.left_out) == {
        q.id for q in flagship.files.quantities if q.use == "calibrate" and q.id in joined
    }
    assert len(evidence.readings) == len(evidence.records) + len(evidence.acts.columns)
    for one in evidence.surveys:
        rule = flagship.files.observation.survey[one.target]
        assert one.effective == rule.base / rule.overdispersion


def test_a_subset_scores_only_its_targets(flagship):
    evidence = gather(flagship)
    few = evidence.subset({"trade_chn_rus", "assess_moscow"})
    assert few.targets == ["trade_chn_rus", "assess_moscow"]
    assert few.acts is None
    assert few.readings is evidence.readings
    assert evidence.subset(set(evidence.targets)).targets == evidence.targets
