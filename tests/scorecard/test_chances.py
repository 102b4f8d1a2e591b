"""The chance that the model gave to a forecast, from draws whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scorecard_case import forecast

from marchland.case import CaseFiles
from marchland.model import Model
from marchland.scorecard.chances import Question, chance_of, question_of
from marchland.scorecard.scores import binomial_interval

REACH = {"kind": "reach", "value": 1000, "bound": "at_least"}


@pytest.fixture(scope="module")
def model(files: CaseFiles) -> Model:
    return Model(files, until=2012)


@pytest.mark.parametrize(
    ("given", "said", "years"),
    [
        (REACH, "by 2010", 7),
        (REACH | {"horizon": "2000/.."}, "by 2012", 9),
        ({"kind": "level", "value": 5, "bound": "about"}, "in 2010", 1),
        ({"kind": "stay", "value": 5, "bound": "less_than", "horizon": "2008/2010"}, "2008", 3),
        ({"kind": "rise"}, "in 2010 against 2000", 2),
        ({"kind": "fall", "horizon": "2000/.."}, "in 2012 against 2000", 2),
        (REACH | {"horizon": "2002"}, "within the vintage (2003)", 0),
        (REACH | {"horizon": "2040"}, "beyond what is projected (2040)", 0),
        ({"kind": "rise", "made": "2016", "horizon": "2016/.."}, "it was made in 2016", 0),
        ({"kind": "event"}, "no figure of the model carries it", 0),
        ({"kind": "stay"}, "it names no figure", 0),
    ],
)
def test_what_is_read_for_a_forecast(
    given: dict[str, object], said: str, years: int, model: Model
) -> None:
    found = question_of(forecast(**given), model, 2012)
    assert said in found.said and len(found.readings) == years
    assert found.beyond == ("beyond" in found.said)


def test_what_the_model_does_not_compute_has_no_chance(model: Model) -> None:
    mood = {"measure": "mood", "group": None, "unit": "index", "statistic": "mean"}
    found = question_of(forecast(**{"kind": "rise"} | mood), model, 2012)
    assert (found.readings, found.said) == ([], "nothing in the model computes it")


FIGURES = np.array([[900.0, 1100.0, 950.0], [900.0, 950.0, 990.0], [1200.0, 2500.0, 2600.0]])


@pytest.mark.parametrize(
    ("given", "hits"),
    [
        (REACH, 2),
        (REACH | {"bound": "at_most"}, 2),
        ({"kind": "reach", "low": 1000, "high": 2000, "bound": "range"}, 2),
        ({"kind": "reach", "low": 2200, "high": 2300, "bound": "range"}, 0),
        ({"kind": "stay", "value": 1150, "bound": "less_than"}, 2),
        ({"kind": "rise"}, 3),
        ({"kind": "fall"}, 0),
    ],
)
def test_a_chance_is_a_share_of_draws(
    given: dict[str, object], hits: int, model: Model, files: CaseFiles
) -> None:
    one = forecast(**given)
    question = Question(one, "by 2010", question_of(forecast(**REACH), model, 2012).readings[:3])
    found = chance_of(question, FIGURES, files)
    assert found.share == pytest.approx(hits / 3)
    assert (found.low, found.high) == binomial_interval(hits, 3)


def test_broken_members_are_left_out_and_too_many_give_no_chance(
    model: Model, files: CaseFiles
) -> None:
    question = Question(
        forecast(**REACH), "by 2010", question_of(forecast(**REACH), model, 2012).readings[:3]
    )
    some = FIGURES.copy()
    some[1, 2] = np.nan
    assert chance_of(question, some, files).share == 1.0
    some[0, 0] = np.nan
    assert chance_of(question, some, files).share is None
