"""Shapes of states and provinces, and the projection that a map of a case is drawn in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.case.casefiles import CONFIG_FILE
from marchland.errors import MarchlandError

Floats = NDArray[np.float64]
Point = tuple[float, float]
Topology = dict[str, Any]
# Width over height of a map.
WIDEST, NARROWEST = 1.4, 1.15
# A place this many times farther out than the middle one is off the map.
FARTHEST = 3.0
# Nothing smaller than this is mapped, in radians: about 300 km.
LEAST_SPAN = 0.05
MARGIN = 0.15
# Ends of a flow stand off the points they join, in widths of the map.
STAND_OFF = 0.012
LINES_FILE = "lines.geojson"


@cache
def natural_earth() -> Topology:
    """Countries (`admin0`) and provinces (`admin1`) of the world as one TopoJSON."""
    path = files("marchland.report") / "shapes" / "natural-earth.json"
    found: Topology = json.loads(path.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Window:
    """A map's projection: Lambert's azimuthal equal area about a centre, and what it shows.

    Parameters
    ----------
    centre : (longitude, latitude)
        Degrees. The projection is turned to it, so that no meridian tears the map.
    left, top, width, height : float
        The frame on the projection's plane, in radii of the earth; y grows downwards.
    """

    centre: Point
    left: float
    top: float
    width: float
    height: float

    @property
    def aspect(self) -> float:
        """Height over width."""
        return self.height / self.width

    def place(self, longitude: float, latitude: float) -> Point:
        """A point in widths of the map from its left and top edge."""
        x, y = project(self.centre, np.array([[longitude, latitude]]))[0]
        return float(x - self.left) / self.width, float(y - self.top) / self.width

    def holds(self, point: Point, inset: float = 0.0) -> bool:
        """Whether a placed point is on the map."""
        x, y = point
        return inset <= x <= 1 - inset and inset <= y <= self.aspect - inset


def project(centre: Point, points: Floats) -> Floats:
    """Points (longitude, latitude) on the plane of the projection, y downwards.

    Parameters
    ----------
    centre : (longitude, latitude)
        Where the projection touches the globe.
    points : (points, 2) array
        Degrees.
    """
    turn = np.radians(points[:, 0] - centre[0])
    up, middle = np.radians(points[:, 1]), np.radians(centre[1])
    near = np.sin(middle) * np.sin(up) + np.cos(middle) * np.cos(up) * np.cos(turn)
    scale = np.sqrt(2.0 / np.maximum(1.0 + near, 1e-6))
    x = scale * np.cos(up) * np.sin(turn)
    y = scale * (np.cos(middle) * np.sin(up) - np.sin(middle) * np.cos(up) * np.cos(turn))
    return np.column_stack([x, -y])


def _on_sphere(points: Floats) -> Floats:
    turn, up = np.radians(points).T
    return np.column_stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)])


def _off_sphere(vector: Floats) -> Point:
    x, y, z = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arcsin(np.clip(z, -1, 1))))


def window(points: list[Point]) -> Window:
    """The window that holds the points, less those far from all others.

    Parameters
    ----------
    points : list of (longitude, latitude)
        At least one.
    """
    where = np.array(points, dtype=float)
    sphere = _on_sphere(where)
    middle = np.median(sphere, axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-12)
    away = np.arccos(np.clip(sphere @ middle, -1.0, 1.0))
    near = away <= max(FARTHEST * float(np.median(away)), LEAST_SPAN)
    centre = _off_sphere(sphere[near].mean(axis=0))
    plane = project(centre, where[near])
    low, high = plane.min(axis=0), plane.max(axis=0)
    width, height = np.maximum(high - low, LEAST_SPAN) * (1 + 2 * MARGIN)
    width, height = max(width, NARROWEST * height), max(height, width / WIDEST)
    x, y = (low + high) / 2
    return Window(centre, float(x - width / 2), float(y - height / 2), float(width), float(height))


def join(code: str | None) -> tuple[str, str] | None:
    """Object and id of the shape of an ISO 3166 code, where there is one."""
    if not code:
        return None
    found = _codes().get(code.upper())
    return found


@cache
def _codes() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for shape in natural_earth()["objects"]["admin1"]["geometries"]:
        found.setdefault(shape["id"], ("admin1", shape["id"]))
    for shape in natural_earth()["objects"]["admin0"]["geometries"]:
        found[shape["id"]] = ("admin0", shape["id"])
        if shape["properties"].get("a2"):
            found[shape["properties"]["a2"]] = ("admin0", shape["id"])
    return found


@cache
def shapes(kind: str) -> dict[str, dict[str, Any]]:
    """Shapes of an object by id."""
    return {s["id"]: s for s in natural_earth()["objects"][kind]["geometries"]}


@cache
def _arcs() -> tuple[Floats, ...]:
    """Every arc as points in degrees."""
    topology = natural_earth()
    scale, start = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
    return tuple(np.cumsum(np.array(arc), axis=0) * scale + start for arc in topology["arcs"])


def _inside(frame: Window) -> list[bool]:
    """Which arcs come within the frame, or near it."""
    arcs = _arcs()
    lengths = [len(arc) for arc in arcs]
    plane = project(frame.centre, np.concatenate(arcs))
    x = (plane[:, 0] - frame.left) / frame.width
    y = (plane[:, 1] - frame.top) / frame.width
    within = (np.abs(x - 0.5) <= 0.53) & (np.abs(y - frame.aspect / 2) <= frame.aspect / 2 + 0.03)
    return [bool(part.any()) for part in np.split(within, np.cumsum(lengths)[:-1])]


def _rings(shape: dict[str, Any]) -> list[list[list[int]]]:
    """Polygons of a shape, each a list of rings of arcs."""
    arcs = shape.get("arcs", [])
    return [arcs] if shape["type"] == "Polygon" else list(arcs)


def _numbers(polygons: Iterable[list[list[int]]]) -> Iterator[int]:
    """Numbers of the arcs of polygons; one that is run backwards is written ~n."""
    for polygon in polygons:
        for ring in polygon:
            yield from (n if n >= 0 else ~n for n in ring)


def cut(frame: Window, split: set[str], names: dict[str, str]) -> Topology:
    """The part of the world's shapes that a window shows, as a TopoJSON of its own.

    Parameters
    ----------
    frame : Window
        What is shown.
    split : set of str
        States drawn by province; all others are drawn whole.
    names : dict of str to str
        Place of the case by the id of its shape.

    Returns
    -------
    dict
        Objects `land` (with the property `place`, and `name`) and `borders` (between states).
    """
    seen = _inside(frame)
    land = []
    for kind in ("admin0", "admin1"):
        for shape in shapes(kind).values():
            state = shape["id"] if kind == "admin0" else shape["properties"]["state"]
            if (state in split) != (kind == "admin1"):
                continue
            kept = [p for p in _rings(shape) if any(seen[n] for n in _numbers([p]))]
            if kept:
                land.append(_shape(shape, kept, names))
    twice = Counter(
        n for s in shapes("admin0").values() for n in dict.fromkeys(_numbers(_rings(s)))
    )
    shared = [[n] for n, times in twice.items() if times > 1 and seen[n]]
    return _packed(land, shared)


def _shape(shape: dict[str, Any], kept: list[list[list[int]]], names: dict[str, str]) -> Topology:
    told = {"name": shape["properties"]["name"]}
    if shape["id"] in names:
        told["place"] = names[shape["id"]]
    return {"type": "MultiPolygon", "id": shape["id"], "properties": told, "arcs": kept}


def _packed(land: list[Topology], shared: list[list[int]]) -> Topology:
    """A topology of some shapes with only the arcs that they need."""
    used = dict.fromkeys(n for s in land for n in _numbers(s["arcs"]))
    used.update(dict.fromkeys(n for (n,) in shared))
    new = {old: n for n, old in enumerate(used)}

    def renumbered(value: Any) -> Any:
        if isinstance(value, list):
            return [renumbered(item) for item in value]
        return new[value] if value >= 0 else ~new[~value]

    world = natural_earth()
    objects = {
        "land": {
            "type": "GeometryCollection",
            "geometries": [{**s, "arcs": renumbered(s["arcs"])} for s in land],
        },
        "borders": {"type": "MultiLineString", "arcs": renumbered(shared)},
    }
    arcs = [world["arcs"][old] for old in used]
    return {"type": "Topology", "transform": world["transform"], "objects": objects, "arcs": arcs}


def read_lines(files: CaseFiles) -> dict[str, dict[str, Any]]:
    """Courses of places, such as rivers, from the case's `lines.geojson` where it has one.

    Raises
    ------
    MarchlandError
        Where the file is no GeoJSON of lines, or names a place that the case does not have.
    """
    path = files.path / LINES_FILE
    if not path.is_file():
        return {}
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        found = {str(f["id"]): f for f in features}
        kinds = {f["geometry"]["type"] for f in features}
    except (OSError, ValueError, KeyError, TypeError) as error:
        rule = "a FeatureCollection of lines, each with the id of a place"
        raise MarchlandError(
            f"{LINES_FILE} must be {rule}, but reading it gave {error!r}"
        ) from error
    if not kinds <= {"LineString", "MultiLineString"}:
        other = ", ".join(sorted(kinds - {"LineString", "MultiLineString"}))
        raise MarchlandError(f"{LINES_FILE} may hold LineString and MultiLineString, not {other}")
    unknown = sorted(set(found) - set(files.places))
    if unknown:
        rule = f"names {', '.join(unknown)}, which no row of places.csv or {CONFIG_FILE} has"
        raise MarchlandError(f"{LINES_FILE} {rule}")
    return found


def clip(
    start: Point, end: Point, low: float, right: float, bottom: float
) -> tuple[Point, Point] | None:
    """The part of a segment within a frame, or None where it misses it (Liang and Barsky)."""
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    enter, leave = 0.0, 1.0
    for step, room in ((-dx, x - low), (dx, right - x), (-dy, y - low), (dy, bottom - y)):
        if step == 0.0:
            if room < 0.0:
                return None
        elif step < 0.0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    if enter > leave:
        return None
    return (x + enter * dx, y + enter * dy), (x + leave * dx, y + leave * dy)


def apart(start: Point, end: Point, stand_off: float = STAND_OFF) -> tuple[Point, Point]:
    """The segment, shorter by the stand-off at both ends where it is long enough."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    part = min(stand_off / length, 0.25) if length else 0.0
    first = (round(start[0] + part * dx, 4), round(start[1] + part * dy, 4))
    return first, (round(end[0] - part * dx, 4), round(end[1] - part * dy, 4))
