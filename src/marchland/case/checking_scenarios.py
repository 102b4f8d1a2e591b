"""Rules of scenarios: what a change names, when it holds, and which values it leaves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from marchland.case import casefiles as cf
from marchland.case.dates import Period
from marchland.case.limits import START_ONLY, limits
from marchland.case.names import Names
from marchland.case.naming import nearest, suggestion
from marchland.case.settings import Change, DriverChange, RuleChange, Scenario, SwitchChange
from marchland.errors import MarchlandError

At = tuple[str, int]


def check_scenario(names: Names, scenario: Scenario) -> None:
    """Report what cannot be run of a scenario, or would be passed over in silence.

    Parameters
    ----------
    names : Names
        The names of the case; receives the problems.
    scenario : Scenario
        Of this case, or as a reader edited it.
    """
    changes = scenario.changes or []
    for n, change in enumerate(changes):
        at = (cf.SCENARIOS_FILE, change.line)
        match change:
            case RuleChange():
                _check_dates(names, at, change)
                borders = names.files.config.borders
                if change.rule not in borders and cf.CONFIG_FILE not in names.files.unread:
                    hint = suggestion(change.rule, borders, cf.CONFIG_FILE)
                    names.report(*at, f'rule of an unknown border "{change.rule}"{hint}')
            case DriverChange():
                _check_dates(names, at, change)
                if _check_driver(names, at, change):
                    _check_values(names, at, changes[: n + 1])
            case SwitchChange():
                _check_switch(names, at, change)


def _check_dates(names: Names, at: At, change: RuleChange | DriverChange) -> None:
    names.order(*at, change.start, change.end)
    period = names.files.config.period
    for key, date, day in (
        ("from", change.start, change.start.start if change.start else None),
        ("to", change.end, change.end.end if change.end else None),
    ):
        if date is None:
            continue
        if day is None:
            names.report(
                *at, f"{key} must be a date, but got {date}; leave it out where it is open"
            )
        elif _outside(period, day):
            names.report(*at, f"{key} must lie in the period {period}, but got {date}")


def _outside(period: Period | None, day: object) -> bool:
    if period is None or period.start is None or period.end is None:
        return False
    return not period.start <= day <= period.end  # type: ignore[operator]


def _check_switch(names: Names, at: At, change: SwitchChange) -> None:
    names.switch(*at, change.switch)
    if change.start is not None or change.end is not None:
        message = f'the switch "{change.switch}" cannot be dated: a term is off for the whole run'
        names.report(*at, f"{message}; leave out from and to, or change a driver or a rule")
    if change.set == 1:
        message = f'the switch "{change.switch}" is on as it is'
        names.report(*at, f"{message}; set it to 0, or leave the change out")


def _check_driver(names: Names, at: At, change: DriverChange) -> bool:
    """Whether the case gives the driver that a change is about."""
    choices = set(names.vocabulary.drivers) | names.act_drivers
    if not names.known(*at, "driver", change.driver, choices, cf.DRIVERS_FILE):
        return False
    known = len(names.problems)
    names.driver_place(*at, change.driver, change.place)
    if change.driver in START_ONLY:
        message = f"a scenario cannot change {change.driver}: it is read once, for the start"
        names.report(*at, message)
    if len(names.problems) > known or {cf.DRIVERS_FILE, cf.CONFIG_FILE} & names.files.unread:
        return False
    given = sorted({row.place for row in names.files.drivers if row.driver == change.driver})
    if given and change.place in (None, *given):
        return True
    where = f" of {change.place}" if change.place else ""
    message = f"{cf.DRIVERS_FILE} gives no {change.driver}{where}, so there is nothing to change"
    near = nearest(change.place, given) if change.place else None
    hint = f'; did you mean "{near}"?' if near else f"; choose from {', '.join(given)}"
    names.report(*at, message + (hint if given else "; add it there, or leave the change out"))
    return False


def _check_values(names: Names, at: At, changes: list[Change]) -> None:
    """Report values that the last of the changes leaves outside the limits of its driver."""
    change = changes[-1]
    assert isinstance(change, DriverChange)
    rows = [row for row in names.files.drivers if row.driver == change.driver]
    allowed = limits(change.driver, rows[0].unit)
    rule = f"{change.driver} must be"
    if change.set is not None:
        if allowed.broken(change.set):
            names.report(*at, f"{rule} {allowed.rule(change.set)}, but got set={change.set:g}")
        return
    way, by = ("scale", change.scale) if change.scale is not None else ("add", change.add)
    for place, before, after in _series(names, changes, change):
        # What drivers.csv itself has outside the limits is not the doing of the scenario.
        wrong = [a for b, a in zip(before, after, strict=True) if allowed.broken(a) and a != b]
        if wrong:
            far = max(wrong, key=abs) if wrong[0] > 0 else min(wrong)
            message = f"{rule} {allowed.rule(far)}, but {way}={by:g} makes it {far:g} in {place}"
            names.report(*at, message)
            return


def _series(
    names: Names, changes: list[Change], change: DriverChange
) -> Iterator[tuple[str, list[float], list[float]]]:
    """Known values in the window of a change, place by place: before it and after it."""
    from marchland.grid import Axis, Grid  # the grid is built on cases, so it comes late

    period = names.files.config.period
    rows = [row for row in names.files.drivers if row.driver == change.driver]
    if period is None or period.start is None or period.end is None:
        return
    if any(row.value is None for row in rows):  # a problem of its own, so the row is a draft
        return
    axis = Axis(period.start.year, period.end.year)
    for place in sorted({row.place for row in rows}):
        if change.place not in (None, place):
            continue
        try:
            with np.errstate(over="ignore"):
                after = Grid(names.files, axis, changes).series(change.driver, place)
                before = Grid(names.files, axis, changes[:-1]).series(change.driver, place)
        except MarchlandError:
            return  # a driver without a date is a problem of its own
        assert before is not None and after is not None
        window = Grid(names.files, axis).window(change.start, change.end)
        known = ~np.isnan(before[window])
        yield place, before[window][known].tolist(), after[window][known].tolist()
