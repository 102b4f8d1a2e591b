"""The same thing dated differently."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from marchland.case import CaseFiles, Event
from marchland.evidence.contradiction import Contradiction, contradiction
from marchland.evidence.figures import DAYS_PER_YEAR, Figure, Geography, span_of
from marchland.evidence.words import list_words

TWICE_YEARS = 2.0
"""Counts further apart than this are two counts."""

_YEAR_DAYS = 366
_COUNTED = frozenset({"pieces", "vessels", "count"})
_WORD = re.compile(r"[a-z][a-z'-]{4,}|\d[\w-]*\d\w*", re.IGNORECASE)
# Words that many acts share and that therefore do not tell one act from another.
_COMMON_WORDS = """
    about after agree agreed agreement against before beijing border china chinese first joint
    meeting minister moscow other policy president russia russian second signed soviet state
    statement states their third treaty visit visits which with within
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def figures_dated_twice(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """One printed count of pieces, given two dates by two passages.

    Only counts of things, exact, over at most a year and at most two years apart: sums
    of money and people repeat by chance, 24 aircraft for one buyer hardly.
    """
    table: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for item in items:
        row = item.row
        counted = row.statistic in {"sum", "count"} and row.unit in _COUNTED
        days = item.span.days
        if counted and row.bound == "exact" and row.value and days and days <= _YEAR_DAYS:
            where = (row.measure, row.place, row.group, row.counterpart, row.unit, row.value)
            table[where].append(item)
    for group in table.values():
        for one, other in combinations(group, 2):
            years = one.span.years_apart(other.span)
            if years is None or not 0 < years <= TWICE_YEARS:
                continue
            if one.row.locator == other.row.locator:
                continue
            first, second = sorted((one, other), key=lambda item: item.span.text)
            geography = Geography(files.places)
            yield contradiction(
                files,
                kind="date",
                records=[one.id, other.id],
                statement=f"{one.row.measure.replace('_', ' ')}, {geography.name(one.row.place)}: "
                f"{one.amount} dated {first.span.text} ({first.id}) and "
                f"{second.span.text} ({second.id}), perhaps the same",
                difference=years,
                unit="years",
            )


def events_dated_twice(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """One act that two passages put in neighbouring years.

    The actors, a driver and a word that is not common must be the same, both dates must
    be whole years that touch, and the passages must differ: acts dated to the day or
    the month are taken as two acts. A note that dates the other record counts as well.
    """
    events = sorted(files.events, key=lambda event: event.id)
    for one, other in combinations(events, 2):
        if not (_same_actors(one, other) and _tags(one) & _tags(other)):
            continue
        first, second = sorted((one, other), key=lambda event: event.start.text)
        gap, days = _gap_days(first, second), _days_from_start_to_start(first, second)
        if gap is None or days is None or gap > TWICE_YEARS * DAYS_PER_YEAR:
            continue
        if one.locator == other.locator or one.role != other.role:
            continue
        shared = sorted(_words(one) & _words(other))
        if _dates_other(one, other) or (_whole_years(one, other) and gap <= 1 and shared):
            names = [Geography(files.places).name(actor) for actor in one.source_actor]
            about = f", both speak of {list_words(shared)}" if shared else ""
            yield contradiction(
                files,
                kind="date",
                records=[one.id, other.id],
                statement=f"an act of {list_words(names)} is dated {first.start.text} "
                f"({first.id}) and {second.start.text} ({second.id}){about}",
                difference=float(days if days < _YEAR_DAYS / 2 else days / DAYS_PER_YEAR),
                unit="days" if days < _YEAR_DAYS / 2 else "years",
            )


def _same_actors(one: Event, other: Event) -> bool:
    return (
        sorted(one.source_actor) == sorted(other.source_actor)
        and sorted(one.target_actor) == sorted(other.target_actor)
        and bool(one.source_actor)
    )


def _tags(event: Event) -> set[str]:
    return {tag.strip() for tag in (event.driver or "").split(";") if tag.strip()}


def _words(event: Event) -> set[str]:
    # What stands in brackets is the editor's remark, not the act.
    act = re.sub(r"\([^)]*\)", " ", event.note or "")
    found = {word.lower().rstrip(".,-'") for word in _WORD.findall(act)}
    return {word.removesuffix("s") for word in found - _COMMON} - _COMMON


def _dates_other(one: Event, other: Event) -> bool:
    """Whether a note names the other record and speaks of its date."""
    pairs = ((one.note or "", other.id), (other.note or "", one.id))
    return any(
        re.search(rf"\b{re.escape(record)}\b", note) and re.search(r"\bdate[ds]?\b", note)
        for note, record in pairs
    )


def _whole_years(one: Event, other: Event) -> bool:
    for event in (one, other):
        span = span_of(event.start, event.end)
        if span is None or span.days is None or not 364 <= span.days <= _YEAR_DAYS:
            return False
    return True


def _gap_days(first: Event, second: Event) -> int | None:
    """Days from the end of one to the start of the next; None where they overlap."""
    one, other = span_of(first.start, first.end), span_of(second.start, second.end)
    if one is None or other is None or one.end is None or other.start is None:
        return None
    days = (other.start - one.end).days
    return days if days > 0 else None


def _days_from_start_to_start(first: Event, second: Event) -> int | None:
    if first.start.start is None or second.start.start is None:
        return None
    return (second.start.start - first.start.start).days
