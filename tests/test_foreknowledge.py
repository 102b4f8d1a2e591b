"""Commands that ask what a case could tell, as a user gives them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from marchland.api import Case
from marchland.case import new
from marchland.cli import app
from marchland.errors import MarchlandError

FILES = {
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1995-34,500,persons,a,a:1,A,calibrate\n"
    ),
    "evidence/targets.csv": (
        "target,form,quantities,measure,place,period,informs,cannot_tell\n"
        "stock,single,Q1,migrants_stock,east,1995-34,departures,\n"
    ),
    "model.yaml": """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: "per 1,000 and quarter", reason: guess}
  diaspora: {prior: {normal: [0.3, 0.1]}, unit: elasticity, equation: E2, reason: guess}
  arms_need: {prior: {normal: [0, 1]}, unit: log, equation: E14, reason: "moves no figure"}
""",
    "explanations.yaml": """\
questions:
  what:
    text: What else?
    rivals: {pay: {title: Pay}, arms: {title: Arms, off: [arms_need]}}
""",
}
QUESTION = """\
questions:
  - {id: stock, text: How many westerners were in the east?, kind: level, \
measure: migrants_stock, place: east, group: westerners, times: ["1995"]}
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = new(tmp_path_factory.mktemp("ask") / "valley")
    (folder / "evidence").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with (folder / "case.yaml").open("a") as file:
        file.write(QUESTION)
    return folder


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def said(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    app(list(command), result_action="return_value")
    return " ".join(capsys.readouterr().out.split())


def test_identify_says_what_can_be_told(case, capsys):
    text = said(capsys, "identify", str(case), "--workers", "1")
    assert "Before any fit: simulated evidence tells a fifth or more of 1 of 3 parameters" in text
    assert "cannot be told" in text and "departures_default" in text
    assert "what: Structural exploration" in text


def test_identify_refuses_a_question_that_is_none(case):
    with pytest.raises(MarchlandError, match="unknown question 'why'; choose from what"):
        app(["identify", str(case), "--question", "why"], result_action="return_value")


def test_sensitivity_ranks_parameters(case, capsys):
    text = said(capsys, "sensitivity", str(case), "--trajectories", "8")
    assert "departures_default" in text and "mu_star" in text


def test_compare_gives_no_probabilities_where_nothing_is_recovered(case, monkeypatch):
    from marchland import api

    def quick(model, question, *, seed, workers):
        return compare(model, question, particles=48, seed=seed, workers=workers)

    compare = api.compare
    monkeypatch.setattr(api, "compare", quick)
    found = Case.open(case).compare("what", workers=1)
    assert found.table["probability"].isna().all()
    assert set(found.table["label"]) == {"structural exploration"}
    assert found.table["log_evidence"].notna().all()


def test_a_start_does_not_load_what_only_these_commands_need():
    loaded = "[n for n in ('sklearn', 'SALib', 'matplotlib') if n in sys.modules]"
    code = f"import sys, marchland.api, marchland.cli; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
