"""Simulated evidence: what the sources would have printed, had the model been right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from marchland.inference.likelihood import (
    LOWER,
    MOST_COUNTED,
    TINY,
    UPPER,
    limits_of,
    to_scale,
)
from marchland.inference.scored import REPORTED_ACTS, Acts, Evidence, Item, Survey

Floats = NDArray[np.float64]
# Half an interview is added to either side, so that no log ratio is infinite.
HALF = 0.5


def simulate(
    evidence: Evidence,
    figures: Floats,
    observed: dict[str, Floats],
    rng: np.random.Generator,
    *,
    sharper: float = 1.0,
) -> dict[str, Floats]:
    """Draw every target's evidence, with its error of observation, for each member.

    A figure is drawn on the scale of its error. A range tells the figure up to the width that was
    printed; a bound tells only whether the figure lies beyond it; a weight below one makes the
    error larger. A survey is drawn as interviews and told as log odds, cell by cell; reported
    acts as the log odds of each quarter.

    Parameters
    ----------
    evidence : Evidence
        What is scored.
    figures : (members, readings) array
        What the model says.
    observed : dict of str to (members,) array
        Parameters of observation, as in `log_likelihood`.
    rng : Generator
        Source of the errors.
    sharper : float
        Errors of observation are divided by this: 20 shows what nearly perfect sources could tell.

    Returns
    -------
    dict of str to (members, columns) array
        By target; targets that count for nothing are left out. Distrust a column of a bound: it
        is 0 or 1.
    """
    told: dict[str, list[Floats]] = {}
    for item in evidence.items:
        if item.weight > 0.0:
            says = to_scale(item.quantity, figures[:, item.column])
            if item.bias in observed:
                says = says + observed[item.bias]
            told.setdefault(item.target, []).append(_figure(item, says, rng, sharper))
    for survey in evidence.surveys:
        if survey.weight > 0.0:
            drawn = _survey(survey, figures[:, survey.columns], rng, sharper)
            told[survey.target] = list(drawn.T)
    level = observed.get("acts_level")
    if evidence.acts is not None and level is not None:
        odds = level[:, None] + figures[:, evidence.acts.columns]
        told[REPORTED_ACTS] = list(_acts(evidence.acts, odds, rng, sharper).T)
    return {target: np.stack(columns, axis=1) for target, columns in told.items()}


def _figure(item: Item, says: Floats, rng: np.random.Generator, sharper: float) -> Floats:
    """One figure with its error, or whether it lies beyond a bound."""
    error = item.error / np.sqrt(item.weight) / sharper
    if item.count:
        size = 1.0 / error**2
        # Things that are counted remain whole numbers, however good the source.
        mean = np.minimum(np.exp(says), MOST_COUNTED)
        counted = rng.negative_binomial(size, size / (size + mean))
        return np.asarray(np.log(counted + HALF))
    seen = says + error * rng.standard_normal(len(says))
    low, high = limits_of(item)
    if item.quantity.bound in LOWER:
        return np.asarray(seen > low, dtype=float)
    if item.quantity.bound in UPPER:
        return np.asarray(seen < high, dtype=float)
    width = (high - low) / sharper
    return np.asarray(seen + width * (rng.random(len(seen)) - 0.5))


def _survey(survey: Survey, shares: Floats, rng: np.random.Generator, sharper: float) -> Floats:
    """Log odds of each cell, from as many interviews as the survey counts for.

    Of several answers a person, those that exclude the others are drawn first, then each item
    among those who name something: as the likelihood has it.
    """
    number = max(round(survey.effective * survey.weight * sharper**2), 1)
    p = np.clip(np.nan_to_num(shares), TINY, 1.0)
    if survey.form == "multinomial":
        counts = rng.multinomial(number, p / p.sum(axis=1, keepdims=True)).astype(float)
        return _log_odds(counts, np.full_like(counts, number))
    out = np.array(survey.without)
    named = np.clip(1.0 - p[:, out].sum(axis=1, keepdims=True), TINY, 1.0)
    stage = np.concatenate([p[:, out], named], axis=1)
    first = rng.multinomial(number, stage / stage.sum(axis=1, keepdims=True))
    chance = np.clip(p[:, ~out] / named, 0.0, 1.0)
    trials = np.repeat(first[:, -1:], chance.shape[1], axis=1)
    items = rng.binomial(trials, chance)
    told = np.empty_like(p)
    told[:, out] = _log_odds(first[:, :-1].astype(float), np.full(p[:, out].shape, float(number)))
    told[:, ~out] = _log_odds(items.astype(float), trials.astype(float))
    return told


def _acts(acts: Acts, odds: Floats, rng: np.random.Generator, sharper: float) -> Floats:
    """Log odds of the reported acts of each quarter."""
    number = np.maximum(np.rint((acts.cooperative + acts.conflictual) * sharper**2), 1.0)
    good = rng.binomial(number.astype(np.int64), expit(np.nan_to_num(odds)))
    return _log_odds(good.astype(float), np.broadcast_to(number, good.shape))


def _log_odds(counts: Floats, number: Floats) -> Floats:
    return np.asarray(np.log((counts + HALF) / (number - counts + HALF)))
