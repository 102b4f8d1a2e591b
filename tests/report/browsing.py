"""A reader of the report in a browser, whose clicks are counted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

VIEWS = ("answers", "sources", "system", "where", "model", "whatif", "assumed", "made")


class Reader:
    """Opens a report and does what a reader does, counting every click, choice and entry.

    Parameters
    ----------
    browser : Browser
        Playwright's.
    path : Path
        The report.
    """

    def __init__(
        self, browser: Any, path: Path, *, width: int = 1400, dark: bool = False, fragment: str = ""
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 1000},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.interactions = 0
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def click(self, what: str, *, within: str = "") -> None:
        """Click what a selector finds first among the visible."""
        self.interactions += 1
        self.page.locator(f"{within} {what}".strip()).locator("visible=true").first.click()

    def fill(self, what: str, text: str) -> None:
        """Type into a field."""
        self.interactions += 1
        self.page.locator(what).locator("visible=true").first.fill(text)

    def choose(self, what: str, value: str) -> None:
        """Choose from a list."""
        self.interactions += 1
        self.page.locator(what).locator("visible=true").first.select_option(value)

    def view(self, name: str) -> None:
        """Go to a view by the bar on top."""
        self.click(f'nav.views a[data-view="{name}"]')

    def draw_everything(self) -> int:
        """Have every chart drawn, as for a printer; gives how many there are."""
        self.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        return int(self.page.locator("figure.chart").count())

    def until(self, holds: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait until something holds; the page's policy lets no test wait within it."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not come to hold in time"
            self.page.wait_for_timeout(50)

    def script_errors(self) -> str | None:
        """What the page noted of its own errors."""
        noted = self.page.evaluate("document.documentElement.getAttribute('data-errors')")
        return noted or ("; ".join(self.errors) or None)

    def state(self) -> dict[str, str]:
        """What stands in the fragment."""
        text = self.page.evaluate("location.hash.slice(1)")
        return dict(part.split("=", 1) for part in re.split("&", text) if "=" in part)
