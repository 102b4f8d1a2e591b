"""Rules of `observation.structure`: how the model's state becomes what was observed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from marchland.case import casefiles as cf
from marchland.case.building import build
from marchland.case.files import LinedMap
from marchland.case.names import Names
from marchland.case.schema import Dated
from marchland.case.settings import LinedRow

# Read from the stays of migrants themselves, so no survey of the structure carries it.
STAY = "stay"
SURVEY_MEASURE = "survey_share"
ANSWER_PREFIX = "answer_"

Factor = Annotated[float, Field(gt=0, strict=True)]


def _empty(value: Any) -> Any:
    """A reference category has no parameters, and may be left empty."""
    return {} if value is None else value


class Gate(LinedRow):
    """The first stage of a survey: an opinion or none."""

    intercept: str
    slope: str


class Answer(LinedRow):
    """An answer: the parameters of its log odds against the reference category."""

    intercept: str | None = None
    slope: str | None = None
    fixed_slope: float | None = None
    covariate: Literal["hostility", "deprivation", "dispute"] | None = None


Answers = dict[str, Annotated[Answer, BeforeValidator(_empty)]]


class Survey(LinedRow):
    """A question put to residents, its first stage and its answers."""

    form: Literal["choice", "item"]
    gate: Gate
    answers: Annotated[Answers, Field(min_length=1)]
    without: Answers = Field(default_factory=dict)


class Structure(LinedRow):
    """All that `observation.structure` may hold."""

    diaspora_reference: Factor | None = None
    error_factors: dict[str, Factor] = Field(default_factory=dict)
    not_covered: list[str] = Field(default_factory=list)
    trade_reference: Dated | None = None
    acts_pairs: list[str] = Field(default_factory=list)
    arms_start: Dated | None = None
    survey_titles: dict[str, str] = Field(default_factory=dict)
    surveys: dict[str, Survey] = Field(default_factory=dict)


def check_structure(names: Names) -> None:
    """Check the structure of the observation; what is misspelt there would count as 0.

    Parameters
    ----------
    names : Names
        The names of the case; receives the problems.
    """
    observation = names.files.observation
    raw = observation.structure
    if not isinstance(raw, LinedMap):
        raw = LinedMap(raw, observation.line_of("structure"))
    structure = build(Structure, raw, cf.MODEL_FILE, names.problems)
    if structure is None:
        return
    for survey in structure.surveys.values():
        _check_survey(names, survey)
    _check_titles(names, structure, raw.get("surveys"))


def _check_survey(names: Names, survey: Survey) -> None:
    known = [name for name in names.files.parameters if name.startswith(ANSWER_PREFIX)]
    answers = [*survey.answers.values(), *survey.without.values()]
    for rule in (survey.gate, *answers):
        for key in ("intercept", "slope"):
            at = (cf.MODEL_FILE, rule.line_of(key))
            names.known(*at, "parameter", getattr(rule, key), known, cf.MODEL_FILE)
    shares = survey.without.values() if survey.form == "item" else answers
    for answer in shares:  # shares of one whole, which the model reads from hostility alone
        if answer.covariate not in (None, "hostility"):
            must = "only answers of a survey of form item have a covariate of their own"
            message = f"{must}, but got covariate={answer.covariate}"
            names.report(cf.MODEL_FILE, answer.line_of("covariate"), message)


def _check_titles(names: Names, structure: Structure, surveys: Any) -> None:
    """A title names a survey of the structure or of the evidence."""
    if cf.QUANTITIES_FILE in names.files.unread:
        return
    rows = [row for row in names.files.quantities if row.measure == SURVEY_MEASURE]
    known = {(row.counterpart or "").partition(":")[0] for row in rows} | {STAY}
    known |= set(surveys) if isinstance(surveys, dict) else set()
    titles = names.files.observation.structure.get("survey_titles")
    lines = getattr(titles, "lines", {})
    for name in structure.survey_titles:
        line = lines.get(name, structure.line_of("survey_titles"))
        names.known(cf.MODEL_FILE, line, "survey", name, known - {""}, cf.MODEL_FILE)
