"""Answers as the page shows them, each figure with the way back to the sources."""

from __future__ import annotations

from dataclasses import dataclass

from marchland.answers import Answer
from marchland.case import CaseFiles
from marchland.report.charts import Chart
from marchland.report.equations import codes_in
from marchland.report.headlines import headline
from marchland.report.names import anchor, title, words
from marchland.report.numbers import figure, unit_words
from marchland.report.records import Evidence, Link
from marchland.run import RunResult

VERDICTS = {
    "answered": "answered",
    "cannot tell": "the evidence cannot tell",
    "structural exploration": "structural exploration: no probabilities",
}
# A row shows so many records; the list below the table has them all.
FEW = 3


@dataclass(frozen=True)
class Figure:
    """One row of an answer, and what it leads to."""

    anchor: str
    label: str
    value: str
    low: str
    high: str
    unit: str
    told: bool
    equations: list[Link]
    parameters: list[Link]
    records: list[Link]
    more: int


@dataclass(frozen=True)
class Shown:
    """An answer with its figures and what they rest on."""

    id: str
    anchor: str
    way: str
    question: str
    headline: str
    text: str
    verdict: str
    answered: bool
    details: list[str]
    measure: str
    figures: list[Figure]
    equations: list[Link]
    parameters: list[Link]
    records: list[Link]
    informing: list[Link]
    assertions: list[Link]
    sources: list[Link]
    curve: Chart | None


@dataclass(frozen=True)
class _Of:
    """What one row of an answer is of: a measure, a place, and the term that is taken out."""

    measure: str
    place: str | None = None
    switch: str | None = None


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


def _rows(files: CaseFiles, answer: Answer) -> list[_Of]:
    """What each row of an answer is of, as far as its question says."""
    asked = next((q for q in files.config.questions if q.id == answer.id), None)
    count = len(answer.rows)
    if asked is None:
        return [_Of(answer.measure)] * count
    measure = asked.measure or answer.measure
    if asked.kind == "scenario":
        figures = (asked.model_extra or {}).get("figures") or []
        if figures and count % len(figures) == 0:
            each = count // len(figures)
            return [_Of(f["measure"], f["place"]) for f in figures for _ in range(each)]
    if asked.kind == "contribution" and count == 1 + len(asked.switches):
        parts = [_Of(measure, asked.place, switch) for switch in asked.switches]
        return [_Of(measure, asked.place), *parts]
    return [_Of(measure, asked.place)] * count


def _equation_of(files: CaseFiles, of: _Of) -> str:
    cells = [files.measures[m].equation for m in of.measure.split(";") if m in files.measures]
    if of.switch in files.parameters:
        cells.append(files.parameters[of.switch].equation)
    return ";".join(cell for cell in cells if cell)


def _records_of(files: CaseFiles, answer: Answer, of: _Of) -> list[str]:
    """Records of the answer that speak of a row: of its place, else of its measure, else all."""
    known = [q for q in files.quantities if q.id in set(answer.records)]
    same = [q.id for q in known if q.measure == of.measure and q.place == of.place]
    alike = [q.id for q in known if q.measure == of.measure]
    return same or alike or [q.id for q in known]


def _shown(
    result: RunResult,
    answer: Answer,
    evidence: Evidence,
    codes: frozenset[str],
    curve: Chart | None,
) -> Shown:
    files = result.files
    rows = _rows(files, answer)
    cells = [answer.equation, *(_equation_of(files, of) for of in rows)]
    equations = codes_in(";".join(cells), codes)
    names = _parameters(result, answer, equations)
    informing = _informing(files, answer, set(equations))
    said = [a for a in files.assertions if set(codes_in(a.equation)) & set(equations)]
    stated = {*answer.records, *informing}
    keys = dict.fromkeys(q.source for q in files.quantities if q.id in stated)
    keys |= dict.fromkeys(a.source for a in said)
    return Shown(
        answer.id,
        anchor("answer", answer.id),
        anchor("way", answer.id),
        answer.question,
        _headline(files, answer),
        answer.text,
        _verdict(answer),
        answer.verdict == "answered",
        _sentences(answer.details),
        words(answer.measure).replace(";", ", "),
        [
            _figure(files, answer, n, of, evidence, codes)
            for n, of in enumerate(rows[: len(answer.rows)])
        ],
        [Link(code, "#" + anchor("equation", code)) for code in equations],
        [Link(name, "#" + anchor("parameter", name)) for name in names],
        [evidence.record_link(name) for name in answer.records],
        [evidence.record_link(name) for name in informing],
        [evidence.record_link(a.id) for a in said],
        [evidence.source_link(key, key) for key in keys],
        curve,
    )


def _verdict(answer: Answer) -> str:
    """The verdict in words; an answer of which the evidence told only a part says so."""
    text = VERDICTS.get(answer.verdict, answer.verdict)
    whole = not len(answer.rows) or bool(answer.rows["told"].all())
    return text if whole or answer.verdict != "answered" else "answered in part"


def _headline(files: CaseFiles, answer: Answer) -> str:
    asked = next((q for q in files.config.questions if q.id == answer.id), None)
    if asked is None:
        return answer.text
    return headline(answer, asked.kind, str((asked.model_extra or {}).get("caveat") or ""))


def _informing(files: CaseFiles, answer: Answer, equations: set[str]) -> list[str]:
    """Records of other measures, in targets that the case says inform the answer's equations."""
    known = {q.id for q in files.quantities}
    found = [
        name
        for target in files.targets
        if set(codes_in(target.informs)) & equations
        for name in target.quantities
    ]
    return [name for name in dict.fromkeys(found) if name in known - set(answer.records)]


def _parameters(result: RunResult, answer: Answer, equations: list[str]) -> list[str]:
    """Free parameters of an answer: those it names, and those of its equations."""
    table = result.parameters
    if not len(table):
        return []
    known = set(table["name"])
    named = [str(name) for name in answer.parameters if name in known]
    read = [
        str(row["name"])
        for _, row in table[table["family"] != "fixed"].iterrows()
        if set(codes_in(row["equation"])) & set(equations)
    ]
    return list(dict.fromkeys([*named, *read]))


def _figure(
    files: CaseFiles,
    answer: Answer,
    number: int,
    of: _Of,
    evidence: Evidence,
    codes: frozenset[str],
) -> Figure:
    row = answer.rows.iloc[number]
    records = _records_of(files, answer, of)
    switch = [of.switch] if of.switch in files.parameters else []
    return Figure(
        anchor("figure", f"{answer.id}-{number + 1}"),
        title(str(row["label"])),
        figure(row["value"], row["unit"]),
        figure(row["low"], row["unit"]),
        figure(row["high"], row["unit"]),
        unit_words(str(row["unit"])),
        bool(row["told"]),
        [
            Link(code, "#" + anchor("equation", code))
            for code in codes_in(_equation_of(files, of), codes)
        ],
        [Link(str(name), "#" + anchor("parameter", name)) for name in switch],
        [evidence.record_link(name) for name in records[:FEW]],
        max(len(records) - FEW, 0),
    )


def _sentences(details: str) -> list[str]:
    """Sentences of a qualification, each once."""
    parts = [part.strip() for part in details.split(". ") if part.strip()]
    whole = [part if part.endswith(".") else part + "." for part in parts]
    return list(dict.fromkeys(whole))
