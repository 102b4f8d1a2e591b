"""The view that shows how the system works: claims, diagram, loops, equations."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_run import empty_run, small_run

from marchland.report import claims, diagram, system
from marchland.report.answers import known_codes
from marchland.report.records import Evidence
from marchland.report.render import environment
from marchland.report.vendor import BUNDLES, licences, safe_script, scripts


def parts_of(result):
    evidence, known = Evidence(result.files, None), known_codes(result)
    return system.view(result, evidence, known), system.island(result, evidence, known)


def parameter(name, *, family="normal", q50=0.5, positive=0.95, contraction=0.3, informed=True):
    row = {"name": name, "equation": "E1", "meaning": "", "unit": "", "reason": ""}
    row |= {"switch": True, "family": family, "contraction": contraction, "informed": informed}
    row |= {"probability_positive": positive, "sign_in_question": True}
    row |= {"prior_q05": -1.0, "prior_q50": 0.0, "prior_q95": 1.0}
    return row | {"q05": q50 - 0.1, "q50": q50, "q95": q50 + 0.1}


def assertion(name, switch, support="supports", **more):
    row = {"id": name, "group": "g", "cause": "cause", "effect": "effect", "sign": "+"}
    row |= {"status": "stated", "equation": "E1", "switch": switch, "source": "reg99"}
    row |= {"locator": "reg99:2", "support": support, "probability": 0.95, "informed": True}
    return row | more


def with_tables(result, parameters, assertions):
    """The run with other parameters and assertions, in its tables and in its case."""
    one = result.files.assertions[0]
    rows = [
        one.model_copy(update={k: a[k] for k in ("id", "group", "equation", "switch", "sign")})
        for a in assertions
    ]
    return replace(
        result,
        files=replace(result.files, assertions=rows),
        parameters=pd.DataFrame(parameters),
        assertions=pd.DataFrame(assertions),
    )


def arrow(found, key):
    return next(one for one in found if one.arrow.key == key)


def test_a_small_case_shows_only_what_it_has(tmp_path):
    view, island = parts_of(small_run(tmp_path))
    keys = {row.shown.arrow.key for row in view.arrows}
    assert keys == {"community-departures", "closure-departures", "departures-community"}
    assert [loop.name for loop in view.loops] == ["Networks"]
    assert arrow(diagram.shown_arrows(small_run(tmp_path / "b")), "community-departures").assertions
    assert {one["id"] for one in island["arrows"]} == keys
    assert json.dumps(island, allow_nan=False)


def test_a_case_without_terms_has_no_diagram_and_says_so(tmp_path):
    view, island = parts_of(empty_run(tmp_path))
    assert view.arrows == [] and view.loops == [] and view.claims == [] and island == {}
    text = page(empty_run(tmp_path / "b"))
    assert "there is no diagram to draw" in text
    assert "This case has no assertions" in text
    assert "<figure" not in text


def test_an_arrow_tells_what_the_evidence_says_of_its_assertions(tmp_path):
    result = with_tables(
        small_run(tmp_path),
        [parameter("diaspora"), parameter("income"), parameter("visa"), parameter("hunger")],
        [
            assertion("A01", "diaspora", "supports"),
            assertion("A02", "income", "contradicts"),
            assertion("A03", "visa; income", "cannot tell"),
            assertion("A04", None, "not in the model", equation="E9"),
        ],
    )
    found = diagram.shown_arrows(result)
    assert arrow(found, "community-departures").state == "supports"
    assert arrow(found, "income_gap-departures").state == "mixed"
    assert arrow(found, "income_gap-departures").assertions == ["A02", "A03"]
    assert arrow(found, "restriction-departures").state == "cannot-tell"
    assert arrow(found, "hunger-departures").state == "unsaid"
    assert arrow(found, "departures-community").state == "definition"
    assert diagram.unmodelled(result) == {"hostility": ["A04"]}


def test_a_parameter_held_at_no_effect_opens_its_loop(tmp_path):
    result = with_tables(
        small_run(tmp_path),
        [parameter("diaspora", family="fixed", q50=0.0, positive=0.0)],
        [assertion("A01", "diaspora", "cannot tell")],
    )
    found = diagram.shown_arrows(result)
    assert arrow(found, "community-departures").held
    assert "held at no effect" in arrow(found, "community-departures").words
    loops = diagram.shown_loops(result, found)
    assert [loop.cut for loop in loops] == [["diaspora"]]
    assert loops[0].chance == ""
    assert "Loops that this case holds open" in page(result)


def test_the_chance_of_a_loop_is_that_of_all_its_links_at_once(tmp_path):
    names = ["hostility_share", "practice_hostility", "visa"]
    result = with_tables(small_run(tmp_path), [parameter(n) for n in names], [])
    draws = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    result = replace(result, draws=pd.DataFrame(draws, columns=names))
    loops = {loop.name: loop for loop in diagram.shown_loops(result, diagram.shown_arrows(result))}
    assert loops["Restriction answers presence"].chance == "0.50"
    assert loops["Restriction answers presence"].kind == "balancing"


def test_an_arrow_without_what_it_needs_is_not_shown(tmp_path):
    alone = with_tables(small_run(tmp_path), [parameter("irregular_enforcement")], [])
    assert diagram.shown_arrows(alone) == []


def test_ten_claims_come_first_by_the_rule(tmp_path):
    names = [f"p{n}" for n in range(15)]
    parameters = [parameter(n, contraction=0.05 * k, positive=0.5) for k, n in enumerate(names)]
    rows = [
        assertion(f"A{k:02}", n, group=f"g{k // 3}", probability=0.5) for k, n in enumerate(names)
    ]
    rows.append(assertion("A99", "p14", group="other", probability=0.5))
    result = with_tables(small_run(tmp_path), parameters, rows)
    first = claims.first(result, Evidence(result.files, None))
    assert [c.id for c in first] == [f"A{k:02}" for k in (14, 13, 11, 10, 8, 7, 5, 4, 2, 1)]
    assert all(c.head == "The evidence supports it" for c in first)


def test_a_claim_says_its_direction_and_why(tmp_path):
    result = with_tables(
        small_run(tmp_path),
        [parameter("diaspora", contraction=0.62), parameter("income")],
        [assertion("A01", "diaspora"), assertion("A02", "income", "contradicts", sign="-")],
    )
    text = {c.id: c for c in claims.first(result, Evidence(result.files, None))}
    assert (text["A01"].cause, text["A01"].verb, text["A01"].effect) == (
        "Cause",
        "is said to raise it",
        "effect",
    )
    assert text["A02"].verb == "is said to lower it"
    assert "probability 0.95" in text["A01"].text
    assert "62 per cent narrower" in text["A01"].text


def test_the_page_has_the_anchors_that_others_link_to(tmp_path):
    text = page(small_run(tmp_path))
    for name in ("assertion-A01", "equation-E1", "equation-E2", "diagram", "loops", "view-system"):
        assert f'id="{name}"' in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert "<script>alert" not in text


def test_dagre_is_carried_only_where_it_is_asked_for():
    assert [name for name, _ in scripts()] == [name for name, _ in BUNDLES]
    assert scripts("dagre")[-1][0] == "dagre"
    assert "Permission is hereby granted" in dict(licences("dagre"))["dagre"]
    assert "sourceMappingURL" not in str(dict(scripts("dagre"))["dagre"])
    with pytest.raises(ValueError, match="no bundle"):
        scripts("elk")


# ---------------------------------------------------------------- in a browser


def read(*parts):
    root = Path(system.__file__).parent
    return root.joinpath(*parts).read_text(encoding="utf-8")


def page(result):
    """The view alone, as a page of its own."""
    view, island = parts_of(result)
    body = (
        environment()
        .from_string('{% import "macros.html.j2" as m %}{% include "system.html.j2" %}')
        .render(system=view)
    )
    data = json.dumps(island).replace("<", "\\u003c")
    scripts_in = [str(dict(scripts("dagre"))["dagre"])]
    scripts_in += [
        safe_script(read("page", name))
        for name in ("errors.js", "core.js", "layout.js", "system.js")
    ]
    scripts_in.append("marchland.start()")
    style = read("styles", "base.css") + read("styles", "system.css")
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>t</title>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">"
        f"<style>{style}</style><body><main>{body}</main>"
        f'<script type="application/json" id="data-system">{data}</script>'
        + "".join(f"<script>{one}</script>" for one in scripts_in)
    )


def wide_run(folder):
    names = ["diaspora", "income", "visa", "hostility_share", "practice_hostility", "trade_visa"]
    return with_tables(
        small_run(folder),
        [parameter(name) for name in names],
        [
            assertion("A01", "diaspora"),
            assertion("A02", "income", "contradicts"),
            assertion("A03", "practice_hostility", "cannot tell"),
            assertion("A04", None, "not in the model", equation="E9", informed=False),
        ],
    )


def opened(browser, folder, fragment="view=system", width=1400, **more):
    file = folder / "page.html"
    file.write_text(page(wide_run(folder / "case")), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900}, **more)
    problems = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    tab.goto(f"{file.as_uri()}#{fragment}")
    tab.wait_for_selector("#diagram .drawing[data-drawn]")
    return tab, problems


OVERLAPS = """() => {
  const drawn = document.querySelectorAll("g.quantity rect");
  const boxes = Array.from(drawn, one => one.getBoundingClientRect());
  let count = 0;
  boxes.forEach((a, n) => boxes.slice(n + 1).forEach(b => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) count += 1;
  }));
  return count;
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [700, 1400])
def test_the_diagram_is_drawn_without_overlaps(browser, tmp_path, width):
    tab, problems = opened(browser, tmp_path, width=width)
    for part in ("loops", "people", "societies", "all"):
        tab.click(f'[data-part="{part}"]')
        tab.wait_for_selector(f'#diagram .drawing[data-drawn="{part}"]')
        assert tab.evaluate(OVERLAPS) == 0
        assert tab.locator("g.arrow").count() >= 4
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []


