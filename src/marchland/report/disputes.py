"""Contradictions: what disagrees, its sides, and what the case does with each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from marchland.evidence import KINDS, Contradiction
from marchland.report import tables
from marchland.report.names import anchor, title, words
from marchland.report.positions import DENIES, Cell, Matrix, treatment_of
from marchland.report.records import Evidence, Link, Record
from marchland.run import RunResult

POSITIONS = "positions"
KIND_LABELS = {
    "value": "two values",
    "stock": "a slow stock moves too fast",
    "rank": "one rank, two holders",
    "definition": "not the same people",
    "total": "parts and total",
    "answers": "answers and respondents",
    "share": "share and whole",
    "change": "change and levels",
    "ratio": "ratio and levels",
    "date": "two dates",
    "noted": "declared in a note",
    POSITIONS: "one asserts, another denies",
}
MOST_VALUES = 3
MOST_NAMES = 3


@dataclass(frozen=True)
class Side:
    """One side of a contradiction."""

    link: Link
    explain: str
    record: Record | None
    note: str


@dataclass(frozen=True)
class Dispute:
    """A contradiction: what disagrees, its sides, and how the case treats it."""

    number: int
    anchor: str
    kind: str
    label: str
    meaning: str
    subject: str
    short: str
    statement: str
    difference: str
    treatment: str
    sides: list[Side]
    positions: list[Cell]
    records: list[str]


def disputes(result: RunResult, evidence: Evidence, found: Matrix) -> list[Dispute]:
    """The contradictions of the evidence, then what one source asserts and another denies.

    Parameters
    ----------
    result : RunResult
        What the run found.
    evidence : Evidence
        Records and sources as the page shows them.
    found : Matrix
        The positions of the sources.
    """
    clashes = tables.clashes(result.contradictions, evidence)
    positions = {row.id: row.spoken for row in found.rows if row.disputed}
    told = {row.id: f"{row.cause} → {row.effect} ({row.sign})" for row in found.rows}
    short = evidence.labels
    listed = []
    for number, (one, shown) in enumerate(zip(result.contradictions, clashes, strict=True), 1):
        cells = positions.pop(one.records[0], []) if len(one.records) == 1 else []
        kind = POSITIONS if cells else one.kind
        listed.append(
            Dispute(
                number,
                anchor("contradiction", number),
                kind,
                KIND_LABELS.get(kind, kind),
                title(KINDS.get(one.kind, one.kind)),
                told.get(one.records[0], "") if cells else _subject(one, result, evidence),
                _denial(cells, short) if cells else _values(one, evidence),
                title(shown.statement),
                shown.difference,
                treatment_of(result, one.records[0]) if cells else shown.treatment,
                [] if cells else [_side(*side) for side in shown.sides],
                cells,
                list(one.records),
            )
        )
    for name, cells in positions.items():
        number = len(listed) + 1
        where = evidence.record_link(name)
        listed.append(
            Dispute(
                number,
                anchor("contradiction", number),
                POSITIONS,
                KIND_LABELS[POSITIONS],
                "One source denies what another asserts",
                told[name],
                _denial(cells, short),
                f"{where.text}: {told[name]}",
                "",
                treatment_of(result, name),
                [],
                cells,
                [name],
            )
        )
    return listed


def _denial(cells: list[Cell], short: dict[str, str]) -> str:
    said = [
        [short.get(c.source, c.source) for c in cells if c.position == p]
        for p in ("asserts", DENIES)
    ]
    verbs = (
        "asserts" if len(said[0]) == 1 else "assert",
        "denies" if len(said[1]) == 1 else "deny",
    )
    return "; ".join(
        f"{' and '.join(who)} {verb}" for who, verb in zip(said, verbs, strict=True) if who
    )


def _side(link: Link, record: Record | None, note: str) -> Side:
    kind = link.href.removeprefix("#").partition("-")[0]
    return Side(link, f"{kind}:{link.text}" if kind else "", record, note)


def _subject(one: Contradiction, result: RunResult, evidence: Evidence) -> str:
    """What a contradiction is about, short enough for one line."""
    rows = [q for q in result.files.quantities if q.id in one.records]
    names = evidence.names
    if rows:
        what = _few([words(q.measure) for q in rows])
        groups = _few([names.group(q.group) for q in rows if q.group])
        places = _few([names.place(q.place) for q in rows], ", ")
        return title(f"{what}{f' ({groups})' if groups else ''}, {places}")
    events = [event for event in evidence.events if event.id in one.records]
    if events:
        # What follows a semicolon or stands in brackets is a remark.
        return title(re.split(r"; | \(", events[0].note or events[0].what)[0])
    return title(one.statement)


def _values(one: Contradiction, evidence: Evidence) -> str:
    """The sides of a contradiction in one line."""
    records = [evidence.records[name] for name in one.records if name in evidence.records]
    said = [f"{r.value} {r.unit}" if r.unit == "per cent" else r.value for r in records]
    said += [event.period for event in evidence.events if event.id in one.records]
    shown = list(dict.fromkeys(said))[:MOST_VALUES]
    return " · ".join(shown) + (" …" if len(set(said)) > MOST_VALUES else "")


def _few(names: list[str], between: str = " and ") -> str:
    found = list(dict.fromkeys(names))
    if len(found) > MOST_NAMES:
        return f"{', '.join(found[:2])} and {len(found) - 2} more"
    return between.join(found)
