"""What was assumed: drivers and priors, those first that move the answers most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marchland.answers import Answer
from marchland.case.schema import DriverRow
from marchland.importance import NOISE
from marchland.report.names import Names, anchor, title, words
from marchland.report.numbers import figure, missing, period_words, plain, proper, unit_words
from marchland.report.records import Link
from marchland.report.sections import observation_rows
from marchland.report.tables import ParameterRow, parameters
from marchland.run import RunResult

Json = dict[str, Any]
SHOWN = 8
CHARTED = 60
# Less than this share of a figure's interval is not told of an assumption.
WORTH = 0.01
MATTERS = 0.05
QUALITY_WORDS = {
    "A": "quality A: official or recorded",
    "B": "quality B",
    "C": "quality C",
    "D": "quality D: judgement",
}
INFORMED, OPEN = "informed by the evidence", "not informed by the evidence"


@dataclass(frozen=True)
class Mover:
    """An assumption and how far it moves a figure."""

    label: str
    href: str
    explain: str
    kind: str
    quality: str
    words: str
    low: str
    high: str
    relative: str
    chance: str
    note: str


@dataclass(frozen=True)
class Ranked:
    """A figure of an answer with the assumptions that move it most."""

    key: str
    question: str
    label: str
    figure: str
    unit: str
    reading: str
    movers: list[Mover]


@dataclass(frozen=True)
class Driver:
    """A driver of the case."""

    name: str
    label: str
    anchor: str
    unit: str
    rows: int
    places: int
    quality: dict[str, int]
    worst: str
    values: str
    ranged: str
    greatest: float | None
    moves: list[str]
    sources: list[str]


@dataclass(frozen=True)
class Prior:
    """A free or held parameter, and what goes with it."""

    row: ParameterRow
    informed: str
    greatest: float | None
    moves: list[str]


@dataclass(frozen=True)
class Assumed:
    """The view of the assumptions."""

    computed: bool
    ranked: list[Ranked]
    options: list[tuple[str, list[tuple[str, str]]]]
    drivers: list[Driver]
    priors: list[Prior]
    held: list[Prior]
    equations: list[str]
    observation: list[tuple[str, str]]
    scenarios: list[tuple[Link, str]]


def _key(answer: str, row: object) -> str:
    return f"{answer}-{int(row) + 1}"  # type: ignore[call-overload]


def _frame(result: RunResult) -> pd.DataFrame:
    """The table of the run; one of an older run, which has none, is empty."""
    table = getattr(result, "importance", None)
    return table if isinstance(table, pd.DataFrame) else pd.DataFrame()


class _Said:
    """Words for rows of the run's table of importance."""

    def __init__(self, result: RunResult) -> None:
        self.names = Names(result.files)
        self.questions = {answer.id: answer.question for answer in result.answers}
        self._meaning = {
            str(row["name"]): str(row["meaning"])
            for _, row in result.parameters.iterrows()
            if not missing(row.get("meaning"))
        }

    def told(self, row: Any) -> str:
        """An assumption in a sentence: a parameter by what it means, with its name."""
        meaning = self._meaning.get(str(row["name"]), "")
        if row["kind"] == "driver" or not meaning:
            return self.label(row)
        return f"“{meaning}” ({self.label(row)})"

    def label(self, row: Any) -> str:
        if row["kind"] != "driver":
            return str(row["name"])
        place = self.names.place(row["place"])
        return title(f"{words(str(row['name']))}, {place}" if place else words(str(row["name"])))

    @staticmethod
    def quality(row: Any) -> tuple[str, str]:
        """Class of an assumption: a letter or a word, and the same in words."""
        if row["kind"] == "driver":
            return str(row["quality"]), QUALITY_WORDS[str(row["quality"])]
        return ("informed", INFORMED) if row["informed"] else ("open", OPEN)

    def mover(self, row: Any) -> Mover:
        kind = "driver" if row["kind"] == "driver" else "parameter"
        quality, said = self.quality(row)
        unit = str(row["unit"])
        note = "" if missing(row["note"]) else str(row["note"])
        if row["move"] == "trend":
            note = "; ".join(part for part in ("by its trend", note) if part)
        return Mover(
            self.label(row),
            "#" + anchor(kind, row["name"]),
            f"{kind}:{row['name']}",
            "driver" if kind == "driver" else "prior",
            quality,
            said,
            _signed(row["change_low"], unit),
            _signed(row["change_high"], unit),
            _share(row["relative"]),
            _share(row["noise"]),
            note,
        )


def _signed(value: object, unit: str) -> str:
    """A change with its sign."""
    if missing(value):
        return ""
    text = figure(value, unit)
    return "+" + text if float(value) > 0 and text.strip("0.,") else text  # type: ignore[arg-type]


