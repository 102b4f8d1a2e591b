"""A scenario with one of its values changed, held to the rules of scenarios.yaml."""

from __future__ import annotations

from typing import Any

from marchland.case import casefiles as cf
from marchland.case.building import build
from marchland.case.checking_scenarios import check_scenario
from marchland.case.files import LinedList, LinedMap
from marchland.case.loading import CaseError
from marchland.case.names import Names
from marchland.case.naming import suggestion
from marchland.case.settings import Change, RuleChange, Scenario, SwitchChange
from marchland.errors import MarchlandError, Problem
from marchland.vocabulary import VOCABULARY, Vocabulary

DATES = ("from", "to")
WAYS = ("set", "scale", "add")


def values_of(change: Change) -> dict[str, float]:
    """Numbers of a change that a reader may edit: those of a rule by name, else set, scale or add.

    A switch has none: a term is off or the scenario does without it.
    """
    if isinstance(change, SwitchChange):
        return {}
    if isinstance(change, RuleChange):
        return {str(name): value for name, value in change.set.items()}
    given = {way: getattr(change, way) for way in WAYS}
    return {way: value for way, value in given.items() if value is not None}


def dates_of(change: Change) -> dict[str, str]:
    """Dates of a change as written, empty where open; a switch has none."""
    if isinstance(change, SwitchChange):
        return {}
    return {
        "from": change.start.text if change.start else "",
        "to": change.end.text if change.end else "",
    }


def edited(
    files: cf.CaseFiles,
    name: str,
    change: int,
    field: str,
    value: float | str,
    *,
    vocabulary: Vocabulary = VOCABULARY,
) -> Scenario:
    """Give a scenario of a case with one value or one date changed.

    Parameters
    ----------
    files : CaseFiles
        The case.
    name : str
        The scenario.
    change : int
        Which of its changes, from 0.
    field : str
        A value of that change (see `values_of`), `from` or `to`.
    value : float or str
        A number, or a date as in scenarios.yaml; an empty date is open.

    Raises
    ------
    MarchlandError
        Where there is no such value, or the scenario cannot be run with the new one.
    """
    scenario = scenario_of(files, name)
    if not 0 <= change < len(scenario.changes):
        count = len(scenario.changes)
        raise MarchlandError(f'"{name}" has {count} changes, from 0; there is none of {change}.')
    old = scenario.changes[change]
    choices = [*values_of(old), *dates_of(old)]
    if field not in choices:
        hint = suggestion(field, choices) or "; it has nothing to edit"
        raise MarchlandError(f'"{field}" is not a value of this change{hint}')
    if isinstance(value, str) != (field in DATES):
        wanted = "a date such as 1994-01" if field in DATES else "a number"
        raise MarchlandError(f"{field} must be {wanted}, but got {value!r}")
    raw = [_raw(known) for known in scenario.changes]
    _put(raw[change], old, field, value)
    return _checked(files, scenario, raw, vocabulary)


def scenario_of(files: cf.CaseFiles, name: str) -> Scenario:
    """Give a scenario by name.

    Raises
    ------
    MarchlandError
        Where the case has none of that name.
    """
    if name not in files.scenarios:
        hint = suggestion(name, files.scenarios) or "; the case has none so named"
        raise MarchlandError(f'unknown scenario "{name}"{hint}')
    return files.scenarios[name]


def _raw(change: Change) -> LinedMap:
    """Give a change as scenarios.yaml writes it."""
    written: dict[str, Any] = change.model_dump(exclude_none=True, exclude={"line", "start", "end"})
    written |= {key: text for key, text in dates_of(change).items() if text}
    if isinstance(written.get("set"), dict):
        written["set"] = LinedMap(written["set"], change.line)
    return LinedMap(written, change.line)


def _put(raw: LinedMap, change: Change, field: str, value: float | str) -> None:
    if isinstance(change, RuleChange) and field not in DATES:
        raw["set"][field] = value
    elif value == "":
        raw.pop(field, None)
    else:
        raw[field] = value


def _checked(
    files: cf.CaseFiles, scenario: Scenario, raw: list[LinedMap], vocabulary: Vocabulary
) -> Scenario:
    """Build the scenario from what it now says, and check it as a file is checked."""
    lines = [entry.line for entry in raw]
    kept = {"name": scenario.name, "title": scenario.title, "why": scenario.why}
    entry = LinedMap({**kept, "changes": LinedList(list(raw), scenario.line, lines)}, scenario.line)
    problems: list[Problem] = []
    built = build(Scenario, entry, cf.SCENARIOS_FILE, problems)
    if built is not None and not problems:
        names = Names(files, vocabulary)
        check_scenario(names, built)
        problems = names.problems
    if built is None or problems:
        told = "; ".join(dict.fromkeys(problem.message for problem in problems))
        raise CaseError(f"The scenario cannot be run: {told}.", problems)
    return built
