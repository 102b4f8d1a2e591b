"""Classifiers that say which of two rivals simulated evidence came from, each scored on the unseen.

References
----------
Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, chapters 4, 10 and 11;
van der Laan, Polley and Hubbard 2007 (combining by cross-validated scores).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FOLDS = 4
# Log odds of more than this are not told by a few thousand cases.
MOST = 8.0


def folds_of(truth: Integers, rng: np.random.Generator) -> Integers:
    """Fold of each case: at random, of one size in each class."""
    fold = np.empty(len(truth), dtype=np.int64)
    for one in np.unique(truth):
        rows = rng.permutation(np.flatnonzero(truth == one))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


@contextmanager
def quietly() -> Iterator[None]:
    """No word of networks that end after their 60 rounds: more would cost more than they tell.

    For all threads at once, so it is no matter of one network.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class Discriminants:
    """Linear discriminants between any two of several classes, from sums made once.

    Parameters
    ----------
    features : (cases, features) array
        Of variance about one.
    truth, fold : (cases,) int arrays
        Class and fold of each case.
    """

    def __init__(self, features: Floats, truth: Integers, fold: Integers) -> None:
        self._features, self._truth, self._fold = features, truth, fold
        self._sums: dict[tuple[int, int], tuple[int, Floats, Floats]] = {}
        for one in np.unique(truth):
            for part in range(FOLDS):
                x = features[(truth == one) & (fold == part)]
                self._sums[int(one), part] = (len(x), x.sum(axis=0), x.T @ x)

    def log_odds(self, first: int, second: int, columns: slice, shrinkage: float) -> Floats:
        """Log odds of the second class against the first for the cases of both, in their order.

        Parameters
        ----------
        first, second : int
            Classes.
        columns : slice
            Features to be used.
        shrinkage : float
            Share of the covariance that is replaced by equal and independent variances.
        """
        either = (self._truth == first) | (self._truth == second)
        odds = np.zeros(len(self._truth))
        for part in range(FOLDS):
            known = [n for n in range(FOLDS) if n != part]
            means, scatter, number = [], np.zeros(()), 0
            for one in (first, second):
                sums = [self._sums[one, n] for n in known]
                count = sum(s[0] for s in sums)
                mean = np.sum([s[1][columns] for s in sums], axis=0) / count
                gram = np.sum([s[2][columns, columns] for s in sums], axis=0)
                scatter = scatter + gram - count * np.outer(mean, mean)
                means.append(mean)
                number += count
            covariance = scatter / number
            equal = float(np.trace(covariance)) / len(covariance) * np.eye(len(covariance))
            pooled = (1.0 - shrinkage) * covariance + shrinkage * equal
            slope = solve(pooled, means[1] - means[0], assume_a="pos")
            rows = either & (self._fold == part)
            middle = 0.5 * (means[0] + means[1])
            odds[rows] = (self._features[rows][:, columns] - middle) @ slope
        return np.asarray(odds[either])


def boosted(features: Floats, truth: Integers, fold: Integers, seed: int) -> Floats:
    """Log odds of the second class by gradient-boosted small trees, (cases,)."""
    trees = HistGradientBoostingClassifier(
        max_iter=60,
        learning_rate=0.12,
        max_leaf_nodes=8,
        max_features=0.3,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    # Threads add up in another order: one, so that the bytes are the same; and few cases do not
    # repay more.
    with threadpool_limits(1, user_api="openmp"):
        chance = np.clip(_chances(trees, features, truth, fold)[:, 1], 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(chance / (1.0 - chance)))


def network(features: Floats, truth: Integers, fold: Integers, seed: int) -> Floats:
    """Log probabilities of all classes by a small neural network, (cases, classes)."""
    net = MLPClassifier(
        (64, 32),
        alpha=3.0,
        batch_size=500,
        learning_rate_init=0.003,
        early_stopping=True,
        max_iter=60,
        random_state=seed,
    )
    chances = _chances(net, features, truth, fold)
    return np.asarray(np.log(np.maximum(chances, np.exp(-MOST))))


def combined(scores: list[Floats], truth: Integers, rng: np.random.Generator) -> Floats:
    """Chance of the second class from several classifiers' log odds, (cases,)."""
    table = np.clip(np.stack(scores, axis=1), -MOST, MOST)
    return _chances(LogisticRegression(C=1.0), table, truth, folds_of(truth, rng))[:, 1]


def _chances(classifier: Any, features: Floats, truth: Integers, fold: Integers) -> Floats:
    """Probabilities of the classes, each case foretold without its own fold."""
    chances = np.empty((len(truth), len(np.unique(truth))))
    for part in range(FOLDS):
        unseen = fold == part
        classifier.fit(features[~unseen], truth[~unseen])
        chances[unseen] = classifier.predict_proba(features[unseen])
    return chances
