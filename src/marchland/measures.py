"""The bridge: a measure at a place over a period, after a statistic, from the model's state.

Evidence and model meet only here. A `Reading` says which cells of the state make up a
figure of the evidence; the compiled part reads all figures from one member's trajectory.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marchland.engine.compile import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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


class Readings(NamedTuple):
    """Figures to read from a trajectory; arrays over readings, sparse sums over cells.

    Parameters
    ----------
    form : (readings,) int array
        How the figure is made, see `FORMS`.
    first, last : (readings,) int arrays
        Quarters of the period, both included; `base_first`, `base_last` of the base, -1 none.
    first_part, last_part, base_first_part, base_last_part : (readings,) float arrays
        Part of the first and last quarter that the period covers.
    cell_start, cell, weight : sparse rows of the numerator
    other_start, other, other_weight : sparse rows of the denominator; an empty row is 1
    threshold : (readings,) float array
        Level that ends a count of years.
    survey, answer : (readings,) int arrays
        Survey and answer of a reading of an opinion.
    """

    form: Ints
    first: Ints
    last: Ints
    base_first: Ints
    base_last: Ints
    first_part: Floats
    last_part: Floats
    base_first_part: Floats
    base_last_part: Floats
    cell_start: Ints
    cell: Ints
    weight: Floats
    other_start: Ints
    other: Ints
    other_weight: Floats
    threshold: Floats
    survey: Ints
    answer: Ints


class Answers(NamedTuple):
    """Surveys: a first stage (an opinion or none), then the answers.

    Parameters
    ----------
    gate_intercept, gate_slope : (surveys,) int arrays
        Columns of the own parameters with the first stage's intercept and slope on hostility.
    start, middle, end : (surveys,) int arrays
        Answers with an opinion stand in [start, middle), those without in [middle, end).
    intercept, slope : (answers,) int arrays
        Columns of the own parameters, -1 where the answer is the baseline.
    fixed_slope : (answers,) float array
        Slope where it is fixed by convention.
    covariate : (answers,) int array
        Offset from the cell of hostility to the cell of the answer's covariate.
    """

    gate_intercept: Ints
    gate_slope: Ints
    start: Ints
    middle: Ints
    end: Ints
    intercept: Ints
    slope: Ints
    fixed_slope: Floats
    covariate: Ints


@compiled
def total(row, cell, weight, start, end):
    """Weighted sum of cells of the state in one quarter."""
    value = 0.0
    for n in range(start, end):
        value += weight[n] * row[cell[n]]
    return value


@compiled
def period_mean(trajectory, first, last, first_part, last_part, cell, weight, start, end):
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
def years_until(trajectory, readings, j, rising):
    """Years from the first quarter until a cell passes the threshold, between quarters linear.

    Where it is not passed within the period, the length of the period: a lower bound.
    """
    start, end = readings.cell_start[j], readings.cell_start[j + 1]
    sign = 1.0 if rising else -1.0
    before = 0.0
    for q in range(readings.first[j], readings.last[j] + 1):
        value = total(trajectory[q], readings.cell, readings.weight, start, end)
        over = sign * (value - readings.threshold[j])
        if over >= 0.0:
            part = 0.0 if q == readings.first[j] else before / (before - over) - 1.0
            return max((q - readings.first[j] + part) / 4.0, 0.0)
        before = over
    return (readings.last[j] + 1 - readings.first[j]) / 4.0


@compiled
def linear(own, answers, a, hostility, covariate):
    """Intercept + slope x covariate of an answer, hostility where it has no covariate."""
    value = own[answers.intercept[a]] if answers.intercept[a] >= 0 else 0.0
    slope = own[answers.slope[a]] if answers.slope[a] >= 0 else answers.fixed_slope[a]
    return value + slope * (covariate if answers.covariate[a] != 0 else hostility)


@compiled
def softmax_share(own, answers, a, start, end, hostility):
    """Share of answer a among the answers [start, end): a baseline-category logit."""
    mine = linear(own, answers, a, hostility, hostility)
    below = 0.0
    for k in range(start, end):
        below += exp(linear(own, answers, k, hostility, hostility) - mine)
    return 1.0 / below


@compiled
def opinion(trajectory, readings, j, answers, own):
    """Share of a city's respondents who give an answer (E9).

    First whether they have an opinion at all, logistic in hostility; then a baseline-category
    logit, or for several answers a person, independent items among those who name any.
    """
    s, a = readings.survey[j], readings.answer[j]
    at = readings.cell_start[j]
    args = (readings.first[j], readings.last[j], readings.first_part[j], readings.last_part[j])
    hostility = period_mean(trajectory, *args, readings.cell, readings.weight, at, at + 1)
    gate = own[answers.gate_intercept[s]] + own[answers.gate_slope[s]] * hostility
    opens = 1.0 / (1.0 + exp(-gate))
    start, middle, end = answers.start[s], answers.middle[s], answers.end[s]
    if readings.form[j] == CHOICE:
        return opens * softmax_share(own, answers, a, start, middle, hostility)
    if readings.form[j] == WITHOUT:
        return (1.0 - opens) * softmax_share(own, answers, a, middle, end, hostility)
    value = hostility
    if answers.covariate[a] != 0:
        cell = np.array([readings.cell[at] + answers.covariate[a]])
        value = period_mean(trajectory, *args, cell, np.ones(1), 0, 1)
    return opens / (1.0 + exp(-linear(own, answers, a, hostility, value)))


@compiled
def ratio_mean(trajectory, readings, j, first, last, first_part, last_part):
    """Numerator over denominator of a reading in a period."""
    start, end = readings.cell_start[j], readings.cell_start[j + 1]
    value = period_mean(
        trajectory, first, last, first_part, last_part, readings.cell, readings.weight, start, end
    )
    start, end = readings.other_start[j], readings.other_start[j + 1]
    if end > start:
        value /= period_mean(
            trajectory,
            first,
            last,
            first_part,
            last_part,
            readings.other,
            readings.other_weight,
            start,
            end,
        )
    return value


@compiled
def read_one(trajectory, readings, j, answers, own):
    """One figure from one member's trajectory, in the unit of the evidence."""
    form = readings.form[j]
    if form == CHOICE or form == WITHOUT or form == ITEM:
        return opinion(trajectory, readings, j, answers, own)
    if form == RISES_TO or form == FALLS_TO:
        return years_until(trajectory, readings, j, form == RISES_TO)
    first, last = readings.first[j], readings.last[j]
    part, end_part = readings.first_part[j], readings.last_part[j]
    value = ratio_mean(trajectory, readings, j, first, last, part, end_part)
    if form == COMPLEMENT:
        return 1.0 - value
    if form == SUM:
        length = part if last == first else last - first - 1 + part + end_part
        return value * length / 4.0
    if form == CHANGE or form == RATIO:
        base = ratio_mean(
            trajectory,
            readings,
            j,
            readings.base_first[j],
            readings.base_last[j],
            readings.base_first_part[j],
            readings.base_last_part[j],
        )
        return 100.0 * (value / base - 1.0) if form == CHANGE else value / base
    return value


@compiled
def read_member(trajectory, readings, answers, own, out):
    """All figures of one member."""
    for j in range(readings.form.shape[0]):
        out[j] = read_one(trajectory, readings, j, answers, own)


@compiled
def read_quarters(trajectory, lines, out):
    """Series of one member: every line in every quarter, shape (lines, quarters)."""
    for j in range(lines.form.shape[0]):
        for q in range(trajectory.shape[0]):
            if q < lines.first[j] or q > lines.last[j]:
                out[j, q] = np.nan
                continue
            start, end = lines.cell_start[j], lines.cell_start[j + 1]
            value = total(trajectory[q], lines.cell, lines.weight, start, end)
            start, end = lines.other_start[j], lines.other_start[j + 1]
            if end > start:
                below = total(trajectory[q], lines.other, lines.other_weight, start, end)
                value = value / below if below > 0.0 else np.nan
            out[j, q] = 1.0 - value if lines.form[j] == COMPLEMENT else value


@compiled
def log_odds(share):
    """Logit of a share."""
    return log(share / (1.0 - share))
