"""A run that was stopped goes on: what its finished stages gave, and where its sampler stood.

The run's folder holds a folder `.unfinished` while the run lasts. Each stage that has ended leaves
a file there, and the stage at work leaves the state of its sampler. Where the same run of the same
case is started again, these are read instead of made anew; when the run has been written, the
folder goes. A file is read only where it is whole (it carries a checksum), of the same case,
options and program (it carries their hash), and the user's own: it is a pickle, which can run
code, so do not put another's `.unfinished` into a folder of yours.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import platform
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from marchland.case import CaseFiles
from marchland.inference.smc import Keeper
from marchland.outputs.atomic import atomic_path, remove_remains

T = TypeVar("T")
FOLDER = ".unfinished"
PACKAGE = Path(__file__).resolve().parent
# Saving takes at most this share of a sampler's time: large states are saved less often.
LARGEST_SHARE = 0.05
LIBRARIES = ("marchland", "numpy", "scipy", "numba", "pandas")


def program_hash(package: Path = PACKAGE) -> str:
    """Hash of every source of the program, and of the versions of what it computes with."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(files: CaseFiles, options: object, program: str | None = None) -> str:
    """Hash of all that a run's figures depend on: case, vintage, options, program.

    Parameters
    ----------
    files : CaseFiles
        The case, cut to its vintage.
    options : object
        Anything whose `repr` differs where figures may differ.
    program : str, optional
        Hash of the program; that of this one by default.
    """
    made_of = [files.digest, files.config.as_of, repr(options), program or program_hash()]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


@dataclass
class Unfinished:
    """What a run keeps while it lasts.

    Parameters
    ----------
    folder : Path
        Of the run; nothing is written before a stage has something to keep.
    key : str
        Hash of all that the figures depend on, from `key_of`.
    say : function, optional
        Told in a sentence where a run goes on, and of what cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Unfinished(folder, "a").stage("sum", lambda keeper: 1 + 1)
    2
    >>> Unfinished(folder, "a", print).stage("sum", lambda keeper: 3 + 3)
    2
    >>> Unfinished(folder, "b").stage("sum", lambda keeper: 4 + 4)
    8
    """

    folder: Path
    key: str
    say: Callable[[str], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    _continues: bool = False

    def __post_init__(self) -> None:
        # What a killed process was writing when it died belongs to nobody.
        remove_remains(self.folder)
        remove_remains(self.folder / FOLDER)

    def stage(self, name: str, make: Callable[[Keeper | None], T]) -> T:
        """What a stage gives: as kept by a run that was stopped, or made now and kept.

        Parameters
        ----------
        name : str
            Of the stage; a part of one is named `stage/part`.
        make : function
            Makes it, given a keeper for the state of a sampler.
        """
        kept = self._read(name)
        if kept is not None:
            self._continues = True
            self._spend(name, kept["seconds"])
            return kept["value"]  # type: ignore[no-any-return]
        keeper = FileKeeper(self, f"{name}/state")
        start = time.perf_counter()
        if self._continues and not self._is_own(keeper.path):
            self.continues(name)
        made = make(keeper)
        spent = time.perf_counter() - start + keeper.earlier
        self.write(name, {"value": made, "seconds": spent})
        keeper.path.unlink(missing_ok=True)
        self._spend(name, keeper.earlier)
        return made

    def _spend(self, name: str, seconds: float) -> None:
        """Count the seconds that earlier attempts took."""
        stage = name.partition("/")[0]
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def tell(self, sentence: str) -> None:
        """Say something to whoever listens."""
        if self.say is not None:
            self.say(sentence)

    def continues(self, where: str) -> None:
        """Say once where a run goes on."""
        self.tell(f"continues a run that was stopped: {where}")
        self._continues = False

    def path(self, name: str) -> Path:
        """File of a stage."""
        plain = re.sub(r"\W+", "-", name)[:60]
        told_apart = hashlib.sha256(name.encode()).hexdigest()[:8]
        return self.folder / FOLDER / f"{plain}-{told_apart}.kept"

    def write(self, name: str, value: object) -> None:
        """Keep something: it is there whole or not at all."""
        place = self.folder / FOLDER
        if not place.is_dir():
            place.mkdir(parents=True)
            place.chmod(0o700)
        content = pickle.dumps(value, protocol=5)
        with atomic_path(self.path(name)) as temporary, temporary.open("wb") as file:
            file.write(f"{self.key}\n{_checksum(content)}\n".encode())
            file.write(content)

    def _is_own(self, path: Path) -> bool:
        """Whether a file was kept by this run of this case, by this user."""
        if not path.is_file() or path.is_symlink():
            return False
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            self.tell(f"{path} belongs to another user and is not read")
            return False
        with path.open("rb") as file:
            return file.readline().rstrip(b"\n") == self.key.encode()

    def _read(self, name: str) -> dict[str, Any] | None:
        """What was kept; None where there is nothing that may be used."""
        path = self.path(name)
        if not self._is_own(path):
            return None  # what another run kept will be replaced
        with path.open("rb") as file:
            _, checksum, content = file.readline(), file.readline(), file.read()
        if checksum.rstrip(b"\n") != _checksum(content).encode():
            self.tell(f"{path} is damaged and is made anew")
            return None
        return dict(pickle.loads(content))

    def writes(self) -> None:
        """Say where a run goes on of which only the writing was left."""
        if self._continues:
            self.continues("write")

    def close(self) -> None:
        """Remove what was kept: the run has been written, or is to begin anew."""
        shutil.rmtree(self.folder / FOLDER, ignore_errors=True)


class FileKeeper:
    """The state of a sampler in a file, replaced whole at every temperature.

    Parameters
    ----------
    kept : Unfinished
        Whose folder and key.
    name : str
        Of the file.
    """

    def __init__(self, kept: Unfinished, name: str) -> None:
        self._kept, self._name = kept, name
        self.path = kept.path(name)
        self.earlier = 0.0
        self._start = self._last = time.perf_counter()
        self._took = 0.0

    def load(self) -> object | None:
        """The last state, or None."""
        kept = self._kept._read(self._name)
        self._start = self._last = time.perf_counter()
        if kept is None:
            return None
        self.earlier = float(kept["seconds"])
        state = kept["state"]
        beta, reference = getattr(state, "beta", None), getattr(state, "reference", None)
        at = f" at temperature {beta:.2g}" if beta is not None else ""
        at += " of the second pass" if reference is not None else ""
        self._kept.continues(f"{self._name.removesuffix('/state')}{at}")
        return state  # type: ignore[no-any-return]

    def save(self, state: object) -> None:
        """Keep a state in place of the last one."""
        now = time.perf_counter()
        if now - self._last < self._took / LARGEST_SHARE:
            return
        seconds = now - self._start + self.earlier
        self._kept.write(self._name, {"state": state, "seconds": seconds})
        self._last = time.perf_counter()
        self._took = self._last - now


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
