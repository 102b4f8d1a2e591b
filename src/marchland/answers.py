"""Answers to a case's questions, in plain words and with intervals.

Four kinds of question: `level` (how much, when), `scenario` (what would have been),
`contribution` (how much rests on a term), `contrast` (who more than whom, by what).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case import parse_period
from marchland.case.settings import AskedQuestion
from marchland.ensembles import Ensembles
from marchland.errors import MarchlandError
from marchland.inference.calibrate import NARROWER, SURE, Comparison
from marchland.lines import UNITS
from marchland.model import Setting
from marchland.readings import HOSTILITY_TERMS, Figure, Reading
from marchland.rivals import label_of, weighed
from marchland.wording import (
    capital,
    figure_words,
    limits,
    listed,
    number,
    phrase,
    place_name,
    term_words,
)

Floats = NDArray[np.float64]
EDGES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1.0)
ENOUGH = 20


@dataclass
class Answer:
    """An answer on the first page.

    Parameters
    ----------
    id, question, text : str
        The question and the answer in plain words.
    verdict : {"answered", "cannot tell", "structural exploration"}
        Whether the evidence moved the answer away from what was assumed; or that it asks for the
        one of several explanations that holds, and simulated evidence does not recover it.
    value, low, high, unit
        The main figure with its central 90 per cent interval.
    rows : DataFrame
        label, value, low, high, unit, told: every figure of the answer; `told` says whether the
        evidence narrowed it by a fifth or settled its sign.
    measure, equation, parameters, records
        What leads from the figure back to the sources.
    details : str
        What qualifies the answer.
    """

    id: str
    question: str
    text: str
    verdict: str
    value: float
    low: float
    high: float
    unit: str
    rows: pd.DataFrame
    measure: str
    equation: str
    parameters: list[str]
    records: list[str]
    details: str
    curve: pd.DataFrame = field(default_factory=pd.DataFrame)


def answer(ensembles: Ensembles, asked: AskedQuestion, comparison: Comparison | None) -> Answer:
    """Answer one question of a case.

    Raises
    ------
    MarchlandError
        Where the question's kind, measure or place is none that the model computes.
    """
    makers = {
        "level": _level,
        "scenario": _scenario,
        "contribution": _contribution,
        "contrast": _contrast,
    }
    if asked.kind not in makers:
        raise MarchlandError(
            f"case.yaml: question {asked.id!r}: kind must be one of {', '.join(makers)}, "
            f"but got {asked.kind!r}"
        )
    result = makers[asked.kind](ensembles, asked, comparison)
    if _extra(asked, "verdict") == "cannot tell":
        # A case may know a reason that the draws do not; it can only lower the verdict.
        result.verdict = "cannot tell"
    if comparison is not None and label_of(comparison):
        result.verdict = label_of(comparison)
    return result


def _extra(asked: AskedQuestion, key: str) -> object:
    return (asked.model_extra or {}).get(key)


def _reading(ensembles: Ensembles, figure: Figure, period: str) -> Reading:
    atlas = ensembles.model.atlas
    line = atlas.line(figure.measure, figure.place, figure.group, figure.counterpart)
    parsed = parse_period(period)
    window = atlas.window(parsed, parsed)
    if line is None or window is None:
        raise MarchlandError(
            f"case.yaml: a question asks for {figure.measure} at {figure.place} in {period}, "
            "which this model does not compute"
        )
    return replace(line, window=window)


def _interval(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(middle), float(low), float(high)


def told(after: Floats, before: Floats, *, signed: bool) -> bool:
    """Whether the evidence narrowed a figure by a fifth, or settled a sign that was open.

    A sign that the prior had settled is nothing the evidence told.
    """
    width = np.subtract(*np.quantile(before, [0.95, 0.05]))
    narrower = np.subtract(*np.quantile(after, [0.95, 0.05])) <= (1.0 - NARROWER) * width
    if not signed:
        return bool(narrower)
    now, then = (after > 0.0).mean(), (before > 0.0).mean()
    open_before = 1.0 - SURE < then < SURE
    settled = now >= SURE or now <= 1.0 - SURE
    return bool(settled and (open_before or narrower))


def _row(
    label: str, after: Floats, before: Floats, unit: str, *, signed: bool
) -> dict[str, object]:
    value, low, high = _interval(after)
    settled = told(after, before, signed=signed)
    return {"label": label, "value": value, "low": low, "high": high, "unit": unit, "told": settled}


def _finish(
    ensembles: Ensembles,
    asked: AskedQuestion,
    rows: list[dict[str, object]],
    figures: list[Figure],
    text: str,
    details: str,
    main: int = 0,
) -> Answer:
    table = pd.DataFrame(rows)
    first = rows[main]
    measures = {figure.measure for figure in figures}
    files = ensembles.model.files
    equations = [files.measures[m].equation for m in sorted(measures) if m in files.measures]
    equation = ";".join(dict.fromkeys(e for e in equations if e and e != "none"))
    names = _parameters(ensembles, equation)
    records = [
        q.id
        for q in ensembles.posterior.evidence.records
        if q.measure in measures or (asked.id == "hostility" and q.measure == "survey_share")
    ]
    verdict = "answered" if table["told"].mean() >= 0.5 else "cannot tell"
    caveat = _extra(asked, "caveat")
    if caveat:
        text += f" {str(caveat).strip()}"
    return Answer(
        asked.id,
        asked.text,
        text,
        verdict,
        float(first["value"]),  # type: ignore[arg-type]
        float(first["low"]),  # type: ignore[arg-type]
        float(first["high"]),  # type: ignore[arg-type]
        str(first["unit"]),
        table,
        ";".join(sorted(measures)),
        equation,
        names,
        records,
        details,
    )


# Equations that a measure's own equation rests on.
BEHIND = {
    "E1-E6": ("E1", "E2", "E3", "E5", "E5b", "E5c", "E6"),
    "E1": ("E2", "E3", "E5"),
    "E17": ("E11", "E13", "E14"),
    "O1": ("E5", "E5b", "E6"),
    "O2": ("E1", "E2", "E5", "E5b", "E6"),
}


def _parameters(ensembles: Ensembles, equation: str) -> list[str]:
    """Parameters of the equations behind an answer."""
    named = equation.split(";")
    wanted = {code for name in named for code in (name, *BEHIND.get(name, ()))}
    table = ensembles.posterior.table(ensembles.model)
    keep = table[table["equation"].isin(wanted) & (table["family"] != "fixed")]
    return [str(name) for name in keep["name"]]


def _level(ensembles: Ensembles, asked: AskedQuestion, _: Comparison | None) -> Answer:
    figure = Figure(asked.measure or "", asked.place or "", asked.group, asked.counterpart)
    times = [str(t) for t in (_extra(asked, "times") or [])]  # type: ignore[attr-defined]
    readings = [_reading(ensembles, figure, time) for time in times]
    against = _extra(asked, "against")
    if isinstance(against, dict):
        other = Figure(against["measure"], against["place"])
        readings += [_reading(ensembles, other, time) for time in times]
    after, before = ensembles.read(readings), ensembles.read_prior(readings)
    unit = UNITS[figure.measure]
    rows = [
        _row(time, after[:, n], before[:, n], unit, signed=False) for n, time in enumerate(times)
    ]
    said = "; ".join(f"in {row['label']} {phrase(row)}" for row in rows)
    text = f"{capital(figure_words(ensembles, figure))}: {said}."
    curve = pd.DataFrame()
    if isinstance(against, dict):
        curve = _curve(times, after)
        text += _curve_words(curve)
    untold = [str(row["label"]) for row in rows if not row["told"]]
    if untold:
        text += f" For {listed(untold)} the evidence narrows what was assumed by less than a fifth."
    result = _finish(ensembles, asked, rows, [figure], text, limits(ensembles, figure))
    result.curve = curve
    return result


def _curve(times: list[str], after: Floats) -> pd.DataFrame:
    """Figure by band of the other one, where enough draws fall into the band."""
    rows = []
    for n, time in enumerate(times):
        other = after[:, len(times) + n]
        for low_edge, high_edge in itertools.pairwise(EDGES):
            inside = (other >= low_edge) & (other < high_edge)
            if inside.sum() >= ENOUGH:
                value, low, high = _interval(after[inside, n])
                rows.append(
                    {
                        "time": time,
                        "from": low_edge,
                        "to": high_edge,
                        "draws": int(inside.sum()),
                        "q05": low,
                        "q50": value,
                        "q95": high,
                    }
                )
    return pd.DataFrame(rows, columns=["time", "from", "to", "draws", "q05", "q50", "q95"])


def _curve_words(curve: pd.DataFrame) -> str:
    if curve.empty:
        return ""
    last = curve[curve["time"] == curve["time"].iloc[-1]]
    parts = [
        f"{number(row['q50'], 'persons')} ({number(row['q05'], 'persons')} to "
        f"{number(row['q95'], 'persons')}) if {100 * row['from']:.0f} to {100 * row['to']:.0f} per "
        "cent of those found paid"
        for _, row in last.iterrows()
    ]
    return f" In {last['time'].iloc[0]}: " + "; ".join(parts) + "."


def _scenario(ensembles: Ensembles, asked: AskedQuestion, _: Comparison | None) -> Answer:
    setting = ensembles.scenario(asked.scenario or "")
    period = str(_extra(asked, "period"))
    wanted = _extra(asked, "figures") or []
    figures = [Figure(f["measure"], f["place"], f.get("group")) for f in wanted]  # type: ignore[attr-defined]
    readings = [_reading(ensembles, figure, period) for figure in figures]
    base, other = ensembles.read(readings), ensembles.read(readings, setting)
    base_prior = ensembles.read_prior(readings)
    other_prior = ensembles.read_prior(readings, setting)
    rows = []
    sentences = []
    for n, figure in enumerate(figures):
        unit = UNITS[figure.measure]
        name = figure_words(ensembles, figure)
        change = 100.0 * (other[:, n] / base[:, n] - 1.0)
        change_prior = 100.0 * (other_prior[:, n] / base_prior[:, n] - 1.0)
        rows.append(_row(f"{name}: change", change, change_prior, "percent", signed=True))
        rows.append(_row(f"{name}: without", other[:, n], other_prior[:, n], unit, signed=False))
        rows.append(_row(f"{name}: as it was", base[:, n], base_prior[:, n], unit, signed=False))
        higher = (change > 0.0).mean()
        sentences.append(
            f"{capital(name)}: {phrase(rows[-2])} instead of {phrase(rows[-1])}, a change of "
            f"{phrase(rows[-3])}, higher with a chance of {100 * higher:.0f} per cent"
        )
    title = ensembles.model.files.scenarios[asked.scenario or ""].title
    text = f"{title}, {period.replace('/', ' to ')}: " + ". ".join(sentences) + "."
    result = _finish(
        ensembles, asked, rows, figures, text, " ".join(limits(ensembles, f) for f in figures)
    )
    result.verdict = "answered" if bool(result.rows["told"].iloc[::3].any()) else "cannot tell"
    return result


def _contribution(
    ensembles: Ensembles, asked: AskedQuestion, comparison: Comparison | None
) -> Answer:
    figure = Figure(asked.measure or "", asked.place or "", asked.group, asked.counterpart)
    period, base = str(_extra(asked, "period")), _extra(asked, "base")
    readings = [_reading(ensembles, figure, period)]
    if base:
        readings.append(_reading(ensembles, figure, str(base)))

    def rise(figures: Floats) -> Floats:
        return figures[:, 0] - figures[:, 1] if base else figures[:, 0]

    unit = "points" if UNITS[figure.measure] == "share" else UNITS[figure.measure]
    scale = 100.0 if unit == "points" else 1.0
    whole, whole_prior = rise(ensembles.read(readings)), rise(ensembles.read_prior(readings))
    name = figure_words(ensembles, figure)
    label = f"rise of {name}" if base else name
    rows = [_row(label, scale * whole, scale * whole_prior, unit, signed=False)]
    words = []
    for switch in asked.switches:
        setting = Setting(off=(switch,))
        part = scale * (whole - rise(ensembles.read(readings, setting)))
        part_prior = scale * (whole_prior - rise(ensembles.read_prior(readings, setting)))
        rows.append(_row(f"due to {term_words(switch)}", part, part_prior, unit, signed=True))
        rows[-1]["told"] = told(part, part_prior, signed=False)
        words.append(f"{term_words(switch)} {phrase(rows[-1])}")
    span = f"{base} to {period.replace('/', '-')}" if base else period
    text = f"{capital(label)}, {span}: {phrase(rows[0])}. Taken out one at a time: "
    text += "; ".join(words) + "."
    if comparison is not None:
        text += weighed(comparison)
    result = _finish(ensembles, asked, rows, [figure], text, limits(ensembles, figure))
    parts = result.rows.iloc[1:]
    sure = parts["told"] & ((parts["low"] > 0.0) | (parts["high"] < 0.0))
    result.verdict = "answered" if bool(sure.any()) else "cannot tell"
    return result


def _contrast(ensembles: Ensembles, asked: AskedQuestion, _: Comparison | None) -> Answer:
    period = str(_extra(asked, "period"))
    places = list(asked.places)
    figures = [Figure(asked.measure or "", place) for place in places]
    terms = [
        Figure("hostility", place, None, f"term:{t}") for t in HOSTILITY_TERMS for place in places
    ]
    readings = [_reading(ensembles, figure, period) for figure in [*figures, *terms]]
    after, before = ensembles.read(readings), ensembles.read_prior(readings)
    rows: list[dict[str, object]] = []
    words = []
    n = len(places)
    unit = UNITS[asked.measure or ""]
    for k in range(1, n):
        one, other = place_name(ensembles, places[k]), place_name(ensembles, places[0])
        gap, gap_prior = after[:, k] - after[:, 0], before[:, k] - before[:, 0]
        rows.append(_row(f"{one} less {other}", gap, gap_prior, unit, signed=True))
        words.append(
            f"{one} was more hostile than {other} "
            f"with a chance of {100 * (gap > 0).mean():.0f} per cent, by {phrase(rows[-1])}"
        )
    by = []
    for t, term in enumerate(HOSTILITY_TERMS):
        if _held_at_zero(ensembles, f"hostility_{term}"):
            continue
        at = n * (t + 1)
        part = after[:, at + 1 : at + n].mean(axis=1) - after[:, at]
        part_prior = before[:, at + 1 : at + n].mean(axis=1) - before[:, at]
        rows.append(
            _row(f"of it, {term_words('hostility_' + term)}", part, part_prior, unit, signed=True)
        )
        by.append(f"{term_words('hostility_' + term)} {phrase(rows[-1])}")
    text = ". ".join(words) + ". By what, the border cities' mean against "
    text += f"{place_name(ensembles, places[0])}: " + "; ".join(by) + "."
    apart = "Three cities can tell how they differ, and hardly by what."
    return _finish(ensembles, asked, rows, [*figures], text, apart)


def _held_at_zero(ensembles: Ensembles, switch: str) -> bool:
    """Whether a term is no part of the model of this case."""
    known = ensembles.model.files.parameters.get(switch)
    return known is None or (known.prior.family == "fixed" and known.prior.arguments[0] == 0.0)
