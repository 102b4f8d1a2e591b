"""What if: every scenario against the baseline, and the paired difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marchland.case import CaseFiles
from marchland.case.settings import Change, DriverChange, RuleChange, Scenario
from marchland.report.charts import short
from marchland.report.lines import Key
from marchland.report.names import Names, words
from marchland.report.numbers import figure, period_words, unit_words
from marchland.run import RunResult

Json = dict[str, Any]
FAN = ("q05", "q25", "q50", "q75", "q95")
MOST_LINES = 24
BASELINE = "baseline"


@dataclass(frozen=True)
class Effect:
    """Where a scenario moves a line most."""

    line: str
    label: str
    time: str
    change: str
    interval: str
    unit: str
    sure: bool
    fragment: str


@dataclass(frozen=True)
class Shown:
    """A scenario with what it changes and what that moves."""

    name: str
    title: str
    why: str
    changes: list[str]
    effects: list[Effect]


@dataclass(frozen=True)
class WhatIf:
    """The view of the scenarios."""

    scenarios: list[Shown]
    lines: list[tuple[str, str]]


class Scenarios:
    """Scenarios of a run: which lines they move, and by how much.

    Parameters
    ----------
    result : RunResult
        What the run found.
    """

    def __init__(self, result: RunResult) -> None:
        self._result = result
        self._files: CaseFiles = result.files
        self._names = Names(result.files)
        self._frames = dict(_frames(result.series, list(result.files.scenarios)))
        self._keys = self._chosen()

    def view(self) -> WhatIf:
        """What the page says of every scenario."""
        shown = [
            Shown(
                name,
                scenario.title,
                scenario.why or "",
                list(self._changes(scenario)),
                list(self._effects(name)),
            )
            for name, scenario in self._files.scenarios.items()
            if any((name, key) in self._frames for key in self._keys)
        ]
        return WhatIf(shown, [(key.explain, self._label(key)) for key in self._keys])

    def island(self) -> Json:
        """Quantiles of all lines of the view, by scenario, for the page's script."""
        scenarios = {name: s.title for name, s in self._files.scenarios.items()}
        kinds = [BASELINE, *scenarios, *(f"{name} - {BASELINE}" for name in scenarios)]
        return {
            "titles": scenarios,
            "quantiles": list(FAN),
            "lines": [
                {
                    "key": key.explain.removeprefix("line:"),
                    "label": self._label(key),
                    "unit": unit_words(self._unit(key)),
                    "share": self._unit(key) == "share",
                    **{part: value or "" for part, value in zip(key._fields, key, strict=True)},
                }
                for key in self._keys
            ],
            "series": {kind: [self._drawn(kind, key) for key in self._keys] for kind in kinds},
        }

    def _drawn(self, kind: str, key: Key) -> Json | None:
        """A line's fan; None where the scenario leaves the line as it was."""
        name = kind.removesuffix(f" - {BASELINE}")
        difference = self._frames.get((f"{name} - {BASELINE}", key))
        if difference is not None and not (difference[list(FAN)] != 0.0).any(axis=None):
            return None
        return _fan(self._frames.get((kind, key)))

    def _label(self, key: Key) -> str:
        return self._names.line(*key)

    def _unit(self, key: Key) -> str:
        frame = self._frames.get((BASELINE, key))
        return "" if frame is None else str(frame["unit"].iloc[0])

    def _chosen(self) -> list[Key]:
        """Lines that questions ask for, then those that a scenario moves most."""
        asked = {
            (row["measure"], row["place"])
            for q in self._files.config.questions
            for row in (q.model_extra or {}).get("figures") or []
        }
        weights: dict[Key, float] = {}
        for (kind, key), frame in self._frames.items():
            if kind.endswith(f" - {BASELINE}") and not (key.counterpart or "").startswith(
                "status:"
            ):
                base = self._frames.get((BASELINE, key))
                weights[key] = max(weights.get(key, 0.0), _moved(frame, base))
        moved = [key for key, weight in weights.items() if weight > 0.0]
        moved.sort(key=lambda key: ((key.measure, key.place) not in asked, -weights[key]))
        return self._distinct(moved)[:MOST_LINES]

    def _distinct(self, keys: list[Key]) -> list[Key]:
        """Without a whole that is the same as its only part."""
        kept: list[Key] = []
        for key in keys:
            frame = self._frames.get((BASELINE, key))
            if not any(_same(frame, self._frames.get((BASELINE, other))) for other in kept):
                kept.append(key)
        return kept

    def _changes(self, scenario: Scenario) -> Iterator[str]:
        for change in scenario.changes:
            when = period_words(change.start, change.end)
            yield f"{_what(change)}{', ' + when if when else ''}"

    def _effects(self, name: str) -> Iterator[Effect]:
        for key in self._keys:
            frame = self._frames.get((f"{name} - {BASELINE}", key))
            if frame is None or not (frame["q50"] != 0.0).any():
                continue
            row = frame.iloc[int(frame["q50"].abs().to_numpy().argmax())]
            unit = str(row["unit"])
            low, high = figure(row["q05"], unit), figure(row["q95"], unit)
            shown = "percentage points" if unit == "share" else unit_words(unit)
            yield Effect(
                key.explain,
                self._label(key),
                str(row["time"]),
                figure(row["q50"], unit),
                f"{low} to {high}",
                shown,
                bool(row["q05"] > 0 or row["q95"] < 0),
                f"#view=whatif&scenario={name}&line={key.explain.removeprefix('line:')}",
            )


