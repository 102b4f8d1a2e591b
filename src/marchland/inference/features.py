"""Features of simulated evidence: what a regression or a classifier is given to see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FURTHEST = 4.0
# Up to so many columns a target's products are all used, else those of its leading directions.
FEW = 8
LEADING = 5
LEADING_OF_ALL = 12
LEAST_SPREAD = 1e-9


def standardised(x: Floats) -> Floats:
    """A target's columns about their medians, in deviations, without those that never vary.

    A figure without a value is taken as average. What lies far out is drawn in: a figure that
    vanishes has a log far below all others.
    """
    x = np.where(np.isfinite(x), x, np.nan)
    with np.errstate(all="ignore"):
        x = np.nan_to_num(x - np.nan_to_num(np.nanmedian(x, axis=0)))
    low, high = np.quantile(x, [0.01, 0.99], axis=0)
    # A bound that holds in hardly any draw has no spread between these quantiles.
    spread = np.clip(x, low, high).std(axis=0)
    spread = np.where(spread > LEAST_SPREAD, spread, x.std(axis=0))
    keep = spread > LEAST_SPREAD
    return np.asarray(np.clip(x[:, keep] / spread[keep], -FURTHEST, FURTHEST))


def curved(x: Floats) -> Floats:
    """A target's standardised columns, their squares and their products, each of variance one."""
    return np.concatenate([centred(x), bends(x)], axis=1)


def bends(x: Floats) -> Floats:
    """Squares and products of a target's standardised columns, each of variance one."""
    base = x if x.shape[1] <= FEW else _leading(x, LEADING)
    squares = [] if base is x else [x**2]
    return centred(np.concatenate([*squares, _products(base)], axis=1))


def shared(targets: dict[str, Floats]) -> Floats:
    """Products of the directions in which all targets together vary most."""
    joined = np.concatenate(list(targets.values()), axis=1)
    return centred(_products(_leading(joined, LEADING_OF_ALL)))


def centred(x: Floats) -> Floats:
    """Columns of mean zero and variance one, without those that never vary."""
    spread = x.std(axis=0)
    keep = spread > LEAST_SPREAD
    return np.asarray((x[:, keep] - x[:, keep].mean(axis=0)) / spread[keep])


def _products(x: Floats) -> Floats:
    first, second = np.triu_indices(x.shape[1])
    return np.asarray(x[:, first] * x[:, second])


def _leading(x: Floats, number: int) -> Floats:
    """Principal components that vary most, each of variance one."""
    if x.shape[1] == 0:
        return x
    _, vectors = np.linalg.eigh(x.T @ x)
    vectors = vectors[:, ::-1][:, :number]
    # The sign of an eigenvector is arbitrary: its largest entry is positive.
    largest = np.abs(vectors).argmax(axis=0)
    scores = x @ (vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])]))
    return np.asarray(scores / np.maximum(scores.std(axis=0), LEAST_SPREAD))
