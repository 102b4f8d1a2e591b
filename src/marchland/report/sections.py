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
    "steps": "Moves of each particle at a temperature",
    "unique": "Share of prior draws with descendants",
    "unique_ancestors": "Share of prior draws with descendants",
    "parameters_free": "Free parameters",
    "targets": "Targets scored",
    "records_scored": "Figures scored",
    "records_inside_90": "Of them inside their 90 per cent interval (a fit, no test: it used them)",
    "remembered": "How far particles still remember their start at the last temperature (0 to 1)",
    "islands_apart": "Spread between islands of particles that never met, in deviations",
    "islands_log_evidence": "Log evidence of each island",
    "rhat_worst": "R-hat of the parameter on which islands agree least (1 where they agree)",
    "ess_least": "Effective draws of the parameter that is told worst",
    "evaluations": "Runs of the model in the fit",
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
    ("prior_predictive.csv", "each figure beside what the priors alone would have stated"),
    ("identification.csv", "what each target can tell of each parameter, and what a fit told"),
    ("combinations.csv", "parameters that are known together but not apart"),
    ("recovery.csv", "whether the true one of two rival explanations could be recovered"),
    ("sensitivity.csv", "which parameters could move each answer: Morris screening"),
    ("dyads.csv", "pairs of states by quarter, with ISO and COW codes"),
    ("evidence.sqlite", "the evidence base, with full-text search"),
    ("codebook.md", "every column and measure: unit, meaning, how it is computed"),
    ("citation.bib", "the sources and this run, as printed below"),
    ("draws/parameters.parquet", "draws from the posterior"),
    ("draws/posterior.nc", "the fit with its diagnostics, for ArviZ"),
)
TOGETHER = "Known together but not apart"
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
                head = f"{len(together)} combinations of parameters are {TOGETHER.lower()}."
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
    """A combination of parameters and how well it is known, out of a sentence on it."""
    found = re.match(r".*?: (.+) has (\d+) per cent .*?, and (\S+), .* (\d+) per cent", sentence)
    if not found:
        return sentence.strip()
    return f"{found[1]} ({found[2]} per cent of its prior; {found[3]} alone {found[4]})"


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
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    return "" if missing(value) else str(value)


def observation_rows(result: RunResult) -> list[tuple[str, str]]:
    """How far a stated figure may stand from the truth, by quality."""
    observation = result.files.observation
    rows = [(f"Quality {name}", plain(size)) for name, size in sorted(observation.errors.items())]
    if observation.about is not None:
        rows.append(("“About”, added in quadrature", plain(observation.about)))
    return rows
