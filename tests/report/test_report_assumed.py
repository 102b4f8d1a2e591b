"""What was assumed: the ranking, drivers and priors as tables, and their drawing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from report_run import empty_run, small_run

from marchland.importance import NOISE
from marchland.report import assumed, render
from marchland.report.answers import known_codes
from marchland.report.assumed import Assumed
from marchland.run import RunResult


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return small_run(tmp_path_factory.mktemp("assumed"))


@pytest.fixture(scope="module")
def view(run: RunResult) -> Assumed:
    return assumed.view(run, known_codes(run))


@pytest.fixture(scope="module")
def section(run: RunResult) -> str:
    return _section(run)


def _section(run: RunResult) -> str:
    page = render(run)
    start = page.index('id="view-assumed"')
    return page[start : page.index("</section>", start)]


def test_what_the_evidence_left_open_comes_first(view: Assumed) -> None:
    stock, shut = view.ranked
    assert [m.label for m in stock.movers] == ["Population, west", "departures_default"]
    driver, prior = stock.movers
    assert (driver.kind, driver.quality, driver.low, driver.high) == ("driver", "D", "−400", "+450")
    assert (driver.relative, driver.chance, prior.chance) == ("0.45", "", "0.10")
    assert prior.words == "informed by the evidence"
    assert "Population, west moves it most (quality D: judgement): −400 and +450" in stock.reading
    assert "0.45 of the width" in stock.reading
    assert shut.movers == []
    assert (
        shut.reading
        == "No assumption moves this figure by a hundredth of its interval and beyond chance."
    )


def test_what_chance_explains_is_no_mover_but_can_be_asked_for(
    view: Assumed, run: RunResult
) -> None:
    assert all(m.label != "diaspora" for r in view.ranked for m in r.movers)
    data = assumed.island(run)
    named = dict(zip(data["columns"], zip(*data["moves"]["stock-1"], strict=True), strict=True))
    assert named["name"] == ("population", "departures_default", "diaspora")
    assert named["noise"] == (None, 0.1, 0.1)
    (diaspora,) = (p for p in view.priors if p.row.name == "diaspora")
    assert diaspora.moves == [] and diaspora.greatest == 0.0


def test_a_driver_without_a_range_says_so_and_has_no_zero(view: Assumed, section: str) -> None:
    population, income = view.drivers
    assert (population.name, population.worst, population.greatest) == ("population", "D", 0.45)
    assert population.moves == ["stock 0.45 (west)"]
    assert income.greatest is None and income.ranged == "1 of 1 rows state none"
    row = re.search(r'<tr id="driver-income".*?\n\n?', section, re.S)
    assert row is not None
    assert "no range stated" in row[0] and 'data-value=""' in row[0]


def test_values_of_drivers_keep_what_is_absent(run: RunResult) -> None:
    drivers = assumed.island(run)["drivers"]
    assert drivers["population"]["places"]["west"] == [
        ["1990", 1990.0, 3e6, 2.7e6, 3.3e6, "D"],
    ]
    assert drivers["income"]["places"]["east"][0][2:] == [2.0, None, None, "A"]
    json.dumps(assumed.island(run), allow_nan=False)


def test_parameters_keep_their_anchors_and_the_held_ones_are_folded(section: str) -> None:
    for name in ("departures_default", "diaspora", "opening"):
        assert section.count(f'id="parameter-{name}"') == 1
    held = section[section.index('id="held"') :]
    assert 'id="parameter-opening"' in held and "held at" in held
    assert "1 parameter is held fixed" in held
    assert "Prior: a guess" in section
    assert 'class="strip"' in section


def test_a_share_is_told_in_percentage_points(run: RunResult) -> None:
    table = run.importance.assign(unit="share", change_low=-0.04, change_high=0.05)
    answer = run.answers[0]
    answer = type(answer)(**{**vars(answer), "unit": "share"})
    other = RunResult(**{**vars(run), "importance": table, "answers": [answer]})
    reading = assumed.view(other, frozenset()).ranked[0].reading
    assert "−4.0 and +5.0 percentage points" in reading
    moves = assumed.island(other)["moves"]["stock-1"]
    assert moves[0][4:6] == [-0.04, 0.05]


def test_a_run_that_did_not_compute_it_says_so(run: RunResult) -> None:
    other = RunResult(**{**vars(run), "importance": pd.DataFrame()})
    section = _section(other)
    assert "did not compute how far assumptions move its answers" in section
    assert "not computed" in section and 'id="assumed-tornado"' not in section
    assert assumed.island(other)["figures"] == []


def test_a_case_without_assumptions_has_sentences(tmp_path: Path) -> None:
    section = _section(empty_run(tmp_path))
    for said in (
        "This case has no questions, so there is no answer that an assumption could move.",
        "This case has no drivers: nothing from outside moves the model.",
        "This case states no errors of its sources.",
        "This case has no scenarios.",
    ):
        assert said in section
    assert "<figure" not in section


def test_only_noise_gives_a_sentence_and_no_mover(run: RunResult) -> None:
    table = run.importance[run.importance["note"] == NOISE]
    other = RunResult(**{**vars(run), "importance": table})
    (first, _) = assumed.view(other, frozenset()).ranked
    assert first.movers == [] and "chance" in first.reading
    assert np.isfinite(table["relative"]).all()


# ------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def path(run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(run), encoding="utf-8")
    return path


def _open(browser: Any, path: Path, fragment: str = "view=assumed", **more: Any) -> Any:
    page = browser.new_context(viewport={"width": 1200, "height": 900}, **more).new_page()
    page.goto(f"{path.as_uri()}#{fragment}")
    return page


@pytest.mark.browser
def test_the_chart_follows_the_figure_and_the_choices(browser: Any, path: Path) -> None:
    page = _open(browser, path)
    page.wait_for_selector("#assumed-tornado [data-drawn]")
    bars = "#assumed-tornado .drawing .mark-rect path"
    assert page.locator(bars).count() == 2
    page.check("#assumed-chance")
    assert page.locator(bars).count() == 3
    page.uncheck("#assumed-informed")
    assert page.locator(bars).count() == 2
    page.select_option("#assumed-answer", "shut-1")
    assert "answer=shut-1" in page.evaluate("location.hash")
    assert "Nothing moves this figure" in page.inner_text("#assumed-tornado .legend")
    assert page.evaluate("document.documentElement.getAttribute('data-errors')") is None


@pytest.mark.browser
def test_tables_can_be_searched_filtered_and_sorted(browser: Any, path: Path) -> None:
    page = _open(browser, path)
    rows = page.locator("#drivers-table tbody tr:visible")
    assert rows.count() == 2
    page.select_option('[data-for="drivers-table"] select', "A")
    assert rows.count() == 1 and "income" in rows.first.inner_text().lower()
    page.select_option('[data-for="drivers-table"] select', "")
    page.fill('[data-for="drivers-table"] input', "judgement")
    assert rows.count() == 1 and "1 of 2" in page.inner_text('[data-for="drivers-table"] output')
    page.fill('[data-for="drivers-table"] input', "")
    # What is absent stays last, whichever way the numbers run.
    for _ in range(2):
        page.click("#drivers-table th:nth-child(2) button")
        assert "Population" in rows.first.inner_text()
    page.click('button[data-driver="income"]')
    assert "east" in page.inner_text("#driver-chart figcaption")
    assert page.evaluate("document.documentElement.getAttribute('data-errors')") is None


@pytest.mark.browser
def test_without_scripts_the_tables_are_there(browser: Any, path: Path) -> None:
    page = _open(browser, path, "", java_script_enabled=False)
    assert page.is_visible("#drivers-table") and page.is_visible("#priors-table")
    assert not page.is_visible("#assumed-answer")
    page.click("summary:has-text('The same as tables')")
    assert page.is_visible("table.movers")
