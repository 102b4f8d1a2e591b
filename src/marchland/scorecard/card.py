"""The scorecard: the sources' forecasts and the model's projections against later outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.inference.calibrate import spread
from marchland.model import Model
from marchland.projection import COURSES, Supplied
from marchland.readings import Reading
from marchland.scorecard.chances import (
    Chance,
    Question,
    chance_of,
    furthest_horizon,
    question_of,
    readings_of,
)
from marchland.scorecard.forecasts import EARLY, HIT, LATE, MISS, VERDICTS, Verdict, judge
from marchland.scorecard.outcomes import Outcomes, read_outcomes
from marchland.scorecard.projections import Scored, asked_of, score

Floats = NDArray[np.float64]
Say = Callable[[str], None]
TRUE, FALSE = (HIT, EARLY), (MISS, LATE)


@dataclass(frozen=True)
class Draws:
    """Draws of a fitted case, and how its run was made.

    Parameters
    ----------
    names : list of str
        Parameters, the columns of `values`.
    values : (draws, parameters) array
        Draws from the posterior.
    members, seed : int
        As the run had them, so that a projection has the run's luck.
    failed : str
        Why the fit must not be trusted; empty where it may.
    """

    names: list[str]
    values: Floats
    members: int
    seed: int
    failed: str = ""


@dataclass(frozen=True)
class Scorecard:
    """What became of the sources' forecasts and of the model's projections.

    Parameters
    ----------
    files : CaseFiles
        The case, as of its vintage.
    outcomes : Outcomes
        What came later.
    draws : Draws
        The fit that was projected.
    version : str
        Version of the program.
    until : int
        Last year that was projected for the outcomes.
    verdicts : list of Verdict
        One a forecast, in the order of the case.
    chances : dict of str to Chance
        What the model gave to each forecast, by id.
    projected : Scored
        Projections beside outcomes.
    projection : str
        What a reader must know of how what comes from outside was continued.
    conditional : bool
        Whether drivers after the vintage were taken as known; then no forecast was scored.
    """

    files: CaseFiles
    outcomes: Outcomes
    draws: Draws
    version: str
    until: int
    verdicts: list[Verdict]
    chances: dict[str, Chance]
    projected: Scored
    projection: str = ""
    conditional: bool = False

    def counts(self, stance: str | None = None) -> dict[str, int]:
        """Forecasts by verdict, of one stance or of all."""
        found = Counter(
            one.verdict for one in self.verdicts if stance in (None, one.forecast.stance)
        )
        return {name: found[name] for name in VERDICTS}

    def brier(self, verdict: Verdict) -> float | None:
        """Squared distance of the model's chance from what came; None where either is missing.

        Brier 1950. 0 is right and sure, 0.25 is a chance of a half, 1 is wrong and sure.
        """
        chance = self.chances[verdict.forecast.id].share
        if chance is None or verdict.verdict not in (*TRUE, *FALSE):
            return None
        return float((chance - (verdict.verdict in TRUE)) ** 2)


def make_scorecard(
    files: CaseFiles,
    outcomes: str | Path,
    draws: Draws,
    *,
    supplied: Supplied | None = None,
    workers: int = 1,
    say: Say | None = None,
) -> Scorecard:
    """Score a case against outcomes.

    Parameters
    ----------
    files : CaseFiles
        The case; `as_of` is the vintage.
    outcomes : str or Path
        The file of outcomes.
    draws : Draws
        Draws of the case's fit as of that vintage.
    supplied : Supplied, optional
        Drivers after the vintage that are taken as known: then it is no forecast that is scored,
        but a projection on condition of them.
    workers : int
        Threads; no figure depends on it.
    say : function, optional
        Told of every stage.

    Returns
    -------
    Scorecard

    Raises
    ------
    MarchlandError
        Where the outcomes have problems; all of them at once.

    Notes
    -----
    Distrust coverage and skill from few lines: outcomes of one line, and of one country, share
    their luck. The scorecard says how many lines there are.
    """
    told = read_outcomes(Path(outcomes), files)
    until = max(told.last_day.year, files.config.as_of)
    if say is not None:
        say("project")
    model = _model(files, draws, until, supplied)
    asked = asked_of(model, told)
    near = [question_of(one, model, until) for one in files.forecasts]
    readings = [one.reading for one in asked if one.reading is not None]
    figures = _read(model, draws, [*readings, *readings_of(near)], workers)
    chances = _chances(near, figures[:, len(readings) :], files)
    if any(one.beyond for one in near):
        far_model = _model(files, draws, furthest_horizon(files), supplied)
        # A far horizon has a run of its own, so that no outcome's score depends on it.
        far = [
            question_of(one, far_model, until)
            for one, before in zip(files.forecasts, near, strict=True)
            if before.beyond
        ]
        chances |= _chances(far, _read(far_model, draws, readings_of(far), workers), files)
    if say is not None:
        say("score")
    return Scorecard(
        files=files,
        outcomes=told,
        draws=draws,
        version=version("marchland"),
        until=until,
        verdicts=[judge(one, files, told) for one in files.forecasts],
        chances=chances,
        projected=score(files, asked, figures[:, : len(readings)], draws.seed),
        projection=model.projection.sentence,
        conditional=model.projection.conditional,
    )


def _model(files: CaseFiles, draws: Draws, until: int, supplied: Supplied | None) -> Model:
    """The model to a year, with the courses that a run of as many members draws."""
    courses = min(COURSES, draws.members)
    return Model(files, until=until, courses=courses, seed=draws.seed, supplied=supplied)


def _read(model: Model, draws: Draws, readings: list[Reading], workers: int) -> Floats:
    """Figures of the members, (members, readings); NaN where a member has no value."""
    values = draws.values[spread(len(draws.values), draws.members)]
    if not readings:
        return np.empty((draws.members, 0))
    figures, _ = model.run(
        draws.names,
        values,
        readings,
        stochastic=True,
        seed=draws.seed,
        workers=workers,
        strict=False,
    )
    return figures


def _chances(questions: Sequence[Question], figures: Floats, files: CaseFiles) -> dict[str, Chance]:
    found: dict[str, Chance] = {}
    column = 0
    for one in questions:
        width = len(one.readings)
        found[one.forecast.id] = chance_of(one, figures[:, column : column + width], files)
        column += width
    return found
