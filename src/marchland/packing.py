"""What makes up a figure, and its arrays for the compiled part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from marchland.case import CaseFiles
from marchland.engine.state import RECORDS
from marchland.engine.types import Rows
from marchland.measures import ANSWER, FORMS, READING, SURVEY, Answers, Readings

Cells = list[tuple[int, float]]
REGION_FIELDS = list(RECORDS["region"].names or ())


@dataclass(frozen=True)
class Figure:
    """A measure at a place, of a group, with a counterpart: what a line of a series shows."""

    measure: str
    place: str
    group: str | None = None
    counterpart: str | None = None


@dataclass(frozen=True)
class Reading:
    """What makes up one figure.

    Parameters
    ----------
    measure, place, group, counterpart : str
        As in the evidence; None where there is none.
    form : str
        A key of `measures.FORMS`.
    cells, below : list of (cell, weight)
        Numerator and denominator, cells of the state vector.
    window, base : (first, last, first part, last part)
        Quarters of the period and of its base.
    threshold : float
        Level that ends a count of years.
    survey, answer : int
        Positions in `Answers`.
    """

    measure: str
    place: str
    group: str | None
    counterpart: str | None
    form: str
    cells: Cells
    below: Cells = field(default_factory=list)
    window: tuple[int, int, float, float] = (0, 0, 1.0, 1.0)
    base: tuple[int, int, float, float] = (-1, -1, 1.0, 1.0)
    threshold: float = 0.0
    survey: int = -1
    answer: int = -1


def build_answers(
    files: CaseFiles, own: list[str]
) -> tuple[dict[str, tuple[int, int, str]], Answers]:
    """Surveys of the case's observation rules, as arrays, and where each answer stands."""
    column = {name: n for n, name in enumerate(own)}
    offsets = {
        name: REGION_FIELDS.index(name) - REGION_FIELDS.index("hostility")
        for name in ("hostility", "deprivation", "dispute")
    }
    where: dict[str, tuple[int, int, str]] = {}
    rows: list[tuple[float, ...]] = []
    surveys: list[tuple[int, int, int, int, int]] = []
    for s, (name, survey) in enumerate(files.observation.structure.get("surveys", {}).items()):
        start = len(rows)
        for group, form in (("answers", survey["form"]), ("without", "without")):
            if group == "without":
                middle = len(rows)
            for answer, rule in (survey.get(group) or {}).items():
                rule = rule or {}  # a reference category has no parameters
                where[f"{name}:{answer}"] = (s, len(rows), form)
                rows.append(
                    (
                        column.get(rule.get("intercept", ""), -1),
                        column.get(rule.get("slope", ""), -1),
                        offsets[rule.get("covariate", "hostility")],
                        float(rule.get("fixed_slope", 0.0)),
                    )
                )
        gate = survey["gate"]
        ends = (start, middle, len(rows))
        surveys.append((column[gate["intercept"]], column[gate["slope"]], *ends))
    return where, Answers(_table(SURVEY, surveys), _table(ANSWER, rows))


def _table(dtype: np.dtype[np.void], rows: Sequence[tuple[float, ...]]) -> Rows:
    """Rows as records; an empty table keeps its fields."""
    return np.array([tuple(row) for row in rows], dtype).view(np.recarray)


def pack(readings: Sequence[Reading]) -> Readings:
    """Readings as arrays for the compiled part."""
    rows = []
    cells: Cells = []
    for r in readings:
        numerator, denominator = len(cells), len(cells) + len(r.cells)
        cells += [*r.cells, *r.below]
        rows.append(
            (
                FORMS[r.form],
                *(r.window[0], r.window[1], r.base[0], r.base[1]),
                *(numerator, denominator, denominator, len(cells)),
                *(r.survey, r.answer),
                *(r.window[2], r.window[3], r.base[2], r.base[3]),
                r.threshold,
            )
        )
    return Readings(
        _table(READING, rows),
        np.array([cell for cell, _ in cells], dtype=np.int64),
        np.array([weight for _, weight in cells], dtype=float),
    )
