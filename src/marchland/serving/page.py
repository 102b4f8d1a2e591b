"""The written report with what the server adds: its policy, and the island of the form."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from marchland.case import CaseFiles, Change, DriverChange, RuleChange, SwitchChange
from marchland.case.editing import dates_of, values_of
from marchland.case.limits import Limits, limits
from marchland.errors import MarchlandError
from marchland.serving.finished import DOWNLOADS, FinishedRun

PLACEHOLDER = "<!-- serve -->"
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')
SHARE = Limits(0.0, 1.0)


def served_page(finished: FinishedRun, root: str) -> tuple[str, str]:
    """Give the page as served, and its Content-Security-Policy for the header.

    Parameters
    ----------
    finished : FinishedRun
        The run, with its report as written.
    root : str
        Path under which the server answers, with a slash at both ends.
    """
    found = _POLICY.search(finished.page)
    if found is None:
        raise MarchlandError("report.html has no policy in its head; run the case again.")
    policy = f"{html.unescape(found[2])}; connect-src 'self'"
    page = finished.page[: found.start(2)] + f"{found[2]}; connect-src 'self'"
    page += finished.page[found.end(2) :]
    island = f'<script type="application/json" id="data-serve">{_json(_island(finished, root))}'
    if PLACEHOLDER in page:
        page = page.replace(PLACEHOLDER, f"{island}</script>", 1)
    else:  # a page without the mark: scripts read an island when they want it, so any place will do
        page = page.removesuffix("\n").removesuffix("</html>") + f"{island}</script>\n</html>\n"
    return page, f"{policy}; frame-ancestors 'none'"


def _json(value: object) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _island(finished: FinishedRun, root: str) -> dict[str, Any]:
    files = finished.files
    return {
        "path": root,
        "period": files.config.period.text,
        "files": [name for name in DOWNLOADS if finished.file(name)],
        "scenarios": {
            name: {
                "title": scenario.title,
                "why": scenario.why or "",
                "changes": [_change(files, change) for change in scenario.changes],
            }
            for name, scenario in files.scenarios.items()
        },
    }


def _change(files: CaseFiles, change: Change) -> dict[str, Any]:
    """Give what the form shows of a change: a sentence, its numbers and its dates."""
    values = [
        {"field": field, "value": value, **_allowed(files, change, field)}
        for field, value in values_of(change).items()
    ]
    dates = [{"field": field, "value": text} for field, text in dates_of(change).items()]
    return {"text": _text(files, change), "values": values, "dates": dates}


def _text(files: CaseFiles, change: Change) -> str:
    match change:
        case RuleChange():
            return f"Rules at {_place(files, change.rule)}"
        case DriverChange():
            where = (
                f" in {_place(files, change.place)}" if change.place else ", wherever it is given"
            )
            return f"Driver {change.driver}{where}"
        case SwitchChange():
            return f"The term {change.switch} is off; nothing to edit"


def _place(files: CaseFiles, name: str) -> str:
    place = files.places.get(name)
    return place.name if place else name


def _allowed(files: CaseFiles, change: Change, field: str) -> dict[str, Any]:
    """Label, unit and limits of a number."""
    if not isinstance(change, DriverChange):
        return {"label": field, "unit": "0 open to 1 closed", "limits": str(SHARE)}
    unit = next((row.unit for row in files.drivers if row.driver == change.driver), None) or ""
    labels = {"set": "set to", "scale": "scaled by", "add": "raised by"}
    told = str(limits(change.driver, unit))
    return {
        "label": labels[field],
        "unit": "times" if field == "scale" else unit,
        "limits": told if field == "set" else f"the result must be {told}",
    }
