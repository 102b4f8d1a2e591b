"""Fisher information: how sharply the evidence tells the parameters near a point.

It is what would be told if the evidence pointed to that neighbourhood and no other, so it knows
nothing of signs that stay open or of explanations far apart.

References: Fisher 1925; Raue and others 2009 (local and structural identifiability).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr

from marchland.inference.likelihood import LOWER, TINY, UPPER, limits_of, to_scale
from marchland.inference.priors import JointPrior
from marchland.inference.scored import ACTS_LEVEL, Evidence, Item, Survey
from marchland.model import Model

Floats = NDArray[np.float64]
STEP = 0.02
LEAST_SHARE = 1e-4


def local_deviations(
    model: Model, evidence: Evidence, prior: JointPrior, z: Floats, *, workers: int = 1
) -> Floats:
    """Posterior deviation of each parameter if the evidence pointed to a draw's neighbourhood.

    Parameters
    ----------
    model, evidence, prior
        As they would be fitted.
    z : (draws, parameters) array
        Points at which the model is made linear; each costs two runs a parameter.
    workers : int
        Threads; no figure depends on it.

    Returns
    -------
    (parameters,) array
        Root of the mean variance over the points, the prior's deviation being 1. Distrust it where
        the model bends within an error of observation.
    """
    variances = []
    for point in z:
        told = _told(model, evidence, prior, point, workers)
        if np.isfinite(told).all():
            variances.append(np.diag(np.linalg.inv(np.eye(len(point)) + told)))
    return np.sqrt(np.mean(variances, axis=0)) if variances else np.ones(z.shape[1])


def _told(
    model: Model, evidence: Evidence, prior: JointPrior, point: Floats, workers: int
) -> Floats:
    """Information at a point, from two-sided differences of the figures."""
    steps = STEP * np.eye(len(point))
    values = prior.values(np.concatenate([point[None, :], point + steps, point - steps]))
    figures, _ = model.run(prior.names, values, evidence.readings, workers=workers, strict=False)
    observed = evidence.observed(prior.names, values)
    d = len(point)

    def slopes(table: Floats) -> Floats:
        return np.asarray((table[1 : d + 1] - table[d + 1 :]) / (2.0 * STEP))

    return information(
        evidence,
        figures[0],
        slopes(figures),
        {name: float(column[0]) for name, column in observed.items()},
        {name: slopes(column) for name, column in observed.items()},
    )


def information(
    evidence: Evidence,
    figures: Floats,
    slopes: Floats,
    observed: dict[str, float],
    observed_slopes: dict[str, Floats],
) -> Floats:
    """Fisher information of the evidence on the parameters, (parameters, parameters).

    Parameters
    ----------
    figures : (readings,) array
        What the model says at a point.
    slopes : (parameters, readings) array
        Derivatives of the figures there.
    observed, observed_slopes : dict
        Parameters of observation at the point, and their derivatives, (parameters,) each.
    """
    rows: list[Floats] = []
    with np.errstate(all="ignore"):
        for item in evidence.items:
            slope = _slope(item, figures, slopes)
            mean = float(to_scale(item.quantity, figures[item.column]))
            if item.bias in observed:
                mean += observed[item.bias]
                slope = slope + observed_slopes[item.bias]
            rows.append(np.sqrt(item.weight * sharpness(item, mean)) * slope)
        for survey in evidence.surveys:
            rows += _survey(survey, figures[survey.columns], slopes[:, survey.columns])
        if evidence.acts is not None and ACTS_LEVEL in observed:
            chance = expit(observed[ACTS_LEVEL] + figures[evidence.acts.columns])
            number = evidence.acts.cooperative + evidence.acts.conflictual
            odds = slopes[:, evidence.acts.columns] + observed_slopes[ACTS_LEVEL][:, None]
            rows += list((odds * np.sqrt(number * chance * (1.0 - chance))).T)
    if not rows:
        return np.zeros((len(slopes), len(slopes)))
    table = np.nan_to_num(np.array(rows), posinf=0.0, neginf=0.0)
    return np.asarray(table.T @ table)


def _slope(item: Item, figures: Floats, slopes: Floats) -> Floats:
    """Derivative of a figure on the scale of its error."""
    at = figures[item.column]
    step = 1e-4 * max(abs(at), 1e-9)
    high = to_scale(item.quantity, np.array(at + step))
    low = to_scale(item.quantity, np.array(at - step))
    return np.asarray(slopes[:, item.column] * float(high - low) / (2.0 * step))


def sharpness(item: Item, mean: float) -> float:
    """Information of one figure about its mean, both on the scale of its error."""
    if item.count:
        return 1.0 / (item.error**2 + float(np.exp(-mean)))
    low, high = limits_of(item)
    if item.quantity.bound not in (*LOWER, *UPPER):
        return 1.0 / (item.error**2 + (high - low) ** 2 / 12.0)
    x = (mean - (low if item.quantity.bound in LOWER else high)) / item.error
    density = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    chance = np.exp(log_ndtr(x) + log_ndtr(-x))
    told = density**2 / max(float(chance), TINY)
    return float(told) / item.error**2


def _survey(survey: Survey, shares: Floats, slopes: Floats) -> list[Floats]:
    """Roots of the information of a table: of its cells, or of its two stages."""
    number = survey.weight * survey.effective
    p = np.clip(shares, LEAST_SHARE, 1.0)
    if survey.form == "multinomial":
        among = p / p.sum()
        moved = (slopes - among * slopes.sum(axis=1, keepdims=True)) / p.sum()
        return list((moved * np.sqrt(number / among)).T)
    out = np.array(survey.without, dtype=bool)
    named = float(np.clip(1.0 - p[out].sum(), LEAST_SHARE, 1.0))
    of_named = -slopes[:, out].sum(axis=1)
    stage = np.append(p[out], named)
    first = np.concatenate([slopes[:, out], of_named[:, None]], axis=1)
    chance = np.clip(p[~out] / named, LEAST_SHARE, 1.0 - LEAST_SHARE)
    second = (slopes[:, ~out] - chance * of_named[:, None]) / named
    rows = list((first * np.sqrt(number / stage)).T)
    return rows + list((second * np.sqrt(number * named / (chance * (1.0 - chance)))).T)
