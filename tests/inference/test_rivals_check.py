"""Which rivals can be told apart by sharper evidence, and how the check counts them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tooling import tool

from marchland.inference.scored import gather
from marchland.model import Setting

shared = tool("replications")
check = tool("rivals_check")
FREE = [
    "trade_level_CHN-RUS",
    "trade_visa",
    "trade_quality",
    "trade_devaluation",
    "hostility_dispute",
]
ALL = Setting(name="baseline")
VISAS = Setting(name="baseline", off=("trade_quality",))
NEITHER = Setting(name="baseline", off=("trade_quality", "trade_visa"))


@pytest.fixture(scope="module")
def few(flagship):
    return shared.reduced(flagship, gather(flagship), FREE)


@pytest.fixture(scope="module")
def sharp(few):
    """Evidence of a world in which visas alone cut trade, and did so strongly."""
    model, evidence = few
    z = np.array([0.3, 1.5, -0.4, 0.2])
    drawn = shared.simulated(model, evidence, [1], setting=VISAS, sharper=20.0)
    assert drawn.prior.free_names == [name for name in FREE if name != "trade_quality"]
    return check.Sharp(model, drawn.evidence, VISAS, z)


def test_the_truth_has_even_odds_against_itself(sharp):
    assert sharp.odds_against(VISAS) == pytest.approx(0.0, abs=0.05)


def test_a_rival_that_lacks_what_matters_has_no_chance(sharp):
    assert sharp.odds_against(NEITHER) > 100.0


def test_a_rival_that_can_say_the_same_loses_little(sharp):
    """Visas and the quality of goods are dated alike: with both free, the evidence fits as well."""
    assert abs(sharp.odds_against(ALL)) < check.ODDS
    assert abs(sharp.odds_against(ALL)) < 0.1 * sharp.odds_against(NEITHER)


def test_every_rival_is_the_truth_in_turn(flagship):
    found = check.truths(flagship)
    questions = flagship.files.explanations.questions
    assert len(found) == sum(len(known.rivals) for known in questions.values())
    assert set(check.switched(flagship)) >= {"trade_visa", "trade_quality", "payment"}
    free = set(shared.joint_prior(flagship).free_names)
    assert set(check.switched(flagship)) <= free


def test_pairs_that_say_the_same_are_not_fitted(few, monkeypatch):
    """And the others are, the true one first; here no fit is made at all."""
    model, evidence = few
    fits: list[tuple[str, ...]] = []

    def fitted(model, evidence, setting, number, prefix=""):
        fits.append(setting.off)
        told = {"log_evidence": "-1" if prefix else "-2", "failed": ""}
        return {f"{prefix}{key}": value for key, value in told.items()}

    monkeypatch.setattr(check, "fitted", fitted)
    odds = {"threat": 0.5, "words": 9.0, "all": 3.5}
    by_off = {setting.off: name for name, setting in check.settings_of(model, "alignment").items()}
    monkeypatch.setattr(check.Sharp, "odds_against", lambda self, s: odds[by_off[s.off]])
    rows = check.case(model, evidence, check.Truth("alignment", "arms"), 3)
    assert [row["rival"] for row in rows] == ["threat", "words", "all"]
    assert [by_off[off] for off in fits] == ["arms", "words", "all"]
    assert "log_evidence" not in rows[0]
    assert all(check.won(row) for row in rows[1:])


def test_the_report_counts_pairs_that_differ_and_wins():
    given = {"question": "q", "true": "a", "rival": "b", "failed": "", "true_log_evidence": -1.0}
    rows = [
        {**given, "case": 0, "foretold": 9.0, "log_evidence": -5.0},
        {**given, "case": 1, "foretold": 8.0, "log_evidence": 0.0, "failed": "It failed."},
        {**given, "case": 2, "foretold": 0.1, "log_evidence": ""},
        {**given, "case": 3, "foretold": 7.0, "log_evidence": -np.inf},
    ]
    page = check.page(rows, ["x"], date(2026, 11, 24))
    assert "4 cases, 4 pairs" in page
    assert "differ in 3 pairs; the true one wins in 2 of these, 66.7 per cent" in page
    assert "1 pairs have a fit that said it failed" in page
    assert "| q | a | b | 4 | 3 | 2 |" in page
