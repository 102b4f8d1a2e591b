"""The report: one file that works offline."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marchland.outputs.citation import citation_bib
from marchland.report import (
    answers,
    assumed,
    before,
    explain,
    sections,
    sources,
    system,
    tables,
    where,
)
from marchland.report.choice import Choice
from marchland.report.lines import Lines
from marchland.report.makeup import Makeup
from marchland.report.numbers import date_words
from marchland.report.records import Evidence
from marchland.report.vendor import licences, safe_script, scripts
from marchland.report.whatif import Scenarios
from marchland.run import RunResult

STYLES = ("base", "sources", "system", "where", "assumed", "before", "serve")
# The order in which the parts of the page's script must run; `start` shows the first view.
SCRIPTS = (
    *("core", "projected", "charts", "explain", "timeline", "evidence", "matrix", "sources"),
    *("layout", "system", "where", "model", "whatif", "assumed", "serve", "start"),
)


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
    return environment().get_template("report.html.j2").render(_content(result, sources))


def _content(result: RunResult, folder: Path | None) -> dict[str, Any]:
    """What the templates are given, view by view."""
    evidence = Evidence(result.files, folder)
    lines = Lines(result.series, result.predictions, result.files)
    known = answers.known_codes(result)
    choice = Choice(result, lines)
    groups = choice.groups()
    curves = {answer.id: choice.curve(answer.id) for answer in result.answers}
    makeup = Makeup(result, lines)
    made_up = {
        "stocks": makeup.stocks(),
        "surveys": makeup.surveys(),
        "hostility": makeup.hostility(),
        "ledger": makeup.ledger(),
    }
    charts = [chart for group in groups for chart in group.charts]
    charts += [curve for curve in curves.values() if curve is not None]
    charts += [chart for part in made_up.values() for chart in part]
    prior = before.view(result, evidence)
    charts += [prior["heat"]] if prior["heat"] is not None else []
    said = answers.shown(result, evidence, known, curves)
    scenarios = Scenarios(result)
    parameters = tables.parameters(result, known)
    claims = tables.assertions(result, evidence, known)
    diagram = system.island(result, evidence, known)
    extras = ("dagre",) if diagram else ()
    islands = {
        "charts": {chart.id: chart.json() for chart in charts},
        "labels": choice.labels(),
        "explain": explain.island(result, evidence, known, said, parameters, claims),
        "sources": sources.island(result, evidence),
        "system": diagram,
        "where": where.island(result),
        "whatif": scenarios.island(),
        "assumed": assumed.island(result),
    }
    return {
        **_of_run(result),
        "answers": said,
        "boundary": sections.boundary(result, evidence),
        "evidence": evidence,
        "passages": folder is not None,
        "sources_view": sources.view(result, evidence),
        "system": system.view(result, evidence, known),
        "where": where.view(result),
        "scored": tables.scored(result, evidence),
        "makeup": made_up,
        "groups": groups,
        "constants": choice.constants,
        "rivals": tables.rivals(result),
        "whatif": scenarios.view(),
        "assumed": assumed.view(result, known),
        "before": prior,
        "fit": sections.fit_rows(result),
        "checks": sections.check_rows(result, evidence),
        "islands": islands,
        "styles": _styles(),
        "errors": Markup(_read("page", "errors.js")),
        "page": _page(),
        "scripts": scripts(*extras),
        "licences": licences(*extras),
    }


def _of_run(result: RunResult) -> dict[str, Any]:
    """What every view may say of the run and its case."""
    config = result.files.config
    return {
        "result": result,
        "files": result.files,
        "config": config,
        "period": date_words(config.period.text),
        "failed": str(result.fit.get("failed") or ""),
        "informed": int(result.assertions["informed"].sum()) if len(result.assertions) else 0,
        "run_files": sections.RUN_FILES,
        "citation": citation_bib(
            result.files, version=result.version, seed=result.seed, members=result.members
        ),
    }


def _read(folder: str, name: str) -> str:
    return (files("marchland.report") / folder / name).read_text(encoding="utf-8")


@cache
def _styles() -> Markup:
    return Markup("\n".join(_read("styles", f"{name}.css") for name in STYLES))


@cache
def _page() -> Markup:
    return Markup(safe_script("\n".join(_read("page", f"{name}.js") for name in SCRIPTS)))


@cache
def environment() -> Environment:
    """Templates of the page; what a case says is escaped."""
    made = Environment(
        loader=PackageLoader("marchland.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["script_json"] = _script_json
    return made


def _script_json(value: object) -> Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
