"""The flagship's report in a reader's hands: five tasks, the brush, search, facets, scenarios."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import VIEWS, Reader
from tasks import MOST_INTERACTIONS, TASKS

from marchland.api import Case
from marchland.report import render
from marchland.run import Options

pytestmark = pytest.mark.browser
SHARED = Path(__file__).parents[3] / "shared" / "sources"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quick run: its figures are not to be cited, its page is the same."""
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        pytest.skip("there is no Chromium on PATH")
    result = Case.open("northeast-asia").run(Options(members=40, quick=True))
    file = tmp_path_factory.mktemp("flagship") / "report.html"
    sources = SHARED if SHARED.is_dir() else None
    file.write_text(render(result, sources=sources), encoding="utf-8")
    return file


@pytest.fixture
def reader(browser: Any, path: Path) -> Iterator[Reader]:
    with Reader(browser, path) as opened:
        yield opened


def test_the_file_is_under_five_megabytes(path: Path) -> None:
    assert path.stat().st_size < 5_000_000


def test_the_first_screen_is_painted_within_two_seconds_and_says_it_all(reader: Reader) -> None:
    paint = reader.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert paint < 2000
    for what in ("article.card >> nth=4", ".boundary h2", ".numbers li >> nth=2"):
        box = reader.page.locator(what).bounding_box()
        assert box is not None and box["y"] + box["height"] < 1000, what


@pytest.mark.parametrize("name", TASKS)
def test_a_reader_does_what_he_came_for(browser: Any, path: Path, name: str) -> None:
    with Reader(browser, path, width=1000) as reader:
        assert TASKS[name](reader)
        assert reader.interactions <= MOST_INTERACTIONS
        assert reader.script_errors() is None


def test_every_figure_of_the_flagship_leads_on(reader: Reader) -> None:
    """Walk every figure of the page: none is without its way, and no link is broken."""
    found = reader.page.evaluate(
        """() => {
          const keys = new Set(Array.from(document.querySelectorAll('[data-explain]'),
            a => a.dataset.explain).filter(key => !key.endsWith(':')));
          const wrong = [];
          keys.forEach(key => {
            if (!marchland.explain(key)) return wrong.push(key + ': nothing to say');
            document.querySelectorAll('#explain a[href^="#"]').forEach(a => {
              const id = a.getAttribute('href').slice(1);
              if (!id.includes('=') && !document.getElementById(id)) wrong.push(key + ': ' + id);
            });
          });
          return [keys.size, wrong];
        }"""
    )
    assert found[0] > 600 and found[1] == []


def test_no_link_of_the_page_is_broken(reader: Reader) -> None:
    broken = reader.page.evaluate(
        """() => Array.from(document.querySelectorAll('a[href^="#"]'), a =>
          a.getAttribute('href').slice(1)).filter(id => !id.includes('=') &&
          !document.getElementById(id))"""
    )
    assert broken == []


def test_a_brush_chooses_the_period_of_the_whole_page(reader: Reader) -> None:
    reader.view("sources")
    strip = reader.page.locator("#timeline-overview .drawing svg")
    strip.wait_for()
    before = reader.page.locator("#evidence-table tbody tr:visible").count()
    box = strip.bounding_box()
    assert box is not None
    height = box["y"] + box["height"] * 0.45
    reader.page.mouse.move(box["x"] + box["width"] * 0.6, height)
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] + box["width"] * 0.75, height, steps=8)
    reader.page.mouse.up()
    reader.until(lambda: "period" in reader.state())
    first, last = reader.state()["period"].split("/")
    assert 1900 < int(first[:4]) < int(last[:4]) < 2010
    after = reader.page.locator("#evidence-table tbody tr:visible").count()
    assert 0 < after < before
    reader.view("where")
    assert first[:4] in reader.page.locator("#view-where").inner_text()
    reader.click("#period-chip button")
    reader.view("sources")
    assert reader.page.locator("#evidence-table tbody tr:visible").count() == before


def test_search_and_facets_work_together(reader: Reader) -> None:
    reader.view("sources")
    rows = reader.page.locator("#evidence-table tbody tr:visible")
    every = rows.count()
    reader.fill('#evidence-filters input[name="q"]', "visas")
    reader.until(lambda: reader.state().get("q") == "visas" and rows.count() < every)
    searched = rows.count()
    assert 0 < searched < every
    reader.choose('#evidence-filters select[name="source"]', "wishnick2003")
    reader.until(lambda: "source" in reader.state() and rows.count() < searched)
    assert 0 < rows.count() < searched
    assert all("wishnick2003" in text for text in rows.all_inner_texts())


def test_scenarios_switch_and_the_figure_with_them(reader: Reader) -> None:
    reader.view("whatif")
    reader.click('label:has(input[value="no_enlargement"])')
    assert reader.state()["scenario"] == "no_enlargement"
    text = reader.page.locator("#whatif-fan").inner_text()
    assert "NATO does not enlarge" in text
    reader.choose("#whatif-line", "trade_turnover|CHN-RUS||")
    assert reader.page.locator("#whatif-difference strong").inner_text().startswith("Difference")
    assert reader.script_errors() is None


@pytest.mark.parametrize("width", [700, 1400])
def test_every_chart_of_the_flagship_is_drawn(browser: Any, path: Path, width: int) -> None:
    with Reader(browser, path, width=width) as reader:
        for name in VIEWS:
            reader.view(name)
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, name
        figures = reader.draw_everything()
        assert figures > 40
        assert reader.page.locator("figure.chart .drawing svg").count() >= figures
        assert reader.script_errors() is None


@pytest.mark.parametrize("name", ["sources", "system", "where", "whatif", "assumed"])
def test_axe_finds_nothing_serious_in_the_flagship(browser: Any, path: Path, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with Reader(browser, path, fragment=f"view={name}") as reader:
        reader.page.wait_for_timeout(300)
        found = axe.run(reader.page).response["violations"]
        serious = {
            one["id"]: [node["html"][:160] for node in one["nodes"][:3]]
            for one in found
            if one["impact"] in ("serious", "critical")
        }
        assert serious == {}
