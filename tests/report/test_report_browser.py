"""The report as a reader meets it: drawn, offline, explained, filtered, saved and printed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browsing import VIEWS, Reader
from report_run import empty_run, small_run

from marchland.report import render

pytestmark = pytest.mark.browser
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    file = folder / "report.html"
    file.write_text(render(small_run(folder)), encoding="utf-8")
    return file


@pytest.fixture
def reader(browser: Any, path: Path) -> Iterator[Reader]:
    with Reader(browser, path) as opened:
        yield opened


@pytest.mark.parametrize("width", [700, 1000, 1600])
def test_every_view_is_drawn_without_error_request_or_sideways_scroll(
    browser: Any, path: Path, width: int
) -> None:
    with Reader(browser, path, width=width) as reader:
        for name in VIEWS:
            reader.view(name)
            shown = reader.page.locator("section.view:not([hidden])")
            assert shown.count() == 1 and shown.get_attribute("data-view") == name
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
        figures = reader.draw_everything()
        assert reader.page.locator("figure.chart .drawing[data-drawn] svg").count() == figures >= 4
        assert reader.script_errors() is None
        assert [url for url in reader.requests if not url.startswith(("file:", "data:"))] == []


def test_the_first_screen_is_painted_within_two_seconds(browser: Any, path: Path) -> None:
    with Reader(browser, path) as reader:
        paint = reader.page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        assert paint < 2000
        assert reader.page.locator("article.card").first.is_visible()
        box = reader.page.locator(".boundary").bounding_box()
        assert box is not None and box["y"] < 1000


def test_every_figure_explains_itself_in_one_click(reader: Reader) -> None:
    """Each key on the page opens the panel, which leads on to parts that exist."""
    keys = reader.page.evaluate(
        "Array.from(new Set(Array.from(document.querySelectorAll('[data-explain]'), "
        "a => a.dataset.explain))).filter(key => !key.endsWith(':'))"
    )
    assert len(keys) >= 8
    for key in keys:
        assert reader.page.evaluate("key => marchland.explain(key)", key), key
        heads = reader.page.locator("#explain ol > li > h3").all_text_contents()
        figure = key.startswith(("record:", "answer:", "line:", "measure:"))
        assert heads == [
            "Figure" if figure else "What it is",
            "Equation",
            "Parameters",
            "Records",
            "Source and place in it",
        ], key
        broken = reader.page.evaluate(
            "Array.from(document.querySelectorAll('#explain a[href^=\"#\"]'), a => "
            "a.getAttribute('href').slice(1)).filter(id => !id.includes('=') && "
            "!document.getElementById(id))"
        )
        assert broken == [], key
    assert reader.script_errors() is None


def test_a_figure_leads_to_equation_parameter_record_and_source(reader: Reader) -> None:
    reader.click(".card summary")
    reader.click(".card a.figure")
    panel = reader.page.locator("#explain")
    assert panel.is_visible()
    for link in ("#equation-E1", "#parameter-departures_default", "#record-Q1", "#source-reg99"):
        assert panel.locator(f'a[href="{link}"]').count() >= 1, link
    assert "reg99:2" in panel.inner_text()
    reader.page.keyboard.press("Escape")
    assert not panel.is_visible() and "explain" not in reader.state()


def test_a_panels_link_leads_into_another_view_and_back_returns(reader: Reader) -> None:
    reader.page.evaluate("marchland.explain('record:Q1')")
    reader.click('a[href="#source-reg99"]', within="#explain")
    assert reader.page.evaluate("document.documentElement.dataset.view") == "sources"
    assert reader.page.locator("#source-reg99").is_visible()
    reader.page.go_back()
    assert reader.page.evaluate("document.documentElement.dataset.view") == "answers"


def test_state_lives_in_the_fragment(browser: Any, path: Path) -> None:
    fragment = "view=whatif&period=1992/1993&scenario=border_shut"
    with Reader(browser, path, fragment=fragment) as reader:
        assert reader.page.evaluate("document.documentElement.dataset.view") == "whatif"
        assert reader.page.locator("#period-chip").inner_text().startswith("Period 1992 to 1993")
        assert reader.page.locator('input[value="border_shut"]').is_checked()
        years = reader.page.locator("#whatif-fan svg text").all_text_contents()
        assert any(text.startswith("1992-") for text in years)
        assert not any(text.startswith(("1990", "1991", "1995")) for text in years)
        reader.click("#period-chip button")
        assert "period" not in reader.state() and reader.state()["scenario"] == "border_shut"


def test_a_period_cuts_charts_of_time_to_itself(browser: Any, path: Path) -> None:
    """The axis has the years of the period, and lines are as wide as the drawing."""
    with Reader(browser, path, fragment="view=model&period=1992/1993") as reader:
        reader.draw_everything()
        chart = reader.page.locator("#view-model figure.chart:has(.legend)").first
        chart.scroll_into_view_if_needed()
        drawn = chart.locator(".drawing svg g.mark-line path").first.bounding_box()
        whole = chart.locator(".drawing svg").bounding_box()
        assert drawn is not None and whole is not None
        assert drawn["width"] > 0.5 * whole["width"]
        words = chart.locator(".drawing svg text").all_text_contents()
        assert any(word.startswith(("1992-", "1993-")) for word in words)
        assert not any(word.startswith(("1990", "1991", "1995")) for word in words)
        rows = reader.page.locator("table.fit tr[data-first]")
        shown = reader.page.locator("table.fit tr[data-first]:visible").count()
        assert shown == rows.count() == 3  # all three speak of these two years
        reader.page.evaluate("marchland.state.set({period: '1993/1993'})")
        assert reader.page.locator("table.fit tr[data-first]:visible").count() == 2
        assert "2 of 3" in reader.page.locator("#fit-found").inner_text()


def test_an_anchor_opens_its_view_and_what_is_folded(browser: Any, path: Path) -> None:
    with Reader(browser, path, fragment="parameter-diaspora") as reader:
        assert reader.page.locator("#parameter-diaspora").is_visible()
        assert reader.page.evaluate("document.documentElement.dataset.view") == "assumed"


def _save(reader: Reader, figure: str, button: str) -> str:
    with reader.page.expect_download() as download:
        reader.page.locator(f"{figure} .tools button", has_text=button).first.click()
    return Path(str(download.value.path())).read_text(encoding="utf-8")


def test_data_are_shown_and_saved_with_gaps_empty(reader: Reader) -> None:
    reader.view("model")
    reader.draw_everything()
    chart = "#view-model figure.chart:has(strong:text-matches('^Border crossings, east'))"
    rows = list(csv.DictReader(io.StringIO(_save(reader, chart, "CSV"))))
    was = [row for row in rows if row["line"] == "As it was"]
    assert [row["time"] for row in was[:2]] == ["1990Q1", "1990Q2"]
    assert "1991Q3" not in {row["time"] for row in was}
    assert {row["time"] for row in rows if row["line"] != "As it was"} >= {"1991Q3"}
    svg = _save(reader, chart, "SVG")
    assert svg.startswith("<svg") and "currentColor" not in svg
    # It stands alone: title, legend and where it is from.
    for text in ("Border crossings, east", "As it was", "The border is shut", "marchland 0.1.0"):
        assert text in svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    reader.click(f"{chart} .tools button:text-is('Data')")
    table = reader.page.locator(f"{chart} table").first
    assert table.locator("th").all_text_contents()[:2] == ["Line", "Quarter"]
    assert table.locator("tbody tr").count() == len(rows)


def test_a_range_has_no_value_and_a_stated_zero_is_a_zero(reader: Reader) -> None:
    tables = reader.page.evaluate("Object.values(marchland.data('charts')).flatMap(c => c.tables)")
    stated = {row[0]: row for t in tables if t["role"] == "observed" for row in t["rows"]}
    assert stated["Q2"][4] is None and stated["Q2"][5:7] == [9000, 15000]
    assert stated["Q3"][4] == 0


def test_nothing_is_drawn_across_a_gap(reader: Reader) -> None:
    reader.view("model")
    reader.draw_everything()
    chart = "#view-model figure.chart:has(strong:text-matches('^Border crossings, east'))"
    lines = reader.page.locator(f'{chart} path[aria-roledescription="line mark"]').count()
    # Two stretches of the baseline, with the gap between them, and one of the scenario.
    assert lines == 3


def test_scenarios_and_figures_can_be_switched(reader: Reader) -> None:
    reader.view("whatif")
    title = reader.page.locator("#whatif-fan strong").inner_text()
    assert title == "Border crossings, east"
    csv_text = _save(reader, "#whatif-difference", "CSV")
    values = {row["q50"] for row in csv.DictReader(io.StringIO(csv_text))}
    assert values and all(float(value) < 0 for value in values)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_serious(browser: Any, path: Path, name: str, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with Reader(browser, path, dark=dark, fragment=f"view={name}") as reader:
        reader.draw_everything()
        found = axe.run(reader.page).response["violations"]
        serious = {
            one["id"]: [node["html"][:160] for node in one["nodes"][:3]]
            for one in found
            if one["impact"] in SERIOUS
        }
        assert serious == {}


def test_axe_finds_nothing_serious_in_the_panel(reader: Reader) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    reader.page.evaluate("marchland.explain('record:Q1')")
    found = axe.run(reader.page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in SERIOUS] == []


def test_the_keyboard_reaches_views_and_figures(reader: Reader) -> None:
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.className") == "skip"
    for _ in range(3):
        reader.page.keyboard.press("Tab")
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("document.documentElement.dataset.view") == "system"


def test_it_prints_every_view_with_its_charts(reader: Reader, tmp_path: Path) -> None:
    reader.page.emulate_media(media="print")
    reader.draw_everything()
    for name in VIEWS:
        assert reader.page.locator(f"#{name}").is_visible(), name
    assert not reader.page.locator("nav.views").is_visible()
    pdf = tmp_path / "report.pdf"
    reader.page.pdf(path=str(pdf), format="A4")
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 50_000


def test_a_case_of_ten_lines_has_no_empty_chart(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(empty_run(tmp_path)), encoding="utf-8")
    with Reader(browser, file) as reader:
        figures = reader.draw_everything()
        assert reader.page.locator("figure.chart svg").count() >= figures
        marks = reader.page.evaluate(
            "Array.from(document.querySelectorAll('figure.chart .drawing'), d => "
            "d.querySelectorAll('path[d]').length)"
        )
        assert all(count > 0 for count in marks)
        for name in VIEWS:
            reader.view(name)
            text = reader.page.locator("section.view:not([hidden])").inner_text()
            assert len(re.sub(r"\s+", " ", text)) > 80, name
        assert reader.script_errors() is None
