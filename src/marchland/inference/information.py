"""Fisher information: how sharply the evidence tells the parameters at a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from marchland.inference.likelihood import LOWER, TINY, UPPER, Evidence, Item, to_scale

Floats = NDArray[np.float64]


def information(
    evidence: Evidence, figures: Floats, slopes: Floats, acts: tuple[float, Floats] | None
) -> Floats:
    """Fisher information of the evidence on the parameters, (parameters, parameters).

    Parameters
    ----------
    figures : (readings,) array
        What the model says at a point.
    slopes : (parameters, readings) array
        Derivatives of the figures there.
    acts : (float, (parameters,) array) or None
        Log odds of cooperative acts at relation 0, and its derivatives.
    """
    rows = []
    for item in evidence.items:
        rows.append(np.sqrt(item.weight * sharpness(item, figures)) * _slope(item, figures, slopes))
    for survey in evidence.surveys:
        p = np.clip(figures[survey.columns], 1e-4, 1.0)
        scale = np.sqrt(survey.weight * survey.effective / p)
        rows += list((slopes[:, survey.columns] * scale).T)
    if evidence.acts is not None and acts is not None:
        level, level_slopes = acts
        chance = 1.0 / (1.0 + np.exp(-level - figures[evidence.acts.columns]))
        number = evidence.acts.cooperative + evidence.acts.conflictual
        scale = np.sqrt(number * chance * (1.0 - chance))
        rows += list(((slopes[:, evidence.acts.columns] + level_slopes[:, None]) * scale).T)
    table = np.nan_to_num(np.array(rows), posinf=0.0, neginf=0.0)
    return np.asarray(table.T @ table)


def _slope(item: Item, figures: Floats, slopes: Floats) -> Floats:
    """Derivative of a figure on the scale of its error."""
    at = figures[item.column]
    step = 1e-4 * max(abs(at), 1e-9)
    high = to_scale(item.quantity, np.array(at + step))
    low = to_scale(item.quantity, np.array(at - step))
    return np.asarray(slopes[:, item.column] * float(high - low) / (2.0 * step))


def sharpness(item: Item, figures: Floats) -> float:
    """Information of one figure about its place on its own scale."""
    q = item.quantity
    if q.bound == "range" and q.low is not None and q.high is not None:
        low, high = (float(to_scale(q, np.array(v))) for v in (q.low, q.high))
        return 1.0 / (item.error**2 + (high - low) ** 2 / 12.0)
    if q.bound not in (*LOWER, *UPPER):
        return 1.0 / item.error**2
    edge = q.low if q.bound in LOWER else q.high
    limit = float(to_scale(q, np.array(edge if edge is not None else q.value)))
    x = (float(to_scale(q, np.array(figures[item.column]))) - limit) / item.error
    density = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    spread = np.exp(log_ndtr(x) + log_ndtr(-x))
    return float(density**2 / max(spread, TINY)) / item.error**2
