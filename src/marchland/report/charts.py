"""Charts: their data as tables, their drawing as Vega-Lite specifications.

The page holds every chart's data once; picture, table and download are all made from it, so
that they cannot differ.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from marchland.report.lines import Lines, Observed
from marchland.report.numbers import missing, plain, unit_words

Spec = dict[str, Any]
# Okabe and Ito's colours, told apart by colour-blind readers; dashes repeat what colour says.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7F7F7F", "#B58900"]
DASHES = [[1, 0], [7, 3], [2, 2], [8, 3, 2, 3], [4, 4], [12, 3]]
MOST_LINES = len(COLOURS)
FROM_ZERO = ("persons", "trips_per_year", "persons_per_year", "usd_billion", "usd_billion_per_year")
HEIGHT = 260


Cell = str | float | None


@dataclass(frozen=True)
class Column:
    """A column of a chart's table; the kind tells the script how to read a cell.

    `explain` is the kind of thing that the cells name, such as ``record``, where a reader may
    ask for what stands behind it.
    """

    name: str
    heading: str
    kind: str = "text"
    explain: str = ""


@dataclass(frozen=True)
class Table:
    """Data of a chart; None is an absent value, never zero.

    Parameters
    ----------
    name : str
        Name of the file that a reader saves it as.
    role : str
        Name of the data in the chart's specification.
    """

    name: str
    role: str
    caption: str
    columns: list[Column]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Entry:
    """A line of the legend, which the page writes as text beside a sample of the stroke."""

    label: str
    colour: str
    dash: str
    explain: str = ""


def legend(
    labels: list[str], *, dashed: bool = True, explain: dict[str, str] | None = None
) -> list[Entry]:
    """Legend of the lines of a chart; a single line needs none."""
    if len(labels) < 2:
        return []
    ways = explain or {}
    dashes = [" ".join(map(str, dash)) if dashed else "" for dash in DASHES]
    return [
        Entry(label, colour, dash, ways.get(label, ""))
        for label, colour, dash in zip(labels, COLOURS, dashes, strict=False)
    ]


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
    explain : str
        What a reader who asks where the chart comes from is shown.
    steady : bool
        Whether its time axis stays as it is when a reader chooses a period.
    """

    id: str
    title: str
    note: str
    spec: Spec
    tables: list[Table] = field(default_factory=list)
    legend: list[Entry] = field(default_factory=list)
    explain: str = ""
    steady: bool = False

    def json(self) -> Spec:
        """Specification and data, for the page's script."""
        return {
            "spec": self.spec,
            "steady": self.steady,
            "tables": [
                {
                    "name": table.name,
                    "role": table.role,
                    "caption": table.caption,
                    "columns": [asdict(column) for column in table.columns],
                    **_packed(table),
                }
                for table in self.tables
            ],
        }


def _packed(table: Table) -> Spec:
    """Rows, or by line where the second column is a quarter: its name and quarters once.

    Half of a page would else be quarters written out again and again.
    """
    if len(table.columns) < 2 or table.columns[1].kind != "quarter":
        return {"rows": table.rows}
    stretches: list[Spec] = []
    for label, time, *values in table.rows:
        last = stretches[-1] if stretches else None
        if last and last["line"] == label and last["next"] == time:
            last["values"].append(values)
        else:
            stretches.append({"line": label, "first": time, "values": [values]})
        stretches[-1]["next"] = _after(str(time))
    for stretch in stretches:
        del stretch["next"]
    return {"stretches": stretches}


def _after(quarter: str) -> str:
    """The quarter after another: 1994Q4 comes before 1995Q1."""
    year, number = int(quarter[:-2]), int(quarter[-1])
    return f"{year}Q{number + 1}" if number < 4 else f"{year + 1}Q1"


