"""What makes up a figure: stocks by status, hostility and alignment by term, surveys by answer."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from marchland.case import CaseFiles
from marchland.report.charts import (
    COLOURS,
    HEIGHT,
    LINE_COLUMNS,
    MOST_LINES,
    Cell,
    Chart,
    Column,
    Spec,
    Table,
    legend,
    short,
    value_axis,
)
from marchland.report.lines import Key, Lines
from marchland.report.names import Names, anchor, title, words
from marchland.report.numbers import period_words, unit_words
from marchland.run import RunResult

MOST_PLACES = 8
TOTAL_COLUMNS = [*LINE_COLUMNS[:2], Column("mean", "Mean", "number"), *LINE_COLUMNS[2:]]
PART_COLUMNS = [Column("line", "Part"), *TOTAL_COLUMNS[1:]]
ANSWER_COLUMNS = [
    Column("record", "Record", explain="record"),
    Column("city", "Place"),
    Column("answer", "Answer"),
    Column("stated", "Stated, %", "number"),
    Column("low", "Predicted 5 %, %", "number"),
    Column("median", "Predicted median, %", "number"),
    Column("high", "Predicted 95 %, %", "number"),
    Column("use", "Use"),
]


class Makeup:
    """Charts of what makes up the figures of one run."""

    def __init__(self, result: RunResult, lines: Lines) -> None:
        self._result = result
        self._files: CaseFiles = result.files
        self._lines = lines
        self._names = Names(result.files)

    def stocks(self) -> list[Chart]:
        """People away from home by status, a chart a place and group, the fullest first."""
        keys = [
            key
            for key in self._lines.of()
            if key.measure == "migrants_stock" and not key.counterpart and not self._lines.zero(key)
        ]
        keys = [key for key in keys if len(self._lines.parts(key, "status:")) > 1]
        asked = {q.place for q in self._files.config.questions if q.measure == "migrants_stock"}
        keys = self._distinct(keys)
        keys.sort(key=lambda key: (key.place not in asked, -self._size(key)))
        note = (
            "Coloured: means by status, which add up to the mean of all. "
            "Dashed: 5 and 95 per cent of all. The mean lies above the median of the answers, "
            "since few draws have very many."
        )
        return [
            self._stack(key, "status:", "area", note, anchor("stock", f"{key.place}-{key.group}"))
            for key in keys[:MOST_PLACES]
        ]

    def hostility(self) -> list[Chart]:
        """Hostility of every host region split into its terms, regions of the questions first."""
        asked = [
            place for q in self._files.config.questions if q.measure == "hostility"
            for place in q.places
        ]  # fmt: skip
        known = self._lines.places("hostility")
        held = {self._names.nearest(place, known): place for place in asked}
        keys = [Key("hostility", place) for place in known]
        keys = [key for key in keys if len(self._lines.parts(key)) > 1]
        keys.sort(key=lambda key: (key.place not in held, -self._size(key)))
        note = (
            "Bars: means of the terms, below zero where a term lowers it, pale where the central "
            "90 per cent of the draws hold either sign. Line: median of all. One scale for all."
        )
        charts = []
        reach = self._reach(keys[:MOST_PLACES])
        for key in keys[:MOST_PLACES]:
            stands = held.get(key.place)
            more = f" (for {self._names.place(stands)})" if stands and stands != key.place else ""
            name = anchor("hostility", key.place)
            charts.append(self._stack(key, "term:", "bar", note, name, more=more, reach=reach))
        return charts

    def ledger(self) -> list[Chart]:
        """The ledger of every pair's alignment, quarter by quarter."""
        note = (
            "Bars: means of the terms of the weaker side's wish, in points of utility, apart from "
            "its constant; pale where the central 90 per cent of the draws hold either sign, so "
            "that the evidence does not tell even the direction. Line: median of the alignment "
            "that follows the wish, between −1 and 1."
        )
        keys = [
            key for key in self._lines.of() if key.measure == "alignment" and not key.counterpart
        ]
        return [
            self._stack(key, "term:", "bar", note, anchor("ledger", key.place))
            for key in keys
            if self._lines.parts(key)
        ]

    def surveys(self) -> list[Chart]:
        """Answers to each question of a survey, place by place, against what is predicted."""
        table = self._result.predictions
        if not len(table):
            return []
        rows = table[(table["measure"] == "survey_share") & (table["explanation"] == "posterior")]
        found: dict[str, list[list[Cell]]] = {}
        for _, row in rows.iterrows():
            question, _, answer = str(row["counterpart"]).partition(":")
            found.setdefault(question, []).append(
                [
                    str(row["evidence_id"]),
                    self._names.place(row["place"]),
                    words(answer) or words(question),
                    *(_percent(row[name]) for name in ("observed", "q05", "q50", "q95")),
                    str(row["use"]),
                ]
            )
        return [self._survey(question, cells) for question, cells in found.items()]

    def _size(self, key: Key) -> float:
        frame = self._lines.frame(key)
        return 0.0 if frame is None else float(frame["q50"].abs().max())

    def _distinct(self, keys: list[Key]) -> list[Key]:
        """Without a whole that is no more than its part: the innermost place stays."""
        kept: list[Key] = []
        for key in sorted(keys, key=lambda key: -self._names.depth(key.place)):
            if not any(key[2] == other[2] and self._lines.same(key, other) for other in kept):
                kept.append(key)
        return kept

    def _reach(self, keys: list[Key]) -> tuple[float, float] | None:
        """One scale for the stacks of all these lines: how far they go down and up."""
        low, high = 0.0, 0.0
        for key in keys:
            frames = [self._lines.frame(part) for part in self._lines.parts(key)]
            means = [frame.set_index("time")["mean"] for frame in frames if frame is not None]
            if means:
                table = pd.concat(means, axis=1)
                low = min(low, float(table.clip(upper=0.0).sum(axis=1).min()))
                high = max(high, float(table.clip(lower=0.0).sum(axis=1).max()))
        return (low, high) if low < high else None

    def _stack(
        self,
        key: Key,
        kind: str,
        mark: str,
        note: str,
        name: str,
        *,
        more: str = "",
        reach: tuple[float, float] | None = None,
    ) -> Chart:
        parts = self._lines.parts(key, kind)[:MOST_LINES]
        labels = [self._label(part, kind) for part in parts]
        unit = self._lines.unit(key)
        heading = self._names.line(key.measure, key.place, key.group) + more
        heading += ": by status" if kind == "status:" else ": its terms"
        where = f"{heading}, in {unit_words(unit)}"
        rows = [
            row
            for label, part in zip(labels, parts, strict=True)
            for row in self._rows(label, part)
        ]
        whole = list(self._rows("All", key))
        tables = [
            Table(f"{name}-parts", "parts", where, PART_COLUMNS, rows),
            Table(f"{name}-all", "lines", f"{where}: all", TOTAL_COLUMNS, whole),
        ]
        spec: Spec = {
            "width": "container",
            "height": HEIGHT,
            "layer": _stack_layers(labels, mark, _axis_title(key, unit), unit, reach),
        }
        ways = dict(zip(labels, (part.explain for part in parts), strict=True))
        entries = legend(labels, dashed=False, explain=ways)
        return Chart(name, heading, note, spec, tables, entries, key.explain)

    def _label(self, part: Key, kind: str) -> str:
        text = part.counterpart or ""
        if kind == "term:":
            return title(self._names.term(text))
        return title(words(text.removeprefix(kind)))

    def _rows(self, label: str, key: Key) -> Iterator[list[Cell]]:
        frame = self._lines.frame(key)
        if frame is None:
            return
        for row in frame[["time", "mean", "q05", "q50", "q95"]].itertuples(index=False):
            numbers = [short(n) for n in (row.mean, row.q05, row.q50, row.q95)]
            yield [label, str(row.time), *numbers]

    def _survey(self, question: str, rows: list[list[Cell]]) -> Chart:
        cities = list(dict.fromkeys(str(row[1]) for row in rows))
        answers = list(dict.fromkeys(str(row[2]) for row in rows))
        quantities = {q.id: q for q in self._files.quantities}
        known = [quantities[str(row[0])] for row in rows if str(row[0]) in quantities]
        when = ", ".join(dict.fromkeys(period_words(q.start, q.end) for q in known))
        name = anchor("survey", question)
        titles = self._files.observation.structure.get("survey_titles", {})
        heading = f"{titles.get(question) or title(words(question))}, {when}"
        note = (
            "Mark: share of answers that the source states, per cent of those asked. Bar: central "
            "90 per cent of what the model expects a survey of that size to state."
        )
        table = Table(name, "answers", heading, ANSWER_COLUMNS, rows)
        spec = _survey_spec(cities, answers)
        return Chart(name, heading, note, spec, [table], [], "measure:survey_share", steady=True)


