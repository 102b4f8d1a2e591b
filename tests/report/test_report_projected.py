"""Where a projection begins, in the page: said, drawn on charts of time, its rules as a table."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from browsing import Reader
from report_run import small_run

from marchland.case import parse_period
from marchland.model import Model
from marchland.report import render
from marchland.run import RunResult


@pytest.fixture(scope="module")
def projected(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The small run, as if its last year were projected as of 1993."""
    result = small_run(tmp_path_factory.mktemp("projected"))
    config = result.files.config.model_copy(
        update={"as_of": 1993, "period": parse_period("1990/1993")}
    )
    files = dataclasses.replace(result.files, config=config)
    projection = Model(files, until=1994, courses=4).projection
    assert projection.begins == "1994Q1"
    return dataclasses.replace(result, files=files, projection=projection)


def test_the_page_says_what_is_projected_and_by_which_rules(projected: RunResult) -> None:
    page = render(projected)
    assert projected.projection is not None
    assert page.count(projected.projection.sentence) == 2, "on the first page, and how it was made"
    assert 'data-projected-label="projected from 1994Q1"' in page
    for rule in projected.projection.followed:
        assert f"<code>{rule.name}</code>" in page


@pytest.mark.browser
def test_charts_of_time_show_where_the_projection_begins(
    browser: Any, projected: RunResult, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(projected), encoding="utf-8")
    with Reader(browser, path, fragment="view=model") as reader:
        reader.draw_everything()
        said = reader.page.locator("figure.chart .drawing svg text", has_text="projected from")
        timed = reader.page.locator("figure.chart .drawing svg g.mark-line")
        assert said.count() >= 2 and timed.count() >= 2
        assert set(said.all_text_contents()) == {"projected from 1994Q1"}
        assert reader.script_errors() is None
    with Reader(browser, path, fragment="view=model&period=1991/1992") as reader:
        reader.draw_everything()
        chart = reader.page.locator("#view-model figure.chart:has(.legend)").first
        chart.scroll_into_view_if_needed()
        words = chart.locator(".drawing svg text").all_text_contents()
        assert any(word.startswith("1992") for word in words)
        assert not any(word.startswith("projected") for word in words), "it lies outside"


@pytest.mark.browser
def test_a_run_that_projects_nothing_has_no_rule(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(small_run(tmp_path)), encoding="utf-8")
    with Reader(browser, path, fragment="view=model") as reader:
        reader.draw_everything()
        drawn = reader.page.locator("figure.chart .drawing svg text")
        assert drawn.count() > 0
        assert reader.page.locator("figure.chart svg text", has_text="projected").count() == 0
