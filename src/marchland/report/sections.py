"""What the evidence cannot tell, and how the run was made."""

from __future__ import annotations

import re

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
    "records_inside_90": "Of them inside their 90 per cent interval (a fit, no test: it used them)",
    "remembered": "How far chains still remember their start at the last temperature (0 to 1)",
    "halves_apart": "Gap between halves of the draws without a common ancestor, in deviations",
}
CHECK_WORDS = {
    "prior_share_with_more_migrants_than_residents": (
        "Share of prior draws that put more migrants than residents in a region"
    ),
    "prior_figures_outside_central_90": (
        "Figures that the prior leaves outside its central 90 per cent"
    ),
}


RUN_FILES = (
    ("summary.json", "the answers and the state of the fit, for programs"),
    ("predictions.csv", "each figure of the evidence beside what the model says of it"),
    ("series.csv", "every measure by quarter, in the baseline and in each scenario"),
    ("parameters.csv", "prior beside posterior of every parameter, with the reason"),
    ("assertions.csv", "every assertion and what the evidence says of it"),
    ("importance.csv", "how far each driver and prior moves each answer"),
    ("dyads.csv", "pairs of states by quarter, with ISO and COW codes"),
    ("evidence.sqlite", "the evidence base, with full-text search"),
    ("codebook.md", "every column and measure: unit, meaning, how it is computed"),
    ("citation.bib", "the sources and this run, as printed below"),
    ("draws/parameters.parquet", "draws from the posterior"),
)
TOGETHER = "known together but not apart"
MOST_SENTENCES = 2


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
        return proper(plain(value))
    return "" if missing(value) else str(value)


def observation_rows(result: RunResult) -> list[tuple[str, str]]:
    """How far a stated figure may stand from the truth, by quality."""
    observation = result.files.observation
    rows = [(f"Quality {name}", plain(size)) for name, size in sorted(observation.errors.items())]
    if observation.about is not None:
        rows.append(("“About”, added in quadrature", plain(observation.about)))
    return rows
