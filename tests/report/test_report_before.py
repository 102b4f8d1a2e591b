"""Before the evidence: what the page says of priors, targets, rivals and movers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from before_run import known_run
from browsing import Reader
from report_run import empty_run, small_run

from marchland.report import before, render
from marchland.report.records import Evidence
from marchland.run import RunResult
from marchland.summary import summary


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return known_run(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def page(run: RunResult) -> str:
    return render(run)


@pytest.fixture(scope="module")
def section(page: str) -> str:
    start = page.index('id="before"')
    return page[start : page.index('id="assumed-errors"', start)]


def row(section: str, table: str, name: str) -> str:
    body = section[section.index(f'id="{table}"') :]
    body = body[: body.index("</table>")]
    return next(part for part in body.split("<tr")[1:] if name in part)


def test_a_figure_outside_the_priors_is_said_so(run: RunResult, section: str) -> None:
    first, second, third = before.figures(run, Evidence(run.files, None))
    assert first.inside and first.scored and not second.scored
    assert (first.prior98, first.prior90) == ("90 to 900,000", "200 to 40,000")
    assert not third.inside
    assert "1 scored figure lies outside the central 98 per cent" in section
    assert 'data-inside="no"' in row(section, "before-table", "record:Q3")
    assert "persons" in row(section, "before-table", "record:Q1")


def test_the_picture_has_priors_posterior_and_what_is_stated(run: RunResult) -> None:
    first, second, _ = before.figures(run, Evidence(run.files, None))
    for part in ('class="outer"', 'class="before"', 'class="after"', 'class="seen"'):
        assert part in first.strip
    assert "logarithmic scale" in first.strip
    assert 'class="range"' in second.strip
    drawn = {
        k: float(x) for k, x in re.findall(r'class="(outer|before)" d="M([\d.]+)', first.strip)
    }
    assert drawn["outer"] < drawn["before"]


def test_parameters_say_what_could_be_told_and_what_was(run: RunResult, section: str) -> None:
    silent, local, told = before.parameters(run.identified.table)
    assert (silent.name, silent.tellers, silent.only) == ("opening", [], [])
    assert local.surprising and not told.surprising
    assert told.tellers == ["t1 0.44"] and told.only == ["t1"]
    assert "surprising" in row(section, "told-table", "diaspora")
    assert "none by a hundredth" in row(section, "told-table", "opening")
    assert "tells a fifth or more of 1 of 3 parameters" in section


def test_the_map_of_targets_has_only_what_is_told(run: RunResult) -> None:
    chart = before.heat(run.identified.table)
    assert chart is not None
    (table,) = chart.tables
    assert [row[:3] for row in table.rows] == [
        ["t1", "departures_default", 0.44],
        ["t1", "diaspora", 0.08],
    ]
    assert before.heat(run.identified.table.iloc[:0]) is None


def test_known_together_and_not_apart(section: str) -> None:
    said = row(section, "together-table", "departures_default + diaspora")
    assert "0.20" in said and "0.52" in said


def test_rivals_that_are_not_recovered_have_no_chances(run: RunResult, page: str) -> None:
    (pair,) = before.pairs(run)
    assert (pair.right, pair.sharper, pair.recovered) == ("51", "54", False)
    start = page.index('id="rivals-why"')
    rivals = page[start : page.index("</table>", start)]
    assert "Structural exploration: the rival explanations have no probabilities" in rivals
    assert "0.50" not in rivals and rivals.count('<td class="number">none') == 2
    said = json.loads(summary(run))
    assert all(r["probability"] is None for r in said["explanations"]["why"])
    assert said["identification"]["recovery"] == {"why": "structural exploration"}


def test_rivals_that_are_recovered_have_chances(tmp_path: Path) -> None:
    result = known_run(tmp_path, recovered=True)
    page = render(result)
    start = page.index('id="rivals-why"')
    rivals = page[start : page.index("</table>", start)]
    assert "Structural exploration" not in rivals and "0.50" in rivals
    assert json.loads(summary(result))["explanations"]["why"][0]["probability"] == 0.5


def test_movers_have_a_unit_and_an_interval(run: RunResult, section: str) -> None:
    ((answer, rows),) = before.movers(run.identified.sensitivity)
    (mover,) = rows  # what moves nothing is left out
    assert (answer, mover.name, mover.unit) == ("stock", "departures_default", "natural log")
    assert (mover.size, mover.interval, mover.relative) == ("2.1", "1.9 to 2.3", "0.80")
    assert "1.9 to 2.3" in section


@pytest.mark.parametrize("make", [small_run, empty_run])
def test_a_run_that_has_none_of_it_says_so(make: Any, tmp_path: Path) -> None:
    page = render(make(tmp_path))
    assert "This run has nothing to say of what could be told before the evidence" in page


@pytest.fixture
def reader(browser: Any, page: str, tmp_path: Path) -> Iterator[Reader]:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    with Reader(browser, path, width=700) as opened:
        yield opened


@pytest.mark.browser
def test_a_reader_finds_what_cannot_be_told(reader: Reader) -> None:
    reader.view("assumed")
    reader.choose('p[data-for="told-table"] select', "cannot-be-told")
    shown = reader.page.locator("#told-table tbody tr:not([hidden])")
    assert shown.count() == 1 and "opening" in shown.inner_text()
    reader.fill('p[data-for="before-table"] [data-text]', "Q3")
    assert reader.page.locator("#before-table tbody tr:not([hidden])").count() == 1
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 700
    assert reader.script_errors() is None


@pytest.mark.browser
def test_the_map_is_drawn_with_its_axes(reader: Reader) -> None:
    reader.view("assumed")
    reader.draw_everything()
    drawing = reader.page.locator("#told .drawing[data-drawn] svg")
    assert drawing.count() == 1
    text = drawing.text_content()
    assert "departures_default" in text and "t1" in text and "contraction" in text
    assert reader.script_errors() is None


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(browser: Any, page: str, tmp_path: Path, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    with Reader(browser, path, dark=dark, fragment="view=assumed") as reader:
        reader.draw_everything()
        found = axe.run(reader.page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"][:160]) for one in serious] == []
