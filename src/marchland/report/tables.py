"""Tables of the report: targets, parameters, assertions, contradictions, rivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from marchland.case import Quantity
from marchland.evidence import KINDS, Contradiction
from marchland.report.equations import codes_in
from marchland.report.names import STATISTICS, Names, anchor, title, words
from marchland.report.numbers import missing, period_words, proper, rounded, stated, unit_words
from marchland.report.records import Evidence, Link, Record
from marchland.report.strips import before_after, dot_interval
from marchland.run import RunResult, is_inside

SUPPORT_WORDS = {
    "supports": "supports it",
    "contradicts": "contradicts it",
    "sign assumed": "tells its strength; its sign is assumed",
    "cannot tell": "cannot tell",
    "not in the model": "not in the model",
}


@dataclass(frozen=True)
class Scored:
    """A stated figure beside what the model predicts of it."""

    record: Link
    what: str
    period: str
    value: str
    unit: str
    median: str
    interval: str
    prior: str
    inside: bool
    scored: bool
    strip: Markup
    first: str
    last: str


@dataclass(frozen=True)
class ParameterRow:
    """A parameter before and after the evidence."""

    name: str
    anchor: str
    equations: list[Link]
    meaning: str
    unit: str
    family: str
    prior: str
    posterior: str
    contraction: str
    positive: str
    informed: bool
    fixed: bool
    reason: str
    strip: Markup


@dataclass(frozen=True)
class AssertionRow:
    """An assertion of the sources and what the evidence says of it."""

    id: str
    anchor: str
    group: str
    cause: str
    effect: str
    sign: str
    status: str
    equations: list[Link]
    switches: list[Link]
    source: Link
    support: str
    kind: str
    probability: str
    informed: bool
    passage: str


@dataclass(frozen=True)
class Clash:
    """A contradiction with its records side by side."""

    kind: str
    statement: str
    difference: str
    treatment: str
    sides: list[tuple[Link, Record | None, str]]


def equation_links(cell: object, known: frozenset[str]) -> list[Link]:
    """Links to the equations that a cell names."""
    return [Link(code, "#" + anchor("equation", code)) for code in codes_in(cell, known)]


def _number(value: object) -> float | None:
    return None if missing(value) else float(value)  # type: ignore[arg-type]


def scored(result: RunResult, evidence: Evidence) -> list[tuple[str, list[Scored]]]:
    """Every compared figure against its predictive interval, by measure."""
    table = result.predictions
    if not len(table):
        return []
    before = {
        str(row["evidence_id"]): row for _, row in table[table["explanation"] == "prior"].iterrows()
    }
    quantities = {q.id: q for q in result.files.quantities}
    names = Names(result.files)
    found: dict[str, list[Scored]] = {}
    for _, row in table[table["explanation"] == "posterior"].iterrows():
        q = quantities.get(str(row["evidence_id"]))
        if q is None:
            continue
        prior = before.get(q.id)
        scale = 100.0 if q.unit == "share" else 1.0
        what = ", ".join(
            part
            for part in (
                names.place(q.place),
                names.group(q.group),
                names.counterpart(q.counterpart),
            )
            if part
        )
        if q.statistic in STATISTICS:
            what += f" ({STATISTICS[q.statistic]})"
        seen = (_number(row["observed"]), _number(row["low"]), _number(row["high"]))
        interval = (float(row["q05"]), float(row["q50"]), float(row["q95"]))
        wide = None if prior is None else (float(prior["q05"]), float(prior["q95"]))
        found.setdefault(title(words(q.measure)), []).append(
            Scored(
                evidence.record_link(q.id),
                what,
                period_words(q.start, q.end),
                stated(q),
                unit_words(q.unit),
                rounded(scale * interval[1]),
                _span(scale * interval[0], scale * interval[2]),
                "" if wide is None else _span(scale * wide[0], scale * wide[1]),
                is_inside(row, q.bound),
                q.use == "calibrate",
                dot_interval(interval, wide, seen, q.bound),
                *_days(q),
            )
        )
    return list(found.items())


def _days(q: Quantity) -> tuple[str, str]:
    """First and last day of a figure's period; empty where it is open."""
    begin, end = q.start or q.end, q.end or q.start
    first = begin.start.isoformat() if begin is not None and begin.start else ""
    last = end.end.isoformat() if end is not None and end.end else ""
    return first, last


def _span(low: float, high: float) -> str:
    """Both ends with as many digits as it takes to tell them apart, six at most."""
    for digits in range(3, 7):
        ends = rounded(low, digits), rounded(high, digits)
        if ends[0] != ends[1]:
            break
    return f"{ends[0]} to {ends[1]}"


def parameters(result: RunResult, known: frozenset[str]) -> list[ParameterRow]:
    """Prior beside posterior; those the evidence informs, the others, then those held fixed."""
    rows = [_parameter(row, known) for _, row in result.parameters.iterrows()]
    return sorted(rows, key=lambda row: (row.fixed, row.equations == []))


