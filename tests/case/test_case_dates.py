"""Dates of a case: what EDTF says, and the calendar behind it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from marchland.case import DateError, Period, parse_period
from marchland.errors import MarchlandError

DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
QUARTERS = st.tuples(st.integers(1, 9999), st.integers(33, 36))


@pytest.mark.parametrize(
    ("text", "start", "end", "approximate"),
    [
        ("1961", date(1961, 1, 1), date(1961, 12, 31), False),
        ("1997-06", date(1997, 6, 1), date(1997, 6, 30), False),
        ("1996-02", date(1996, 2, 1), date(1996, 2, 29), False),
        ("1994-01-29", date(1994, 1, 29), date(1994, 1, 29), False),
        ("1994-33", date(1994, 1, 1), date(1994, 3, 31), False),
        ("1994-34", date(1994, 4, 1), date(1994, 6, 30), False),
        ("1994-35", date(1994, 7, 1), date(1994, 9, 30), False),
        ("1994-36", date(1994, 10, 1), date(1994, 12, 31), False),
        ("1994-35~", date(1994, 7, 1), date(1994, 9, 30), True),
        ("1994-33/1995-34", date(1994, 1, 1), date(1995, 6, 30), False),
        ("1990/1999", date(1990, 1, 1), date(1999, 12, 31), False),
        ("1994/1994-06", date(1994, 1, 1), date(1994, 6, 30), False),
        ("1961~", date(1961, 1, 1), date(1961, 12, 31), True),
        ("1961?", date(1961, 1, 1), date(1961, 12, 31), True),
        ("2000-05-20~", date(2000, 5, 20), date(2000, 5, 20), True),
        ("1990~/1999", date(1990, 1, 1), date(1999, 12, 31), True),
        ("../1963", None, date(1963, 12, 31), False),
        ("/1963", None, date(1963, 12, 31), False),
        ("1963/..", date(1963, 1, 1), None, False),
        ("199X", date(1990, 1, 1), date(1999, 12, 31), False),
        ("1994-XX", date(1994, 1, 1), date(1994, 12, 31), False),
        (" 1961 ", date(1961, 1, 1), date(1961, 12, 31), False),
    ],
)
def test_bounds(text: str, start: date | None, end: date | None, approximate: bool) -> None:
    assert parse_period(text) == Period(text.strip(), start, end, approximate)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1994-02-31", "1994-13", "1994-00", "1994-02-30/1995", "0000", "-0100"),
        *("foo", "unknown", "y170000", "1e9", "1994-1", "1994S2", "[1990..]", "{1990,1991}"),
        *("1994-21", "1994-40", "1994Q2", "../..", "/", "1990/1995/1999", "1999/1990"),
        *("1985-04-12T23:20:30Z", "19XX-12", "٣٩٩٤", "1994-06-XX-01", "20000101", "2000-W01-1"),
        "9" * 100,
    ],
)
def test_what_is_not_a_date_says_what_to_write(text: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_period(text)
    assert isinstance(caught.value, MarchlandError)
    assert "write 1994" in str(caught.value) or "must hold" in str(caught.value)


@given(DAYS)
def test_a_day_comes_back(day: date) -> None:
    assert parse_period(day.isoformat()) == Period(day.isoformat(), day, day)


@settings(max_examples=40)
@given(DAYS, st.sampled_from([4, 7, 10]))
def test_days_months_and_years_are_those_of_the_library(day: date, length: int) -> None:
    text = day.isoformat()[:length]
    period, theirs = parse_period(text), parse_edtf(text)
    assert period.start == date(*theirs.lower_strict()[:3])
    assert period.end == date(*theirs.upper_strict()[:3])


@settings(max_examples=60)
@given(QUARTERS)
def test_quarters_tile_the_year(quarter: tuple[int, int]) -> None:
    year, code = quarter
    period = parse_period(f"{year:04d}-{code}")
    assert period.start is not None
    assert period.end is not None
    assert 89 <= (period.end - period.start).days <= 91
    if code < 36:
        following = parse_period(f"{year:04d}-{code + 1}")
        assert following.start == period.end + timedelta(days=1)


@given(DAYS, DAYS)
def test_an_interval_is_ordered_or_refused(first: date, second: date) -> None:
    text = f"{first.isoformat()}/{second.isoformat()}"
    if first <= second:
        period = parse_period(text)
        assert (period.start, period.end) == (first, second)
    else:
        with pytest.raises(DateError, match="ends before it starts"):
            parse_period(text)


@given(DAYS, DAYS, st.sampled_from(["", "~", "?", "%"]))
def test_the_text_is_kept_and_reads_the_same_again(first: date, second: date, mark: str) -> None:
    low, high = sorted((first, second))
    period = parse_period(f"{low.isoformat()}{mark}/{high.isoformat()}")
    assert parse_period(period.text) == period
    assert str(period) == period.text
    assert period.approximate == bool(mark)


@settings(max_examples=250)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789-/.~?%XYSTy[]{},", max_size=24)))
def test_nothing_but_a_date_error_comes_out(text: str) -> None:
    try:
        period = parse_period(text)
    except DateError as error:
        assert str(error)
    else:
        assert period.start is None or period.end is None or period.start <= period.end
        assert period.start is not None or period.end is not None
