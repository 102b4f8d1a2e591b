from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import altair
import pandas as pd
import pytest
from report_run import empty_run, small_run

from marchland.report import render
from marchland.report.numbers import figure, period_words, plain, rounded
from marchland.report.vendor import safe_script

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
OPTIONAL = {"td", "th", "tr", "tbody", "thead", "tfoot", "li", "p", "dt", "dd"}


class Page(HTMLParser):
    """Ids, links, what could be fetched, and whether elements close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.fetched: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.scripts: dict[str, str] = {}
        self._script = ""
        self.feed(text)
        self.close()

    def inner(self) -> set[str]:
        """Ids that links lead to; a fragment with an equals sign is a state of the page."""
        return {href[1:] for _, href in self.links if href.startswith("#") and "=" not in href}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append((str(found.get("class", "")), str(found.get("href"))))
        elif tag in ("link", "script", "img", "iframe", "source", "object", "use", "image"):
            self.fetched += [str(found[n]) for n in ("src", "href", "data") if found.get(n)]
        if tag == "script":
            self._script = str(found.get("id", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[self._script] = data
        elif not self.open or self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    return render(small_run(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    return Page(report)


def test_every_anchor_resolves_and_no_id_is_doubled(page: Page) -> None:
    assert page.inner() - set(page.ids) == set()
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_elements_close(page: Page) -> None:
    assert page.wrong == []
    assert page.open == []


def island(page: Page, name: str) -> Any:
    return json.loads(page.scripts[f"data-{name}"])


def test_every_key_that_asks_for_an_explanation_has_one(report: str, page: Page) -> None:
    """What the page offers to explain stands in the tables that the panel is built from."""
    tables = island(page, "explain")
    named = dict.fromkeys(re.findall(r'data-explain="([^"]+)"', report))
    kinds = Counter(key.partition(":")[0] for key in named)
    assert {"answer", "record", "line", "assertion"} <= set(kinds)
    for key in named:
        kind, _, name = key.partition(":")
        if kind == "line":
            assert name.split("|")[0] in tables["measures"] or name in island(page, "labels"), key
        elif name:  # a chart whose figure the reader chooses has its key from the script
            assert name in tables[f"{kind}s"], key


def test_answers_lead_to_equation_parameter_record_and_source(page: Page) -> None:
    tables = island(page, "explain")
    for answer in tables["answers"].values():
        assert answer["equations"] and answer["parameters"] and answer["records"]
        assert set(answer["equations"]) <= set(tables["equations"])
        assert set(answer["parameters"]) <= set(tables["parameters"])
        for name in answer["records"]:
            assert tables["records"][name]["source"] in tables["sources"]
            assert tables["records"][name]["locator"].startswith("reg99:")


def test_text_of_the_case_is_escaped(report: str, page: Page) -> None:
    assert '<script>alert("x")' not in report
    assert "<b>note</b>" not in report and "&lt;b&gt;note&lt;/b&gt;" in report
    assert any('<script>alert("x")</script> & "quotes"' in text for text in page.text)


def test_nothing_is_fetched(report: str, page: Page) -> None:
    assert [url for url in page.fetched if not url.startswith("data:")] == []
    assert """http-equiv="Content-Security-Policy" content="default-src 'none';""" in report
    for name, text in page.scripts.items():
        assert "sourceMappingURL" not in text, name


def test_the_file_stays_small_and_is_the_same_twice(report: str, tmp_path: Path) -> None:
    assert len(report.encode()) < 5_000_000
    again = render(small_run(tmp_path)).replace(str(tmp_path), "")
    assert again == report


def test_the_order_of_the_page(report: str) -> None:
    views = ["answers", "sources", "system", "where", "model", "whatif", "assumed", "made"]
    assert re.findall(r'data-view="(\w+)" aria-labelledby', report) == views
    assert re.findall(r'<a href="#view=(\w+)" data-view', report) == views


def test_verdicts_boundary_and_numbers_stand_on_the_first_screen(report: str) -> None:
    first = report[: report.index("</header>")]
    assert 'class="badge yes">answered' in first
    assert 'class="badge no">the evidence cannot tell' in first
    assert "These figures have no model." in first and "Show the 7" in first
    assert "<b>3</b> records" in first and "<b>1</b> source<" in first.replace("\n", "")
    assert "<b>1 of 1</b> assertions" in first
    assert "must not be trusted" not in report


def test_a_failed_fit_is_said_before_anything_else(tmp_path: Path) -> None:
    report = render(small_run(tmp_path, failed="Too few particles."))
    first = report[: report.index('id="answers"')]
    assert "must not be trusted" in first and "Too few particles." in first
    assert "answered, by a fit that failed" in report