def _share(value: object) -> str:
    return "" if missing(value) else f"{float(value):.2f}"  # type: ignore[arg-type]


def _unit(unit: str) -> str:
    return "percentage points" if unit in ("share", "points") else unit_words(unit)


def _beyond(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that move a figure by more than chance explains, the furthest first."""
    kept = table[table["relative"].gt(0.0) & (table["note"] != NOISE)]
    return kept.sort_values("relative", ascending=False, kind="stable")


def _ranked(result: RunResult, table: pd.DataFrame, said: _Said) -> Iterator[Ranked]:
    for answer in result.answers:
        part = _beyond(table[(table["answer"] == answer.id) & (table["row"] == 0)])
        part = part[part["relative"] >= WORTH]
        # What the evidence left open comes first: there the assumption decides.
        loose = part["informed"].astype(str) != "True"
        part = pd.concat([part[loose], part[~loose]])
        row = answer.rows.iloc[0]
        yield Ranked(
            _key(answer.id, 0),
            answer.question,
            str(row["label"]),
            figure(answer.value, answer.unit),
            unit_words(answer.unit),
            _reading(answer, part[part["informed"].astype(str) != "True"], part, said),
            [said.mover(one) for _, one in part.head(SHOWN).iterrows()],
        )


def _reading(answer: Answer, loose: pd.DataFrame, part: pd.DataFrame, said: _Said) -> str:
    """One sentence on what an answer rests on."""
    unit = _unit(answer.unit)
    if not len(part):
        return "No assumption moves this figure by a hundredth of its interval and beyond chance."
    if not len(loose):
        first = part.iloc[0]
        return (
            "What the evidence left open moves it by less than a hundredth of its interval, or by "
            f"no more than chance explains. Most goes with it {said.told(first)}, which the "
            f"evidence informed: {_share(first['relative'])} of the width of its interval."
        )
    first = loose.iloc[0]
    low, high = (_signed(first[c], answer.unit) for c in ("change_low", "change_high"))
    moved = "moves it most" if first["kind"] == "driver" else "goes most with it"
    text = (
        f"Of what the evidence left open, {said.told(first)} {moved} "
        f"({said.quality(first)[1]}): {low} and {high} {unit} at its two ends, "
        f"{_share(first['relative'])} of the width of its interval"
    )
    others = [
        f"{said.label(row)} ({_share(row['relative'])})" for _, row in loose.iloc[1:3].iterrows()
    ]
    text += f"; then {' and '.join(others)}." if others else "."
    driven = loose[loose["kind"] == "driver"]
    if first["kind"] != "driver":
        if len(driven):
            most = driven.iloc[0]
            text += f" Of the drivers, {said.label(most)} does most ({_share(most['relative'])})."
        else:
            text += " No driver moves it by a hundredth of its interval."
    return text


def _moves(table: pd.DataFrame, said: _Said, *, places: bool) -> tuple[float | None, list[str]]:
    """The furthest that an assumption moves each answer's first figure, in words."""
    known = table[(table["row"] == 0) & table["relative"].notna()]
    if not len(known):
        return None, []
    kept = _beyond(known)
    listed = []
    for name, part in kept.groupby("answer", sort=False):
        row = part.iloc[0]
        if row["relative"] >= WORTH:
            where = said.names.place(row["place"]) if places else ""
            listed.append(f"{words(str(name))} {_share(row['relative'])}{where and f' ({where})'}")
    return float(kept["relative"].max()) if len(kept) else 0.0, listed


def _drivers(result: RunResult, table: pd.DataFrame, said: _Said) -> list[Driver]:
    groups: dict[str, list[DriverRow]] = {}
    for row in result.files.drivers:
        groups.setdefault(row.driver, []).append(row)
    found = []
    for name, rows in groups.items():
        own = table[(table["kind"] == "driver") & (table["name"] == name)] if len(table) else table
        greatest, moves = _moves(own, said, places=True) if len(own) else (None, [])
        without = sum(row.low is None or row.high is None for row in rows)
        ends = [proper(plain(end(row.value for row in rows))) for end in (min, max)]
        found.append(
            Driver(
                name,
                title(words(name)),
                anchor("driver", name),
                words(rows[0].unit),
                len(rows),
                len({row.place for row in rows}),
                dict(Counter(row.quality for row in rows)),
                max(row.quality for row in rows),
                ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}",
                "" if not without else f"{without} of {len(rows)} rows state none",
                greatest,
                moves,
                list(dict.fromkeys(row.source for row in rows if row.source)),
            )
        )
    return sorted(
        found,
        key=lambda d: ((d.greatest or 0.0) < MATTERS, -ord(d.worst), -(d.greatest or 0.0), d.name),
    )


