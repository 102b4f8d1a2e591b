"""A small valid case, and a way to break it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_case import VALID, Break, write_case

from marchland.case import CaseError, load
from marchland.errors import Problem


@pytest.fixture
def valid_case(tmp_path: Path) -> Path:
    """The folder of a small case without a problem."""
    return write_case(tmp_path / "two-banks", VALID)


@pytest.fixture
def problems_of(valid_case: Path) -> Break:
    """Replace a text in a file of the valid case, load it, and give the problems."""

    def break_and_load(*edits: tuple[str, str, str]) -> list[Problem]:
        for name, old, new in edits:
            path = valid_case / name
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {name}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
        with pytest.raises(CaseError) as caught:
            load(valid_case)
        return caught.value.problems

    return break_and_load
