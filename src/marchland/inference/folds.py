"""Held-out targets: how well the model foretells figures that it was not fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case.schema import Quantity
from marchland.errors import MarchlandError
from marchland.inference.calibrate import (
    QUICK_KEEP,
    QUICK_LESSONS,
    QUICK_MOVES,
    QUICK_PARTICLES,
    RIVAL_LESSONS,
    RIVAL_PARTICLES,
    Posterior,
    calibrate,
)
from marchland.inference.likelihood import LOWER, UPPER, predictive, to_scale
from marchland.inference.scored import Evidence, gather
from marchland.inference.smc import KEEP, MOVES
from marchland.model import Model

Floats = NDArray[np.float64]
ACTS = "reported_acts"
OUTSIDE = 0.1
BOUNDS = LOWER + UPPER


@dataclass(frozen=True)
class Scores:
    """How held-out targets were foretold.

    Parameters
    ----------
    table : DataFrame
        target, records, inside (figures in the 90 per cent interval), interval_score and
        prior_interval_score (means over the target's figures; absent where all are bounds),
        skill (1 - their ratio; above 0 the evidence helped).
    sentence : str
        The totals in words.
    """

    table: pd.DataFrame
    sentence: str


@dataclass(frozen=True)
class Held:
    """A scored figure and its column among the readings.

    Parameters
    ----------
    quantity : Quantity
        The record.
    column : int
        Its column among the readings.
    half_unit : float
        Half a unit of the last printed digit: a printed zero is anything below it.
    """

    quantity: Quantity
    column: int
    half_unit: float


def held_out(
    model: Model,
    *,
    folds: int = 5,
    seed: int = 1,
    workers: int = 1,
    quick: bool = False,
    say: Callable[[str], None] | None = None,
) -> Scores:
    """Fit without some targets, foretell them, and score what was foretold.

    Targets are dealt into folds at random; the cells of one survey stay together, since a
    target is the unit. Reported acts are always fitted: they are not figures. A figure that
    counts for nothing in the likelihood tells again what others say, and is not scored.

    Parameters
    ----------
    model : Model
        The model of the case.
    folds : int
        Number of folds, at least two.
    seed : int
        Seed of the folds, the sampler and the draws.
    workers : int
        Threads; the result does not depend on it.
    quick : bool
        Fewer particles and moves: a first look.
    say : function, optional
        Told of every fold.

    Returns
    -------
    Scores
        Distrust them where the sentence names a fold whose fit failed. Two targets may share
        interviewees or a trend, so what is held out is not always unseen.

    References
    ----------
    Gneiting and Raftery 2007, 'Strictly proper scoring rules, prediction, and estimation'.
    """
    if folds < 2:
        raise MarchlandError(f"folds >= 2 must hold, but got folds={folds}")
    evidence = gather(model)
    figures = figures_by_target(evidence)
    if len(figures) < 2:
        raise MarchlandError("the case has fewer than two targets with a figure: none to hold out")
    rows: dict[str, dict[str, object]] = {}
    failed: list[str] = []
    dealt = deal(list(figures), folds, seed)
    for n, held in enumerate(dealt, 1):
        if say is not None:
            say(f"fold {n} of {len(dealt)}: without {', '.join(held)}")
        kept = evidence.subset(set(evidence.targets) - set(held))
        posterior = calibrate(
            model,
            evidence=kept,
            particles=QUICK_PARTICLES if quick else RIVAL_PARTICLES,
            moves=QUICK_MOVES if quick else MOVES,
            keep=QUICK_KEEP if quick else KEEP,
            lessons=QUICK_LESSONS if quick else RIVAL_LESSONS,
            seed=seed,
            workers=workers,
        )
        if posterior.sample.failed:
            failed.append(f"fold {n}: {posterior.sample.failed}")
        after, before = _foretold(model, evidence, posterior, [seed, 3, n], workers)
        rows |= {name: score_target(name, figures[name], after, before) for name in held}
    table = pd.DataFrame([rows[name] for name in figures])
    return Scores(table, _sentence(table, figures, len(dealt), failed))


def figures_by_target(evidence: Evidence) -> dict[str, list[Held]]:
    """Figures that are scored, by target, in the order of the evidence."""
    figures: dict[str, list[Held]] = {}
    for item in evidence.items:
        if item.weight > 0.0:
            half = half_unit([item.quantity])
            figures.setdefault(item.target, []).append(Held(item.quantity, item.column, half))
    for survey in evidence.surveys:
        half = half_unit(survey.quantities)
        cells = zip(survey.quantities, survey.columns, strict=True)
        figures[survey.target] = [Held(quantity, column, half) for quantity, column in cells]
    return figures


def half_unit(quantities: list[Quantity]) -> float:
    """Half a unit of the last digit printed in any of some figures of one table."""
    values = [v for q in quantities for v in (q.value, q.low, q.high) if v is not None]
    exponents = [Decimal(repr(float(v))).normalize().as_tuple().exponent for v in values]
    smallest = min((e for e in exponents if isinstance(e, int)), default=0)
    return 0.5 * 10.0 ** min(smallest, 0)


def deal(targets: list[str], folds: int, seed: int) -> list[list[str]]:
    """Deal targets into folds of nearly one size, at random by seed; no fold is empty."""
    order = np.random.default_rng([seed, 4]).permutation(len(targets))
    shuffled = [targets[n] for n in order]
    return [shuffled[n::folds] for n in range(min(folds, len(targets)))]


def _foretold(
    model: Model, evidence: Evidence, posterior: Posterior, key: list[int], workers: int
) -> tuple[Floats, Floats]:
    """What would be observed, with the error of observation, after and before the evidence."""
    seen = []
    for values in (posterior.values, posterior.prior_values):
        figures, _ = model.run(
            posterior.names,
            values,
            evidence.readings,
            stochastic=True,
            seed=key[0],
            workers=workers,
        )
        seen.append(predictive(evidence, figures, np.random.default_rng(key)))
    return seen[0], seen[1]


def on_scale(held: Held, values: Floats) -> Floats:
    """Figures on the scale of their error (log or logit), zeros read as half a printed unit."""
    if held.quantity.unit == "share":
        values = np.clip(values, held.half_unit, 1.0 - held.half_unit)
    elif held.quantity.statistic != "change_pct":
        values = np.maximum(values, held.half_unit)
    return to_scale(held.quantity, values)


def printed(held: Held) -> tuple[float, float]:
    """Lowest and highest value that a figure allows, on its scale; infinite where open."""
    q = held.quantity
    low, high = (q.low, q.high) if q.bound in (*BOUNDS, "range") else (q.value, q.value)
    if q.bound in LOWER:
        low, high = (q.low if q.low is not None else q.value), None
    elif q.bound in UPPER:
        low, high = None, (q.high if q.high is not None else q.value)

    def at(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else float(on_scale(held, np.array(float(value))))

    return at(low, -np.inf), at(high, np.inf)


def interval(held: Held, seen: Floats) -> tuple[float, float]:
    """Central 90 per cent of what would be observed, on the figure's scale.

    Draws without a value (a ratio to nothing) are left out; they are not zeros.
    """
    values = on_scale(held, seen[:, held.column])
    low, high = np.nanquantile(values, [OUTSIDE / 2.0, 1.0 - OUTSIDE / 2.0])
    return float(low), float(high)


def interval_score(foretold: tuple[float, float], observed: tuple[float, float]) -> float:
    """Width of an interval, and a fine for what lies outside; smaller is better.

    (u - l) + 2 / a (l - y)+ + 2 / a (y - u)+, with a = 0.1; where a range was printed, y is its
    point nearest to the interval (Gneiting and Raftery 2007, section 6.2).
    """
    low, high = foretold
    below, above = max(low - observed[1], 0.0), max(observed[0] - high, 0.0)
    return (high - low) + 2.0 / OUTSIDE * (below + above)


def score_target(
    name: str, figures: list[Held], after: Floats, before: Floats
) -> dict[str, object]:
    """One row of the table: a target's figures inside the interval, and its scores."""
    inside = 0
    scores: list[float] = []
    prior_scores: list[float] = []
    for held in figures:
        foretold, observed = interval(held, after), printed(held)
        inside += foretold[0] <= observed[1] and observed[0] <= foretold[1]
        if held.quantity.bound not in BOUNDS:
            scores.append(interval_score(foretold, observed))
            prior_scores.append(interval_score(interval(held, before), observed))
    score = float(np.mean(scores)) if scores else np.nan
    prior = float(np.mean(prior_scores)) if scores else np.nan
    return {
        "target": name,
        "records": len(figures),
        "inside": inside,
        "interval_score": score,
        "prior_interval_score": prior,
        "skill": 1.0 - score / prior if prior > 0.0 else np.nan,
    }


def _sentence(
    table: pd.DataFrame, figures: dict[str, list[Held]], folds: int, failed: list[str]
) -> str:
    """Totals; interval scores are means over figures, each on its own scale."""
    records, inside = int(table["records"].sum()), int(table["inside"].sum())
    scored = [
        sum(held.quantity.bound not in BOUNDS for held in figures[str(name)])
        for name in table["target"]
    ]
    known = table["interval_score"].notna()
    counts = np.array(scored)[known]
    said = (
        f"In {folds} folds {inside} of {records} held-out figures ({inside / records:.0%}) lie "
        "inside the 90 per cent interval of what was foretold without them"
    )
    if not known.any():
        return said + "; all of them are bounds, which have no interval score."
    after = float(np.average(table.loc[known, "interval_score"], weights=counts))
    before = float(np.average(table.loc[known, "prior_interval_score"], weights=counts))
    better = int((table["skill"] > 0.0).sum())
    said += (
        f"; the mean interval score is {after:.2f} against {before:.2f} of the prior (smaller is "
        f"better), and the evidence helped in {better} of {int(known.sum())} targets. Scores are "
        "on the scale of each figure, log or logit; zeros count as half a unit of the last "
        "printed digit, bounds have no score, and reported acts are always fitted."
    )
    return said + (f" Distrust {'; '.join(failed)}" if failed else "")
