"""What the page says when a reader asks where a figure comes from.

A figure leads to its equation, to the parameters that the equation reads, to the records that
it is compared with, and to the source and the place in it. The page builds the way from these
tables, so that no figure can have another one than its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marchland.report.answers import Shown
from marchland.report.equations import codes_in, formula_of, mechanisms
from marchland.report.names import Names, words
from marchland.report.numbers import missing, unit_words
from marchland.report.records import Evidence
from marchland.report.tables import AssertionRow, ParameterRow
from marchland.run import RunResult

Json = dict[str, Any]


def island(
    result: RunResult,
    evidence: Evidence,
    known: frozenset[str],
    answers: list[Shown],
    parameters: list[ParameterRow],
    assertions: list[tuple[str, list[AssertionRow]]],
) -> Json:
    """Everything that an explanation is made of, by name.

    Parameters
    ----------
    result : RunResult
        What the run found.
    evidence : Evidence
        Records and events as the page shows them.
    known : frozenset of str
        Codes of the equations that the page has.
    answers, parameters, assertions
        As the page shows them.
    """
    return {
        "measures": _measures(result, known),
        "equations": _equations(known),
        "parameters": {row.name: _parameter(row) for row in parameters},
        "records": _records(result, evidence),
        "events": _events(evidence),
        "assertions": {
            a.id: _assertion(a) | {"positions": _positions(result, a.id)}
            for _, rows in assertions
            for a in rows
        },
        "sources": {work.key: _cite(work.author, work.year, work.title) for work in evidence.works},
        "answers": dict(_answers(answers)),
        "drivers": _drivers(result),
        "compared": _compared(result),
    }


def _measures(result: RunResult, known: frozenset[str]) -> Json:
    return {
        name: {
            "words": words(name),
            "unit": unit_words(m.unit),
            "meaning": m.meaning or "",
            "equations": codes_in(m.equation, known),
        }
        for name, m in result.files.measures.items()
    }


def _equations(known: frozenset[str]) -> Json:
    return {
        code: [
            {"summary": m.summary, "formula": formula_of(m), "file": f"{m.file}: {m.name}"}
            for m in mechanisms()
            if code in m.codes
        ]
        for code in sorted(known)
    }


def _parameter(row: ParameterRow) -> Json:
    return {
        "meaning": row.meaning,
        "unit": row.unit,
        "equations": [link.text for link in row.equations],
        "before": row.prior,
        "after": row.posterior,
        "fixed": row.fixed,
        "informed": row.informed,
        "reason": row.reason,
    }


def _records(result: RunResult, evidence: Evidence) -> Json:
    """Figures by id; those that lack a dimension leave it out."""
    found: Json = {}
    for q in result.files.quantities:
        shown = evidence.records[q.id]
        found[q.id] = {
            "what": shown.what,
            "measure": q.measure,
            "place": q.place,
            "group": q.group or "",
            "other": q.counterpart or "",
            "period": shown.period,
            "value": f"{shown.value} {shown.unit}".strip(),
            "quality": shown.quality,
            "use": shown.use,
            "by": shown.reported_by,
            "note": shown.note,
            "source": q.source,
            "locator": q.locator,
        }
    return found


def _events(evidence: Evidence) -> Json:
    return {
        e.id: {
            "who": e.who,
            "what": e.what,
            "period": e.period,
            "note": e.note,
            "role": e.role,
            "source": e.source.href.removeprefix("#source-"),
            "locator": e.source.text,
        }
        for e in evidence.events
    }


def _assertion(a: AssertionRow) -> Json:
    return {
        "cause": a.cause,
        "effect": a.effect,
        "sign": a.sign,
        "support": a.support,
        "probability": a.probability,
        "equations": [link.text for link in a.equations],
        "parameters": [link.text for link in a.switches if link.href],
        "source": a.source.href.removeprefix("#source-"),
        "locator": a.source.text,
    }


def _positions(result: RunResult, assertion: str) -> list[list[str]]:
    """What other sources say of an assertion: source, position, place in it, note."""
    return [
        [p.source, p.position, p.locator, p.note or ""]
        for p in result.files.positions
        if p.assertion == assertion
    ]


def _answers(answers: list[Shown]) -> Iterable[tuple[str, Json]]:
    for answer in answers:
        for number, figure in enumerate(answer.figures, start=1):
            interval = f" ({figure.low} to {figure.high})" if figure.low or figure.high else ""
            records = figure.records or answer.records
            yield (
                f"{answer.id}-{number}",
                {
                    "title": figure.label,
                    "of": answer.question,
                    "value": f"{figure.value}{interval} {figure.unit}",
                    "told": figure.told,
                    "measure": answer.measure,
                    "equations": [e.text for e in (figure.equations or answer.equations)],
                    "parameters": [p.text for p in (figure.parameters or answer.parameters)],
                    "records": list(dict.fromkeys(r.text for r in records)),
                    "informing": [r.text for r in answer.informing],
                    "assertions": [a.text for a in answer.assertions],
                    "sources": [s.text for s in answer.sources],
                },
            )


def _drivers(result: RunResult) -> Json:
    from marchland.vocabulary import DRIVERS

    names = dict.fromkeys(row.driver for row in result.files.drivers)
    found: Json = {}
    for name in names:
        rows = [row for row in result.files.drivers if row.driver == name]
        enters = DRIVERS[name].enters if name in DRIVERS else ""
        found[name] = {
            "unit": rows[0].unit,
            "enters": enters,
            "equations": codes_in(enters),
            "rows": len(rows),
            "sources": list(dict.fromkeys(row.source for row in rows if row.source)),
        }
    return found


def _compared(result: RunResult) -> Json:
    """What the model expects of a record, after the evidence and before it."""
    names = Names(result.files)
    found: Json = {}
    table = result.predictions
    if not len(table):
        return found
    for _, row in table.iterrows():
        if missing(row["q50"]):
            continue
        entry = found.setdefault(str(row["evidence_id"]), {})
        numbers = [float(row[q]) for q in ("q05", "q50", "q95")]
        scale = 100.0 if row["unit"] == "share" else 1.0
        entry[str(row["explanation"])] = [float(f"{scale * n:.4g}") for n in numbers]
        entry["unit"] = unit_words(str(row["unit"]))
        entry["place"] = names.place(row["place"])
    return found


def _cite(author: str, year: str, title: str) -> str:
    head = f"{author} ({year})" if author and year else author or year
    return f"{head}. {title}" if head else title
