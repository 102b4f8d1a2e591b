"""Charts: their data as tables, their drawing as Vega-Lite specifications.

The page holds every chart's data once, as a table; the script reads the table, so that picture,
table and download cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from marchland.report.lines import Lines, Observed
from marchland.report.numbers import plain, unit_words

Spec = dict[str, Any]
# Okabe and Ito's colours, told apart by colour-blind readers; dashes repeat what colour says.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7F7F7F", "#B58900"]
DASHES = [[1, 0], [7, 3], [2, 2], [8, 3, 2, 3], [4, 4], [12, 3]]
MOST_LINES = len(COLOURS)
FROM_ZERO = ("persons", "trips_per_year", "persons_per_year", "usd_billion", "usd_billion_per_year")
HEIGHT = 260


@dataclass(frozen=True)
class Column:
    """A column of a chart's table; the kind tells the script how to read a cell."""

    name: str
    heading: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Data of a chart, cells as text; an empty cell is an absent value."""

    name: str
    caption: str
    columns: list[Column]
    rows: list[list[str]]
    links: str | None = None


@dataclass(frozen=True)
class Entry:
    """A line of the legend, which the page writes as text beside a sample of the stroke."""

    label: str
    colour: str
    dash: str


def legend(labels: list[str], *, dashed: bool = True) -> list[Entry]:
    """Legend of the lines of a chart; a single line needs none."""
    if len(labels) < 2:
        return []
    dashes = [" ".join(map(str, dash)) if dashed else "" for dash in DASHES]
    return [Entry(*entry) for entry in zip(labels, COLOURS, dashes, strict=False)]


@dataclass(frozen=True)
class Chart:
    """A chart with what a reader needs where it cannot be seen.

    Parameters
    ----------
    id, title, note : str
        Anchor, title and what to mind.
    spec : dict
        Vega-Lite, with data by the names of the tables.
    tables : list of Table
        The data.
    legend : list of Entry
        What tells the lines apart.
    """

    id: str
    title: str
    note: str
    spec: Spec
    tables: list[Table] = field(default_factory=list)
    legend: list[Entry] = field(default_factory=list)


LINE_COLUMNS = [
    Column("line", "Line"),
    Column("time", "Quarter", "quarter"),
    Column("low", "5 %", "number"),
    Column("median", "Median", "number"),
    Column("high", "95 %", "number"),
]
OBSERVED_COLUMNS = [
    Column("record", "Record"),
    Column("line", "Line"),
    Column("start", "From", "date"),
    Column("end", "To", "date"),
    Column("value", "Value", "number"),
    Column("low", "Low", "number"),
    Column("high", "High", "number"),
    Column("bound", "Bound"),
    Column("use", "Use"),
]


def time_chart(
    name: str,
    title: str,
    parts: list[tuple[str, pd.DataFrame]],
    unit: str,
    *,
    observed: list[tuple[str, Observed]] | None = None,
    note: str = "",
) -> Chart:
    """Chart of lines through time: medians with bands that hold nine tenths of the draws.

    Parameters
    ----------
    name, title, note : str
        As in `Chart`.
    parts : list of (label, frame)
        Lines, at most six, with columns time, q05, q50 and q95.
    unit : str
        Unit of the values.
    observed : list of (label, Observed)
        Stated figures of the same unit.
    """
    labels = list(dict.fromkeys(label for label, _ in parts))
    tables = [Table(f"{name}-lines", f"{title}: lines", LINE_COLUMNS, _line_rows(parts))]
    seen = observed or []
    layers = _line_layers(labels, unit)
    if seen:
        rows = [_observed_row(label, o) for label, o in seen]
        tables.append(
            Table(f"{name}-observed", f"{title}: stated figures", OBSERVED_COLUMNS, rows, "record")
        )
        layers += _observed_layers()
    spec: Spec = {"width": "container", "height": HEIGHT, "layer": layers}
    return Chart(name, title, note, spec, tables, legend(labels))


def of_lines(
    lines: Lines, name: str, title: str, keys: list[tuple[str, Any]], **more: Any
) -> Chart:
    """Time chart of baseline lines with the stated figures on them."""
    frames = [(label, lines.frame(key)) for label, key in keys]
    observed = [(label, o) for label, key in keys for o in lines.observed(key)]
    parts = [(label, frame) for label, frame in frames if frame is not None]
    return time_chart(name, title, parts, lines.unit(keys[0][1]), observed=observed, **more)


def _line_rows(parts: list[tuple[str, pd.DataFrame]]) -> list[list[str]]:
    return [
        [label, str(row.time), plain(row.q05), plain(row.q50), plain(row.q95)]
        for label, frame in parts
        for row in frame[["time", "q05", "q50", "q95"]].itertuples(index=False)
    ]


def _observed_row(label: str, o: Observed) -> list[str]:
    numbers = [plain(n, 10) for n in (o.value, o.low, o.high)]
    return [o.record, label, o.start or "", o.end or "", *numbers, o.bound, o.use]


def value_axis(unit: str) -> Spec:
    """Axis of values, with its unit as title."""
    heading = "share" if unit == "share" else unit_words(unit)
    axis: Spec = {"title": heading, "format": "~%" if unit == "share" else ",~f"}
    if unit in ("persons", "trips_per_year", "persons_per_year"):
        axis["format"] = ",.0f"
    return axis


def _time(field_name: str) -> Spec:
    return {
        "field": field_name,
        "type": "temporal",
        "scale": {"type": "utc", "nice": False},
        "axis": {"title": "year", "format": "%Y", "labelOverlap": True, "tickCount": 8},
    }


def _value(field_name: str, unit: str = "") -> Spec:
    return {
        "field": field_name,
        "type": "quantitative",
        "axis": value_axis(unit),
        "scale": {"zero": unit in FROM_ZERO},
    }


def _line_layers(labels: list[str], unit: str) -> list[Spec]:
    scale = {"domain": labels, "range": COLOURS[: len(labels)]}
    dashes = {"domain": labels, "range": DASHES[: len(labels)]}
    colour = {"field": "line", "type": "nominal", "scale": scale, "legend": None}
    dash = {"field": "line", "type": "nominal", "scale": dashes, "legend": None}
    number = ".4~g" if unit not in FROM_ZERO[:3] else ",.0f"
    tooltip = [
        {"field": "line", "title": "Line"},
        {"field": "quarter", "title": "Quarter"},
        {"field": "median", "type": "quantitative", "title": "Median", "format": number},
        {"field": "low", "type": "quantitative", "title": "5 %", "format": number},
        {"field": "high", "type": "quantitative", "title": "95 %", "format": number},
    ]
    segment = {"field": "segment"}
    band = {
        "data": {"name": "lines"},
        "mark": {"type": "area", "opacity": 0.2},
        "encoding": {
            "x": _time("time"),
            "y": _value("low", unit),
            "y2": {"field": "high"},
            "color": colour,
            "detail": segment,
        },
    }
    line = {
        "data": {"name": "lines"},
        "mark": {"type": "line", "strokeWidth": 2, "strokeCap": "round"},
        "encoding": {
            "x": _time("time"),
            "y": _value("median", unit),
            "color": colour,
            "strokeDash": dash,
            "detail": segment,
            "tooltip": tooltip,
        },
    }
    return [band, line]


def _observed_layers() -> list[Spec]:
    ink = {"value": "currentColor"}
    tooltip = [
        {"field": "record", "title": "Record"},
        {"field": "start", "type": "temporal", "title": "From", "format": "%Y-%m-%d"},
        {"field": "end", "type": "temporal", "title": "To", "format": "%Y-%m-%d"},
        {"field": "value", "type": "quantitative", "title": "Value", "format": ",.6~g"},
        {"field": "low", "type": "quantitative", "title": "Low", "format": ",.6~g"},
        {"field": "high", "type": "quantitative", "title": "High", "format": ",.6~g"},
        {"field": "bound", "title": "Bound"},
        {"field": "use", "title": "Use"},
    ]
    shape = {
        "field": "bound",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": ["exact", "about", "range", "more_than", "at_least", "less_than", "at_most"],
            "range": [
                *(["circle"] * 3),
                *(["triangle-up"] * 2),
                *(["triangle-down"] * 2),
            ],
        },
    }
    data = {"name": "observed"}
    span = {
        "data": data,
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {
            "x": _time("start"),
            "x2": {"field": "end"},
            "y": _value("value"),
            "stroke": ink,
        },
    }
    ends = {
        "data": data,
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {
            "x": _time("middle"),
            "y": _value("low"),
            "y2": {"field": "high"},
            "stroke": ink,
        },
    }
    dot = {
        "data": data,
        "mark": {"type": "point", "size": 60, "filled": True, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            "x": _time("middle"),
            "y": _value("value"),
            "shape": shape,
            "fill": ink,
            "href": {"field": "href"},
            "tooltip": tooltip,
        },
    }
    return [span, ends, dot]


CURVE_COLUMNS = [
    Column("time", "Time"),
    Column("band", "Band of the other figure"),
    Column("draws", "Draws", "number"),
    Column("low", "5 %", "number"),
    Column("median", "Median", "number"),
    Column("high", "95 %", "number"),
]


def curve_chart(name: str, title: str, curve: pd.DataFrame, unit: str, other: str) -> Chart:
    """Chart of a figure by bands of another one.

    Parameters
    ----------
    name, title : str
        As in `Chart`.
    curve : DataFrame
        time, from, to, draws, q05, q50, q95; a band with too few draws has no row.
    unit : str
        Unit of the figure.
    other : str
        What the bands are of.
    """
    rows = [
        [
            str(row["time"]),
            f"{plain(100 * row['from'])} to {plain(100 * row['to'])} %",
            str(int(row["draws"])),
            *(plain(row[q]) for q in ("q05", "q50", "q95")),
        ]
        for _, row in curve.iterrows()
    ]
    edges = curve.sort_values(["from", "to"])[["from", "to"]].drop_duplicates()
    bands = [f"{plain(100 * a)} to {plain(100 * b)} %" for a, b in edges.itertuples(index=False)]
    times = list(dict.fromkeys(row[0] for row in rows))
    colour = {
        "field": "time",
        "type": "nominal",
        "scale": {"domain": times, "range": COLOURS[: len(times)]},
        "legend": None,
    }
    across = {
        "x": {
            "field": "band",
            "type": "nominal",
            "sort": bands,
            "title": other,
            "axis": {"labelAngle": 0},
        },
        "xOffset": {"field": "time", "type": "nominal", "sort": times},
        "color": colour,
    }
    y = _value("low", unit)
    spec: Spec = {
        "width": "container",
        "height": HEIGHT,
        "data": {"name": "lines"},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 7, "opacity": 0.35},
                "encoding": {**across, "y": y, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "size": 70, "filled": True, "opacity": 1},
                "encoding": {
                    **across,
                    "y": _value("median", unit),
                    "shape": {"field": "time", "type": "nominal", "legend": None},
                    "tooltip": [
                        {
                            "field": c.name,
                            "title": c.heading,
                            "type": "quantitative",
                            "format": ",.4~g",
                        }
                        if c.kind == "number"
                        else {"field": c.name, "title": c.heading}
                        for c in CURVE_COLUMNS
                    ],
                },
            },
        ],
    }
    note = "A band that few draws fall into has no mark: nothing is known of it."
    data = Table(f"{name}-lines", title, CURVE_COLUMNS, rows)
    return Chart(name, title, note, spec, [data], legend(times, dashed=False))
