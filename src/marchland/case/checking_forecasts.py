"""Rules of the forecasts: what each would need to be judged."""

from __future__ import annotations

from marchland.case import casefiles as cf
from marchland.case.checking_evidence import check_naming
from marchland.case.names import Names
from marchland.case.schema import Forecast

_OF_FIGURES = ("level", "reach")
_OF_CHANGES = ("rise", "fall")


def check_forecasts(names: Names) -> None:
    """Check the forecasts against the rest of the case."""
    for row in names.files.forecasts:
        at = (cf.FORECASTS_FILE, row.line)
        if row.place is not None:
            check_naming(names, cf.FORECASTS_FILE, row)
        else:
            known = names.files.measures
            names.known(*at, "measure", row.measure, known, cf.MEASURES_FILE)
        names.range(*at, row.value, row.low, row.high)
        names.citation(*at, row.source, row.locator)
        _check_horizon(names, row)
        _check_figure(names, row)


def _check_horizon(names: Names, row: Forecast) -> None:
    """Nobody forecasts what is past."""
    made = row.made.start if row.made else None
    due = row.horizon.end if row.horizon else None
    if made is not None and due is not None and due < made:
        rule = "made <= horizon must hold"
        got = f"but got made={row.made}, horizon={row.horizon}"
        names.report(cf.FORECASTS_FILE, row.line, f"{rule}, {got}")


def _check_figure(names: Names, row: Forecast) -> None:
    """A figure is one of a measure; some kinds need one, others at least a measure."""
    at = (cf.FORECASTS_FILE, row.line)
    if cf.FORECASTS_FILE in names.files.unread:
        return
    figured = row.kind in _OF_FIGURES or row.number
    wanted: tuple[str, ...] = ("measure", "statistic", "place", "unit") if figured else ()
    if row.kind in _OF_CHANGES and row.place is not None:
        wanted = ("measure", "statistic")
    missing = [name for name in wanted if getattr(row, name) is None]
    if missing:
        what = f"a {row.kind}" if row.kind else "a forecast with a figure"
        names.report(*at, f"{what} needs {', '.join(missing)}")
    if row.kind in _OF_FIGURES and not row.number:
        names.report(*at, f"a {row.kind} needs a value, a low or a high; else it is an event")
    if row.kind in _OF_CHANGES and row.number:
        rule = f"a {row.kind} is from when it was made and has no figure"
        names.report(*at, f"{rule}; a value that is to be reached is a reach")
    if row.kind == "open" and row.number:
        names.report(*at, "a forecast that is left open has no figure")
