"""One thing stated twice: values, slow stocks, ranks and definitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from marchland.case import CaseFiles, Measure
from marchland.evidence.contradiction import Contradiction, contradiction
from marchland.evidence.figures import Figure, Geography, by_key
from marchland.evidence.ranges import Range
from marchland.evidence.words import list_words, range_words

SLOW_CHANGE_PER_YEAR = 0.05
"""Residents and land do not grow or shrink faster than this over a few years."""

SLOW_YEARS = 5.0
"""Further apart than this, two levels of a slow stock are not compared."""

DEFINITION_YEARS = 15.0
DEFINITION_FACTOR = 10.0
POPULATION_YEARS = 10.0

_SLOW_UNITS = frozenset({"persons", "km", "km2"})
_STATES = frozenset({"level", "share", "ratio", "rank", "date", "cumulative"})


def same_thing(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Same measure, statistic, place and time, and ranges that do not meet.

    Levels and shares are compared where their periods overlap; totals, rates and changes
    only where the periods are the same, since a part of a period may well differ.
    """
    geography = Geography(files.places)
    for key, group in by_key(items).items():
        for one, other in combinations(group, 2):
            if one.row.unit != other.row.unit or not _same_time(one, other):
                continue
            gap = one.range.gap(other.range)
            if gap:
                yield contradiction(
                    files,
                    kind="value",
                    records=[one.id, other.id],
                    statement=f"{subject(key[0], key[2], geography)}: "
                    f"{one.words} against {other.words}",
                    difference=_distance(one, other, gap),
                    unit=one.row.unit,
                )


def _same_time(one: Figure, other: Figure) -> bool:
    if (one.base is None) != (other.base is None):
        return False
    if one.base is not None and other.base is not None and not one.base.same_as(other.base):
        return False
    if one.base is None and one.row.statistic in _STATES:
        return one.span.overlaps(other.span)
    return one.span.same_as(other.span)


def _distance(one: Figure, other: Figure, gap: float) -> float:
    """Between the printed values where both exist, else between the ranges."""
    first, second = one.row.value, other.row.value
    return gap if first is None or second is None else abs(first - second)


def subject(measure: str, place: str, geography: Geography) -> str:
    """Name what a statement is about."""
    return f"{measure.replace('_', ' ')}, {geography.name(place)}"


