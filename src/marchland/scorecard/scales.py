"""Scales on which figures of a measure are scored: logs of sizes, logits of shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.case.schema import Quantity
from marchland.inference.scored import DEFAULT_ERRORS
from marchland.scorecard.sightings import NINETY

Floats = NDArray[np.float64]
COUNTED = ("persons", "trips", "vessels", "pieces", "count")
LINEAR = ("index", "points", "rank", "year", "years", "months")
SHARES = ("share", "probability_per_year")
LEAST_SHARE = 1e-6
LEAST = 1e-6


@dataclass(frozen=True)
class Scale:
    """A scale of figures.

    Parameters
    ----------
    name : str
        `log`, `log of 1 +` for what is counted, `logit` for shares, `log ratio` for changes in
        per cent, and `linear` for indices, which may be negative.
    """

    name: str

    @property
    def relative(self) -> bool:
        """Whether a distance on it means the same for every measure: a share of the figure."""
        return self.name != "linear"

    def forward(self, values: Floats) -> Floats:
        """Figures on the scale."""
        x = np.asarray(values, dtype=float)
        match self.name:
            case "log":
                return np.asarray(np.log(np.maximum(x, LEAST)))
            case "log of 1 +":
                return np.asarray(np.log1p(np.maximum(x, 0.0)))
            case "logit":
                share = np.clip(x, LEAST_SHARE, 1.0 - LEAST_SHARE)
                return np.asarray(np.log(share / (1.0 - share)))
            case "log ratio":
                return np.asarray(np.log(np.maximum(1.0 + x / 100.0, LEAST)))
        return x

    def back(self, values: Floats) -> Floats:
        """The inverse of `forward`."""
        x = np.asarray(values, dtype=float)
        match self.name:
            case "log":
                return np.asarray(np.exp(np.minimum(x, 700.0)))
            case "log of 1 +":
                return np.asarray(np.maximum(np.expm1(np.minimum(x, 700.0)), 0.0))
            case "logit":
                return np.asarray(1.0 / (1.0 + np.exp(-x)))
            case "log ratio":
                return np.asarray(100.0 * np.expm1(np.minimum(x, 700.0)))
        return x


def scale_of(unit: str, statistic: str) -> Scale:
    """Scale on which a statistic in a unit is scored.

    Examples
    --------
    >>> scale_of("usd_billion_per_year", "mean").name
    'log'
    >>> scale_of("persons", "level").name
    'log of 1 +'
    """
    if statistic == "change_pct":
        return Scale("log ratio")
    if unit in SHARES:
        return Scale("logit")
    if unit in LINEAR or statistic in ("rank", "date"):
        return Scale("linear")
    counted = unit.removesuffix("_per_year") in COUNTED
    return Scale("log of 1 +" if counted else "log")


def seen_at(quantity: Quantity, scale: Scale) -> float | None:
    """A figure on its scale: its value, else the middle of its range; None for a bound."""
    if quantity.bound in ("more_than", "at_least", "less_than", "at_most"):
        return None
    if quantity.value is not None:
        return float(scale.forward(np.array(quantity.value)))
    if quantity.low is None or quantity.high is None:
        return None
    ends = scale.forward(np.array([quantity.low, quantity.high]))
    return float(ends.mean())


def error_of(files: CaseFiles, quantity: Quantity, scale: Scale) -> float:
    """Standard deviation of a figure's error of observation, on its scale.

    A range that is given is read as a central 90 per cent; otherwise it is the case's error of
    the figure's quality, which is relative: an index without a range has none.
    """
    if quantity.low is not None and quantity.high is not None:
        ends = scale.forward(np.array([quantity.low, quantity.high]))
        return float((ends[1] - ends[0]) / (2.0 * NINETY))
    if not scale.relative:
        return 0.0
    rules = files.observation
    error = rules.errors.get(quantity.quality, DEFAULT_ERRORS[quantity.quality])
    return float(error * rules.structure.get("error_factors", {}).get(quantity.measure, 1.0))
