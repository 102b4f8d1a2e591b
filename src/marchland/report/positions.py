"""Which source asserts, denies or passes over each assertion, and where sources disagree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from marchland.case import Assertion
from marchland.report.names import anchor, title
from marchland.report.records import Evidence, Link
from marchland.report.tables import SUPPORT_WORDS
from marchland.run import RunResult

ASSERTS, DENIES, SILENT = "asserts", "denies", "silent"
SYMBOLS = {ASSERTS: "●", DENIES: "✕", SILENT: "·"}


@dataclass(frozen=True)
class Cell:
    """What one source says of one assertion; a silent one has no place in a text.

    Its anchor is where the page says it in words; the assertion's own source has none.
    """

    source: str
    anchor: str
    position: str
    link: Link
    note: str
    passage: str

    @property
    def symbol(self) -> str:
        """The sign that stands in the matrix."""
        return SYMBOLS[self.position]


@dataclass(frozen=True)
class MatrixRow:
    """An assertion with the position of every source."""

    id: str
    anchor: str
    cause: str
    effect: str
    sign: str
    status: str
    cells: list[Cell]

    @property
    def speakers(self) -> int:
        """How many sources speak of it."""
        return sum(cell.position != SILENT for cell in self.cells)

    @property
    def disputed(self) -> bool:
        """Whether one source asserts what another denies."""
        return {ASSERTS, DENIES} <= {cell.position for cell in self.cells}

    @property
    def spoken(self) -> list[Cell]:
        """The cells of the sources that speak of it."""
        return [cell for cell in self.cells if cell.position != SILENT]


@dataclass(frozen=True)
class Total:
    """How often a source asserts, denies and is silent."""

    source: str
    asserts: int
    denies: int
    silent: int


@dataclass(frozen=True)
class Matrix:
    """Sources against assertions."""

    sources: list[Link]
    groups: list[tuple[str, list[MatrixRow]]]
    totals: list[Total]

    @property
    def rows(self) -> list[MatrixRow]:
        """All rows, in the order of the case."""
        return [row for _, rows in self.groups for row in rows]

    @property
    def shared(self) -> int:
        """Assertions of which more than one source speaks."""
        return sum(row.speakers > 1 for row in self.rows)


def matrix(result: RunResult, evidence: Evidence) -> Matrix:
    """Set every source against every assertion.

    Parameters
    ----------
    result : RunResult
        What the run found.
    evidence : Evidence
        Sources and passages as the page shows them.
    """
    files = result.files
    said = {(row.assertion, row.source): row for row in files.positions}

    def cell(assertion: Assertion, key: str) -> Cell:
        row = said.get((assertion.id, key))
        if row is not None:
            where, position, note = row.locator, str(row.position), row.note or ""
        elif key == assertion.source:
            where, position, note = assertion.locator, ASSERTS, ""
        else:
            return Cell(key, "", SILENT, Link(""), "", "")
        link = evidence.source_link(key, where)
        told = anchor("position", f"{assertion.id}-{key}") if row is not None else ""
        return Cell(key, told, position, link, note, evidence.passage(where))

    groups: dict[str, list[MatrixRow]] = {}
    for a in files.assertions:
        row = MatrixRow(
            a.id,
            anchor("matrix", a.id),
            a.cause,
            a.effect,
            (a.sign or "").replace("-", "−"),
            a.status or "",
            [cell(a, key) for key in files.sources],
        )
        groups.setdefault(title(a.group or "") or "Others", []).append(row)
    counts = Counter(
        (one.source, one.position) for rows in groups.values() for row in rows for one in row.cells
    )
    return Matrix(
        [Link(key, "#" + anchor("source", key)) for key in files.sources],
        list(groups.items()),
        [
            Total(key, *(counts[key, name] for name in (ASSERTS, DENIES, SILENT)))
            for key in files.sources
        ],
    )


def treatment_of(result: RunResult, assertion: str) -> str:
    """What the case does with an assertion on which sources disagree."""
    table = result.assertions
    found = table[table["id"] == assertion] if "id" in table else table
    both = "Both positions stay as they are stated."
    if not len(found) or "support" not in found:
        return both
    support = str(found["support"].iloc[0])
    if support == "not in the model":
        return f"{both} The model has no term for it, so the run takes no side."
    told = SUPPORT_WORDS.get(support, support)
    return f"{both} The model has a term for it; of its sign, the evidence {told}."
