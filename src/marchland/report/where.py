"""Where: crossings by corridor and period, on a map and as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marchland.case import CaseFiles
from marchland.case.settings import Corridor
from marchland.report.geography import (
    Point,
    Window,
    apart,
    clip,
    cut,
    join,
    read_lines,
    shapes,
    window,
)
from marchland.report.lines import BASELINE, QUANTILES
from marchland.report.names import Names
from marchland.report.numbers import figure, unit_words
from marchland.run import RunResult

CROSSINGS, IRREGULAR, STOCK, PEOPLE = (
    *("border_crossings", "irregular_entries"),
    *("migrants_stock", "population"),
)
MARKED = ("crossing", "city", "contested")
DIGITS = 4
SPAN_YEARS = 5
DEFAULT_YEARS = 10
INSET = 0.035


@dataclass(frozen=True)
class Flow:
    """Crossings of one corridor by one group, quarter by quarter."""

    key: str
    label: str
    group: str
    unit: str
    measure: str
    origin: str
    destination: str
    values: dict[str, list[float | None]]
    ends: tuple[Point, Point] | None = None
    beyond: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Stock:
    """People of a group who are away from home in a place."""

    key: str
    place: str
    label: str
    group: str
    values: dict[str, list[float | None]]
    residents: list[float | None]


@dataclass(frozen=True)
class Row:
    """A corridor in the table of periods; cells are texts, empty where nothing is computed."""

    key: str
    label: str
    group: str
    unit: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Where:
    """What the template of the view needs.

    Parameters
    ----------
    drawn : bool
        Whether there is a map; without one the table stands alone.
    first, last : int
        Years that the corridors have figures for.
    start, end : int
        Years shown at first.
    unit : str
        Unit of the crossings; a corridor of another one says so.
    periods : list of str
        Heads of the table's columns.
    rows : list of Row
        Corridors by period.
    contested : list of (name, note)
        Lines and places in dispute, in the case's words.
    crossings : list of (name, note)
        Border crossings marked on the map.
    unplaced : list of str
        Corridors that the map cannot show, since an end has no coordinates and no shape.
    unstated : list of str
        Corridors at neither end of which a source states crossings.
    """

    drawn: bool
    first: int
    last: int
    start: int
    end: int
    unit: str
    periods: list[str]
    rows: list[Row]
    contested: list[tuple[str, str]]
    crossings: list[tuple[str, str]]
    rivers: list[str]
    unplaced: list[str]
    unstated: list[str]


def view(result: RunResult) -> Where:
    """The view's words and its table, which need no script."""
    return _View(result).view()


def island(result: RunResult) -> dict[str, object]:
    """The view's data: shapes, flows, stocks and the frame of the map."""
    return _View(result).island()


class _Series:
    """Quarters and quantiles of the baseline's lines."""

    def __init__(self, series: pd.DataFrame, measures: tuple[str, ...]) -> None:
        self._frames: dict[tuple[str, ...], pd.DataFrame] = {}
        if not len(series):
            return
        kept = (series["explanation"] == "posterior") & (series["scenario"] == BASELINE)
        chosen = series.loc[kept & series["measure"].isin(measures)]
        names = ["measure", "place", "group", "counterpart"]
        by = [chosen[name].astype("string").fillna("") for name in names]
        for key, frame in chosen.groupby(by, sort=False):
            self._frames[tuple(str(part) for part in key)] = frame

    def find(self, *key: str) -> pd.DataFrame | None:
        """Frame of a line: measure, place, group, counterpart."""
        return self._frames.get(key)

    def keys(self, measure: str) -> list[tuple[str, ...]]:
        """Lines of a measure."""
        return [key for key in self._frames if key[0] == measure]


