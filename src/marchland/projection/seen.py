"""What was seen of steps, spells, acts and rules: values, lengths, and how often they changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from marchland.case import DriverRow, Regime
from marchland.case.continuation import Continuation
from marchland.grid import Axis, first_day, last_day
from marchland.inputs import RULES
from marchland.projection.courses import Rate
from marchland.projection.estimate import in_window
from marchland.vocabulary import VOCABULARY

Floats = NDArray[np.float64]
Mark = dict[str, tuple[float, int]]
"""What arrived once: its size, and for how many quarters, by place."""


def last_told(row: DriverRow) -> date:
    """Last day that a row speaks of; with an open end, the day it begins."""
    ended = row.end.end if row.end and row.end.end else None
    return ended or (last_day(row) if row.end is None else None) or first_day(row)


def values_of(
    rows: list[DriverRow], stated: Continuation | None, axis: Axis, until: int
) -> tuple[Floats, Floats, Rate]:
    """Values that a driver had, for how many years each, and its changes a year.

    Parameters
    ----------
    rows : list of DriverRow
        Of one place.
    stated : Continuation, optional
        Its window and rate, where the case states them.
    axis : Axis
        Time axis.
    until : int
        First quarter that is not known.
    """
    used = sorted((row for row in rows if in_window(row, stated)), key=first_day)
    used = used or sorted(rows, key=first_day)
    starts = [axis.position(first_day(row)) for row in used]
    lengths = np.diff([*starts, max(float(until), starts[-1] + 1.0)]) / 4.0
    values = np.array([[row.value] for row in used])
    changes = int((np.abs(np.diff(values[:, 0])) > 1e-9).sum())
    number = stated.number("rate") if stated else None
    return values, lengths, Rate(changes, float(lengths.sum()), number)


def marks_of(rows: dict[str, list[DriverRow]], axis: Axis) -> Iterator[tuple[int, Mark]]:
    """What arrived, with its year: what begins on one day is felt at several places together."""
    marks: dict[date, Mark] = {}
    for place, group in rows.items():
        for row in group:
            start = first_day(row)
            end = last_told(row) if row.driver in VOCABULARY.drivers else start
            quarters = max(axis.index(end) - axis.index(start) + 1, 1)
            marks.setdefault(start, {})[place] = (row.value, quarters)
    for day in sorted(marks):
        yield day.year, marks[day]


def rules_of(
    regimes: list[Regime], window: tuple[int, int], stated: Continuation | None, axis: Axis
) -> tuple[Floats, Floats, Rate]:
    """Rules in force at a border in a window of years, for how many each, and changes a year."""
    low, high = 4.0 * (window[0] - axis.first_year), 4.0 * (window[1] + 1 - axis.first_year)
    values, weights, changes = [], [], 0
    for regime in regimes:
        begin = axis.position(regime.start.start) if regime.start.start else low
        last = regime.end.end if regime.end else None
        end = axis.position(last) if last else high
        if min(end, high) > max(begin, low):
            values.append([getattr(regime, name) for name in RULES])
            weights.append((min(end, high) - max(begin, low)) / 4.0)
            changes += begin > low
    number = stated.number("rate") if stated else None
    rate = Rate(changes, (high - low) / 4.0, number)
    return np.array(values).reshape(-1, len(RULES)), np.array(weights), rate


def expected(
    marks: list[Mark], rate: Rate, places: list[str], quarters: int, absent: float
) -> dict[str, Floats]:
    """What arrives on average; `absent` where nothing was seen to arrive."""
    result = {}
    for place in places:
        sizes = [mark[place][0] * mark[place][1] for mark in marks if place in mark]
        mean = rate.mean / 4.0 * sum(sizes) / len(marks) if sizes else absent
        result[place] = np.full(quarters, mean)
    return result


def laid(
    marks: list[Mark], came: list[tuple[int, int]], places: list[str], quarters: int, absent: float
) -> dict[str, Floats]:
    """What arrived, laid on the quarters: acts add up, a later spell takes over."""
    result = {place: np.full(quarters, absent) for place in places}
    for q, which in came:
        for place, (value, length) in marks[which].items():
            if absent == 0.0:
                result[place][q] += value
            else:
                result[place][q : q + length] = value
    return result
