"""`Case.report`: one file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import marchland.report
from marchland.api import Case
from marchland.errors import MarchlandError
from marchland.run import Options, RunResult
from serve_case import serve_case

OPTIONS = Options(members=20, quick=True, workers=1)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return serve_case(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def result(case: Case) -> RunResult:
    return case.run(OPTIONS)


def test_it_writes_one_file_and_nothing_else(case, result, tmp_path):
    path = case.report(tmp_path / "new" / "valley.html", OPTIONS)
    assert path == tmp_path / "new" / "valley.html"
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["valley.html"]
    text = path.read_text(encoding="utf-8")
    assert "<title>A first borderland" in text
    assert len(text.encode()) < 5_000_000
    assert text == case.report(tmp_path / "again.html", result=result).read_text(encoding="utf-8")


def test_a_failure_leaves_what_was_there(case, result, tmp_path, monkeypatch):
    path = tmp_path / "valley.html"
    path.write_text("old")

    def broken(result: RunResult, *, sources: Path | None = None) -> str:
        raise RuntimeError("no page")

    monkeypatch.setattr(marchland.report, "render", broken)
    with pytest.raises(RuntimeError):
        case.report(path, result=result)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["valley.html"]


def test_what_a_user_can_mend(case, result, tmp_path):
    with pytest.raises(MarchlandError, match="name a file"):
        case.report(tmp_path, result=result)
    with pytest.raises(MarchlandError, match="not both"):
        case.report(tmp_path / "a.html", OPTIONS, result=result)
    other = serve_case(tmp_path)
    scenarios = other.files.path / "scenarios.yaml"
    scenarios.write_text(scenarios.read_text() + "\n")
    with pytest.raises(MarchlandError, match="of another case"):
        Case.open(other.files.path).report(tmp_path / "a.html", result=result)
    assert not (tmp_path / "a.html").exists()
