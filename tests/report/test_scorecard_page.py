"""The scorecard's page: everything on it, nothing from outside, at any width, for any reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_run import EVIL, small_case

from marchland.case import load
from marchland.report.scorecard import headline, render_scorecard
from marchland.scorecard import Draws, Scorecard, make_scorecard
from marchland.scorecard.write import write_scorecard

FORECASTS = (
    "id,who,made,horizon,statement,kind,stance,condition,measure,statistic,place,group,"
    "value,unit,bound,source,locator\n"
    'F1,"a <b>lord</b>",1993,1999,a million come,reach,fear,,migrants_stock,level,east,'
    "westerners,1000000,persons,at_least,reg99,reg99:2\n"
    "F2,somebody,1993,1993/..,the border is shut,event,,a king falls,,,,,,,,reg99,reg99:3\n"
    + "".join(f"G{n},x,1993,1993/..,it is open,open,,,,,,,,,,reg99,reg99:4\n" for n in range(8))
)
OUTCOMES = (
    "measure,statistic,place,group,counterpart,start,end,value,low,high,unit,source,forecast\n"
    "migrants_stock,level,east,westerners,,1999,1999,11000,,,persons,<i>invented</i>,\n"
    "migrants_stock,level,east,westerners,,1997,1997,,9000,14000,persons,invented,\n"
    "border_crossings,mean,east,,,1998,1998,77,,,trips_per_year,invented,\n"
    ",,,,,1995,1999,0,,,,a judge,F2\n"
)


@pytest.fixture(scope="module")
def card_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scorecard]:
    folder = tmp_path_factory.mktemp("card")
    case = small_case(folder)
    (case / "evidence" / "forecasts.csv").write_text(FORECASTS, encoding="utf-8")

    def made(outcomes: str = OUTCOMES, failed: str = "") -> Scorecard:
        path = folder / "outcomes.csv"
        path.write_text(outcomes, encoding="utf-8")
        values = np.tile([[0.4, 0.4, 2.5]], (20, 1))
        names = ["departures_default", "diaspora", "opening"]
        return make_scorecard(load(case), path, Draws(names, values, 20, 1, failed))

    return made


@pytest.fixture(scope="module")
def page(card_of: Callable[..., Scorecard], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scorecard(card_of(), tmp_path_factory.mktemp("page"))


def test_the_folder_has_page_and_tables(page: Path) -> None:
    written = {path.name for path in page.parent.iterdir()}
    assert written == {
        *("scorecard.html", "scorecard.csv", "scorecard_projections.csv", "scorecard.json")
    }


def test_what_a_file_says_is_escaped_and_no_script_can_run(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert EVIL not in html and "<b>lord</b>" not in html and "<i>invented</i>" not in html
    assert "&lt;b&gt;lord&lt;/b&gt;" in html and "&lt;i&gt;invented&lt;/i&gt;" in html
    assert "<script" not in html and "default-src 'none'" in html
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


def test_the_page_says_what_the_tables_say(page: Path, card_of: Callable[..., Scorecard]) -> None:
    card, html = card_of(), page.read_text(encoding="utf-8")
    for verdict in card.verdicts:
        assert f'id="forecast-{verdict.forecast.id}"' in html
    for sentence in headline(card):
        assert sentence.replace("'", "&#39;") in html
    for row in card.projected.table.to_dict("records"):
        assert str(row["outcome"]) in html
    assert html.count('class="strip"') == int(card.projected.table["crps"].notna().sum()) == 3


def test_the_same_scorecard_gives_the_same_page(card_of: Callable[..., Scorecard]) -> None:
    assert render_scorecard(card_of()) == render_scorecard(card_of())


def test_a_failed_fit_is_said_first(card_of: Callable[..., Scorecard]) -> None:
    html = render_scorecard(card_of(failed="It went wrong."))
    assert html.index("must not be trusted") < html.index("The sources’ forecasts</h2>")


def test_a_conditional_projection_is_labelled(card_of: Callable[..., Scorecard]) -> None:
    card = card_of()
    assert not card.conditional and "A conditional projection." not in render_scorecard(card)
    given = replace(card, conditional=True, projection="It takes income as known.")
    html = render_scorecard(given)
    assert "A conditional projection." in html and "It takes income as known." in html


def test_judgements_alone_say_so(card_of: Callable[..., Scorecard]) -> None:
    lines = OUTCOMES.splitlines(keepends=True)
    html = render_scorecard(card_of(lines[0] + lines[-1]))
    assert "no projection is scored" in html and "No outcome could be compared" in html


def test_passages_stand_where_the_texts_are_at_hand(
    card_of: Callable[..., Scorecard], tmp_path: Path
) -> None:
    (tmp_path / "reg99.txt").write_text("one\na million may come\nthree\nfour\n")
    assert "a million may come" in render_scorecard(card_of(), sources=tmp_path)
    assert "Passage" not in render_scorecard(card_of())


@pytest.mark.browser
@pytest.mark.parametrize("width", [700, 1400])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_without_error_request_or_sideways_scroll(
    browser: Any, page: Path, width: int, dark: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme="dark" if dark else "light"
    )
    opened = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text))
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(page.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.locator("table.projections svg.strip").count() == 3
    opened.locator("details.group > summary").click()
    assert opened.locator("#forecast-G7").is_visible()
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    context.close()


@pytest.mark.browser
def test_axe_finds_nothing_serious(browser: Any, page: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(bypass_csp=True)
    opened = context.new_page()
    opened.goto(page.as_uri())
    found = axe.Axe().run(opened).response["violations"]
    serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
    context.close()
    assert serious == []
