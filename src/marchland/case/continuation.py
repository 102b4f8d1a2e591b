"""How a case says that what comes from outside goes on after what is known."""

from __future__ import annotations

import math
from typing import Annotated, Final, Literal

from pydantic import Field, PlainValidator

from marchland.case.schema import Dated
from marchland.case.settings import LinedRow

ESTIMATED: Final = "estimated"


def _number(value: object) -> float | str:
    """A number, or the word that leaves it to the rows."""
    if value == ESTIMATED:
        return ESTIMATED
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f'must be a number or "{ESTIMATED}", but got {value!r}')
    if not math.isfinite(value):
        raise ValueError(f"must be finite, but got {value}")
    return float(value)


def _not_negative(value: object) -> float | str:
    number = _number(value)
    if isinstance(number, float) and number < 0.0:
        raise ValueError(f"must be at least 0, but got {number:g}")
    return number


Stated = Annotated[float | str, PlainValidator(_number)] | None
NotNegative = Annotated[float | str, PlainValidator(_not_negative)] | None


class Continuation(LinedRow):
    """The stated rule by which a projection continues a driver, a border's rules or acts.

    Parameters
    ----------
    name : str
        A driver, `act_` for every kind of act of outside powers, `regimes` or `acts`.
    rule : str, optional
        growth (logarithms walk at random, with a drift), share (log odds do), held (a value
        stays until it changes), arrivals (acts and spells come at a rate), succession (leaders
        change at a rate), acts (of a pair, from its relation). The vocabulary's by default.
    drift : float, optional
        Mean change a year of the logarithm, estimated where not given, or of the log odds, 0
        where not given; `estimated` takes it from the rows.
    volatility : float, optional
        Standard deviation a year of the same; estimated where not given.
    half_life : float, optional
        Years in which half of a distance from the mean of the rows is lost; none by default.
    rate : float, optional
        Changes or arrivals a year; estimated where not given.
    window : Period, optional
        Rows that begin in it count for the estimate.
    reason : str
        Why.
    """

    name: str
    rule: Literal["growth", "share", "held", "arrivals", "succession", "acts"] | None = None
    drift: Stated = None
    volatility: NotNegative = None
    half_life: Annotated[float, Field(gt=0)] | None = None
    rate: NotNegative = None
    window: Dated | None = None
    reason: str

    def number(self, key: str) -> float | None:
        """What is stated as a number; None where it is to be estimated, or not stated."""
        value = getattr(self, key)
        return value if isinstance(value, float) else None
