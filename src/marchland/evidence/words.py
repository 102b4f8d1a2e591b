"""Numbers, units and dates as a reader would write them."""

from __future__ import annotations

import math

from marchland.evidence.ranges import Range

_UNITS = {
    "share": "",
    "percent": "per cent",
    "usd_billion": "billion USD",
    "rub_trillion": "trillion roubles",
    "tiv_billion": "billion TIV",
    "m3_billion": "billion m3",
    "persons_per_km2": "persons per km2",
}
_BOUNDS = {
    "about": "about ",
    "more_than": "more than ",
    "less_than": "less than ",
    "at_least": "at least ",
    "at_most": "at most ",
}


def unit_words(unit: str | None) -> str:
    """Say a unit in words: ``usd_billion_per_year`` is 'billion USD a year'."""
    if not unit:
        return ""
    if unit in _UNITS:
        return _UNITS[unit]
    if unit.endswith("_per_year"):
        return f"{unit_words(unit.removesuffix('_per_year'))} a year".strip()
    return unit.replace("_", " ")


def number_words(value: float, unit: str | None = None) -> str:
    """Write a number with its unit; a share is written in per cent."""
    if unit == "share":
        return f"{_digits(100 * value)} per cent"
    return f"{_digits(value)} {unit_words(unit)}".strip()


def _digits(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def range_words(span: Range, unit: str | None = None) -> str:
    """Write a range with its unit; an open side is said in words."""
    if math.isinf(span.low) and math.isinf(span.high):
        return "any number"
    if math.isinf(span.high):
        return f"at least {number_words(span.low, unit)}"
    if math.isinf(span.low):
        return f"at most {number_words(span.high, unit)}"
    low, high = number_words(span.low, unit), number_words(span.high, unit)
    if low == high:
        return low
    return f"{low.split(' ')[0]} to {high}"


def figure_words(*, value: float | None, span: Range, bound: str | None, unit: str | None) -> str:
    """Write a figure as its source states it."""
    if value is None:
        return range_words(span, unit)
    return f"{_BOUNDS.get(bound or '', '')}{number_words(value, unit)}"


def list_words(items: list[str]) -> str:
    """Join words: 'a', 'a and b', 'a, b and c'."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
