"""Simulated evidence has the law that the likelihood assumes."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.inference.scored import Acts, Evidence, Item, Survey
from marchland.inference.simulated import simulate

MEMBERS = 20_000


def evidence(items=(), surveys=(), acts=None) -> Evidence:
    records = [i.quantity for i in items] + [q for s in surveys for q in s.quantities]
    return Evidence([], records, list(items), list(surveys), acts)


def draw(made, figures, observed=None, sharper=1.0):
    return simulate(made, figures, observed or {}, np.random.default_rng(1), sharper=sharper)


def test_a_point_has_its_error_and_a_weight_widens_it(quantity):
    figures = np.full((MEMBERS, 1), 500.0)
    for weight, sharper, spread in ((1.0, 1.0, 0.1), (0.25, 1.0, 0.2), (1.0, 20.0, 0.005)):
        item = Item(quantity(value=400.0), 0, "t", 0.1, weight)
        seen = draw(evidence([item]), figures, sharper=sharper)["t"][:, 0]
        assert seen.mean() == pytest.approx(np.log(500.0), abs=0.01)
        assert seen.std() == pytest.approx(spread, rel=0.05)


def test_a_range_tells_the_figure_up_to_its_width(quantity):
    item = Item(quantity(bound="range", low=100.0, high=200.0), 0, "t", 0.1, 1.0)
    seen = draw(evidence([item]), np.full((MEMBERS, 1), 500.0))["t"][:, 0]
    width = np.log(2.0)
    assert seen.std() == pytest.approx(np.hypot(0.1, width / np.sqrt(12.0)), rel=0.05)


def test_a_bound_tells_only_on_which_side_a_figure_lies(quantity):
    figures = np.full((MEMBERS, 1), 500.0)
    more = Item(quantity(bound="more_than", low=500.0), 0, "more", 0.1, 1.0)
    less = Item(quantity(bound="at_most", high=900.0), 0, "less", 0.1, 1.0)
    seen = draw(evidence([more, less]), figures)
    assert set(np.unique(seen["more"])) == {0.0, 1.0}
    assert seen["more"].mean() == pytest.approx(0.5, abs=0.02)
    assert seen["less"].mean() == pytest.approx(1.0, abs=0.001)


def test_a_small_count_is_a_whole_number(quantity):
    item = Item(quantity(value=4.0), 0, "t", 0.3, 1.0, count=True)
    seen = np.exp(draw(evidence([item]), np.full((MEMBERS, 1), 4.0))["t"][:, 0]) - 0.5
    np.testing.assert_allclose(seen, np.rint(seen), atol=1e-9)
    assert seen.mean() == pytest.approx(4.0, rel=0.03)
    assert seen.var() == pytest.approx(4.0 + (0.3 * 4.0) ** 2, rel=0.1)


def test_a_bias_moves_what_its_source_says(quantity):
    item = Item(quantity(value=4.0), 0, "t", 0.1, 1.0, bias="bias:a:stock")
    figures = np.full((MEMBERS, 1), 500.0)
    moved = draw(evidence([item]), figures, {"bias:a:stock": np.full(MEMBERS, 0.7)})["t"]
    assert moved.mean() == pytest.approx(np.log(500.0) + 0.7, abs=0.01)


def test_surveys_and_acts_are_drawn_as_they_are_scored(quantity):
    cells = [quantity(id=f"Q{n}", unit="share", value=0.3) for n in range(3)]
    table = Survey("table", "multinomial", cells, [0, 1, 2], 100.0, [False] * 3)
    items = Survey("items", "items", cells, [0, 1, 2], 100.0, [True, False, False])
    acts = Acts([3], np.array([3.0]), np.array([1.0]))
    figures = np.tile([0.5, 0.25, 0.25, 0.4], (MEMBERS, 1))
    seen = draw(
        evidence(surveys=[table, items], acts=acts), figures, {"acts_level": np.zeros(MEMBERS)}
    )
    shares = 1.0 / (1.0 + np.exp(-seen["table"]))
    np.testing.assert_allclose(shares.mean(axis=0), [0.5, 0.25, 0.25], atol=0.01)
    assert shares[:, 0].std() == pytest.approx(0.05, rel=0.05)
    # An item is a share of those who name something: half of the hundred, of whom a half.
    assert (1.0 / (1.0 + np.exp(-seen["items"][:, 1]))).mean() == pytest.approx(0.5, abs=0.01)
    assert len(np.unique(seen["reported_acts"])) == 5  # none to all four


def test_what_counts_for_nothing_is_left_out(quantity):
    item = Item(quantity(value=400.0), 0, "t", 0.1, 0.0)
    assert draw(evidence([item]), np.full((10, 1), 500.0)) == {}
