"""Drift, volatility and rates from a driver's own rows, against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.case import DriverRow, parse_period
from marchland.case.continuation import Continuation
from marchland.projection import courses as draw
from marchland.projection.estimate import (
    UNKNOWN_YEARS,
    VOLATILITY,
    WEIGHT,
    Scale,
    fit_walk,
    together,
)


def rows(values: dict[int, float], driver: str = "gdp", place: str = "CHN") -> list[DriverRow]:
    return [
        DriverRow(
            driver=driver,
            place=place,
            start=parse_period(str(year)),
            end=parse_period(str(year)),
            value=value,
            unit="",
            quality="A",
        )
        for year, value in values.items()
    ]


def stated(**fields: object) -> Continuation:
    return Continuation.model_validate({"name": "gdp", "reason": "a test", **fields})


def test_a_straight_line_of_logarithms_has_its_drift():
    walk = fit_walk(
        "gdp", "growth", rows({y: 100 * 1.07 ** (y - 1990) for y in range(1990, 2004)}), None
    )
    assert walk.drift == pytest.approx(np.log(1.07), rel=1e-3)
    assert walk.years == pytest.approx(13.0)
    assert walk.rows == 14
    # Only what stands in for missing rows is left of the volatility.
    assert walk.volatility == pytest.approx(
        np.sqrt(WEIGHT / (WEIGHT + 12.0)) * VOLATILITY["growth"], rel=0.01
    )


def test_uneven_rows_count_by_their_years():
    logs = {1990: 0.0, 1991: 0.3, 1995: 0.3, 2003: 1.3}
    walk = fit_walk("gdp", "growth", rows({y: np.exp(v) for y, v in logs.items()}), None)
    drift = 1.3 / 13.0
    squares = sum((dy - drift * dt) ** 2 / dt for dy, dt in ((0.3, 1), (0.0, 4), (1.0, 8)))
    wanted = (WEIGHT * VOLATILITY["growth"] ** 2 + squares) / (WEIGHT + 2.0)
    assert walk.drift == pytest.approx(drift, rel=2e-3)
    assert walk.volatility**2 == pytest.approx(wanted, rel=5e-3)


def test_one_row_leaves_the_drift_open():
    walk = fit_walk("gdp", "growth", rows({1999: 50.0}), None)
    assert (walk.drift, walk.years, walk.freedom) == (0.0, UNKNOWN_YEARS, WEIGHT)


def test_what_the_case_states_is_taken_as_it_is():
    given = rows({1990: 1.0, 1995: 2.0, 2000: 5.0})
    walk = fit_walk("gdp", "growth", given, stated(drift=0.02, volatility=0.3))
    assert (walk.drift, walk.volatility) == (0.02, 0.3)
    assert np.isinf(walk.years) and np.isinf(walk.freedom)
    part = fit_walk("gdp", "growth", given, stated(window="1995/2000"))
    assert part.drift == pytest.approx(np.log(2.5) / 5.0, rel=1e-3)
    back = fit_walk("gdp", "growth", given, stated(half_life=4))
    assert (back.drift, back.half_life) == (0.0, 4.0)
    assert back.mean == pytest.approx(np.mean(np.log([1.0, 2.0, 5.0])))


def test_a_share_has_no_drift_unless_the_case_says_so():
    given = rows({y: 0.1 + 0.02 * (y - 1990) for y in range(1990, 2000)}, "power_share")
    assert fit_walk("power_share", "share", given, None).drift == 0.0
    assert fit_walk("power_share", "share", given, stated(drift="estimated")).drift > 0.05


@pytest.mark.parametrize("driver", ["hunger", "unemployment", "power_share"])
def test_a_share_stays_within_its_limits_and_comes_back(driver):
    values = np.array([0.02, 0.3, 0.97])
    scale = Scale.of(driver, "share", [0.02, 0.97])
    assert scale.back(scale.onto(values)) == pytest.approx(values)
    far = scale.back(np.array([-50.0, 50.0]))
    assert (far >= 0.0).all() and (far <= 1.0).all()
    assert driver == "hunger" or ((far > 0.0).all() and (far < 1.0).all())
    touching = Scale.of(driver, "share", [0.0, 1.0])
    ends = touching.onto(np.array([0.0, 1.0]))
    assert np.isfinite(ends).all()


def test_places_that_moved_together_go_on_together():
    rng = np.random.default_rng(4)
    common = np.cumsum(0.2 * rng.standard_normal(14))
    near = common + np.cumsum(0.02 * rng.standard_normal(14))
    alone = np.cumsum(0.2 * rng.standard_normal(14))
    years = range(1990, 2004)
    by_place = {
        place: rows(dict(zip(years, np.exp(series), strict=True)), place=place)
        for place, series in (("a", common), ("b", near), ("c", alone))
    }
    by_place["d"] = rows({2000: 1.0}, place="d")
    found = together(by_place, np.log)
    assert found[0, 1] > 0.6 and abs(found[0, 2]) < 0.5
    assert found[0, 1] < 1.0, "shrunk towards none"
    assert (found[3, :3] == 0.0).all(), "a place of one row tells nothing"
    assert (np.linalg.eigvalsh(found) > -1e-9).all()


def fan(values: dict[int, float], quarters: int, number: int = 4000, **more: object) -> np.ndarray:
    walk = fit_walk("gdp", "growth", rows(values), stated(**more) if more else None)
    start = np.array([float(np.log(list(values.values())[-1]))])
    return np.array(
        [
            draw.walk_together([walk], start, np.eye(1), quarters, draw.stream(7, n, "gdp"))[:, 0]
            for n in range(number)
        ]
    )


def test_a_walk_widens_as_theory_says():
    drawn = fan({1990: 1.0, 2000: 2.0}, 40, drift=0.05, volatility=0.2)
    assert drawn[:, -1].mean() == pytest.approx(np.log(2.0) + 0.5, abs=0.03)
    for quarters in (4, 16, 40):
        assert drawn[:, quarters - 1].std() == pytest.approx(
            0.2 * np.sqrt(quarters / 4.0), rel=0.05
        )


def test_an_estimated_drift_widens_it_further_and_a_short_history_most():
    logs = [0.0, 0.12, 0.05, 0.2, 0.31, 0.22, 0.4, 0.38, 0.5, 0.61, 0.52, 0.7, 0.66, 0.8]
    long = dict(zip(range(1990, 2004), np.exp(logs), strict=True))
    short = {year: value for year, value in long.items() if year >= 2000}
    known = fan(long, 80, drift=0.06, volatility=0.1)[:, -1]
    estimated, brief = fan(long, 80)[:, -1], fan(short, 80)[:, -1]
    width = [np.subtract(*np.quantile(x, [0.95, 0.05])) for x in (known, estimated, brief)]
    assert width[0] < width[1] < width[2]
    walk = fit_walk("gdp", "growth", rows(long), None)
    spread = walk.volatility**2 * walk.freedom / (walk.freedom - 2.0)
    assert estimated.var() == pytest.approx(spread * (20.0 + 20.0**2 / 13.0), rel=0.12)


def test_what_returns_to_its_mean_stops_widening():
    drawn = fan(
        {y: np.exp(0.1 * (-1) ** y) for y in range(1984, 2004)}, 120, half_life=2, volatility=0.2
    )
    early, late = drawn[:, 40].std(), drawn[:, -1].std()
    phi = 0.5 ** (0.25 / 2.0)
    assert late == pytest.approx(0.1 / np.sqrt(1.0 - phi**2), rel=0.08)
    assert early == pytest.approx(late, rel=0.1)


def test_the_central_course_has_drift_and_no_shock():
    walk = fit_walk("gdp", "growth", rows({1990: 1.0, 2000: np.exp(1.0)}), None)
    central = draw.walk_together([walk], np.array([2.0]), np.eye(1), 8, None)[:, 0]
    assert central == pytest.approx(2.0 + 0.025 * np.arange(1, 9), rel=2e-3)


def test_a_rate_is_as_uncertain_as_what_was_seen():
    many, few = draw.Rate(40, 80.0), draw.Rate(2, 4.0)
    drawn = [
        np.array([rate.draw(draw.stream(1, n, "x")) for n in range(3000)]) for rate in (many, few)
    ]
    assert drawn[0].mean() == pytest.approx(0.506, rel=0.05)
    assert drawn[1].mean() == pytest.approx(0.625, rel=0.05)
    assert drawn[1].std() > 3.0 * drawn[0].std()
    assert draw.Rate(0, 10.0).draw(draw.stream(1, 1, "x")) == 0.0
    assert (
        draw.Rate(0, 10.0, 0.3).draw(draw.stream(1, 1, "x")) == draw.Rate(5, 2.0, 0.3).mean == 0.3
    )


def test_what_holds_changes_at_its_rate_to_another_value():
    choices, weights = np.array([[0.0], [1.0], [5.0]]), np.array([1.0, 3.0, 1.0])
    courses = np.array(
        [
            draw.held(
                np.array([0.0]), choices, weights, draw.Rate(0, 1.0, 0.4), 4, draw.stream(2, n, "x")
            )[:, 0]
            for n in range(4000)
        ]
    )
    stays = (courses[:, -1] == 0.0).mean()
    assert (courses[:, 0] != 0.0).mean() == pytest.approx(1.0 - np.exp(-0.1), abs=0.015)
    assert stays < (courses[:, 0] == 0.0).mean()
    first = courses[:, 0][courses[:, 0] != 0.0]
    assert (first == 1.0).mean() == pytest.approx(0.75, abs=0.06), "by how long each held"
    central = draw.held(np.array([5.0]), choices, weights, draw.Rate(9, 1.0), 6, None)
    assert (central == 5.0).all()


def test_arrivals_come_at_their_rate():
    number = [
        len(draw.arrivals(["a", "b"], draw.Rate(30, 30.0), 40, 3, n, "act_x")) for n in range(2000)
    ]
    assert np.mean(number) == pytest.approx(10.0 * 30.5 / 30.0, rel=0.05)
    assert np.var(number) > np.mean(number), "the rate itself is uncertain"
    assert draw.arrivals([], draw.Rate(0, 30.0), 40, 3, 1, "act_x") == []


def test_acts_are_as_many_as_on_record():
    drawn = np.array(
        [draw.chances(12, 48, None, 80, draw.stream(5, n, "acts")) for n in range(800)]
    )
    assert (drawn > 0.0).mean() == pytest.approx(12.5 / 49.0, abs=0.02)
    assert not draw.chances(0, 48, None, 80, draw.stream(5, 1, "acts")).any()
    signed = np.array([draw.chances(24, 48, 0.75, 80, draw.stream(5, n, "a")) for n in range(200)])
    acts = signed[signed > 0.0]
    assert ((acts < 1e-200) | (acts == 1.0)).all()
    assert (acts < 0.5).mean() == pytest.approx(0.75, abs=0.02)


def test_leaders_change_one_by_one():
    terms = draw.successions(3.0, draw.Rate(8, 20.0), 400, draw.stream(1, 1, "leader"))
    steps = np.diff(np.concatenate([[3.0], terms]))
    assert set(steps.tolist()) <= {0.0, 1.0} and 20 < steps.sum() < 70
    assert (draw.successions(3.0, draw.Rate(8, 20.0), 9, None) == 3.0).all()
