"""The whole path in a browser: serve, change a value, run, and see the new scenario."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from marchland.serving import application
from marchland.serving.server import bound
from serve_case import serve_run

TOKEN = "a-token-of-the-test"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    finished = serve_run(tmp_path_factory.mktemp("served"))
    with bound(0) as listener:
        port = listener.getsockname()[1]
        app = application(finished, TOKEN, port=port)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
        )
        thread.start()
        yield f"http://127.0.0.1:{port}/{TOKEN}/"
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.problems = []
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.goto(f"{address}#view=whatif")
    opened.wait_for_selector("form.serve")
    yield opened
    assert opened.problems == []
    assert opened.evaluate("document.documentElement.dataset.errors || ''") == ""
    context.close()


def run(page: Any) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector("form.serve[aria-busy='false']", timeout=120_000)


def alert(page: Any) -> str:
    return str(page.locator("form.serve [role=alert]").text_content())


def test_an_edited_value_gives_a_new_scenario(page):
    assert page.locator("#serve-scenario").input_value() == "poorer"
    value = page.get_by_label("scaled by")
    assert value.input_value() == "0.5"
    value.fill("0.25")
    run(page)
    assert alert(page) == ""
    told = page.locator("form.serve [role=status]").text_content()
    assert "Edited: A poorer west (income, scale 0.5 → 0.25)" in told
    assert "not part of the written report" in told
    chosen = page.locator('input[name="scenario"]:checked')
    assert chosen.input_value() == "edited"
    assert page.locator("#whatif-fan svg, #whatif-fan canvas").count() >= 1
    legend = page.locator("#whatif-fan .legend").text_content()
    assert "Edited: A poorer west" in legend
    # The reader's scenario stays when another is edited; the form keeps what was typed.
    assert value.input_value() == "0.25"


def test_the_run_itself_is_what_the_page_is_given(page):
    """Without an edit the rows that come back are those that the page already draws."""
    same = page.evaluate(
        """async () => {
          const served = marchland.data("serve");
          const answer = await fetch(served.path + "rerun", {
            method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({scenario: "poorer"})});
          const found = await answer.json();
          const at = Object.fromEntries(found.columns.map((name, n) => [name, n]));
          const island = marchland.data("whatif");
          let compared = 0, wrong = 0;
          island.lines.forEach((line, n) => {
            const fan = island.series["poorer"] && island.series["poorer"][n];
            if (!fan) return;
            const rows = found.rows.filter(r => r[at.scenario] === "edited"
              && r[at.measure] === line.measure && r[at.place] === line.place
              && (r[at.group] || "") === line.group
              && (r[at.counterpart] || "") === line.counterpart);
            rows.sort((a, b) => a[at.time] < b[at.time] ? -1 : 1);
            const drawn = fan.q50.filter(v => v !== null);
            if (rows.length !== drawn.length) wrong += 1;
            rows.forEach((row, k) => {
              compared += 1;
              const scale = Math.max(Math.abs(row[at.q50]), 1e-9);
              if (Math.abs(row[at.q50] - drawn[k]) / scale > 0.005) wrong += 1;
            });
          });
          return [compared, wrong];
        }"""
    )
    assert same[0] > 20
    assert same[1] == 0


def test_what_cannot_be_run_is_told_at_the_form(page):
    value = page.get_by_label("scaled by")
    value.fill("0")
    run(page)
    assert "income must be above 0" in alert(page)
    assert value.get_attribute("aria-invalid") == "true"
    assert page.locator('input[name="scenario"][value="edited"]').count() == 0
    value.fill("half")
    page.get_by_role("button", name="Run", exact=True).click()
    assert "is not a number" in alert(page)
    value.fill("0.5")
    page.get_by_role("button", name="Run", exact=True).click()
    assert "Change one value" in alert(page)
    value.fill("0.7")
    page.locator("form.serve").get_by_label("from", exact=True).fill("1999")
    page.get_by_role("button", name="Run", exact=True).click()
    assert "2 values are changed" in alert(page)
    page.get_by_role("button", name="Put back").click()
    assert value.input_value() == "0.5"
    assert alert(page) == ""


def test_the_form_works_from_the_keyboard(page):
    page.locator("#serve-scenario").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("0.8")
    page.keyboard.press("Enter")
    done = page.locator("form.serve [role=status]").filter(has_text="scale 0.5 → 0.8")
    done.wait_for(timeout=120_000)


def test_a_scenario_of_switches_has_nothing_to_edit(page):
    page.locator("#serve-scenario").select_option("wages_do_nothing")
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()
    assert "no value to edit" in alert(page)
    page.locator("#serve-scenario").select_option("shut")
    assert page.get_by_label("closure").input_value() == "1"
    assert page.locator("form.serve legend").first.text_content() == "Rules at EST-WST"


def test_the_form_of_the_page_is_accessible(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, context="form.serve")
    serious = [
        (violation["id"], violation["help"])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_file_of_the_run_can_be_downloaded(page, tmp_path: Path):
    page.locator("form.serve summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="summary.json").click()
    waiting.value.save_as(tmp_path / "summary.json")
    assert '"case_hash"' in (tmp_path / "summary.json").read_text()


def test_a_written_report_has_no_form(browser, address):
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    answer = page.request.get(f"{address}files/report.html").text()
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(answer)
    page.evaluate("marchland.state.set({view: 'whatif'})")
    assert page.locator("form.serve").count() == 0
    assert page.locator("#serve-form").count() == 1
    assert requests == []
    context.close()


def test_another_site_cannot_read_or_run(browser, address):
    """A page of another origin that even knows the address gets nothing and starts nothing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<title>other</title>")
    told = page.evaluate(
        """async (address) => {
          const out = [];
          for (const options of [{}, {method: "POST", headers: {"Content-Type": "text/plain"},
            body: "{}"}, {method: "POST", headers: {"Content-Type": "application/json"},
            body: "{}"}]) {
            try { out.push((await fetch(address + "rerun", options)).status); }
            catch (error) { out.push("refused"); }
          }
          return out;
        }""",
        address,
    )
    assert told == ["refused"] * 3
    context.close()