def test_absent_stays_empty(report: str, page: Page) -> None:
    """A range has no value, a gap no row, and a stated zero is a zero."""
    tables = [table for chart in island(page, "charts").values() for table in chart["tables"]]
    stated = {row[0]: row for t in tables if t["role"] == "observed" for row in t["rows"]}
    assert stated["Q2"][4:7] == [None, 9000.0, 15000.0]
    assert stated["Q3"][4] == 0.0
    trips = next(t for t in tables if t["caption"].startswith("Border crossings, east: lines"))
    was = [one for one in trips["stretches"] if one["line"] == "As it was"]
    # Six quarters, the gap of two, and the twelve after it.
    assert [(one["first"], len(one["values"])) for one in was] == [("1990Q1", 6), ("1992Q1", 12)]
    assert not re.search(r">\s*(nan|NaN|None|inf)\s*<", report)


def test_charts_are_valid_vega_lite(page: Page) -> None:
    charts = island(page, "charts")
    assert len(charts) >= 4
    for chart in charts.values():
        empty = {table["role"]: [] for table in chart["tables"]}
        altair.Chart.from_dict({**chart["spec"], "datasets": empty})


def test_every_chart_has_data_with_headings_and_a_unit(report: str, page: Page) -> None:
    charts = island(page, "charts")
    drawn = re.findall(r'<figure class="chart" id="([^"]+)" data-standing', report)
    assert sorted(drawn) == sorted(charts)
    for chart in charts.values():
        for table in chart["tables"]:
            assert all(column["heading"] for column in table["columns"])
            rows = table.get("rows") or [
                ["", "", *row] for one in table["stretches"] for row in one["values"]
            ]
            assert rows and all(len(row) == len(table["columns"]) for row in rows)


def test_stated_figures_lie_on_the_lines_of_their_measure_and_place(page: Page) -> None:
    tables = [table for chart in island(page, "charts").values() for table in chart["tables"]]
    stock = next(
        t for t in tables if t["role"] == "observed" and t["caption"].startswith("Migrants stock")
    )
    assert [row[0] for row in stock["rows"]] == ["Q1", "Q2"]
    assert stock["rows"][0][2:4] == ["1992-06-01", "1992-06-30"]


def test_scenarios_share_their_lines_with_the_baseline(page: Page) -> None:
    whatif = island(page, "whatif")
    assert whatif["titles"] == {"border_shut": "The border is shut"}
    assert [line["measure"] for line in whatif["lines"]] == ["border_crossings"]
    base, shut = whatif["series"]["baseline"][0], whatif["series"]["border_shut"][0]
    less = whatif["series"]["border_shut - baseline"][0]
    assert base["first"] == shut["first"] == "1990Q1"
    # Two quarters of the baseline have no value: they are gaps, not zeros.
    assert base["q50"][6:8] == [None, None] and shut["q50"][6] is not None
    assert len(base["q50"]) == len(shut["q50"]) == 20 and less["q50"][0] == -200.0


def test_rivals_and_parameters_have_their_numbers(report: str) -> None:
    assert re.search(r"Kin.*?<td class=\"number\">-3\.0<td class=\"number\">0\.2", report, re.S)
    assert "held at" in report and "Prior: a guess" in report


def test_passages_are_shown_where_the_texts_are_at_hand(tmp_path: Path) -> None:
    text = "Title\nAbout 12,000 westerners & <others> lived there.\n"
    (tmp_path / "reg99.txt").write_text(text, encoding="utf-8")
    report = render(small_run(tmp_path), sources=tmp_path)
    assert "<mark>12,000</mark> westerners &amp; &lt;others&gt;" in report
    assert "Passage" not in render(small_run(tmp_path / "again"))


def test_a_case_of_ten_lines_gives_a_sound_report(tmp_path: Path) -> None:
    report = render(empty_run(tmp_path))
    page = Page(report)
    assert page.wrong == []
    assert page.inner() <= set(page.ids)
    for lack in ("questions", "targets", "sources", "scenarios", "rival explanations"):
        assert f"This case has no {lack}" in report, lack
    assert "must not be trusted" not in report


def test_a_run_without_series_has_no_chart(tmp_path: Path) -> None:
    run = empty_run(tmp_path)
    run.series = pd.DataFrame()
    report = render(run)
    assert "This run has no series to draw" in report
    assert 'figure class="chart" id="chart-' not in report


def test_numbers() -> None:
    assert plain(None) == "" and plain(float("nan")) == "" and plain(0.0) == "0"
    assert plain(28028.0) == "28,028" and plain(0.00012345) == "0.0001234"
    assert rounded(103546909.0, 4) == "103,500,000"
    assert figure(-0.001, "index") == "0.00" and figure(-0.5, "index") == "\u22120.50"
    assert figure(0.123, "share") == "12.3" and figure(None, "share") == ""
    assert period_words("1994-34", "1994-36") == "1994Q2 to 1994Q4"
    assert period_words("2000~", "2001~") == "about 2000 to 2001"
    assert period_words("1998", "1998") == "1998" and period_words("../1963", None) == "until 1963"


def test_a_script_cannot_end_its_element() -> None:
    assert "</script" not in safe_script('x = "</script>"; y = "</SCRIPT>"').lower()
    assert "<!--" not in safe_script('x = "<!--"')
