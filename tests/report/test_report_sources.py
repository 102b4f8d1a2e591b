"""The view of the sources: rows, contradictions, positions, and how they answer in a browser."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_run import EVIL, empty_run, small_case, small_run

from marchland.case import Period, load, parse_period
from marchland.evidence import EvidenceBase
from marchland.report import sources
from marchland.report.disputes import POSITIONS as DENIED
from marchland.report.positions import matrix
from marchland.report.records import Evidence, short_name
from marchland.report.render import environment
from marchland.report.vendor import safe_script
from marchland.run import RunResult

EVENTS = """\
id,start,end,source_actor,target_actor,type,mode,goldstein,role,driver,source,locator,note
E1,1993-02-01,,EST,WST,AGREE,,3.5,act,regime,reg99,reg99:5,visas agreed
E2,1992,1993,WST,EST,COERCE,,-5,driver,,reg99,reg99:6,a blockade
E3,1991~,,EST,,,,,context,,reg99,reg99:7,<b>a census</b>
E4,../1990,,EST,WST,ACCUSE,,-2,act,,reg99,reg99:8,old grievances
"""
ASSERTIONS = """\
id,group,cause,effect,sign,delay,status,equation,switch,source,locator
A01,pull,income gap,migration,+,,stated,E1,diaspora,reg99,reg99:2
A02,pull,kin,migration,+,,stated,E2,,reg99,reg99:3
A03,opinion,migrants,content,-,,stated,E9,,other01,other01:4
"""
POSITIONS = """\
assertion,source,position,locator,note
A01,other01,denies,other01:9,nobody came for money
A02,other01,asserts,other01:10,kin help
"""


def run_with_events(folder: Path) -> RunResult:
    case = small_case(folder)
    bib = case / "sources.bib"
    bib.write_text(
        bib.read_text(encoding="utf-8") + "@book{other01, title = {Other}, author = {Ng, A.}, "
        "year = {2001}}\n",
        encoding="utf-8",
    )
    for name, text in (("events", EVENTS), ("assertions", ASSERTIONS), ("positions", POSITIONS)):
        (case / "evidence" / f"{name}.csv").write_text(text, encoding="utf-8")
    run = small_run(folder / "again")
    loaded = load(case)
    return dataclasses.replace(run, files=loaded, contradictions=EvidenceBase(loaded).found)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run_with_events(tmp_path_factory.mktemp("sources"))


def rendered(result: RunResult) -> str:
    evidence = Evidence(result.files, None)
    page = environment().from_string(
        '{% import "macros.html.j2" as m %}{% include "sources.html.j2" %}'
    )
    return page.render(
        sources_view=sources.view(result, evidence), evidence=evidence, passages=False
    )


# ---------------------------------------------------------------- rows


def test_every_record_and_event_is_a_row_with_its_anchor(run: RunResult) -> None:
    view = sources.view(run, Evidence(run.files, None))
    assert [row.anchor for row in view.rows] == [
        *("record-Q1", "record-Q2", "record-Q3"),
        *("event-E1", "event-E2", "event-E3", "event-E4"),
    ]
    assert (view.figures, view.events) == (3, 4)
    text = rendered(run)
    for row in view.rows:
        assert f'id="{row.anchor}"' in text
        assert f'data-explain="{row.explain}"' in text
    assert "&lt;b&gt;a census" in text and "<b>a census" not in text.lower()


def test_rows_of_scripts_keep_the_width_of_a_date(run: RunResult) -> None:
    rows = {row["id"]: row for row in sources.island(run, Evidence(run.files, None))["rows"]}
    assert rows["E1"]["day"] and rows["E1"]["from"] == "1993-02-01"
    assert (rows["E2"]["from"], rows["E2"]["to"], rows["E2"]["day"]) == (
        *("1992-01-01", "1993-12-31"),
        False,
    )
    assert rows["E3"]["about"] and not rows["E2"]["about"]
    assert rows["E4"]["open"] == [True, False] and rows["E4"]["from"] is None
    assert [rows[name]["lane"] for name in ("E1", "E2", "E3", "E4")] == [
        "Verbal cooperation",
        "Material conflict",
        sources.UNSORTED,
        "Verbal conflict",
    ]
    # A source that states an end alone, or a start alone, leaves the other side open.
    assert rows["Q2"]["open"] == [False, True]


def test_an_absent_value_stays_absent_and_a_zero_stays_zero(run: RunResult) -> None:
    rows = {row["id"]: row for row in sources.island(run, Evidence(run.files, None))["rows"]}
    assert rows["E1"]["value"] is None
    assert rows["Q3"]["value"] == 0


def test_places_have_all_their_wholes(run: RunResult) -> None:
    wholes = sources.island(run, Evidence(run.files, None))["wholes"]
    assert wholes["east"] == ["east", "EST"]


def test_facets_count_what_there_is(run: RunResult) -> None:
    view = sources.view(run, Evidence(run.files, None))
    facets = {facet.key: facet.options for facet in view.facets}
    assert facets["kind"] == [("figure", "Figures", 3), ("event", "Events", 4)]
    assert sum(n for _, _, n in facets["quality"]) == 3
    assert {v: n for v, _, n in facets["use"]}["driver-event"] == 1
    assert {v: n for v, _, n in facets["place"]}["EST"] == 7


@given(
    st.dates(date(1800, 1, 1), date(2100, 1, 1)), st.integers(0, 4000), st.booleans(), st.booleans()
)
def test_a_date_never_ends_before_it_begins(
    first: date, days: int, left: bool, right: bool
) -> None:
    last = date.fromordinal(first.toordinal() + days)
    start = Period(first.isoformat(), None if left else first, first)
    end = Period(last.isoformat(), last, None if right else last)
    row = sources._dated(start, end)
    assert row["open"] == [left, right]
    if row["from"] and row["to"]:
        assert row["from"] <= row["to"]
        assert row["day"] == (first == last)


def test_a_quarter_is_a_span() -> None:
    row = sources._dated(parse_period("1994-34"), parse_period("1994-34"))
    assert (row["from"], row["to"], row["day"]) == ("1994-04-01", "1994-06-30", False)


# ---------------------------------------------------------------- positions and contradictions


def test_a_source_asserts_what_is_its_own_and_is_silent_without_a_row(run: RunResult) -> None:
    found = matrix(run, Evidence(run.files, None))
    said = {row.id: [cell.position for cell in row.cells] for row in found.rows}
    assert said == {
        "A01": ["asserts", "denies"],
        "A02": ["asserts", "asserts"],
        "A03": ["silent", "asserts"],
    }
    assert [row.speakers for row in found.rows] == [2, 2, 1]
    assert [row.disputed for row in found.rows] == [True, False, False]
    assert found.shared == 2
    totals = [(t.asserts, t.denies, t.silent) for t in found.totals]
    assert totals == [(2, 0, 1), (2, 1, 0)]
    text = rendered(run)
    for row in found.rows:
        for cell in row.spoken:
            target = cell.anchor or f"explain=assertion:{row.id}"
            assert f'href="#{target}"' in text
            assert not cell.anchor or f'id="{cell.anchor}"' in text
    for total in found.totals:
        assert total.asserts + total.denies + total.silent == len(found.rows)


def test_a_denied_assertion_is_a_contradiction_with_its_treatment(run: RunResult) -> None:
    view = sources.view(run, Evidence(run.files, None))
    denied = [one for one in view.disputes if one.kind == DENIED]
    assert [one.records for one in denied] == [["A01"]]
    assert denied[0].short == "reg99 asserts; Ng 2001 denies"
    assert "the evidence supports it" in denied[0].treatment
    assert [one.number for one in view.disputes] == list(range(1, len(view.disputes) + 1))
    text = rendered(run)
    assert f'id="{denied[0].anchor}"' in text
    assert 'id="matrix-A01"' in text and 'id="source-reg99"' in text


def test_two_sources_of_one_label_keep_their_keys() -> None:
    assert short_name("Donaldson, R. and Donaldson, J.", "2001", "d01") == "Donaldson 2001"
    assert short_name("Ng, A. and Bo, B.", "1999", "x") == "Ng and Bo 1999"
    assert short_name("", "1999", "reg99") == "reg99"


def test_a_case_without_evidence_says_so(tmp_path: Path) -> None:
    text = rendered(empty_run(tmp_path))
    for sentence in (
        "no dated events or figures",
        "no figures and no events",
        "no records, so none disagree",
        "no assertions",
        "no sources",
    ):
        assert sentence in text
    assert "<figure" not in text and "<form" not in text


def test_the_search_library_is_vendored_with_its_licence() -> None:
    folder = files("marchland.report") / "vendor" / "minisearch"
    script = (folder / "minisearch.min.js").read_text(encoding="utf-8")
    assert "MiniSearch" in script[:400]
    assert not re.search(r"\beval\(|new Function|https?://", script)
    assert "Permission is hereby granted" in (folder / "LICENSE").read_text(encoding="utf-8")


# ---------------------------------------------------------------- in a browser


def standalone(result: RunResult) -> str:
    """The view alone, with the page's own scripts and styles."""
    folder = files("marchland.report")
    vendor = ("vega", "vega-lite", "vega-interpreter", "vega-tooltip", "minisearch")
    bundles = [(folder / "vendor" / n / f"{n}.min.js").read_text(encoding="utf-8") for n in vendor]
    names = ("core", "charts", "timeline", "evidence", "matrix", "sources")
    own = [(folder / "page" / f"{n}.js").read_text(encoding="utf-8") for n in names]
    end = "marchland.explain = key => { document.documentElement.dataset.explained = key };"
    scripts = [safe_script(text) for text in (*bundles, *own, end + "marchland.start();")]
    errors = (folder / "page" / "errors.js").read_text(encoding="utf-8")
    css = [
        (folder / "styles" / f"{n}.css").read_text(encoding="utf-8") for n in ("base", "sources")
    ]
    island = json.dumps(sources.island(result, Evidence(result.files, None)))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">"
        f"<style>{''.join(css)}</style><script>{errors}</script></head><body><main>"
        f"{rendered(result)}</main><script type='application/json' id='data-sources'>"
        f"{island.replace('<', chr(92) + 'u003c')}</script>"
        + "".join(f"<script>{text}</script>" for text in scripts)
        + "</body></html>"
    )


