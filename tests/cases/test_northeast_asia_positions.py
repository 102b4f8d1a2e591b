"""What the five sources say of each other's assertions, as the flagship case has it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from marchland.case import load
from marchland.evidence import EvidenceBase

SHARED = Path(__file__).resolve().parents[3] / "shared" / "sources"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs the documents of ../shared, which are not here"
)


def test_positions_are_those_of_other_sources_with_words_of_their_own() -> None:
    files = load("northeast-asia")
    own = {row.id: row.source for row in files.assertions}
    assert len(files.positions) >= 20
    for row in files.positions:
        assert row.source != own[row.assertion], row
        assert row.note, row
    assert Counter(row.position for row in files.positions)["denies"] >= 5


def test_content_residents_are_asserted_by_one_and_denied_by_the_surveys() -> None:
    files = load("northeast-asia")
    said = {(row.assertion, row.source): row.position for row in files.positions}
    assert {row.id: row.source for row in files.assertions}["F05"] == "chan2016"
    assert said["F05", "wishnick2003"] == "denies"
    assert said["G01", "chan2016"] == "denies"


def test_positions_are_a_table_of_the_evidence_base(tmp_path: Path) -> None:
    base = EvidenceBase(load("northeast-asia"))
    path = base.write_sqlite(tmp_path / "evidence.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        count = connection.execute("SELECT count(*) FROM positions").fetchone()[0]
        broken = connection.execute("PRAGMA foreign_key_check(positions)").fetchall()
        denied = connection.execute(
            "SELECT p.source FROM positions p JOIN assertions a ON a.id = p.assertion "
            "WHERE a.source = 'chan2016' AND p.position = 'denies' AND a.id = 'F05' ORDER BY 1"
        ).fetchall()
    assert count == len(base.positions) == len(base.files.positions)
    assert broken == []
    assert denied == [("donaldson2001",), ("wishnick2003",)]


@needs_shared
@pytest.mark.shared
def test_every_locator_of_a_position_is_a_line_with_text() -> None:
    lines = {
        path.stem: path.read_text(encoding="utf-8").split("\n") for path in SHARED.glob("*.txt")
    }
    for row in load("northeast-asia").positions:
        key, _, line = row.locator.partition(":")
        assert key == row.source
        assert lines[key][int(line) - 1].strip(), row
