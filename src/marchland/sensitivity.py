"""Which parameters could move an answer at all: Morris screening over the priors.

Along a trajectory one parameter after another is moved across two thirds of the central 90 per
cent of its prior, from a random start; the change of a figure, per whole range, is an elementary
effect. Over all trajectories

- `mu_star`, the mean size of the effects, ranks the parameters;
- `sigma`, their deviation, is large where the effect depends on the other parameters, or bends.

The priors are used and not the posterior, since the method moves parameters one by one: before
the evidence they are independent, after it some are known only together, and a box around the
posterior would be full of draws that the evidence excludes. So this says what the model could do
with what was assumed; `importance.csv` says what goes together in the draws that the evidence left.

References
----------
Morris 1991, 'Factorial sampling plans for preliminary computational experiments'; Campolongo,
Cariboni and Saltelli 2007 (mu star); Herman and Usher 2017, SALib.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from marchland.answers import Answer, answer
from marchland.asked import Reader, wanted
from marchland.ensembles import Ensembles
from marchland.identified import SENSITIVITY_COLUMNS
from marchland.inference.calibrate import calibrate, joint_prior
from marchland.inference.scored import gather
from marchland.model import Model

Floats = NDArray[np.float64]
TRAJECTORIES = 32
LEVELS = 4
LOWEST, HIGHEST = 0.05, 0.95
RESAMPLES = 200
LEAST_TRAJECTORIES = 4
WIDE = 10.0
MEMBERS = 40


def sensitivity(
    model: Model,
    answers: list[Answer],
    *,
    trajectories: int = TRAJECTORIES,
    seed: int = 1,
    workers: int = 1,
) -> pd.DataFrame:
    """Elementary effects of every free parameter on every figure of the answers.

    Parameters
    ----------
    model : Model
        The model of the case.
    answers : list of Answer
        Answers, for what their figures are called.
    trajectories : int
        Each costs one run more than there are parameters, under every setting of the answers.
    seed : int
        Seed of the trajectories and of the resampling.
    workers : int
        Threads; no figure depends on it.

    Returns
    -------
    DataFrame
        A row an answer's figure and a parameter. `mu_star`, its 95 per cent interval by
        bootstrap, `sigma` and `mu` are in the figure's unit, or where `scale` is `log` in natural
        logs of it, for the whole range; `relative` is mu_star over the width of the figure's
        central 90 per cent along the trajectories. Distrust
        ranks whose intervals overlap, and a figure for which few trajectories count: those on
        which it has no value are left out.
    """
    # A second to load, which only this needs.
    from SALib.analyze.morris import analyze
    from SALib.sample.morris import sample

    asked = wanted(model.files, answers)
    prior = joint_prior(model, gather(model))
    names = prior.free_names
    if not asked or not names:
        return pd.DataFrame(columns=list(SENSITIVITY_COLUMNS))
    problem = {"num_vars": len(names), "names": names, "bounds": [[LOWEST, HIGHEST]] * len(names)}
    points = sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    draws = (prior.names, prior.values(norm.ppf(points)))
    figures = Reader(asked, model, draws, workers).before
    steps = len(names) + 1
    rows: list[dict[str, object]] = []
    for one, table in zip(asked, figures, strict=True):
        for k in range(len(one.answer.rows)):
            by_trajectory = table[:, k].reshape(-1, steps)
            whole = np.isfinite(by_trajectory).all(axis=1)
            if whole.sum() < LEAST_TRAJECTORIES:
                continue
            kept = np.repeat(whole, steps)
            y, scale = _scaled(np.asarray(table[kept, k], dtype=float))
            with np.errstate(all="ignore"):
                found = analyze(
                    problem,
                    points[kept],
                    y,
                    num_resamples=RESAMPLES,
                    num_levels=LEVELS,
                    seed=seed,
                )
            rows += _rows(one.answer, k, names, found, y, scale, int(whole.sum()))
    return pd.DataFrame(rows, columns=list(SENSITIVITY_COLUMNS))


def unfitted_answers(model: Model, *, seed: int = 1, workers: int = 1) -> list[Answer]:
    """Answers from the priors alone: what their figures are called, where nothing is fitted."""
    nothing = gather(model).subset(set())
    ensembles = Ensembles(
        model,
        calibrate(model, evidence=nothing, particles=MEMBERS, seed=seed),
        MEMBERS,
        seed,
        workers,
    )
    return [answer(ensembles, asked, None) for asked in model.files.config.questions]


def _scaled(y: Floats) -> tuple[Floats, str]:
    """A figure as its effects are measured: what spans a factor of ten, by its logarithm.

    Otherwise a few trajectories with enormous figures would decide all the ranks.
    """
    if (y > 0.0).all() and y.max() > WIDE * y.min():
        return np.log(y), "log"
    return y, "unit"


def _rows(
    answer: Answer,
    k: int,
    names: list[str],
    found: dict[str, Floats],
    y: Floats,
    scale: str,
    number: int,
) -> list[dict[str, object]]:
    row = answer.rows.iloc[k]
    width = float(np.subtract(*np.quantile(y, [0.95, 0.05])))
    told = []
    for n, name in enumerate(names):
        size, reach = float(found["mu_star"][n]), float(found["mu_star_conf"][n])
        told.append(
            {
                "answer": answer.id,
                "row": k,
                "figure": row["label"],
                "unit": row["unit"],
                "scale": scale,
                "parameter": name,
                "mu_star": size,
                "mu_star_low": max(size - reach, 0.0),
                "mu_star_high": size + reach,
                "sigma": float(found["sigma"][n]),
                "mu": float(found["mu"][n]),
                "relative": size / width if width > 0.0 else np.nan,
                "trajectories": number,
            }
        )
    return told
