"""Rules of what the model is given: the case's sets, drivers, rules, priors and scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from marchland.case import casefiles as cf
from marchland.case.checking_projection import check_projection
from marchland.case.checking_scenarios import check_scenario
from marchland.case.checking_structure import check_structure
from marchland.case.limits import limits
from marchland.case.names import Names
from marchland.case.naming import suggestion
from marchland.case.schema import DriverRow
from marchland.case.settings import (
    DEFAULT_DEPARTURES,
    AskedQuestion,
    Corridor,
)

T = TypeVar("T", Corridor, AskedQuestion)
_LONGEST_QUARTER_DAYS = 92


def check_model(names: Names) -> None:
    """Check case.yaml, drivers, rules, parameters, explanations and scenarios."""
    _check_sets(names)
    for corridor in _once(names, names.files.config.corridors, "corridor"):
        _check_corridor(names, corridor)
    _check_populations(names)
    for question in _once(names, names.files.config.questions, "question"):
        _check_question(names, question)
    _check_period(names)
    check_drivers(names, names.files.drivers, cf.DRIVERS_FILE)
    _check_rules(names)
    _check_parameters(names)
    check_projection(names)
    check_structure(names)
    _check_explanations(names)
    for scenario in names.files.scenarios.values():
        check_scenario(names, scenario)


def _once(names: Names, rows: list[T], what: str) -> Iterator[T]:
    """Rows of a list; an id that stands twice is a problem."""
    lines: dict[str, int] = {}
    for row in rows:
        if row.id in lines:
            message = f'duplicate {what} "{row.id}"; it is first on line {lines[row.id]}'
            names.report(cf.CONFIG_FILE, row.line, message)
        lines.setdefault(row.id, row.line)
        yield row


def _check_sets(names: Names) -> None:
    """Groups, borders, dyads and populations name states and regions of the case."""
    config = names.files.config
    for group in config.groups.values():
        at = (cf.CONFIG_FILE, group.line)
        names.known(*at, "state", group.state, names.states, cf.CONFIG_FILE)
    for border in config.borders.values():
        at = (cf.CONFIG_FILE, border.line)
        for state in border.states or []:
            names.known(*at, "state", state, names.states, cf.CONFIG_FILE)
        for region in border.regions or []:
            names.known(*at, "region", region, config.regions, cf.CONFIG_FILE)
    for dyad in config.dyads:
        if not names.is_pair(dyad):
            message = f'"{dyad}" is not a pair of states in alphabetical order, such as CHN-RUS'
            names.report(cf.CONFIG_FILE, config.line_of("dyads"), message)
    for region in config.populations:
        at = (cf.CONFIG_FILE, config.line_of("populations"))
        names.known(*at, "region", region, config.regions, cf.CONFIG_FILE)


def _check_corridor(names: Names, corridor: Corridor) -> None:
    at = (cf.CONFIG_FILE, corridor.line)
    config = names.files.config
    names.group(*at, corridor.group)
    for what, place in (("origin", corridor.origin), ("destination", corridor.destination)):
        if place in names.files.places and place not in config.regions:
            message = f'the {what} "{place}" is a place, but not one of the regions of case.yaml'
            names.report(*at, message)
        else:
            names.place(*at, place)
    if corridor.origin == corridor.destination:
        names.report(*at, f'a corridor joins two regions, but both ends are "{corridor.origin}"')
    names.known(*at, "border", corridor.border, config.borders, cf.CONFIG_FILE)
    names.order(*at, corridor.start, corridor.end)
    departures = corridor.departures or DEFAULT_DEPARTURES
    if not names.parameter(*at, departures) or cf.MODEL_FILE in names.files.unread:
        return
    if departures not in names.files.parameters:
        hint = suggestion(departures, names.files.parameters, "its parameters")
        message = f'nobody can leave along "{corridor.id}": model.yaml has no prior of'
        names.report(*at, f'{message} "{departures}"{hint}')


def _check_populations(names: Names) -> None:
    """The regions that corridors join have people; none given is not nobody there."""
    config, files = names.files.config, names.files
    given = {row.place for row in files.drivers if row.driver == "population"}
    given |= set(config.populations)
    if {cf.CONFIG_FILE, cf.DRIVERS_FILE} & files.unread:
        return
    for corridor in config.corridors:
        for region in (corridor.origin, corridor.destination):
            if region in config.regions and region not in given:
                message = f'the region "{region}" has no population'
                hint = "add it to populations, or to drivers.csv as the driver population"
                names.report(cf.CONFIG_FILE, corridor.line, f"{message}; {hint}")


def _check_question(names: Names, question: AskedQuestion) -> None:
    at = (cf.CONFIG_FILE, question.line)
    files = names.files
    if question.measure not in names.vocabulary.measures:
        names.known(*at, "measure", question.measure, files.measures, cf.MEASURES_FILE)
    for place in (question.place, *(question.places or [])):
        names.place(*at, place)
    names.known(*at, "group", question.group, files.config.groups, cf.CONFIG_FILE)
    names.known(*at, "scenario", question.scenario, files.scenarios, cf.SCENARIOS_FILE)
    rivals = files.explanations.questions
    names.known(*at, "question of rivals", question.rivals, rivals, cf.EXPLANATIONS_FILE)
    for switch in question.switches or []:
        names.switch(*at, switch)


def _check_period(names: Names) -> None:
    config = names.files.config
    period = config.period
    at = (cf.CONFIG_FILE, config.line_of("period"))
    if period is None:
        return
    if period.start is None or period.end is None:
        names.report(*at, f"the period needs a start and an end, but got {period}")
        return
    base = config.base_quarter
    if base is None or base.start is None or base.end is None:
        return
    at = (cf.CONFIG_FILE, config.line_of("base_quarter"))
    if (base.end - base.start).days > _LONGEST_QUARTER_DAYS:
        names.report(*at, f"base_quarter must be one quarter such as 1994-33, but got {base}")
    if base.start < period.start or base.end > period.end:
        names.report(*at, f"base_quarter must lie in the period {period}, but got {base}")


def check_drivers(names: Names, rows: list[DriverRow], file: str) -> None:
    """Check rows of drivers: those of the case, or those that a projection is given."""
    unknown: dict[str, list[int]] = {}
    for row in rows:
        at = (file, row.line)
        if row.driver is not None and not names.vocabulary.knows_driver(row.driver):
            unknown.setdefault(row.driver, []).append(row.line)
        names.driver_place(*at, row.driver, row.place)
        term = names.vocabulary.drivers.get(row.driver or "")
        if term is not None and row.unit is not None and row.unit != term.unit:
            fits = f"{row.driver} is in {term.unit}"
            names.report(*at, f'the unit "{row.unit}" does not fit: {fits}')
        names.order(*at, row.start, row.end)
        names.range(*at, row.value, row.low, row.high)
        if term is not None and row.value is not None:
            allowed = limits(term.name)
            if allowed.broken(row.value):
                rule = f"{term.name} must be {allowed.rule(row.value)}"
                message = f"{rule}, but got value={row.value:g}"
                names.report(*at, message)
    _check_steps(names, rows, file)
    for driver, lines in unknown.items():
        hint = suggestion(driver, names.vocabulary.drivers)
        hint = hint or "; acts of outside powers begin with act_"
        more = f" (and {len(lines) - 1} more rows)" if len(lines) > 1 else ""
        message = f'unknown driver "{driver}": the model reads none so named{hint}{more}'
        names.report(file, lines[0], message)


def _check_steps(names: Names, rows: list[DriverRow], file: str) -> None:
    """A driver that holds its value has one from a day on; the order of rows says nothing."""
    lines: dict[tuple[str, str, date], int] = {}
    for row in rows:
        term = names.vocabulary.drivers.get(row.driver or "")
        if term is None or term.fill != "step" or not row.start or not row.start.start:
            continue
        key = (term.name, row.place, row.start.start)
        if key in lines:
            first = f"it has another value from the same day on line {lines[key]}"
            message = f"{term.name} of {row.place} is given twice from {row.start}; {first}"
            names.report(file, row.line, message)
        lines.setdefault(key, row.line)


def _check_rules(names: Names) -> None:
    files = names.files
    for regime in files.regimes:
        at = (cf.RULES_FILE, regime.line)
        names.known(*at, "border", regime.border, files.config.borders, cf.CONFIG_FILE)
        names.order(*at, regime.start, regime.end)
        names.citation(*at, regime.source, regime.locator)
    ids: dict[str, int] = {}
    for treaty in files.treaties:
        at = (cf.RULES_FILE, treaty.line)
        if treaty.id in ids:
            message = f'duplicate treaty "{treaty.id}"; it is first on line {ids[treaty.id]}'
            names.report(*at, message)
        ids.setdefault(treaty.id, treaty.line)
        for party in treaty.parties or []:
            names.place(*at, party, "party")
        names.order(*at, treaty.signed, treaty.in_force)
        names.citation(*at, treaty.source, treaty.locator)
        for provision in treaty.provisions or []:
            names.citation(cf.RULES_FILE, provision.line, treaty.source, provision.locator)
    for stay in files.stays:
        at = (cf.RULES_FILE, stay.line)
        names.place(*at, stay.state, "state")
        names.group(*at, stay.group)
        names.order(*at, stay.start, stay.end)
        names.citation(*at, stay.source, stay.locator)


def _check_parameters(names: Names) -> None:
    files = names.files
    observation = files.observation
    for parameter in files.parameters.values():
        here = (cf.MODEL_FILE, parameter.line)
        names.parameter(*here, parameter.name)
        names.citation(*here, parameter.source, None)
    targets = {target.target for target in files.targets if target.target}
    quantities = {row.id for row in files.quantities if row.id}
    for name, setting in observation.survey.items():
        line = setting.line
        names.known(cf.MODEL_FILE, line, "target", name, targets, cf.TARGETS_FILE)
    for name in observation.weights:
        if name not in quantities or cf.QUANTITIES_FILE in files.unread:
            at = (cf.MODEL_FILE, observation.line_of("weights"))
            names.known(*at, "target or quantity", name, targets | quantities, cf.TARGETS_FILE)
    used = {row.quality for row in files.quantities if row.use == "calibrate" and row.quality}
    for quality in sorted(used - set(observation.errors)):
        if observation.errors:
            at = (cf.MODEL_FILE, observation.line_of("errors"))
            names.report(*at, f"errors lacks {quality}, a quality of evidence that calibrates")


def _check_explanations(names: Names) -> None:
    for question in names.files.explanations.questions.values():
        for rival in (question.rivals or {}).values():
            at = (cf.EXPLANATIONS_FILE, rival.line)
            for switch in rival.off or []:
                names.switch(*at, switch)
            for parameter in rival.set or {}:
                names.parameter(*at, parameter)
