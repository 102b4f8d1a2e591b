"""Rules of the evidence: figures, events, assertions, positions and targets."""

from __future__ import annotations

from datetime import date

from marchland.case import casefiles as cf
from marchland.case.names import Names
from marchland.case.schema import Forecast, Measure, Outcome, Position, Quantity, Target

_UNIT_OF = {
    "change_pct": "percent",
    "ratio": "ratio",
    "share": "share",
    "rank": "rank",
    "date": "year",
    "count": "count",
}
_TOTALS = ("sum", "cumulative")
_COMPARED = ("change_pct", "ratio")


def expected_unit(measure: Measure, statistic: str) -> str:
    """Give the unit that a statistic of a measure is stated in.

    A total has lost the `per year` of its measure; a level and a mean keep the measure's unit; the
    other statistics have units of their own.

    Parameters
    ----------
    measure : Measure
        What is measured.
    statistic : str
        How: level, mean, sum, cumulative, share, ratio, change_pct, rank, date or count.
    """
    if statistic in _TOTALS:
        return measure.unit.replace("_per_year", "")
    return _UNIT_OF.get(statistic, measure.unit)


def check_evidence(names: Names) -> None:
    """Check the tables of the evidence against the rest of the case."""
    for row in names.files.quantities:
        check_naming(names, cf.QUANTITIES_FILE, row)
        names.citation(cf.QUANTITIES_FILE, row.line, row.source, row.locator)
        check_numbers(names, cf.QUANTITIES_FILE, row)
        _check_calibration(names, row)
    for event in names.files.events:
        at = (cf.EVENTS_FILE, event.line)
        for actor in (*(event.source_actor or []), *(event.target_actor or [])):
            names.place(*at, actor, "actor")
        names.order(*at, event.start, event.end)
        names.citation(*at, event.source, event.locator)
    for assertion in names.files.assertions:
        at = (cf.ASSERTIONS_FILE, assertion.line)
        for switch in (assertion.switch or "").split(";"):
            if switch.strip():
                names.switch(*at, switch.strip())
        names.citation(*at, assertion.source, assertion.locator)
    _check_positions(names)
    _check_targets(names)


def check_naming(names: Names, file: str, row: Quantity | Forecast | Outcome) -> None:
    """Check what a figure names: its measure, place, groups, statistic and unit.

    Parameters
    ----------
    names : Names
        The names of the case; receives the problems.
    file : str
        The file that the row stands in, for the problems.
    row : Quantity, Forecast or Outcome
        A figure, a forecast with a place, or an outcome.
    """
    at = (file, row.line)
    files = names.files
    known = names.place(*at, row.place)
    for group in row.groups:
        names.group(*at, group)
    if not names.known(*at, "measure", row.measure, files.measures, cf.MEASURES_FILE):
        return
    measure = files.measures.get(row.measure or "")
    if measure is None:
        return
    kinds = names.kinds(row.place) if known and row.place else set()
    if kinds and measure.place_kind and not kinds & set(measure.place_kind):
        allowed = ", ".join(measure.place_kind)
        kind = " and ".join(sorted(kinds))
        names.report(*at, f"{row.measure} is stated of {allowed}, but {row.place} is a {kind}")
    for column, rule in (("group", measure.group), ("counterpart", measure.counterpart)):
        need = (rule or "").split(":")[0].strip()
        given = getattr(row, column)
        if need == "yes" and given is None:
            what = (rule or "").partition(":")[2].strip()
            meaning = f" ({what})" if what else ""
            names.report(*at, f"{row.measure} needs a {column}{meaning}")
        elif need == "no" and given is not None:
            names.report(*at, f'{row.measure} has no {column}, but got {column}="{given}"')
    _check_statistic(names, file, row, measure)


def _check_statistic(
    names: Names, file: str, row: Quantity | Forecast | Outcome, measure: Measure
) -> None:
    """A statistic that the measure allows, in the unit that belongs to both."""
    at = (file, row.line)
    if row.statistic is None or not measure.statistics or measure.unit is None:
        return
    if row.statistic not in measure.statistics:
        allowed = ", ".join(measure.statistics)
        names.report(*at, f"{row.measure} allows {allowed}, but got statistic={row.statistic}")
        return
    unit = expected_unit(measure, row.statistic)
    if row.unit is not None and row.unit != unit:
        fits = f"a {row.statistic} of {row.measure} is in {unit}"
        names.report(*at, f'the unit "{row.unit}" does not fit: {fits}')


