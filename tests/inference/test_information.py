"""Fisher information against the likelihood's own curvature, and against algebra."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.inference.calibrate import joint_prior
from marchland.inference.information import information, local_deviations
from marchland.inference.likelihood import log_likelihood
from marchland.inference.scored import Acts, Evidence, Item, Survey

EPS = 1e-3


def evidence(items=(), surveys=(), acts=None) -> Evidence:
    records = [i.quantity for i in items] + [q for s in surveys for q in s.quantities]
    return Evidence([], records, list(items), list(surveys), acts)


def told(made: Evidence, figures, slopes, observed=None, observed_slopes=None) -> float:
    found = information(
        made, np.array(figures), np.array(slopes), observed or {}, observed_slopes or {}
    )
    return float(found[0, 0])


def curvature(made: Evidence, figures, slopes, observed=None, observed_slopes=None) -> float:
    """Minus the second derivative of the log likelihood where the evidence is as expected."""
    steps = EPS * np.array([-1.0, 0.0, 1.0])
    moved = np.array(figures) + steps[:, None] * np.array(slopes[0])
    names = {
        name: value + steps * float(observed_slopes[name][0])
        for name, value in (observed or {}).items()
    }
    low, middle, high = log_likelihood(made, moved, names)
    return float(-(low - 2.0 * middle + high) / EPS**2)


def test_a_point_is_as_sharp_as_its_error(quantity):
    made = evidence([Item(quantity(value=500.0), 0, "t", 0.1, 0.5)])
    assert told(made, [500.0], [[500.0]]) == pytest.approx(0.5 / 0.01, rel=1e-3)
    assert told(made, [500.0], [[500.0]]) == pytest.approx(
        curvature(made, [500.0], [[500.0]]), rel=1e-2
    )


def test_a_bias_is_told_like_what_it_moves(quantity):
    made = evidence([Item(quantity(value=500.0), 0, "t", 0.1, 1.0, bias="bias:a")])
    assert told(made, [500.0], [[0.0]], {"bias:a": 0.0}, {"bias:a": np.array([1.0])}) == (
        pytest.approx(100.0, rel=1e-3)
    )


def test_a_range_tells_less_than_a_point_and_a_bound_far_off_nothing(quantity):
    wide = evidence([Item(quantity(bound="range", low=250.0, high=1000.0), 0, "t", 0.1, 1.0)])
    bound = evidence([Item(quantity(bound="more_than", low=500.0), 0, "t", 0.1, 1.0)])
    assert 0.0 < told(wide, [500.0], [[500.0]]) < 10.0
    assert told(bound, [5000.0], [[5000.0]]) < 1e-6
    # At the bound itself the side is a coin that the figure bends: 2 / pi of a point.
    assert told(bound, [500.0], [[500.0]]) == pytest.approx(100.0 * 2.0 / np.pi, rel=1e-3)


def test_a_small_count_is_told_with_the_chance_of_counting(quantity):
    made = evidence([Item(quantity(value=5.0), 0, "t", 0.3, 1.0, count=True)])
    assert told(made, [5.0], [[5.0]]) == pytest.approx(1.0 / (0.09 + 0.2), rel=1e-3)


def test_a_table_of_answers_bends_as_its_likelihood_does(quantity):
    shares, slopes = [0.5, 0.3, 0.2], [[0.1, -0.04, -0.06]]
    cells = [quantity(id=f"Q{n}", unit="share", value=p) for n, p in enumerate(shares)]
    for form, without in (("multinomial", [False] * 3), ("items", [True, False, False])):
        made = evidence(surveys=[Survey("t", form, cells, [0, 1, 2], 100.0, without)])
        assert told(made, shares, slopes) == pytest.approx(
            curvature(made, shares, slopes), rel=0.02
        )


def test_reported_acts_bend_as_their_likelihood_does():
    made = evidence(acts=Acts([0], np.array([5.0]), np.array([5.0])))
    given = ({"acts_level": 0.3}, {"acts_level": np.array([0.5])})
    assert told(made, [-0.3], [[1.0]], *given) == pytest.approx(10.0 * 0.25 * 1.5**2, rel=1e-6)
    assert told(made, [-0.3], [[1.0]], *given) == pytest.approx(
        curvature(made, [-0.3], [[1.0]], *given), rel=1e-3
    )


def test_one_figure_of_a_lognormal_parameter(small_model):
    from marchland.inference.scored import gather

    scored = gather(small_model)
    prior = joint_prior(small_model, scored)
    z = prior.sample(5, np.random.default_rng(1))
    assert local_deviations(small_model, scored, prior, z)[0] < 0.1
    untold = local_deviations(small_model, scored.subset(set()), prior, z)
    np.testing.assert_allclose(untold, 1.0)
