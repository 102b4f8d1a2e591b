"""Recovery of the true rival by real fits to simulated evidence: slow, and no lower bound.

A classifier is quick and may be worse than the best one. Here every rival is fitted to evidence
that one of them made, and the rival with the highest log evidence is chosen. With few fits the
interval of the share is wide: twenty a rival tell 0.8 from chance, and little more.

Reference: Cook, Gelman and Rubin 2006 (fits to simulated evidence).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from marchland.errors import MarchlandError
from marchland.inference.calibrate import (
    QUICK_KEEP,
    QUICK_LESSONS,
    QUICK_MOVES,
    QUICK_PARTICLES,
    calibrate,
    joint_prior,
)
from marchland.inference.recovery import COLUMNS, FITS, RECOVERED, scored, setting_of
from marchland.inference.scored import Evidence, gather
from marchland.inference.simulate import simulate_evidence
from marchland.model import Model, Setting

Floats = NDArray[np.float64]
# A rival that cannot be fitted at all.
NEVER = -np.inf
MOST_TRIES = 50


def recovery_by_fits(
    model: Model,
    questions: list[str],
    *,
    fits: int,
    sharper: float = 1.0,
    seed: int = 1,
    workers: int = 1,
    say: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """How often the true rival has the higher log evidence, pair by pair.

    Parameters
    ----------
    model : Model
        The model of the case.
    questions : list of str
        Keys of explanations.yaml.
    fits : int
        Simulated cases for each rival; all rivals of its question are fitted to each.
    sharper : float
        Errors of observation are divided by this.
    seed : int
        Seed of everything drawn.
    workers : int
        Threads; no figure depends on it.
    say : function, optional
        Told of every case.

    Returns
    -------
    DataFrame
        Rows as in recovery.csv, of method `fits`. Distrust the share where a fit failed its own
        checks: quick fits are used, whose log evidence may be off by one.
    """
    rows: list[dict[str, object]] = []
    for question in questions:
        rivals = model.files.explanations.questions[question].rivals
        settings = {name: setting_of(rival) for name, rival in rivals.items()}
        found: dict[str, list[dict[str, float]]] = {name: [] for name in rivals}
        for n, name in itertools.product(range(fits), rivals):
            if say is not None:
                say(f"{question}: case {n + 1} of {fits} made by {rivals[name].title!r}")
            key = [seed, 17, n, list(rivals).index(name)]
            evidence = _made_by(model, settings[name], key, sharper, workers)
            found[name].append(
                {other: _fitted(model, evidence, s, seed, workers) for other, s in settings.items()}
            )
        for first, second in itertools.combinations(rivals, 2):
            gaps = [case[second] - case[first] for one in (first, second) for case in found[one]]
            truth = np.repeat([0, 1], fits)
            row = scored(expit(np.nan_to_num(np.array(gaps))), truth, sharper)
            head = {"question": question, "rival": first, "other": second, "method": FITS}
            rows.append(head | row | {"reason": RECOVERED if row["recovered"] else ""})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _made_by(
    model: Model, setting: Setting, key: list[int], sharper: float, workers: int
) -> Evidence:
    """Evidence made by a rival at a draw of its prior."""
    evidence = gather(model)
    prior = joint_prior(model, evidence)
    rng = np.random.default_rng(key)
    held = dict(setting.fixed) | dict.fromkeys(setting.off, 0.0)
    for _ in range(MOST_TRIES):
        values = prior.values(prior.sample(1, rng))
        for name in set(held) & set(prior.names):
            values[:, prior.names.index(name)] = held[name]
        figures, _ = model.run(
            prior.names, values, evidence.readings, setting=setting, workers=workers, strict=False
        )
        if np.isfinite(figures).all():
            observed = evidence.observed(prior.names, values)
            point = {name: float(column[0]) for name, column in observed.items()}
            return simulate_evidence(evidence, figures[0], point, rng, sharper=sharper)
    raise MarchlandError(
        f"No draw in {MOST_TRIES} from the priors gives a figure for every record."
    )


def _fitted(model: Model, evidence: Evidence, setting: Setting, seed: int, workers: int) -> float:
    """Log evidence of a rival; minus infinity where it cannot be fitted."""
    try:
        posterior = calibrate(
            model,
            evidence=evidence,
            setting=setting,
            particles=QUICK_PARTICLES,
            moves=QUICK_MOVES,
            keep=QUICK_KEEP,
            lessons=QUICK_LESSONS,
            seed=seed,
            workers=workers,
        )
    except MarchlandError:
        return NEVER
    return posterior.sample.log_evidence
