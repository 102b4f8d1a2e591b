"""Figures made ready to be compared: what, where, when, and the range they commit to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from marchland.case import CaseFiles, Measure, Period, Place, Quantity
from marchland.evidence.ranges import Range, printed_unit, stated_range, unit_in_note
from marchland.evidence.words import figure_words

Key = tuple[str, str, str, str, str]
"""Measure, statistic, place, group and counterpart; empty where there is none."""

DAYS_PER_YEAR = 365.25

_INDIVISIBLE = frozenset({"rank", "date"})
"""A rank and a year are not rounded: fourth and fifth have nothing in common."""


@dataclass(frozen=True)
class Span:
    """A stretch of time; a side that is not known is None.

    Parameters
    ----------
    start, end : date or None
        First and last day, both included.
    text : str
        As the case writes it.
    """

    start: date | None
    end: date | None
    text: str

    @property
    def days(self) -> int | None:
        """Length in days, where both sides are known."""
        if self.start is None or self.end is None:
            return None
        return (self.end - self.start).days + 1

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a day; a side that is not known is taken as open."""
        return not (
            (self.end is not None and other.start is not None and self.end < other.start)
            or (other.end is not None and self.start is not None and other.end < self.start)
        )

    def same_as(self, other: Span, least_share: float = 0.9) -> bool:
        """Whether the shared days are nearly all the days of the longer one."""
        if not (self.start and self.end and other.start and other.end):
            return False
        shared = (min(self.end, other.end) - max(self.start, other.start)).days + 1
        longer = max(self.days or 0, other.days or 0)
        return shared > 0 and shared >= least_share * longer

    def years_apart(self, other: Span) -> float | None:
        """Years between the two; 0 where they overlap, None where a side is not known."""
        if not (self.start and self.end and other.start and other.end):
            return None
        days = max((self.start - other.end).days, (other.start - self.end).days, 0)
        return days / DAYS_PER_YEAR


@dataclass(frozen=True)
class Figure:
    """A quantity with its range and its time.

    Parameters
    ----------
    row : Quantity
        The record.
    span, base : Span or None
        The period, and the base period where the statistic has one.
    range : Range
        The numbers the record allows, in its own unit.
    """

    row: Quantity
    span: Span
    base: Span | None
    range: Range

    @property
    def id(self) -> str:
        """The record's id."""
        return self.row.id

    @property
    def key(self) -> Key:
        """What is measured, by which statistic, where and of whom."""
        row = self.row
        # Over exactly one year a total and an annual rate are the same number.
        statistic = str(row.statistic)
        if statistic == "sum" and 364 <= (self.span.days or 0) <= 366:
            statistic = "mean"
        groups = ";".join(sorted(row.groups))
        return (row.measure, statistic, row.place, groups, row.counterpart or "")

    @property
    def words(self) -> str:
        """The figure as its source states it, with the record's id and period."""
        return f"{self.amount} ({self.id}, {self.span.text})"

    @property
    def amount(self) -> str:
        """The number as its source states it, with its unit."""
        row = self.row
        return figure_words(value=row.value, span=self.range, bound=row.bound, unit=row.unit)


def span_of(start: Period | None, end: Period | None) -> Span | None:
    """Join the two date cells of a row; an empty end repeats no start."""
    if start is None and end is None:
        return None
    texts = [period.text if period is not None else ".." for period in (start, end)]
    text = texts[0] if texts[0] == texts[1] else "/".join(texts)
    return Span(start.start if start else None, end.end if end else None, text)


def figures(files: CaseFiles) -> list[Figure]:
    """Every quantity that has a number, by id.

    Figures of one thing at one place of a text are printed to the same digits: in
    '7.8, 5 and 5.5' the 5 is a 5.0.
    """
    finest: dict[tuple[str, ...], float] = {}
    for row in files.quantities:
        if row.value is not None and row.bound == "exact" and not unit_in_note(row.value, row.note):
            unit = printed_unit(row.value)
            place = _printed_together(row)
            finest[place] = min(unit, finest.get(place, unit))
    found = []
    for row in sorted(files.quantities, key=lambda row: row.id):
        span = span_of(row.start, row.end)
        limits = stated_range(
            value=row.value,
            low=row.low,
            high=row.high,
            bound=row.bound,
            note=row.note,
            unit=finest.get(_printed_together(row)),
        )
        if row.statistic in _INDIVISIBLE and row.bound == "exact" and row.value is not None:
            limits = Range(row.value, row.value)
        if span is not None and limits is not None:
            found.append(Figure(row, span, span_of(row.base_start, row.base_end), limits))
    return found


def _printed_together(row: Quantity) -> tuple[str, ...]:
    return (
        row.measure,
        row.statistic,
        row.place,
        row.group or "",
        row.counterpart or "",
        row.unit,
        row.locator,
    )


def by_key(items: Iterable[Figure]) -> dict[Key, list[Figure]]:
    """Figures of the same thing, side by side."""
    table: dict[Key, list[Figure]] = defaultdict(list)
    for item in items:
        table[item.key].append(item)
    return {key: table[key] for key in sorted(table)}


@dataclass(frozen=True)
class Geography:
    """The hierarchy of places.

    Parameters
    ----------
    places : dict of str to Place
        Places by id.
    """

    places: dict[str, Place]

    def wholes(self, place: str) -> frozenset[str]:
        """Every place that a place is part of, near or far."""
        seen: set[str] = set()
        queue = [place]
        while queue:
            row = self.places.get(queue.pop())
            for whole in row.part_of if row is not None else []:
                if whole not in seen:
                    seen.add(whole)
                    queue.append(whole)
        return frozenset(seen)

    def within(self, place: str) -> frozenset[str]:
        """A place and all its parts."""
        return frozenset({place, *(p for p in self.places if place in self.wholes(p))})

    def parts(self, place: str) -> list[str]:
        """Direct parts that carry totals: a stand-in with a weight carries none."""
        rows = sorted(self.places.values(), key=lambda row: row.id)
        return [row.id for row in rows if place in row.part_of and row.weight is None]

    def name(self, place: str) -> str:
        """The place's name, or its id where it has no row (a pair)."""
        row = self.places.get(place)
        return row.name if row is not None else place


def is_total(measure: Measure | None) -> bool:
    """Whether a measure adds up over places: numbers of people or things, and their flows."""
    return measure is not None and measure.dimension in {"stock", "flow", "event_count"}