def slow_stocks(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Levels a few years apart that no plausible growth connects.

    Only for residents and land. People away from home are left out: their number may
    well double in a year, and so a jump is no contradiction.
    """
    geography = Geography(files.places)
    for key, group in by_key(items).items():
        if key[1] != "level" or not _is_slow(files.measures.get(key[0])):
            continue
        for one, other in combinations(group, 2):
            years = one.span.years_apart(other.span)
            if years is None or not 0 < years <= SLOW_YEARS:
                continue
            growth = (1 + SLOW_CHANGE_PER_YEAR) ** years
            reach = Range(one.range.low / growth, one.range.high * growth)
            if reach.gap(other.range):
                yield contradiction(
                    files,
                    kind="stock",
                    records=[one.id, other.id],
                    statement=f"{subject(key[0], key[2], geography)}: {one.words} against "
                    f"{other.words}, more than {SLOW_CHANGE_PER_YEAR:.0%} a year can explain",
                    difference=_distance(one, other, one.range.gap(other.range)),
                    unit=one.row.unit,
                )


def _is_slow(measure: Measure | None) -> bool:
    return (
        measure is not None
        and measure.dimension == "stock"
        and measure.unit in _SLOW_UNITS
        and measure.group != "yes"
    )


def same_rank(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Two that hold one rank at the same time.

    With a counterpart that contains the place, or none, the place is ranked among its
    peers; otherwise the counterpart is ranked among the partners of the place.
    """
    geography = Geography(files.places)
    ladders: dict[tuple[str, str], list[tuple[str, Figure]]] = defaultdict(list)
    for item in items:
        row = item.row
        if row.statistic != "rank":
            continue
        if row.counterpart is None or row.counterpart in geography.wholes(row.place):
            ladders[row.measure, row.counterpart or ""].append((row.place, item))
        else:
            ladders[row.measure, f"partners of {row.place}"].append((row.counterpart, item))
    for (measure, _), rungs in sorted(ladders.items(), key=lambda pair: pair[0]):
        for (first, one), (second, other) in combinations(rungs, 2):
            same = one.range.meets(other.range) and one.span.overlaps(other.span)
            if first != second and same and one.row.bound == other.row.bound == "exact":
                names = list_words([geography.name(first), geography.name(second)])
                yield contradiction(
                    files,
                    kind="rank",
                    records=[one.id, other.id],
                    statement=f"{measure.replace('_', ' ')}: {names} both hold rank "
                    f"{one.row.value:g} ({one.span.text}; {one.id}, {other.id})",
                )


def definitions(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Numbers of one group that a reader would compare, but that count different people.

    They stand in nested places or under different measures, within some years, and lie
    an order of magnitude apart. A share of residents is turned into persons first.
    """
    geography = Geography(files.places)
    people = _people_away(files, items)
    linked: dict[str, set[str]] = defaultdict(set)
    clash: list[tuple[Figure, Figure]] = []
    for one, other in combinations(people, 2):
        if not _comparable(one, other, geography):
            continue
        linked[one.id].add(other.id)
        linked[other.id].add(one.id)
        if _far_apart(one.range, other.range):
            clash.append((one, other))
    told: set[str] = set()
    for one, other in clash:
        if one.id in told and other.id in told:
            continue
        shared = linked[one.id] & linked[other.id]
        cluster = [p for p in people if p.id in {one.id, other.id} | shared]
        told |= {p.id for p in cluster}
        yield contradiction(
            files,
            kind="definition",
            records=[p.id for p in cluster],
            statement="not the same people, place or time, though they look alike: "
            + "; ".join(_described(p, geography) for p in cluster),
        )


def _people_away(files: CaseFiles, items: list[Figure]) -> list[Figure]:
    residents = [i for i in items if i.row.measure == "population" and i.row.statistic == "level"]
    found = []
    for item in items:
        measure = files.measures.get(item.row.measure)
        away = measure is not None and measure.unit == "persons" and measure.group == "yes"
        if not away or measure is None or measure.dimension != "stock" or item.row.counterpart:
            continue
        if item.row.statistic == "level":
            found.append(item)
        elif item.row.statistic == "share":
            found += _as_persons(item, residents)
    return found


def _as_persons(item: Figure, residents: list[Figure]) -> list[Figure]:
    """The share times the nearest count of all residents, where one is near enough."""
    near = []
    for one in residents:
        years = item.span.years_apart(one.span)
        same = one.row.place == item.row.place and not one.row.group
        if same and years is not None and years <= POPULATION_YEARS and one.row.value is not None:
            near.append((years, one.id, one.row.value))
    if not near:
        return []
    persons = item.range.times(min(near)[2])
    return [Figure(item.row, item.span, item.base, Range(max(persons.low, 0.0), persons.high))]


def _comparable(one: Figure, other: Figure, geography: Geography) -> bool:
    first, second = one.row, other.row
    years = one.span.years_apart(other.span)
    nested = (
        first.place == second.place
        or first.place in geography.wholes(second.place)
        or second.place in geography.wholes(first.place)
    )
    differ = first.place != second.place or first.measure != second.measure
    near = years is not None and years <= DEFINITION_YEARS
    return sorted(first.groups) == sorted(second.groups) and nested and differ and near


def _far_apart(one: Range, other: Range) -> bool:
    low, high = sorted((one, other), key=lambda limits: (limits.low, limits.high))
    return high.low > 0 and high.low > DEFINITION_FACTOR * low.high


def _described(item: Figure, geography: Geography) -> str:
    amount = item.amount
    if item.row.statistic == "share":
        amount += f" ({range_words(Range(0.0, item.range.high), 'persons')})"
    name = item.row.measure.replace("_", " ")
    return f"{amount}, {name}, {geography.name(item.row.place)} ({item.id}, {item.span.text})"
