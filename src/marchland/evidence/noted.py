"""Contradictions that a record's own note declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from marchland.case import CaseFiles
from marchland.evidence.contradiction import Contradiction, contradiction

_DECLARES = re.compile(
    r"(disagrees? with|hard to square with|contradicts?|contradicted by)([^;.]*)", re.IGNORECASE
)
_OPPOSITE = {("+", "-"), ("-", "+")}


def noted_contradictions(files: CaseFiles) -> Iterator[Contradiction]:
    """Read what notes and statuses declare, and assertions with opposite signs."""
    yield from _from_notes(files)
    yield from _from_assertions(files)


def _from_notes(files: CaseFiles) -> Iterator[Contradiction]:
    notes = {row.id: row.note or "" for row in files.quantities}
    notes |= {row.id: row.note or "" for row in files.events}
    known = set(notes) | {row.id for row in files.assertions}
    for record in sorted(notes):
        for found in _DECLARES.finditer(notes[record]):
            others = [word for word in re.findall(r"[\w.-]+", found.group(2)) if word in known]
            if others:
                yield contradiction(
                    files,
                    kind="noted",
                    records=[record, *others],
                    statement=f"the note of {record}: {found.group(0).strip()}",
                )


def _from_assertions(files: CaseFiles) -> Iterator[Contradiction]:
    rows = sorted(files.assertions, key=lambda row: row.id)
    for row in rows:
        if re.search(r"contradict", row.status or "", re.IGNORECASE):
            yield contradiction(
                files,
                kind="noted",
                records=[row.id],
                statement=f"{row.cause} → {row.effect} ({row.sign}): {row.status}",
            )
    for i, one in enumerate(rows):
        for other in rows[i + 1 :]:
            same = (one.cause.lower(), one.effect.lower()) == (
                other.cause.lower(),
                other.effect.lower(),
            )
            if same and (one.sign, other.sign) in _OPPOSITE:
                yield contradiction(
                    files,
                    kind="noted",
                    records=[one.id, other.id],
                    statement=f"{one.cause} → {one.effect}: asserted with opposite signs",
                )