LINE_COLUMNS = [
    Column("line", "Line"),
    Column("time", "Quarter", "quarter"),
    Column("low", "5 %", "number"),
    Column("median", "Median", "number"),
    Column("high", "95 %", "number"),
]
OBSERVED_COLUMNS = [
    Column("record", "Record", explain="record"),
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
    explain: dict[str, str] | None = None,
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
    explain : dict of str to str, optional
        By label, what stands behind a line.
    """
    labels = list(dict.fromkeys(label for label, _ in parts))
    heading = f"{title}: lines, in {unit_words(unit)}"
    tables = [Table(f"{name}-lines", "lines", heading, LINE_COLUMNS, _line_rows(parts))]
    seen = observed or []
    layers = _line_layers(labels, unit)
    if seen:
        rows = [_observed_row(label, o) for label, o in seen]
        heading = f"{title}: stated figures, in {unit_words(unit)}"
        tables.append(Table(f"{name}-observed", "observed", heading, OBSERVED_COLUMNS, rows))
        layers += _observed_layers(unit)
    spec: Spec = {"width": "container", "height": HEIGHT, "layer": layers}
    ways = explain or {}
    first = ways.get(labels[0], "") if labels else ""
    return Chart(name, title, note, spec, tables, legend(labels, explain=ways), first)


def of_lines(
    lines: Lines, name: str, title: str, keys: list[tuple[str, Any]], **more: Any
) -> Chart:
    """Time chart of baseline lines with the stated figures on them."""
    frames = [(label, lines.frame(key)) for label, key in keys]
    observed = [(label, o) for label, key in keys for o in lines.observed(key)]
    parts = [(label, frame) for label, frame in frames if frame is not None]
    ways = {label: key.explain for label, key in keys}
    unit = lines.unit(keys[0][1])
    return time_chart(name, title, parts, unit, observed=observed, explain=ways, **more)


def short(value: object, digits: int = 4) -> float | None:
    """A number of few digits; None where there is none."""
    if missing(value):
        return None
    number = float(value)  # type: ignore[arg-type]
    return float(f"{number:.{digits}g}") if math.isfinite(number) else None


def _line_rows(parts: list[tuple[str, pd.DataFrame]]) -> list[list[Cell]]:
    return [
        [label, str(row.time), short(row.q05), short(row.q50), short(row.q95)]
        for label, frame in parts
        for row in frame[["time", "q05", "q50", "q95"]].itertuples(index=False)
    ]


def _observed_row(label: str, o: Observed) -> list[Cell]:
    numbers = [short(n, 10) for n in (o.value, o.low, o.high)]
    return [o.record, label, o.start, o.end, *numbers, o.bound, o.use]


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


def _observed_layers(unit: str) -> list[Spec]:
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
            "y": _value("value", unit),
            "stroke": ink,
        },
    }
    ends = {
        "data": data,
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {
            "x": _time("middle"),
            "y": _value("low", unit),
            "y2": {"field": "high"},
            "stroke": ink,
        },
    }
    dot = {
        "data": data,
        "mark": {"type": "point", "size": 60, "filled": True, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            "x": _time("middle"),
            "y": _value("value", unit),
            "shape": shape,
            "fill": ink,
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
    rows: list[list[Cell]] = [
        [
            str(row["time"]),
            f"{plain(100 * row['from'])} to {plain(100 * row['to'])} %",
            int(row["draws"]),
            *(short(row[q]) for q in ("q05", "q50", "q95")),
        ]
        for _, row in curve.iterrows()
    ]
    edges = curve.sort_values(["from", "to"])[["from", "to"]].drop_duplicates()
    bands = [f"{plain(100 * a)} to {plain(100 * b)} %" for a, b in edges.itertuples(index=False)]
    times = list(dict.fromkeys(str(row[0]) for row in rows))
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
    data = Table(f"{name}-lines", "lines", f"{title}, in {unit_words(unit)}", CURVE_COLUMNS, rows)
    return Chart(name, title, note, spec, [data], legend(times, dashed=False))