class _View:
    def __init__(self, result: RunResult) -> None:
        self.files: CaseFiles = result.files
        self.names = Names(result.files)
        self.series = _Series(result.series, (CROSSINGS, IRREGULAR, STOCK, PEOPLE))
        self.chosen = [
            (corridor, key, frame)
            for corridor in self.files.config.corridors
            if (key := self._key(corridor)) and (frame := self.series.find(*key)) is not None
        ]
        times = sorted({t for _, _, frame in self.chosen for t in frame["time"]}, key=_quarter)
        self.first, self.last = (_quarter(times[0]), _quarter(times[-1])) if times else (0, -1)
        self.lines = read_lines(self.files)
        self.points = self._points()
        self.frame = self._frame()

    # what is computed -------------------------------------------------------------------

    def _key(self, corridor: Corridor) -> tuple[str, ...]:
        """The line of a corridor: its trips; of crossers without papers, their entries."""
        if corridor.kind == "crossers":
            return (IRREGULAR, corridor.border, corridor.group, self._state(corridor.destination))
        return (CROSSINGS, corridor.origin, corridor.group, corridor.destination)

    def _state(self, place: str) -> str:
        states = {s for border in self.files.config.borders.values() for s in border.states}
        return self.names.nearest(place, states) or place

    def _values(self, frame: pd.DataFrame) -> dict[str, list[float | None]]:
        at = {_quarter(t): n for n, t in enumerate(frame["time"])}
        quarters = range(self.first, self.last + 1)
        out: dict[str, list[float | None]] = {}
        for name in QUANTILES:
            column = frame[name].to_numpy(dtype=float)
            out[name] = [
                float(f"{column[at[q]]:.{DIGITS}g}") if q in at else None for q in quarters
            ]
        return out

    def flows(self) -> list[Flow]:
        """Every corridor that has figures."""
        found: dict[tuple[str, ...], Flow] = {}
        for corridor, key, frame in self.chosen:
            if key in found:
                continue
            label = f"{self.names.place(corridor.origin)} → "
            label += self.names.place(corridor.destination)
            found[key] = Flow(
                key="line:" + "|".join(key),
                label=label,
                group=self.names.group(corridor.group),
                unit=unit_words(str(frame["unit"].iloc[0])),
                measure=key[0],
                origin=corridor.origin,
                destination=corridor.destination,
                values=self._values(frame),
                **self._drawn(corridor),
            )
        return list(found.values())

    def stocks(self) -> list[Stock]:
        """People away from home in the ends of the corridors, by group."""
        hosts = dict.fromkeys(c.destination for c, _, _ in self.chosen)
        found = []
        for _, place, group, other in self.series.keys(STOCK):
            if place not in hosts or not group or other:
                continue
            frame = self.series.find(STOCK, place, group, "")
            people = self.series.find(PEOPLE, place, "", "")
            if frame is None:
                continue
            residents = self._values(people)["q50"] if people is not None else []
            found.append(
                Stock(
                    "line:" + "|".join((STOCK, place, group, "")),
                    place,
                    self.names.place(place),
                    self.names.group(group),
                    self._values(frame),
                    residents,
                )
            )
        return found

    # where it is ------------------------------------------------------------------------

    def _point(self, name: str) -> Point | None:
        """Longitude and latitude of a place: its own, or the middle of its shape."""
        place = self.files.places.get(name)
        if place is None:
            return None
        if place.longitude is not None and place.latitude is not None:
            return place.longitude, place.latitude
        shape = join(place.iso3166)
        if shape is None:
            return None
        x, y = shapes(shape[0])[shape[1]]["properties"]["at"]
        return float(x), float(y)

    def _points(self) -> dict[str, Point]:
        found = ((name, self._point(name)) for name in self.files.places)
        return {name: point for name, point in found if point is not None}

    def _frame(self) -> Window | None:
        """What the map shows: the ends of the corridors, the crossings and the rivers."""
        ends = dict.fromkeys(e for c, _, _ in self.chosen for e in (c.origin, c.destination))
        shown = [self.points[name] for name in ends if name in self.points]
        if not shown:
            return None
        for place in self.files.places.values():
            named = place.kind == "crossing" or place.id in self.lines
            if named and place.id in self.points:
                shown.append(self.points[place.id])
        return window(shown)

    def _drawn(self, corridor: Corridor) -> dict[str, Any]:
        """Ends of a flow on the map; an end off the map is drawn to the edge and named."""
        frame = self.frame
        ends = [self.points.get(name) for name in (corridor.origin, corridor.destination)]
        if frame is None or ends[0] is None or ends[1] is None:
            return {}
        start, end = (frame.place(*point) for point in ends if point is not None)
        beyond = tuple(
            "" if frame.holds(point, INSET) else self.names.place(name)
            for point, name in ((start, corridor.origin), (end, corridor.destination))
        )
        clipped = clip(start, end, INSET, 1 - INSET, frame.aspect - INSET)
        if clipped is None:
            return {}
        return {"ends": apart(*clipped), "beyond": beyond}

    def _shape_names(self) -> dict[str, str]:
        """Places of the case by the id of the shape that they join."""
        found: dict[str, str] = {}
        for place in self.files.places.values():
            shape = join(place.iso3166)
            if shape is not None:
                found.setdefault(shape[1], place.id)
        return found

    def _marks(self, frame: Window) -> list[dict[str, object]]:
        """Named points on the map: the ends of corridors, cities, crossings, contested places."""
        ends = {e for c, _, _ in self.chosen for e in (c.origin, c.destination)}
        letters = self._letters()
        marks = []
        for place in self.files.places.values():
            if place.id not in self.points or not (place.kind in MARKED or place.id in ends):
                continue
            x, y = frame.place(*self.points[place.id])
            if frame.holds((x, y), INSET / 2):
                kind = place.kind if place.kind in MARKED else "end"
                marks.append(
                    {
                        **{"name": self.names.place(place.id), "kind": kind},
                        **{"note": place.note or "", "letter": letters.get(place.id, "")},
                        **{"x": round(x, 4), "y": round(y, 4)},
                    }
                )
        return marks

    def _letters(self) -> dict[str, str]:
        """What the map writes at a contested place: its letter in the list beside the map."""
        contested = [p.id for p in self.files.places.values() if p.kind == "contested"]
        return {name: _letter(n) for n, name in enumerate(contested)}

    def _rivers(self, frame: Window) -> list[dict[str, object]]:
        """Names of the lines, at the point that the case gives them."""
        found = []
        for name in self.lines:
            if name in self.points:
                x, y = frame.place(*self.points[name])
                if frame.holds((x, y), INSET):
                    found.append({"name": self.names.place(name), "x": x, "y": y})
        return found

    def _states(
        self, frame: Window, split: set[str], names: dict[str, str]
    ) -> list[dict[str, object]]:
        """Names of the states in view, where they are in the way of no mark."""
        spots: dict[str, list[Point]] = {}
        for kind in ("admin0", "admin1"):
            for name, shape in shapes(kind).items():
                state = name if kind == "admin0" else shape["properties"]["state"]
                spot = frame.place(*shape["properties"]["at"])
                if (state in split) == (kind == "admin1") and frame.holds(spot, 2 * INSET):
                    spots.setdefault(state, []).append(spot)
        taken = [(float(str(m["x"])), float(str(m["y"]))) for m in self._marks(frame)]
        found: list[dict[str, object]] = []
        for state, choices in spots.items():
            x, y = max(
                choices, key=lambda spot: min((math.dist(spot, t) for t in taken), default=1.0)
            )
            known = names.get(state)
            told = (
                shapes("admin0")[state]["properties"]["name"] if state in shapes("admin0") else ""
            )
            found.append(
                {
                    "name": self.names.place(known) if known else told,
                    "x": round(x, 4),
                    "y": round(y, 4),
                }
            )
        return found

    # the parts --------------------------------------------------------------------------

    def _years(self) -> tuple[int, int, int, int]:
        first, last = self.first // 4, self.last // 4
        return first, last, max(first, last - DEFAULT_YEARS + 1), last

    def view(self) -> Where:
        """What the template needs."""
        first, last, start, end = self._years()
        flows = self.flows()
        spans = _spans(flows, self.first)
        return Where(
            drawn=self.frame is not None and any(flow.ends for flow in flows),
            first=first,
            last=last,
            start=start,
            end=end,
            unit=flows[0].unit if flows else "",
            periods=[f"{a} to {b}" if a != b else str(a) for a, b in spans],
            rows=[_row(flow, spans, self.first) for flow in flows],
            contested=self._noted("contested"),
            crossings=self._noted("crossing"),
            rivers=[self.names.place(name) for name in self.lines],
            unplaced=[f"{f.label} ({f.group})" for f in flows if f.ends is None],
            unstated=self._unstated(),
        )

    def _unstated(self) -> list[str]:
        """Corridors of which no source states crossings, at either end or at the border."""
        stated = {q.place for q in self.files.quantities if q.measure in (CROSSINGS, IRREGULAR)}
        return [
            f"{self.names.place(c.origin)} → {self.names.place(c.destination)} "
            f"({self.names.group(c.group)})"
            for c, key, _ in self.chosen
            if not stated & {c.origin, c.destination}
            and not (key[0] == IRREGULAR and c.border in stated)
        ]

    def _noted(self, kind: str) -> list[tuple[str, str]]:
        places = [p for p in self.files.places.values() if p.kind == kind]
        return [(place.name, place.note or "") for place in places]

    def island(self) -> dict[str, object]:
        """What the script needs."""
        first, last, start, end = self._years()
        out: dict[str, object] = {
            "years": [first, last],
            "period": [start, end],
            "quarter": self.first,
            "flows": [_record(flow) for flow in self.flows()],
            "stocks": [_record(stock) for stock in self.stocks()],
        }
        if self.frame is None:
            return out
        names = self._shape_names()
        provinces = shapes("admin1")
        split = {provinces[n]["properties"]["state"] for n in names if n in provinces}
        frame = self.frame
        out["map"] = {
            "centre": [round(degree, 3) for degree in frame.centre],
            "scale": round(1 / frame.width, 6),
            "shift": [round(-frame.left / frame.width, 6), round(-frame.top / frame.width, 6)],
            "aspect": round(frame.aspect, 4),
            "shapes": cut(frame, split, names),
            "lines": {"type": "FeatureCollection", "features": list(self.lines.values())},
            "marks": self._marks(frame),
            "rivers": self._rivers(frame),
            "states": self._states(frame, split, names),
        }
        return out


