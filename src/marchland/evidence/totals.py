"""Parts and wholes: places, counterparts and the answers to one question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from marchland.case import CaseFiles
from marchland.evidence.clashes import subject
from marchland.evidence.contradiction import Contradiction, contradiction
from marchland.evidence.figures import Figure, Geography, by_key, is_total
from marchland.evidence.ranges import Range, printed_unit, unit_in_note
from marchland.evidence.words import list_words, number_words, range_words

_ADDS = frozenset({"level", "sum", "mean"})
_JOINT = "_or_"


def parts_and_totals(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Printed totals that their parts miss.

    Parts are all the direct parts of a place, or the rows that a target of the form
    'parts' joins with the place that contains them.
    """
    for total, parts in _with_all_parts(files, items):
        summed = Range(0.0, 0.0)
        for part in parts:
            summed = summed + part.range
        if summed.meets(total.range):
            continue
        values = [part.row.value for part in parts]
        known = [value for value in values if value is not None]
        complete = len(known) == len(values) and total.row.value is not None
        said = number_words(sum(known), total.row.unit) if complete else range_words(summed)
        stated = total.row.value if total.row.value is not None else 0.0
        yield contradiction(
            files,
            kind="total",
            records=[total.id, *(part.id for part in parts)],
            statement=f"{subject(total.row.measure, total.row.place, Geography(files.places))}, "
            f"{total.span.text}: {list_words([f'{p.amount} ({p.id})' for p in parts])} "
            f"add up to {said}, against the stated {total.amount} ({total.id})",
            difference=sum(known) - stated if complete else summed.gap(total.range),
            unit=total.row.unit,
        )


def _with_all_parts(
    files: CaseFiles, items: list[Figure]
) -> Iterator[tuple[Figure, tuple[Figure, ...]]]:
    geography = Geography(files.places)
    table = by_key(i for i in items if _adds(files, i))
    for key, group in table.items():
        parts = geography.parts(key[2])
        if len(parts) < 2:
            continue
        for total in group:
            columns = [
                [f for f in table.get((*key[:2], part, *key[3:]), []) if f.span.same_as(total.span)]
                for part in parts
            ]
            for chosen in product(*columns):
                yield total, chosen
    known = {item.id: item for item in items}
    for target in files.targets:
        rows = [known[i] for i in target.quantities if i in known]
        if target.form == "parts" and len(rows) > 2:
            yield from _declared_parts(files, rows, geography)


def _declared_parts(
    files: CaseFiles, rows: list[Figure], geography: Geography
) -> Iterator[tuple[Figure, tuple[Figure, ...]]]:
    for total in rows:
        others = tuple(row for row in rows if row is not total)
        if all(
            total.row.place in geography.wholes(other.row.place)
            and (other.key[:2], other.key[3:]) == (total.key[:2], total.key[3:])
            and other.span.same_as(total.span)
            and _adds(files, other)
            for other in others
        ):
            yield total, others


def _adds(files: CaseFiles, item: Figure) -> bool:
    return item.row.statistic in _ADDS and is_total(files.measures.get(item.row.measure))


