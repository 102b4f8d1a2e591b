"""What a printed figure commits itself to: a range, never a point."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

ABOUT = 0.1
"""'About' a number is read as within a tenth of it."""

FRACTION_DECIMALS = 6
"""More decimals than this come from a conversion or a word ('one third'), not from print."""

FRACTION_TOLERANCE = 0.01
"""Half-width, relative, of a figure whose printed digits are not known."""

_LOWER_BOUNDS = frozenset({"more_than", "at_least"})
_UPPER_BOUNDS = frozenset({"less_than", "at_most"})
_PRINTED = re.compile(r"printed as[^;0-9]*?(\d[\d,]*(?:\.\d+)?)([^;]*)")


@dataclass(frozen=True)
class Range:
    """The numbers that a record allows; an open side is infinite.

    Parameters
    ----------
    low, high : float
        Ends of the range, both included; ``low <= high``.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"low <= high must hold, but got low={self.low}, high={self.high}")

    def meets(self, other: Range) -> bool:
        """Whether some number lies in both ranges, up to rounding of floats."""
        return self.gap(other) == 0.0

    def gap(self, other: Range) -> float:
        """Distance between the ranges; 0 where they meet."""
        distance = max(self.low - other.high, other.low - self.high)
        ends = [abs(end) for end in (self.low, self.high, other.low, other.high)]
        scale = max((end for end in ends if math.isfinite(end)), default=0.0)
        return distance if distance > 1e-9 * scale else 0.0

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def over(self, other: Range) -> Range | None:
        """The quotient, where the divisor is known to be positive and self is not negative."""
        if other.low <= 0 or self.low < 0:
            return None
        low = 0.0 if math.isinf(other.high) else self.low / other.high
        return Range(low, self.high / other.low)

    def times(self, factor: float) -> Range:
        """The range scaled by a number; a negative one turns it round."""
        ends = sorted((self.low * factor, self.high * factor))
        return Range(ends[0], ends[1])

    def shifted(self, step: float) -> Range:
        """The range moved by a number."""
        return Range(self.low + step, self.high + step)


def printed_unit(value: float) -> float:
    """One unit in the last digit that a number shows.

    Trailing zeros of a large round number are not digits, but at least two digits are
    taken as meant: 43,000 is exact to a thousand, 500,000 to ten thousand, 5 to one.
    """
    number = Decimal(repr(float(value))).normalize()
    exponent = int(number.as_tuple().exponent)
    if exponent < -FRACTION_DECIMALS:
        return 2 * FRACTION_TOLERANCE * abs(value)
    if exponent > 0 and len(number.as_tuple().digits) == 1:
        exponent -= 1
    return float(Decimal(10) ** exponent)


def unit_in_note(value: float, note: str | None) -> float | None:
    """Unit of the last digit where the note says how the figure was printed.

    A converted figure shows digits that its source never printed; 'printed as 20 million
    pounds' tells how many there were.
    """
    found = _PRINTED.search(note or "")
    if found is None:
        return None
    digits = found.group(1).replace(",", "")
    printed = float(digits)
    unit = 10.0 ** -len(digits.partition(".")[2]) if "." in digits else printed_unit(printed)
    if printed == 0:
        return unit / 100 if "per cent" in found.group(2) else None
    return unit * abs(value) / printed


def stated_range(
    *,
    value: float | None,
    low: float | None,
    high: float | None,
    bound: str | None,
    note: str | None = None,
    unit: float | None = None,
) -> Range | None:
    """Range of numbers that a record allows.

    Parameters
    ----------
    value, low, high : float or None
        The cells of the record.
    bound : str or None
        exact, about, more_than, less_than, at_least, at_most or range.
    note : str or None
        Read only for how the figure was printed.
    unit : float or None
        Unit of the last digit, where others printed with it show more digits.

    Returns
    -------
    Range or None
        None where the record has no number: absent is never zero.
    """
    if bound in _LOWER_BOUNDS:
        floor = low if low is not None else value
        return None if floor is None else Range(floor, math.inf)
    if bound in _UPPER_BOUNDS:
        ceiling = high if high is not None else value
        return None if ceiling is None else Range(-math.inf, ceiling)
    if low is not None and high is not None:
        return Range(min(low, high), max(low, high))
    if value is None:
        return _half_open(low, high)
    half = 0.5 * (unit_in_note(value, note) or unit or printed_unit(value))
    if bound == "about":
        half = max(half, ABOUT * abs(value))
    return Range(
        value - half if low is None else min(low, value),
        value + half if high is None else max(high, value),
    )


def _half_open(low: float | None, high: float | None) -> Range | None:
    if low is None and high is None:
        return None
    return Range(-math.inf if low is None else low, math.inf if high is None else high)