@pytest.mark.browser
def test_states_differ_by_colour_by_line_and_by_words(browser, tmp_path):
    tab, _ = opened(browser, tmp_path, "view=system&part=all")
    seen = set()
    for state, mark in (("supports", "✓"), ("contradicts", "✗"), ("cannot-tell", "?")):
        line = tab.locator(f"path.line.{state}:not(.held)").last
        style = "e => [getComputedStyle(e).stroke, getComputedStyle(e).strokeDasharray].join()"
        seen.add(line.evaluate(style))
        assert mark in tab.locator(f".words.{state} .verdict").first.text_content()
    assert len({one.split(")")[0] for one in seen}) == 3
    assert len({one.split("),")[1] for one in seen}) == 3


@pytest.mark.browser
def test_a_key_opens_what_is_behind_an_arrow_and_a_button_lights_a_loop(browser, tmp_path):
    tab, problems = opened(browser, tmp_path)
    tab.locator('g[data-id="hostility-practice"]').focus()
    tab.keyboard.press("Enter")
    behind = tab.locator(".behind")
    assert "arrow=hostility-practice" in tab.evaluate("location.hash")
    assert "cannot tell" in behind.inner_text()
    assert "practice_hostility" in behind.inner_text()
    assert behind.locator('[data-explain="assertion:A03"]').count() == 1
    tab.locator("button.loop", has_text="Restriction answers presence").click()
    assert tab.locator("g.arrow.chosen").count() == 6
    assert tab.locator("g.quantity:not(.dim)").count() == 6
    assert problems == []


