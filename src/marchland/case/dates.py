"""Dates of a case: EDTF (ISO 8601-2), read by the edtf library and wrapped once.

The library cannot read an interval of quarters, answers an open end with infinity and fails on an
empty cell; this module splits intervals itself, answers an open end with ``None`` and says what
to write instead.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from edtf import parse_edtf

from marchland.errors import MarchlandError

HINT = (
    "write 1994, 1994-06, 1994-06-30, a quarter 1994-33 to 1994-36, "
    "an interval 1990/1999 or ../1963, with ~ where it is approximate"
)
_CALENDAR = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_QUARTER = re.compile(r"[0-9]{4}-3[3-6]")
_UNSPECIFIED = re.compile(r"[0-9]{2}([0-9]X|XX)|[0-9]{4}-XX(-XX)?|[0-9]{4}-[0-9]{2}-XX")
_DIVISION = re.compile(r"[0-9]{4}-(2[1-9]|3[0-9]|4[01])")
_LONGEST = 40


class DateError(MarchlandError, ValueError):
    """A text that is not a date of the case."""


@dataclass(frozen=True)
class Period:
    """A stretch of days, as the case writes it and as the calendar counts it.

    Parameters
    ----------
    text : str
        What the cell says, in EDTF.
    start, end : date or None
        First and last day, both inside. ``None`` is an open or unknown side.
    approximate : bool
        Whether the text says so with ``~``, ``?`` or ``%``. The days are those of the bare date:
        how much wider the truth may be is for whoever uses the period to say.
    """

    text: str
    start: date | None
    end: date | None
    approximate: bool = False

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=8192)
def parse_period(text: str) -> Period:
    """Read an EDTF date, quarter or interval.

    Parameters
    ----------
    text : str
        ``1961``, ``1997-06``, ``1994-34`` (second quarter), ``1990/1999``, ``1961~``, ``../1963``.

    Returns
    -------
    Period

    Raises
    ------
    DateError
        Where the text is no date, the day does not exist, or the interval ends before it starts.

    Examples
    --------
    >>> parse_period("1994-33/1994-34").end
    datetime.date(1994, 6, 30)
    """
    clean = text.strip()
    if not clean:
        raise DateError(f"a date is empty; {HINT}")
    if len(clean) > _LONGEST:
        raise DateError(f'"{clean[:_LONGEST]}..." is too long for a date; {HINT}')
    sides = clean.split("/")
    if len(sides) > 2:
        raise DateError(f'"{clean}" has more than one "/"; {HINT}')
    start: date | None
    end: date | None
    if len(sides) == 1:
        start, end = _bounds(clean, clean)
    else:
        start = _bounds(sides[0], clean)[0] if sides[0] not in ("", "..") else None
        end = _bounds(sides[1], clean)[1] if sides[1] not in ("", "..") else None
        if start is None and end is None:
            raise DateError(f'"{clean}" has neither a start nor an end; {HINT}')
        if start is not None and end is not None and end < start:
            raise DateError(f'"{clean}" ends before it starts; start <= end must hold')
    return Period(clean, start, end, any(mark in clean for mark in "~?%"))


def _bounds(side: str, whole: str) -> tuple[date, date]:
    """First and last day of one date without a slash."""
    bare = side.removesuffix("~").removesuffix("?").removesuffix("%")
    if _CALENDAR.fullmatch(bare) and not _DIVISION.fullmatch(bare):
        # Level 0 is nearly every cell of a case; the edtf parser needs milliseconds for each.
        return _calendar_bounds(bare, whole)
    if _DIVISION.fullmatch(bare) and not _QUARTER.fullmatch(bare):
        raise DateError(f'"{whole}" is a season or a division that is not a quarter; {HINT}')
    if not (_QUARTER.fullmatch(bare) or _UNSPECIFIED.fullmatch(bare)):
        raise DateError(f'"{whole}" is not a date; {HINT}')
    try:
        parsed = parse_edtf(bare)
        low, high = parsed.lower_strict(), parsed.upper_strict()
        return date(*low[:3]), date(*high[:3])
    except Exception as error:
        # The parser and its dates raise errors of several libraries, and no one kind of them.
        raise DateError(f'impossible date "{whole}"; {HINT}') from error


def _calendar_bounds(bare: str, whole: str) -> tuple[date, date]:
    parts = [int(part) for part in bare.split("-")]
    try:
        first = date(*[*parts, 1, 1][:3])
    except ValueError as error:
        raise DateError(f'impossible date "{whole}": {error}; {HINT}') from error
    if len(parts) == 3:
        return first, first
    month = parts[1] if len(parts) == 2 else 12
    return first, date(first.year, month, calendar.monthrange(first.year, month)[1])
