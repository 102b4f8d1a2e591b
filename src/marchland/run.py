"""One run of a case: calibrate, simulate, answer, and leave a folder that others can read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.answers import Answer, answer
from marchland.case import CaseFiles
from marchland.ensembles import Ensembles
from marchland.evidence import Contradiction, EvidenceBase
from marchland.findings import (
    above_residents,
    assertions_of,
    boundary_of,
    checks_of,
    fit_of,
    is_inside,
    predictions_of,
    targets_of,
)
from marchland.importance import COLUMNS, importance
from marchland.inference.calibrate import (
    CHAINS,
    KEEP,
    QUICK_CHAINS,
    QUICK_KEEP,
    QUICK_SWEEPS,
    SWEEPS,
    Comparison,
    calibrate,
    compare,
)
from marchland.inference.smc import Progress
from marchland.lines import Line, batches, standard_lines, summarise
from marchland.model import BASELINE, Model

__all__ = ["Options", "RunResult", "Stage", "above_residents", "is_inside", "run"]

Floats = NDArray[np.float64]
Stage = Callable[[str], None]
MEMBERS = 500
QUICK_MEMBERS = 200


@dataclass
class RunResult:
    """Everything that a run found.

    Parameters
    ----------
    files : CaseFiles
        The case.
    version, seed, members, until
        How it was made.
    predictions, series : DataFrame
        As written to predictions.csv and series.csv.
    parameters : DataFrame
        Prior beside posterior.
    assertions : DataFrame
        Every assertion: whether the evidence supports it, contradicts it or cannot tell.
    targets : DataFrame
        Every target: how many of its figures lie inside their predictive interval.
    answers : list of Answer
        To the questions of the case.
    boundary : list of str
        What the evidence cannot tell.
    contradictions : list of Contradiction
        Found in the evidence.
    fit, checks, seconds : dict
        What the sampler says, what the prior predicts, and how long stages took.
    draws : DataFrame
        Posterior draws of the parameters.
    importance : DataFrame
        How far each driver and each prior moves each figure of each answer.
    """

    files: CaseFiles
    version: str
    seed: int
    members: int
    until: int
    predictions: pd.DataFrame
    series: pd.DataFrame
    parameters: pd.DataFrame
    assertions: pd.DataFrame
    targets: pd.DataFrame
    answers: list[Answer]
    boundary: list[str]
    contradictions: list[Contradiction]
    comparisons: list[Comparison]
    fit: dict[str, object]
    checks: dict[str, object]
    draws: pd.DataFrame
    importance: pd.DataFrame = field(default_factory=pd.DataFrame)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How a run is made.

    Parameters
    ----------
    members : int
        Members of the ensembles, posterior draws each with its own luck.
    seed : int
        Seed of everything drawn.
    workers : int
        Threads; no figure depends on it.
    quick : bool
        Fewer chains and members: a first look, not a result to cite.
    """

    members: int = MEMBERS
    seed: int = 1
    workers: int = 2
    quick: bool = False

    @property
    def chains(self) -> int:
        """Chains of the sampler."""
        return QUICK_CHAINS if self.quick else CHAINS

    @property
    def sweeps(self) -> int:
        """Sweeps of each chain over the blocks of parameters at each temperature."""
        return QUICK_SWEEPS if self.quick else SWEEPS

    @property
    def keep(self) -> float:
        """Share of particles that stays effective between temperatures."""
        return QUICK_KEEP if self.quick else KEEP


