"""Figures, ranges and periods as a reader wants them; what is absent stays empty."""

from __future__ import annotations

import math

from marchland.case import Period, Quantity

UNIT_WORDS = {
    "persons": "persons",
    "trips_per_year": "trips a year",
    "persons_per_year": "persons a year",
    "usd_billion_per_year": "billion USD a year",
    "usd_billion": "billion USD",
    "percent": "per cent",
    "share": "per cent",
    "points": "percentage points",
    "index": "points of the model's index",
    "probability_per_year": "chance a year",
    "years": "years",
}
BOUND_WORDS = {
    "about": "about ",
    "more_than": "more than ",
    "less_than": "less than ",
    "at_least": "at least ",
    "at_most": "at most ",
}
_SEASONS = {"33": "Q1", "34": "Q2", "35": "Q3", "36": "Q4"}


def missing(value: object) -> bool:
    """Whether a cell holds nothing: None, NaN or an empty text."""
    if value is None or value == "":
        return True
    return isinstance(value, float) and math.isnan(value)


def unit_words(unit: str | None) -> str:
    """Unit in words, as a table's cell prints it."""
    return UNIT_WORDS.get(unit or "", (unit or "").replace("_", " "))


def plain(value: object, digits: int = 4) -> str:
    """A number with few digits and separators, never in exponents that a reader must decode.

    Parameters
    ----------
    value : float or None
        Absent values give an empty text.
    digits : int
        Significant digits; whole numbers keep all of theirs.
    """
    if missing(value):
        return ""
    number = float(value)  # type: ignore[arg-type]
    if number == 0 or not math.isfinite(number):
        return "0" if number == 0 else str(number)
    places = digits - 1 - math.floor(math.log10(abs(number)))
    if places <= 0:
        return f"{number:,.0f}"
    return f"{number:,.{min(places, 9)}f}".rstrip("0").rstrip(".")


def rounded(value: object, digits: int = 3) -> str:
    """A number to so many digits, whole numbers too: 103,546,909 to four is 103,500,000."""
    if missing(value):
        return ""
    number = float(value)  # type: ignore[arg-type]
    if number == 0 or not math.isfinite(number):
        return plain(number)
    return proper(plain(round(number, digits - 1 - math.floor(math.log10(abs(number)))), digits))


def proper(text: str) -> str:
    """The text with a minus sign in place of a hyphen, and no minus before zero."""
    if text.startswith("-"):
        return text[1:] if not text.strip("-0.,") else "\u2212" + text[1:]
    return text


def figure(value: object, unit: str | None) -> str:
    """A computed figure: three digits, shares in per cent."""
    if missing(value):
        return ""
    number = float(value)  # type: ignore[arg-type]
    if unit == "share":
        return proper(f"{100 * number:.1f}")
    if unit == "percent":
        return proper(f"{number:.0f}")
    if unit in ("index", "points", "usd_billion", "usd_billion_per_year"):
        return proper(f"{number:,.2f}")
    return rounded(number)


def stated(q: Quantity) -> str:
    """A source's figure as it is stated, with its bound or range."""
    scale = 100.0 if q.unit == "share" else 1.0

    def show(value: float) -> str:
        return proper(plain(scale * value, 4 if q.unit == "share" else 10))

    ends = [n for n in (q.low, q.high) if n is not None]
    if q.value is None:
        if len(ends) == 2:
            return f"{show(ends[0])} to {show(ends[1])}"
        return BOUND_WORDS.get(q.bound, "") + (show(ends[0]) if ends else "")
    text = BOUND_WORDS.get(q.bound, "") + show(q.value)
    if q.low is not None and q.high is not None:
        text += f" ({show(q.low)} to {show(q.high)})"
    return text


def date_words(text: str | None) -> str:
    """An EDTF date in words: `1994-34` is `1994Q2`, `1996~` is `about 1996`."""
    if not text:
        return ""
    if "/" in text:
        first, last = text.split("/", 1)
        if ".." in (first, last):
            return f"until {date_words(last)}" if first == ".." else f"since {date_words(first)}"
        return f"{date_words(first)} to {date_words(last)}"
    about = "about " if text.endswith("~") else ""
    body = text.rstrip("~")
    if len(body) == 7 and body[5:] in _SEASONS:
        body = body[:4] + _SEASONS[body[5:]]
    return about + body


def period_words(start: Period | str | None, end: Period | str | None) -> str:
    """From start to end, or the one date where both are the same."""
    first, last = (p.text if isinstance(p, Period) else p for p in (start, end))
    first = None if missing(first) else first
    last = None if missing(last) else last
    if first is None or last is None or first == last:
        return date_words(first or last)
    if first.endswith("~") and last.endswith("~"):
        return f"about {date_words(first[:-1])} to {date_words(last[:-1])}"
    return f"{date_words(first)} to {date_words(last)}"
