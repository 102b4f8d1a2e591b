"""Do a reader's five tasks in a report, count the interactions, and take its pictures.

Usage: tasks.py REPORT.html [FOLDER], where FOLDER is where pictures go, docs/images by default.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "report")]

from browsing import Reader  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from tasks import MOST_INTERACTIONS, TASKS  # noqa: E402

from conftest import ARGUMENTS, CHROMIUM  # noqa: E402

PICTURES = {
    "report": "view=answers",
    "sources": "view=sources&period=1991/2003",
    "system": "view=system",
    "where": "view=where",
    "whatif": "view=whatif",
    "assumed": "view=assumed",
}


def main() -> int:
    """Print a table of the tasks; status 1 where one takes too many interactions."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        print(f"{__doc__}\nno report at {sys.argv[1:] or 'no path'}; `make run` writes one")
        return 2
    path = Path(sys.argv[1]).resolve()
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "images"
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        most = do_tasks(browser, path)
        take_pictures(browser, path, folder)
        browser.close()
    return 0 if most <= MOST_INTERACTIONS else 1


def do_tasks(browser: Any, path: Path) -> int:
    """Do every task and print what came of it; gives the most interactions of one."""
    most = 0
    print("| task | interactions | seconds | found |\n|---|---|---|---|")
    for name, task in TASKS.items():
        with Reader(browser, path) as reader:
            start = time.perf_counter()
            found = task(reader)
            seconds = time.perf_counter() - start
            most = max(most, reader.interactions)
            print(f"| {name} | {reader.interactions} | {seconds:.1f} | {found} |")
    return most


def take_pictures(browser: Any, path: Path, folder: Path) -> None:
    """Take the pictures of the documentation at two widths."""
    for name, fragment in PICTURES.items():
        for width in (700, 1400):
            with Reader(browser, path, width=width, fragment=fragment) as reader:
                reader.page.wait_for_timeout(1500)
                reader.page.screenshot(path=str(folder / f"{name}-{width}.png"))


if __name__ == "__main__":
    sys.exit(main())
