"""Simulated evidence has the law that its likelihood says, form by form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_terms import evidences

from marchland.inference.likelihood import item_term, log_likelihood, to_scale
from marchland.inference.scored import Acts, Evidence, Item, Survey, gather
from marchland.inference.simulate import simulate_evidence

MANY = 4000


def drawn(evidence: Evidence, figures: np.ndarray, times: int = MANY, **given: float):
    rng = np.random.default_rng(1)
    return [simulate_evidence(evidence, figures, given, rng) for _ in range(times)]


def one(item: Item) -> Evidence:
    return Evidence([], [], [item], [], None, biases={"bias:a": 0.2})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"unit": "persons"}, 120.0),
        ({"unit": "share", "statistic": "share"}, 0.3),
        ({"unit": "percent", "statistic": "change_pct"}, -40.0),
    ],
)
def test_a_point_is_normal_on_its_scale_about_figure_and_bias(quantity, fields, says):
    q = quantity(value=0.5, **fields)
    item = Item(q, 0, "one", 0.3, 1.0, bias="bias:a")
    found = drawn(one(item), np.array([says]), **{"bias:a": 0.4})
    seen = [float(to_scale(q, np.array(e.items[0].quantity.value))) for e in found]
    centre = float(to_scale(q, np.array(says))) + 0.4
    assert stats.kstest(seen, "norm", (centre, 0.3)).pvalue > 0.001


def test_a_small_count_is_negative_binomial(quantity):
    item = Item(quantity(value=7.0), 0, "one", 0.3, 1.0, count=True)
    found = drawn(one(item), np.array([9.0]))
    counts = np.array([e.items[0].quantity.value for e in found])
    assert (counts == counts.round()).all()
    assert counts.mean() == pytest.approx(9.0, rel=0.03)
    assert counts.var() == pytest.approx(9.0 + (0.3 * 9.0) ** 2, rel=0.08)


@pytest.mark.parametrize(
    "fields",
    [
        {"bound": "range", "low": 80.0, "high": 120.0},
        {"bound": "more_than", "value": 95.0},
        {"bound": "less_than", "high": 95.0},
        {"bound": "at_least", "low": 95.0},
        {"bound": "at_most", "value": 95.0},
    ],
)
def test_the_sides_of_a_limit_come_as_often_as_their_likelihood_says(quantity, fields):
    item = Item(quantity(**fields), 0, "one", 0.25, 1.0)
    found = [e.items[0] for e in drawn(one(item), np.array([100.0]))]
    kinds = {(i.quantity.bound, i.quantity.low, i.quantity.high): i for i in found}
    assert len(kinds) == (3 if fields["bound"] == "range" else 2)
    chances = [np.exp(item_term(i, np.array([100.0]))[0]) for i in kinds.values()]
    assert sum(chances) == pytest.approx(1.0)
    for key, chance in zip(kinds, chances, strict=True):
        share = np.mean([(i.quantity.bound, i.quantity.low, i.quantity.high) == key for i in found])
        assert share == pytest.approx(chance, abs=4.0 * np.sqrt(chance * (1 - chance) / MANY))


def cells(quantity, shares):
    return [quantity(id=f"Q{n}", value=v, unit="share") for n, v in enumerate(shares)]


def test_a_survey_is_as_many_people_as_it_counts_for(quantity):
    survey = Survey(
        "s", "multinomial", cells(quantity, [0.5, 0.3, 0.2]), [0, 1, 2], 40.4, [False] * 3, 0.5
    )
    evidence = Evidence([], [], [], [survey], None)
    p = np.array([0.2, 0.5, 0.3])
    found = [e.surveys[0] for e in drawn(evidence, p)]
    counts = np.array([40 * s.observed for s in found])
    assert {s.effective for s in found} == {40.0}
    assert {s.weight for s in found} == {1.0}
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)
    np.testing.assert_allclose(counts.mean(axis=0), 40 * p, rtol=0.03)
    np.testing.assert_allclose(counts.var(axis=0), 40 * p * (1 - p), rtol=0.1)


def test_several_answers_come_in_two_stages(quantity):
    without = [False, False, True]
    survey = Survey("s", "items", cells(quantity, [0.4, 0.3, 0.2]), [0, 1, 2], 50.0, without, 1.0)
    found = drawn(Evidence([], [], [], [survey], None), np.array([0.3, 0.6, 0.25]))
    shares = np.array([e.surveys[0].observed for e in found])
    named = 1.0 - shares[:, 2]
    np.testing.assert_allclose(shares.mean(axis=0), [0.3, 0.6, 0.25], rtol=0.03)
    assert shares[:, 2].var() == pytest.approx(0.25 * 0.75 / 50.0, rel=0.1)
    chance = shares[:, 0] / named
    expected = (0.4 * 0.6 / (50.0 * named)).mean()
    assert chance.var() == pytest.approx(expected, rel=0.1)
    assert (shares[:, :2] <= named[:, None] + 1e-9).all()


def test_reported_acts_keep_their_number():
    acts = Acts([0, 1], np.array([2.0, 0.0]), np.array([1.0, 5.0]))
    evidence = Evidence([], [], [], [], acts)
    found = [e.acts for e in drawn(evidence, np.array([0.5, -1.0]), acts_level=0.3)]
    good = np.array([a.cooperative for a in found])
    np.testing.assert_array_equal(good + np.array([a.conflictual for a in found]), [[3, 5]] * MANY)
    expected = np.array([3.0, 5.0]) / (1.0 + np.exp(-0.3 - np.array([0.5, -1.0])))
    np.testing.assert_allclose(good.mean(axis=0), expected, rtol=0.04)


def test_sharper_evidence_has_smaller_errors_and_more_interviews(quantity):
    item = Item(quantity(value=100.0), 0, "one", 0.4, 0.5)
    survey = Survey("s", "multinomial", cells(quantity, [0.5, 0.5]), [1, 2], 10.0, [False] * 2)
    acts = Acts([3], np.array([2.0]), np.array([1.0]))
    evidence = Evidence([], [], [item], [survey], acts)
    figures = np.array([100.0, 0.4, 0.6, 0.0])
    found = simulate_evidence(
        evidence, figures, {"acts_level": 0.0}, np.random.default_rng(1), sharper=20.0
    )
    assert found.items[0].error == pytest.approx(0.02)
    assert found.items[0].weight == 1.0
    assert found.surveys[0].effective == 4000.0
    assert found.acts.cooperative + found.acts.conflictual == pytest.approx([1200.0])
    assert found.items[0].quantity.value == pytest.approx(100.0, rel=0.1)
    np.testing.assert_allclose(found.surveys[0].observed, [0.4, 0.6], atol=0.04)


def test_what_counts_for_nothing_still_counts_for_nothing(quantity):
    item = Item(quantity(value=100.0), 0, "one", 0.4, 0.0)
    found = simulate_evidence(one(item), np.array([90.0]), {}, np.random.default_rng(1))
    assert found.items[0].weight == 0.0


@settings(max_examples=60, deadline=None)
@given(case=evidences(), seed=st.integers(0, 100))
def test_evidence_of_every_form_can_be_drawn_and_scored(case, seed):
    evidence, figures, observed = case
    point = {name: float(values[0]) for name, values in observed.items()}
    found = simulate_evidence(evidence, figures[0], point, np.random.default_rng(seed))
    assert found.targets == evidence.targets
    assert np.isfinite(log_likelihood(found, figures[:1], {k: v[:1] for k, v in observed.items()}))


def test_the_flagships_evidence_can_be_drawn(flagship):
    evidence = gather(flagship)
    from marchland.inference.calibrate import joint_prior

    prior = joint_prior(flagship, evidence)
    values = prior.values(np.zeros((1, prior.dimension)))
    figures, _ = flagship.run(prior.names, values, evidence.readings)
    observed = evidence.observed(prior.names, values)
    point = {name: float(column[0]) for name, column in observed.items()}
    found = [
        simulate_evidence(evidence, figures[0], point, np.random.default_rng(n)) for n in (1, 1, 2)
    ]
    told = [log_likelihood(e, figures, observed)[0] for e in found]
    assert told[0] == told[1] != told[2]
    assert np.isfinite(told).all()
