"""How far each assumption moves each answer: drivers over their ranges, priors over the draws.

A *driver* is moved at one place at a time, with the same draws and the same luck as the answer
it is compared with. Places err apart: were all of them moved together, a driver that enters as a
difference (income here less income there) would seem to matter little. Rows of one place are
moved together, in two ways, since most drivers enter as their change since a reference quarter,
which an error of level leaves as it is:

- *level*: every row at its low, then every row at its high;
- *trend*: from low at the first row to high at the last, and the reverse. Acts, which fall into
  one quarter each, have none.

The way that moves a figure further is the one that is told. Parameters are not refitted: a
driver that were otherwise would also change what the evidence says of them.

A *prior* is judged by the draws of the posterior: the median of the figure among the draws in
which the parameter is in its lowest fifth, and among those in its highest. Parameters depend on
one another, so this describes what goes together and is no effect of the parameter alone. What
chance explains, given draws that are not independent, is told as `noise`.

What is moved is set against the central 90 per cent interval of the figure: `relative` 0.4 says
that the figure moves, from one end to the other, by 0.4 of the width of its interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.answers import Answer
from marchland.asked import Reader, same, wanted
from marchland.case import CaseFiles
from marchland.case.schema import DriverRow
from marchland.grid import first_day
from marchland.model import BASELINE, Model
from marchland.vocabulary import VOCABULARY

Floats = NDArray[np.float64]
COLUMNS = (
    "kind",
    "name",
    "place",
    "quality",
    "informed",
    "answer",
    "row",
    "figure",
    "unit",
    "move",
    "change_low",
    "change_high",
    "relative",
    "noise",
    "note",
)
FIRST_DRAWS, DRIVER_DRAWS = 6, 32
PRIOR_DRAWS = 600
LEAST = 10
LARGE = 0.02
SHIFTS = 99
SURE = 0.99
FIFTH = 0.2
NO_RANGE = "no range stated"
HELD = "held fixed: it has no range"
NOISE = "within the noise of the draws"
BROKEN = "the model breaks where it is moved so far"


# ------------------------------------------------------------- drivers


def moved(rows: list[DriverRow], way: str, up: bool) -> list[DriverRow]:
    """Rows of a driver at a place, moved within their ranges.

    Parameters
    ----------
    rows : list of DriverRow
        Rows without a range stay as they are.
    way : {"level", "trend"}
        All rows alike, or from one end of the range to the other over the rows.
    up : bool
        To the high end, or for a trend: rising.
    """
    if way == "level":
        shifts = [1.0 if up else -1.0] * len(rows)
    else:
        days = np.array([first_day(row).toordinal() for row in rows], dtype=float)
        along = 2.0 * (days - days.min()) / max(float(np.ptp(days)), 1.0) - 1.0
        shifts = [float(a) if up else -float(a) for a in along]
    return [_shifted(row, shift) for row, shift in zip(rows, shifts, strict=True)]


def _shifted(row: DriverRow, shift: float) -> DriverRow:
    if row.low is None or row.high is None:
        return row
    reach = row.high - row.value if shift > 0.0 else row.value - row.low
    return row.model_copy(update={"value": row.value + shift * reach})


def _with(files: CaseFiles, rows: list[DriverRow], others: list[DriverRow]) -> CaseFiles:
    """The case with some of its rows of drivers replaced, in their places."""
    new = {id(old): row for old, row in zip(rows, others, strict=True)}
    return replace(files, drivers=[new.get(id(row), row) for row in files.drivers])


def _reaches(model: Model, other: Model) -> bool:
    """Whether a move of a driver reaches anything that the model reads."""
    befores: tuple[Any, ...] = (*model.inputs(BASELINE), *model.world)
    afters: tuple[Any, ...] = (*other.inputs(BASELINE), *other.world)
    for a, b in zip(befores, afters, strict=True):
        # What is no table of records (the number of quarters, when people move) has no driver.
        for name in getattr(getattr(a, "dtype", None), "names", None) or ():
            if not same(np.asarray(a[name], dtype=float), np.asarray(b[name], dtype=float)):
                return True
    return False


def _drivers(
    model: Model, first: Reader, second: Reader, wide: list[Floats]
) -> Iterator[dict[str, object]]:
    """Every driver at every place: with few draws, and with more where a figure moves."""
    groups: dict[tuple[str, str], list[DriverRow]] = {}
    for row in model.files.drivers:
        groups.setdefault((row.driver, row.place), []).append(row)
    for (name, place), rows in groups.items():
        head: dict[str, object] = {"kind": "driver", "name": name, "place": place, "informed": ""}
        head["quality"] = max(row.quality for row in rows)
        ranged = [row for row in rows if row.low is not None and row.high is not None]
        if not ranged:
            yield from _lines(first, head | {"move": "", "note": NO_RANGE}, None, wide)
            continue
        lacking = len(rows) - len(ranged)
        head["note"] = f"{lacking} of {len(rows)} rows have no range" if lacking else ""
        # A pulse is an act by itself: a row of them has no trend.
        term = VOCABULARY.drivers.get(name)
        path = term is not None and term.fill != "pulse"
        dated = path and len({first_day(row) for row in rows}) > 1
        ways = {
            way: _moves(
                model, first, second, [moved(rows, way, up) for up in (False, True)], rows, wide
            )
            for way in (("level", "trend") if dated else ("level",))
        }
        yield from _further(first, head, list(ways.items()), wide)


def _moves(
    model: Model,
    first: Reader,
    second: Reader,
    ends: list[list[DriverRow]],
    rows: list[DriverRow],
    wide: list[Floats],
) -> list[Floats]:
    """Change of every figure, (2, rows) for each answer: down, and up."""
    until = model.axis.last_year
    models = [Model(_with(model.files, rows, end), until=until) for end in ends]
    if not any(_reaches(model, other) for other in models):
        return [np.zeros((2, before.shape[1])) for before in first.before]
    reads = [first.read(other) for other in models]
    large = any(
        _large(a, b, w) for r in reads for a, b, w in zip(r, first.before, wide, strict=True)
    )
    if large and second is not first:
        reads, first = [second.read(other) for other in models], second
    changes = [[_change(a, b) for a, b in zip(r, first.before, strict=True)] for r in reads]
    return [np.stack(pair) for pair in zip(*changes, strict=True)]


def _large(after: Floats | None, before: Floats, width: Floats) -> bool:
    """Whether some draw moves some figure by a fiftieth of its interval, or breaks."""
    if after is None:
        return False
    with np.errstate(invalid="ignore"):
        return not bool((np.abs(after - before) < LARGE * width).all())


def _change(after: Floats | None, before: Floats) -> Floats:
    """Median over the draws of the change; NaN where too many of them break."""
    if after is None:
        return np.zeros(before.shape[1])
    with np.errstate(invalid="ignore"):
        change = after - before
    change[~np.isfinite(change)] = np.nan
    known = (~np.isnan(change)).sum(axis=0)
    middle = np.full(change.shape[1], np.nan)
    told = known > 0.5 * len(change)
    middle[told] = np.nanmedian(change[:, told], axis=0)
    return middle


def _further(
    reader: Reader,
    head: dict[str, object],
    ways: list[tuple[str, list[Floats]]],
    wide: list[Floats],
) -> Iterator[dict[str, object]]:
    """For each figure the way that moves it further; the level where neither does."""
    for n, one in enumerate(reader.asked):
        for k in range(len(one.answer.rows)):
            spans = [(_span(changes[n][:, k]), way) for way, changes in ways]
            best = max(range(len(ways)), key=lambda i: (np.nan_to_num(spans[i][0], nan=-1.0), -i))
            move, changes = ways[best]
            yield _line(one.answer, k, head | {"move": move}, changes[n][:, k], wide[n][k])


def _span(ends: Floats) -> float:
    """From the lowest to the highest that a figure reaches, where it started included."""
    return float(max(0.0, ends.max()) - min(0.0, ends.min())) if np.isfinite(ends).all() else np.nan


# ------------------------------------------------------------- priors


def _priors(
    names: list[str], values: Floats, reader: Reader, parameters: pd.DataFrame, wide: list[Floats]
) -> Iterator[dict[str, object]]:
    for _, row in parameters.iterrows():
        name, fixed = str(row["name"]), row["family"] == "fixed"
        head: dict[str, object] = {"kind": "held" if fixed else "prior", "name": name, "place": ""}
        head |= {"quality": "", "move": "", "note": HELD if fixed else ""}
        head["informed"] = "" if fixed else bool(row["informed"])
        column = values[:, names.index(name)] if name in names else values[:, :0]
        if fixed or len(column) < LEAST or np.ptp(column) == 0.0:
            yield from _lines(reader, head, None, wide)
            continue
        order = np.argsort(column, kind="stable")
        for n, one in enumerate(reader.asked):
            ends, noise = _fifths(reader.before[n], order)
            for k in range(len(one.answer.rows)):
                told = head | {"noise": noise[k]}
                if abs(ends[1, k] - ends[0, k]) <= noise[k]:
                    told["note"] = NOISE
                yield _line(one.answer, k, told, ends[:, k], wide[n][k])


def _fifths(figures: Floats, order: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Medians in the lowest and the highest fifth, less that of all, and what chance explains.

    Chance: what 99 of 100 swings stay below when the figures are shifted along the draws. Draws
    that stand together are alike; a shift keeps that and breaks the tie with the parameter.
    """
    figures = np.where(np.isfinite(figures), figures, np.nan)
    number = len(order)
    few = max(int(FIFTH * number), 1)
    parts = np.stack([order[:few], order[-few:]])
    shifts = np.unique(np.arange(1, SHIFTS + 1) * number // (SHIFTS + 1))
    moved = (parts[None] + np.append(0, shifts)[:, None, None]) % number
    medians = np.nanmedian(figures[moved], axis=2)
    swings = np.abs(medians[1:, 1] - medians[1:, 0])
    return medians[0] - np.nanmedian(figures, axis=0), np.quantile(swings, SURE, axis=0)


# ------------------------------------------------------------- the table


def _line(
    answer: Answer, k: int, head: dict[str, object], ends: Floats | None, width: float
) -> dict[str, object]:
    row = answer.rows.iloc[k]
    low, high = (np.nan, np.nan) if ends is None else (float(ends[0]), float(ends[1]))
    # A prior's swing is that between its fifths: both may lie on one side of the middle.
    swing = abs(high - low) if head["kind"] == "prior" else _span(np.array([low, high]))
    note = BROKEN if ends is not None and np.isnan(swing) else head["note"]
    told = {"answer": answer.id, "row": k, "figure": row["label"], "unit": row["unit"]}
    told |= {"change_low": low, "change_high": high, "note": note}
    wide = width if width > 0.0 else np.nan
    noise = float(head.get("noise", np.nan))  # type: ignore[arg-type]
    return head | told | {"relative": swing / wide, "noise": noise / wide}


def _lines(
    reader: Reader, head: dict[str, object], ends: Floats | None, wide: list[Floats]
) -> Iterator[dict[str, object]]:
    for n, one in enumerate(reader.asked):
        for k in range(len(one.answer.rows)):
            yield _line(one.answer, k, head, ends, wide[n][k])


def _spread(available: int, most: int) -> NDArray[np.int64]:
    number = min(available, most)
    return np.arange(number) * available // max(number, 1)


def importance(
    model: Model,
    draws: pd.DataFrame,
    answers: list[Answer],
    parameters: pd.DataFrame,
    *,
    workers: int = 1,
) -> pd.DataFrame:
    """How far each driver and each prior moves each figure of each answer.

    Parameters
    ----------
    model : Model
        The model of the case.
    draws : DataFrame
        Draws of the posterior, one column a parameter.
    answers : list of Answer
        Answers of the run; a figure's change is set against its interval there.
    parameters : DataFrame
        Prior beside posterior, as in parameters.csv.
    workers : int
        Threads; no figure depends on it.

    Returns
    -------
    DataFrame
        One row a driver at a place, or a parameter, and a figure. `change_low` and `change_high`
        are in the figure's unit: for a driver with its rows low or high (or falling or rising),
        for a prior among the draws with the parameter in its lowest or highest fifth. What has
        no range, or is held fixed, has no change: it is absent, not zero.

    Notes
    -----
    The mean model is used: luck moves all alike.
    """
    names, values = [str(name) for name in draws.columns], draws.to_numpy(dtype=float)
    asked = wanted(model.files, answers)
    wide = [(a.answer.rows["high"] - a.answer.rows["low"]).to_numpy(dtype=float) for a in asked]
    rows: list[dict[str, object]] = []
    if asked and len(values):

        def reader(number: int, threads: int) -> Reader:
            return Reader(asked, model, (names, values[_spread(len(values), number)]), threads)

        # So few draws are done before a second thread has begun.
        first = reader(FIRST_DRAWS, 1)
        second = reader(DRIVER_DRAWS, workers)
        third = reader(PRIOR_DRAWS, workers)
        rows += _drivers(model, first, second, wide)
        rows += _priors(names, values[_spread(len(values), PRIOR_DRAWS)], third, parameters, wide)
    return pd.DataFrame(rows, columns=list(COLUMNS))
