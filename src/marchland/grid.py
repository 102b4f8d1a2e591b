"""The time axis, and the drivers of a case on it, quarter by quarter."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, Change, DriverChange, DriverRow, Period
from marchland.case.casefiles import DRIVERS_FILE
from marchland.errors import MarchlandError, Problem
from marchland.vocabulary import VOCABULARY

Floats = NDArray[np.float64]
Known = dict[Hashable, object]
T = TypeVar("T")


@dataclass(frozen=True)
class Axis:
    """The time axis: quarters from the first to the last year of a case.

    Parameters
    ----------
    first_year, last_year : int
        Years, both included.
    """

    first_year: int
    last_year: int

    @property
    def quarters(self) -> int:
        """Length of the axis."""
        return 4 * (self.last_year - self.first_year + 1)

    def position(self, day: date) -> float:
        """Quarters from the start of the axis to a day, as a fraction of its own quarter.

        Quarters are not equally long; each starts at a whole number, that of `index`.
        """
        month = 3 * ((day.month - 1) // 3) + 1
        start = date(day.year, month, 1)
        following = date(day.year + month // 10, (month + 2) % 12 + 1, 1)
        return self.index(day) + (day - start).days / (following - start).days

    def index(self, day: date) -> int:
        """Quarter that holds a day; may lie outside the axis."""
        return 4 * (day.year - self.first_year) + (day.month - 1) // 3

    def label(self, quarter: int) -> str:
        """Name of a quarter as outputs print it, `1994Q2`."""
        return f"{self.first_year + quarter // 4}Q{quarter % 4 + 1}"


@dataclass(frozen=True)
class Course:
    """One course of what comes from outside, after what the case knows of it.

    Parameters
    ----------
    drivers : dict of (driver, place) to (quarter, values)
        First quarter continued, and the values from there.
    rules : dict of str to (quarter, (quarters, rules) array)
        The same for the rules at a border, in the order of `inputs.RULES`.
    acts : dict of (source, target) to (quarters,) array
        Chance, uniform on (0, 1), of an act of a pair in each quarter of the axis; 0 for none.
    """

    drivers: dict[tuple[str, str], tuple[int, Floats]] = field(default_factory=dict)
    rules: dict[str, tuple[int, Floats]] = field(default_factory=dict)
    acts: dict[tuple[str, str], Floats] = field(default_factory=dict)


def first_day(row: DriverRow) -> date:
    """Day from which a driver has its value.

    Raises
    ------
    MarchlandError
        Where its row has no date to start from.
    """
    if row.start is None or row.start.start is None:
        message = f"{row.driver} of {row.place} needs a date from which it has its value"
        problem = Problem(DRIVERS_FILE, row.line, message)
        raise MarchlandError("A driver has no place in time; give its start.", [problem])
    return row.start.start


def last_day(row: DriverRow) -> date | None:
    """Day up to which a driver has its value; None where that is open."""
    period = row.end or row.start
    return period.end if period else None


@dataclass
class Grid:
    """Drivers of a case by quarter.

    Parameters
    ----------
    files : CaseFiles
        The case.
    axis : Axis
        Its time axis.
    changes : list
        Scenario changes of drivers, applied to the gridded series.
    course : Course
        How drivers go on after what the case knows of them; the changes apply to that too.
    known : dict
        What the case itself says, kept between grids of the same case and axis.
    """

    files: CaseFiles
    axis: Axis
    changes: list[Change] = field(default_factory=list)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    course: Course = field(default_factory=Course)
    known: Known = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows: dict[tuple[str, str], list[DriverRow]] = {}
        for row in self.files.drivers:
            self._rows.setdefault((row.driver, row.place), []).append(row)

    def series(self, driver: str, place: str) -> Floats | None:
        """Driver by quarter, or None where the case does not give it.

        Linear drivers join the middles of their periods, step drivers hold; outside the given
        dates the nearest value is held, which `held` records; pulses fall into one quarter.
        """
        key = (driver, place)
        known = self.once(key, lambda: self._as_known(driver, place))
        later = self.course.drivers.get(key)
        if known is None and later is None:
            return None
        values = np.zeros(self.axis.quarters) if known is None else known.copy()
        if later is not None:
            values[later[0] :] = later[1]
        return self._changed(driver, place, values)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What depends on the case and the axis alone, made once for all courses and scenarios."""
        if key not in self.known:
            self.known[key] = make()
        return cast(T, self.known[key])

    def _as_known(self, driver: str, place: str) -> Floats | None:
        """Driver by quarter as the case has it, held after its last date."""
        rows = self._rows.get((driver, place))
        if not rows:
            return None
        term = VOCABULARY.drivers.get(driver)
        fill = "pulse" if term is None else term.fill
        build = {"linear": self._linear, "step": self._step, "pulse": self._pulse}[fill]
        return build(driver, place, rows)

    def _linear(self, driver: str, place: str, rows: list[DriverRow]) -> Floats:
        points = []
        for row in rows:
            start = first_day(row)
            end = last_day(row) or start
            points.append((0.5 * (self.axis.position(start) + self.axis.position(end)), row.value))
        points.sort()
        x = np.array([point[0] for point in points])
        y = np.array([point[1] for point in points])
        middle = np.arange(self.axis.quarters) + 0.5
        if middle[0] < x[0] - 2.0 or middle[-1] > x[-1] + 2.0:
            dated = sorted(rows, key=first_day)
            self.held[driver, place] = f"{dated[0].start} to {dated[-1].start}"
        return np.asarray(np.interp(middle, x, y))

    def _step(self, driver: str, place: str, rows: list[DriverRow]) -> Floats:
        values = np.full(self.axis.quarters, np.nan)
        for row in sorted(rows, key=first_day):
            first = max(self.axis.index(first_day(row)), 0)
            end = row.end.end if row.end and row.end.end else None
            last = self.axis.quarters if end is None else self.axis.index(end) + 1
            values[first : max(last, first)] = row.value
        return values

    def _pulse(self, driver: str, place: str, rows: list[DriverRow]) -> Floats:
        values = np.zeros(self.axis.quarters)
        for row in rows:
            quarter = self.axis.index(first_day(row))
            if 0 <= quarter < self.axis.quarters:
                values[quarter] += row.value
        return values

    def window(self, start: Period | None, end: Period | None) -> slice:
        """Quarters of a change; open ends reach to the ends of the axis."""
        first = self.axis.index(start.start) if start and start.start else 0
        last = self.axis.index(end.end) + 1 if end and end.end else self.axis.quarters
        return slice(max(first, 0), max(last, 0))

    def _changed(self, driver: str, place: str, values: Floats) -> Floats:
        for change in self.changes:
            if not isinstance(change, DriverChange) or change.driver != driver:
                continue
            if change.place not in (None, place):
                continue
            where = self.window(change.start, change.end)
            if change.set is not None:
                values[where] = change.set
            if change.scale is not None:
                values[where] *= change.scale
            if change.add is not None:
                values[where] += change.add
        return values

    def table(self, driver: str, places: list[str], absent: float = np.nan) -> Floats:
        """Driver of several places, shape (quarters, places); `absent` where not given."""
        table = np.full((self.axis.quarters, len(places)), absent)
        for n, place in enumerate(places):
            values = self.series(driver, place)
            if values is not None:
                table[:, n] = values
        return table


def coverage_notes(files: CaseFiles) -> list[str]:
    """Sentences on drivers that are missing for a corridor or held outside their dates."""
    notes: list[str] = []
    period = files.config.period
    if period.start is None or period.end is None:
        return notes
    grid = Grid(files, Axis(period.start.year, period.end.year))
    for corridor in files.config.corridors:
        if grid.series("income", corridor.origin) is None:
            notes.append(f"corridor {corridor.id}: no income at the origin; the term is left out")
    for row in {(r.driver, r.place): r for r in files.drivers}.values():
        grid.series(row.driver, row.place)
    for (driver, place), dates in sorted(grid.held.items()):
        notes.append(f"{driver} of {place} is known from {dates} and held outside these dates")
    return notes
