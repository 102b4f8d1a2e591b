"""Sections on equations, on what was assumed and on how the run was made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from marchland.report.equations import Mechanism, codes_in, mechanisms, order
from marchland.report.names import anchor, words
from marchland.report.numbers import missing, plain, proper
from marchland.report.records import Evidence, Link
from marchland.run import RunResult

FIT_WORDS = {
    "log_evidence": "Log evidence",
    "log_evidence_error": "Its standard error",
    "particles": "Draws of the posterior",
    "temperatures": "Temperatures from prior to posterior",
    "acceptance": "Share of proposals accepted",
    "acceptance_lowest": "Lowest share of proposals accepted",
    "steps": "Moves of each chain",
    "unique": "Share of prior draws with descendants",
    "unique_ancestors": "Share of prior draws with descendants",
    "parameters_free": "Free parameters",
    "targets": "Targets scored",
    "records_scored": "Figures scored",
    "records_inside_90": "Of them inside their 90 per cent interval",
}
CHECK_WORDS = {
    "prior_share_with_more_migrants_than_residents": (
        "Share of prior draws that put more migrants than residents in a region"
    ),
    "prior_figures_outside_central_90": (
        "Figures that the prior leaves outside its central 90 per cent"
    ),
}


TOGETHER = "known together but not apart"
MOST_SENTENCES = 2


@dataclass(frozen=True)
class Shown:
    """A mechanism as the page shows it: its formula apart from what is said of it."""

    name: str
    file: str
    summary: str
    formula: str
    prose: Markup


@dataclass(frozen=True)
class EquationSection:
    """An equation with all that hangs on it."""

    code: str
    anchor: str
    mechanisms: list[Shown]
    measures: list[str]
    parameters: list[Link]
    held: list[Link]
    records: list[Link]
    assertions: list[Link]


def equations(
    result: RunResult, evidence: Evidence, known: frozenset[str]
) -> list[EquationSection]:
    """Every equation that a table of the run names, in order."""
    compared = set(result.predictions["evidence_id"]) if len(result.predictions) else set()
    return [_equation(result, evidence, code, known, compared) for code in sorted(known, key=order)]


def _equation(
    result: RunResult, evidence: Evidence, code: str, known: frozenset[str], compared: set[str]
) -> EquationSection:
    measures = {
        name for name, m in result.files.measures.items() if code in codes_in(m.equation, known)
    }
    records = [q.id for q in result.files.quantities if q.measure in measures and q.id in compared]
    free: list[Link] = []
    held: list[Link] = []
    for _, row in result.parameters.iterrows():
        if code in codes_in(row["equation"]):
            link = Link(str(row["name"]), "#" + anchor("parameter", row["name"]))
            (held if row["family"] == "fixed" else free).append(link)
    said = [a.id for a in result.files.assertions if code in codes_in(a.equation)]
    return EquationSection(
        code,
        anchor("equation", code),
        [_shown(m, evidence) for m in mechanisms() if code in m.codes],
        [words(name) for name in result.files.measures if name in measures],
        free,
        held,
        [evidence.record_link(name) for name in records],
        [Link(name, "#" + anchor("assertion", name)) for name in said],
    )


def _shown(mechanism: Mechanism, evidence: Evidence) -> Shown:
    formula, _, rest = mechanism.text.partition("\n\n")
    if not re.search(r"=|^[-+] ", formula):
        formula, rest = "", mechanism.text
    return Shown(mechanism.name, mechanism.file, mechanism.summary, formula, _prose(rest, evidence))


def _prose(text: str, evidence: Evidence) -> Markup:
    """Text of a docstring as safe HTML: code marked, assertions linked."""
    safe = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", str(escape(text)))

    def link(match: re.Match[str]) -> str:
        found = evidence.record_link(match[0])
        return f'<a href="{found.href}">{found.text}</a>' if found.href else match[0]

    # Elsewhere E10 is an equation; only what a mechanism carries are assertions.
    return Markup(
        re.sub(r"Carries [^.]*", lambda said: re.sub(r"\b[A-Z]\d{2}\b", link, said[0]), safe)
    )


def boundary(result: RunResult, evidence: Evidence) -> list[tuple[str, list[Link]]]:
    """What the evidence cannot tell; a long list of names is split off to be folded."""
    parameters = set(result.parameters["name"]) if len(result.parameters) else set()

    def link(name: str) -> Link:
        if name in parameters:
            return Link(name, "#" + anchor("parameter", name))
        return evidence.record_link(name)

    said: list[tuple[str, list[Link]]] = []
    together = [s for s in result.boundary if TOGETHER in s]
    for sentence in result.boundary:
        if result.fit.get("failed") and str(result.fit["failed"]) in sentence:
            continue
        if len(together) > MOST_SENTENCES and sentence in together:
            if sentence is together[0]:
                head = f"{len(together)} pairs of parameters are {TOGETHER}."
                said.append((head, [Link(_pair(s)) for s in together]))
            continue
        head, colon, tail = sentence.partition(": ")
        names = [name.strip(" .") for name in tail.split(",")]
        if colon and len(names) > 6:
            said.append((head + ".", [link(name) for name in names]))
        else:
            said.append((sentence, []))
    return said


def _pair(sentence: str) -> str:
    """Two parameters and their correlation, out of a sentence on them."""
    found = re.match(r"(\S+) and (\S+) are .*correlation (-?[\d.]+\d)", sentence)
    return f"{found[1]} and {found[2]} ({proper(found[3])})" if found else sentence.strip()


def fit_rows(result: RunResult) -> list[tuple[str, str]]:
    """Diagnostics of the sampler, in words."""
    return [
        (FIT_WORDS.get(name, words(name).capitalize()), _value(value))
        for name, value in result.fit.items()
        if name != "failed"
    ]


def check_rows(result: RunResult, evidence: Evidence) -> list[tuple[str, str, list[Link]]]:
    """What was checked before the evidence entered, in words."""
    rows = []
    for name, value in result.checks.items():
        label = CHECK_WORDS.get(name, words(name).capitalize())
        if isinstance(value, list | tuple):
            links = [evidence.record_link(str(item)) for item in value]
            rows.append((label, "" if links else "none", links))
        else:
            rows.append((label, _value(value), []))
    return rows


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and not missing(value):
        return plain(value)
    return "" if missing(value) else str(value)


def observation_rows(result: RunResult) -> list[tuple[str, str]]:
    """How far a stated figure may stand from the truth, by quality."""
    observation = result.files.observation
    rows = [(f"Quality {name}", plain(size)) for name, size in sorted(observation.errors.items())]
    if observation.about is not None:
        rows.append(("“About”, added in quadrature", plain(observation.about)))
    return rows