@pytest.mark.browser
def test_the_assertions_are_filtered_without_a_server(browser, tmp_path):
    tab, problems = opened(browser, tmp_path, "view=system&said=contradicts")
    assert tab.locator("#all-assertions").get_attribute("open") is not None
    rows = tab.locator("#assertion-table tr[data-said]")
    assert [row.is_visible() for row in rows.all()] == [False, True, False, False]
    tab.select_option("select[name=said]", "")
    tab.fill("input[name=claims]", "practice_host")
    assert "claims=practice_host" in tab.evaluate("location.hash")
    assert [row.is_visible() for row in rows.all()] == [False, False, True, False]
    assert problems == []


@pytest.mark.browser
def test_the_drawing_and_its_data_can_be_taken_away(browser, tmp_path):
    tab, _ = opened(browser, tmp_path)
    with tab.expect_download() as waiting:
        tab.click('[data-do="svg"]')
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert 'xmlns="http://www.w3.org/2000/svg"' in text
    assert "var(--" not in text and "class=" not in text
    assert re.search(r'stroke="rgb\(', text)
    with tab.expect_download() as waiting:
        tab.click('[data-do="csv"]')
    lines = Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("From,To,Sign,The evidence")
    assert len(lines) == 1 + len(parts_of(wide_run(tmp_path / "again"))[0].arrows)
    tab.click('[data-do="data"]')
    assert tab.locator("#arrow-table").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, tmp_path, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = {"color_scheme": scheme, "bypass_csp": True}
    tab, _ = opened(browser, tmp_path, "view=system&arrow=hostility-practice", **context)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = axe.Axe().run(tab).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
