"""One run of a case: calibrate, simulate, answer, and leave a folder that others can read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.answers import Answer, Ensembles, answer
from marchland.case import CaseFiles
from marchland.evidence import Contradiction, EvidenceBase
from marchland.inference.calibrate import (
    CHAINS,
    KEEP,
    QUICK_CHAINS,
    QUICK_KEEP,
    QUICK_SWEEPS,
    SWEEPS,
    Comparison,
    Posterior,
    calibrate,
    compare,
)
from marchland.inference.likelihood import LOWER, UPPER, Evidence, predictive
from marchland.inference.smc import Progress
from marchland.lines import QUANTILES, Line, batches, standard_lines, summarise
from marchland.model import BASELINE, Model
from marchland.outputs import PREDICTION_COLUMNS
from marchland.readings import Figure

Floats = NDArray[np.float64]
Stage = Callable[[str], None]
MEMBERS = 500
QUICK_MEMBERS = 200
SUPPORT = 0.9


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
    predictions = _predictions(ensembles)
    clock.stage("answer")
    by_question = {comparison.question: comparison for comparison in comparisons}
    answers = [
        answer(ensembles, asked, by_question.get(asked.rivals or ""))
        for asked in files.config.questions
    ]
    parameters = posterior.table(model)
    assertions = _assertions(files, parameters)
    targets = _targets(files, posterior.evidence, predictions)
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
        boundary=_boundary(posterior, parameters, assertions),
        contradictions=EvidenceBase(files).found,
        comparisons=comparisons,
        fit=_fit(posterior, predictions),
        checks=_checks(model, ensembles, predictions),
        draws=pd.DataFrame(posterior.values, columns=posterior.names),
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


def _predictions(ensembles: Ensembles) -> pd.DataFrame:
    """What would have been observed, before and after the evidence, beside what was."""
    evidence = ensembles.posterior.evidence
    rng = np.random.default_rng([ensembles.seed, 2])
    frames = []
    for explanation, read in (("posterior", ensembles.read), ("prior", ensembles.read_prior)):
        figures = read(evidence.readings)
        seen = predictive(evidence, figures, rng)
        frames.append(_prediction_table(evidence, seen, explanation))
    return pd.concat(frames, ignore_index=True)


def _prediction_table(evidence: Evidence, seen: Floats, explanation: str) -> pd.DataFrame:
    rows = []
    for n, q in enumerate(evidence.records):
        quantiles = np.nanquantile(seen[:, n], QUANTILES)
        end = q.end or q.start
        rows.append(
            {
                "explanation": explanation,
                "evidence_id": q.id,
                "measure": q.measure,
                "statistic": q.statistic,
                "place": q.place,
                "group": q.group,
                "counterpart": q.counterpart,
                "start": q.start.text if q.start else None,
                "end": end.text if end else None,
                "unit": q.unit,
                "observed": q.value,
                "low": q.low,
                "high": q.high,
                "use": q.use,
                **{f"q{round(100 * p):02d}": v for p, v in zip(QUANTILES, quantiles, strict=True)},
                "source": q.source,
                "locator": q.locator,
            }
        )
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def is_inside(row: pd.Series, bound: str | None, low: str = "q05", high: str = "q95") -> bool:
    """Whether an observed figure, range or bound agrees with a predictive interval."""
    values = [row[k] for k in ("observed", "low", "high") if not pd.isna(row[k])]
    if not values:
        return False
    above = row[high] >= min(values)
    below = row[low] <= max(values)
    if bound in LOWER:
        return bool(above)
    if bound in UPPER:
        return bool(below)
    return bool(above and below)


def _targets(files: CaseFiles, evidence: Evidence, predictions: pd.DataFrame) -> pd.DataFrame:
    scored = {i.quantity.id: i.target for i in evidence.items}
    scored |= {q.id: s.target for s in evidence.surveys for q in s.quantities}
    bounds = {q.id: q.bound for q in evidence.records}
    after = (
        predictions[predictions["explanation"] == "posterior"] if len(predictions) else predictions
    )
    inside: dict[str, list[bool]] = {}
    for _, row in after.iterrows():
        name = str(row["evidence_id"])
        if name in scored:
            inside.setdefault(scored[name], []).append(is_inside(row, bounds[name]))
    rows = []
    for target in files.targets:
        found = inside.get(target.target, [])
        rows.append(
            {
                "target": target.target,
                "form": target.form,
                "records": len(found),
                "inside": sum(found) if found else None,
                "left_out": ";".join(q for q in target.quantities if q in evidence.left_out),
                "informs": target.informs,
                "cannot_tell": target.cannot_tell,
            }
        )
    columns = ["target", "form", "records", "inside", "left_out", "informs", "cannot_tell"]
    return pd.DataFrame(rows, columns=columns)


def _assertions(files: CaseFiles, parameters: pd.DataFrame) -> pd.DataFrame:
    """Every assertion with what the evidence says of its coefficient."""
    known = {str(row["name"]): row for _, row in parameters.iterrows()}
    rows = []
    for a in files.assertions:
        names = [n.strip() for n in (a.switch or "").split(";") if n.strip()]
        terms = [known[n] for n in names if n in known and known[n]["family"] != "fixed"]
        support, probability, informed = "not in the model", np.nan, False
        if names:
            support = "cannot tell"
        if terms:
            probability = float(np.mean([t["probability_positive"] for t in terms]))
            informed = any(bool(t["informed"]) for t in terms)
            support = _support(terms)
        rows.append(
            {
                "id": a.id,
                "group": a.group,
                "cause": a.cause,
                "effect": a.effect,
                "sign": a.sign,
                "status": a.status,
                "equation": a.equation,
                "switch": a.switch,
                "source": a.source,
                "locator": a.locator,
                "support": support,
                "probability": probability,
                "informed": informed,
            }
        )
    columns = ["id", "group", "cause", "effect", "sign", "status", "equation", "switch", "source"]
    return pd.DataFrame(rows, columns=[*columns, "locator", "support", "probability", "informed"])


def _support(terms: list[pd.Series]) -> str:
    """Whether every coefficient has the asserted sign, the opposite one, or neither for sure.

    A coefficient whose sign the prior had settled tells nothing about the assertion unless the
    evidence narrowed it.
    """
    told = [t for t in terms if t["sign_in_question"] or t["informed"]]
    if not told:
        return "cannot tell"
    if all(t["probability_positive"] >= SUPPORT for t in told):
        return "supports"
    if all(t["probability_positive"] <= 1.0 - SUPPORT for t in told):
        return "contradicts"
    return "cannot tell"


def _boundary(
    posterior: Posterior, parameters: pd.DataFrame, assertions: pd.DataFrame
) -> list[str]:
    """Sentences on what the evidence cannot tell."""
    said = []
    free = parameters[parameters["family"] != "fixed"]
    silent = free[~free["informed"]]
    if len(silent):
        names = ", ".join(str(name) for name in silent["name"])
        said.append(
            f"Of {len(free)} free parameters the evidence informs {len(free) - len(silent)}. "
            f"For the others it does not tell, posterior and prior are much the same: {names}."
        )
    for first, second, r in posterior.together():
        sign = "sum" if r < 0 else "difference"
        said.append(
            f"{first} and {second} are known together but not apart (correlation {r:.2f}): "
            f"the evidence fixes something like their {sign}."
        )
    if len(assertions):
        inside = assertions[assertions["support"] != "not in the model"]
        told = int(assertions["informed"].sum())
        said.append(
            f"{len(assertions)} assertions stand in the sources; {len(inside)} are terms of this "
            f"model, and the evidence informs {told} of them."
        )
    if posterior.evidence.left_out:
        said.append(
            "Nothing in the model computes these figures, which stand in targets: "
            + ", ".join(sorted(posterior.evidence.left_out))
            + "."
        )
    if posterior.sample.failed:
        said.insert(0, f"The fit failed: {posterior.sample.failed}")
    return said


def _fit(posterior: Posterior, predictions: pd.DataFrame) -> dict[str, object]:
    sample = posterior.sample
    bounds = {q.id: q.bound for q in posterior.evidence.records}
    scored = {i.quantity.id for i in posterior.evidence.items}
    scored |= {q.id for s in posterior.evidence.surveys for q in s.quantities}
    inside = [
        is_inside(row, bounds[str(row["evidence_id"])])
        for _, row in predictions.iterrows()
        if row["explanation"] == "posterior" and row["evidence_id"] in scored
    ]
    return {
        "log_evidence": sample.log_evidence,
        "log_evidence_error": sample.log_evidence_error,
        "particles": len(sample.z),
        "temperatures": len(sample.temperatures),
        "acceptance_lowest": min(sample.acceptance),
        "steps": sample.steps,
        "unique_ancestors": sample.unique,
        "remembered": sample.remembered,
        "halves_apart": sample.apart,
        "failed": sample.failed,
        "parameters_free": posterior.prior.dimension,
        "targets": len(posterior.evidence.targets),
        "records_scored": len(inside),
        "records_inside_90": sum(inside),
    }


def _checks(model: Model, ensembles: Ensembles, predictions: pd.DataFrame) -> dict[str, object]:
    """Whether the prior predicts nothing absurd and rules out no target."""
    above = above_residents(model, ensembles.posterior, ensembles.workers)
    bounds = {q.id: q.bound for q in ensembles.posterior.evidence.records}
    before = predictions[predictions["explanation"] == "prior"] if len(predictions) else predictions
    scored = {i.quantity.id for i in ensembles.posterior.evidence.items}
    outside = [
        str(row["evidence_id"])
        for _, row in before.iterrows()
        if row["evidence_id"] in scored and not is_inside(row, bounds[str(row["evidence_id"])])
    ]
    return {
        "prior_share_with_more_migrants_than_residents": above,
        "prior_figures_outside_central_90": outside,
    }


def above_residents(model: Model, posterior: Posterior, workers: int) -> float:
    """Share of prior draws that ever put more migrants than residents in a host region."""
    hosts = [
        model.index.regions[r]
        for r in range(len(model.index.regions))
        if model.world.region[r].host
    ]
    groups = sorted({c.group for c in model.files.config.corridors if c.kind == "sojourners"})
    pairs = []
    for region in hosts:
        for group in groups:
            stock = model.atlas.line("migrants_stock", region, group)
            people = model.atlas.line("population", region)
            if stock is not None and people is not None:
                pairs.append((stock, people))
    if not pairs:
        return 0.0
    lines = [stock for stock, _ in pairs] + [people for _, people in pairs]
    _, series = model.run(posterior.names, posterior.prior_values, (), lines, workers=workers)
    stocks, people_there = series[:, : len(pairs)], series[:, len(pairs) :]
    known = ~np.isnan(stocks) & ~np.isnan(people_there)
    return float(((stocks > people_there) & known).any(axis=(1, 2)).mean())


def summary(result: RunResult) -> str:
    """summary.json: what a program wants to know of a run."""
    counts = EvidenceBase(result.files)
    informed = result.assertions["informed"].sum() if len(result.assertions) else 0
    content = {
        "case": result.files.config.title,
        "version": result.version,
        "as_of": result.files.config.as_of,
        "until": result.until,
        "seed": result.seed,
        "members": result.members,
        "answers": [
            {
                "question": a.question,
                "id": a.id,
                "text": a.text,
                "value": a.value,
                "low": a.low,
                "high": a.high,
                "unit": a.unit,
                "verdict": a.verdict,
            }
            for a in result.answers
        ],
        "evidence": {
            "quantities": len(counts.quantities),
            "events": len(counts.events),
            "sources": len(counts.sources),
            "forecasts": len(counts.forecasts),
            "targets": len(counts.targets),
        },
        "assertions": {
            "total": len(result.assertions),
            "informed": int(informed),
            "by_status": _count(result.assertions, "status"),
            "by_support": _count(result.assertions, "support"),
        },
        "contradictions": len(result.contradictions),
        "fit": result.fit,
        "checks": result.checks,
        "explanations": {c.question: c.table.to_dict("records") for c in result.comparisons},
        "scenarios": {name: s.title for name, s in result.files.scenarios.items()},
        "seconds": result.seconds,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, default=_plain) + "\n"


def _count(table: pd.DataFrame, column: str) -> dict[str, int]:
    if not len(table):
        return {}
    return {str(k): int(v) for k, v in table[column].fillna("").value_counts().sort_index().items()}


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    return str(value)


def figure_name(figure: Figure) -> str:
    """Key of a line in a table of lines."""
    return "/".join(str(part or "") for part in (figure.measure, figure.place, figure.group))
