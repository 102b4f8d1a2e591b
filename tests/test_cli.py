"""The command line in processes of its own: what a user sees, and what is left on disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMANDS = ("check", "new", "run", "serve", "scorecard", "calibrate", "compare")
COMMANDS += ("identify", "sensitivity", "mechanisms")


def marchland(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "marchland.cli", *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The ten-line case with two things wrong in one file and one in another."""
    done = marchland("new", "valley", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    case = tmp_path / "valley"
    text = (case / "case.yaml").read_text()
    text = text.replace("origin: west", "origin: wset").replace("as_of: 2003", "as_of: soon")
    (case / "case.yaml").write_text(text)
    model = (case / "model.yaml").read_text()
    (case / "model.yaml").write_text(model.replace("[0.5, 1]", "[0.5, -1]"))
    return case


def test_new_writes_a_case_that_checks(tmp_path):
    made = marchland("new", "valley", folder=tmp_path)
    assert made.returncode == 0
    assert "marchland run valley" in made.stdout
    checked = marchland("check", "valley", folder=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "no problems" in checked.stdout


def test_new_overwrites_nothing(tmp_path):
    (tmp_path / "valley").mkdir()
    (tmp_path / "valley" / "diary.txt").write_text("mine")
    refused = marchland("new", "valley", folder=tmp_path)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert [p.name for p in (tmp_path / "valley").iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("command", ["check", "run", "serve", "calibrate"])
def test_a_broken_case_stops_before_anything_is_written(broken, command):
    before = {p: p.read_bytes() for p in broken.rglob("*") if p.is_file()}
    done = marchland(command, broken, folder=broken.parent)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    problems = [line for line in done.stderr.splitlines() if re.match(r"[\w./]+:\d+: ", line)]
    assert {line.split(":")[0] for line in problems} >= {"case.yaml", "model.yaml"}
    assert any("-1" in line for line in problems)
    assert {p: p.read_bytes() for p in broken.rglob("*") if p.is_file()} == before
    assert [p.name for p in broken.parent.iterdir()] == ["valley"]


def test_a_name_that_is_no_case(tmp_path):
    done = marchland("check", "northeast-asai", folder=tmp_path)
    assert done.returncode == 1
    assert 'no case "northeast-asai"' in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command(tmp_path):
    done = marchland("--help", folder=tmp_path)
    assert done.returncode == 0
    assert all(re.search(rf"\b{name}\b", done.stdout) for name in COMMANDS)
    for name in COMMANDS:
        page = marchland(name, "--help", folder=tmp_path)
        assert page.returncode == 0, name
        assert f"marchland {name}" in page.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--members", "0"], "Must be >= 1"),
        (["run", "--seed", "-1"], "Must be >= 0"),
        (["run", "--seed", "soon"], "unable to convert"),
        (["calibrate", "--workers", "0"], "Must be >= 1"),
        (["serve", "--port", "70000"], "Must be < 65536"),
        (["serve", "--port", "-1"], "Must be >= 0"),
        (["nonsense"], "Unknown command"),
        (["run", "--memebrs", "5"], "--memebrs"),
    ],
)
def test_a_wrong_argument_is_told_at_once(tmp_path, arguments, told):
    done = marchland(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_question_names_those_there_are(tmp_path):
    done = marchland("compare", "--question", "nix", folder=tmp_path)
    assert done.returncode == 1
    assert "unknown question 'nix'; choose from" in done.stderr


def test_one_fold_is_none(tmp_path):
    done = marchland("calibrate", "--folds", "1", folder=tmp_path)
    assert done.returncode == 1
    assert "folds >= 2 must hold" in done.stderr


def test_mechanisms_lists_every_assertion(tmp_path):
    from marchland.case import find_case, load

    done = marchland("mechanisms", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(a.id in done.stdout for a in load(find_case("northeast-asia")).assertions)


@pytest.mark.parametrize("old", [None, "an older report"])
def test_ctrl_c_leaves_no_half_written_file(tmp_path, old):
    out = tmp_path / "out"
    if old is not None:
        out.mkdir()
        (out / "report.html").write_text(old)
    process = subprocess.Popen(
        [sys.executable, "-m", "marchland.cli", "run", "--quick", "--out", str(out)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(5.0)  # past the imports, in the middle of compilation or calibration
    assert process.poll() is None, process.stderr.read() if process.stderr else ""
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert "nothing half-written" in told
    left = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*"))
    left = [name for name in left if ".unfinished" not in name and name != "out"]
    assert left == ([] if old is None else ["out/report.html"])
    if old is not None:
        assert (out / "report.html").read_text() == old