def _what(change: Change) -> str:
    """A change in words: ``rule at CHN-RUS: visa 0``."""
    if isinstance(change, RuleChange):
        return f"rule at {change.rule}: " + ", ".join(f"{k} {v:g}" for k, v in change.set.items())
    if isinstance(change, DriverChange):
        way = next(n for n in ("set", "scale", "add") if getattr(change, n) is not None)
        value = getattr(change, way)
        said = {"set": f"{value:g}", "scale": f"times {value:g}", "add": f"{value:+g}"}[way]
        place = f", {change.place}" if change.place else ""
        return f"driver {words(change.driver)}{place}: {said}"
    return f"term {words(change.switch)}: {'on' if change.set else 'off'}"


def _frames(
    series: pd.DataFrame, scenarios: list[str]
) -> Iterator[tuple[tuple[str, Key], pd.DataFrame]]:
    if not len(series):
        return
    kinds = [BASELINE, *scenarios, *(f"{name} - {BASELINE}" for name in scenarios)]
    chosen = series[series["scenario"].isin(kinds) & (series["explanation"] == "posterior")]
    columns = ["scenario", "measure", "place", "group", "counterpart"]
    filled = [chosen[c].astype("string").fillna("") for c in columns]
    for values, frame in chosen.groupby(filled, sort=False):
        kind, measure, place, group, other = (str(v) for v in values)
        yield (kind, Key(measure, place, group or None, other or None)), frame


def _moved(difference: pd.DataFrame, base: pd.DataFrame | None) -> float:
    """How far a scenario moves a line, in widths of the line's own interval."""
    if base is None:
        return 0.0
    width = float((base["q95"] - base["q05"]).median())
    size = float(base["q50"].abs().median())
    scale = max(width, 0.05 * size)
    return float(difference["q50"].abs().max()) / scale if scale > 0.0 else 0.0


def _same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    if one is None or other is None or len(one) != len(other):
        return False
    return bool((one["q50"].to_numpy() == other["q50"].to_numpy()).all()) and str(
        one["measure"].iloc[0]
    ) == str(other["measure"].iloc[0])


def _fan(frame: pd.DataFrame | None) -> Json | None:
    """First quarter and quantiles as lists; a quarter without a value is None."""
    if frame is None:
        return None
    rows = {str(row["time"]): row for _, row in frame.iterrows()}
    quarters = _between(min(rows), max(rows))
    return {
        "first": quarters[0],
        **{
            q: [short(rows[quarter][q]) if quarter in rows else None for quarter in quarters]
            for q in FAN
        },
    }


def _between(first: str, last: str) -> list[str]:
    """Quarters from one to another, both included: 1994Q4 to 1995Q2 are three."""
    start, end = (4 * int(q[:4]) + int(q[5]) - 1 for q in (first, last))
    return [f"{n // 4}Q{n % 4 + 1}" for n in range(start, end + 1)]
