"""Evidence as the likelihood would have it drawn: the same records with new values.

Where `simulated.simulate` tells what evidence would say of parameters, column by column,
`simulate_evidence` makes evidence that can be fitted like the case's own. Its likelihood and its
law are the same, so fits to it can be checked against the parameters it was drawn from.

References: Cook, Gelman and Rubin 2006; Talts and others 2018 (simulation-based calibration).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from marchland.case.schema import Quantity
from marchland.inference.likelihood import (
    LOWER,
    MOST_COUNTED,
    TINY,
    UPPER,
    from_scale,
    limits_of,
    to_scale,
)
from marchland.inference.scored import ACTS_LEVEL, Acts, Evidence, Item, Survey

Floats = NDArray[np.float64]


def simulate_evidence(
    evidence: Evidence,
    figures: Floats,
    observed: Mapping[str, float],
    rng: np.random.Generator,
    *,
    sharper: float = 1.0,
) -> Evidence:
    """Draw the records of the scored evidence anew, from what the model says.

    A point is normal on the scale of its error, a small count negative binomial, a survey
    multinomial with its effective number of interviews, several answers a person in the two
    stages of the likelihood, reported acts binomial given their number. Of a range or a bound the
    source is taken to print on which side of its limits the figure with its error fell: inside,
    or `at most` the lower, or `at least` the upper.

    Parameters
    ----------
    evidence : Evidence
        What is scored.
    figures : (readings,) array
        What the model says at one point.
    observed : mapping of str to float
        Parameters of observation at that point: `acts_level` and biases of sources.
    rng : Generator
        Source of the errors.
    sharper : float
        Errors of observation are divided by this, and interviews and acts multiplied by its
        square, in what is drawn and in its likelihood alike.

    Returns
    -------
    Evidence
        Weights that are not 0 are 1 in it: a likelihood to a power is no law that could be drawn
        from. Interviews are whole. Distrust a figure that the model puts at 0, or a share at 0 or
        1: such a figure has no scale to err on.
    """
    items = [
        _item(item, float(figures[item.column]), observed.get(item.bias, 0.0), rng, sharper)
        for item in evidence.items
    ]
    surveys = [
        _survey(survey, figures[survey.columns], rng, sharper) for survey in evidence.surveys
    ]
    acts = evidence.acts
    if acts is not None and ACTS_LEVEL in observed:
        acts = _acts(acts, observed[ACTS_LEVEL] + figures[acts.columns], rng, sharper)
    return replace(evidence, items=items, surveys=surveys, acts=acts)


def _item(item: Item, says: float, bias: float, rng: np.random.Generator, sharper: float) -> Item:
    """One figure."""
    q = item.quantity
    mean = float(to_scale(q, np.array(says))) + bias
    error = item.error / sharper
    if item.count:
        size = 1.0 / error**2
        most = min(np.exp(mean), MOST_COUNTED)
        printed = q.model_copy(
            update={"value": float(rng.negative_binomial(size, size / (size + most)))}
        )
    else:
        printed = _printed(item, mean + error * rng.standard_normal())
    return replace(item, quantity=printed, error=error, weight=float(item.weight > 0.0))


def _printed(item: Item, seen: float) -> Quantity:
    """The record as its source would print what it saw, on the figure's scale."""
    q = item.quantity
    low, high = limits_of(item)
    if q.bound not in (*LOWER, *UPPER, "range"):
        value = float(from_scale(q, np.array(seen)))
        return q.model_copy(update={"value": value})
    if low <= seen <= high:
        return q
    edge = float(from_scale(q, np.array(low if seen < low else high)))
    bound = "at_most" if seen < low else "at_least"
    return q.model_copy(update={"bound": bound, "value": edge, "low": None, "high": None})


def _survey(survey: Survey, shares: Floats, rng: np.random.Generator, sharper: float) -> Survey:
    """One table of answers."""
    number = max(round(survey.effective * sharper**2), 1)
    p = np.clip(shares, TINY, 1.0 - TINY)
    if survey.form == "multinomial":
        drawn = rng.multinomial(number, p / p.sum()) / number
    else:
        drawn = _answers(number, p, np.array(survey.without, dtype=bool), rng)
    cells = [
        q.model_copy(update={"value": float(share)})
        for q, share in zip(survey.quantities, drawn, strict=True)
    ]
    weight = float(survey.weight > 0.0)
    return replace(survey, quantities=cells, effective=float(number), weight=weight)


def _answers(number: int, p: Floats, out: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Shares of several answers a person: first those that exclude the others, then the items."""
    named = float(np.clip(1.0 - p[out].sum(), TINY, 1.0))
    stage = np.append(p[out], named)
    first = rng.multinomial(number, stage / stage.sum())
    drawn = np.empty_like(p)
    drawn[out] = first[:-1]
    drawn[~out] = rng.binomial(first[-1], np.clip(p[~out] / named, TINY, 1.0 - TINY))
    return np.asarray(drawn / number)


def _acts(acts: Acts, odds: Floats, rng: np.random.Generator, sharper: float) -> Acts:
    """Reported acts of each quarter, as many as there were."""
    number = np.rint((acts.cooperative + acts.conflictual) * sharper**2).astype(np.int64)
    good = rng.binomial(number, expit(odds)).astype(float)
    return Acts(acts.columns, good, number - good)