@pytest.fixture
def page(browser: Any, run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(standalone(run), encoding="utf-8")
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.goto(f"{path.as_uri()}#view=sources")
    opened.wait_for_selector("#timeline-overview svg")
    yield opened
    assert opened.evaluate("document.documentElement.dataset.errors || ''") == ""
    opened.close()


def shown(page: Any) -> list[str]:
    """Ids of the rows that the table shows."""
    found: list[str] = page.evaluate(
        "Array.from(document.querySelectorAll('#evidence-table tbody tr'))"
        ".filter(r => !r.hidden).map(r => r.dataset.id)"
    )
    return found


def until(page: Any, expression: str) -> None:
    # Playwright's own waiting evaluates text in the page, which its policy forbids.
    for _ in range(100):
        if page.evaluate(f"Boolean({expression})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


@pytest.mark.browser
def test_search_and_facets_narrow_the_table_and_say_how_many(page: Any) -> None:
    assert len(shown(page)) == 7
    page.fill("#evidence-filters [name=q]", "blokade")
    until(page, "document.querySelectorAll('#evidence-table tr[hidden]').length === 6")
    assert shown(page) == ["E2"]
    assert "1 of 7 records" in page.inner_text("#evidence-found")
    page.click("#evidence-filters [data-reset]")
    page.select_option("#evidence-filters [name=kind]", "figure")
    assert shown(page) == ["Q1", "Q2", "Q3"]
    assert "kind=figure" in page.url
    assert page.is_disabled("#evidence-filters [name=use] option[value=act]")
    page.evaluate("marchland.state.set({q: 'nothing fits this'})")
    assert page.is_visible("#evidence-none")
    assert not page.is_visible("#evidence-table")


@pytest.mark.browser
def test_a_period_moves_brush_table_and_timeline_both_ways(page: Any) -> None:
    page.fill("#period-form [name=from]", "1993")
    page.fill("#period-form [name=to]", "1993")
    page.click("#period-form [type=submit]")
    assert page.evaluate("marchland.state.get('period')") == "1993/1993"
    assert shown(page) == ["Q2", "Q3", "E1", "E2"]
    brush = "document.querySelector('#timeline-overview .drawing').marchlandView.signal('brush_x')"
    wide = page.evaluate(brush)
    assert len(wide) == 2 and wide[1] > wide[0]
    page.click("#period-form [data-clear]")
    assert page.evaluate("marchland.state.get('period')") is None
    assert page.evaluate(brush) == []
    box = page.locator("#timeline-overview .drawing svg").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 40, steps=5)
    page.mouse.up()
    until(page, "marchland.state.get('period')")
    assert re.fullmatch(r"\d{4}-\d{2}/\d{4}-\d{2}", page.evaluate("marchland.state.get('period')"))


@pytest.mark.browser
def test_a_mark_of_the_timeline_leads_to_its_explanation(page: Any) -> None:
    page.evaluate("marchland.state.set({period: '1991/1994'})")
    page.locator("#timeline-detail svg text", has_text="A blockade").first.click()
    assert page.evaluate("document.documentElement.dataset.explained") == "event:E2"


@pytest.mark.browser
def test_contradictions_and_matrix_follow_their_filters(page: Any) -> None:
    assert page.locator("#matrix tr[data-speakers]:visible").count() == 2
    page.uncheck("#matrix-filters [name=shared]")
    assert page.locator("#matrix tr[data-speakers]:visible").count() == 3
    page.check("#matrix-filters [name=disputed]")
    assert page.locator("#matrix tr[data-speakers]:visible").count() == 1
    page.evaluate("marchland.state.set({q: 'nobody came'})")
    visible = page.locator("#disputes > details:visible")
    assert visible.count() == 1
    assert "denies" in visible.first.inner_text()


@pytest.mark.browser
def test_a_filtered_row_can_still_be_reached_by_its_anchor(page: Any) -> None:
    page.evaluate("marchland.state.set({kind: 'event'})")
    page.evaluate("marchland.go('record-Q1')")
    assert page.is_visible("#record-Q1")


@pytest.mark.browser
def test_what_a_case_says_is_never_markup(page: Any) -> None:
    assert EVIL not in page.content()
    page.evaluate("marchland.state.set({period: '1990/1992'})")
    assert page.locator("#timeline-detail svg b, #timeline-detail svg script").count() == 0
