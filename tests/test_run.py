"""A small case from its ten lines to a run's folder: what is written, and that it stays the same.

The case has one figure, one scenario, one question, and a corridor that opens in 1993.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from marchland.api import Case
from marchland.case import new
from marchland.lines import batches, standard_lines
from marchland.outputs.tables import PREDICTION_COLUMNS, SERIES_COLUMNS
from marchland.run import Options, RunResult, is_inside
from marchland.write import write_run

QUESTION = """\
questions:
  - {id: stock, text: How many westerners were in the east in 2000?, kind: level, \
measure: migrants_stock, place: east, group: westerners, times: ["2000"]}
"""
SCENARIO = """\
open: {title: A poorer west, why: people leave for wages, changes: \
[{driver: income, place: west, from: 1998, to: 2003, scale: 0.5}]}
"""
MODEL = """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: share, equation: E1, reason: a guess}
  income: {prior: {fixed: 1}, unit: elasticity, equation: E1, reason: a guess}
"""
FILES = {
    "model.yaml": MODEL,
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "drivers.csv": (
        "driver,place,start,end,value,unit,quality,source\n"
        "income,east,1990,2003,2,index,A,a\n"
        "income,west,1990,2003,1,index,A,a\n"
    ),
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1997-34,500,persons,a,a:1,A,calibrate\n"
        "Q2,migrants_stock,level,east,westerners,1999-34,900,persons,a,a:2,B,check\n"
    ),
    "evidence/targets.csv": (
        "target,form,quantities,measure,place,period,informs,cannot_tell\n"
        "stock,single,Q1,migrants_stock,east,1997-34,departures,who came back\n"
    ),
    "scenarios.yaml": SCENARIO,
}
WRITTEN = {
    "report.html",
    "summary.json",
    "predictions.csv",
    "series.csv",
    "parameters.csv",
    "assertions.csv",
    "importance.csv",
    "prior_predictive.csv",
    "identification.csv",
    "combinations.csv",
    "recovery.csv",
    "sensitivity.csv",
    "evidence.sqlite",
    "dyads.csv",
    "codebook.md",
    "citation.bib",
    "draws/parameters.parquet",
    "draws/posterior.nc",
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = new(tmp_path_factory.mktemp("run") / "valley")
    config = folder / "case.yaml"
    text = config.read_text().replace("border: EST-WST}]", "border: EST-WST, start: 1993}]")
    config.write_text(text + QUESTION)
    (folder / "evidence").mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content)
    return Case.open(folder)


def made(case: Case, folder: Path, workers: int) -> tuple[RunResult, Path]:
    result = case.run(Options(members=40, seed=3, workers=workers, quick=True))
    write_run(result, folder)
    return result, folder


@pytest.fixture(scope="module")
def done(case: Case, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Path]:
    return made(case, tmp_path_factory.mktemp("one") / "out", workers=1)


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, keep_default_na=False, dtype=str)


def test_every_file_of_the_design_is_written(done):
    result, folder = done
    written = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert written == WRITTEN
    assert all((folder / name).stat().st_size for name in WRITTEN)
    assert result.fit["failed"] == ""


def test_workers_change_no_byte_of_a_table(case, done, tmp_path):
    _, first = done
    _, second = made(case, tmp_path / "out", workers=2)
    tables = sorted(p.name for p in first.glob("*.csv"))
    assert tables == sorted(p.name for p in second.glob("*.csv"))
    for name in tables:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    parquet = "draws/parameters.parquet"
    assert (first / parquet).read_bytes() == (second / parquet).read_bytes()


def test_columns_are_those_of_the_design(done):
    _, folder = done
    for name, columns in (("predictions", PREDICTION_COLUMNS), ("series", SERIES_COLUMNS)):
        with (folder / f"{name}.csv").open(newline="") as file:
            assert tuple(next(csv.reader(file))) == columns


def test_predictions_stand_before_and_after_the_evidence(done):
    _, folder = done
    rows = table(folder, "predictions.csv")
    assert sorted(rows["explanation"] + rows["evidence_id"]) == [
        "posteriorQ1",
        "posteriorQ2",
        "priorQ1",
        "priorQ2",
    ]
    told = rows.set_index(["explanation", "evidence_id"])
    after = told.loc[("posterior", "Q1")]
    assert float(after["q05"]) < 500.0 < float(after["q95"])
    before = told.loc[("prior", "Q1")]
    assert float(before["q95"]) - float(before["q05"]) > float(after["q95"]) - float(after["q05"])
    assert after["low"] == after["high"] == after["counterpart"] == ""


def test_series_before_their_start_are_absent_not_zero(done):
    _, folder = done
    rows = table(folder, "series.csv")
    stock = rows[(rows["measure"] == "migrants_stock") & (rows["scenario"] == "baseline")]
    assert stock["time"].min() == "1993Q1"
    people = rows[(rows["measure"] == "population") & (rows["scenario"] == "baseline")]
    assert not (people["mean"].astype(float) == 0.0).any()
    assert (rows.loc[:, "mean":"q95"] != "").all(axis=None)
    assert rows["time"].str.fullmatch(r"\d{4}Q[1-4]").all()


def test_quantiles_of_a_series_rise(done):
    _, folder = done
    rows = table(folder, "series.csv").loc[:, "q05":"q95"].astype(float)
    assert (np.diff(rows.to_numpy(), axis=1) >= 0.0).all()


def test_a_scenario_stands_beside_the_baseline_and_shares_its_luck(done):
    _, folder = done
    rows = table(folder, "series.csv")
    assert set(rows["scenario"]) == {"baseline", "open", "open - baseline"}
    difference = rows[rows["scenario"] == "open - baseline"]
    before = difference[difference["time"] < "1998Q1"].loc[:, "mean":"q95"].astype(float)
    assert (before == 0.0).all(axis=None)
    after = difference[
        (difference["measure"] == "migrants_stock")
        & (difference["counterpart"] == "")
        & (difference["place"] == "east")
        & (difference["time"] == "2002Q4")
    ]
    assert (after["q50"].astype(float) > 0.0).all()
    assert len(after)


def test_the_summary_says_what_a_program_wants(done):
    _, folder = done

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    text = (folder / "summary.json").read_text()
    summary = json.loads(text, parse_constant=refuse)
    wanted = {"case", "version", "as_of", "seed", "members", "answers", "evidence", "assertions"}
    wanted |= {"contradictions", "fit", "explanations", "scenarios", "seconds"}
    assert wanted <= set(summary)
    assert summary["seed"] == 3
    assert summary["members"] == 40
    assert summary["evidence"]["quantities"] == 2
    (answer,) = summary["answers"]
    assert set(answer) >= {"question", "text", "value", "low", "high", "unit", "verdict"}
    assert answer["low"] < answer["value"] < answer["high"]
    assert {"compile", "calibrate", "simulate", "answer"} <= set(summary["seconds"])
    assert {"total", "informed", "by_status"} <= set(summary["assertions"])


def test_evidence_and_draws_open_in_other_programs(done):
    result, folder = done
    with sqlite3.connect(folder / "evidence.sqlite") as database:
        (count,) = database.execute("select count(*) from quantities").fetchone()
    assert count == 2
    rows = duckdb.sql(f"select * from '{folder / 'draws/parameters.parquet'}'").df()
    pd.testing.assert_frame_equal(rows, result.draws)


def test_the_codebook_names_every_column(done):
    _, folder = done
    text = (folder / "codebook.md").read_text()
    for name in folder.glob("*.csv"):
        with name.open(newline="") as file:
            missing = [c for c in next(csv.reader(file)) if not re.search(rf"\b{c}\b", text)]
        assert not missing, f"{name.name}: {missing}"


def test_a_second_run_replaces_the_first_and_keeps_other_files(case, done, tmp_path):
    result, _ = done
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "series.csv").write_text("old")
    write_run(result, out)
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "series.csv").read_text() != "old"
    assert not [p for p in tmp_path.rglob("*") if "tmp" in p.suffix]


def test_ten_lines_alone_run_at_once(tmp_path):
    result, folder = made(Case.open(new(tmp_path / "valley")), tmp_path / "out", workers=1)
    assert result.answers == []
    assert not result.parameters["informed"].any()
    assert (folder / "report.html").stat().st_size
    assert len(table(folder, "predictions.csv")) == 0
    assert len(table(folder, "series.csv"))


def test_batches_hold_every_line_once(case):
    lines = standard_lines(case.model())
    parts = batches(lines, 7)
    assert [line for part in parts for line in part] == lines
    assert max(map(len, parts)) <= 7
    assert batches([]) == []


@pytest.mark.parametrize(
    ("fields", "bound", "inside"),
    [
        ({"observed": 5.0}, "exact", True),
        ({"observed": 11.0}, "exact", False),
        ({"observed": 11.0}, "more_than", False),
        ({"observed": 1.0}, "at_least", True),
        ({"observed": 99.0}, "less_than", True),
        ({"observed": 1.0}, "at_most", False),
        ({"low": 9.0, "high": 20.0}, "range", True),
        ({"low": 11.0, "high": 20.0}, "range", False),
        ({}, "exact", False),
    ],
)
def test_what_lies_inside_an_interval(fields, bound, inside):
    absent = {"observed": np.nan, "low": np.nan, "high": np.nan}
    row = pd.Series(absent | fields | {"q05": 2.0, "q95": 10.0})
    assert is_inside(row, bound) is inside
