"""Dated rules on the grid of quarters: what holds a whole quarter fills it, what borders meets."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.case import DriverChange, Period, find_case, load, new, parse_period
from marchland.grid import Axis
from marchland.inputs import RULES, Inputs, _spread, event_quarter
from marchland.model import BASELINE, Model, Setting
from marchland.populations import start_people

AXIS = Axis(1980, 1989)
DAYS = st.dates(date(1980, 1, 1), date(1989, 12, 31))
VALUES = st.floats(0.0, 1.0)
# A sum of the parts of a quarter is a whole but for rounding.
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def model() -> Model:
    """The flagship case."""
    return Model(load(find_case("northeast-asia")))


@pytest.fixture(scope="module")
def inputs(model: Model) -> Inputs:
    """Its drivers and rules by quarter."""
    return model.inputs(BASELINE)


def spread(start: str, end: str | None, value: float = 1.0) -> np.ndarray:
    """A rule alone on the axis."""
    column = np.zeros(AXIS.quarters)
    _spread(column, AXIS, parse_period(start), parse_period(end) if end else None, value)
    return column


def quarter(axis: Axis, label: str) -> int:
    """Number of a quarter by its name, `1982Q1`."""
    return next(q for q in range(axis.quarters) if axis.label(q) == label)


def contiguous(days: list[date], values: list[float]) -> np.ndarray:
    """Rules that follow each other on the days given, the first from the start, the last open."""
    column = np.zeros(AXIS.quarters)
    starts = [date(1980, 1, 1), *days]
    ends = [*(day - timedelta(days=1) for day in days), None]
    for start, end, value in zip(starts, ends, values, strict=True):
        first, last = parse_period(str(start)), parse_period(str(end)) if end else None
        _spread(column, AXIS, first, last, value)
    return column


@given(day=DAYS)
def test_a_day_lies_in_its_own_quarter(day):
    assert AXIS.index(day) <= AXIS.position(day) < AXIS.index(day) + 1
    following = day + timedelta(days=1)
    assert AXIS.position(day) < AXIS.position(following)
    if following.day == 1 and following.month % 3 == 1:
        assert AXIS.position(following) == AXIS.index(following) == AXIS.index(day) + 1


@pytest.mark.parametrize(
    ("end", "last"),
    [("1982-03", 8), ("1982-03-31", 8), ("1982-06", 9), ("1982-09-30", 10), ("1982", 11)],
)
def test_the_last_quarter_of_a_rule_keeps_its_value(end, last):
    column = spread("1981", end, 0.7)
    assert column[4 : last + 1].tolist() == [0.7] * (last - 3)
    assert not column[:4].any()
    assert not column[last + 1 :].any()


@pytest.mark.parametrize("start", ["1981", "1981-04", "1984-07-01", "1984-10"])
def test_a_rule_starts_with_its_quarter_and_not_before(start):
    first = AXIS.index(parse_period(start).start)
    column = spread(start, None, 0.7)
    assert not column[:first].any()
    assert (column[first:] == 0.7).all()


def test_a_quarter_in_part_gets_that_part():
    column = spread("1981-02-01", "1981-05-15", 0.5)
    assert column[4:6] == pytest.approx([0.5 * 59 / 90, 0.5 * 45 / 91])
    assert column.sum() == column[4:6].sum()
    within = spread("1984-05-08", "1984-06-08")
    assert within[17] == pytest.approx(32 / 91)
    assert within.sum() == within[17]


@given(days=st.lists(DAYS, min_size=2, max_size=2, unique=True).map(sorted), value=VALUES)
def test_days_of_a_rule_are_counted_once(days, value):
    column = spread(str(days[0]), str(days[1]), value)
    starts = [date(1980 + q // 4, 3 * (q % 4) + 1, 1) for q in range(AXIS.quarters)]
    lengths = np.diff([day.toordinal() for day in [*starts, date(1990, 1, 1)]])
    held = (days[1] - days[0]).days + 1
    assert (column * lengths).sum() == pytest.approx(value * held)


@given(st.data())
def test_contiguous_rules_never_dip(data):
    days = sorted(data.draw(st.lists(DAYS.filter(lambda d: d.year > 1980), unique=True)))
    size = len(days) + 1
    values = data.draw(st.lists(VALUES, min_size=size, max_size=size))
    column = contiguous(days, values)
    bounds = [date(1980, 1, 1), *days, date(1990, 1, 1)]
    for q in range(AXIS.quarters):
        held = [
            value
            for start, end, value in zip(bounds[:-1], bounds[1:], values, strict=True)
            if AXIS.position(start) < q + 1 and AXIS.position(end) > q
        ]
        assert min(held) - ROUNDING <= column[q] <= max(held) + ROUNDING, AXIS.label(q)


def test_the_border_is_closed_up_to_the_end_of_its_closure(model, inputs):
    closure = inputs.border.closure[:, list(model.files.config.borders).index("CHN-RUS")]
    first, last = quarter(model.axis, "1962Q1"), quarter(model.axis, "1982Q1")
    assert (closure[first : last + 1] == 1.0).all()
    assert closure[last + 1] == pytest.approx(0.976, abs=ROUNDING)


def test_years_under_the_visa_never_start_anew(model, inputs):
    years = inputs.border.visa_years[:, list(model.files.config.borders).index("CHN-RUS")]
    start = quarter(model.axis, "1994Q1")
    assert not years[:start].any()
    assert years[start:].tolist() == [0.25 * (n + 1) for n in range(len(years) - start)]


def test_no_quarter_of_the_flagship_is_below_the_rules_it_has(model, inputs):
    """Its borders have a rule on every day, so a quarter lies between the rules it touches."""
    axis = model.axis
    for b, border in enumerate(model.files.config.borders):
        rules = [rule for rule in model.files.regimes if rule.border == border]
        for name in RULES:
            for q in range(axis.quarters):
                held = [getattr(r, name) for r in rules if touches(axis, r.start, r.end, q)]
                value = inputs.border[name][q, b]
                assert held, f"{border} has no rule in {axis.label(q)}"
                assert min(held) - ROUNDING <= value <= max(held) + ROUNDING, axis.label(q)


def touches(axis: Axis, start: Period, end: Period | None, q: int) -> bool:
    """Whether a rule holds on some day of a quarter."""
    first = axis.index(start.start) if start.start else 0
    last = axis.index(end.end) if end and end.end else axis.quarters - 1
    return first <= q <= last


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_an_act_on_the_first_day_of_a_quarter_belongs_to_it(month):
    event = SimpleNamespace(start=parse_period(f"1982-{month:02d}-01"), end=None)
    assert event_quarter(event, AXIS) == 8 + (month - 1) // 3


def changed(name: str, value: float) -> Setting:
    """A scenario that sets one driver."""
    place = "heilongjiang"
    return Setting(name, changes=(DriverChange(driver="unemployment", place=place, set=value),))


def test_inputs_are_those_of_the_changes_and_not_of_a_name(model):
    region = model.index.regions.index("heilongjiang")
    one, other = (model.inputs(changed("edited", value)) for value in (0.1, 0.2))
    assert (one.region.unemployment[:, region] == 0.1).all()
    assert (other.region.unemployment[:, region] == 0.2).all()
    assert model.courses(changed("another", 0.1)) is model.courses(changed("edited", 0.1))
    assert model.courses(Setting("nothing", off=("visa",))) is model.courses(BASELINE)
    assert model.courses(Setting("off", off=("act_nato",))) is not model.courses(BASELINE)


HEADER = "driver,place,start,end,value,low,high,unit,quality,source,note\n"
ROWS = [
    "population,west,1990,,3000000,,,persons,D,a,",
    "population,west,1995,,3500000,,,persons,D,a,",
    "population,east,1991,,1000000,,,persons,D,a,",
    "population,east,1996,,900000,,,persons,D,a,",
    "population,east,1993,,950000,,,persons,D,a,",
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 3, 0, 4, 2)])
def test_people_at_the_start_do_not_depend_on_the_order_of_rows(tmp_path, order):
    """The last date counts: from it on a region is followed. drivers.csv goes before case.yaml."""
    folder = new(tmp_path / "case")
    (folder / "drivers.csv").write_text(HEADER + "\n".join(ROWS[n] for n in order) + "\n")
    small = Model(load(folder))
    residents, homes = start_people(small.files, small.axis, small.index.pools)
    assert dict(zip(small.index.regions, residents, strict=True)) == {"east": 9e5, "west": 3.5e6}
    assert homes == [3e6]  # those at home when the corridor opens
    assert small.world.region.people.tolist() == residents


@pytest.mark.parametrize("order", [1, -1])
def test_the_centre_does_not_depend_on_the_order_of_rows(tmp_path, order):
    """The largest inland host stands for the centre, by the population that it starts with."""
    folder = new(tmp_path / "case")
    path = folder / "case.yaml"
    text = path.read_text().replace("regions: [east, west]\n", "regions: [east, west, far, deep]\n")
    corridor = "group: westerners, origin: west, border: EST-WST"
    more = "".join(f", {{id: to_{r}, {corridor}, destination: {r}}}" for r in ("far", "deep"))
    path.write_text(text.replace("}]\n", "}" + more + "]\n"))
    rows = [
        "population,far,1990,,500000,,,persons,D,a,",
        "population,far,1995,,100000,,,persons,D,a,",
        "population,deep,1990,,200000,,,persons,D,a,",
    ]
    (folder / "drivers.csv").write_text(HEADER + "\n".join(rows[::order]) + "\n")
    small = Model(load(folder))
    assert small.world.border.centre.tolist() == [small.index.regions.index("deep")]
