"""`marchland scorecard` and `Case.scorecard`: a finished run is used, otherwise one is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scorecard_case import judged, stock, write_case, write_outcomes

from marchland import cli
from marchland.api import Case
from marchland.errors import MarchlandError
from marchland.run import Options, RunResult
from marchland.scorecard.fit import draws_of, finished_draws
from marchland.scorecard.write import write_scorecard
from marchland.write import write_run

ROWS = (stock(2008, 1500), judged("F2", 2005, 2005, 1))
ADDED = {"scorecard.html", "scorecard.csv", "scorecard_projections.csv", "scorecard.json"}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case.open(write_case(tmp_path_factory.mktemp("command")))


@pytest.fixture(scope="module")
def result(case: Case) -> RunResult:
    return case.run(Options(members=30, seed=4, workers=1, quick=True))


@pytest.fixture(scope="module")
def out(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "out"
    write_run(result, folder)
    return folder


def command(*words: object) -> None:
    cli.app([str(word) for word in words], result_action="return_value")


def test_a_finished_run_is_projected_and_the_run_stays(
    case: Case, out: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    path = write_outcomes(folder, *ROWS)
    command("scorecard", case.files.path, "--outcomes", path, "--out", out, "--workers", 1)
    said = capsys.readouterr()
    assert "4 forecasts" in said.out and "run first" not in said.err
    after = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == ADDED
    summary = json.loads(after["scorecard.json"])
    assert (summary["members"], summary["seed"], summary["until"]) == (30, 4, 2008)


def test_the_codebook_of_the_run_explains_the_tables(out: Path) -> None:
    text = (out / "codebook.md").read_text(encoding="utf-8")
    assert "## scorecard.csv" in text and "## scorecard_projections.csv" in text


def test_without_a_run_the_case_is_run_first(
    case: Case, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marchland.run.QUICK_MEMBERS", 20)
    path = write_outcomes(folder, *ROWS)
    new = folder / "new"
    words = ("--outcomes", path, "--out", new, "--workers", 1, "--quick")
    command("scorecard", case.files.path, *words)
    assert "holds no finished run, so the case is run first" in " ".join(
        capsys.readouterr().err.split()
    )
    names = {path.name for path in new.iterdir()}
    assert names >= ADDED and {"report.html", "summary.json"} <= names


def test_bad_outcomes_stop_the_command_before_anything_is_run(case: Case, folder: Path) -> None:
    path = write_outcomes(folder, stock(2001, 5))
    with pytest.raises(MarchlandError, match="the model has seen that time"):
        command("scorecard", case.files.path, "--outcomes", path, "--out", folder / "new")
    assert not (folder / "new").exists()


def test_the_facade_takes_a_run_in_memory_or_in_a_folder(
    case: Case, result: RunResult, out: Path, folder: Path
) -> None:
    path = write_outcomes(folder, *ROWS)
    one = case.scorecard(path, result=result)
    two = case.scorecard(path, folder=out)
    for name, card in (("one", one), ("two", two)):
        write_scorecard(card, folder / name)
    for name in sorted(ADDED):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


def test_a_run_of_another_vintage_or_case_is_refused(
    case: Case, result: RunResult, out: Path, folder: Path
) -> None:
    path = write_outcomes(folder, *ROWS)
    earlier = Case.open(case.files.path, as_of=2001)
    with pytest.raises(MarchlandError, match="another case or vintage"):
        earlier.scorecard(path, result=result)
    with pytest.raises(MarchlandError, match="is as of 2003, not 2001; run the case again"):
        earlier.scorecard(path, folder=out)
    assert isinstance(finished_draws(out, case.files), type(draws_of(result)))
