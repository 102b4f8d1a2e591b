import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marchland.outputs import atomic_folder, atomic_path, atomic_write

SLOW = """
import sys, time
from pathlib import Path
from marchland.outputs import atomic_folder, atomic_path
kind, target = sys.argv[1], Path(sys.argv[2])
with (atomic_path if kind == "file" else atomic_folder)(target) as place:
    file = place if kind == "file" else place / "series.csv"
    with file.open("w") as stream:
        for number in range(100000):
            stream.write("half a row,")
            stream.flush()
            if number == 10:
                print("writing", flush=True)
            time.sleep(0.01)
"""


def interrupt(kind, target):
    """Start a slow writer, send Ctrl-C once it writes, and wait for its end."""
    command = [sys.executable, "-c", SLOW, kind, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"writing"
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        assert process.returncode != 0


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_an_interrupted_file_leaves_nothing(tmp_path):
    interrupt("file", tmp_path / "series.csv")
    assert names(tmp_path) == []


def test_an_interrupted_file_leaves_the_old_one(tmp_path):
    (tmp_path / "series.csv").write_text("whole\n")
    interrupt("file", tmp_path / "series.csv")
    assert (tmp_path / "series.csv").read_text() == "whole\n"
    assert names(tmp_path) == ["series.csv"]


def test_an_interrupted_folder_leaves_nothing(tmp_path):
    interrupt("folder", tmp_path / "out")
    assert names(tmp_path) == []


def test_an_interrupted_folder_leaves_the_old_files(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "series.csv").write_text("whole\n")
    interrupt("folder", tmp_path / "out")
    assert (tmp_path / "out" / "series.csv").read_text() == "whole\n"
    assert names(tmp_path) == ["out", "series.csv"]


def test_a_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "deep" / "a.txt"
    with atomic_path(target) as temporary:
        temporary.write_text("one")
        assert not target.exists()
        assert temporary.parent == target.parent
    assert target.read_text() == "one"
    assert names(tmp_path / "deep") == ["a.txt"]


def test_a_failed_block_leaves_what_stood_there(tmp_path):
    atomic_write(tmp_path / "a.txt", "old\n")
    with pytest.raises(RuntimeError), atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_bytes() == b"old\n"
    assert names(tmp_path) == ["a.txt"]


def test_a_new_folder_appears_at_once(tmp_path):
    with atomic_folder(tmp_path / "out") as temporary:
        (temporary / "draws").mkdir()
        (temporary / "draws" / "a").write_text("1")
        assert not (tmp_path / "out").exists()
    assert names(tmp_path) == ["a", "draws", "out"]


def test_files_of_other_origin_stay(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    (tmp_path / "series.csv").write_text("old")
    with atomic_folder(tmp_path) as temporary:
        (temporary / "series.csv").write_text("new")
        (temporary / "draws").mkdir()
        (temporary / "draws" / "a").write_text("1")
    assert (tmp_path / "thesis.docx").read_text() == "mine"
    assert (tmp_path / "series.csv").read_text() == "new"
    assert names(tmp_path) == ["a", "draws", "series.csv", "thesis.docx"]


def test_files_get_the_usual_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("x")
    atomic_write(tmp_path / "atomic", "x")
    assert (tmp_path / "atomic").stat().st_mode == plain.stat().st_mode


def test_an_interrupt_while_files_move_waits(tmp_path, monkeypatch):
    moved = []

    def move(source, target, last):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        moved.append(target)

    monkeypatch.setattr("marchland.outputs.atomic._move_files", move)
    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt), atomic_folder(tmp_path / "out"):
        pass
    assert moved == [tmp_path / "out"]
    assert names(tmp_path) == ["out"]


def test_the_file_that_vouches_moves_last(tmp_path, monkeypatch):
    """A process that dies while files move leaves a folder that claims nothing."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text("old")
    moved = []
    replace = Path.replace

    def dies(self, target):
        moved.append(self.name)
        if len(moved) == 2:
            raise RuntimeError("died")
        return replace(self, target)

    def write(work):
        for name in ("a.csv", "summary.json", "z.csv"):
            (work / name).write_text("new")

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(RuntimeError), atomic_folder(out, last="summary.json") as work:
        write(work)
    assert names(out) == ["a.csv"]
    with atomic_folder(out, last="summary.json") as work:
        write(work)
    assert moved[2:] == ["a.csv", "z.csv", "summary.json"]
    assert names(out) == ["a.csv", "summary.json", "z.csv"]
