"""One run of a case: calibrate, simulate, answer, and leave a folder that others can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.answers import Answer, answer
from marchland.case import CaseFiles
from marchland.early import counted, first_figures
from marchland.ensembles import Ensembles
from marchland.errors import MarchlandError
from marchland.evidence import Contradiction, EvidenceBase
from marchland.findings import (
    above_residents,
    assertions_of,
    boundary_of,
    checks_of,
    fit_of,
    is_inside,
    later_checks,
    predictions_of,
    targets_of,
)
from marchland.identified import Identified, before_fit, of
from marchland.importance import COLUMNS, importance
from marchland.inference.calibrate import (
    Comparison,
    Posterior,
    calibrate,
    compare,
)
from marchland.inference.combinations import combinations
from marchland.inference.recovery import Recovery, recovery
from marchland.inference.smc import Keeper, Progress
from marchland.inference.stages import Anew, Stages
from marchland.inference.told import DRAWS, QUICK_DRAWS, Told, told
from marchland.lines import AT_ONCE, Line, batches, standard_lines, summarise
from marchland.model import BASELINE, Model
from marchland.options import MEMBERS, QUICK_MEMBERS, Clock, Options, Stage
from marchland.outputs.inference_data import Groups, inference_groups
from marchland.projection import COURSES, Projection
from marchland.sensitivity import sensitivity

__all__ = [
    "MEMBERS",
    "QUICK_MEMBERS",
    "Options",
    "RunResult",
    "Stage",
    "above_residents",
    "is_inside",
    "run",
]

Floats = NDArray[np.float64]
MOST_YEARS = 100


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
    projection : Projection, optional
        How what comes from outside goes on after the vintage.
    importance : DataFrame
        How far each driver and each prior moves each figure of each answer.
    identified : Identified
        What the evidence can tell, before the fit and after it.
    inference : dict of str to Dataset
        Groups of draws/posterior.nc.
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
    projection: Projection | None = None
    importance: pd.DataFrame = field(default_factory=pd.DataFrame)
    identified: Identified = field(default_factory=Identified)
    seconds: dict[str, float] = field(default_factory=dict)
    inference: Groups = field(default_factory=dict)


def run(
    files: CaseFiles,
    options: Options | None = None,
    *,
    say: Stage | None = None,
    progress: Progress | None = None,
    stages: Stages | None = None,
    tell: Stage | None = None,
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
    stages : Stages, optional
        Keeps what stages give (`unfinished.Unfinished`), so that a run that was stopped goes on.
    tell : function, optional
        Told in sentences what is known before the run ends.
    """
    options = options or Options()
    clock, stages = Clock(say), stages or Anew()
    clock.stage("compile")
    ahead = _ahead(files, options)
    if tell is not None:
        tell(counted(files))
    model = Model(files)
    _first(model, options, tell)
    clock.stage("identify")
    before = stages.stage("identify", lambda _: _told(model, options))
    if tell is not None and before.together.size:
        tell(before_fit(before))
    clock.stage("calibrate")
    posterior = stages.stage("calibrate", partial(_calibrated, model, options, progress))
    _first(model, options, tell, posterior)
    clock.stage("recover")
    found = stages.stage("recover", lambda _: _recovered(model, options))
    clock.stage("compare")
    comparisons = _comparisons(model, options, progress, stages)
    if found is not None:
        comparisons = [found.withheld(comparison) for comparison in comparisons]
    clock.stage("simulate")
    ensembles = Ensembles(ahead, posterior, options.members, options.seed, options.workers)
    series = stages.stage("simulate", lambda keeper: _series(ahead, ensembles))
    later = later_checks(files)
    predictions = stages.stage("simulate/figures", lambda _: predictions_of(ensembles, later))
    clock.stage("answer")
    by_question = {comparison.question: comparison for comparison in comparisons}
    answers = stages.stage(
        "answer",
        lambda keeper: [
            answer(ensembles, asked, by_question.get(asked.rivals or ""))
            for asked in files.config.questions
        ],
    )
    parameters = posterior.table(model)
    draws = pd.DataFrame(posterior.values, columns=posterior.names)
    clock.stage("assumptions")
    moved = pd.DataFrame(columns=list(COLUMNS))  # a quick run does not rank what was assumed
    if not options.quick:
        moved = stages.stage(
            "assumptions",
            lambda keeper: importance(
                _asked(files, model), draws, answers, parameters, workers=options.workers
            ),
        )
    clock.stage("sensitivity")
    identified = of(before, posterior)
    identified.recovery, identified.combinations = found, combinations(posterior)
    if not options.quick:
        identified.sensitivity = stages.stage(
            "sensitivity", lambda _: _screened(_asked(files, model), answers, options)
        )
    clock.stage("check")
    assertions = assertions_of(files, parameters)
    targets = targets_of(model.files, posterior.evidence, predictions)
    result = RunResult(
        files=files,
        version=version("marchland"),
        seed=options.seed,
        members=options.members,
        until=ahead.axis.last_year,
        predictions=predictions,
        series=series,
        parameters=parameters,
        assertions=assertions,
        targets=targets,
        answers=answers,
        boundary=boundary_of(posterior, parameters, assertions, identified.combinations),
        contradictions=EvidenceBase(files).found,
        comparisons=comparisons,
        fit=fit_of(posterior, predictions),
        checks=checks_of(model, ensembles, predictions),
        draws=draws,
        projection=ahead.projection,
        importance=moved,
        identified=identified,
    )
    clock.stage("draws")
    result.inference = stages.stage(
        "draws", lambda _: _groups(result, model, posterior, options.workers)
    )
    clock.stage("")
    result.seconds = {
        stage: round(spent + stages.seconds.get(stage, 0.0), 2)
        for stage, spent in clock.seconds.items()
    }
    return result


