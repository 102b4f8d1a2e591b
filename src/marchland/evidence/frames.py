"""The records of a case as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from marchland.case import (
    Assertion,
    CaseFiles,
    DriverRow,
    Event,
    Forecast,
    Measure,
    Period,
    Place,
    Position,
    Quantity,
    Target,
)
from marchland.case.schema import columns as schema_columns
from marchland.evidence.contradiction import Contradiction
from marchland.evidence.figures import span_of

TABLES: dict[str, tuple[str, ...]] = {
    "places": tuple(schema_columns(Place)),
    "measures": tuple(schema_columns(Measure)),
    "sources": ("key", "title", "author", "year"),
    "quantities": tuple(schema_columns(Quantity)),
    "events": tuple(schema_columns(Event)),
    "assertions": tuple(schema_columns(Assertion)),
    "positions": tuple(schema_columns(Position)),
    "targets": tuple(schema_columns(Target)),
    "forecasts": tuple(schema_columns(Forecast)),
    "drivers": tuple(schema_columns(DriverRow)),
    "contradictions": (
        "number",
        "kind",
        "records",
        "statement",
        "difference",
        "unit",
        "treatment",
    ),
}
"""Tables of the evidence base and the columns that the case itself has."""

DATED = ("quantities", "events", "drivers", "forecasts")
"""Tables whose rows have dates that a machine can sort."""

DATE_COLUMNS = ("start_date", "end_date", "start_rank", "end_rank")
"""First and last day as ISO 8601, and as a day number (1 is 0001-01-01)."""

KEYS = {
    "places": "id",
    "measures": "measure",
    "sources": "key",
    "quantities": "id",
    "events": "id",
    "assertions": "id",
    "targets": "target",
    "forecasts": "id",
}
"""Column that names a row; drivers and positions have none, and contradictions a number."""

WHOLE_NUMBERS = frozenset({"cow", "year", "number", "start_rank", "end_rank", "case_line"})
NUMBERS = WHOLE_NUMBERS | {"value", "low", "high", "weight", "goldstein", "difference"}


def columns(table: str) -> list[str]:
    """Columns of a table of the evidence base, dates and line of the case file included."""
    dates = DATE_COLUMNS if table in DATED else ()
    line = () if table == "contradictions" else ("case_line",)
    return [*TABLES[table], *dates, *line]


def frame(table: str, rows: Iterable[object]) -> pd.DataFrame:
    """Turn records into a table; a cell that is not known is absent, never 0 or ''."""
    names = columns(table)
    records = [_record(table, row, names) for row in rows]
    data = {name: [record[name] for record in records] for name in names}
    return pd.DataFrame({name: _column(name, cells) for name, cells in data.items()})


def _column(name: str, cells: Sequence[Any]) -> pd.Series[Any]:
    if name in WHOLE_NUMBERS:
        return pd.Series(list(cells), dtype="Int64")
    if name in NUMBERS:
        return pd.Series(list(cells), dtype="float64")
    return pd.Series(list(cells), dtype="object")


def _record(table: str, row: object, names: Sequence[str]) -> dict[str, Any]:
    record = {}
    for name in names:
        if name in DATE_COLUMNS:
            continue
        # The row of a measure calls its own id so; in every other table `measure` is one.
        own = table == "measures" and name == "measure"
        attribute = "id" if own else {"case_line": "line"}.get(name, name)
        record[name] = _cell(getattr(row, attribute))
    if table in DATED:
        record.update(_dates(row, table))
    return record


def _cell(value: object) -> object:
    if isinstance(value, Period):
        return value.text
    if isinstance(value, list | tuple):
        return ";".join(str(item) for item in value) or None
    return None if value == "" else value


def _dates(row: Any, table: str) -> Mapping[str, object]:
    first = row.made if table == "forecasts" else row.start
    last = row.made if table == "forecasts" else row.end
    if table == "events" and last is None:
        last = first
    span = span_of(first, last)
    start, end = (span.start, span.end) if span is not None else (None, None)
    return {
        "start_date": start.isoformat() if start else None,
        "end_date": end.isoformat() if end else None,
        "start_rank": start.toordinal() if start else None,
        "end_rank": end.toordinal() if end else None,
    }


def places_with_pairs(files: CaseFiles) -> list[Place]:
    """The places of a case and the pairs that its figures name without a row of their own."""
    named = {row.place for row in files.quantities} | {row.place for row in files.drivers}
    implied = sorted(place for place in named if place not in files.places and "-" in place)
    pairs = [
        Place(id=place, name=place, kind="pair", note="a pair without a row of its own", line=0)
        for place in implied
    ]
    return [*files.places.values(), *pairs]


def contradiction_frame(found: Sequence[Contradiction]) -> pd.DataFrame:
    """Turn contradictions into a table, numbered from 1."""
    names = columns("contradictions")
    data: dict[str, list[Any]] = {name: [] for name in names}
    for number, one in enumerate(found, start=1):
        data["number"].append(number)
        for name in names[1:]:
            data[name].append(_cell(getattr(one, name)))
    return pd.DataFrame({name: _column(name, cells) for name, cells in data.items()})
