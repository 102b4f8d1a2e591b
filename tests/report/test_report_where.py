"""The map: shapes and projection, flows by period, and the page that draws them."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from report_run import empty_run, small_run

import marchland
from marchland.case import Place, load
from marchland.errors import MarchlandError
from marchland.lines import standard_lines
from marchland.model import Model
from marchland.report import geography, where
from marchland.report.vendor import scripts
from marchland.run import RunResult

REPORT = Path(marchland.__file__).parent / "report"
longitudes = st.floats(-180, 180)
latitudes = st.floats(-85, 85)
TRIPS = ("border_crossings", "heilongjiang", "chinese", "primorye")


def _series(rows: list[tuple[tuple[str, ...], str, list[str], float]]) -> pd.DataFrame:
    frames = []
    for (measure, place, group, other), unit, times, level in rows:
        frame = pd.DataFrame({"time": times, "q05": level / 2, "q50": level, "q95": level * 2})
        frames.append(
            frame.assign(
                explanation="posterior",
                scenario="baseline",
                measure=measure,
                place=place,
                group=group or None,
                counterpart=other or None,
                unit=unit,
            )
        )
    return pd.concat(frames, ignore_index=True)


def _quarters(first: int, last: int) -> list[str]:
    return [f"{year}Q{q}" for year in range(first, last + 1) for q in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def flagship(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The flagship's places with made-up figures: three corridors, one with a gap."""
    year = _quarters(1990, 2003)
    rows: list[tuple[tuple[str, ...], str, list[str], float]] = [
        (TRIPS, "trips_per_year", [t for t in year if t[:4] != "1995"], 40_000.0),
        (
            ("border_crossings", "primorye", "russians", "heilongjiang"),
            *("trips_per_year", year, 400_000.0),
        ),
        (
            ("border_crossings", "rest_china", "chinese", "european_russia"),
            *("trips_per_year", year, 900_000.0),
        ),
        (
            ("irregular_entries", "CHN-PRK", "koreans_chn", "PRK"),
            *("persons_per_year", _quarters(1957, 1964), 20_000.0),
        ),
        (("migrants_stock", "primorye", "chinese", ""), "persons", year, 30_000.0),
        (("population", "primorye", "", ""), "persons", year, 2_000_000.0),
    ]
    small = small_run(tmp_path_factory.mktemp("where"))
    return dataclasses.replace(small, files=load("northeast-asia"), series=_series(rows))


# ---------------------------------------------------------------- lines of a run


def test_a_run_has_crossings_by_corridor() -> None:
    model = Model(load("northeast-asia"))
    lines = {line.figure: line for line in standard_lines(model)}
    found = [
        line
        for figure, line in lines.items()
        if (figure.measure, figure.place, figure.group, figure.counterpart) == TRIPS
    ]
    assert len(found) == 1
    names = [c.id for c in model.files.config.corridors]
    cells = found[0].reading.cells
    assert cells == [(model.atlas.cell("trips", names.index("heilongjiang-primorye")), 4.0)]
    assert found[0].unit == "trips_per_year"
    across = [c for c in model.files.config.corridors if c.border]
    by_corridor = [f for f in lines if f.measure == "border_crossings" and f.counterpart]
    assert len(by_corridor) == len(across)


def test_crossings_of_a_place_are_as_they_were() -> None:
    model = Model(load("northeast-asia"))
    whole = model.atlas.line("border_crossings", "primorye")
    assert whole is not None and len(whole.cells) == 3
    assert model.atlas.line("border_crossings", "primorye", None, "nowhere") is None


# ---------------------------------------------------------------- projection and shapes


@given(longitudes, latitudes)
def test_the_centre_is_the_middle_and_areas_near_it_are_true(x: float, y: float) -> None:
    centre = (x, y)
    assert np.allclose(geography.project(centre, np.array([centre])), 0.0, atol=1e-7)
    small = 1e-3
    corners = np.array([[x, y], [x + small, y], [x, y + small]])
    a, b, c = geography.project(centre, corners)
    area = abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
    assert area == pytest.approx(math.radians(small) ** 2 * math.cos(math.radians(y)), rel=1e-2)


@given(st.lists(st.tuples(st.floats(170, 190), st.floats(50, 65)), min_size=1, max_size=8))
def test_a_window_across_the_antimeridian_does_not_tear(points: list[tuple[float, float]]) -> None:
    turned = [(x - 360 if x > 180 else x, y) for x, y in points]
    frame = geography.window(turned)
    assert frame.width < 0.8
    assert 1 / geography.WIDEST - 1e-9 <= frame.aspect <= 1 / geography.NARROWEST + 1e-9
    plane = [frame.place(*point) for point in turned]
    assert any(frame.holds(point) for point in plane)