def _parameter(row: Any, known: frozenset[str]) -> ParameterRow:
    fixed = row["family"] == "fixed"
    before = tuple(float(row[f"prior_{q}"]) for q in ("q05", "q50", "q95"))
    after = tuple(float(row[q]) for q in ("q05", "q50", "q95"))

    def told(numbers: tuple[float, ...]) -> str:
        low, middle, high = (rounded(n) for n in numbers)
        return f"{middle} ({low} to {high})"

    return ParameterRow(
        str(row["name"]),
        anchor("parameter", row["name"]),
        equation_links(row["equation"], known),
        "" if missing(row.get("meaning")) else str(row["meaning"]),
        "" if missing(row["unit"]) else str(row["unit"]),
        words(str(row["family"])),
        rounded(before[1]) if fixed else told(before),
        "" if fixed else told(after),
        "" if fixed or missing(row["contraction"]) else proper(f"{row['contraction']:.2f}"),
        ""
        if fixed or missing(row["probability_positive"])
        else f"{row['probability_positive']:.2f}",
        bool(row["informed"]),
        fixed,
        "" if missing(row["reason"]) else str(row["reason"]),
        Markup("") if fixed else before_after(before, after),  # type: ignore[arg-type]
    )


def assertions(
    result: RunResult, evidence: Evidence, known: frozenset[str]
) -> list[tuple[str, list[AssertionRow]]]:
    """Every assertion by its group, in the order of the case."""
    names = set(result.parameters["name"]) if len(result.parameters) else set()
    found: dict[str, list[AssertionRow]] = {}
    for _, row in result.assertions.iterrows():
        switches = [n.strip() for n in _text(row["switch"]).split(";") if n.strip()]
        shown = AssertionRow(
            str(row["id"]),
            anchor("assertion", row["id"]),
            _text(row["group"]),
            _text(row["cause"]),
            _text(row["effect"]),
            _text(row["sign"]).replace("-", "−"),
            _text(row["status"]),
            equation_links(row["equation"], known),
            [Link(n, "#" + anchor("parameter", n) if n in names else "") for n in switches],
            evidence.source_link(_text(row["source"]), _text(row["locator"])),
            SUPPORT_WORDS.get(str(row["support"]), str(row["support"])),
            str(row["support"]).replace(" ", "-"),
            "" if missing(row["probability"]) else f"{row['probability']:.2f}",
            bool(row["informed"]),
            evidence.passage(_text(row["locator"])),
        )
        found.setdefault(title(shown.group) or "Others", []).append(shown)
    return list(found.items())


def _text(value: object) -> str:
    return "" if missing(value) else str(value)


def support_counts(result: RunResult) -> list[tuple[str, int]]:
    """Assertions by what the evidence says of them."""
    if not len(result.assertions):
        return []
    counts = Counter(str(value) for value in result.assertions["support"])
    always = ("supports", "contradicts", "cannot tell")
    return [
        (SUPPORT_WORDS[name], counts[name])
        for name in SUPPORT_WORDS
        if counts[name] or name in always
    ]


def clashes(found: list[Contradiction], evidence: Evidence) -> list[Clash]:
    """Contradictions; records that are events or assertions show their note."""
    events = {event.id: event for event in evidence.events}
    rows = []
    for clash in found:
        sides = []
        for name in clash.records:
            event = events.get(name)
            note = f"{event.period}: {event.what}. {event.note}" if event else ""
            sides.append((evidence.record_link(name), evidence.records.get(name), note))
        difference = ""
        if clash.difference is not None:
            share = clash.unit == "share"
            size = 100 * clash.difference if share else clash.difference
            unit = "percentage points" if share else unit_words(clash.unit)
            difference = f"{unit}: {rounded(size)}"
        rows.append(Clash(KINDS[clash.kind], clash.statement, difference, clash.treatment, sides))
    return rows


def rivals(result: RunResult) -> list[dict[str, object]]:
    """Every question of explanations.yaml with its rivals, weighed where the run weighed them."""
    weighed = {c.question: c.table for c in result.comparisons}
    rows = []
    for name, question in result.files.explanations.questions.items():
        table = weighed.get(name, pd.DataFrame())
        known = {str(row["rival"]): row for _, row in table.iterrows()}
        rows.append(
            {
                "id": name,
                "text": question.text,
                "weighed": bool(known),
                "caveat": _caveat(result, name),
                "rivals": [
                    {
                        "title": rival.title,
                        "off": [
                            Link(n, "#" + anchor("parameter", n))
                            if n in result.files.parameters
                            else Link(n)
                            for n in rival.off
                        ],
                        **_weight(known.get(key)),
                    }
                    for key, rival in question.rivals.items()
                ],
            }
        )
    return rows


def _caveat(result: RunResult, rivals: str) -> str:
    """What the case says against the answer that these rivals serve."""
    asked = [q for q in result.files.config.questions if q.rivals == rivals]
    return " ".join(str((q.model_extra or {}).get("caveat") or "").strip() for q in asked).strip()


def _chance(share: float) -> str:
    """A chance with two digits; what the method cannot tell from 0 or 1 is not written as such."""
    if share > 0.99:
        return "> 0.99"
    return "< 0.01" if share < 0.01 else f"{share:.2f}"


def _weight(row: Any) -> dict[Hashable, object]:
    if row is None:
        return {"evidence": "", "error": "", "probability": "", "share": None, "failed": ""}
    known = not missing(row["probability"])  # absent in a structural exploration
    return {
        "evidence": f"{row['log_evidence']:.1f}",
        "error": f"{row['log_evidence_error']:.1f}",
        "probability": _chance(float(row["probability"])) if known else "none",
        "share": float(row["probability"]) if known else None,
        "failed": _text(row["failed"]),
    }
