"""A scenario run again with the draws, the seed and the members of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case import CaseFiles, DriverChange, RuleChange, Scenario
from marchland.case.editing import dates_of, values_of
from marchland.ensembles import setting_of
from marchland.errors import MarchlandError
from marchland.inference.calibrate import spread
from marchland.lines import Line, batches, standard_lines, summarise
from marchland.model import BASELINE, Model, Setting
from marchland.outputs.tables import SERIES_COLUMNS, cell_text
from marchland.serving.finished import FinishedRun

Floats = NDArray[np.float64]
BASE = "baseline"
COLUMNS = tuple(name for name in SERIES_COLUMNS if name != "explanation")
TEXTS = frozenset(["scenario", "measure", "place", "group", "counterpart", "time", "basis", "unit"])


@dataclass(frozen=True)
class Rerun:
    """What a rerun gives.

    Parameters
    ----------
    name : str
        Name of the scenario in `rows`; no scenario of the case has it.
    title : str
        Says what was edited.
    rows : list of list
        Rows of `COLUMNS`, as series.csv has them: scenario, and scenario less baseline.
    """

    name: str
    title: str
    rows: list[list[Any]]


def rerun(
    finished: FinishedRun, scenario: Scenario, lines: Sequence[str] | None = None, workers: int = 1
) -> Rerun:
    """Run the baseline and a scenario, and give the scenario and what it changes.

    Parameters
    ----------
    finished : FinishedRun
        Its draws, seed and members are used, so the baseline is that of its series.csv.
    scenario : Scenario
        Of the case, or edited.
    lines : sequence of str, optional
        `measure|place|group|counterpart` of the lines wanted; all lines of a run by default.
    workers : int
        Threads; no figure depends on it.

    Raises
    ------
    MarchlandError
        Where a line is unknown, the scenario leads to values that are not finite, or the run took
        drivers from a file that its folder does not hold.
    """
    # A model keeps the inputs of every scenario it has run; edited ones would pile up in it.
    if finished.conditional:
        raise MarchlandError(
            "This run took drivers after its vintage from a file, which its folder does not hold: "
            "change the scenario in the case and run it again with --drivers."
        )
    model = Model(
        finished.files, until=finished.until, courses=finished.courses, seed=finished.seed
    )
    name = name_of(finished.files)
    setting = setting_of(scenario.model_copy(update={"name": name}))
    values = finished.values[spread(len(finished.values), finished.members)]
    frames: list[pd.DataFrame] = []
    for part in batches(_wanted(model, lines)):
        before, after = (
            _simulate(model, finished, values, part, one, workers) for one in (BASELINE, setting)
        )
        frames.append(summarise(model, part, after, "posterior", name))
        frames.append(summarise(model, part, after - before, "posterior", f"{name} - {BASE}"))
    return Rerun(name, title_of(finished.files, scenario), _rows(frames))


def name_of(files: CaseFiles) -> str:
    """Name of an edited scenario, which none of the case has."""
    name = "edited"
    while name in files.scenarios:
        name += "_"
    return name


def title_of(files: CaseFiles, scenario: Scenario) -> str:
    """Title of a rerun: what differs from the scenario as the case has it."""
    known = files.scenarios[scenario.name]
    told = [
        difference
        for old, new in zip(known.changes, scenario.changes, strict=True)
        for difference in _differences(old, new)
    ]
    return f"{'Edited' if told else 'Rerun'}: {known.title}" + (
        f" ({'; '.join(told)})" if told else ""
    )


def _differences(old: object, new: object) -> list[str]:
    if not isinstance(old, RuleChange | DriverChange) or not isinstance(
        new, RuleChange | DriverChange
    ):
        return []
    what = old.rule if isinstance(old, RuleChange) else old.driver
    before = {key: f"{value:g}" for key, value in values_of(old).items()} | dates_of(old)
    after = {key: f"{value:g}" for key, value in values_of(new).items()} | dates_of(new)
    return [
        f"{what}, {key} {before[key] or 'open'} → {after.get(key) or 'open'}"
        for key in before
        if before[key] != after.get(key)
    ]


def _wanted(model: Model, keys: Sequence[str] | None) -> list[Line]:
    known = {key_of(line): line for line in standard_lines(model)}
    if keys is None:
        return list(known.values())
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise MarchlandError(f'a run has no line "{unknown[0]}"; ask for lines of series.csv.')
    return [known[key] for key in dict.fromkeys(keys)]


def key_of(line: Line) -> str:
    """Key of a line, `measure|place|group|counterpart`, empty where it has none."""
    figure = line.figure
    parts = (figure.measure, figure.place, figure.group, figure.counterpart)
    return "|".join(part or "" for part in parts)


def _simulate(
    model: Model,
    finished: FinishedRun,
    values: Floats,
    lines: list[Line],
    setting: Setting,
    workers: int,
) -> Floats:
    _, series = model.run(
        finished.names,
        values,
        (),
        [line.reading for line in lines],
        setting=setting,
        stochastic=True,
        seed=finished.seed,
        workers=workers,
    )
    return series


def _rows(frames: list[pd.DataFrame]) -> list[list[Any]]:
    """Rows as series.csv writes them, to the same digits; what is absent is None."""
    full = [frame for frame in frames if len(frame)]
    if not full:
        return []
    table = pd.concat(full, ignore_index=True)
    columns = [[_cell(name, value) for value in table[name].tolist()] for name in COLUMNS]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(column: str, value: Any) -> Any:
    text = cell_text(value)
    if text == "":
        return None
    return text if column in TEXTS else float(text)
