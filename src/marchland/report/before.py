"""Before the evidence: what the priors alone would state, what could be told, what was told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from marchland.case.schema import Quantity
from marchland.inference.calibrate import NARROWER
from marchland.inference.recovery import CLASSIFIER
from marchland.inference.told import ALL
from marchland.report.charts import COLOURS, Cell, Chart, Column, Spec, Table
from marchland.report.names import Names, title, words
from marchland.report.numbers import missing, period_words, proper, rounded, stated, unit_words
from marchland.report.records import Evidence, Link
from marchland.report.strips import share_bar, stated_before
from marchland.run import RunResult

ROW_HEIGHT = 13
MOST_TARGETS = 3
MOST_MOVERS = 4
# Colour is full at a contraction of so much: what one survey tells of its own answers.
FULL = 0.7
HEAT_COLUMNS = [
    Column("target", "Target"),
    Column("parameter", "Parameter", explain="parameter"),
    Column("expected", "Contraction if only it were observed", "number"),
    Column("lost", "Contraction lost without it", "number"),
]


@dataclass(frozen=True)
class Stated:
    """A figure before the evidence."""

    record: Link
    what: str
    period: str
    unit: str
    value: str
    strip: Markup
    prior90: str
    prior98: str
    after: str
    inside: bool
    scored: bool


@dataclass(frozen=True)
class Parameter:
    """What could be told of a parameter, and what was."""

    name: str
    expected: str
    local: str
    actual: str
    verdict: str
    kind: str
    surprising: bool
    tellers: list[str]
    only: list[str]


@dataclass(frozen=True)
class Pair:
    """Two rivals, and how often the true one is chosen."""

    question: str
    rivals: str
    right: str
    interval: str
    each: str
    score: str
    sharper: str
    reason: str
    recovered: bool


@dataclass(frozen=True)
class Mover:
    """A parameter that could move a figure."""

    figure: str
    name: str
    size: str
    interval: str
    sigma: str
    unit: str
    relative: str
    strip: Markup


def view(result: RunResult, evidence: Evidence) -> dict[str, Any]:
    """What the template is given; empty lists where a run has nothing."""
    found = result.identified
    return {
        "sentence": found.sentence,
        "figures": figures(result, evidence),
        "outside": _outside(found.predicted),
        "parameters": parameters(found.table),
        "surprises": _surprises(found.table),
        "heat": heat(found.table),
        "together": found.combinations.to_dict("records"),
        "pairs": pairs(result),
        "labels": labels(result),
        "movers": movers(found.sensitivity),
    }


def figures(result: RunResult, evidence: Evidence) -> list[Stated]:
    """Every figure with what the priors alone would have stated, in the order of the case."""
    table = result.identified.predicted
    known = {q.id: q for q in result.files.quantities}
    after: dict[str, pd.Series] = {}
    if len(result.predictions):
        told = result.predictions[result.predictions["explanation"] == "posterior"]
        after = {str(row["evidence_id"]): row for _, row in told.iterrows()}
    names = Names(result.files)
    rows = []
    for _, row in table.iterrows():
        q = known.get(str(row["evidence_id"]))
        if q is not None and not missing(row["q50"]):
            rows.append(_stated(q, row, after.get(q.id), names, evidence))
    return rows


def _stated(
    q: Quantity, row: pd.Series, after: pd.Series | None, names: Names, evidence: Evidence
) -> Stated:
    scale = 100.0 if q.unit == "share" else 1.0
    told = None if after is None else (float(after["q05"]), float(after["q95"]))
    seen = tuple(None if missing(row[k]) else float(row[k]) for k in ("observed", "low", "high"))
    prior = [float(row[k]) for k in ("q01", "q05", "q50", "q95", "q99")]
    parts = (title(words(q.measure)), names.place(q.place), names.counterpart(q.counterpart))
    return Stated(
        evidence.record_link(q.id),
        ", ".join(part for part in parts if part),
        period_words(q.start, q.end),
        unit_words(q.unit),
        stated(q),
        stated_before(prior, told, seen, q.bound),  # type: ignore[arg-type]
        _span(scale * prior[1], scale * prior[3]),
        _span(scale * prior[0], scale * prior[4]),
        "" if told is None else _span(scale * told[0], scale * told[1]),
        bool(row["inside_98"]),
        bool(row["target"]),
    )


def _span(low: float, high: float) -> str:
    return f"{rounded(low)} to {rounded(high)}"


def _outside(predicted: pd.DataFrame) -> int:
    """Scored figures that the priors would hardly ever state."""
    scored = predicted[predicted["target"] != ""] if len(predicted) else predicted
    return int((~scored["inside_98"].astype(bool)).sum()) if len(scored) else 0


def parameters(table: pd.DataFrame) -> list[Parameter]:
    """Parameters with what could be told of each, those that cannot be told first."""
    whole = table[table["target"] == ALL]
    single = table[table["target"] != ALL]
    rows = []
    for _, row in whole.iterrows():
        name = str(row["parameter"])
        own = single[single["parameter"] == name]
        best = own[own["expected"] >= 0.01].nlargest(MOST_TARGETS, "expected")
        only = own[own["lost_without"] >= 0.5 * max(float(row["expected"]), NARROWER)]
        rows.append(
            Parameter(
                name,
                _two(row["expected"]),
                _two(row["local"]),
                _two(row["actual"]),
                str(row["verdict"]),
                str(row["verdict"]).replace(" ", "-"),
                _is_surprising(row),
                [f"{words(t['target'])} {t['expected']:.2f}" for t in _rows(best)],
                [words(t["target"]) for t in _rows(only.nlargest(MOST_TARGETS, "lost_without"))],
            )
        )
    order = ("cannot-be-told", "depends-on-others", "can-be-told")
    return sorted(rows, key=lambda p: order.index(p.kind))


def _is_surprising(row: pd.Series) -> bool:
    """Whether a fit told a fifth more than could be expected even locally."""
    told = float(row["actual"]) - float(row["local"])
    return bool(told >= NARROWER)


def _surprises(table: pd.DataFrame) -> list[str]:
    whole = table[table["target"] == ALL]
    return [str(row["parameter"]) for _, row in whole.iterrows() if _is_surprising(row)]


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")


def _two(value: object) -> str:
    return "" if missing(value) else proper(f"{float(value):.2f}")  # type: ignore[arg-type]


def heat(table: pd.DataFrame) -> Chart | None:
    """Targets against parameters: the darker, the more a target alone would tell."""
    told = table[(table["target"] != ALL) & (table["expected"] >= 0.01)]
    if not len(told):
        return None
    rows: list[list[Cell]] = [
        [words(r["target"]), r["parameter"], round(r["expected"], 3), round(r["lost_without"], 3)]
        for r in _rows(told)
    ]
    names = [n for n in dict.fromkeys(table["parameter"]) if n in set(told["parameter"])]
    targets = [words(str(t)) for t in dict.fromkeys(told["target"])]
    number = {"type": "quantitative", "format": ".2f"}
    spec: Spec = {
        "width": "container",
        "height": ROW_HEIGHT * len(names),
        "data": {"name": "cells"},
        "mark": {"type": "rect", "fill": COLOURS[0]},
        "encoding": {
            "x": {
                "field": "target",
                "type": "nominal",
                "sort": targets,
                "axis": {
                    "title": "target",
                    "labelAngle": -90,
                    "orient": "top",
                    "labelLimit": 170,
                    "grid": True,
                },
            },
            "y": {
                "field": "parameter",
                "type": "nominal",
                "sort": names,
                "axis": {"title": None, "labelLimit": 190, "labelFontSize": 11, "grid": True},
            },
            "opacity": {
                "field": "expected",
                "type": "quantitative",
                "scale": {"domain": [0, FULL], "range": [0.06, 1], "clamp": True},
                "legend": {
                    "title": "contraction",
                    "orient": "bottom",
                    "direction": "horizontal",
                    "symbolType": "square",
                    "symbolFillColor": COLOURS[0],
                    "symbolSize": 160,
                    "values": [0.05, 0.2, 0.4, FULL],
                },
            },
            "tooltip": [
                {"field": "target", "title": "Target"},
                {"field": "parameter", "title": "Parameter"},
                {"field": "expected", "title": "Alone", **number},
                {"field": "lost", "title": "Lost without", **number},
            ],
        },
    }
    note = "A cell is what a target alone would tell; nothing is drawn below 0.01."
    data = Table("told", "cells", "What each target tells of each parameter", HEAT_COLUMNS, rows)
    name = "What each target can tell of each parameter"
    return Chart("told", name, note, spec, [data])


def pairs(result: RunResult) -> list[Pair]:
    """Pairs of rivals, question by question."""
    recovery = result.identified.recovery
    if recovery is None:
        return []
    asked = result.files.explanations.questions
    table = recovery.table[recovery.table["method"] == CLASSIFIER]
    finer = {
        (r["question"], r["rival"], r["other"]): f"{100 * r['right']:.0f}"
        for r in _rows(table[table["sharper"] > 1.0])
    }
    rows = []
    for r in _rows(table[table["sharper"] == 1.0]):
        question = r["question"]
        one, two = (recovery.titles[question, r[key]] for key in ("rival", "other"))
        rows.append(
            Pair(
                asked[question].text,
                f"{one} or {two}",
                # Rounded down: what is not recovered must not read as 80.
                f"{math.floor(100 * r['right'])}",
                f"{100 * r['right_low']:.0f} to {100 * r['right_high']:.0f}",
                f"{100 * r['right_if_rival']:.0f}; {100 * r['right_if_other']:.0f}",
                proper(f"{r['log_score']:.2f}"),
                finer.get((question, r["rival"], r["other"]), ""),
                r["reason"],
                bool(r["recovered"]),
            )
        )
    return rows


def labels(result: RunResult) -> dict[str, str]:
    """By question, why its rivals have no probabilities; empty where they may have."""
    recovery = result.identified.recovery
    if recovery is None:
        return {}
    return {q: recovery.sentence(q) for q in result.files.explanations.questions}


def movers(table: pd.DataFrame) -> list[tuple[str, list[Mover]]]:
    """For each answer the parameters that could move its figures most."""
    found: list[tuple[str, list[Mover]]] = []
    for answer, rows in table.groupby("answer", sort=False):
        said = []
        for _, part in rows.groupby("row", sort=False):
            best = part[part["mu_star"] > 0.0].nlargest(MOST_MOVERS, "mu_star")
            said += [_mover(row) for _, row in best.iterrows()]
        found.append((words(str(answer)), said))
    return found


def _mover(row: pd.Series) -> Mover:
    log = row["scale"] == "log"
    size, low, high = (float(row[k]) for k in ("mu_star", "mu_star_low", "mu_star_high"))
    relative = float(row["relative"])
    ends = [relative * end / size for end in (low, high)]
    scale = 100.0 if row["unit"] == "share" and not log else 1.0
    return Mover(
        title(str(row["figure"])),
        str(row["parameter"]),
        rounded(scale * size, 2),
        f"{rounded(scale * low, 2)} to {rounded(scale * high, 2)}",
        rounded(scale * float(row["sigma"]), 2),
        "natural log" if log else unit_words(str(row["unit"])),
        "" if not np.isfinite(relative) else f"{relative:.2f}",
        share_bar(relative, ends[0], ends[1]),
    )