def mean_of(values: list[float | None], first: int, start: int, end: int) -> float | None:
    """Mean over the quarters of whole years that have a value; None where none has.

    Parameters
    ----------
    values : list
        By quarter; `first` is the number of the first one, 4 × year + quarter - 1.
    start, end : int
        Years, both included.
    """
    quarters = range(max(4 * start, first), min(4 * end + 4, first + len(values)))
    known = [v for q in quarters if (v := values[q - first]) is not None]
    return sum(known) / len(known) if known else None


def _letter(n: int) -> str:
    """Letters of a list, as browsers count them: a to z, then aa, ab and so on."""
    return ("" if n < 26 else _letter(n // 26 - 1)) + chr(ord("a") + n % 26)


def _quarter(label: str) -> int:
    year, quarter = str(label).split("Q")
    return 4 * int(year) + int(quarter) - 1


def _spans(flows: list[Flow], first: int) -> list[tuple[int, int]]:
    """Five-year periods in which some corridor has a figure."""
    known = sorted(
        {(first + n) // 4 for f in flows for n, v in enumerate(f.values["q50"]) if v is not None}
    )
    starts = sorted({year - year % SPAN_YEARS for year in known})
    inside = [[y for y in known if 0 <= y - start < SPAN_YEARS] for start in starts]
    return [(years[0], years[-1]) for years in inside]


def _row(flow: Flow, spans: list[tuple[int, int]], first: int) -> Row:
    cells = []
    for start, end in spans:
        low, middle, high = (mean_of(flow.values[q], first, start, end) for q in QUANTILES)
        between = "" if middle is None else f"{figure(low, None)} to {figure(high, None)}"
        cells.append((figure(middle, None), between))
    return Row(flow.key, flow.label, flow.group, flow.unit, cells)


def _record(item: Flow | Stock) -> dict[str, object]:
    """Fields as the script reads them; leading and trailing absences stay, as nulls."""
    out = dict(vars(item))
    if isinstance(item, Flow) and item.ends is None:
        out.pop("ends")
    return out
