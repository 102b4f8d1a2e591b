"""Collect functions named `check_*`; they run together in one process, the compiler off."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

EQUATIONS = Path(__file__).with_name("equations.py")


@cache
def results() -> dict[str, dict[str, str | None]]:
    """What every check complains about, None where it passes."""
    done = subprocess.run(
        [sys.executable, str(EQUATIONS)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"the checks did not run:\n{done.stderr}")
    found: dict[str, dict[str, str | None]] = json.loads(done.stdout.splitlines()[-1])
    return found


class CheckFailed(Exception):
    """A mechanism does not do what its equation says."""


class CheckItem(pytest.Item):
    """One check, with the result it had in the process that ran them all."""

    def runtest(self) -> None:
        """Fail with the traceback of the other process."""
        complaint = results()[self.path.stem][self.name]
        if complaint is not None:
            raise CheckFailed(complaint)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Show the complaint alone."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the check stands."""
        return self.path, None, self.name


def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> Any:
    """Make a test of every function named `check_*`."""
    if name.startswith("check_") and callable(obj):
        return CheckItem.from_parent(collector, name=name)
    return None
