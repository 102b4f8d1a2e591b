"""The tutorial runs as it is written, and the description of the folder names every column."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from marchland.case import CaseFiles, load, new
from marchland.case import settings as entries
from marchland.case.casefiles import FILES, TABLES
from marchland.case.schema import COUNTED, columns

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (file|shows) (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNS = importlib.util.find_spec("marchland.cli") is not None


def steps() -> list[tuple[str, str, str, str]]:
    """Blocks of the tutorial: language, what to do with a file, which, and the text."""
    return BLOCK.findall((DOCS / "tutorial.md").read_text(encoding="utf-8"))


def put(folder: Path, role: str, name: str, text: str) -> None:
    """Write a file as the reader would, or see that it holds what the page shows."""
    path = folder / name
    if role == "shows":
        assert path.read_text(encoding="utf-8") == text
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_files_of_the_tutorial_load_after_every_step(tmp_path: Path) -> None:
    files: CaseFiles | None = None
    for language, role, name, text in steps():
        if role:
            put(tmp_path, role, name, text)
        for command in text.splitlines() if language == "sh" else []:
            program, verb, case, *_ = shlex.split(command)
            assert program == "marchland"
            if verb == "new":
                new(tmp_path / case)
            else:
                files = load(tmp_path / case)
    assert files is not None
    assert [row.value for row in files.quantities] == [12000]
    assert set(files.parameters) == {"departures_default", "diaspora", "opening"}
    assert list(files.scenarios) == ["border_shut"]


@pytest.mark.skipif(not RUNS, reason="the command line is not there yet")
def test_the_commands_of_the_tutorial(tmp_path: Path) -> None:
    for language, role, name, text in steps():
        if role:
            put(tmp_path, role, name, text)
        for command in text.splitlines() if language == "sh" else []:
            _, *arguments = shlex.split(command)
            done = subprocess.run(
                [sys.executable, "-m", "marchland.cli", *arguments],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "valley-out" / "report.html").exists()


def test_the_page_names_every_file_column_and_key() -> None:
    page = (DOCS / "case-folder.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`\n]+)`", page))
    assert set(FILES) <= named
    for model in TABLES.values():
        assert set(columns(model)) <= named, model.__name__
    described = (
        *(entries.Config, entries.Group, entries.Border, entries.Corridor, entries.AskedQuestion),
        *(entries.Regime, entries.Treaty, entries.Provision, entries.Stay, entries.Observation),
        *(entries.SurveySetting, entries.Question, entries.Rival, entries.RuleChange),
        *(entries.DriverChange, entries.SwitchChange),
    )
    for entry in described:
        fields = entry.model_fields.items()
        keys = {info.alias or name for name, info in fields} - {*COUNTED, "id"}
        assert keys <= named, (entry.__name__, keys - named)


def test_dates_of_the_page_are_dates() -> None:
    page = (DOCS / "case-folder.md").read_text(encoding="utf-8")
    table = page.split("### Dates")[1].split("###")[0]
    from marchland.case import parse_period

    texts = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert len(texts) == 10
    for text in texts:
        parse_period(text)
