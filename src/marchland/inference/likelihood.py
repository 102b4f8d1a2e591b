"""Likelihood: how probable the sources' figures are, given what the model says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln, log_ndtr

from marchland.case.schema import Quantity
from marchland.inference.scored import ACTS_LEVEL, REPORTED_ACTS, Evidence, Item, Survey

Floats = NDArray[np.float64]
LOWER = ("more_than", "at_least")
UPPER = ("less_than", "at_most")
TINY = 1e-12
MOST_COUNTED = 1e9


def to_scale(quantity: Quantity, values: Floats) -> Floats:
    """Figures on the scale of their error: log, or logit for shares.

    Changes in per cent are taken as log ratios.
    """
    if quantity.unit == "share":
        share = np.clip(values, TINY, 1.0 - TINY)
        return np.log(share / (1.0 - share))
    if quantity.statistic == "change_pct":
        return np.log(np.maximum(1.0 + values / 100.0, TINY))
    return np.log(np.maximum(values, TINY))


def from_scale(quantity: Quantity, values: Floats) -> Floats:
    """The inverse of `to_scale`."""
    if quantity.unit == "share":
        return 1.0 / (1.0 + np.exp(-values))
    if quantity.statistic == "change_pct":
        return 100.0 * (np.exp(values) - 1.0)
    return np.exp(values)


def log_likelihood(evidence: Evidence, figures: Floats, observed: dict[str, Floats]) -> Floats:
    """Log likelihood of the scored evidence, shape (members,).

    Parameters
    ----------
    evidence : Evidence
        What is scored.
    figures : (members, readings) array
        What the model says.
    observed : dict of str to (members,) array
        Parameters of observation (`Evidence.observed`): `acts_level`, the log odds that a
        reported act is cooperative when the relation is 0, and the biases of sources.
    """
    total = np.zeros(figures.shape[0])
    with np.errstate(invalid="ignore", over="ignore"):
        for part in by_target(evidence, figures, observed).values():
            total += part
    return np.where(np.isfinite(total), total, -np.inf)


def by_target(
    evidence: Evidence, figures: Floats, observed: dict[str, Floats]
) -> dict[str, Floats]:
    """Log likelihood of each target, shape (members,) each."""
    parts: dict[str, Floats] = {}
    for item in evidence.items:
        bias = observed.get(item.bias)
        value = item.weight * item_term(item, figures[:, item.column], bias)
        parts[item.target] = parts.get(item.target, 0.0) + value
    for survey in evidence.surveys:
        parts[survey.target] = survey.weight * survey_term(survey, figures[:, survey.columns])
    level = observed.get(ACTS_LEVEL)
    if evidence.acts is not None and level is not None:
        odds = level[:, None] + figures[:, evidence.acts.columns]
        good, bad = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
        parts[REPORTED_ACTS] = good @ evidence.acts.cooperative + bad @ evidence.acts.conflictual
    return parts


def limits_of(item: Item) -> tuple[float, float]:
    """Least and greatest value that a figure allows, on its scale: equal for a point."""
    q = item.quantity

    def at(*values: float | None) -> float:
        given = next(value for value in values if value is not None)
        return float(to_scale(q, np.array(float(given))))

    if q.bound in LOWER:
        return at(q.low, q.value), np.inf
    if q.bound in UPPER:
        return -np.inf, at(q.high, q.value)
    if q.bound == "range":
        return at(q.low), at(q.high)
    point = at(q.value)
    return point, point


def item_term(item: Item, says: Floats, bias: Floats | None = None) -> Floats:
    """Log likelihood of one figure: a point, a range, a bound, or a small count.

    A point has a normal error on the figure's scale. A range or a bound is the chance that the
    figure with its error falls inside. A small count is negative binomial, with the variance
    mean + (error x mean)^2: the error of its quality class and the chance of counting.

    References
    ----------
    Cameron and Trivedi 2013, Regression Analysis of Count Data (negative binomial, NB2).
    """
    mean = to_scale(item.quantity, says)
    if bias is not None:
        mean = mean + bias
    if item.count:
        size = 1.0 / item.error**2
        chance = size / (size + np.exp(mean))
        return np.asarray(stats.nbinom.logpmf(counts_of(item), size, chance))
    low, high = ((limit - mean) / item.error for limit in limits_of(item))
    if item.quantity.bound in (*LOWER, *UPPER, "range"):
        return between(low, high)
    return np.asarray(-0.5 * low**2 - np.log(item.error) - 0.5 * np.log(2.0 * np.pi))


def counts_of(item: Item) -> float:
    """The number that a small count printed."""
    return float(item.quantity.value or 0.0)


def between(low: Floats, high: Floats) -> Floats:
    """log(Phi(high) - Phi(low)), computed in the tail where both are on one side.

    Either limit may be infinite.
    """
    flip = low + high > 0.0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    below, above = log_ndtr(low), log_ndtr(high)
    return np.asarray(above + np.log1p(-np.exp(np.minimum(below - above, -TINY))))


def survey_term(survey: Survey, shares: Floats) -> Floats:
    """Log likelihood of one city's table, as if from interviews / design effect.

    Shares are among the answers that the table prints. Several answers a person: first the
    answers that exclude the others beside all who name something, then each item among those
    who name something.
    """
    p = np.clip(shares, TINY, 1.0 - TINY)
    observed = survey.observed
    n = survey.effective
    if survey.form == "multinomial":
        return _multinomial(n, observed, p / p.sum(axis=1, keepdims=True))
    out = np.array(survey.without)
    named_p = np.clip(1.0 - p[:, out].sum(axis=1, keepdims=True), TINY, 1.0)
    named = max(1.0 - observed[out].sum(), TINY)
    stage = np.concatenate([p[:, out], named_p], axis=1)
    total = _multinomial(n, np.append(observed[out], named), stage)
    for k in np.flatnonzero(~out):
        chance = np.clip(p[:, k] / named_p[:, 0], TINY, 1.0 - TINY)
        share = min(observed[k] / named, 1.0)
        total += _multinomial(
            n * named, np.array([share, 1.0 - share]), np.stack([chance, 1.0 - chance], axis=1)
        )
    return total


def _multinomial(n: float, observed: Floats, p: Floats) -> Floats:
    counts = n * observed / observed.sum()
    constant = gammaln(n + 1.0) - gammaln(counts + 1.0).sum()
    return np.asarray(constant + np.log(p) @ counts)


def predictive(evidence: Evidence, figures: Floats, rng: np.random.Generator) -> Floats:
    """What would have been observed: the model's figures with the error of observation."""
    seen = figures[:, : len(evidence.records)].copy()
    for item in evidence.items:
        scale = to_scale(item.quantity, figures[:, item.column])
        if item.bias:
            scale = scale + evidence.biases[item.bias] * rng.standard_normal(len(scale))
        if item.count:
            size = 1.0 / item.error**2
            mean = np.minimum(np.exp(scale), MOST_COUNTED)
            seen[:, item.column] = rng.negative_binomial(size, size / (size + mean))
            continue
        noise = item.error * rng.standard_normal(len(scale))
        seen[:, item.column] = from_scale(item.quantity, scale + noise)
    for survey in evidence.surveys:
        n = max(round(survey.effective), 1)
        p = np.clip(figures[:, survey.columns], 0.0, 1.0)
        seen[:, survey.columns] = rng.binomial(n, p) / n
    return seen
