"""Calibration: the posterior of a case's parameters, and what the evidence told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case.settings import Prior
from marchland.errors import MarchlandError
from marchland.inference.information import information
from marchland.inference.likelihood import Evidence, gather, log_likelihood
from marchland.inference.priors import JointPrior, Marginal
from marchland.inference.reach import out_of_reach
from marchland.inference.smc import LEAST, Progress, Sample, sample
from marchland.model import BASELINE, Model, Setting
from marchland.vocabulary import PARAMETERS
from marchland.world import DEFAULT_DEPARTURES

Floats = NDArray[np.float64]
CHAINS = 384
QUICK_CHAINS = 192
RIVAL_CHAINS = 192
SWEEPS = 3
RIVAL_SWEEPS = 2
QUICK_SWEEPS = 1
KEEP = 0.4
QUICK_KEEP = 0.3
NARROWER = 0.2
STEP = 0.02
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
        for n, marginal in enumerate(self.prior.marginals):
            before, after = self.prior_values[:, n], self.values[:, n]
            contraction = 1.0 - spread[marginal.name] if marginal.free else float("nan")
            rows.append(_row(model, marginal, before, after, contraction))
        return pd.DataFrame(rows)

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
    model: Model, marginal: Marginal, before: Floats, after: Floats, contraction: float
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
    return {
        "name": name,
        "equation": (known.equation if known else None) or (term.equation if term else ""),
        "meaning": term.meaning if term else "",
        "unit": known.unit if known else "per 1,000 and quarter",
        "reason": known.reason if known else "default of the model",
        "switch": bool(term and term.switch),
        "family": marginal.prior.family,
        **dict(zip(("prior_q05", "prior_q50", "prior_q95"), old.tolist(), strict=True)),
        **dict(zip(("q05", "q50", "q95"), new.tolist(), strict=True)),
        "contraction": contraction,
        "probability_positive": positive,
        "sign_in_question": open_sign,
        "informed": bool(marginal.free and (contraction >= NARROWER or told_sign)),
    }


def joint_prior(model: Model) -> JointPrior:
    """Priors of all the parameters that a case gives, the default of departures included."""
    default = Prior(line=0, family="lognormal", arguments=(0.5, 0.8))
    marginals = []
    for name in model.prior_names():
        known = model.files.parameters.get(name)
        if known is None and name != DEFAULT_DEPARTURES:
            continue
        marginals.append(Marginal(name, known.prior if known else default))
    return JointPrior(marginals)


def calibrate(
    model: Model,
    *,
    evidence: Evidence | None = None,
    setting: Setting = BASELINE,
    chains: int = CHAINS,
    sweeps: int = SWEEPS,
    keep: float = KEEP,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
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
    chains, sweeps, keep, seed, progress
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
    prior = _without_switched_off(joint_prior(model), setting)
    acts = prior.names.index("acts_level") if "acts_level" in prior.names else None

    def target(z: Floats) -> Floats:
        values = prior.values(z)
        figures, _ = model.run(
            prior.names, values, scored.readings, setting=setting, workers=workers, strict=False
        )
        return log_likelihood(scored, figures, values[:, acts] if acts is not None else None)

    def told(z: Floats) -> Floats:
        """Fisher information at a point, from two-sided differences of the figures."""
        points = np.concatenate([z[None, :], z + STEP * signs, z - STEP * signs])
        values = prior.values(points)
        figures, _ = model.run(
            prior.names, values, scored.readings, setting=setting, workers=workers
        )
        d = prior.dimension
        slopes = (figures[1 : d + 1] - figures[d + 1 :]) / (2.0 * STEP)
        level = None
        if acts is not None:
            column = values[:, acts]
            level = (float(column[0]), (column[1 : d + 1] - column[d + 1 :]) / (2.0 * STEP))
        return information(scored, figures[0], slopes, level)

    def refusal(z: Floats) -> MarchlandError:
        """Why these draws do not agree: they break the model, or miss what is scored."""
        values = prior.values(z)
        figures, _ = model.run(
            prior.names, values, scored.readings, setting=setting, workers=workers, strict=False
        )
        broken = np.isnan(figures).all(axis=1)
        if (~broken).sum() < LEAST:
            model.run(prior.names, values[broken], setting=setting, workers=workers)
        level = values[:, acts] if acts is not None else None
        return out_of_reach(model, scored, figures, level, LEAST)

    signs = np.eye(prior.dimension)
    if prior.dimension == 0 or not scored.targets:
        drawn = _untold(prior, chains, seed)
    else:
        drawn = sample(
            target,
            prior.dimension,
            chains=chains,
            sweeps=sweeps,
            seed=seed,
            keep=keep,
            information=told,
            progress=progress,
            refusal=refusal,
        )
    rng = np.random.default_rng([seed, 1])
    before = prior.values(prior.sample(max(len(drawn.z), 1024), rng))
    return Posterior(prior, prior.values(drawn.z), before, drawn, scored, setting)


def _without_switched_off(prior: JointPrior, setting: Setting) -> JointPrior:
    """Parameters of terms that are off are held at 0: they are no part of the explanation."""
    off = set(setting.off)
    zero = Prior(line=0, family="fixed", arguments=(0.0,))
    return JointPrior([Marginal(m.name, zero) if m.name in off else m for m in prior.marginals])


def _untold(prior: JointPrior, chains: int, seed: int) -> Sample:
    """A case without targets: the posterior is the prior."""
    z = prior.sample(2 * chains, np.random.default_rng(seed))
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
    chains: int = RIVAL_CHAINS,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> Comparison:
    """Refit every rival of a question and weigh them by their evidence, equal beforehand.

    Distrust differences of log evidence below about twice their errors.
    """
    rows = []
    evidence = gather(model)
    for name, rival in model.files.explanations.questions[question].rivals.items():
        setting = Setting(
            name="baseline", off=tuple(rival.off), fixed=tuple(sorted(rival.set.items()))
        )
        fitted = calibrate(
            model,
            evidence=evidence,
            setting=setting,
            chains=chains,
            sweeps=RIVAL_SWEEPS,
            seed=seed,
            workers=workers,
            progress=progress,
        )
        rows.append(
            {
                "rival": name,
                "title": rival.title,
                "log_evidence": fitted.sample.log_evidence,
                "log_evidence_error": fitted.sample.log_evidence_error,
                "failed": fitted.sample.failed,
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
