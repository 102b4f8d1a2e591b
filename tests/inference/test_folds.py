"""Held-out targets: dealing, scales, scores; and a whole round on a case of two figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.errors import MarchlandError
from marchland.inference import folds as room
from marchland.inference.folds import (
    BOUNDS,
    Held,
    deal,
    figures_by_target,
    half_unit,
    held_out,
    interval,
    interval_score,
    on_scale,
    printed,
    score_target,
)
from marchland.inference.scored import gather
from marchland.run import is_inside

NAMES = [f"t{n}" for n in range(13)]


@given(folds=st.integers(2, 20), seed=st.integers(0, 50))
def test_every_target_is_dealt_once(folds, seed):
    dealt = deal(NAMES, folds, seed)
    assert sorted(name for fold in dealt for name in fold) == sorted(NAMES)
    sizes = {len(fold) for fold in dealt}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1


def test_the_seed_fixes_the_folds():
    assert deal(NAMES, 5, 1) == deal(NAMES, 5, 1)
    assert deal(NAMES, 5, 1) != deal(NAMES, 5, 2)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [((2.0, 2.0), 2.0), ((0.5, 0.5), 12.0), ((3.5, 3.5), 12.0), ((0.0, 0.5), 12.0), ((0, 9), 2.0)],
)
def test_the_interval_score_fines_twenty_times_the_distance(observed, expected):
    assert interval_score((1.0, 3.0), observed) == pytest.approx(expected)


def test_the_true_interval_has_the_best_expected_score():
    drawn = np.random.default_rng(1).standard_normal(20_000)
    scores = {
        width: np.mean([interval_score((-width, width), (y, y)) for y in drawn])
        for width in (1.2, 1.645, 2.2)
    }
    assert min(scores, key=scores.__getitem__) == 1.645


def held(quantity, **fields) -> Held:
    one = quantity(**fields)
    return Held(one, 0, half_unit([one]))


def test_half_a_unit_of_the_last_printed_digit(quantity):
    assert half_unit([quantity(value=0.385)]) == pytest.approx(0.0005)
    assert half_unit([quantity(value=0.1), quantity(value=0.0), quantity(value=0.04)]) == (
        pytest.approx(0.005)
    )
    assert half_unit([quantity(value=28028.0)]) == 0.5
    assert half_unit([quantity(low=150000.0, high=200000.0, bound="range")]) == 0.5


def test_a_printed_zero_is_read_as_half_a_unit(quantity):
    share = Held(quantity(value=0.0, unit="share"), 0, 0.0005)
    assert printed(share)[0] == pytest.approx(np.log(0.0005 / 0.9995))
    assert on_scale(share, np.array([1.0])) == pytest.approx(np.log(0.9995 / 0.0005))
    count = held(quantity, value=245.0)
    assert on_scale(count, np.array([0.0])) == pytest.approx(np.log(0.5))


def test_a_change_keeps_its_sign(quantity):
    change = held(quantity, value=-34.0, unit="percent", statistic="change_pct")
    assert printed(change)[0] == pytest.approx(np.log(0.66))


def test_a_draw_without_a_value_is_left_out(quantity):
    one = held(quantity, value=10.0)
    seen = np.exp(np.linspace(0.0, 1.0, 101))[:, None]
    assert interval(one, np.vstack([seen, [[np.nan]]])) == pytest.approx(interval(one, seen))


def test_bounds_are_open_on_one_side_and_have_no_score(quantity):
    lower = held(quantity, value=7000.0, low=7000.0, bound="more_than")
    upper = held(quantity, high=10.0, bound="at_most")
    assert printed(lower) == (pytest.approx(np.log(7000.0)), np.inf)
    assert printed(upper) == (-np.inf, pytest.approx(np.log(10.0)))
    seen = np.full((50, 1), 9000.0)
    row = score_target("t", [lower], seen, seen)
    assert (row["records"], row["inside"]) == (1, 1)
    assert np.isnan(row["interval_score"])


def test_inside_is_what_a_run_calls_inside(flagship):
    rng = np.random.default_rng(4)
    figures = [f for group in figures_by_target(gather(flagship)).values() for f in group]
    for figure in figures:
        q = figure.quantity
        known = [v for v in (q.value, q.low, q.high) if v is not None]
        if known == [0.0]:
            continue  # a run takes a printed zero at its word
        seen = np.abs(known[0]) * rng.uniform(0.8, 1.2) * np.exp(rng.normal(0, 0.1, (200, 1)))
        seen = np.clip(seen, None, 0.999) if q.unit == "share" else seen * np.sign(known[0])
        one = Held(q, 0, figure.half_unit)
        low, high = np.quantile(seen[:, 0], [0.05, 0.95])
        row = pd.Series(
            {"observed": q.value, "low": q.low, "high": q.high, "q05": low, "q95": high},
            dtype=float,
        )
        assert score_target("t", [one], seen, seen)["inside"] == is_inside(row, q.bound), q.id


def test_the_cells_of_a_survey_stay_together_and_doubles_are_left_out(flagship):
    evidence = gather(flagship)
    figures = figures_by_target(evidence)
    for survey in evidence.surveys:
        assert [h.quantity for h in figures[survey.target]] == survey.quantities
    scored = {h.quantity.id for group in figures.values() for h in group}
    assert not {i.quantity.id for i in evidence.items if i.weight == 0.0} & scored
    assert "reported_acts" not in figures
    assert any(h.quantity.bound in BOUNDS for group in figures.values() for h in group)


@pytest.fixture
def fast(monkeypatch):
    """Few targets of the flagship and few particles: the round, not the result, is tested."""
    everything = room.gather
    wanted = {"trade_amurskaia", "crossers_1961", "reported_acts"}
    monkeypatch.setattr(room, "gather", lambda model: everything(model).subset(wanted))
    monkeypatch.setattr(room, "QUICK_PARTICLES", 48)
    monkeypatch.setattr(room, "QUICK_MOVES", 2)


def test_a_round_foretells_each_target_without_it(flagship, fast, monkeypatch):
    fitted: list[set[str]] = []
    calibrate = room.calibrate

    def watched(model, *, evidence, **options):
        fitted.append(set(evidence.targets))
        return calibrate(model, evidence=evidence, **options)

    monkeypatch.setattr(room, "calibrate", watched)
    said: list[str] = []
    scores = held_out(flagship, folds=2, seed=1, workers=2, quick=True, say=said.append)
    assert sorted(map(sorted, fitted)) == [
        ["crossers_1961", "reported_acts"],
        ["reported_acts", "trade_amurskaia"],
    ]
    assert len(said) == 2
    table = scores.table
    assert list(table.columns) == [
        "target",
        "records",
        "inside",
        "interval_score",
        "prior_interval_score",
        "skill",
    ]
    assert list(table["target"]) == ["trade_amurskaia", "crossers_1961"]
    assert list(table["records"]) == [2, 2]
    skill = 1.0 - table["interval_score"] / table["prior_interval_score"]
    np.testing.assert_allclose(table["skill"], skill)
    inside = int(table["inside"].sum())
    assert f"{inside} of 4 held-out figures ({inside / 4:.0%})" in scores.sentence
    # Either target alone tells nothing of the other: the forecast is much like the prior's.
    np.testing.assert_allclose(table["skill"], 0.0, atol=0.6)


def test_what_cannot_be_dealt_is_refused(small_model, flagship):
    with pytest.raises(MarchlandError, match="folds >= 2 must hold, but got folds=1"):
        held_out(flagship, folds=1)
    with pytest.raises(MarchlandError, match="fewer than two targets"):
        held_out(small_model)
