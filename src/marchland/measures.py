"""The bridge: a measure at a place over a period, after a statistic, from the model's state.

Evidence and model meet only here. A `Reading` says which cells of the state make up a
figure of the evidence; the compiled part reads all figures from one member's trajectory.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

from marchland.engine.compile import compiled
from marchland.engine.types import Positions, Row, Rows, Table, Vector

MEAN, SUM, CHANGE, RATIO, COMPLEMENT, RISES_TO, FALLS_TO, CHOICE, WITHOUT, ITEM = range(10)
FORMS = {
    "mean": MEAN,
    "sum": SUM,
    "change_pct": CHANGE,
    "ratio": RATIO,
    "complement": COMPLEMENT,
    "rises_to": RISES_TO,
    "falls_to": FALLS_TO,
    "choice": CHOICE,
    "without": WITHOUT,
    "item": ITEM,
}


READING = np.dtype(
    [
        ("form", np.int64),
        ("first", np.int64),
        ("last", np.int64),
        ("base_first", np.int64),
        ("base_last", np.int64),
        ("cells", np.int64),
        ("cells_end", np.int64),
        ("below", np.int64),
        ("below_end", np.int64),
        ("survey", np.int64),
        ("answer", np.int64),
        ("first_part", np.float64),
        ("last_part", np.float64),
        ("base_first_part", np.float64),
        ("base_last_part", np.float64),
        ("threshold", np.float64),
    ]
)
SURVEY = np.dtype(
    [
        ("gate_intercept", np.int64),
        ("gate_slope", np.int64),
        ("start", np.int64),
        ("middle", np.int64),
        ("end", np.int64),
    ]
)
ANSWER = np.dtype(
    [
        ("intercept", np.int64),
        ("slope", np.int64),
        ("covariate", np.int64),
        ("fixed_slope", np.float64),
    ]
)


class Readings(NamedTuple):
    """Figures to read from a trajectory, as sparse sums over cells of the state.

    Parameters
    ----------
    reading : (readings,) records
        Form (see `FORMS`); first and last quarter of the period and of its base, and the parts
        of them that it covers; where its numerator and denominator stand among the cells (an
        empty denominator is 1); the threshold that ends a count of years; survey and answer.
    cell, weight : (cells,) arrays
        Positions in the state vector, and what each counts for.
    """

    reading: Rows
    cell: Positions
    weight: Vector


class Answers(NamedTuple):
    """Surveys: a first stage (an opinion or none), then the answers.

    Parameters
    ----------
    survey : (surveys,) records
        Positionss of the own parameters with the first stage's intercept and slope on hostility;
        answers with an opinion stand in [start, middle), those without in [middle, end).
    answer : (answers,) records
        Positionss with intercept and slope, -1 where there is none; offset from the cell of
        hostility to that of its covariate; slope where it is fixed by convention.
    """

    survey: Rows
    answer: Rows


@compiled
def total(row: Vector, cell: Positions, weight: Vector, start: int, end: int) -> float:
    """Weighted sum of cells of the state in one quarter."""
    value = 0.0
    for n in range(start, end):
        value += weight[n] * row[cell[n]]
    return value


@compiled
def period_mean(
    trajectory: Table,
    first: int,
    last: int,
    first_part: float,
    last_part: float,
    cell: Positions,
    weight: Vector,
    start: int,
    end: int,
) -> float:
    """Mean of a weighted sum of cells over a period; parts of quarters count as parts."""
    value = 0.0
    length = 0.0
    for q in range(first, last + 1):
        part = 1.0
        if q == first:
            part = first_part
        if q == last and last > first:
            part = last_part
        value += part * total(trajectory[q], cell, weight, start, end)
        length += part
    return value / length


@compiled
def years_until(trajectory: Table, readings: Readings, r: Row, rising: bool) -> float:
    """Years from the first quarter until a cell passes the threshold, between quarters linear.

    Where it is not passed within the period, the length of the period: a lower bound.
    """
    sign = 1.0 if rising else -1.0
    before = 0.0
    first: int = r.first
    last: int = r.last
    for q in range(first, last + 1):
        value = total(trajectory[q], readings.cell, readings.weight, r.cells, r.cells_end)
        over = sign * (value - r.threshold)
        if over >= 0.0:
            part = 0.0 if q == first else before / (before - over) - 1.0
            return max((q - first + part) / 4.0, 0.0)
        before = over
    return (last + 1 - first) / 4.0


@compiled
def linear(own: Vector, answer: Row, hostility: float, covariate: float) -> float:
    """Intercept + slope x covariate of an answer, hostility where it has no covariate."""
    value = own[answer.intercept] if answer.intercept >= 0 else 0.0
    slope: float = own[answer.slope] if answer.slope >= 0 else answer.fixed_slope
    return value + slope * (covariate if answer.covariate != 0 else hostility)


@compiled
def softmax_share(
    own: Vector, answers: Answers, a: int, start: int, end: int, hostility: float
) -> float:
    """Share of answer a among the answers [start, end): a baseline-category logit."""
    mine = linear(own, answers.answer[a], hostility, hostility)
    below = 0.0
    for k in range(start, end):
        below += exp(linear(own, answers.answer[k], hostility, hostility) - mine)
    return 1.0 / below


@compiled
def opinion(trajectory: Table, readings: Readings, r: Row, answers: Answers, own: Vector) -> float:
    """Share of a city's respondents who give an answer (E9).

    First whether they have an opinion at all, logistic in hostility; then a baseline-category
    logit, or for several answers a person, independent items among those who name any.
    """
    survey = answers.survey[r.survey]
    answer = answers.answer[r.answer]
    place = readings.cell[r.cells]
    hostility = 0.0
    value = 0.0
    for q in range(r.first, r.last + 1):
        hostility += trajectory[q, place]
        value += trajectory[q, place + answer.covariate]
    hostility /= r.last + 1 - r.first
    value /= r.last + 1 - r.first
    gate = own[survey.gate_intercept] + own[survey.gate_slope] * hostility
    opens = 1.0 / (1.0 + exp(-gate))
    if r.form == CHOICE:
        share = softmax_share(own, answers, r.answer, survey.start, survey.middle, hostility)
        return opens * share
    if r.form == WITHOUT:
        share = softmax_share(own, answers, r.answer, survey.middle, survey.end, hostility)
        return (1.0 - opens) * share
    return opens / (1.0 + exp(-linear(own, answer, hostility, value)))


@compiled
def ratio_mean(
    trajectory: Table,
    readings: Readings,
    r: Row,
    first: int,
    last: int,
    first_part: float,
    last_part: float,
) -> float:
    """Numerator over denominator of a reading in a period."""
    cell, weight = readings.cell, readings.weight
    value = period_mean(
        trajectory, first, last, first_part, last_part, cell, weight, r.cells, r.cells_end
    )
    if r.below_end > r.below:
        value /= period_mean(
            trajectory, first, last, first_part, last_part, cell, weight, r.below, r.below_end
        )
    return value


@compiled
def read_one(trajectory: Table, readings: Readings, r: Row, answers: Answers, own: Vector) -> float:
    """One figure from one member's trajectory, in the unit of the evidence."""
    if r.form == CHOICE or r.form == WITHOUT or r.form == ITEM:
        return opinion(trajectory, readings, r, answers, own)
    if r.form == RISES_TO or r.form == FALLS_TO:
        return years_until(trajectory, readings, r, r.form == RISES_TO)
    value = ratio_mean(trajectory, readings, r, r.first, r.last, r.first_part, r.last_part)
    if r.form == COMPLEMENT:
        return 1.0 - value
    if r.form == SUM:
        inner = r.last - r.first - 1 + r.first_part + r.last_part
        quarters: float = r.first_part if r.last == r.first else inner
        return value * quarters / 4.0
    if r.form == CHANGE or r.form == RATIO:
        base = ratio_mean(
            trajectory,
            readings,
            r,
            r.base_first,
            r.base_last,
            r.base_first_part,
            r.base_last_part,
        )
        return 100.0 * (value / base - 1.0) if r.form == CHANGE else value / base
    return value


@compiled
def read_member(
    trajectory: Table, readings: Readings, answers: Answers, own: Vector, out: Vector
) -> None:
    """All figures of one member."""
    for j in range(readings.reading.shape[0]):
        out[j] = read_one(trajectory, readings, readings.reading[j], answers, own)


@compiled
def read_quarters(trajectory: Table, lines: Readings, out: Table) -> None:
    """Series of one member: every line in every quarter, shape (lines, quarters)."""
    for j in range(lines.reading.shape[0]):
        r = lines.reading[j]
        for q in range(trajectory.shape[0]):
            if q < r.first or q > r.last:
                out[j, q] = np.nan
                continue
            value = total(trajectory[q], lines.cell, lines.weight, r.cells, r.cells_end)
            if r.below_end > r.below:
                below = total(trajectory[q], lines.cell, lines.weight, r.below, r.below_end)
                value = value / below if below > 0.0 else np.nan
            out[j, q] = 1.0 - value if r.form == COMPLEMENT else value
