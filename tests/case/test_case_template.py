"""`marchland new` writes ten lines that load, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from marchland.case import load, new
from marchland.errors import MarchlandError


def test_ten_lines(tmp_path: Path) -> None:
    folder = new(tmp_path / "deep" / "valley")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())]
    assert sum(len(text.splitlines()) for text in texts) == 10
    files = load(folder)
    assert files.config.populations == {"east": 1_000_000, "west": 3_000_000}
    assert files.places["east"].part_of == ["EST"]
    assert list(files.parameters) == ["departures_default"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert new(tmp_path) == tmp_path
    assert load(tmp_path).config.title == "A first borderland"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(MarchlandError, match="is not empty; name a folder that does not exist"):
        new(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(MarchlandError, match="is a file"):
        new(tmp_path / "letter.txt")
    with pytest.raises(MarchlandError, match="cannot be written"):
        new(tmp_path / "letter.txt" / "valley")
