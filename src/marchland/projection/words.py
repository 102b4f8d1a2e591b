"""A projection in words: its rules, and what a reader must know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marchland.case.continuation import Continuation
from marchland.projection.courses import Rate
from marchland.projection.estimate import Walk

if TYPE_CHECKING:
    from marchland.projection.continued import Projection

KNOWN, PROJECTED, CONDITIONAL = "known", "projected", "projected, conditional"


@dataclass(frozen=True)
class Followed:
    """The rule that a driver, a border's rules or a pair's acts follow.

    Parameters
    ----------
    name, rule : str
        What is continued, and by which rule of the vocabulary.
    places : list of str
        Where.
    said : str
        The rule in words, with its estimates.
    stated : Continuation, optional
        What the case states of it.
    """

    name: str
    rule: str
    places: list[str]
    said: str
    stated: Continuation | None

    def record(self) -> dict[str, object]:
        """As summary.json has it."""
        return {
            "name": self.name,
            "rule": self.rule,
            "places": self.places,
            "words": self.said,
            "stated": self.stated is not None,
            "reason": self.stated.reason if self.stated else None,
        }


def sentence(projection: Projection) -> str:
    """What a reader must know of figures after the vintage."""
    if projection.begins is None:
        return ""
    if projection.drawn:
        ways = f"in {projection.drawn} courses that differ by chance"
    else:
        ways = "on their central course"
    last = projection.axis.label(projection.axis.quarters - 1)
    said = (
        f"From {projection.begins} to {last} figures are projected as of {projection.as_of}: "
        f"what comes from outside goes on by stated rules, {ways}."
    )
    if projection.supplied is None:
        return said
    names = ", ".join(sorted({row.driver for row in projection.supplied.rows}))
    return (
        f"{said} The projection is conditional: it takes {names} from {projection.supplied.name} "
        "as known."
    )


def of_walks(rule: str, walks: Sequence[Walk]) -> str:
    """A random walk with its drift and volatility, over the places."""
    what = "logarithm" if rule == "growth" else "log odds"
    said = f"the {what} walks at random, volatility {_span([w.volatility for w in walks])} a year"
    back = [walk.half_life for walk in walks if np.isfinite(walk.half_life)]
    if back:
        said += f", and goes half of the way back to its mean in {_span(back)} years"
    elif all(walk.drift == 0.0 and not np.isfinite(walk.years) for walk in walks):
        said += ", without drift"
    else:
        said += f", drift {_span([walk.drift for walk in walks])} a year"
        errors = [w.volatility / np.sqrt(w.years) for w in walks]
        if max(errors) > 0.0:
            said += f" with a standard error of {_span(errors)}"
    return f"{said}; from {_span([float(walk.rows) for walk in walks])} rows a place"


def of_rates(rule: str, rates: Sequence[Rate]) -> str:
    """What changes or arrives at a rate, over the places."""
    often = f"at {_span([rate.mean for rate in rates])} a year"
    if any(rate.stated is None for rate in rates):
        seen = _span([float(rate.seen) for rate in rates])
        often += f" ({seen} seen in {_span([rate.years for rate in rates])} years)"
    return {
        "held": f"held; changes {often}, to another of the values seen, by how long they held",
        "arrivals": f"arrives {often}, each time as one of those seen",
        "succession": f"leaders change {often}",
    }[rule]


def of_acts(source: str, target: str, active: int, observed: int, good: float | None) -> str:
    """How often a side acts, and where the sign comes from."""
    by = "good or bad by their relation" if good is None else f"good in {100 * good:.0f} per cent"
    return f"{source} towards {target}: a net act in {active} of {observed} quarters, {by}"


def _span(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2g}", f"{max(values):.2g}"
    return low if low == high else f"{low} to {high}"
