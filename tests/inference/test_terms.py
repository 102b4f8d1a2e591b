"""The terms a sampler climbs: equal to the likelihood, with slopes that are its slopes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchland.case.schema import Quantity
from marchland.inference.likelihood import log_likelihood
from marchland.inference.scored import Acts, Evidence, Item, Survey, gather
from marchland.inference.terms import Terms

UNITS = {"persons": "level", "share": "share", "percent": "change_pct"}
BOUNDS = ("exact", "about", "range", "more_than", "at_least", "less_than", "at_most")
MEMBERS = 6


def record(name: str, **fields: object) -> Quantity:
    given = {"line": 1, "id": name, "measure": "m", "statistic": "level", "place": "east"}
    given |= {"source": "a", "locator": "a:1", "quality": "A", "use": "calibrate"}
    return Quantity.model_validate(given | fields)


def printed(unit: str, u: float) -> float:
    """A value between what may be printed in a unit, for u from 0 to 1."""
    return {"persons": 10.0 * 50.0**u, "share": 0.05 + 0.9 * u, "percent": -60.0 + 200.0 * u}[unit]


@st.composite
def items(draw, column: int) -> Item:
    unit = draw(st.sampled_from(sorted(UNITS)))
    bound = draw(st.sampled_from(BOUNDS))
    low, wide = draw(st.floats(0.1, 0.6)), draw(st.floats(0.05, 0.3))
    given: dict[str, float] = {}
    if bound == "range":
        given = {"low": printed(unit, low), "high": printed(unit, low + wide)}
    else:
        given = {"value": printed(unit, low)}
    count = unit == "persons" and bound == "exact" and draw(st.booleans())
    if count:
        given = {"value": float(draw(st.integers(0, 30)))}
    fields = {"unit": unit, "statistic": UNITS[unit], "bound": bound, **given}
    return Item(
        record(f"Q{column}", **fields),
        column,
        draw(st.sampled_from(["one", "two"])),
        draw(st.floats(0.05, 0.6)),
        draw(st.sampled_from([0.0, 0.5, 1.0])),
        count=count,
        bias=draw(st.sampled_from(["", "bias:a", "bias:b"])),
    )


@st.composite
def surveys(draw, first: int) -> Survey:
    form = draw(st.sampled_from(["multinomial", "items"]))
    if form == "multinomial":
        counts = draw(st.lists(st.integers(0, 60), min_size=2, max_size=5).filter(sum))
        shares = [n / sum(counts) for n in counts]
        out = [False] * len(shares)
    else:
        alone = draw(st.lists(st.floats(0.0, 0.3), min_size=1, max_size=2))
        some = 1.0 - sum(alone)
        shares = [some * u for u in draw(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3))]
        out = [False] * len(shares) + [True] * len(alone)
        shares += alone
    cells = [record(f"S{first}_{n}", unit="share", value=v) for n, v in enumerate(shares)]
    columns = list(range(first, first + len(cells)))
    weight = draw(st.sampled_from([0.5, 1.0]))
    return Survey(f"s{first}", form, cells, columns, draw(st.floats(5.0, 300.0)), out, weight)


@st.composite
def evidences(draw) -> tuple[Evidence, np.ndarray, dict[str, np.ndarray]]:
    """Evidence of every form, what a model says of it, and parameters of observation."""
    singles = [draw(items(n)) for n in range(draw(st.integers(0, 4)))]
    tables: list[Survey] = []
    end = len(singles)
    for _ in range(draw(st.integers(0, 2))):
        tables.append(draw(surveys(end)))
        end = tables[-1].columns[-1] + 1
    acts = None
    if draw(st.booleans()) or not (singles or tables):
        number = draw(st.integers(1, 4))
        counted = st.lists(st.integers(0, 9), min_size=number, max_size=number)
        good, bad = np.array(draw(counted), float), np.array(draw(counted), float)
        acts = Acts(list(range(end, end + number)), good, np.maximum(bad, good == 0.0))
        end += number
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    figures = np.empty((MEMBERS, end))
    for one in singles:
        u = rng.uniform(0.0, 1.0, MEMBERS)
        figures[:, one.column] = [printed(one.quantity.unit, v) for v in u]
    for table in tables:
        shares = rng.dirichlet(np.full(len(table.columns) + 1, 2.0), MEMBERS)[:, :-1]
        figures[:, table.columns] = shares
    if acts is not None:
        figures[:, acts.columns] = rng.standard_normal((MEMBERS, len(acts.columns)))
    evidence = Evidence([], [], singles, tables, acts, biases={"bias:a": 0.2, "bias:b": 0.2})
    observed = {name: 0.2 * rng.standard_normal(MEMBERS) for name in evidence.biases}
    return evidence, figures, observed | {"acts_level": rng.standard_normal(MEMBERS)}


@settings(max_examples=120, deadline=None)
@given(evidences())
def test_the_terms_are_the_likelihood(drawn):
    evidence, figures, observed = drawn
    terms = Terms(evidence)
    outputs = terms.read(figures, observed)
    assert outputs.shape == (MEMBERS, terms.outputs) == (MEMBERS, len(terms.errors()))
    got = terms.log_likelihood(outputs)
    expected = log_likelihood(evidence, figures, observed)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-8)


@settings(max_examples=120, deadline=None)
@given(evidences())
def test_slopes_are_differences_of_the_terms(drawn):
    evidence, figures, observed = drawn
    terms = Terms(evidence)
    outputs = terms.read(figures, observed)
    slopes = terms.slopes(outputs)
    h = 1e-5
    for k in range(terms.outputs):
        step = h * np.eye(terms.outputs)[k]
        up, down = terms.log_likelihood(outputs + step), terms.log_likelihood(outputs - step)
        scale = np.maximum(1.0, np.abs(slopes[:, k]))
        np.testing.assert_allclose(
            slopes[:, k] / scale, (up - down) / (2.0 * h) / scale, rtol=1e-4, atol=1e-4
        )


@settings(max_examples=60, deadline=None)
@given(evidences())
def test_errors_are_units_that_a_sampler_can_use(drawn):
    errors = Terms(drawn[0]).errors()
    assert np.isfinite(errors).all()
    assert (errors > 0.0).all()


def test_a_point_has_the_error_of_its_class_and_weight():
    item = Item(record("Q1", unit="persons", value=100.0), 0, "one", 0.3, 0.25)
    assert Terms(Evidence([], [], [item], [], None)).errors() == pytest.approx([0.6])


def test_a_figure_without_a_value_is_impossible_and_has_no_slope():
    item = Item(record("Q1", unit="persons", value=100.0), 0, "one", 0.3, 1.0)
    terms = Terms(Evidence([], [], [item], [], None))
    outputs = terms.read(np.array([[np.nan], [100.0]]), {})
    assert terms.log_likelihood(outputs)[0] == -np.inf
    assert terms.slopes(outputs)[0, 0] == 0.0


def test_the_flagship_is_scored_as_its_likelihood_scores_it(flagship):
    from marchland.inference.calibrate import joint_prior

    evidence = gather(flagship)
    prior = joint_prior(flagship, evidence)
    values = prior.values(prior.sample(50, np.random.default_rng(1)))
    figures, _ = flagship.run(prior.names, values, evidence.readings, strict=False)
    observed = evidence.observed(prior.names, values)
    terms = Terms(evidence)
    got = terms.log_likelihood(terms.read(figures, observed))
    np.testing.assert_allclose(got, log_likelihood(evidence, figures, observed), rtol=1e-7)
