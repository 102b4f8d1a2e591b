"""Vintages: what of a case was known at the end of a year, and nothing later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar

from marchland.case.casefiles import CaseFiles
from marchland.case.dates import Period, parse_period
from marchland.case.schema import DriverRow, Quantity, Target
from marchland.case.settings import Config, Corridor, Regime, Stay, Treaty
from marchland.errors import MarchlandError
from marchland.vocabulary import VOCABULARY

T = TypeVar("T", DriverRow, Regime, Stay, Corridor)


class Dated(Protocol):
    """A record with a start and an end, either of which may be missing."""

    @property
    def start(self) -> Period | None:
        """First date."""

    @property
    def end(self) -> Period | None:
        """Last date."""


def known_by(record: Dated, as_of: int) -> bool:
    """Whether the period of a record had ended by the end of a year.

    A record without any date has no place in time, so nothing can be known of it by a date.
    """
    period = record.end or record.start
    last = (period.end or period.start) if period else None
    return last is not None and last.year <= as_of


def begun_by(record: Dated, as_of: int) -> bool:
    """Whether a record had begun by the end of a year; one without a start always had."""
    return record.start is None or record.start.start is None or record.start.start.year <= as_of


def known_in(files: CaseFiles, as_of: int | None = None) -> CaseFiles:
    """Cut a case to a vintage: what was known at the end of a year.

    The model is built from what this leaves, and from nothing else.

    Parameters
    ----------
    files : CaseFiles
        The case, whole or already cut.
    as_of : int, optional
        The year; that of case.yaml by default.

    Returns
    -------
    CaseFiles
        Figures, events, forecasts and linear drivers whose period ends later are out, and so is
        what begins later. Rules, corridors and drivers that hold a value from a day on were in
        force where they straddle the year, so they stay and their end is open. Targets lose the
        figures that are out, and vanish when none is left. What is assumed (parameters,
        explanations, scenarios) and what is asserted has no date and stays.

    Examples
    --------
    >>> from marchland.case import find_case, load
    >>> files = load(find_case("northeast-asia"))
    >>> max(event.start.start.year for event in files.events)
    2016
    >>> max(event.start.start.year for event in known_in(files, 2003).events)
    2003
    """
    year = files.config.as_of if as_of is None else as_of
    quantities = [row for row in files.quantities if _figure_known(row, year)]
    kept = {row.id for row in quantities}
    covered = files.config.period.end
    return replace(
        files,
        config=_config(files.config, year),
        quantities=quantities,
        events=[event for event in files.events if known_by(event, year)],
        targets=list(_targets(files.targets, kept)),
        forecasts=[one for one in files.forecasts if one.made.start and _by(one.made.start, year)],
        drivers=list(_drivers(files.drivers, year, covered)),
        regimes=[_open_ended(one, year, covered) for one in files.regimes if begun_by(one, year)],
        treaties=list(_treaties(files.treaties, year)),
        stays=[_open_ended(one, year, covered) for one in files.stays if begun_by(one, year)],
    )


def at_vintage(files: CaseFiles, as_of: int | None) -> CaseFiles:
    """Give a case the year whose knowledge counts; its later records stay, as context.

    Raises
    ------
    MarchlandError
        Where nothing of the case is as new as the year, or the model has not begun by then.
    """
    if as_of is None or as_of == files.config.as_of:
        return files
    first, last = vintages(files)
    if not first <= as_of <= last:
        raise MarchlandError(
            f"as_of must lie between {first}, the case's reference, and {last}, its newest "
            f"record, but got {as_of}"
        )
    return replace(files, config=files.config.model_copy(update={"as_of": as_of}))


def vintages(files: CaseFiles) -> tuple[int, int]:
    """First and last year of which a case can be cut to a vintage.

    Before the reference quarters nothing is centred; after the newest record nothing is added.
    """
    config = files.config
    start = config.period.start
    marks = [start.year if start else 1]
    if config.base_quarter is not None and config.base_quarter.end is not None:
        marks.append(config.base_quarter.end.year)
    trade = files.observation.structure.get("trade_reference")
    day = parse_period(str(trade)).end if trade else None
    marks += [day.year] if day else []
    end = config.period.end
    newest = [config.as_of, *([end.year] if end else [])]
    newest += [day.year for day in _days(files)]
    return max(marks), max(newest)


def stale_after(config: Config) -> int:
    """Year after which what the case says of the outside world is continued by rules."""
    end = config.period.end
    return min(end.year, config.as_of) if end else config.as_of


def _days(files: CaseFiles) -> Iterator[date]:
    """Last days of all that the case knows; context may speak of the far future."""
    rows: list[Dated] = [row for row in files.quantities if row.use != "context"]
    rows += [event for event in files.events if event.role != "context"]
    rows += [*files.drivers, *files.regimes, *files.stays]
    for row in rows:
        period = row.end or row.start
        day = (period.end or period.start) if period else None
        if day is not None:
            yield day
    yield from (treaty.signed.end for treaty in files.treaties if treaty.signed.end)


def _by(day: date, year: int) -> bool:
    return day.year <= year


def _figure_known(row: Quantity, year: int) -> bool:
    based = row.base_end or row.base_start
    return known_by(row, year) and (based is None or based.end is None or based.end.year <= year)


def _targets(targets: list[Target], kept: set[str]) -> Iterator[Target]:
    for target in targets:
        cells = [name for name in target.quantities if name in kept]
        if cells == target.quantities:
            yield target
        elif cells:
            yield target.model_copy(update={"quantities": cells})


def _drivers(rows: list[DriverRow], year: int, covered: date | None) -> Iterator[DriverRow]:
    """Rows known: a mean over a period needs its end, a value in force only its start."""
    for row in rows:
        term = VOCABULARY.drivers.get(row.driver)
        if term is not None and term.fill == "linear":
            if row.start is not None and known_by(row, year):
                yield row
        elif begun_by(row, year):
            yield _open_ended(row, year, covered)


def _treaties(treaties: list[Treaty], year: int) -> Iterator[Treaty]:
    for treaty in treaties:
        if treaty.signed.start is None or not _by(treaty.signed.start, year):
            continue
        force = treaty.in_force
        later = force is not None and force.start is not None and not _by(force.start, year)
        yield treaty.model_copy(update={"in_force": None}) if later else treaty


def _open_ended(row: T, year: int, covered: date | None) -> T:
    """What had not ended by the year, or ends where the case does, is in force with an open end."""
    last = row.end.end if row.end is not None else None
    if last is None or (last < date(year, 12, 31) and last != covered):
        return row
    return row.model_copy(update={"end": None})


def _config(config: Config, year: int) -> Config:
    """Sets of a vintage: the period ends with the year, corridors in use go on."""
    period = config.period
    if period.start is not None and period.end is not None and period.end.year > year:
        period = parse_period(f"{period.start.year}/{year}")
    covered = config.period.end
    corridors = [_open_ended(one, year, covered) for one in config.corridors if begun_by(one, year)]
    known = {"as_of": year, "period": period, "corridors": corridors}
    return config.model_copy(update=known)
