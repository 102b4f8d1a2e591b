"""The start of a case: ten lines that run at once."""

from __future__ import annotations

from pathlib import Path

from marchland.case.casefiles import CONFIG_FILE, MODEL_FILE
from marchland.errors import MarchlandError

CASE_LINES = """\
title: A first borderland
period: 1990/2003
as_of: 2003
states: [EST, WST]
regions: [east, west]
populations: {east: 1000000, west: 3000000}
groups: {westerners: {label: Westerners, state: WST}}
borders: {EST-WST: {states: [EST, WST], regions: [east, west]}}
corridors: [{id: west_to_east, group: westerners, origin: west, destination: east, border: EST-WST}]
"""
MODEL_LINES = """\
parameters: {departures_default: {prior: {lognormal: [0.5, 1]}, unit: "per 1,000 and quarter", \
reason: "a guess: in two cases of three between 0.2 and 1.4 of a thousand leave in a quarter"}}
"""


def new(directory: str | Path) -> Path:
    """Write a case of ten lines that runs at once.

    Parameters
    ----------
    directory : str or Path
        A folder that does not exist yet, or is empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    MarchlandError
        Where the folder holds something: nothing is ever overwritten.
    """
    folder = Path(directory)
    try:
        if folder.exists() and not folder.is_dir():
            raise MarchlandError(f"{folder} is a file; name a folder that does not exist yet.")
        if folder.is_dir() and any(folder.iterdir()):
            raise MarchlandError(f"{folder} is not empty; name a folder that does not exist yet.")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ((CONFIG_FILE, CASE_LINES), (MODEL_FILE, MODEL_LINES)):
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise MarchlandError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder
