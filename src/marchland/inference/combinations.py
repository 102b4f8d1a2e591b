"""Parameters that are known together but not apart: directions that the evidence fixes.

In the prior's standard normal coordinates the prior is a sphere. The directions in which the
posterior is narrowest are the eigenvectors of its covariance with the smallest eigenvalues. Most
are one parameter, known alone. Those that matter here are sharply known sums and differences of
parameters of which none is known so well: of lognormal parameters, a product or a ratio.

A covariance of few draws has small eigenvalues by chance. So the directions are found in one half
of the draws and judged in the other; the halves of the sampler's draws share no ancestor.

References
----------
Brown and Sethna 2003, 'Statistical mechanical approaches to models with many poorly known
parameters' (sloppiness); Raue and others 2009 (identifiability).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.inference.calibrate import NARROWER, Posterior

Floats = NDArray[np.float64]
COLUMNS = (
    "combination",
    "parameters",
    "weights",
    "contraction",
    "best_alone",
    "best_alone_contraction",
    "kind",
)
# A parameter belongs to a direction where it carries a sixteenth of it, and five are enough to say.
LEAST_LOADING = 0.25
MOST_PARTS = 5
# A combination is known together and not apart where it is twice as sharp as its sharpest part.
SHARPER = 2.0
FEWEST_DRAWS = 40


def combinations(posterior: Posterior, limit: int = 12) -> pd.DataFrame:
    """Sums and differences of parameters that are known far better than any of their parts.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    limit : int
        Combinations to give, the sharpest first.

    Returns
    -------
    DataFrame
        combination (in words), parameters and weights (joined by `;`, in prior deviations, the
        largest 1), contraction of the combination, best_alone and its contraction, kind
        (`product` where all parameters are lognormal, else `sum`). Distrust it where the fit
        failed its own checks.
    """
    z, names = posterior.sample.z, posterior.prior.free_names
    families = {m.name: m.prior.family for m in posterior.prior.free}
    if z.shape[1] < 2 or len(z) < FEWEST_DRAWS:
        return pd.DataFrame(columns=list(COLUMNS))
    rows: list[dict[str, object]] = []
    for parts, weights, sharpness, alone in directions(z):
        best = int(np.argmin(alone))
        said = [names[n] for n in parts]
        rows.append(
            {
                "combination": words(said, weights),
                "parameters": ";".join(said),
                "weights": ";".join(f"{w:.2f}" for w in weights),
                "contraction": 1.0 - sharpness,
                "best_alone": said[best],
                "best_alone_contraction": 1.0 - float(alone[best]),
                "kind": "product" if {families[n] for n in said} == {"lognormal"} else "sum",
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("contraction", ascending=False, kind="stable")[:limit].reset_index(
        drop=True
    )


def directions(z: Floats) -> list[tuple[list[int], Floats, float, Floats]]:
    """Directions known together but not apart.

    Parameters
    ----------
    z : (draws, parameters) array
        Draws of the posterior; its two halves are independent.

    Returns
    -------
    list of tuple
        Positions of the parameters, their weights with the largest 1, the posterior deviation of
        the combination over the prior's, and that of each part.
    """
    half = len(z) // 2
    found, judged = np.cov(z[:half].T), np.cov(z[half:].T)
    values, vectors = np.linalg.eigh(found)
    seen: set[tuple[int, ...]] = set()
    told = []
    for value, vector in zip(values, vectors.T, strict=True):
        if np.sqrt(max(value, 0.0)) > 1.0 - NARROWER:
            break
        order = np.argsort(-np.abs(vector), kind="stable")[:MOST_PARTS]
        parts = sorted(int(n) for n in order if abs(vector[n]) >= LEAST_LOADING)
        if len(parts) < 2 or tuple(parts) in seen:
            continue
        seen.add(tuple(parts))
        kept, weights = _narrowest(found, parts)
        tuple_kept = tuple(kept)
        if len(kept) < 2 or (tuple_kept != tuple(parts) and tuple_kept in seen):
            continue
        seen.add(tuple_kept)
        within = judged[np.ix_(kept, kept)]
        sharpness = float(np.sqrt(weights @ within @ weights / (weights @ weights)))
        alone = np.sqrt(np.diag(within))
        if sharpness <= 1.0 - NARROWER and sharpness * SHARPER <= alone.min():
            told.append((kept, weights, sharpness, alone))
    return told


def _narrowest(covariance: Floats, parts: list[int]) -> tuple[list[int], Floats]:
    """The sharpest direction within a few parameters, whatever the others are."""
    while True:
        _, vectors = np.linalg.eigh(covariance[np.ix_(parts, parts)])
        weights = vectors[:, 0] / vectors[np.argmax(np.abs(vectors[:, 0])), 0]
        small = np.abs(weights) < LEAST_LOADING
        if not small.any():
            return parts, np.asarray(weights)
        parts = [part for part, drop in zip(parts, small, strict=True) if not drop]


def words(names: list[str], weights: Floats) -> str:
    """A combination as it is read: a + 0.7 b − c."""
    said = ""
    for name, weight in zip(names, weights, strict=True):
        size = abs(weight)
        term = name if size > 0.95 else f"{size:.1f} {name}"
        if not said:
            said = term if weight > 0 else f"−{term}"
        else:
            said += f" {'+' if weight > 0 else '−'} {term}"
    return said
