"""The report: one file that works offline."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marchland.outputs.citation import citation_bib
from marchland.report import answers, sections, tables
from marchland.report.choice import Choice
from marchland.report.numbers import date_words
from marchland.report.records import Evidence
from marchland.report.vendor import licences, safe_script, scripts
from marchland.run import RunResult


def render(result: RunResult, *, sources: Path | None = None) -> str:
    """Write the report of a run as one HTML file, which asks nothing of any network.

    Parameters
    ----------
    result : RunResult
        What the run found.
    sources : Path, optional
        Folder with the texts of the sources as ``key.txt``; the report then shows the passage
        behind every record.

    Returns
    -------
    str
        HTML. The same result gives the same text: it has no date of the run.
    """
    evidence = Evidence(result.files, sources)
    choice = Choice(result)
    groups = choice.groups()
    curves = {answer.id: choice.curve(answer.id) for answer in result.answers}
    known = answers.known_codes(result)
    charts = [chart for group in groups for chart in group.charts]
    charts += [curve for curve in curves.values() if curve is not None]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            files=result.files,
            config=result.files.config,
            period=date_words(result.files.config.period.text),
            failed=str(result.fit.get("failed") or ""),
            answers=answers.shown(result, evidence, known, curves),
            boundary=sections.boundary(result, evidence),
            informed=int(result.assertions["informed"].sum()) if len(result.assertions) else 0,
            support=tables.support_counts(result),
            groups=groups,
            constants=choice.constants,
            charts=charts,
            scored=tables.scored(result, evidence),
            parameters=tables.parameters(result, known),
            assertions=tables.assertions(result, evidence, known),
            clashes=tables.clashes(result.contradictions, evidence),
            rivals=tables.rivals(result),
            drivers=tables.drivers(result),
            observation=sections.observation_rows(result),
            equations=sections.equations(result, evidence, known),
            evidence=evidence,
            fit=sections.fit_rows(result),
            checks=sections.check_rows(result, evidence),
            citation=citation_bib(
                result.files, version=result.version, seed=result.seed, members=result.members
            ),
            passages=sources is not None,
            scripts=scripts(),
            licences=licences(),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marchland.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["script_json"] = _script_json
    environment.filters["script"] = lambda text: Markup(safe_script(str(text)))
    return environment


def _script_json(value: object) -> Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
