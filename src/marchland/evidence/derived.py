"""Shares, changes and ratios against the numbers they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from marchland.case import CaseFiles
from marchland.evidence.clashes import subject
from marchland.evidence.contradiction import Contradiction, contradiction
from marchland.evidence.figures import Figure, Geography, Span
from marchland.evidence.ranges import Range
from marchland.evidence.words import list_words, number_words, range_words

_AMOUNTS = frozenset({"level", "sum", "mean"})


def changes(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """A change in per cent that its two levels do not give."""
    for item in items:
        if item.row.statistic != "change_pct" or item.base is None:
            continue
        pairs = product(_amounts(items, item, item.span), _amounts(items, item, item.base))
        for after, before in pairs:
            quotient = _quotient(after, before)
            if quotient is None:
                continue
            span = quotient.times(100.0).shifted(-100.0)
            yield from _against(files, item, [after, before], span, "change")


def ratios(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """A ratio that its two levels do not give: to a base period, or to a counterpart."""
    for item in items:
        if item.row.statistic != "ratio":
            continue
        above = _amounts(items, item, item.span)
        if item.base is not None:
            below = _amounts(items, item, item.base)
        elif item.row.counterpart in files.places:
            above = _amounts(items, item, item.span, counterpart=None)
            below = _amounts(items, item, item.span, place=item.row.counterpart, counterpart=None)
        else:
            continue
        for upper, lower in product(above, below):
            quotient = _quotient(upper, lower)
            if quotient is not None:
                yield from _against(files, item, [upper, lower], quotient, "ratio")


_SAME = object()


def _amounts(
    items: list[Figure],
    like: Figure,
    span: Span,
    *,
    place: str | None = None,
    counterpart: object = _SAME,
) -> list[Figure]:
    """Levels, totals and rates of what a derived figure speaks of, at a time."""
    row = like.row
    other = row.counterpart if counterpart is _SAME else counterpart
    return [
        i
        for i in items
        if i.row.statistic in _AMOUNTS
        and i.row.measure == row.measure
        and i.row.place == (place or row.place)
        and sorted(i.row.groups) == sorted(row.groups)
        and i.row.counterpart == other
        and i.span.same_as(span)
    ]


def _quotient(upper: Figure, lower: Figure) -> Range | None:
    same_unit = upper.row.unit == lower.row.unit and upper.row.statistic == lower.row.statistic
    return upper.range.over(lower.range) if same_unit else None


def _against(
    files: CaseFiles, item: Figure, parts: list[Figure], made: Range, kind: str
) -> Iterator[Contradiction]:
    gap = made.gap(item.range)
    if not gap:
        return
    middle = _middle(parts, kind)
    stated = item.row.value
    said = range_words(made, item.row.unit)
    if middle is not None:
        said = f"{number_words(middle, item.row.unit)} ({said})"
    against = f" against {item.base.text}" if item.base is not None else ""
    known = stated is not None and middle is not None
    yield contradiction(
        files,
        kind=kind,
        records=[item.id, *(part.id for part in parts)],
        statement=f"{subject(item.row.measure, item.row.place, Geography(files.places))}: "
        f"{item.amount} stated for {item.span.text}{against} ({item.id}), but "
        f"{list_words([part.words for part in parts])} give {said}",
        difference=stated - middle if stated is not None and middle is not None and known else gap,
        unit=item.row.unit,
    )


def _middle(parts: list[Figure], kind: str) -> float | None:
    first, second = parts[0].row.value, parts[1].row.value
    if first is None or not second:
        return None
    return 100.0 * (first / second - 1.0) if kind == "change" else first / second


# ---------------------------------------------------------------- shares


def shares(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """A share that its part and its whole do not give.

    People of some groups are a share of all residents of a place. Any other share with a
    counterpart is the part that goes to it, of what goes to a place that contains it.
    """
    for item in items:
        measure = files.measures.get(item.row.measure)
        if item.row.statistic != "share" or measure is None or measure.unit == "share":
            continue
        people = measure.dimension == "stock" and measure.unit == "persons"
        if people and item.row.group:
            yield from _share_of_residents(files, items, item)
        elif item.row.counterpart in files.places:
            yield from _share_of_counterparts(files, items, item)


def _share_of_residents(
    files: CaseFiles, items: list[Figure], item: Figure
) -> Iterator[Contradiction]:
    here = [
        i
        for i in items
        if i.row.place == item.row.place
        and i.row.statistic == "level"
        and i.span.overlaps(item.span)
    ]
    parts = [
        next((i for i in here if i.row.measure == item.row.measure and i.row.groups == [g]), None)
        for g in item.row.groups
    ]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return
    part = _sum(known)
    for whole, names, reading in _residents(here, known):
        made = part.over(whole)
        if made is None or not made.gap(item.range):
            continue
        stated, middle = item.row.value, _ratio_of(known, names)
        said = number_words(middle, "share") if middle is not None else range_words(made, "share")
        yield contradiction(
            files,
            kind="share",
            records=[item.id, *(i.id for i in known), *(i.id for i in names)],
            statement=f"{subject(item.row.measure, item.row.place, Geography(files.places))}, "
            f"{item.span.text}: {list_words([f'{i.amount} ({i.id})' for i in known])} are {said} "
            f"of {reading}, against the stated {item.amount} ({item.id})",
            difference=stated - middle if stated is not None and middle is not None else None,
            unit="share",
        )


def _residents(
    here: list[Figure], known: list[Figure]
) -> Iterator[tuple[Range, list[Figure], str]]:
    """All residents: counted as one where a record says so, else the groups together."""
    people = [i for i in here if i.row.measure == "population"]
    for total in (i for i in people if not i.row.group):
        yield total.range, [total], f"{total.amount} ({total.id})"
    if any(not i.row.group for i in people):
        return
    groups = [i for i in people if i.row.group]
    if groups:
        every = [*groups, *known]
        whole = _sum(every)
        counted = list_words([f"{i.amount} ({', '.join(i.row.groups)}, {i.id})" for i in groups])
        alone = _ratio_of(known, groups)
        reading = f"them and {counted} together"
        if alone is not None:
            reading += f" ({number_words(alone, 'share')} if that is the whole population)"
        yield whole, every, reading


def _sum(items: list[Figure]) -> Range:
    total = Range(0.0, 0.0)
    for item in items:
        total = total + item.range
    return total


def _ratio_of(part: list[Figure], whole: list[Figure]) -> float | None:
    above, below = [i.row.value for i in part], [i.row.value for i in whole]
    if any(value is None for value in [*above, *below]):
        return None
    total = sum(value or 0.0 for value in below)
    return sum(value or 0.0 for value in above) / total if total else None


def _share_of_counterparts(
    files: CaseFiles, items: list[Figure], item: Figure
) -> Iterator[Contradiction]:
    wholes = Geography(files.places).wholes(item.row.counterpart or "")
    for part in _amounts(items, item, item.span):
        for whole in sorted(wholes):
            for total in _amounts(items, item, item.span, counterpart=whole):
                quotient = _quotient(part, total)
                if quotient is not None:
                    yield from _against(files, item, [part, total], quotient, "share")