def one_part_above_its_whole(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """A part that exceeds the place, or the counterpart, that contains it."""
    geography = Geography(files.places)
    adding = [i for i in items if _adds(files, i)]
    # Where a measure can be negative, such as a balance, a part may exceed its whole.
    signed = {i.row.measure for i in adding if i.range.high < 0}
    nature: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for item in adding:
        if item.row.measure not in signed:
            nature[item.key[0], item.key[1], item.key[3]].append(item)
    for group in nature.values():
        for part in group:
            for whole in group:
                if not _is_part(part, whole, geography) or not part.span.same_as(whole.span):
                    continue
                if part.range.low > whole.range.high and part.range.gap(whole.range):
                    yield contradiction(
                        files,
                        kind="total",
                        records=[part.id, whole.id],
                        statement=f"{part.row.measure.replace('_', ' ')}, {part.span.text}: "
                        f"{part.amount} for {_where(part, geography)} ({part.id}) exceeds "
                        f"{whole.amount} for {_where(whole, geography)} ({whole.id})",
                        difference=part.range.gap(whole.range),
                        unit=part.row.unit,
                    )


def _where(item: Figure, geography: Geography) -> str:
    place = geography.name(item.row.place)
    other = item.row.counterpart
    return f"{place} with {geography.name(other)}" if other else place


def _is_part(part: Figure, whole: Figure, geography: Geography) -> bool:
    first, second = part.row, whole.row
    inside = second.place in geography.wholes(first.place)
    if inside and first.counterpart == second.counterpart:
        return True
    if first.place != second.place or not (first.counterpart and second.counterpart):
        return False
    return second.counterpart in geography.wholes(first.counterpart)


# ---------------------------------------------------------------- surveys


def answers(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """Answers that exclude each other but do not add up to all respondents.

    Tables round or cut: each cell may be off by one unit of its last digit. Questions
    that allow several answers (targets of the form 'items', or a note that says so)
    are left out, and so are columns of which only some answers are known.
    """
    forms = {target.target: target.form for target in files.targets}
    for target, column in _columns(items).items():
        several = any("several answers" in (item.row.note or "") for item in column)
        if forms.get(target, "multinomial") != "multinomial" or several or len(column) < 3:
            continue
        values = [item.row.value for item in column if item.row.value is not None]
        if len(values) < len(column):
            continue
        rounding = _rounding(column)
        missing = sum(values) - 1.0
        if abs(missing) > rounding + 1e-9:
            question = (column[0].row.counterpart or "").partition(":")[0]
            place = Geography(files.places).name(column[0].row.place)
            yield contradiction(
                files,
                kind="answers",
                records=[item.id for item in column],
                statement=f"answers to '{question}', {place}: the {len(values)} shares add up "
                f"to {number_words(sum(values), 'share')}, "
                f"beyond rounding of {number_words(rounding, 'share')}",
                difference=missing,
                unit="share",
            )


def _columns(items: list[Figure]) -> dict[str, list[Figure]]:
    """Survey cells that are one observation, by target."""
    table: dict[str, list[Figure]] = defaultdict(list)
    for item in items:
        row = item.row
        if row.target and row.statistic == "share" and ":" in (row.counterpart or ""):
            table[row.target].append(item)
    return {target: table[target] for target in sorted(table)}


def _rounding(column: list[Figure]) -> float:
    """One unit of the last digit a cell; cells of a table show the same digits."""
    finest = min((printed_unit(item.row.value) for item in column if item.row.value), default=0.01)
    noted = (unit_in_note(item.row.value or 0.0, item.row.note) for item in column)
    return sum(finest if unit is None else unit for unit in noted)


def joined_answers(files: CaseFiles, items: list[Figure]) -> Iterator[Contradiction]:
    """A figure for several answers together against the sum of its answers.

    The answer code joins codes by '_or_'; each side is an answer of the same question,
    or the beginning of exactly one.
    """
    cells: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    joint = []
    for item in items:
        question, colon, answer = (item.row.counterpart or "").partition(":")
        if not colon or item.row.statistic != "share":
            continue
        where = (item.row.measure, item.row.place, item.key[3], question)
        if _JOINT in answer:
            joint.append((where, answer, item))
        else:
            cells[where].append(item)
    for where, answer, item in joint:
        asked = [cell for cell in cells[where] if cell.span.overlaps(item.span)]
        fits = _named_answers(answer, {_answer(cell): cell for cell in asked})
        if len(fits) < 2:
            continue
        summed = fits[0].range
        for part in fits[1:]:
            summed = summed + part.range
        gap = summed.gap(item.range)
        if gap:
            total = sum(part.row.value or 0.0 for part in fits)
            yield contradiction(
                files,
                kind="total",
                records=[item.id, *(part.id for part in fits)],
                statement=f"answers to '{where[3]}', {Geography(files.places).name(where[1])}: "
                f"{list_words([f'{p.amount} ({p.id})' for p in fits])} give "
                f"{number_words(total, 'share')}, against the stated {item.amount} ({item.id})",
                difference=(item.row.value or 0.0) - total,
                unit="share",
            )


def _answer(item: Figure) -> str:
    return (item.row.counterpart or "").partition(":")[2]


def _named_answers(joint: str, cells: dict[str, Figure]) -> list[Figure]:
    found = []
    for word in joint.split(_JOINT):
        exact = [cells[word]] if word in cells else []
        begun = [cells[code] for code in sorted(cells) if code.startswith(f"{word}_")]
        match = exact or begun
        if len(match) != 1:
            return []
        found += match
    return found