def _axis_title(key: Key, unit: str) -> str:
    """Unit of the axis; the ledger has two."""
    if key.measure == "alignment":
        return "utility (bars), alignment (line)"
    return unit_words(unit)


def _percent(share: object) -> float | None:
    number = short(share, 10)
    return None if number is None else short(100.0 * number)


def _stack_layers(
    labels: list[str], mark: str, heading: str, unit: str, reach: tuple[float, float] | None
) -> list[Spec]:
    scale = {"domain": labels, "range": COLOURS[: len(labels)]}
    time: Spec = {
        "field": "time",
        "type": "temporal",
        "scale": {"type": "utc", "nice": False},
        "axis": {"title": "year", "format": "%Y", "labelOverlap": True, "tickCount": 8},
    }
    parts: Spec = {
        "data": {"name": "parts"},
        "mark": {"type": mark, "opacity": 0.85} if mark == "area" else {"type": mark},
        "encoding": {
            "x": time,
            "y": {
                "field": "mean",
                "type": "quantitative",
                "stack": True,
                "axis": value_axis(unit) | {"title": heading},
                "scale": {"domain": list(reach), "nice": True} if reach else {},
            },
            "color": {"field": "line", "type": "nominal", "scale": scale, "legend": None},
            "order": {"field": "line", "sort": "ascending"},
            "tooltip": [
                {"field": "line", "title": "Part"},
                {"field": "quarter", "title": "Quarter"},
                *(
                    {"field": n, "type": "quantitative", "title": h, "format": ",.4~g"}
                    for n, h in (("mean", "Mean"), ("low", "5 %"), ("high", "95 %"))
                ),
            ],
        },
    }
    if mark == "bar":
        # A mean alone would look sure of itself.
        parts["encoding"]["opacity"] = {
            "condition": {"test": "datum.low > 0 || datum.high < 0", "value": 0.95},
            "value": 0.4,
        }
        parts["mark"] |= {"width": {"band": 1}, "binSpacing": 0}
        parts["encoding"]["x"] = time | {"timeUnit": "utcyearquarter", "bandPosition": 0.5}
    all_lines = [("median", [1, 0], 2.0)] if mark == "bar" else []
    if mark == "area":
        all_lines += [("low", [3, 3], 1.2), ("high", [3, 3], 1.2)]
    totals = [
        {
            "data": {"name": "lines"},
            "mark": {"type": "line", "strokeWidth": width, "strokeDash": dash},
            "encoding": {
                "x": time,
                "y": {"field": name, "type": "quantitative"},
                "stroke": {"value": "currentColor"},
                "detail": {"field": "segment"},
            },
        }
        for name, dash, width in all_lines
    ]
    return [parts, *totals]


