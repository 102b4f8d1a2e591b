"""Vendored scripts, read from the package and made safe to stand inside a page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

BUNDLES = (
    ("vega", "vega.min.js"),
    ("vega-lite", "vega-lite.min.js"),
    ("vega-embed", "vega-embed.min.js"),
)


def safe_script(text: str) -> str:
    """Script text that cannot end its element, and that points at no source map."""
    text = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE).replace("<!--", r"<\!--")


@cache
def scripts() -> tuple[tuple[str, Markup], ...]:
    """The bundles in the order they must load, each with the head of its licence as name."""
    folder = files("marchland.report") / "vendor"
    return tuple(
        (name, Markup(safe_script((folder / name / file).read_text(encoding="utf-8"))))
        for name, file in BUNDLES
    )


@cache
def licences() -> tuple[tuple[str, str], ...]:
    """The bundles' licences, which stay with their code."""
    folder = files("marchland.report") / "vendor"
    found = [(name, (folder / name / "LICENSE").read_text(encoding="utf-8")) for name, _ in BUNDLES]
    found.append(("parts", (folder / "THIRD_PARTY.txt").read_text(encoding="utf-8")))
    return tuple(found)
