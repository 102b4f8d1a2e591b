"""A run that is killed goes on when started again, and ends with the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marchland.api import Case
from marchland.case import CaseFiles, load, new
from marchland.inference import smc
from marchland.inference.calibrate import Posterior, calibrate
from marchland.inference.smc import Keeper
from marchland.model import Model
from marchland.outputs.atomic import remove_remains
from marchland.run import Options
from marchland.unfinished import FOLDER, FileKeeper, Unfinished, key_of, program_hash
from marchland.write import write_run
from test_run import FILES, QUESTION

KILLED = Path(__file__).with_name("killed.py")
# Writing a run's folder alone makes more changes than this: each attempt dies before it ends.
MOST_CHANGES = 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small case of one figure."""
    made = new(tmp_path_factory.mktemp("case") / "valley")
    config = made / "case.yaml"
    config.write_text(config.read_text() + QUESTION)
    (made / "evidence").mkdir()
    for name, content in FILES.items():
        (made / name).write_text(content)
    return made


@pytest.fixture(scope="module")
def files(folder: Path) -> CaseFiles:
    return load(folder)


@pytest.fixture
def kept(tmp_path: Path) -> Unfinished:
    return Unfinished(tmp_path, "key")


def kept_files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*"))


def attempt(out: Path, number: int, case: Path) -> subprocess.CompletedProcess[str]:
    """The command, killed at a change of a file of its folder."""
    command = ["run", str(case), "--out", str(out), "--quick", "--members", "30", "--seed", "5"]
    return subprocess.run(
        [sys.executable, str(KILLED), str(out), str(number), *command],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
    )


def test_a_run_killed_again_and_again_ends_with_the_same_bytes(folder, files, tmp_path):
    result = Case(files).run(Options(members=30, seed=5, workers=1, quick=True))
    write_run(result, tmp_path / "whole")
    out, told = tmp_path / "out", ""
    for number in np.random.default_rng(4).integers(5, MOST_CHANGES, 2).tolist():
        done = attempt(out, number, folder)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not (out / "summary.json").exists()
        told += done.stderr
    done = attempt(out, 0, folder)
    assert done.returncode == 0, done.stderr
    assert "continues a run that was stopped: " in told + done.stderr
    assert "damaged" not in told + done.stderr
    expected = {p.relative_to(tmp_path / "whole") for p in (tmp_path / "whole").rglob("*")}
    assert {p.relative_to(out) for p in out.rglob("*")} == expected
    tables = [path for path in expected if path.suffix in (".csv", ".parquet", ".nc")]
    assert len(tables) >= 8
    for name in tables:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


class Stopped(Exception):
    """In place of a kill."""


class Stopping:
    """A keeper that stops the sampler after so many temperatures."""

    def __init__(self, keeper: Keeper, after: int) -> None:
        self.keeper, self.after = keeper, after

    def load(self) -> object | None:
        return self.keeper.load()

    def save(self, state: object) -> None:
        self.keeper.save(state)
        self.after -= 1
        if self.after == 0:
            raise Stopped


@pytest.mark.parametrize("after", [1, 2])
def test_a_sampler_goes_on_from_a_temperature(files, tmp_path, after):
    model, said = Model(files), list[str]()

    def fit(keeper: Keeper | None) -> Posterior:
        return calibrate(model, particles=64, seed=2, keeper=keeper)

    with pytest.raises(Stopped):
        Unfinished(tmp_path, "key").stage("calibrate", lambda k: fit(Stopping(k, after)))
    assert len(kept_files(tmp_path)) == 1
    again = Unfinished(tmp_path, "key", said.append).stage("calibrate", fit)
    whole = fit(None)
    assert said[0].startswith("continues a run that was stopped: calibrate at temperature 0.")
    assert again.values.tobytes() == whole.values.tobytes()
    assert again.sample.log_evidence == whole.sample.log_evidence
    assert again.sample.temperatures == whole.sample.temperatures


def test_a_stage_is_made_once(tmp_path, kept):
    assert kept.stage("one", lambda keeper: "made") == "made"
    said: list[str] = []
    later = Unfinished(tmp_path, "key", said.append)
    assert later.stage("one", lambda keeper: "made again") == "made"
    assert said == []
    assert later.stage("two/part", lambda keeper: 2) == 2
    assert later.stage("three", lambda keeper: 3) == 3
    assert said == ["continues a run that was stopped: two/part"]
    later.close()
    assert not (tmp_path / FOLDER).exists()
    assert tmp_path.is_dir()