def check_numbers(names: Names, file: str, row: Quantity | Outcome) -> None:
    """Check the numbers of a figure and their dates.

    Parameters
    ----------
    names : Names
        The names of the case; receives the problems.
    file : str
        The file that the row stands in, for the problems.
    row : Quantity or Outcome
        The figure.
    """
    at = (file, row.line)
    names.order(*at, row.start, row.end)
    names.order(*at, row.base_start, row.base_end, "base_")
    names.range(*at, row.value, row.low, row.high)
    numbers = {"value": row.value, "low": row.low, "high": row.high}
    given = {name: number for name, number in numbers.items() if number is not None}
    if not given and file not in names.files.unread:
        names.report(*at, "a figure needs a value, a low or a high; unknown is not zero")
    if row.statistic == "share":
        for name, number in given.items():
            if not 0 <= number <= 1:
                rule = "a share lies between 0 and 1"
                names.report(*at, f"{rule}, but got {name}={number:.10g}; 15 per cent is 0.15")
    if row.statistic == "change_pct" and row.base_start is None and row.base_end is None:
        names.report(*at, "a change_pct needs a base: fill base_start and base_end")
    if row.statistic not in (None, *_COMPARED) and (row.base_start or row.base_end):
        names.report(*at, f"only change_pct and ratio have a base, not {row.statistic}")


def _check_calibration(names: Names, row: Quantity) -> None:
    """Only what had ended by as_of may calibrate: later figures are there to be forecast."""
    as_of = names.files.config.as_of
    if row.use != "calibrate":
        return
    at = (cf.QUANTITIES_FILE, row.line)
    period = row.end or row.start
    if period is None:
        names.report(*at, "evidence that calibrates needs a period: fill start and end")
    elif as_of is not None and (period.end is None or period.end > date(as_of, 12, 31)):
        rule = f"evidence that calibrates must end by as_of ({as_of})"
        names.report(*at, f"{rule}, but got end={period}; use check instead")


def _check_positions(names: Names) -> None:
    """A source takes one position on an assertion, and says where."""
    assertions = {row.id: row for row in names.files.assertions if row.id}
    first: dict[tuple[str, str], Position] = {}
    for row in names.files.positions:
        at = (cf.POSITIONS_FILE, row.line)
        names.citation(*at, row.source, row.locator)
        if not names.known(*at, "assertion", row.assertion, assertions, cf.ASSERTIONS_FILE):
            continue
        if row.assertion is None or row.source is None or row.position is None:
            continue
        own = assertions.get(row.assertion)
        if own is not None and own.source == row.source and row.position == "asserts":
            names.report(
                *at, f"{row.source} asserts {row.assertion} already in {cf.ASSERTIONS_FILE}"
            )
        other = first.setdefault((row.assertion, row.source), row)
        if other is row:
            continue
        if other.position == row.position:
            rule = f'duplicate position of "{row.source}" on "{row.assertion}"'
            names.report(*at, f"{rule}; it is first on line {other.line}")
        else:
            rule = f"{row.source} cannot both assert and deny {row.assertion}"
            names.report(*at, f"{rule}; it {other.position} it on line {other.line}")


def _check_targets(names: Names) -> None:
    """A target joins known figures, each once, none of which drives the model."""
    files = names.files
    rows = {row.id: row for row in files.quantities if row.id}
    targets = {target.target: target for target in files.targets if target.target}
    first: dict[str, Target] = {}
    for target in files.targets:
        at = (cf.TARGETS_FILE, target.line)
        for measure in (target.measure or "").split(";"):
            if measure.strip():
                known = files.measures
                names.known(*at, "measure", measure.strip(), known, cf.MEASURES_FILE)
        for name in target.quantities or []:
            if not names.known(*at, "quantity", name, rows, cf.QUANTITIES_FILE):
                continue
            if name in rows and rows[name].use in ("driver", "rule"):
                rule = "a figure is a target or a driver, never both"
                names.report(*at, f"{rule}: {name} has use={rows[name].use}")
            if name in first and first[name] is not target:
                other = first[name]
                message = f"{name} is already in the target {other.target} on line {other.line}"
                names.report(*at, f"a figure is scored once, but {message}")
            first.setdefault(name, target)
    for row in files.quantities:
        if row.target is None:
            continue
        line = (cf.QUANTITIES_FILE, row.line)
        if row.use in ("driver", "rule") and row.target in targets:
            rule = "a figure is a target or a driver, never both"
            names.report(*line, f'{rule}: use={row.use}, target="{row.target}"')
        elif row.use == "calibrate":
            names.known(*line, "target", row.target, targets, cf.TARGETS_FILE)
