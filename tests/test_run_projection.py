"""A run beyond its vintage, and as of another year: what it writes and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from marchland import cli
from marchland.api import Case
from marchland.case.supplied import load_supplied
from marchland.errors import MarchlandError
from marchland.findings import later_checks
from marchland.run import Options, RunResult
from marchland.serving import FinishedRun
from marchland.serving.rerun import rerun
from marchland.write import write_run
from serve_case import serve_case
from test_cli import marchland

LATER = (
    "driver,place,start,end,value,low,high,unit,quality,source,note\n"
    "income,west,2006,2006,2,,,index,A,,\n"
)
QUESTION = """\
questions:
  - {id: stock, text: How many were there?, kind: level, measure: migrants_stock, place: east, \
group: westerners, times: ["2002"]}
"""
FIGURES = (
    "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
    "Q1,migrants_stock,level,east,westerners,1997-34,500,persons,a,a:1,A,calibrate\n"
    "Q2,migrants_stock,level,east,westerners,2005,700,persons,a,a:2,A,check\n"
    "Q3,migrants_stock,level,east,westerners,2009,900,persons,a,a:2,A,check\n"
)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    made = serve_case(tmp_path_factory.mktemp("projected")).files.path
    (made / "evidence").mkdir()
    for name, text in {
        "case.yaml": (made / "case.yaml").read_text() + QUESTION,
        "measures.csv": (
            "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
            "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
        ),
        "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
        "evidence/quantities.csv": FIGURES,
        "evidence/targets.csv": (
            "target,form,quantities,measure,place,period,informs,cannot_tell\n"
            "stock,single,Q1,migrants_stock,east,1997-34,departures,\n"
        ),
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    return Case.open(made)


def made(case: Case, folder: Path, **more: object) -> tuple[RunResult, Path]:
    options = Options(members=30, seed=4, workers=1, quick=True, **more)  # type: ignore[arg-type]
    result = case.run(options)
    write_run(result, folder)
    return result, folder


@pytest.fixture(scope="module")
def plain(case: Case, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Path]:
    return made(case, tmp_path_factory.mktemp("plain") / "out")


@pytest.fixture(scope="module")
def ahead(case: Case, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Path]:
    return made(case, tmp_path_factory.mktemp("ahead") / "out", until=2008)


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def test_up_to_the_vintage_no_byte_changes(plain, ahead):
    for name in ("parameters.csv", "assertions.csv", "importance.csv"):
        assert (plain[1] / name).read_bytes() == (ahead[1] / name).read_bytes(), name
    before, after = read(plain[1], "series.csv"), read(ahead[1], "series.csv")
    assert set(before["basis"]) == {"known"} and before["time"].max() == "2003Q4"
    assert after["time"].max() == "2008Q4"
    early = after[after["time"] < "2004"].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, before)
    assert set(after.loc[after["time"] > "2004", "basis"]) == {"projected"}
    assert plain[0].answers[0].text == ahead[0].answers[0].text


def test_workers_change_no_byte_of_a_projection(case, ahead, tmp_path):
    options = Options(members=30, seed=4, workers=2, quick=True, until=2008)
    again = tmp_path / "out"
    write_run(case.run(options), again)
    for path in sorted(ahead[1].glob("*.csv")):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_later_figures_stand_beside_what_was_projected(plain, ahead):
    assert set(read(plain[1], "predictions.csv")["evidence_id"]) == {"Q1"}
    table = read(ahead[1], "predictions.csv")
    assert set(table["evidence_id"]) == {"Q1", "Q2"}, "2009 is not reached"
    projected = table[(table["evidence_id"] == "Q2") & (table["explanation"] == "posterior")]
    assert list(projected["observed"]) == ["700"]
    assert float(projected["q05"].iloc[0]) < float(projected["q95"].iloc[0])


def test_the_summary_and_the_report_say_what_was_projected(plain, ahead):
    before, after = (json.loads((out / "summary.json").read_text()) for _, out in (plain, ahead))
    assert (before["until"], before["projection"]) == (2003, None)
    assert (after["as_of"], after["until"]) == (2003, 2008)
    told = after["projection"]
    assert (told["from"], told["label"], told["conditional"]) == ("2004Q1", "projected", False)
    assert [(rule["name"], rule["rule"]) for rule in told["rules"]] == [("income", "growth")]
    page, plainly = ((out / "report.html").read_text() for out in (ahead[1], plain[1]))
    assert 'data-projected-from="2004Q1" data-projected-label="projected from 2004Q1"' in page
    assert told["sentence"] in page and "By which rule what comes from outside goes on" in page
    assert "<body>" in plainly and "By which rule" not in plainly


def test_a_rerun_of_a_projection_is_the_run(case, ahead):
    finished = FinishedRun.open(ahead[1], case.files)
    assert (finished.until, finished.courses, finished.conditional) == (2008, 30, False)
    again = rerun(finished, case.files.scenarios["poorer"], ["migrants_stock|east|westerners|"])
    rows = pd.DataFrame(again.rows, columns=None)
    written = read(ahead[1], "series.csv")
    chosen = written[
        (written["scenario"] == "poorer")
        & (written["measure"] == "migrants_stock")
        & (written["place"] == "east")
        & (written["counterpart"] == "")
    ]
    mine = rows[rows[0] == again.name]
    assert list(mine[5]) == list(chosen["time"])
    assert list(mine[7]) == [float(v) for v in chosen["mean"]]


def test_supplied_drivers_make_it_conditional(case, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text(LATER)
    supplied = load_supplied(path, case.files)
    with pytest.raises(MarchlandError, match=r"the run ends then; say how far .* --until 2024"):
        case.run(Options(members=4, quick=True, supplied=supplied))
    _, out = made(case, tmp_path / "out", until=2006, supplied=supplied)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["projection"]["conditional"]
    assert summary["projection"]["supplied"] == "later.csv"
    assert "it takes income from later.csv as known" in (out / "report.html").read_text()
    assert "projected, conditional" in set(read(out, "series.csv")["basis"])
    finished = FinishedRun.open(out, case.files)
    with pytest.raises(MarchlandError, match="took drivers after its vintage from a file"):
        rerun(finished, case.files.scenarios["poorer"])


def test_a_run_reaches_the_period_of_its_questions(case, tmp_path):
    early = Case.open(case.files.path, as_of=1999)
    result, out = made(early, tmp_path / "out")
    assert (result.until, result.files.config.as_of) == (2003, 1999)
    series = read(out, "series.csv")
    assert series.loc[series["basis"] == "known", "time"].max() == "1999Q4"
    assert result.answers[0].text and result.projection is not None
    assert result.projection.begins == "2000Q1"
    finished = FinishedRun.open(out, case.files)
    assert finished.files.config.as_of == 1999


def test_what_would_calibrate_a_later_vintage_checks_an_earlier_one(case):
    early = Case.open(case.files.path, as_of=1996)
    later = later_checks(early.files)
    assert [(row.id, row.use) for row in later] == [
        ("Q1", "check"),
        ("Q2", "check"),
        ("Q3", "check"),
    ]
    assert [row.id for row in later_checks(case.files)] == ["Q2", "Q3"]
    assert early.model().files.targets == []


@pytest.mark.parametrize("until", [1990, 2002, 2104])
def test_until_has_a_range(case, until):
    with pytest.raises(MarchlandError, match=f"between 2003 and 2103, but got {until}"):
        case.run(Options(members=4, quick=True, until=until))


def test_the_command_line_projects(case, tmp_path):
    (tmp_path / "later.csv").write_text(LATER)
    sizes = ("--quick", "--members", 12, "--workers", 1, "--out", "out")
    done = marchland(
        "run", case.files.path, *sizes, "--until", 2006, "--drivers", "later.csv", folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "From 2004Q1 to 2006Q4 figures are projected as of 2003" in said
    assert "is conditional: it takes income from later.csv as known" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"as_of": 2050}, "as_of must lie between 1990"),
        ({"until": 1999}, "until must lie between 2003 and 2103, but got 1999"),
        ({"drivers": "later.csv"}, "but the run ends then"),
        ({"until": 2006, "drivers": "none.csv"}, "there is no file"),
    ],
)
def test_the_command_line_refuses_what_cannot_be_projected(case, tmp_path, options, message):
    (tmp_path / "later.csv").write_text(LATER)
    given = {k: tmp_path / v if k == "drivers" else v for k, v in options.items()}
    with pytest.raises(MarchlandError, match=message):
        cli.run(str(case.files.path), quick=True, out_dir=tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [cli.calibrate, cli.compare])
def test_fits_have_a_vintage(case, command):
    with pytest.raises(MarchlandError, match="as_of must lie between 1990"):
        command(str(case.files.path), as_of=2050)
