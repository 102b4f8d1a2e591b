"""What each target can tell of each parameter, before anything is fitted: from simulated evidence.

Parameters are drawn from the prior, the model says what follows, and every target's evidence is
simulated with its error of observation. How well the parameters can be foretold from that
evidence, by a regression that allows for curvature and is scored on draws it has not seen, is
what the evidence can be expected to tell. The mean square that remains is an average of the
posterior variance over all evidence that the prior holds possible, so

    contraction = 1 - sqrt(1 - R2)

in the prior's standard normal coordinate, the scale of `contraction` in parameters.csv. It is a
lower bound: another function of the evidence might tell more. A parameter whose sign the evidence
leaves open keeps its variance, however well its size is known.

Beside it stands what would be told if the evidence pointed to one neighbourhood, by the Fisher
information at draws of the prior: `local`. A parameter that can only be told locally depends on
others, such as a slope on the sign of what it multiplies.

Both are averages over the prior. Evidence that is surprising tells more than the average.

References
----------
Raiffa and Schlaifer 1961 (preposterior analysis); Stone 1974 (cross-validation); Blum and others
2013, 'A comparative review of dimension reduction methods in approximate Bayesian computation'.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import inv, solve
from threadpoolctl import threadpool_limits

from marchland.inference.calibrate import NARROWER, Posterior, joint_prior
from marchland.inference.features import curved, shared, standardised
from marchland.inference.information import local_deviations
from marchland.inference.likelihood import predictive
from marchland.inference.scored import Evidence, gather
from marchland.inference.simulated import simulate
from marchland.model import Model

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMNS = (
    "target",
    "parameter",
    "expected",
    "local",
    "noise",
    "lost_without",
    "lost_noise",
    "actual",
    "verdict",
)
ALL = "(all)"
DRAWS = 6000
QUICK_DRAWS = 2500
FOLDS = 5
# Of the size that halves what one draw in a hundred could tell; the results hardly depend on it.
RIDGE = 0.02
SHUFFLES = 2
QUANTILES = (0.01, 0.05, 0.5, 0.95, 0.99)
SURE = 0.99
SURE_DEVIATIONS = 2.33
TOLD, LOCAL, SILENT = "can be told", "depends on others", "cannot be told"
# Draws at which the model is made linear: each costs two runs a parameter.
POINTS = 40


@dataclass(frozen=True)
class Told:
    """What the evidence can be expected to tell.

    Parameters
    ----------
    table : DataFrame
        target, parameter, expected (contraction if only the target were observed), noise (what
        chance gives), lost_without (contraction that all targets lose without it), lost_noise.
    together : DataFrame
        parameter, expected, local, noise: from all targets together.
    draws : int
        Simulated cases.
    figures : DataFrame
        A row a record that the model computes: what the priors alone would have stated.
    """

    table: pd.DataFrame
    together: pd.DataFrame
    draws: int
    figures: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def silent(self) -> list[str]:
        """Parameters of which all the evidence is expected to tell less than a fifth."""
        verdict = verdicts(self.together)
        return [str(n) for n in self.together["parameter"][verdict == SILENT]]

    def rows(self, posterior: Posterior | None = None) -> pd.DataFrame:
        """One table, as written to identification.csv, with what a fit told beside it.

        Parameters
        ----------
        posterior : Posterior, optional
            Of the same case; without it `actual` is empty.
        """
        actual: dict[str, float] = {}
        if posterior is not None:
            spread = posterior.sample.z.std(axis=0)
            names = posterior.prior.free_names
            actual = {name: 1.0 - float(s) for name, s in zip(names, spread, strict=True)}
        whole = self.together.assign(target=ALL)
        whole["actual"] = [actual.get(str(name), np.nan) for name in whole["parameter"]]
        whole["verdict"] = verdicts(whole)
        return pd.concat([whole, self.table], ignore_index=True).reindex(columns=list(COLUMNS))


def foretold(evidence: Evidence, figures: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """What sources would be expected to state, by record: quantiles over draws."""
    target = {item.quantity.id: item.target for item in evidence.items}
    target |= {q.id: survey.target for survey in evidence.surveys for q in survey.quantities}
    rows: list[dict[str, object]] = []
    for q, column in zip(evidence.records, predictive(evidence, figures, rng).T, strict=False):
        known = column[np.isfinite(column)]
        quantiles = np.quantile(known, QUANTILES) if len(known) else np.full(len(QUANTILES), np.nan)
        head: dict[str, object] = {
            "evidence_id": q.id,
            "target": target.get(q.id, ""),
            "measure": q.measure,
        }
        head |= {"unit": q.unit, "bound": q.bound, "observed": q.value}
        names = [f"q{round(100 * p):02d}" for p in QUANTILES]
        told_of = dict(zip(names, quantiles.tolist(), strict=True))
        rows.append(head | {"low": q.low, "high": q.high} | told_of)
    return pd.DataFrame(rows)


def verdicts(together: pd.DataFrame) -> NDArray[np.str_]:
    """Whether a fifth of each parameter can be told, told only locally, or not at all."""
    somewhere = np.where(together["local"] >= NARROWER, LOCAL, SILENT)
    return np.where(together["expected"] >= NARROWER, TOLD, somewhere)


def told(
    model: Model,
    evidence: Evidence | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    workers: int = 1,
) -> Told:
    """The table of targets against parameters.

    Parameters
    ----------
    model : Model
        The model of the case.
    evidence : Evidence, optional
        What would be scored; all that the case has by default.
    draws : int
        Simulated cases; with fewer than about ten for each column of the evidence chance outweighs
        what weak targets tell.
    seed : int
        Seed of parameters, errors and shuffles.
    workers : int
        Threads of the model; no figure depends on it.

    Returns
    -------
    Told
        Distrust what is near `noise`: contractions below it are given as 0.
    """
    scored = evidence if evidence is not None else gather(model)
    prior = joint_prior(model, scored)
    rng = np.random.default_rng([seed, 11])
    z = prior.sample(draws, rng)
    values = prior.values(z)
    figures, _ = model.run(prior.names, values, scored.readings, workers=workers, strict=False)
    with np.errstate(all="ignore"):
        seen = simulate(scored, figures, scored.observed(prior.names, values), rng)
        stated = foretold(scored, figures, np.random.default_rng([seed, 18]))
    whole = np.isfinite(figures).any(axis=1)
    names = prior.free_names
    if names and whole.sum() >= FOLDS * FOLDS:
        columns = {target: standardised(x[whole]) for target, x in seen.items()}
        if any(x.shape[1] for x in columns.values()):
            # Threads of linear algebra add up in another order: one, so the bytes are the same.
            with threadpool_limits(1):
                found = tell(columns, z[whole], names, np.random.default_rng([seed, 12]))
                near = local_deviations(model, scored, prior, z[whole][:POINTS], workers=workers)
            found.together["local"] = np.maximum(1.0 - near, found.together["expected"])
            return replace(found, figures=stated)
    return replace(_nothing(list(seen), names, draws), figures=stated)


def tell(seen: dict[str, Floats], z: Floats, names: list[str], rng: np.random.Generator) -> Told:
    """The table, from simulated evidence and the parameters that made it.

    Parameters
    ----------
    seen : dict of str to (draws, columns) array
        Standardised evidence, by target; at least one column of all varies.
    z : (draws, parameters) array
        Standard normal coordinates.
    names : list of str
        Parameters.
    rng : Generator
        Source of folds and shuffles.
    """
    regression = Regression(z, rng)
    library = {target: curved(x) for target, x in seen.items()}
    joined = np.concatenate(list(library.values()), axis=1)
    whole = regression.of(np.concatenate([joined, shared(seen)], axis=1))
    ends = np.cumsum([0, *(features.shape[1] for features in library.values())])
    blocks = [np.arange(a, b) for a, b in itertools.pairwise(ends)]
    frames = []
    for target, (lost, noise) in zip(seen, regression.without(joined, blocks), strict=True):
        known = {"target": target, "parameter": names, **_told(regression.of(library[target]))}
        frames.append(pd.DataFrame(known | {"lost_without": lost, "lost_noise": noise}))
    together = pd.DataFrame({"parameter": names, **_told(whole)})
    together["local"] = together["expected"]
    return Told(pd.concat(frames, ignore_index=True), together, len(z))


def _nothing(targets: list[str], names: list[str], draws: int) -> Told:
    """Where no evidence is scored or nothing is free, nothing can be told."""
    pairs = [(target, name) for target in targets for name in names]
    table = pd.DataFrame(pairs, columns=["target", "parameter"])
    table[["expected", "noise", "lost_without", "lost_noise"]] = 0.0
    together = pd.DataFrame({"parameter": names, "expected": 0.0, "local": 0.0, "noise": 0.0})
    return Told(table, together, draws)


# ------------------------------------------------------------- regression


@dataclass(frozen=True)
class Foretold:
    """What a regression leaves: squared errors on unseen draws, and the same for shuffled ones.

    Parameters
    ----------
    squares : (draws, parameters) array
        Squared errors.
    variance : (parameters,) array
        Of the parameters themselves.
    chance : float
        R2 that chance gives, in 99 of 100 cases.
    """

    squares: Floats
    variance: Floats
    chance: float

    @property
    def explained(self) -> Floats:
        """R2 on unseen draws; below 0 where the regression is worse than a mean."""
        return np.asarray(1.0 - self.squares.mean(axis=0) / self.variance)


class Regression:
    """Cross-validated ridge regression of the parameters on features of the evidence.

    Parameters
    ----------
    z : (draws, parameters) array
        Standard normal coordinates.
    rng : Generator
        Source of the folds and shuffles.
    """

    def __init__(self, z: Floats, rng: np.random.Generator) -> None:
        order = rng.permutation(len(z))
        self._folds = [np.sort(order[n::FOLDS]) for n in range(FOLDS)]
        self._z = z - z.mean(axis=0)
        self._variance = np.asarray((self._z**2).mean(axis=0))
        shuffled = [self._z[rng.permutation(len(z))] for _ in range(SHUFFLES)]
        self._all = np.concatenate([self._z, *shuffled], axis=1)

    def of(self, features: Floats) -> Foretold:
        """Foretell the parameters, and shuffled ones, from features."""
        squares = np.empty_like(self._all)
        for fold, gram, cross in self._sums(features, self._all):
            weights = solve(gram, cross, assume_a="pos")
            squares[fold] = (self._all[fold] - features[fold] @ weights) ** 2
        number = self._z.shape[1]
        by_chance = 1.0 - squares[:, number:].mean(axis=0) / np.tile(self._variance, SHUFFLES)
        chance = max(float(np.quantile(by_chance, SURE)), 0.0)
        return Foretold(squares[:, :number], self._variance, chance)

    def without(self, features: Floats, blocks: list[Integers]) -> list[tuple[Floats, Floats]]:
        """Contraction lost when a block of features is left out, and what of it chance explains.

        Leaving out a block needs no new fit: with M the inverse of the penalised Gram matrix, the
        weights change by M_b (M_bb)^-1 w_b.
        """
        whole = np.empty_like(self._z)
        left = [np.empty_like(self._z) for _ in blocks]
        for fold, gram, cross in self._sums(features, self._z):
            inverse = inv(gram)
            weights = inverse @ cross
            rest = self._z[fold] - features[fold] @ weights
            whole[fold] = rest**2
            for squares, block in zip(left, blocks, strict=True):
                change = solve(inverse[np.ix_(block, block)], weights[block], assume_a="pos")
                squares[fold] = (rest + features[fold] @ inverse[:, block] @ change) ** 2
        kept = Foretold(whole, self._variance, 0.0)
        return [_lost(kept, Foretold(squares, self._variance, 0.0)) for squares in left]

    def _sums(self, features: Floats, wanted: Floats) -> Iterator[tuple[Integers, Floats, Floats]]:
        """Each fold with the penalised Gram matrix, and the cross products, of the others."""
        grams = [features[f].T @ features[f] for f in self._folds]
        crosses = [features[f].T @ wanted[f] for f in self._folds]
        gram = np.sum(grams, axis=0) + RIDGE * len(self._z) * np.eye(features.shape[1])
        cross = np.sum(crosses, axis=0)
        for fold, own, of_own in zip(self._folds, grams, crosses, strict=True):
            yield fold, gram - own, cross - of_own


def _contraction(explained: Floats) -> Floats:
    return np.asarray(1.0 - np.sqrt(1.0 - np.clip(explained, 0.0, 1.0)))


def _told(found: Foretold) -> dict[str, Floats]:
    """Expected contraction, 0 where chance gives as much, and what chance gives."""
    explained = found.explained
    above = np.where(explained > found.chance, explained, 0.0)
    noise = _contraction(np.full_like(explained, found.chance))
    return {"expected": _contraction(above), "noise": noise}


def _lost(whole: Foretold, without: Foretold) -> tuple[Floats, Floats]:
    """Contraction that is lost without a target, and what of it chance explains."""
    gap = without.squares - whole.squares
    error = SURE_DEVIATIONS * gap.std(axis=0) / np.sqrt(len(gap))
    lost = _contraction(whole.explained) - _contraction(without.explained)
    # The same error on the scale of contractions, at what all targets leave.
    noise = error / whole.variance / (2.0 * np.sqrt(np.clip(1.0 - whole.explained, 1e-6, None)))
    return np.where(lost > noise, lost, 0.0), np.asarray(noise)
