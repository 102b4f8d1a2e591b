"""Five things that a reader wants of the flagship's report, done as a reader would do them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from browsing import Reader

MOST_INTERACTIONS = 6


def what_is_said_of_1994(reader: Reader) -> str:
    """Find what the report says of 1994: its evidence, and its charts cut to the year."""
    reader.view("sources")
    reader.fill('#period-form input[name="from"]', "1994")
    reader.fill('#period-form input[name="to"]', "1994")
    reader.click('#period-form button[type="submit"]')
    rows = reader.page.locator("#evidence-table tbody tr:visible")
    reader.until(lambda: reader.page.locator("#evidence-table tbody tr[hidden]").count() > 100)
    text = " ".join(rows.all_inner_texts())
    assert "Q049" in text and "Q021" in text  # compliance and trade of 1994
    return f"{rows.count()} records of 1994"


def why_sources_differ(reader: Reader) -> str:
    """See why two sources differ on the Chinese in the Far East."""
    reader.view("sources")
    reader.fill('input[name="q"]', "Chinese in the Far East")
    clash = reader.page.locator("#disputes details.clash:visible", has_text="784").first
    clash.wait_for()
    reader.interactions += 1
    clash.locator("summary").first.click()
    text = clash.inner_text()
    assert "150,000" in text and "Treatment" in text
    return " ".join(clash.locator("summary").first.inner_text().split())


def passage_of_trade(reader: Reader) -> str:
    """Open the passage behind a trade figure."""
    reader.view("model")
    reader.click('a[data-explain="record:Q021"]')
    panel = reader.page.locator("#explain")
    assert "wishnick2003:" in panel.inner_text()
    quoted = panel.locator("blockquote mark")
    if quoted.count():
        return f"the passage, with {quoted.first.inner_text()!r} marked"
    return "the place in the source; the texts are not at hand"


def hostility_compared(reader: Reader) -> str:
    """Compare hostility in Moscow and Vladivostok."""
    reader.view("model")
    reader.click('a[href="#hostility"]')
    titles = reader.page.locator(
        "figure.chart[id^='hostility-'] figcaption strong"
    ).all_text_contents()
    assert any("Moscow" in title for title in titles)
    assert any("Vladivostok" in title for title in titles)
    drawn = reader.page.locator("figure.chart[id^='hostility-'] [data-drawn]")
    reader.until(lambda: drawn.count() >= 2)
    return "both stand on one scale, split into their terms"


def alignment_saved(reader: Reader) -> str:
    """Download the numbers behind the alignment chart."""
    reader.view("model")
    reader.click('a[href="#ledger"]')
    chart = "figure.chart[id^='ledger-']"
    reader.page.locator(f"{chart} [data-drawn]").first.wait_for()
    with reader.page.expect_download() as download:
        reader.click(f"{chart} .tools button:text-is('CSV')")
    text = Path(str(download.value.path())).read_text(encoding="utf-8")
    assert text.startswith("line,time,mean,low,median,high\n") and "common threat" in text
    return f"{len(text.splitlines()) - 1} rows"


TASKS: dict[str, Callable[[Reader], str]] = {
    "Find what the report says of 1994": what_is_said_of_1994,
    "See why two sources differ on the Chinese in the Far East": why_sources_differ,
    "Open the passage behind a trade figure": passage_of_trade,
    "Compare hostility in Moscow and Vladivostok": hostility_compared,
    "Download the numbers behind the alignment chart": alignment_saved,
}