def test_a_far_place_does_not_set_the_window() -> None:
    near = [(126.6, 45.8), (127.5, 50.3), (135.1, 48.5), (131.9, 43.1)]
    with_far = geography.window([*near, (37.6, 55.8)])
    assert with_far.width < 0.6
    assert not with_far.holds(with_far.place(37.6, 55.8))
    assert all(with_far.holds(with_far.place(*point)) for point in near)


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("RUS", ("admin0", "RUS")),
        ("ru", ("admin0", "RUS")),
        ("CN-HL", ("admin1", "CN-HL")),
        ("RU-PRI", ("admin1", "RU-PRI")),
        ("SUN", None),
        (None, None),
    ],
)
def test_codes_join_shapes(code: str | None, shape: tuple[str, str] | None) -> None:
    assert geography.join(code) == shape


def test_the_cut_is_a_topology_of_its_own() -> None:
    frame = geography.window([(126.6, 45.8), (127.5, 50.3), (135.1, 48.5)])
    part = geography.cut(frame, {"CHN", "RUS"}, {"CN-HL": "heilongjiang"})
    ids = {shape["id"] for shape in part["objects"]["land"]["geometries"]}
    assert {"CN-HL", "RU-PRI"} <= ids and "RUS" not in ids and "FRA" not in ids
    used = {n if n >= 0 else ~n for n in _flat([s["arcs"] for s in _land(part)])}
    used |= {n for (n,) in part["objects"]["borders"]["arcs"]}
    assert used == set(range(len(part["arcs"])))
    assert next(s for s in _land(part) if s["id"] == "CN-HL")["properties"]["place"]


def _land(topology: dict[str, Any]) -> list[dict[str, Any]]:
    return list(topology["objects"]["land"]["geometries"])


def _flat(value: Any) -> list[int]:
    return [n for item in value for n in _flat(item)] if isinstance(value, list) else [value]


@given(st.tuples(*[st.floats(-2, 3) for _ in range(4)]))
def test_a_clipped_segment_lies_in_the_frame(ends: tuple[float, ...]) -> None:
    found = geography.clip((ends[0], ends[1]), (ends[2], ends[3]), 0.1, 0.9, 0.7)
    for x, y in found or ():
        assert 0.1 - 1e-9 <= x <= 0.9 + 1e-9 and 0.1 - 1e-9 <= y <= 0.7 + 1e-9


def test_a_segment_inside_is_not_clipped() -> None:
    assert geography.clip((0.2, 0.2), (0.5, 0.6), 0.1, 0.9, 0.7) == ((0.2, 0.2), (0.5, 0.6))
    assert geography.clip((0.0, 0.0), (0.0, 0.6), 0.1, 0.9, 0.7) is None


# ---------------------------------------------------------------- figures


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=40),
    st.integers(1990, 2000),
    st.integers(0, 5),
)
def test_a_mean_leaves_absent_quarters_out(
    values: list[float | None], start: int, more: int
) -> None:
    found = where.mean_of(values, 4 * 1992, start, start + more)
    at = range(4 * 1992, 4 * 1992 + len(values))
    known = [
        v
        for q, v in zip(at, values, strict=True)
        if v is not None and start <= q // 4 <= start + more
    ]
    assert found == (pytest.approx(sum(known) / len(known)) if known else None)


def test_the_table_has_gaps_and_no_zeros(flagship: RunResult) -> None:
    shown = where.view(flagship)
    assert (shown.first, shown.last, shown.start, shown.end) == (1957, 2003, 1994, 2003)
    assert shown.drawn and shown.unit == "trips a year"
    crossers = next(row for row in shown.rows if "CHN-PRK" in row.key)
    assert crossers.unit == "persons a year"
    assert [cell[0] for cell in crossers.cells] == ["20,000", "20,000", "", "", ""]
    trips = next(row for row in shown.rows if "heilongjiang|chinese" in row.key)
    assert trips.key == "line:border_crossings|heilongjiang|chinese|primorye"
    assert trips.cells[3] == ("40,000", "20,000 to 80,000")


def test_the_island_is_small_and_holds_what_is_drawn(flagship: RunResult) -> None:
    data = where.island(flagship)
    assert len(json.dumps(data)) < 450_000
    flows = {f["key"]: f for f in data["flows"]}  # type: ignore[attr-defined]
    trips = flows["line:border_crossings|heilongjiang|chinese|primorye"]
    gap = 4 * (1995 - 1957)
    assert trips["values"]["q50"][gap : gap + 5] == [None, None, None, None, 40_000.0]
    far = flows["line:border_crossings|rest_china|chinese|european_russia"]
    assert far["beyond"] == ("", "European Russia") and len(far["ends"]) == 2
    drawn: Any = data["map"]
    kinds = {mark["kind"] for mark in drawn["marks"]}
    assert {"end", "crossing", "contested"} <= kinds
    assert {river["name"] for river in drawn["rivers"]} >= {"Amur", "Ussuri", "Yalu", "Tumen"}
    assert {"China", "Russia"} <= {state["name"].split(" (")[0] for state in drawn["states"]}


