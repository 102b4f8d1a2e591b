"""An answer in one or two plain sentences, for a reader who has a minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from marchland.answers import Answer
from marchland.report.names import title
from marchland.report.numbers import figure, rounded, unit_words

Row = Any


def headline(answer: Answer, kind: str, caveat: str = "") -> str:
    """The answer in short, each figure with its central 90 per cent interval.

    Parameters
    ----------
    answer : Answer
        With its rows: label, value, low, high, unit.
    kind : str
        Kind of the question; an answer of another kind is told in its own words.
    caveat : str
        What the case says against its own answer.
    """
    makers: dict[str, Callable[[list[Row]], str]] = {
        "level": _level,
        "scenario": _scenario,
        "contribution": _contribution,
        "contrast": _contrast,
    }
    rows = list(answer.rows.itertuples(index=False)) if len(answer.rows) else []
    if kind not in makers or not rows:
        return answer.text
    text = makers[kind](rows).strip()
    if kind == "level":
        text += _function(answer.curve)
    if kind == "contrast" and answer.details:
        text += f" {answer.details.strip()}"
    return f"{text} {caveat.strip()}".strip()


def _short(value: float, unit: str) -> str:
    """Two digits of what is uncertain by more than the third."""
    if unit.startswith(("persons", "trips")):
        return rounded(value, 2)
    if unit == "points":
        return rounded(value, 3 if abs(value) >= 1.0 else 2)
    return figure(value, unit)


def _told(row: Row, unit: str = "") -> str:
    ends = f"{_short(row.low, row.unit)} to {_short(row.high, row.unit)}"
    return f"{_short(row.value, row.unit)}{unit} ({ends})"


def _level(rows: list[Row]) -> str:
    units = [f" {unit_words(rows[0].unit)}", *[""] * len(rows)]
    parts = [
        f"in {row.label} about {_told(row, unit)}" for row, unit in zip(rows, units, strict=False)
    ]
    text = f"{title(', '.join(parts))}."
    wide = [row for row in rows if row.low > 0 and row.high / row.low > 3.0]
    if wide:
        worst = max(wide, key=lambda row: row.high / row.low)
        factor = worst.high / worst.low
        text += f" The ends of an interval lie up to a factor of {factor:.0f} apart."
    return text


def _scenario(rows: list[Row]) -> str:
    parts = []
    for row in rows:
        if row.label.endswith(": change"):
            more = "more" if row.value >= 0 else "less"
            ends = sorted((abs(row.low), abs(row.high)))
            sure = row.low > 0 or row.high < 0
            span = (
                f"{ends[0]:.0f} to {ends[1]:.0f}"
                if sure
                else f"{figure(row.low, row.unit)} to {figure(row.high, row.unit)}"
            )
            doubt = "" if sure else ", so perhaps no change at all"
            parts.append(
                f"{title(row.label.removesuffix(': change'))}: "
                f"{abs(row.value):.0f} per cent {more} ({span}){doubt}{_assumed(row)}."
            )
    return " ".join(parts)


def _assumed(row: Row) -> str:
    """A figure that the evidence did not narrow is what was assumed."""
    return "" if row.told else ", as assumed: the evidence does not narrow it"


def _function(curve: pd.DataFrame) -> str:
    """How far the figure can be told by bands of another one, at the last time."""
    if not len(curve):
        return ""
    last = curve[curve["time"] == curve["time"].iloc[-1]]
    bands = [
        f"{100 * row['from']:.0f} to {100 * row['to']:.0f} per cent" for _, row in last.iterrows()
    ]
    time = last["time"].iloc[0]
    if len(bands) == 1:
        return (
            f" As a function it cannot be told for {time}: nearly all draws have a share of "
            f"{bands[0]}."
        )
    return f" By that share in {time}, see the chart: draws fall into {', '.join(bands)}."


def _contribution(rows: list[Row]) -> str:
    whole, parts = rows[0], rows[1:]
    text = f"{title(whole.label)}: {_told(whole, ' ' + unit_words(whole.unit))}."
    sure = [row for row in parts if row.low > 0 or row.high < 0]
    open_ = [row for row in parts if row not in sure]

    def name(row: Row) -> str:
        return f"{row.label.removeprefix('due to ')} {_told(row)}"

    if sure:
        parts_told = "; ".join(name(row) + _assumed(row) for row in sure)
        text += f" Taken out one at a time, which need not add up: {parts_told}."
    if open_:
        text += (
            f" Of either sign, so nothing that can be told: {'; '.join(name(r) for r in open_)}."
        )
    return text


def _contrast(rows: list[Row]) -> str:
    gaps = [row for row in rows if " less " in row.label and not row.label.startswith("of it")]
    terms = [row for row in rows if row.label.startswith("of it")]
    text = ""
    for row in gaps:
        one, other = row.label.split(" less ", 1)
        sure = row.low > 0 or row.high < 0
        more = "more" if row.value >= 0 else "less"
        text += f"{one} {'' if sure else 'perhaps '}{more} than {other}, by {_told(row)}. "
    sure_terms = [row for row in terms if row.low > 0 or row.high < 0]
    names = [f"{row.label.removeprefix('of it, ')} {_told(row)}" for row in sure_terms]
    if terms and names:
        text += f"Of the causes only {' and '.join(names)} has a sure sign. "
    elif terms:
        text += "None of the causes has a sure sign. "
    return f"{text}In {unit_words(gaps[0].unit if gaps else rows[0].unit)}."
