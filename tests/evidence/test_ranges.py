import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.evidence.ranges import Range, printed_unit, stated_range, unit_in_note

numbers = st.floats(-1e9, 1e9).map(lambda x: round(x, 4))


@pytest.mark.parametrize(
    ("value", "unit"),
    [(7.8, 0.1), (5.0, 1.0), (20.0, 1.0), (43000.0, 1000.0), (500000.0, 10000.0), (28028.0, 1.0)],
)
def test_last_digit_of_a_printed_number(value, unit):
    assert printed_unit(value) == pytest.approx(unit)


def test_a_note_tells_the_digits_of_a_converted_figure():
    note = "printed as 20 million pounds a year; converted"
    assert unit_in_note(9071.847, note) == pytest.approx(9071.847 / 20)
    assert unit_in_note(0.03, "printed as 3.0 per cent") == pytest.approx(0.001)
    assert unit_in_note(0.0, "printed as 0 per cent; a printed zero") == pytest.approx(0.01)
    assert unit_in_note(0.33, "printed as one third") is None


def test_bounds_are_open_on_one_side():
    cells = {"value": 7000.0, "low": None, "high": None}
    assert stated_range(**cells, bound="more_than") == Range(7000, math.inf)
    assert stated_range(**cells, bound="at_most") == Range(-math.inf, 7000)


def test_about_is_a_tenth_and_exact_half_a_digit():
    cells = {"low": None, "high": None}
    assert stated_range(value=150.0, bound="about", **cells) == Range(135, 165)
    exact = stated_range(value=7.8, bound="exact", **cells)
    assert exact is not None
    assert (exact.low, exact.high) == pytest.approx((7.75, 7.85))


def test_absent_is_no_range_and_not_zero():
    for bound in ("exact", "about", "more_than", "less_than", "range", None):
        assert stated_range(value=None, low=None, high=None, bound=bound) is None


def test_ends_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="low <= high must hold"):
        Range(2.0, 1.0)


@given(numbers, numbers, numbers, numbers)
def test_meeting_is_sharing_a_number(a, b, c, d):
    one, other = Range(*sorted((a, b))), Range(*sorted((c, d)))
    shares = max(one.low, other.low) <= min(one.high, other.high)
    if shares:
        assert one.meets(other)
    assert one.gap(other) == other.gap(one)
    assert one.meets(one)


@given(numbers, numbers, numbers)
def test_the_stated_value_lies_in_its_own_range(value, low, high):
    low, high = sorted((low, high))
    for bound in ("exact", "about", "more_than", "less_than", "at_least", "at_most"):
        span = stated_range(value=value, low=None, high=None, bound=bound)
        assert span is not None
        assert span.low <= value <= span.high
    assert stated_range(value=None, low=low, high=high, bound="range") == Range(low, high)