def test_letters_on_the_map_are_those_of_the_list(flagship: RunResult) -> None:
    named = [name for name, _ in where.view(flagship).contested]
    drawn: Any = where.island(flagship)["map"]
    letters = {m["name"]: m["letter"] for m in drawn["marks"] if m["kind"] == "contested"}
    assert letters
    for short, letter in letters.items():
        assert named[ord(letter) - ord("a")].startswith(short)


def test_lines_of_a_case_are_checked(flagship: RunResult, tmp_path: Path) -> None:
    files = dataclasses.replace(flagship.files, path=tmp_path)
    assert geography.read_lines(files) == {}
    path = tmp_path / geography.LINES_FILE
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    path.write_text(json.dumps({"features": [{"id": "amur", "geometry": line}]}))
    assert list(geography.read_lines(files)) == ["amur"]
    for broken in (
        "{",
        json.dumps({"features": [{"geometry": line}]}),
        json.dumps({"features": [{"id": "nowhere", "geometry": line}]}),
        json.dumps({"features": [{"id": "amur", "geometry": {"type": "Point"}}]}),
    ):
        path.write_text(broken)
        with pytest.raises(MarchlandError, match=r"lines\.geojson"):
            geography.read_lines(files)


def test_coordinates_come_together() -> None:
    with pytest.raises(ValueError, match="together"):
        Place(id="x", name="X", kind="city", latitude=10.0)
    with pytest.raises(ValueError, match="latitude"):
        Place(id="x", name="X", kind="city", latitude=100.0, longitude=10.0)


# ---------------------------------------------------------------- the page


def _page(result: RunResult) -> str:
    loader = FileSystemLoader(REPORT / "templates")
    page = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return page.get_template("where.html.j2").render(where=where.view(result))


def test_a_case_without_corridors_gets_a_sentence(tmp_path: Path) -> None:
    html = _page(empty_run(tmp_path))
    assert "no crossings by corridor" in html and "<figure" not in html


def test_a_case_without_places_on_a_map_gets_the_table(flagship: RunResult) -> None:
    bare = {
        name: place.model_copy(update={"latitude": None, "longitude": None, "iso3166": None})
        for name, place in flagship.files.places.items()
    }
    result = dataclasses.replace(flagship, files=dataclasses.replace(flagship.files, places=bare))
    assert "map" not in where.island(result)
    html = _page(result)
    assert "no map" in html and "<figure" not in html and "40,000" in html


def test_the_words_state_lines_and_disputes(flagship: RunResult) -> None:
    html = _page(flagship)
    assert "no judgement on any claim" in html
    for name in ("Damanskii (Zhenbao)", "Paektu (Changbai)", "Heihe–Blagoveshchensk"):
        assert name in html
    assert 'data-explain="line:border_crossings|heilongjiang|chinese|primorye"' in html


def _whole(result: RunResult) -> str:
    code = [text for _, text in scripts()]
    code += [(REPORT / "page" / f"{n}.js").read_text("utf-8") for n in ("core", "charts", "where")]
    data = json.dumps(where.island(result)).replace("<", "\\u003c")
    start = "marchland.explain = function (key) { document.title = key; }; marchland.start();"
    style = (REPORT / "styles" / "where.css").read_text("utf-8")
    return "".join(
        [
            f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{style}</style><main>',
            f"{_page(result)}</main>",
            f'<script type="application/json" id="data-where">{data}</script>',
            *(f"<script>{text}</script>" for text in [*code, start]),
        ]
    )


@pytest.mark.browser
def test_the_map_is_drawn_follows_the_period_and_leads_on(
    browser: Any, flagship: RunResult, tmp_path: Path
) -> None:
    path = tmp_path / "where.html"
    path.write_text(_whole(flagship), encoding="utf-8")
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.on("pageerror", lambda error: errors.append(str(error)))
    # Vega writes what goes wrong in a drawing to the console.
    page.on("console", lambda told: errors.append(told.text))
    page.goto(f"{path.as_uri()}#view=where")
    page.wait_for_selector("#where-map svg")
    lines = page.locator("#where-map .streams path")
    assert lines.count() == 3
    table = page.locator("#where-flows tbody tr")
    assert table.count() == 3
    assert "20,000" in table.first.inner_text() and "80,000" in table.first.inner_text()
    assert "Northern DPRK" in page.locator("#where-absent").inner_text()
    assert "15" in page.locator("#where-stocks tbody").inner_text()
    lines.nth(1).dispatch_event("click")
    assert page.title() == "line:border_crossings|primorye|russians|heilongjiang"

    page.fill("#where-period [name=from]", "1957")
    page.fill("#where-period [name=to]", "1964")
    page.press("#where-period [name=to]", "Enter")
    assert "period=1957/1964" in page.url
    assert table.count() == 1 and "persons a year" in table.first.inner_text()
    assert lines.count() == 1
    names = page.locator("#where-map .labels text").all_text_contents()
    assert "Northern DPRK" in names and "Suifenhe–Grodekovo" in names

    page.evaluate("marchland.state.set({period: '1995/1995'})")
    assert table.count() == 2
    assert page.locator("#where-map .streams path").count() == 2
    page.close()
    assert errors == []