def _survey_spec(cities: list[str], answers: list[str]) -> Spec:
    across: Spec = {
        "type": "quantitative",
        "scale": {"domainMin": 0},
        "axis": {"title": "per cent of those asked", "tickCount": 5},
    }
    down = {"field": "answer", "type": "nominal", "sort": answers, "title": None}
    tooltip = [
        {"field": c.name, "title": c.heading}
        | ({"type": "quantitative", "format": ".3~g"} if c.kind == "number" else {})
        for c in ANSWER_COLUMNS
    ]
    bar: Spec = {
        "mark": {"type": "rule", "strokeWidth": 9, "opacity": 0.35, "color": COLOURS[0]},
        "encoding": {
            "x": across | {"field": "low"},
            "x2": {"field": "high"},
            "y": down,
            "tooltip": tooltip,
        },
    }
    middle: Spec = {
        "mark": {"type": "tick", "thickness": 2, "size": 12, "color": COLOURS[0]},
        "encoding": {"x": across | {"field": "median"}, "y": down},
    }
    stated: Spec = {
        "mark": {"type": "point", "size": 55, "filled": True, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            "x": across | {"field": "stated"},
            "y": down,
            "fill": {"value": "currentColor"},
            "shape": {
                "field": "use",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": ["calibrate", "check"], "range": ["circle", "diamond"]},
            },
            "tooltip": tooltip,
        },
    }
    return {
        "data": {"name": "answers"},
        "facet": {
            "field": "city",
            "type": "nominal",
            "sort": cities,
            "columns": min(len(cities), 3),
            "title": None,
        },
        "columns": min(len(cities), 3),
        "spec": {"width": 170, "height": {"step": 19}, "layer": [bar, middle, stated]},
        "autosize": {"type": "pad"},
    }
