"""The examples of docs/evidence.md run, and its table of kinds is complete."""

import re
import sqlite3
from pathlib import Path

import pytest
from evidence_records import case, event, quantity

from marchland.evidence import KINDS, EvidenceBase

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"


@pytest.fixture
def text():
    return PAGE.read_text(encoding="utf-8")


def test_examples_run(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    files = case(
        quantity("Q018", "population", "north", 1.0),
        quantity("Q019", "population", "north", 3.0),
        events=[event("E1", "1994", "visas")],
    )
    space = {"base": EvidenceBase(files)}
    for block in blocks:
        # The flagship case stands in for itself elsewhere; here any case will do.
        code = "\n".join(line for line in block.splitlines() if not line.startswith("base = "))
        exec(compile(code, str(PAGE), "exec"), space)
    assert "value ('Q018', 'Q019')" in capsys.readouterr().out
    (query,) = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    with sqlite3.connect(tmp_path / "evidence.sqlite") as connection:
        assert [row[1] for row in connection.execute(query)] == ["E1"]


def test_every_kind_is_explained(text):
    section = text.split("| kind |")[1].split("\n\n")[0]
    assert re.findall(r"^\| (\w+) \|", section, flags=re.MULTILINE) == list(KINDS)