class Clock:
    """Seconds by stage, and word of each stage to the terminal."""

    def __init__(self, say: Stage | None) -> None:
        self.seconds: dict[str, float] = {}
        self._say = say
        self._stage = ""
        self._start = time.perf_counter()

    def stage(self, name: str) -> None:
        """Begin a stage."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = round(now - self._start, 2)
        self._stage, self._start = name, now
        if self._say is not None and name:
            self._say(name)


def run(
    files: CaseFiles,
    options: Options | None = None,
    *,
    say: Stage | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Calibrate a case on its figures, simulate it and answer its questions.

    Parameters
    ----------
    files : CaseFiles
        A case that has been checked.
    options : Options
        Members, seed, workers, quick.
    say, progress : functions, optional
        Told of every stage and of the sampler's temperature.
    """
    options = options or Options()
    clock = Clock(say)
    clock.stage("compile")
    model = Model(files)
    clock.stage("calibrate")
    posterior = calibrate(
        model,
        chains=options.chains,
        sweeps=options.sweeps,
        keep=options.keep,
        seed=options.seed,
        workers=options.workers,
        progress=progress,
    )
    clock.stage("compare")
    comparisons = _comparisons(model, options, progress)
    clock.stage("simulate")
    ensembles = Ensembles(model, posterior, options.members, options.seed, options.workers)
    series = _series(model, ensembles)
    predictions = predictions_of(ensembles)
    clock.stage("answer")
    by_question = {comparison.question: comparison for comparison in comparisons}
    answers = [
        answer(ensembles, asked, by_question.get(asked.rivals or ""))
        for asked in files.config.questions
    ]
    parameters = posterior.table(model)
    draws = pd.DataFrame(posterior.values, columns=posterior.names)
    clock.stage("assumptions")
    moved = pd.DataFrame(columns=list(COLUMNS))  # a quick run does not rank what was assumed
    if not options.quick:
        moved = importance(model, draws, answers, parameters, workers=options.workers)
    clock.stage("check")
    assertions = assertions_of(files, parameters)
    targets = targets_of(files, posterior.evidence, predictions)
    result = RunResult(
        files=files,
        version=version("marchland"),
        seed=options.seed,
        members=options.members,
        until=model.axis.last_year,
        predictions=predictions,
        series=series,
        parameters=parameters,
        assertions=assertions,
        targets=targets,
        answers=answers,
        boundary=boundary_of(posterior, parameters, assertions),
        contradictions=EvidenceBase(files).found,
        comparisons=comparisons,
        fit=fit_of(posterior, predictions),
        checks=checks_of(model, ensembles, predictions),
        draws=draws,
        importance=moved,
    )
    clock.stage("")
    result.seconds = clock.seconds
    return result


def _comparisons(model: Model, options: Options, progress: Progress | None) -> list[Comparison]:
    """Rivals of the questions that ask for them; a quick run leaves them out."""
    if options.quick:
        return []
    named = [asked.rivals or "" for asked in model.files.config.questions]
    return [
        compare(
            model,
            name,
            seed=options.seed,
            workers=options.workers,
            progress=progress,
        )
        for name in dict.fromkeys(named)
        if name in model.files.explanations.questions
    ]


def _series(model: Model, ensembles: Ensembles) -> pd.DataFrame:
    """Baseline, every scenario, and the paired difference of each from the baseline."""
    parts = [_series_of(model, ensembles, part) for part in batches(standard_lines(model))]
    return pd.concat(parts, ignore_index=True)


def _series_of(model: Model, ensembles: Ensembles, lines: list[Line]) -> pd.DataFrame:
    """The same for some of the lines: memory is that of a part."""
    readings = [line.reading for line in lines]
    values = ensembles.posterior.pick(ensembles.members)

    def simulate(name: str) -> Floats:
        setting = BASELINE if name == "baseline" else ensembles.scenario(name)
        _, series = model.run(
            ensembles.posterior.names,
            values,
            (),
            readings,
            setting=setting,
            stochastic=ensembles.stochastic,
            seed=ensembles.seed,
            workers=ensembles.workers,
        )
        return series

    baseline = simulate("baseline")
    frames = [summarise(model, lines, baseline, "posterior", "baseline")]
    for name in model.files.scenarios:
        other = simulate(name)
        frames.append(summarise(model, lines, other, "posterior", name))
        difference = summarise(model, lines, other - baseline, "posterior", f"{name} - baseline")
        frames.append(difference)
    return pd.concat(frames, ignore_index=True)
