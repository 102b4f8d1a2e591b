"""The evidence base as SQLite: tables, foreign keys and a full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from marchland.evidence.frames import KEYS, NUMBERS, WHOLE_NUMBERS

_REFERENCES = {
    "quantities": {"measure": "measures", "place": "places", "source": "sources"},
    "events": {"source": "sources"},
    "assertions": {"source": "sources"},
    "positions": {"assertion": "assertions", "source": "sources"},
    "forecasts": {"source": "sources", "measure": "measures"},
    "drivers": {"place": "places"},
}
_LINKS = """
CREATE TABLE target_quantities (
  target TEXT NOT NULL REFERENCES targets(target),
  quantity TEXT NOT NULL REFERENCES quantities(id),
  PRIMARY KEY (target, quantity)
);
CREATE TABLE contradiction_records (
  contradiction INTEGER NOT NULL REFERENCES contradictions(number),
  record TEXT NOT NULL,
  quantity TEXT REFERENCES quantities(id),
  event TEXT REFERENCES events(id),
  assertion TEXT REFERENCES assertions(id),
  PRIMARY KEY (contradiction, record)
);
CREATE VIRTUAL TABLE records_fts USING fts5(
  kind UNINDEXED, id, measure, place, source, text, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE INDEX quantities_by_measure ON quantities (measure, place, start_rank);
CREATE INDEX events_by_date ON events (start_rank);
CREATE INDEX drivers_by_name ON drivers (driver, place, start_rank);
"""
ORDER = (
    "places",
    "measures",
    "sources",
    "targets",
    "quantities",
    "events",
    "assertions",
    "positions",
    "forecasts",
    "drivers",
    "contradictions",
)
_TEXTS = {
    "quantities": ("group", "counterpart", "reported_by", "target", "note"),
    "events": ("source_actor", "target_actor", "type", "mode", "driver", "note"),
    "assertions": ("group", "cause", "effect", "status", "equation"),
    "targets": ("target", "informs", "cannot_tell"),
    "forecasts": ("who", "statement"),
    "measures": ("meaning", "equation", "unit"),
    "places": ("name", "kind", "note"),
    "sources": ("title", "author"),
    "contradictions": ("kind", "statement", "treatment"),
}


def fill(connection: sqlite3.Connection, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of an evidence base into an empty database, in a fixed order."""
    for table in ORDER:
        connection.execute(_create(table, frames[table]))
    connection.executescript(_LINKS)
    for table in ORDER:
        rows = list(cells(frames[table]))
        marks = ", ".join("?" * len(frames[table].columns))
        connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
    _link(connection, frames)
    for table in _TEXTS:
        connection.executemany(
            "INSERT INTO records_fts VALUES (?, ?, ?, ?, ?, ?)", _indexed(table, frames[table])
        )
    connection.commit()


def write(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write a database file; the same tables give the same bytes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;")
        fill(connection, frames)
        # Rebuilt once, so that the bytes do not depend on how pages were filled on the way.
        connection.execute("INSERT INTO records_fts(records_fts) VALUES ('optimize')")
        connection.commit()
        connection.execute("VACUUM")


def cells(table: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Rows as plain Python values; what is absent is NULL."""
    columns = [
        [None if pd.isna(cell) else getattr(cell, "item", lambda c=cell: c)() for cell in column]
        for _, column in table.items()
    ]
    return zip(*columns, strict=True)


def _create(table: str, frame: pd.DataFrame) -> str:
    references = _REFERENCES.get(table, {})
    lines = []
    for name in map(str, frame.columns):
        kind = "INTEGER" if name in WHOLE_NUMBERS else "REAL" if name in NUMBERS else "TEXT"
        line = f'"{name}" {kind}'
        if name == KEYS.get(table) or (table == "contradictions" and name == "number"):
            line += " PRIMARY KEY NOT NULL"
        if name in references:
            other = references[name]
            line += f' REFERENCES "{other}"("{KEYS[other]}")'
        lines.append(line)
    return f'CREATE TABLE "{table}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _link(connection: sqlite3.Connection, frames: Mapping[str, pd.DataFrame]) -> None:
    known = {name: set(frames[name]["id"]) for name in ("quantities", "events", "assertions")}
    targets = frames["targets"]
    pairs = [
        (target, quantity)
        for target, listed in zip(targets["target"], targets["quantities"], strict=True)
        for quantity in dict.fromkeys((listed or "").split(";"))
        if quantity in known["quantities"]
    ]
    connection.executemany("INSERT INTO target_quantities VALUES (?, ?)", pairs)
    table = frames["contradictions"]
    rows = [
        (int(number), record, *(record if record in ids else None for ids in known.values()))
        for number, listed in zip(table["number"], table["records"], strict=True)
        for record in listed.split(";")
    ]
    connection.executemany("INSERT INTO contradiction_records VALUES (?, ?, ?, ?, ?)", rows)


def _indexed(table: str, frame: pd.DataFrame) -> list[tuple[str | None, ...]]:
    key = "number" if table == "contradictions" else KEYS[table]
    rows = []
    for record in frame.to_dict("records"):
        text = [str(record[n]) for n in _TEXTS[table] if not pd.isna(record[n])]
        place = record.get("id") if table == "places" else record.get("place")
        source = record.get("key") if table == "sources" else record.get("source")
        cell = [record[key], record.get("measure"), place, source]
        said = [None if one is None or pd.isna(one) else str(one) for one in cell]
        rows.append((table, *said, " · ".join(text)))
    return rows
