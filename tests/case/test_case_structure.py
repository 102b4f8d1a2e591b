"""The structure of the observation: what is misspelt there is reported, never read as 0."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_case import VALID, write_case

from marchland.case import CaseError, load
from marchland.errors import Problem
from marchland.model import Model

ANSWERS = ("yes", "yes_slope", "opinion", "opinion_slope", "refused")
PARAMETERS = "".join(
    f'  answer_{name}: {{prior: {{normal: [0, 1]}}, unit: logit, reason: "nothing is known"}}\n'
    for name in ANSWERS
)
STRUCTURE = """\
  structure:
    diaspora_reference: 10000
    error_factors: {border_crossings: 0.5}
    not_covered: [RUS]
    trade_reference: 1993-35
    acts_pairs: [CHN-RUS]
    arms_start: 1991-34
    survey_titles:
      threat: Whether Russians feel a threat
      stay: How long migrants stay
    surveys:
      threat:
        form: choice
        gate: {intercept: answer_opinion, slope: answer_opinion_slope}
        answers:
          no:
          yes: {intercept: answer_yes, slope: answer_yes_slope}
        without:
          hard_to_say: {}
          refused: {intercept: answer_refused}
      named:
        form: item
        gate: {intercept: answer_opinion, slope: answer_opinion_slope}
        answers:
          land: {intercept: answer_yes, slope: answer_yes_slope, covariate: dispute}
"""
MODEL = VALID["model.yaml"].replace("observation:", PARAMETERS + "observation:") + STRUCTURE
GATE = "        gate: {intercept: answer_opinion, slope: answer_opinion_slope}\n"

# old, new, the line by what stands on it, what the message must hold
BREAKS: dict[str, tuple[str, str, str, str]] = {
    "intercept": (
        *("intercept: answer_yes,", "intercept: answer_yess,", "          yes:"),
        'unknown parameter "answer_yess"; did you mean "answer_yes"?',
    ),
    "slope": (
        *("slope: answer_yes_slope}", "slope: answer_yes_slop}", "          yes:"),
        'did you mean "answer_yes_slope"?',
    ),
    "intercept of the first stage": (
        *("intercept: answer_opinion,", "intercept: answer_opinon,", "        gate:"),
        'did you mean "answer_opinion"?',
    ),
    "answer without an opinion": (
        *("intercept: answer_refused", "intercept: answer_refusd", "          refused:"),
        'did you mean "answer_refused"?',
    ),
    "parameter of another kind": (
        *("intercept: answer_refused", "intercept: departures_amur", "          refused:"),
        'unknown parameter "departures_amur"',
    ),
    "key of an answer": (
        *("intercept: answer_refused", "intercepts: answer_refused", "          refused:"),
        'unknown key "intercepts"; did you mean "intercept"?',
    ),
    "key of a first stage": (
        *("{intercept: answer_opinion,", "{intersept: answer_opinion,", "        gate:"),
        'unknown key "intersept"; did you mean "intercept"?',
    ),
    "covariate": (
        *("covariate: dispute", "covariate: disputes", "          land:"),
        'unknown covariate "disputes"; did you mean "dispute"?',
    ),
    "covariate that is not read": (
        *("intercept: answer_refused", "covariate: dispute", "          refused:"),
        "only answers of a survey of form item have a covariate of their own",
    ),
    "form": ("form: choice", "form: choise", "form:", 'unknown form "choise"; did you mean'),
    "no form": ("        form: choice\n", "", "      threat:\n", '"form" is missing'),
    "no first stage": (GATE, "", "      threat:\n", '"gate" is missing'),
    "no answers": ("answers:\n          land: ", "land: ", "      named:", '"answers" is missing'),
    "title of nothing": (
        *("      threat: Whether", "      threats: Whether", "      threats:"),
        'unknown survey "threats"; did you mean "threat"?',
    ),
    "title that is no text": (
        *("threat: Whether", "threat: [Whether]\n      named: Whether", "      threat:"),
        "threat must be a text",
    ),
    "key of the structure": (
        *("trade_reference:", "trade_referense:", "    trade_referense:"),
        'unknown key "trade_referense"; did you mean "trade_reference"?',
    ),
    "date": ("1991-34", "1991-99", "    arms_start:", 'impossible date "1991-99"'),
    "list": ("[CHN-RUS]\n    arms", "CHN-RUS\n    arms", "    acts_pairs:", "must be a list"),
    "number": ("ings: 0.5}\n    not", "ings: -1}\n    not", "    error_f", "> 0 must hold"),
}


def write(folder: Path, text: str) -> Path:
    return write_case(folder / "case", VALID | {"model.yaml": text})


def test_a_structure_that_is_right_runs(tmp_path: Path) -> None:
    surveys = Model(load(write(tmp_path, MODEL))).atlas.surveys
    assert set(surveys) == {
        *("threat:no", "threat:yes", "threat:hard_to_say", "threat:refused", "named:land")
    }


@pytest.mark.parametrize("name", BREAKS)
def test_one_thing_broken_in_the_structure(tmp_path: Path, name: str) -> None:
    old, new, mark, message = BREAKS[name]
    assert old in MODEL
    text = MODEL.replace(old, new, 1)
    # Before `surveys:` the same names stand among the titles.
    start = text.index("    surveys:\n") if "threat:\n" in mark else text.index("  structure:")
    line = text[: text.index(mark, start)].count("\n") + 1
    with pytest.raises(CaseError) as caught:
        load(write(tmp_path, text))
    found = caught.value.problems
    here = [problem for problem in found if (problem.file, problem.line) == ("model.yaml", line)]
    assert any(message in problem.message for problem in here), (line, [str(p) for p in found])


def test_a_title_may_name_a_survey_of_the_evidence(tmp_path: Path) -> None:
    """Records of a survey that the model does not carry are shown all the same."""
    text = MODEL[: MODEL.index("    surveys:")]
    assert load(write(tmp_path, text)).observation.structure["survey_titles"]["threat"]


def test_what_is_left_empty_counts_as_missing(tmp_path: Path) -> None:
    text = MODEL[: MODEL.index("  structure:")]
    keys = ("surveys", "survey_titles", "acts_pairs", "not_covered", "error_factors")
    text += "  structure:\n" + "".join(f"    {key}:\n" for key in keys)
    files = load(write(tmp_path, text))
    assert files.observation.structure == {}
    assert Model(files).atlas.surveys == {}


def test_titles_change_no_figure(tmp_path: Path) -> None:
    start, end = MODEL.index("    survey_titles:"), MODEL.index("    surveys:")
    one = Model(load(write_case(tmp_path / "a", VALID | {"model.yaml": MODEL})))
    other = Model(
        load(write_case(tmp_path / "b", VALID | {"model.yaml": MODEL[:start] + MODEL[end:]}))
    )
    assert one.atlas.surveys == other.atlas.surveys
    assert one.atlas.answers.answer.tolist() == other.atlas.answers.answer.tolist()


def test_a_problem_of_the_structure_is_told_once(tmp_path: Path) -> None:
    text = MODEL.replace("intercept: answer_yes,", "intercept: answer_yess,", 1)
    with pytest.raises(CaseError) as caught:
        load(write(tmp_path, text))
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
