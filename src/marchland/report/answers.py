"""Answers as the page shows them, each figure with the way back to the sources."""

from __future__ import annotations

from dataclasses import dataclass

from marchland.answers import Answer
from marchland.report.charts import Chart
from marchland.report.equations import codes_in
from marchland.report.names import anchor, words
from marchland.report.numbers import figure, unit_words
from marchland.report.records import Evidence, Link
from marchland.run import RunResult

VERDICTS = {"answered": "answered", "cannot tell": "the evidence cannot tell"}


@dataclass(frozen=True)
class Figure:
    """One row of an answer."""

    anchor: str
    label: str
    value: str
    low: str
    high: str
    unit: str
    told: bool
    equation: Link
    record: Link


@dataclass(frozen=True)
class Shown:
    """An answer with its figures and what they rest on."""

    id: str
    anchor: str
    question: str
    text: str
    verdict: str
    answered: bool
    details: list[str]
    measure: str
    figures: list[Figure]
    equations: list[Link]
    parameters: list[Link]
    records: list[Link]
    sources: list[Link]
    curve: Chart | None


def known_codes(result: RunResult) -> frozenset[str]:
    """Every code of an equation that the run's tables name."""
    cells: list[object] = [m.equation for m in result.files.measures.values()]
    cells += [a.equation for a in result.files.assertions]
    cells += list(result.parameters["equation"]) if len(result.parameters) else []
    return frozenset(code for cell in cells for code in codes_in(cell))


def shown(
    result: RunResult, evidence: Evidence, codes: frozenset[str], curves: dict[str, Chart | None]
) -> list[Shown]:
    """All answers of a run, in the order of the questions."""
    return [_shown(result, a, evidence, codes, curves.get(a.id)) for a in result.answers]


def _codes(result: RunResult, answer: Answer, codes: frozenset[str]) -> list[str]:
    """Equations of an answer: those of its measures and of the terms it takes out."""
    asked = next((q for q in result.files.config.questions if q.id == answer.id), None)
    cells = [answer.equation]
    for switch in asked.switches if asked is not None else []:
        parameter = result.files.parameters.get(switch)
        cells.append((parameter.equation or "") if parameter is not None else "")
    return codes_in(";".join(cells), codes)


def _shown(
    result: RunResult,
    answer: Answer,
    evidence: Evidence,
    codes: frozenset[str],
    curve: Chart | None,
) -> Shown:
    equations = _codes(result, answer, codes)
    table = result.parameters
    names = [str(name) for name in answer.parameters]
    if len(table):
        free = table[table["family"] != "fixed"]
        known = set(table["name"])
        names = [name for name in names if name in known]
        names += [
            str(row["name"])
            for _, row in free.iterrows()
            if row["name"] not in names and set(codes_in(row["equation"])) & set(equations)
        ]
    records = [evidence.record_link(name) for name in answer.records]
    keys = dict.fromkeys(q.source for q in result.files.quantities if q.id in set(answer.records))
    equation_links = [Link(code, "#" + anchor("equation", code)) for code in equations]
    return Shown(
        answer.id,
        anchor("answer", answer.id),
        answer.question,
        answer.text,
        VERDICTS.get(answer.verdict, answer.verdict),
        answer.verdict == "answered",
        _sentences(answer.details),
        words(answer.measure).replace(";", ", "),
        _figures(answer, equation_links, records),
        equation_links,
        [Link(name, "#" + anchor("parameter", name)) for name in dict.fromkeys(names)],
        records,
        [evidence.source_link(key, key) for key in keys],
        curve,
    )


def _figures(answer: Answer, equations: list[Link], records: list[Link]) -> list[Figure]:
    # A figure without an equation leads to the list of what it rests on.
    way = Link("its way", "#" + anchor("way", answer.id))
    return [
        Figure(
            anchor("figure", f"{answer.id}-{n}"),
            str(row["label"]),
            figure(row["value"], row["unit"]),
            figure(row["low"], row["unit"]),
            figure(row["high"], row["unit"]),
            unit_words(str(row["unit"])),
            bool(row["told"]),
            equations[0] if equations else way,
            records[0] if records else way,
        )
        for n, (_, row) in enumerate(answer.rows.iterrows(), start=1)
    ]


def _sentences(details: str) -> list[str]:
    """Sentences of a qualification, each once."""
    parts = [part.strip() for part in details.split(". ") if part.strip()]
    return [part if part.endswith(".") else part + "." for part in dict.fromkeys(parts)]
