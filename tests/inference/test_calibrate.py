"""Calibration: a figure is recovered, rivals are weighed, and the table says what was told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland.inference.calibrate import (
    Comparison,
    Posterior,
    calibrate,
    compare,
    joint_prior,
    weights,
)
from marchland.inference.scored import gather
from marchland.model import Model, Setting
from marchland.vocabulary import PARAMETERS


@pytest.fixture(scope="module")
def fitted(small_model: Model) -> Posterior:
    """The ten-line case, fitted to its one figure."""
    return calibrate(small_model, particles=128, seed=2)


def test_the_one_figure_is_recovered(small_model, fitted):
    evidence = gather(small_model)
    figures, _ = small_model.run(fitted.names, fitted.values, evidence.readings)
    before, _ = small_model.run(fitted.names, fitted.prior_values, evidence.readings)
    stock = np.log(figures[:, 0])
    assert fitted.sample.failed == ""
    assert stock.mean() == pytest.approx(np.log(500.0), abs=0.02)
    assert stock.std() == pytest.approx(0.05, rel=0.3)  # the error of a figure of quality A
    assert np.log(before[:, 0]).std() > 0.5


def test_the_table_says_what_the_figure_told(small_model, fitted):
    table = fitted.table(small_model).set_index("name")
    row = table.loc["departures_default"]
    assert bool(row["informed"])
    assert row["contraction"] > 0.8
    assert row["prior_q05"] < row["q05"] < row["q50"] < row["q95"] < row["prior_q95"]
    assert list(table.index) == fitted.names


def test_the_seed_fixes_the_posterior(small_model, fitted):
    again = calibrate(small_model, particles=128, seed=2, workers=2)
    other = calibrate(small_model, particles=128, seed=3)
    assert again.values.tobytes() == fitted.values.tobytes()
    assert again.sample.log_evidence == fitted.sample.log_evidence
    assert other.values.tobytes() != fitted.values.tobytes()


def test_members_are_spread_over_the_sample(fitted):
    few = fitted.pick(10)
    assert few.shape == (10, len(fitted.names))
    assert len(np.unique(few[:, 0])) > 5
    many = 2 * len(fitted.values)
    assert fitted.pick(many).shape[0] == many
    assert fitted.pick_prior(7).shape[0] == 7


def test_without_targets_the_posterior_is_the_prior(small_model):
    nothing = gather(small_model).subset(set())
    untold = calibrate(small_model, evidence=nothing, particles=256)
    table = untold.table(small_model)
    assert untold.sample.failed == ""
    assert untold.sample.log_evidence == 0.0
    assert not table["informed"].any()
    assert table["contraction"].abs().max() < 0.15


@pytest.fixture(scope="module")
def trade(flagship: Model) -> Posterior:
    """The flagship, fitted to the trade of one region only."""
    evidence = gather(flagship).subset({"trade_amurskaia"})
    return calibrate(flagship, evidence=evidence, particles=128, seed=1, workers=2)


def test_a_subset_of_the_flagship_is_recovered(flagship, trade):
    ids = {item.quantity.id: item for item in trade.evidence.items}
    figures, _ = flagship.run(trade.names, trade.values, trade.evidence.readings, workers=2)
    for name, observed in (("Q020", 0.4076), ("Q021", 0.1895)):
        item = ids[name]
        got = np.log(figures[:, item.column])
        assert got.mean() == pytest.approx(np.log(observed), abs=0.06)
        assert got.std() == pytest.approx(item.error, rel=0.35)


def test_what_the_subset_does_not_tell_stays_as_it_was(flagship, trade):
    table = trade.table(flagship).set_index("name")
    assert bool(table.loc["trade_level_amurskaia", "informed"])
    silent = table.loc[["hunger", "crossing_risk", "arms", "departures_koreans"]]
    assert not silent["informed"].any()
    assert silent["contraction"].abs().max() < 0.2


def test_what_is_off_is_held_at_zero(small_model):
    prior = joint_prior(small_model)
    setting = Setting(name="baseline", off=("departures_default",))
    fitted = calibrate(small_model, evidence=gather(small_model).subset(set()), setting=setting)
    assert fitted.names == prior.names
    assert (fitted.values[:, fitted.names.index("departures_default")] == 0.0).all()


def test_weights_are_posterior_probabilities_of_equal_rivals():
    np.testing.assert_allclose(weights([0.0, 0.0]), [0.5, 0.5])
    np.testing.assert_allclose(weights([np.log(3.0), 0.0]), [0.75, 0.25])
    np.testing.assert_allclose(weights([-5000.0, -5000.0 - np.log(9.0)]), [0.9, 0.1])
    assert weights([0.0, -1e6])[1] == 0.0


def test_rivals_are_each_refitted_and_weighed(flagship, monkeypatch):
    """On one target only, so that three fits take seconds; the switches must still tell."""
    from marchland.inference import calibrate as room

    everything = gather
    monkeypatch.setattr(room, "gather", lambda model: everything(model).subset({"deaths_1961"}))
    question, rivals = next(
        (name, q.rivals) for name, q in flagship.files.explanations.questions.items()
    )
    found = compare(flagship, question, particles=32, workers=2)
    assert isinstance(found, Comparison)
    assert list(found.table["rival"]) == list(rivals)
    assert found.table["probability"].sum() == pytest.approx(1.0)
    assert found.table["log_evidence"].notna().all()


def test_parameters_known_together_are_named(fitted):
    pairs = fitted.together()
    assert all(abs(r) >= 0.7 and first != second for first, second, r in pairs)


def test_every_parameter_of_the_flagship_is_one_of_the_model(flagship):
    own = set(flagship.index.own)
    assert all(name in PARAMETERS or name in own for name in joint_prior(flagship).names)
    assert isinstance(joint_prior(flagship).names, list)
    assert pd.Series(joint_prior(flagship).names).is_unique
