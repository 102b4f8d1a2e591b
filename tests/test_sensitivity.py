"""Morris screening: against a model whose elementary effects are known, and on a small case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland import sensitivity as room
from marchland.answers import Answer
from marchland.case import load, new
from marchland.identified import SENSITIVITY_COLUMNS
from marchland.model import Model
from marchland.sensitivity import sensitivity, unfitted_answers

QUESTION = """\
questions:
  - {id: stock, text: How many westerners were in the east in 2000?, kind: level, \
measure: migrants_stock, place: east, group: westerners, times: ["1995", "2000"]}
"""
PARAMETERS = """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: "per 1,000 and quarter", reason: guess}
  overstay: {prior: {lognormal: [1.0, 0.2]}, unit: hazard, equation: E5b, reason: guess}
  return_rate: {prior: {lognormal: [0.8, 0.3]}, unit: per year, equation: E6, reason: guess}
  arms_need: {prior: {normal: [0, 1]}, unit: log, equation: E14, reason: moves nothing here}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory, one_figure) -> Model:
    folder = new(tmp_path_factory.mktemp("morris") / "case")
    (folder / "evidence").mkdir()
    for name, text in one_figure.items():
        (folder / name).write_text(text)
    (folder / "model.yaml").write_text(PARAMETERS)
    with (folder / "case.yaml").open("a") as file:
        file.write(QUESTION)
    return Model(load(folder))


@pytest.fixture(scope="module")
def one_figure() -> dict[str, str]:
    return {
        "measures.csv": (
            "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
            "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
        ),
        "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    }


@pytest.fixture(scope="module")
def screened(model) -> pd.DataFrame:
    return sensitivity(model, unfitted_answers(model), trajectories=12, seed=1)


def test_every_figure_and_parameter_has_a_row(screened, model):
    assert list(screened.columns) == list(SENSITIVITY_COLUMNS)
    assert len(screened) == 2 * 4
    assert set(screened["figure"]) == {"1995", "2000"}
    assert (screened["trajectories"] == 12).all()


def test_ranks_are_those_of_the_model(screened):
    for _, rows in screened.groupby("figure"):
        size = rows.set_index("parameter")["mu_star"]
        assert size["departures_default"] > 3.0 * size["return_rate"] > 0.1
        assert size["arms_need"] == 0.0


def test_a_figure_that_spans_a_factor_of_ten_is_taken_by_its_logarithm(screened):
    row = screened.set_index(["figure", "parameter"]).loc[("2000", "departures_default")]
    assert row["scale"] == "log"
    # Nearly proportional to departures, whose central 90 per cent spans 2 x 1.645 in logs.
    assert row["mu_star"] == pytest.approx(3.29, rel=0.15)
    assert row["mu_star_low"] <= row["mu_star"] <= row["mu_star_high"]
    assert row["relative"] > 0.8


def test_signs_are_told_by_the_mean(screened):
    mean = screened[screened["figure"] == "2000"].set_index("parameter")["mu"]
    assert mean["departures_default"] > 0.0 > mean["return_rate"]


def test_threads_change_nothing_and_the_seed_does(screened, model):
    answers = unfitted_answers(model)
    again = sensitivity(model, answers, trajectories=12, seed=1, workers=2)
    pd.testing.assert_frame_equal(again, screened, check_exact=True)
    other = sensitivity(model, answers, trajectories=12, seed=2)
    assert not other["sigma"].equals(screened["sigma"])


def test_effects_that_depend_on_others_have_a_large_deviation(monkeypatch, model):
    """y = a + b c over quantiles: a moves y alike everywhere, b and c do not."""

    class Made:
        def __init__(self, asked, model, draws, workers):
            names, values = draws
            a, b, c = (values[:, names.index(n)] for n in NAMES)
            self.before = [np.stack([a + b * c, np.where(a > 0, a, np.nan)], axis=1)]

    class Prior:
        names = free_names = NAMES

        @staticmethod
        def values(z):
            return z

    rows = pd.DataFrame({"label": ["y", "gap"], "unit": "index", "low": 0.0, "high": 1.0})
    made = Answer("q", "", "", "", 0, 0, 0, "", rows, "", "", [], [], "")
    monkeypatch.setattr(room, "Reader", Made)
    monkeypatch.setattr(room, "joint_prior", lambda *_: Prior)
    monkeypatch.setattr(room, "wanted", lambda *_: [type("W", (), {"answer": made})])
    table = sensitivity(model, [made], trajectories=40)
    y = table[table["figure"] == "y"].set_index("parameter")
    assert y.loc["a", "sigma"] < 0.5 < y.loc["b", "sigma"]
    assert y.loc["a", "mu_star"] == pytest.approx(y.loc["a", "mu"])
    assert abs(y.loc["b", "mu"]) < y.loc["b", "mu_star"]
    assert set(y["scale"]) == {"unit"}
    gap = table[table["figure"] == "gap"]
    assert gap.empty or (gap["trajectories"] < 40).all()


NAMES = ["a", "b", "c"]


def test_without_questions_there_is_nothing_to_screen(model):
    assert sensitivity(model, []).empty