def test_names_that_look_alike_are_told_apart(kept):
    kept.stage("compare/a b", lambda keeper: 1)
    assert kept.stage("compare/a-b", lambda keeper: 2) == 2
    assert kept.stage("../../a", lambda keeper: 3) == 3
    assert {p.parent for p in kept_files(kept.folder)} == {kept.folder / FOLDER}


@pytest.mark.parametrize("harm", ["cut", "changed", "empty"])
def test_what_is_damaged_is_made_anew(tmp_path, kept, harm):
    kept.stage("one", lambda keeper: list(range(100)))
    (path,) = kept_files(tmp_path)
    content = path.read_bytes()
    changed = content[:-9] + b"x" + content[-8:]
    path.write_bytes({"cut": content[:-20], "changed": changed, "empty": b""}[harm])
    said: list[str] = []
    assert Unfinished(tmp_path, "key", said.append).stage("one", lambda keeper: 2) == 2
    assert [line.endswith("is damaged and is made anew") for line in said] == (
        [] if harm == "empty" else [True]
    )


def test_what_another_run_kept_is_replaced(tmp_path, kept):
    kept.stage("one", lambda keeper: 1)
    other = Unfinished(tmp_path, "another")
    assert other.stage("one", lambda keeper: 2) == 2
    assert Unfinished(tmp_path, "another").stage("one", lambda keeper: 3) == 2
    assert len(kept_files(tmp_path)) == 1


def test_what_another_user_planted_is_not_read(tmp_path, kept, monkeypatch):
    kept.stage("one", lambda keeper: 1)
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    said: list[str] = []
    assert Unfinished(tmp_path, "key", said.append).stage("one", lambda keeper: 2) == 2
    assert "belongs to another user and is not read" in said[0]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the rights of POSIX")
def test_others_may_not_look(kept):
    kept.stage("one", lambda keeper: 1)
    assert (kept.folder / FOLDER).stat().st_mode & 0o077 == 0


def test_seconds_of_all_attempts_count(tmp_path, kept):
    kept.write("calibrate", {"value": 1, "seconds": 40.0})
    kept.write("compare/a", {"value": 1, "seconds": 2.0})
    kept.write("compare/b/state", {"state": None, "seconds": 3.0})
    later = Unfinished(tmp_path, "key")
    later.stage("calibrate", lambda keeper: 0)
    later.stage("compare/a", lambda keeper: 0)
    later.stage("compare/b", lambda keeper: keeper.load())
    assert later.seconds == {"calibrate": 40.0, "compare": 5.0}


def test_large_states_are_saved_less_often(kept, monkeypatch):
    now, saved = [0.0], []
    monkeypatch.setattr("marchland.unfinished.time.perf_counter", lambda: now[0])

    def slowly(name: str, value: object) -> None:
        saved.append(now[0])
        now[0] += 1.0

    monkeypatch.setattr(kept, "write", slowly)
    keeper = FileKeeper(kept, "calibrate/state")
    for _ in range(60):
        now[0] += 1.0
        keeper.save("state")
    assert saved == [1.0, 22.0, 43.0]


def test_the_key_tells_what_a_figure_depends_on(files):
    options = Options()
    program = program_hash()
    key = key_of(files, options, program)
    assert key == key_of(files, Options(), program)
    others = [
        key_of(files, replace(options, seed=2), program),
        key_of(files, replace(options, quick=True), program),
        key_of(files, replace(options, until=2010), program),
        key_of(replace(files, digest="changed"), options, program),
        key_of(files, options, "another program"),
    ]
    assert len({key, *others}) == 6


def test_a_changed_source_is_another_program(tmp_path):
    (tmp_path / "one.py").write_text("x = 1\n")
    before = program_hash(tmp_path)
    (tmp_path / "one.py").write_text("x = 2\n")
    assert program_hash(tmp_path) != before
    (tmp_path / "one.py").write_text("x = 1\n")
    assert program_hash(tmp_path) == before


def test_remains_of_the_dead_go_and_those_of_the_living_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".out.{dead.pid}-0.part").mkdir()
    (tmp_path / f".out.{os.getpid()}-0.part").write_text("")
    (tmp_path / ".mine.part").write_text("")
    remove_remains(tmp_path)
    left = [f".out.{os.getpid()}-0.part", ".mine.part"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(left)


def test_a_state_of_another_kind_is_no_state(files, tmp_path):
    """The sampler begins where what was kept is none of its states."""
    kept = Unfinished(tmp_path, "key")
    kept.write("calibrate/state", {"state": "nonsense", "seconds": 0.0})
    keeper = FileKeeper(kept, "calibrate/state")
    fitted = calibrate(Model(files), particles=64, seed=2, keeper=keeper)
    assert len(fitted.sample.temperatures) >= 1
    assert isinstance(keeper.load(), smc.State)
