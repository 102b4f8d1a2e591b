from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import altair
import pandas as pd
import pytest
from report_run import empty_run, small_run

from marchland.report import render
from marchland.report.numbers import figure, period_words, plain, rounded
from marchland.report.vendor import safe_script

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
OPTIONAL = {"td", "th", "tr", "tbody", "thead", "li", "p", "dt", "dd"}


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
    inner = {href[1:] for _, href in page.links if href.startswith("#")}
    assert inner - set(page.ids) == set()
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_elements_close(page: Page) -> None:
    assert page.wrong == []
    assert page.open == []


def test_every_figure_leads_to_equation_parameter_record_and_source(report: str) -> None:
    """Walk from each figure, link by link, through the parts of the page."""
    parts = _parts(report)
    figures = re.findall(r'<a class="figure" href="#([^"]+)"', report)
    assert len(figures) == 2
    for way in figures:
        seen, front = {way}, [way]
        while front:
            front = [name for at in front for name in parts.get(at, []) if name not in seen]
            seen |= set(front)
        for kind in ("equation-E1", "parameter-departures_default", "record-Q", "source-reg99"):
            assert any(name.startswith(kind) for name in seen), f"{way} does not lead to {kind}"


def _parts(report: str) -> dict[str, list[str]]:
    """Links that stand between an id and the next."""
    pieces = re.split(r'\bid="([^"]+)"', report)
    return {
        name: re.findall(r'href="#([^"]+)"', text)
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }


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


def test_the_order_of_the_page(page: Page) -> None:
    wanted = "boundary answers charts fit parameters assertions contradictions rivals assumed"
    order = [name for name in page.ids if name in [*wanted.split(), "records", "sources", "made"]]
    assert order == [*wanted.split(), "records", "sources", "made"]


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
    first = report[: report.index("Questions and answers")]
    assert "must not be trusted" in first and "Too few particles." in first
    assert "answered, by a fit that failed" in report


def test_absent_stays_empty(report: str, page: Page) -> None:
    """A range has no value, a gap no row, and a stated zero is a zero."""
    observed = re.search(r"Q2</a><td>.*?\n", report)
    assert observed is not None
    cells = re.findall(r"<td>([^<\n]*)", observed[0])
    assert cells[3:6] == ["", "9,000", "15,000"]
    trips = report[report.index("Border crossings, east") :]
    rows = re.findall(r"<tr><td>As it was<td>(\w+)", trips)
    assert "1991Q2" in rows and "1991Q3" not in rows and "1992Q1" in rows
    zero = re.search(r'<tr id="record-Q3">.*', report)
    assert zero is not None and '<td class="number">0<td>' in zero[0]
    assert not re.search(r">\s*(nan|NaN|None|inf)\s*<", report)


def test_charts_are_valid_vega_lite(page: Page) -> None:
    specs = {k: json.loads(v) for k, v in page.scripts.items() if k.endswith("-spec")}
    assert len(specs) >= 4
    for spec in specs.values():
        altair.Chart.from_dict({**spec, "datasets": {"lines": [], "observed": []}})


def test_every_chart_has_its_data_as_a_table(report: str, page: Page) -> None:
    charts = re.findall(r'<figure class="chart" id="([^"]+)"', report)
    assert len(charts) >= 4
    for name in charts:
        assert f"{name}-lines" in page.ids
        assert f'data-csv="{name}-lines"' in report
        assert f"{name}-spec" in page.ids


def test_stated_figures_lie_on_the_lines_of_their_measure_and_place(report: str) -> None:
    stock = report[report.index("Migrants stock (Westerners), east") :]
    table = stock[stock.index("-observed") : stock.index("</table>", stock.index("-observed"))]
    assert re.findall(r"#record-(Q\d)", table) == ["Q1", "Q2"]
    assert "1992-06-01" in table and "1992-06-30" in table


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
    assert {href[1:] for _, href in page.links if href.startswith("#")} <= set(page.ids)
    for lack in ("questions", "targets", "assertions", "drivers", "sources", "events", "scenarios"):
        assert f"This case has no {lack}" in report
    assert len(re.findall('<figure class="chart"', report)) == 1
    assert "must not be trusted" not in report


def test_a_run_without_series_has_no_chart_and_no_script_for_it(tmp_path: Path) -> None:
    run = empty_run(tmp_path)
    run.series = pd.DataFrame()
    report = render(run)
    assert "This run has no series to draw" in report
    assert "vegaEmbed=" not in report


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


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars
    --disable-background-networking --disable-component-update --disable-sync
    --virtual-time-budget=5000
"""


def browse(path: Path, *more: str) -> str:
    command = [str(CHROMIUM), *FLAGS.split(), f"--user-data-dir={path.parent / 'profile'}", *more]
    done = subprocess.run(
        [*command, path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
@pytest.mark.parametrize("width", [700, 1400])
def test_a_browser_draws_every_chart_without_an_error(
    report: str, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report, encoding="utf-8")
    size = f"--window-size={width},1000"
    page = browse(path, size, "--dump-dom")
    root = re.search(r"<html[^>]*>", page)
    assert root is not None and "data-errors" not in root[0]
    charts = len(re.findall(r'<div class="drawing', report))
    assert f'data-ready="{charts}"' in root[0]
    assert page.count("data-drawn") >= charts
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", page)) == charts
    picture = tmp_path / "report.png"
    browse(path, size, f"--screenshot={picture}")
    assert picture.stat().st_size > 10_000


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
def test_nothing_is_drawn_across_a_gap(report: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report, encoding="utf-8")
    page = browse(path, "--dump-dom")
    start = page.index("Border crossings, east")
    drawn = page[start : page.index("</figure>", start)]
    # Two stretches of the baseline, with the gap between them, and one of the scenario.
    lines = re.findall(
        r'<path aria-label="[^"]*" role="graphics-symbol" '
        r'aria-roledescription="line mark"',
        drawn,
    )
    assert len(lines) == 3
