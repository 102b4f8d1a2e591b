"""Calibration: the posterior of a case's parameters, and what the evidence told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case.settings import Prior
from marchland.errors import MarchlandError
from marchland.inference.biases import Bias, described
from marchland.inference.diagnostics import Sample
from marchland.inference.priors import JointPrior, Marginal
from marchland.inference.reach import out_of_reach
from marchland.inference.scored import Evidence, gather
from marchland.inference.smc import KEEP, LEAST, LESSONS, MOVES, PARTICLES, Keeper, Progress, sample
from marchland.inference.stages import Stages
from marchland.inference.terms import Terms
from marchland.model import BASELINE, Model, Setting
from marchland.vocabulary import PARAMETERS
from marchland.world import DEFAULT_DEPARTURES

Floats = NDArray[np.float64]
QUICK_PARTICLES = 384
QUICK_MOVES = 4
QUICK_KEEP = 0.4
QUICK_LESSONS = 200
RIVAL_PARTICLES = 512
RIVAL_LESSONS = 400
NARROWER = 0.2
SURE = 0.9
TOGETHER = 0.7


@dataclass(frozen=True)
class Posterior:
    """Draws of the parameters, before and after the evidence.

    Parameters
    ----------
    prior : JointPrior
        The case's priors.
    values, prior_values : (draws, parameters) arrays
        Equally weighted draws in the units of model.yaml, and as many from the prior.
    sample : Sample
        What the sampler says of itself.
    evidence : Evidence
        What was scored.
    setting : Setting
        Explanation under which it was fitted.
    """

    prior: JointPrior
    values: Floats
    prior_values: Floats
    sample: Sample
    evidence: Evidence
    setting: Setting = field(default=BASELINE)

    @property
    def names(self) -> list[str]:
        """Columns of `values`."""
        return self.prior.names

    def pick(self, members: int) -> Floats:
        """As many draws as wanted, spread over the sample."""
        return self.values[spread(len(self.values), members)]

    def pick_prior(self, members: int) -> Floats:
        """The same from the prior."""
        return self.prior_values[spread(len(self.prior_values), members)]

    def table(self, model: Model) -> pd.DataFrame:
        """Prior beside posterior, one row a parameter, with what the evidence told."""
        rows = []
        spread = dict(zip(self.prior.free_names, self.sample.z.std(axis=0).tolist(), strict=True))
        told, biases = self.convergence(), described(self.evidence)
        for n, marginal in enumerate(self.prior.marginals):
            before, after = self.prior_values[:, n], self.values[:, n]
            contraction = 1.0 - spread[marginal.name] if marginal.free else float("nan")
            bias = biases.get(marginal.name)
            row = _row(model, marginal, before, after, contraction, bias)
            row |= {name: values.get(marginal.name, float("nan")) for name, values in told.items()}
            rows.append(row)
        return pd.DataFrame(rows)

    def convergence(self) -> dict[str, dict[str, float]]:
        """R-hat and effective sizes by free parameter; empty where nothing was sampled."""
        found, names = self.sample.convergence, self.prior.free_names
        columns = {"rhat": found.rhat, "ess_bulk": found.ess_bulk, "ess_tail": found.ess_tail}
        return {
            column: dict(zip(names, values.tolist(), strict=True)) if len(values) else {}
            for column, values in columns.items()
        }

    def together(self, limit: int = 12) -> list[tuple[str, str, float]]:
        """Pairs of parameters that are known together but not apart, by correlation."""
        z = self.sample.z
        if z.shape[1] < 2:
            return []
        correlation = np.asarray(np.corrcoef(z.T))
        names = self.prior.free_names
        pairs = [
            (names[i], names[j], float(correlation[i, j]))
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if abs(correlation[i, j]) >= TOGETHER
        ]
        return sorted(pairs, key=lambda pair: -abs(pair[2]))[:limit]


def spread(available: int, wanted: int) -> NDArray[np.int64]:
    """Which draws the members of an ensemble have: as many as wanted, spread over the sample."""
    return (np.arange(wanted) * available // wanted) % available


def _row(
    model: Model,
    marginal: Marginal,
    before: Floats,
    after: Floats,
    contraction: float,
    bias: Bias | None,
) -> dict[str, object]:
    """One parameter; contraction is that of its standard normal coordinate.

    On its own scale a prior with a heavy tail would seem to contract by chance.
    """
    name = marginal.name
    known = model.files.parameters.get(name)
    term = PARAMETERS.get(name)
    old, new = (np.quantile(v, [0.05, 0.5, 0.95]) for v in (before, after))
    positive, positive_before = (after > 0.0).mean(), (before > 0.0).mean()
    open_sign = (1.0 - SURE) < positive_before < SURE
    told_sign = open_sign and not (1.0 - SURE) <= positive <= SURE
    meaning, unit = term.meaning if term else "", known.unit if known else "per 1,000 and quarter"
    reason = known.reason if known else "default of the model"
    if bias is not None:
        meaning, unit, reason = bias.meaning, bias.unit, bias.reason
    return {
        "name": name,
        "equation": (known.equation if known else None) or (term.equation if term else ""),
        "meaning": meaning,
        "unit": unit,
        "reason": reason,
        "switch": bool(term and term.switch),
        "family": marginal.prior.family,
        **dict(zip(("prior_q05", "prior_q50", "prior_q95"), old.tolist(), strict=True)),
        **dict(zip(("q05", "q50", "q95"), new.tolist(), strict=True)),
        "contraction": contraction,
        "probability_positive": positive,
        "sign_in_question": open_sign,
        "informed": bool(marginal.free and (contraction >= NARROWER or told_sign)),
    }


def joint_prior(model: Model, evidence: Evidence | None = None) -> JointPrior:
    """Priors of all the parameters that a case gives, the default of departures included.

    With evidence, those of the biases of its sources too.
    """
    default = Prior(line=0, family="lognormal", arguments=(0.5, 0.8))
    marginals = []
    for name in model.prior_names():
        known = model.files.parameters.get(name)
        if known is None and name != DEFAULT_DEPARTURES:
            continue
        marginals.append(Marginal(name, known.prior if known else default))
    for name, spread in (evidence.biases if evidence is not None else {}).items():
        marginals.append(Marginal(name, Prior(line=0, family="normal", arguments=(0.0, spread))))
    return JointPrior(marginals)


@dataclass(frozen=True)
class Fitting:
    """A model under an explanation, as the sampler wants it.

    Parameters
    ----------
    model : Model
        The model of the case.
    prior : JointPrior
        Priors of its parameters and of those of observation.
    terms : Terms
        What is scored.
    setting : Setting
        Explanation.
    workers : int
        Threads.
    """

    model: Model
    prior: JointPrior
    terms: Terms
    setting: Setting
    workers: int

    def figures(self, z: Floats) -> Floats:
        """What the model says, (particles, readings); not a number where it breaks."""
        figures, _ = self.model.run(
            self.prior.names,
            self.prior.values(z),
            self.terms.evidence.readings,
            setting=self.setting,
            workers=self.workers,
            strict=False,
        )
        return figures

    def observed(self, z: Floats) -> dict[str, Floats]:
        """Parameters of observation, by name."""
        return self.terms.evidence.observed(self.prior.names, self.prior.values(z))

    def outputs(self, z: Floats) -> Floats:
        """Outputs, (particles, outputs)."""
        return self.terms.read(self.figures(z), self.observed(z))

    def log_likelihood(self, outputs: Floats) -> Floats:
        """Log likelihood of the evidence, (particles,)."""
        return self.terms.log_likelihood(outputs)

    def slopes(self, outputs: Floats) -> Floats:
        """Derivatives of the log likelihood by the outputs."""
        return self.terms.slopes(outputs)

    def errors(self) -> Floats:
        """One unit of error of each output."""
        return self.terms.errors()

    def refusal(self, z: Floats) -> MarchlandError:
        """Why draws do not agree: they break the model, or miss what is scored."""
        figures = self.figures(z)
        broken = np.isnan(figures).all(axis=1)
        if (~broken).sum() < LEAST:
            values = self.prior.values(z)[broken]
            self.model.run(self.prior.names, values, setting=self.setting, workers=self.workers)
        return out_of_reach(self.model, self.terms.evidence, figures, self.observed(z), LEAST)


def calibrate(
    model: Model,
    *,
    evidence: Evidence | None = None,
    setting: Setting = BASELINE,
    particles: int = PARTICLES,
    moves: int = MOVES,
    keep: float = KEEP,
    lessons: int = LESSONS,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
) -> Posterior:
    """Fit a case's parameters to the figures that its targets join.

    Parameters
    ----------
    model : Model
        The model of the case.
    evidence : Evidence, optional
        What is scored; all that the case has by default.
    setting : Setting
        Explanation: switches at 0 remove exactly their terms, everything else is refitted.
    particles, moves, keep, lessons, seed, progress, keeper
        See `inference.smc.sample`.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    Posterior
        Distrust it where `posterior.sample.failed` says something.

    Raises
    ------
    MarchlandError
        Where hardly a draw from the priors agrees with the evidence, with the targets missed.
    """
    scored = evidence if evidence is not None else gather(model)
    prior = _without_switched_off(joint_prior(model, scored), setting)
    if prior.dimension == 0 or not scored.targets:
        drawn = _untold(prior, particles, seed)
    else:
        fitting = Fitting(model, prior, Terms(scored), setting, workers)
        drawn = sample(
            fitting,
            prior.dimension,
            particles=particles,
            moves=moves,
            seed=seed,
            keep=keep,
            lessons=lessons,
            workers=workers,
            progress=progress,
            refusal=fitting.refusal,
            keeper=keeper,
        )
    rng = np.random.default_rng([seed, 1])
    before = prior.values(prior.sample(max(len(drawn.z), 1024), rng))
    return Posterior(prior, prior.values(drawn.z), before, drawn, scored, setting)


def _without_switched_off(prior: JointPrior, setting: Setting) -> JointPrior:
    """Parameters of terms that are off are held at 0: they are no part of the explanation."""
    off = set(setting.off)
    zero = Prior(line=0, family="fixed", arguments=(0.0,))
    return JointPrior([Marginal(m.name, zero) if m.name in off else m for m in prior.marginals])


def _untold(prior: JointPrior, particles: int, seed: int) -> Sample:
    """A case without targets: the posterior is the prior."""
    z = prior.sample(2 * particles, np.random.default_rng(seed))
    return Sample(z, np.zeros(len(z)), 0.0, 0.0, [1.0], [1.0], 0, 1.0, 0.0, 0.0, "")


@dataclass(frozen=True)
class Comparison:
    """Rival explanations of one question, each refitted.

    Parameters
    ----------
    question : str
        Key of explanations.yaml.
    table : DataFrame
        rival, title, log_evidence, log_evidence_error, probability, failed.
    """

    question: str
    table: pd.DataFrame


def compare(
    model: Model,
    question: str,
    *,
    particles: int = RIVAL_PARTICLES,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> Comparison:
    """Refit every rival of a question and weigh them by their evidence, equal beforehand.

    Distrust differences of log evidence below about twice their errors. With `stages`, what was
    fitted before a run was stopped is not fitted again.
    """
    rows = []
    evidence = gather(model)
    for name, rival in model.files.explanations.questions[question].rivals.items():
        setting = Setting(
            name="baseline", off=tuple(rival.off), fixed=tuple(sorted(rival.set.items()))
        )

        def fit(keeper: Keeper | None, setting: Setting = setting) -> Sample:
            return calibrate(
                model,
                evidence=evidence,
                setting=setting,
                particles=particles,
                lessons=RIVAL_LESSONS,
                seed=seed,
                workers=workers,
                progress=progress,
                keeper=keeper,
            ).sample

        fitted = stages.stage(f"compare/{question}/{name}", fit) if stages else fit(None)
        rows.append(
            {
                "rival": name,
                "title": rival.title,
                "log_evidence": fitted.log_evidence,
                "log_evidence_error": fitted.log_evidence_error,
                "failed": fitted.failed,
            }
        )
    table = pd.DataFrame(rows)
    table["probability"] = weights(table["log_evidence"].to_numpy())
    return Comparison(question, table)


def weights(log_evidence: Sequence[float] | Floats) -> Floats:
    """Probabilities of rivals that were equally probable before."""
    values = np.asarray(log_evidence, dtype=float)
    relative = np.exp(values - values.max())
    return np.asarray(relative / relative.sum())
