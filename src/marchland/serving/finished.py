"""A run's folder read again: whether it is finished, of which case, and its draws."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.case.vintage import at_vintage
from marchland.errors import MarchlandError

Floats = NDArray[np.float64]
REPORT, SUMMARY, DRAWS = "report.html", "summary.json", "draws/parameters.parquet"
DOWNLOADS = (
    REPORT,
    SUMMARY,
    "predictions.csv",
    "series.csv",
    "parameters.csv",
    "assertions.csv",
    "importance.csv",
    "dyads.csv",
    "evidence.sqlite",
    "codebook.md",
    "citation.bib",
    DRAWS,
    "draws/posterior.nc",
)
"""Files of a run that may be downloaded, and nothing else in the folder."""


def why_unfinished(folder: Path, files: CaseFiles) -> str | None:
    """Say why a folder holds no finished run of a case, or None where it does.

    The run counts where this version of the program made it from the same files, byte by byte.
    """
    if not (folder / SUMMARY).is_file():
        return f"{folder} holds no finished run"
    try:
        said = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"{folder / SUMMARY} cannot be read"
    if not isinstance(said, dict) or not all(isinstance(said.get(k), int) for k in WHOLE):
        return f"{folder / SUMMARY} is not of this program"
    if said.get("version") != version("marchland"):
        return f"the run in {folder} was made by version {said.get('version')}"
    if not files.digest or said.get("case_hash") != files.digest:
        return f"the run in {folder} is of another case, or the case has changed since"
    missing = [name for name in (REPORT, DRAWS) if not (folder / name).is_file()]
    return f"{folder} lacks {missing[0]}" if missing else None


WHOLE = ("seed", "members")


@dataclass(frozen=True)
class FinishedRun:
    """A finished run, as its folder holds it.

    Parameters
    ----------
    folder : Path
        The run's folder.
    files : CaseFiles
        The case, as it was run.
    seed, members : int
        As the run had them, so that a rerun has the same luck.
    names : list of str
        Parameters, the columns of `values`.
    values : (draws, parameters) array
        Draws from the posterior.
    page : str
        The report as written.
    summary : bytes
        summary.json as read: it differs as soon as another run has written to the folder.
    until, courses, conditional
        How far the run reaches, in how many courses of the outside world, and whether it took
        drivers after its vintage from a file.
    """

    folder: Path
    files: CaseFiles
    seed: int
    members: int
    names: list[str]
    values: Floats
    page: str
    summary: bytes
    until: int | None = None
    courses: int = 0
    conditional: bool = False

    @classmethod
    def open(cls, folder: Path, files: CaseFiles) -> FinishedRun:
        """Read a run's folder.

        Raises
        ------
        MarchlandError
            Where it holds no finished run of the case.
        """
        reason = why_unfinished(folder, files)
        if reason:
            raise MarchlandError(f"{reason}; run the case again.")
        summary = (folder / SUMMARY).read_bytes()
        said: dict[str, Any] = json.loads(summary)
        names, values = _draws(folder / DRAWS)
        projected: dict[str, Any] = said.get("projection") or {}
        return cls(
            folder=folder.resolve(),
            files=at_vintage(files, said.get("as_of")),
            seed=said["seed"],
            members=said["members"],
            names=names,
            values=values,
            page=(folder / REPORT).read_text(encoding="utf-8"),
            summary=summary,
            until=said.get("until"),
            courses=projected.get("courses", 0),
            conditional=projected.get("conditional", False),
        )

    def changed(self) -> bool:
        """Whether another run has written to the folder, so that page and files may differ."""
        try:
            return (self.folder / SUMMARY).read_bytes() != self.summary
        except OSError:
            return True

    def file(self, name: str) -> Path | None:
        """Path of a file that may be downloaded; None for any other name, or where it leads out."""
        if name not in DOWNLOADS:
            return None
        path = (self.folder / name).resolve()
        return path if path.is_file() and path.is_relative_to(self.folder) else None


def _draws(path: Path) -> tuple[list[str], Floats]:
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET threads = 1; SET preserve_insertion_order = true")
            table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
    except duckdb.Error as error:
        raise MarchlandError(f"{path} cannot be read ({error}); run the case again.") from error
    return [str(name) for name in table.columns], table.to_numpy(dtype=np.float64)
