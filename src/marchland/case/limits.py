"""What values a driver may have: those of its unit, and above 0 where the model takes its log."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from marchland.vocabulary import VOCABULARY

LOGGED = frozenset(
    [
        *("income", "supplies", "gdp", "power_share"),
        *("arms_procurement", "military_resources", "real_exchange_rate"),
    ]
)
"""Drivers of which the model takes the logarithm."""

START_ONLY = frozenset(["population", "group_share"])
"""Drivers that are read once, for the people at the start of the run."""

MOST = 1e12
"""More than any person, dollar or index; beyond it the arithmetic of the model gives out."""

_RANGE = re.compile(r"(-?\d+) to (-?\d+)$")
_NOT_NEGATIVE = ("persons", "per 1,000", "ratio", "billion", "index")


@dataclass(frozen=True)
class Limits:
    """Between which values a driver lies.

    Parameters
    ----------
    low, high : float or None
        None where there is no limit.
    above : bool
        Whether `low` itself is already too low.
    below : bool
        Whether `high` itself is already too high.
    """

    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False

    def broken(self, value: float) -> bool:
        """Whether a value lies outside; one beyond all measure always does."""
        if _vast(value):
            return True
        if self.low is not None and (value < self.low or (self.above and value == self.low)):
            return True
        if self.high is None:
            return False
        return value > self.high or (self.below and value == self.high)

    def rule(self, value: float) -> str:
        """What must hold, said for a value that breaks it."""
        return f"between -{MOST:g} and {MOST:g}" if _vast(value) else str(self)

    def __str__(self) -> str:
        low = "" if self.low is None else f"{'above' if self.above else 'at least'} {self.low:g}"
        high = "" if self.high is None else f"{'below' if self.below else 'at most'} {self.high:g}"
        return " and ".join(part for part in (low, high) if part) or "a number"


def _vast(value: float) -> bool:
    return not math.isfinite(value) or abs(value) > MOST


def limits(driver: str, unit: str | None = None) -> Limits:
    """Limits of a driver.

    Parameters
    ----------
    driver : str
        Its name.
    unit : str, optional
        Its unit in drivers.csv, for kinds of acts, whose unit the case states.

    Examples
    --------
    >>> str(limits("supplies")), str(limits("hunger"))
    ('above 0', 'at least 0 and at most 1')
    """
    term = VOCABULARY.drivers.get(driver)
    stated = (term.unit if term else unit) or ""
    found = _RANGE.search(stated)
    if found:
        return Limits(float(found[1]), float(found[2]))
    if stated.startswith("share"):
        # Nobody at all in work has no logarithm (E1), nor has no share of power (E16).
        return Limits(0.0, 1.0, above=driver in LOGGED, below=driver == "unemployment")
    if stated.startswith(_NOT_NEGATIVE):
        return Limits(0.0, above=driver in LOGGED)
    return Limits()