def _groups(result: RunResult, model: Model, posterior: Posterior, workers: int) -> Groups:
    """The fit for programs that read netCDF."""
    config = result.files.config
    about = {
        "case": config.title,
        "case_hash": result.files.digest,
        "as_of": config.as_of,
        "version": result.version,
        "seed": result.seed,
        "failed": posterior.sample.failed,
    }
    return inference_groups(
        model,
        posterior,
        result.parameters,
        seed=result.seed,
        workers=workers,
        attributes=about,
    )


def _told(model: Model, options: Options) -> Told:
    """What simulated evidence can be expected to tell; a quick run simulates less of it."""
    draws = QUICK_DRAWS if options.quick else DRAWS
    return told(model, draws=draws, seed=options.seed, workers=options.workers)


def _recovered(model: Model, options: Options) -> Recovery | None:
    """Whether rivals are recovered; a quick run, which weighs none, does not ask."""
    if options.quick or not model.files.explanations.questions:
        return None
    return recovery(model, seed=options.seed, workers=options.workers)


def _screened(model: Model, answers: list[Answer], options: Options) -> pd.DataFrame:
    """Which parameters could move an answer."""
    return sensitivity(model, answers, seed=options.seed, workers=options.workers)


def _first(
    model: Model, options: Options, tell: Stage | None, posterior: Posterior | None = None
) -> None:
    """Tell a few figures while the run goes on."""
    if tell is None:
        return
    for said in first_figures(
        model, posterior=posterior, seed=options.seed, workers=options.workers
    ):
        tell(said)


def _calibrated(
    model: Model, options: Options, progress: Progress | None, keeper: Keeper | None
) -> Posterior:
    """The fit that a run rests on."""
    return calibrate(
        model,
        particles=options.particles,
        moves=options.moves,
        keep=options.keep,
        lessons=options.lessons,
        seed=options.seed,
        workers=options.workers,
        progress=progress,
        keeper=keeper,
    )


def _ahead(files: CaseFiles, options: Options) -> Model:
    """The model that is simulated: to the last year asked for, by the rules of the projection.

    Raises
    ------
    MarchlandError
        Where that year lies before what the questions of the case ask for, or too far ahead.
    """
    as_of, end = files.config.as_of, files.config.period.end
    least = max(as_of, end.year if end else as_of)
    until = least if options.until is None else options.until
    if not least <= until <= as_of + MOST_YEARS:
        raise MarchlandError(
            f"until must lie between {least} and {as_of + MOST_YEARS}, but got {until}"
        )
    if options.supplied is not None and until == as_of:
        raise MarchlandError(
            f"{options.supplied.name} supplies drivers after {as_of}, but the run ends then; "
            "say how far it is to reach, as in --until 2024"
        )
    courses = min(COURSES, options.members)
    return Model(files, until=until, courses=courses, seed=options.seed, supplied=options.supplied)


def _asked(files: CaseFiles, model: Model) -> Model:
    """The mean model that reaches the times asked for: that of the vintage wherever it does."""
    end = files.config.period.end
    if end is None or end.year <= model.axis.last_year:
        return model
    return Model(files, until=end.year)


def _comparisons(
    model: Model, options: Options, progress: Progress | None, stages: Stages
) -> list[Comparison]:
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
            stages=stages,
        )
        for name in dict.fromkeys(named)
        if name in model.files.explanations.questions
    ]


def _series(model: Model, ensembles: Ensembles) -> pd.DataFrame:
    """Baseline, every scenario, and the paired difference of each from the baseline."""
    at_once = max(AT_ONCE, AT_ONCE * MEMBERS // ensembles.members)
    lines = batches(standard_lines(model), at_once)
    parts = [_series_of(model, ensembles, part) for part in lines]
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
