"""A changed source is compiled anew: Numba's own cache would not see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from marchland.engine.compile import COMPILED_FILES, COMPILED_ROOMS, PACKAGE, source_hash

# A compiled function kept on disk that calls a mechanism of another file, as `run_members` does.
PROBE = '''"""A loop kept on disk, as the engine's."""

import numpy as np
from numba import prange

from marchland.engine.compile import compiled_parallel
from marchland.mechanisms import observation


@compiled_parallel
def probe(x):
    out = np.empty_like(x)
    for n in prange(x.shape[0]):
        out[n] = observation.found_before_return(x[n], 0.25)
    return out
'''
SCRIPT = """
import numpy as np
from marchland.engine.probe import probe
print(probe(np.array([0.5]))[0], len(probe.stats.cache_hits))
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package that may be changed."""
    copy = tmp_path / "src" / "marchland"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def probe(package):
    """The result of the probe in a process of its own, and whether it came from the cache."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    environment |= {
        "PYTHONPATH": str(package.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(package.parent.parent / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    value, hits = done.stdout.split()
    return float(value), int(hits) > 0


def test_an_edited_mechanism_changes_the_result(package):
    (package / "engine" / "probe.py").write_text(PROBE, encoding="utf-8")
    source = package / "mechanisms" / "observation.py"
    before, hash_before = probe(package), source_hash(package)
    assert before == (pytest.approx(0.5 / (0.5 + 0.5 * 0.25)), False)
    assert probe(package) == (before[0], True)
    text = source.read_text(encoding="utf-8")
    edited = text.replace("return find / (find", "return 2.0 * find / (find")
    assert edited != text
    source.write_text(edited, encoding="utf-8")
    assert source_hash(package) != hash_before
    assert probe(package) == (pytest.approx(2.0 * before[0]), False)


def test_every_compiled_source_is_in_the_hash(package):
    known = source_hash(package)
    compiled = [
        path
        for path in sorted(package.rglob("*.py"))
        if "@compiled" in path.read_text(encoding="utf-8")
    ]
    assert len(compiled) > 10
    for path in compiled:
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n# a change\n", encoding="utf-8")
        assert source_hash(package) != known, path.name
        path.write_text(text, encoding="utf-8")
    assert source_hash(package) == known


def test_the_hash_does_not_depend_on_where_the_package_is(package):
    assert source_hash(package) == source_hash(PACKAGE)
    assert {"engine", "mechanisms"} <= set(COMPILED_ROOMS)
    assert all((PACKAGE / name).exists() for name in COMPILED_FILES)
