"""Drivers after the vintage that a user supplies: a projection then depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from marchland.case.building import build
from marchland.case.casefiles import CaseFiles
from marchland.case.checking_model import check_drivers
from marchland.case.files import LARGEST_TABLE_BYTES, Unreadable, read_table, read_text
from marchland.case.limits import START_ONLY
from marchland.case.loading import CaseError
from marchland.case.names import Names
from marchland.case.schema import DriverRow, columns, required_columns
from marchland.errors import MarchlandError, Problem
from marchland.vocabulary import OPEN_DRIVERS, VOCABULARY


@dataclass(frozen=True)
class Supplied:
    """Drivers after the vintage that are taken as known.

    Parameters
    ----------
    name : str
        Name of the file.
    rows : list of DriverRow
        What it says.
    """

    name: str
    rows: list[DriverRow]


def load_supplied(path: Path, files: CaseFiles) -> Supplied:
    """Read and check a file of drivers after the vintage; it has the columns of drivers.csv.

    Parameters
    ----------
    path : Path
        The file.
    files : CaseFiles
        The case, with the year whose knowledge counts.

    Raises
    ------
    CaseError
        A MarchlandError with every problem of the file: each row must begin after the vintage,
        and continue a driver of the case, or be an act of an outside power.
    """
    if not path.is_file():
        raise MarchlandError(
            f"there is no file {path}; give a table with the columns of drivers.csv"
        )
    name, problems = path.name, list[Problem]()
    rows: list[DriverRow] = []
    try:
        text = read_text(path.parent, name, LARGEST_TABLE_BYTES) or ""
        raw = read_table(text, name, columns(DriverRow), required_columns(DriverRow), problems)
        built = [build(DriverRow, row, name, problems) for row in raw]
        rows = [row for row in built if row is not None]
        if not raw and not problems:
            problems.append(Problem(name, 0, "has no row; give at least one"))
    except Unreadable as error:
        problems.append(error.problem)
    names = Names(files, VOCABULARY)
    check_drivers(names, rows, name)
    for row in rows:
        _check_row(names, row, name)
    problems += names.problems
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise CaseError(f"{name}: {count}; mend and run again.", sorted(set(problems)))
    return Supplied(name, rows)


def _check_row(names: Names, row: DriverRow, file: str) -> None:
    """A row begins after the vintage, and continues what the case has."""
    as_of = names.files.config.as_of
    if row.start is None or row.start.start is None:
        names.report(file, row.line, "a supplied driver needs a start")
    elif row.start.start <= date(as_of, 12, 31):
        rule = f"a supplied driver must begin after the vintage ({as_of})"
        names.report(file, row.line, f"{rule}, but got start={row.start}")
    if row.driver in START_ONLY:
        names.report(file, row.line, f"{row.driver} is read once, for the start")
    elif row.driver and not row.driver.startswith(OPEN_DRIVERS) and row.place:
        given = {one.place for one in names.files.drivers if one.driver == row.driver}
        if row.driver in names.vocabulary.drivers and row.place not in given:
            choices = f"choose from {', '.join(sorted(given))}" if given else "the case has none"
            message = f"there is no {row.driver} of {row.place} to continue; {choices}"
            names.report(file, row.line, message)
