"""Write a scorecard's page and tables into a run's folder, each whole or not at all."""

from __future__ import annotations

from pathlib import Path

from marchland.outputs import atomic_folder
from marchland.report.scorecard import render_scorecard
from marchland.scorecard.card import Scorecard
from marchland.scorecard.tables import write_tables

PAGE = "scorecard.html"


def write_scorecard(card: Scorecard, folder: Path, *, sources: Path | None = None) -> Path:
    """Write scorecard.html and the tables; gives the path of the page.

    Parameters
    ----------
    card : Scorecard
        The scorecard.
    folder : Path
        Where to write, best the folder of the run: the page links to its report. Other files in
        it are kept.
    sources : Path, optional
        Folder with the texts, for the passages of the forecasts.
    """
    with atomic_folder(folder) as work:
        write_tables(card, work)
        (work / PAGE).write_text(render_scorecard(card, sources=sources), encoding="utf-8")
    return folder / PAGE