def _priors(
    result: RunResult, known: frozenset[str], table: pd.DataFrame, said: _Said
) -> list[Prior]:
    found = []
    for row in parameters(result, known):
        own = (
            table[(table["kind"] == "prior") & (table["name"] == row.name)] if len(table) else table
        )
        greatest, moves = _moves(own, said, places=False) if len(own) else (None, [])
        state = "held" if row.fixed else "yes" if row.informed else "no"
        found.append(Prior(row, state, greatest, moves))
    return sorted(found, key=lambda p: (p.row.informed, -(p.greatest or 0.0)))


def view(result: RunResult, known: frozenset[str]) -> Assumed:
    """What the page says of the assumptions of a run.

    Parameters
    ----------
    result : RunResult
        What the run found.
    known : frozenset of str
        Codes of the equations that the page has.
    """
    table, said = _frame(result), _Said(result)
    priors = _priors(result, known, table, said)
    free = [prior for prior in priors if not prior.row.fixed]
    return Assumed(
        len(table) > 0,
        list(_ranked(result, table, said)) if len(table) else [],
        [
            (
                answer.question,
                [(_key(answer.id, n), str(label)) for n, label in enumerate(answer.rows["label"])],
            )
            for answer in result.answers
        ],
        _drivers(result, table, said),
        free,
        [prior for prior in priors if prior.row.fixed],
        sorted({link.text for prior in free for link in prior.row.equations}, key=_order),
        observation_rows(result),
        [
            (Link(scenario.title, f"#view=whatif&scenario={name}"), scenario.why or "")
            for name, scenario in result.files.scenarios.items()
        ],
    )


def _order(code: str) -> tuple[str, int, str]:
    digits = "".join(c for c in code if c.isdigit())
    return code[:1], int(digits or 0), code


# ------------------------------------------------------------- the page's data


def island(result: RunResult) -> Json:
    """Figures with what moves them, and the values of the drivers, for the page's script."""
    table, said = _frame(result), _Said(result)
    figures, moves = [], {}
    for answer in result.answers if len(table) else []:
        for n, row in answer.rows.reset_index(drop=True).iterrows():
            unit = str(row["unit"])
            scale = 100.0 if unit == "share" else 1.0
            key = _key(answer.id, n)
            figures.append(
                {
                    "key": key,
                    "question": answer.question,
                    "label": str(row["label"]),
                    "unit": _unit(unit),
                    **{c: _rounded(row[c], scale) for c in ("value", "low", "high")},
                }
            )
            part = table[(table["answer"] == answer.id) & (table["row"] == n)]
            part = part[part["relative"].gt(0.0)].sort_values(
                "relative", ascending=False, kind="stable"
            )
            moves[key] = [_moved(one, said, scale) for _, one in part.head(CHARTED).iterrows()]
    return {
        "figures": figures,
        "columns": ["label", "kind", "name", "class", "low", "high", "relative", "noise", "move"],
        "moves": moves,
        "drivers": _values(result),
    }


def _rounded(value: object, scale: float = 1.0) -> float | None:
    return None if missing(value) else float(f"{scale * float(value):.4g}")  # type: ignore[arg-type]


def _moved(row: Any, said: _Said, scale: float) -> list[object]:
    return [
        said.label(row),
        "driver" if row["kind"] == "driver" else "prior",
        str(row["name"]),
        said.quality(row)[0],
        *(_rounded(row[c], scale) for c in ("change_low", "change_high")),
        *(_rounded(row[c]) for c in ("relative", "noise")),
        str(row["move"]),
    ]


def _values(result: RunResult) -> Json:
    """Rows of every driver by place: period, middle of it in years, value, low, high, quality."""
    names = Names(result.files)
    found: Json = {}
    for row in result.files.drivers:
        driver = found.setdefault(row.driver, {"unit": words(row.unit), "places": {}})
        place = driver["places"].setdefault(names.place(row.place) or row.place, [])
        place.append(
            [
                period_words(row.start, row.end),
                _middle(row),
                _rounded(row.value),
                _rounded(row.low),
                _rounded(row.high),
                row.quality,
            ]
        )
    return found


def _middle(row: DriverRow) -> float | None:
    days = [
        day
        for period in (row.start, row.end)
        if period is not None
        for day in (period.start, period.end)
        if day is not None
    ]
    if not days:
        return None
    first, last = min(days), max(days)
    # A value that holds from a date on stands at that date.
    last = last if row.end is not None and row.end.end is not None else first
    years = [day.year + (day.timetuple().tm_yday - 1) / 365.25 for day in (first, last)]
    return round(sum(years) / 2, 2)
