"""Whether the true one of two rivals is recovered, and what follows where it is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland.case import load, new
from marchland.inference import recovery_fits
from marchland.inference.calibrate import Comparison
from marchland.inference.recovery import (
    ALIKE,
    COLUMNS,
    EXPLORATION,
    LOST,
    RECOVERED,
    Recovery,
    counted,
    recovery,
    scored,
)
from marchland.inference.recovery_fits import recovery_by_fits
from marchland.inference.scored import gather
from marchland.model import Model

# With the first rival hardly anybody leaves; the other two differ in what no figure tells.
MODEL = """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 0.3]}, unit: "per 1,000 and quarter", reason: guess}
  income: {prior: {normal: [1.0, 0.4]}, unit: elasticity, equation: E1, reason: guess}
  diaspora: {prior: {normal: [0.3, 0.1]}, unit: elasticity, equation: E2, reason: guess}
  arms_need: {prior: {normal: [1.0, 0.1]}, unit: log, equation: E14, reason: "moves no figure"}
"""
EXPLANATIONS = """\
questions:
  why:
    text: Why do they cross?
    rivals:
      kin: {title: Kin, set: {diaspora: 0.6}}
      pay: {title: Pay, off: [diaspora]}
  what:
    text: What else?
    rivals:
      pay: {title: Pay, off: [diaspora]}
      arms: {title: Arms, off: [diaspora, arms_need]}
"""


@pytest.fixture(scope="module")
def rivals(tmp_path_factory, one_figure) -> Model:
    """The ten-line case with rivals: two that its figure tells apart, and two that it does not."""
    folder = new(tmp_path_factory.mktemp("rivals") / "case")
    (folder / "evidence").mkdir()
    for name, text in one_figure.items():
        (folder / name).write_text(text)
    (folder / "model.yaml").write_text(MODEL)
    (folder / "explanations.yaml").write_text(EXPLANATIONS)
    return Model(load(folder))


@pytest.fixture(scope="module")
def found(rivals) -> Recovery:
    return recovery(rivals, draws=500, seed=1)


def test_rivals_that_a_figure_tells_apart_are_recovered(found):
    pair = found.pairs("why").iloc[0]
    assert pair["right"] > 0.9
    assert pair["recovered"] and pair["reason"] == RECOVERED
    assert pair["right_low"] < pair["right"] < pair["right_high"]
    assert pair["log_score"] > np.log(0.5)
    assert found.label("why") == "" and found.sentence("why") == ""


def test_rivals_that_say_the_same_are_not(found):
    pair = found.pairs("what").iloc[0]
    assert pair["right"] == pytest.approx(0.5, abs=0.06)
    assert pair["reason"] == ALIKE
    assert found.label("what") == EXPLORATION
    assert "“Pay” or “Arms” in" in found.sentence("what")


def test_only_where_a_pair_is_lost_the_errors_are_made_smaller(found):
    table = found.table
    assert list(table.columns) == list(COLUMNS)
    assert set(table[table["question"] == "why"]["sharper"]) == {1.0}
    assert set(table[table["question"] == "what"]["sharper"]) == {1.0, 20.0}
    assert table[table["sharper"] == 20.0]["recovered"].isna().all()


def test_a_question_without_recovery_gets_no_probabilities(found):
    def compared(question: str) -> Comparison:
        table = pd.DataFrame({"rival": ["a", "b"], "probability": [0.9, 0.1]})
        return found.withheld(Comparison(question, table))

    assert compared("why").table["probability"].tolist() == [0.9, 0.1]
    assert set(compared("why").table["label"]) == {""}
    assert compared("what").table["probability"].isna().all()
    assert set(compared("what").table["label"]) == {EXPLORATION}


def test_the_seed_fixes_it_whatever_the_threads(rivals, found):
    again = recovery(rivals, draws=500, seed=1, workers=2)
    pd.testing.assert_frame_equal(again.table, found.table, check_exact=True)
    assert not recovery(rivals, ["what"], draws=500, seed=2).table.equals(found.table)


def test_without_evidence_one_chooses_by_chance(rivals):
    blind = recovery(rivals, evidence=gather(rivals).subset(set()), draws=200)
    assert set(blind.table["right"]) == {0.5}
    assert blind.label("why") == EXPLORATION


def test_four_of_five_are_enough_only_where_cases_are_many():
    truth = np.repeat([0, 1], 500)
    often = counted(np.arange(1000) % 100 < 82, truth, 1.0)
    few = counted(np.arange(20) % 20 < 16, np.repeat([0, 1], 10), 1.0)
    assert often["recovered"] and often["right_low"] == pytest.approx(0.795, abs=0.005)
    assert not few["recovered"] and few["right_low"] == pytest.approx(0.584, abs=0.005)
    sure = scored(np.where(truth == 1, 0.9, 0.1), truth, 1.0)
    assert sure["log_score"] == pytest.approx(np.log(0.9))


def test_errors_to_blame_are_told_from_rivals_alike(rivals):
    """A figure so poor that nothing can be told by it, and could by a better one."""
    evidence = gather(rivals)
    item = evidence.items[0]
    poor = evidence.subset(set(evidence.targets))
    poor.items = [type(item)(item.quantity, item.column, item.target, 4.0, item.weight)]
    lost = recovery(rivals, ["why"], evidence=poor, draws=500)
    assert lost.pairs("why").iloc[0]["reason"] == LOST


def test_real_fits_choose_the_true_one(rivals, monkeypatch):
    monkeypatch.setattr(recovery_fits, "QUICK_PARTICLES", 64)
    monkeypatch.setattr(recovery_fits, "QUICK_LESSONS", 30)
    told: list[str] = []
    table = recovery_by_fits(rivals, ["why"], fits=3, seed=1, say=told.append)
    assert len(told) == 6
    row = table.iloc[0]
    assert (row["method"], row["cases"]) == ("fits", 6)
    assert row["right"] >= 5 / 6
    assert list(table.columns) == list(COLUMNS)


def test_some_pairs_of_the_flagship_cannot_be_told_apart(flagship):
    found = recovery(flagship, ["compliance"], draws=400, sharper=False, workers=2)
    right = found.pairs("compliance").set_index(["rival", "other"])["right"]
    assert right["they_do", "composition"] < 0.62
    assert right["payment", "composition"] > 0.7
    assert found.label("compliance") == EXPLORATION
