"""Compilation: one decorator, and a cache that knows when a source has changed.

Numba's own cache looks only at the file of the outermost function. Its folder therefore
carries a hash of every compiled source: edit a mechanism and the next run compiles anew.
`NUMBA_DISABLE_JIT=1` runs the same code under a debugger.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

PACKAGE = Path(__file__).resolve().parents[1]
COMPILED_ROOMS = ("engine", "mechanisms")
COMPILED_FILES = ("world.py", "measures.py")


def source_hash(package: Path = PACKAGE) -> str:
    """Hash of every source that may be compiled into the engine."""
    digest = hashlib.sha256()
    sources = [path for room in COMPILED_ROOMS for path in sorted((package / room).glob("*.py"))]
    sources += [package / name for name in COMPILED_FILES]
    for path in sources:
        if path.exists():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled code is kept between runs; a temporary folder where home is read-only."""
    home = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    folder = home / "marchland" / f"numba-{source_hash()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"marchland-numba-{source_hash()}"
    return folder


# Loops here are short and full of branches: vectorising them costs compilation and gains nothing.
numba.config.LOOP_VECTORIZE = 0
numba.config.SLP_VECTORIZE = 0

if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())

Function = TypeVar("Function", bound=Callable[..., Any])

# Sums may be reordered and fused; infinities and NaN keep their meaning, since they are checked.
FAST = {"contract", "reassoc", "arcp", "nsz"}


def compiled(function: Function) -> Function:
    """Compile for one member of an ensemble; inlined by the caller's compilation."""
    result: Function = numba.njit(nogil=True, error_model="numpy", fastmath=FAST)(function)
    return result


def compiled_parallel(function: Function) -> Function:
    """Compile a loop over members on all threads, and keep it on disk."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": FAST}
    result: Function = numba.njit(parallel=True, cache=True, **options)(function)
    return result
