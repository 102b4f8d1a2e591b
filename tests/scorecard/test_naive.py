"""Naive rivals know the figures of before the vintage, and spread as those did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from marchland.case import CaseFiles, Quantity
from marchland.scorecard.naive import LAST, PRIOR, RIVALS, TREND, WALK, Foresight, Rivals


def figure(year: int, value: float, name: str = "", **given: object) -> Quantity:
    row: dict[str, object] = {"id": name or f"X{year}", "measure": "border_crossings"}
    row |= {"statistic": "mean", "place": "east", "start": str(year), "end": str(year)}
    row |= {"unit": "trips_per_year", "source": "a", "locator": "a:1", "quality": "B"}
    return Quantity.model_validate(row | {"value": value, "use": "check"} | given)


def known(files: CaseFiles, *rows: Quantity) -> Rivals:
    return Rivals(replace(files, quantities=list(rows)))


def doubling(first: int, last: int) -> list[Quantity]:
    """Figures whose log of 1 + grows by the same each year, with a small wave."""
    wave = [0.0, 0.1, 0.0, -0.1]
    return [
        figure(y, float(np.expm1(5.0 + 0.3 * (y - first) + wave[(y - first) % 4])))
        for y in range(first, last + 1)
    ]


def told(rivals: Rivals, rival: str, year: int = 2010, **given: object) -> Foresight:
    found = rivals.foresee(rival, figure(year, 1.0, "later", **given))
    assert isinstance(found, Foresight), found
    return found


def test_the_last_value_and_the_walk_stay_at_the_last_figure(files: CaseFiles) -> None:
    rivals = known(files, *doubling(1994, 2001))
    last = 5.0 + 0.3 * 7 - 0.1
    for rival in (LAST, WALK):
        assert told(rivals, rival).middle == pytest.approx(last, abs=1e-6)
    assert told(rivals, LAST, 2004).spread == told(rivals, LAST, 2020).spread


def test_the_walk_widens_with_the_root_of_time(files: CaseFiles) -> None:
    rivals = known(files, *doubling(1994, 2001))
    near, far = told(rivals, WALK, 2005).spread, told(rivals, WALK, 2017).spread
    assert far / near == pytest.approx(np.sqrt(16.0 / 4.0), rel=1e-2)
    moves = np.diff(np.log1p([row.value or 0.0 for row in doubling(1994, 2001)]))
    assert near == pytest.approx(np.sqrt((moves**2).mean() * 4.0), rel=1e-2)


def test_the_trend_goes_on(files: CaseFiles) -> None:
    rivals = known(files, *doubling(1994, 2001))
    found = told(rivals, TREND, 2010)
    times = np.arange(1994, 2002)
    slope, level = np.polyfit(times, np.log1p([r.value or 0.0 for r in doubling(1994, 2001)]), 1)
    assert found.middle == pytest.approx(level + slope * 2010, abs=1e-2)
    assert found.degrees == 6 and told(rivals, TREND, 2030).spread > found.spread


def test_nothing_after_the_vintage_is_known(files: CaseFiles) -> None:
    before = known(files, *doubling(1994, 2001))
    after = known(files, *doubling(1994, 2001), figure(2004, 1e9), figure(2008, 1e9))
    for rival in RIVALS:
        assert told(before, rival) == told(after, rival)


def test_a_line_of_one_figure_varies_as_others_do(files: CaseFiles) -> None:
    rivals = known(files, *doubling(1994, 2001), figure(1999, 50.0, place="west"))
    found = told(rivals, WALK, place="west")
    assert found.degrees == PRIOR and found.middle == pytest.approx(np.log1p(50.0))
    moves = np.diff(np.log1p([row.value or 0.0 for row in doubling(1994, 2001)]))
    assert found.spread == pytest.approx(np.sqrt((moves**2).mean() * 11.0), rel=1e-2)
    assert "a trend needs 3 figures" in str(rivals.foresee(TREND, figure(2010, 1, place="west")))


def test_one_wild_line_makes_no_rival_weak(files: CaseFiles) -> None:
    calm = doubling(1994, 2001)
    lines = [row.model_copy(update={"place": "east"}) for row in calm]
    lines += [row.model_copy(update={"place": "west", "id": f"W{row.id}"}) for row in calm]
    wild = [figure(1994 + n, 10.0 ** (n % 2 * 8), f"V{n}", group="westerners") for n in range(8)]
    alone = figure(2001, 50.0, "A", place="EST-WST")
    quiet = told(known(files, *lines, alone), WALK, place="EST-WST").spread
    mixed = told(known(files, *lines, *wild, alone), WALK, place="EST-WST").spread
    assert mixed == pytest.approx(quiet)


def test_a_total_is_a_yearly_rate(files: CaseFiles) -> None:
    half = {"statistic": "sum", "start": "2001-01", "end": "2001-06", "unit": "trips"}
    rivals = known(files, *doubling(1994, 2000), figure(2001, 600.0, "half", **half))
    assert np.expm1(told(rivals, LAST).middle) == pytest.approx(1200.0, rel=0.02)


def test_bounds_and_lines_without_a_figure_say_nothing(files: CaseFiles) -> None:
    rivals = known(files, figure(2000, 900.0, bound="more_than"))
    assert rivals.foresee(LAST, figure(2010, 1.0)) == "the case knew no figure of this line"
    one = known(files, figure(2000, 900.0))
    assert "too few figures" in str(one.foresee(LAST, figure(2010, 1.0)))
