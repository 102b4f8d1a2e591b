"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType

import psutil

_numbers = count()
_REMAINS = re.compile(r"\..+\.(\d+)-\d+\.part")


def _temporary(folder: Path, name: str) -> Path:
    # In the same folder, hence on the same disk: only then is the last step one step.
    return folder / f".{name}.{os.getpid()}-{next(_numbers)}.part"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well.

    Parameters
    ----------
    path : Path
        The file to write. Its folder is made where it does not exist.

    Yields
    ------
    Path
        A name in the same folder. If the block fails or is interrupted, the file is
        removed and what stood at `path` stays.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(target.parent, target.name)
    try:
        yield temporary
        temporary.replace(target)
    finally:
        _remove(temporary)


def atomic_write(path: Path | str, content: str | bytes) -> Path:
    """Write a file whole or not at all; text is UTF-8 with its line ends as given."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return Path(path)


def remove_remains(folder: Path | str) -> None:
    """Remove what processes that were killed were writing in a folder when they died."""
    for path in Path(folder).glob(".*.part"):
        made = _REMAINS.fullmatch(path.name)
        if made is not None and not psutil.pid_exists(int(made[1])):
            _remove(path)


@contextmanager
def atomic_folder(path: Path | str, *, last: str | None = None) -> Iterator[Path]:
    """Give a temporary folder whose files appear in `path` when the block ends well.

    A folder that does not exist yet appears at once. In one that exists every file is
    replaced whole, and files of other origin stay: a user may point a run at any folder.
    Ctrl-C waits while the files move.

    Parameters
    ----------
    path : Path
        The folder to fill.
    last : str, optional
        File that says the others are there: it is taken away before any of them moves, and moves
        last, so that a process killed in between leaves a folder that claims nothing.

    Yields
    ------
    Path
        An empty folder to write to, removed if the block fails or is interrupted.
    """
    target = Path(path)
    exists = target.is_dir()
    parent = target if exists else target.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(parent, target.absolute().name)
    try:
        temporary.mkdir()
        yield temporary
        with _interrupt_later():
            if exists or target.exists():
                _move_files(temporary, target, last)
            else:
                temporary.replace(target)
    finally:
        _remove(temporary)


def _move_files(source: Path, target: Path, last: str | None) -> None:
    if last is not None:
        (target / last).unlink(missing_ok=True)
    for folder, _, names in sorted(os.walk(source)):
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in sorted(names):
            if Path(folder) / name != source / (last or ""):
                (Path(folder) / name).replace(place / name)
    if last is not None:
        (source / last).replace(target / last)


@contextmanager
def _interrupt_later() -> Iterator[None]:
    """Hold Ctrl-C back for the length of a block, then let it through."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals, so there is nothing to hold back
        return
    held: list[int] = []

    def hold(number: int, stack: FrameType | None) -> None:
        held.append(number)

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)
