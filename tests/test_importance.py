"""How far assumptions move answers: in a case where the effect is known, and in the flagship."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.answers import Answer, answer
from marchland.asked import Reader, wanted
from marchland.case import find_case, load, new
from marchland.case.schema import DriverRow
from marchland.ensembles import Ensembles
from marchland.importance import COLUMNS, DRIVER_DRAWS, HELD, NO_RANGE, NOISE, importance, moved
from marchland.inference.calibrate import joint_prior
from marchland.model import Model

QUESTION = """\
questions:
  - {id: stock, text: How many were in the east?, kind: level, measure: migrants_stock, \
place: east, group: westerners, times: ["2000", "2001"]}
"""
FILES = {
    "model.yaml": """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: share, equation: E1, reason: a guess}
  income: {prior: {fixed: 1}, unit: elasticity, equation: E1, reason: a guess}
  opportunity: {prior: {normal: [0, 1]}, unit: none, equation: E1, reason: nothing to act on}
""",
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
    ),
    "drivers.csv": (
        "driver,place,start,end,value,low,high,unit,quality,source\n"
        "population,west,1990,,3000000,2700000,3300000,persons,C,a\n"
        "income,east,1990,1990,2,,,index,A,a\n"
        "income,west,1990,1990,1,0.8,1.2,index,D,a\n"
        "income,west,2003,2003,1,0.8,1.2,index,B,a\n"
        "gdp,WST,1990,2003,5,1,9,billion USD a year,D,a\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
}


def _answer(name: str, question: str) -> Answer:
    row = {"value": 500.0, "low": 0.0, "high": 1000.0, "unit": "persons", "told": True}
    rows = pd.DataFrame([{"label": year} | row for year in ("2000", "2001")])
    text = ("answered", 500.0, 0.0, 1000.0, "persons")
    return Answer(name, question, "", *text, rows, "migrants_stock", "E1-E6", [], [], "")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = new(tmp_path_factory.mktemp("importance") / "valley")
    config = folder / "case.yaml"
    config.write_text(config.read_text() + QUESTION)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return Model(load(folder))


def _draws(number: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "departures_default": 0.5 * np.exp(0.3 * rng.normal(size=number)),
            "income": np.ones(number),
            "opportunity": rng.normal(size=number),
        }
    )


PARAMETERS = pd.DataFrame(
    {
        "name": ["departures_default", "income", "opportunity"],
        "family": ["lognormal", "fixed", "normal"],
        "informed": [True, False, False],
    }
)


def _table(model: Model, **more: Any) -> pd.DataFrame:
    answers = [_answer("stock", "How many?")]
    return importance(model, _draws(), answers, PARAMETERS, **more)


@pytest.fixture(scope="module")
def table(model: Model) -> pd.DataFrame:
    return _table(model)


def _one(table: pd.DataFrame, name: str, place: str = "") -> pd.Series:
    rows = table[(table["name"] == name) & (table["place"] == place) & (table["row"] == 0)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_assumption_stands_beside_every_figure(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 2 * (4 + 3)
    assert sorted(table["figure"].unique()) == ["2000", "2001"]


def test_a_tenth_more_people_send_a_tenth_more_migrants(table: pd.DataFrame, model: Model) -> None:
    row = _one(table, "population", "west")
    used = _draws().iloc[np.arange(DRIVER_DRAWS) * 120 // DRIVER_DRAWS]
    asked = wanted(model.files, [_answer("stock", "")])
    reader = Reader(asked, model, (list(used), used.to_numpy()), 1)
    middle = np.median(reader.before[0][:, 0])
    assert row["change_low"] == pytest.approx(-0.1 * middle, rel=1e-3)
    assert row["change_high"] == pytest.approx(0.1 * middle, rel=1e-3)
    assert row["relative"] == pytest.approx((row["change_high"] - row["change_low"]) / 1000.0)
    assert row["move"] == "level" and row["quality"] == "C"


def test_an_error_of_level_of_incomes_does_nothing_and_one_of_trend_does(
    table: pd.DataFrame,
) -> None:
    row = _one(table, "income", "west")
    assert row["move"] == "trend"
    # Incomes at home that fall against the reference drive people out.
    assert row["change_low"] > 0.0 > row["change_high"]
    assert row["quality"] == "D"


def test_a_driver_that_cannot_matter_moves_exactly_nothing(table: pd.DataFrame) -> None:
    row = _one(table, "gdp", "WST")
    assert (row["change_low"], row["change_high"], row["relative"]) == (0.0, 0.0, 0.0)


def test_what_has_no_range_is_absent_and_not_zero(table: pd.DataFrame) -> None:
    for name, place, note in (("income", "east", NO_RANGE), ("income", "", HELD)):
        row = _one(table, name, place)
        assert row[["change_low", "change_high", "relative"]].isna().all()
        assert row["note"] == note


def test_a_prior_that_acts_is_told_from_one_that_does_not(table: pd.DataFrame) -> None:
    acts, idle = _one(table, "departures_default"), _one(table, "opportunity")
    assert acts["change_low"] < 0.0 < acts["change_high"]
    assert acts["relative"] > acts["noise"] and acts["note"] == ""
    assert idle["note"] == NOISE and idle["relative"] <= idle["noise"]
    assert acts["informed"] is True and idle["informed"] is False


def test_workers_change_nothing(model: Model, table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(_table(model, workers=2), table, check_exact=True)


def test_without_questions_or_draws_there_is_no_row(model: Model) -> None:
    assert len(importance(model, _draws(), [], PARAMETERS)) == 0
    none = importance(model, _draws().iloc[:0], [_answer("stock", "")], PARAMETERS)
    assert tuple(none.columns) == COLUMNS and len(none) == 0


def _row(year: int, value: float, low: float | None, high: float | None) -> DriverRow:
    fields = {"driver": "income", "place": "x", "start": str(year), "value": value, "unit": "index"}
    return DriverRow.model_validate(fields | {"low": low, "high": high, "quality": "D"})


@given(
    st.lists(
        st.tuples(st.integers(1900, 2000), *[st.floats(0, 1e6) for _ in range(3)]), min_size=1
    ),
    st.sampled_from(["level", "trend"]),
    st.booleans(),
)
def test_rows_move_within_their_ranges(
    drawn: list[tuple[int, float, float, float]], way: str, up: bool
) -> None:
    rows = [_row(year, v, v - below, v + above) for year, v, below, above in drawn]
    for before, after in zip(rows, moved(rows, way, up), strict=True):
        assert before.low is not None and before.high is not None
        room = 1e-9 * (1.0 + abs(before.high) + abs(before.low))
        assert before.low - room <= after.value <= before.high + room
    lone = _row(1950, 3.0, None, None)
    assert moved([lone], way, up) == [lone]


def test_the_figures_are_those_of_the_answers() -> None:
    """Medians of what is moved are, before the move, the values of the answers of the flagship."""
    model = Model(load(find_case("northeast-asia")))
    prior = joint_prior(model)
    values = prior.values(0.3 * np.random.default_rng(2).normal(size=(9, prior.dimension)))
    posterior = SimpleNamespace(
        names=prior.names,
        pick=lambda members: values,
        pick_prior=lambda members: values,
        evidence=SimpleNamespace(records=[]),
        table=lambda model: pd.DataFrame({"name": [], "equation": [], "family": []}),
    )
    ensembles = Ensembles(model, posterior, 9, 1, 1, stochastic=False)  # type: ignore[arg-type]
    said = [answer(ensembles, asked, None) for asked in model.files.config.questions]
    reader = Reader(wanted(model.files, said), model, (prior.names, values), 1)
    assert {a.kind for a in model.files.config.questions} >= {"level", "scenario", "contrast"}
    for one, figures in zip(said, reader.before, strict=True):
        assert np.median(figures, axis=0) == pytest.approx(one.rows["value"].to_numpy(), abs=1e-12)
