"""One contradiction, and what the case does about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from marchland.case import CaseFiles
from marchland.evidence.words import list_words

KINDS = {
    "value": "the same thing is stated twice and the ranges do not meet",
    "stock": "a slow stock would have had to move faster between two dates than it can",
    "rank": "two hold the same rank",
    "definition": "figures that look alike count different people or places",
    "total": "parts do not add up to their printed total, or a part exceeds its whole",
    "answers": "the answers to one question do not add up to all respondents",
    "share": "a share does not fit its part and its whole",
    "change": "a change does not fit the two levels it connects",
    "ratio": "a ratio does not fit its two levels",
    "date": "the same thing is dated differently",
    "noted": "a note or a status declares it; the program could not compute it",
}

_USES = {
    "calibrate": "scored",
    "check": "compared, not scored",
    "driver": "given to the model",
    "rule": "a rule of the case",
    "context": "context, not used by the model",
}
_ROLES = {
    "act": "an act of the pair",
    "driver": "given to the model",
    "context": "context, not used by the model",
}
_TELLS = re.compile(
    r"disagree|contradict|hard to square|misprint|score |compare |not a further|"
    r"the same |total of|several answers|repeats|\bdated\b|definition",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Contradiction:
    """Records that cannot all be right as they are stated.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    records : tuple of str
        Ids of the records, sorted.
    statement : str
        What disagrees, with the numbers and units.
    difference : float or None
        How far apart they are, in `unit`; None where no number says it.
    unit : str or None
        Unit of the difference.
    treatment : str
        What the case does with each record, from their use and notes.
    """

    kind: str
    records: tuple[str, ...]
    statement: str
    difference: float | None
    unit: str | None
    treatment: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, but got {self.kind!r}")

    @property
    def computed(self) -> bool:
        """Whether the program found it by arithmetic, rather than in a note."""
        return self.kind != "noted"


def contradiction(
    files: CaseFiles,
    *,
    kind: str,
    records: Iterable[str],
    statement: str,
    difference: float | None = None,
    unit: str | None = None,
) -> Contradiction:
    """Make a contradiction and read its treatment from the records."""
    ids = tuple(sorted(set(records)))
    size = None if difference is None else abs(difference)
    return Contradiction(kind, ids, statement, size, unit, treatment(files, ids))


def treatment(files: CaseFiles, ids: Iterable[str]) -> str:
    """Say what the case does with records: who is scored, who is a check, and why."""
    chosen = set(ids)
    handled: dict[str, list[str]] = {}
    remarks = []
    rows = [row for row in sorted(files.quantities, key=lambda r: r.id) if row.id in chosen]
    for row in rows:
        handled.setdefault(_USES[row.use] + _weight(files, row.id, row.target), []).append(row.id)
        remarks += _remarks(row.id, row.note)
    for event in sorted(files.events, key=lambda r: r.id):
        if event.id in chosen:
            handled.setdefault(_ROLES[event.role], []).append(event.id)
            remarks += _remarks(event.id, event.note)
    for assertion in sorted(files.assertions, key=lambda r: r.id):
        if assertion.id in chosen:
            role = f"a term of {assertion.equation}" if assertion.switch else "kept as stated"
            handled.setdefault(role, []).append(assertion.id)
    said = "; ".join(f"{list_words(names)}: {what}" for what, names in handled.items())
    notes = " ".join(remarks)
    return f"{said}. {notes}".strip() if said else notes


def _weight(files: CaseFiles, record: str, target: str | None) -> str:
    weights = getattr(files.observation, "weights", None) or {}
    for name in (record, target, *_targets_of(files, record)):
        if name is not None and name in weights:
            return f" with weight {weights[name]:g}"
    return ""


def _targets_of(files: CaseFiles, record: str) -> list[str]:
    return [row.target for row in files.targets if record in row.quantities]


def _remarks(record: str, note: str | None) -> list[str]:
    """Keep the clauses of a note that speak of other records or of the doubt itself."""
    clauses = [clause.strip() for clause in (note or "").split(";")]
    return [f"{record}: {clause}." for clause in clauses if _TELLS.search(clause)]
