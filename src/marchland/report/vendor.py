"""Vendored scripts, read from the package and made safe to stand inside a page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

BUNDLES = (
    ("vega", "vega.min.js"),
    ("vega-lite", "vega-lite.min.js"),
    ("vega-interpreter", "vega-interpreter.min.js"),
    ("vega-tooltip", "vega-tooltip.min.js"),
    ("minisearch", "minisearch.min.js"),
)
# Bundles that a page carries only where it has something for them to draw.
EXTRAS = (("dagre", "dagre.min.js"),)


def safe_script(text: str) -> str:
    """Script text that cannot end its element, and that points at no source map."""
    text = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE).replace("<!--", r"<\!--")


def _bundles(extras: tuple[str, ...]) -> list[tuple[str, str]]:
    unknown = set(extras) - {name for name, _ in EXTRAS}
    if unknown:
        raise ValueError(f"no bundle is called {', '.join(sorted(unknown))}")
    return [*BUNDLES, *(item for item in EXTRAS if item[0] in extras)]


@cache
def scripts(*extras: str) -> tuple[tuple[str, Markup], ...]:
    """The bundles in the order they must load, each with the head of its licence as name.

    Parameters
    ----------
    extras : str
        Names of `EXTRAS` that this page needs: ``dagre`` where it has a diagram.
    """
    folder = files("marchland.report") / "vendor"
    return tuple(
        (name, Markup(safe_script((folder / name / file).read_text(encoding="utf-8"))))
        for name, file in _bundles(extras)
    )


@cache
def licences(*extras: str) -> tuple[tuple[str, str], ...]:
    """The bundles' licences, which stay with their code."""
    folder = files("marchland.report") / "vendor"
    found = [
        (name, (folder / name / "LICENSE").read_text(encoding="utf-8"))
        for name, _ in _bundles(extras)
    ]
    found.append(("parts", (folder / "THIRD_PARTY.txt").read_text(encoding="utf-8")))
    return tuple(found)
