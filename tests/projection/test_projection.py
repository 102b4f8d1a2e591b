"""The flagship projected: the same as ever up to the vintage, and honest after it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from marchland.case import CaseFiles, find_case, load, parse_period
from marchland.case.schema import Quantity
from marchland.case.supplied import Supplied, load_supplied
from marchland.case.vintage import at_vintage
from marchland.engine.ensemble import run_members
from marchland.ensembles import Ensembles, setting_of
from marchland.errors import MarchlandError
from marchland.inference.calibrate import joint_prior
from marchland.lines import standard_lines, summarise
from marchland.model import BASELINE, Model, Setting
from marchland.vocabulary import CONTINUES, DRIVERS, RULES, possible_rules

COURSES = 12
HEADER = "driver,place,start,end,value,low,high,unit,quality,source,note\n"


@pytest.fixture(scope="module")
def files() -> CaseFiles:
    return load(find_case("northeast-asia"))


@pytest.fixture(scope="module")
def known(files) -> Model:
    return Model(files)


@pytest.fixture(scope="module")
def ahead(files) -> Model:
    return Model(files, until=2015, courses=COURSES, seed=3)


def prior(model: Model, members: int) -> tuple[list[str], np.ndarray]:
    """Draws of the prior."""
    joint = joint_prior(model)
    return joint.names, joint.values(joint.sample(members, np.random.default_rng(2)))


def series(model: Model, members: int = 24, **more: object) -> np.ndarray:
    """Some lines of prior draws."""
    wanted = [("relation", "CHN-RUS"), ("trade_turnover", "CHN-RUS"), ("population", "primorye")]
    wanted += [("hostility", "khabarovsk"), ("threat", "RUS"), ("restrictiveness", "CHN-RUS")]
    lines = [model.atlas.line(*one) for one in wanted]
    lines += [model.atlas.line("migrants_stock", "primorye", "chinese")]
    names, values = prior(model, members)
    return model.run(names, values, (), lines, strict=False, **{"stochastic": True} | more)[1]


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal bit by bit, absent where absent."""
    return np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize("scenario", [None, "no_visas", "no_enlargement", "supplies_kept"])
def test_up_to_the_vintage_nothing_changes_by_a_bit(files, known, ahead, scenario):
    setting = BASELINE if scenario is None else setting_of(files.scenarios[scenario])
    for course in range(COURSES):
        for a, b in zip(known.inputs(setting), ahead.courses(setting), strict=True):
            for name in a.dtype.names:
                assert same(a[name], b[course][name][: known.axis.quarters]), name
    before, after = series(known, setting=setting), series(ahead, setting=setting)
    assert same(before, after[:, :, : known.axis.quarters])


def test_one_program_serves_both(known, ahead):
    series(known, 4)
    compiled = len(run_members.signatures)
    series(ahead, 4)
    assert len(run_members.signatures) == compiled == 1


def test_a_longer_projection_begins_as_a_shorter_one(files, ahead):
    longer = Model(files, until=2024, courses=COURSES + 4, seed=3)
    for short, long in zip(ahead.projection.courses, longer.projection.courses, strict=False):
        for key, (first, values) in short.drivers.items():
            assert long.drivers[key][0] == first
            assert same(values, long.drivers[key][1][: len(values)]), key
        for key, (_, values) in short.rules.items():
            assert same(values, long.rules[key][1][: len(values)]), key
        for key, values in short.acts.items():
            assert same(values, long.acts[key][: len(values)]), key
    assert same(series(ahead, COURSES), series(longer, COURSES)[:, :, : ahead.axis.quarters])


def test_courses_are_keyed_by_the_seed(files, ahead):
    again = Model(files, until=2015, courses=2, seed=3)
    other = Model(files, until=2015, courses=2, seed=4)
    key = ("gdp", "CHN")
    mine = ahead.projection.courses[1].drivers[key][1]
    assert same(mine, again.projection.courses[1].drivers[key][1])
    assert not same(mine, other.projection.courses[1].drivers[key][1])
    assert not same(mine, ahead.projection.courses[0].drivers[key][1])


def test_members_have_their_course_by_number_whatever_the_chunk(ahead):
    names, values = prior(ahead, 10)
    line = [ahead.atlas.line("threat", "RUS")]
    whole = ahead.run(names, values, (), line, strict=False)[1]
    parts = [
        ahead.run(names, values[a:b], (), line, first=a, workers=w, strict=False)[1]
        for a, b, w in ((0, 3, 1), (3, 10, 2))
    ]
    assert same(whole, np.concatenate(parts))
    assert len(np.unique(whole[:, 0, -1])) == 10, "threat has no other luck than its course"


def test_every_driver_goes_on_from_where_it_stood(known, ahead):
    first = known.axis.quarters
    for course in ahead.projection.courses:
        for (driver, place), (start, values) in course.drivers.items():
            assert start == first
            if CONTINUES.get(driver) in ("growth", "share"):
                assert np.isfinite(values).all() and (values >= 0.0).all(), (driver, place)
    gdp = np.array([c.drivers["gdp", "CHN"][1] for c in ahead.projection.courses])
    assert (np.abs(np.log(gdp[:, 0] / 1372.74)) < 0.3).all()
    assert np.log(gdp[:, -1]).std() > 3.0 * np.log(gdp[:, 0]).std()


def test_intervals_widen_after_the_vintage(ahead):
    drawn = series(ahead, 240)
    last, end = 4 * 54 - 1, drawn.shape[2] - 1

    def width(line: int, quarter: int) -> float:
        values = (
            np.log(np.maximum(drawn[:, line, quarter], 1e-9))
            if line == 1
            else drawn[:, line, quarter]
        )
        return float(np.subtract(*np.nanquantile(values, [0.95, 0.05])))

    assert width(1, end) > 1.3 * width(1, last), "trade"
    assert width(2, end) > 2.0 * width(2, last), "population"
    assert width(4, last) == 0.0 < width(4, last + 4) <= 2.0 * width(4, end), "threat"


def test_the_luck_is_shared_with_a_scenario(files, ahead):
    """A change with an end fades after it; one without goes on; all else is the same."""
    (change,) = files.scenarios["no_enlargement"].changes
    assert change.end is None
    ended = change.model_copy(update={"end": parse_period("2003")})
    settings = [Setting("ended", changes=(ended,)), setting_of(files.scenarios["no_enlargement"])]
    base = series(ahead)[:, 4]
    fading, lasting = (series(ahead, setting=one)[:, 4] - base for one in settings)
    assert (fading[:, 200:216] < 0.0).any() and same(fading[:, :216], lasting[:, :216])
    rest = np.abs(fading[:, 216:]).max(axis=0)
    assert (np.diff(rest[rest > 0.0]) < 0.0).all()
    assert np.abs(lasting[:, -1]).max() > 2.0 * rest[-1]
    acts = [ahead.courses(one).state["acts"][:, 216:] for one in (BASELINE, *settings)]
    assert same(acts[0], acts[1]) and not same(acts[0], acts[2])


def test_a_switch_takes_acts_out_of_the_future_too(ahead):
    off = Setting("off", off=("act_nato",))
    base, other = (ahead.courses(one).state["acts"][:, 216:] for one in (BASELINE, off))
    nato = sum(np.abs(c.drivers["act_nato", "RUS"][1]).sum() for c in ahead.projection.courses)
    assert nato > 0.0
    assert np.abs(base - other).sum() > 0.0


def test_an_arrival_is_felt_where_it_was_felt(ahead):
    seen = {
        (row.start.start, row.place): row.value
        for row in ahead.files.drivers
        if row.driver == "act_balkans"
    }
    days = {day for day, _ in seen}
    together = {
        tuple(round(seen.get((day, state), 0.0), 9) for state in ("CHN", "RUS")) for day in days
    }
    for course in ahead.projection.courses:
        felt = np.stack([course.drivers["act_balkans", state][1] for state in ("CHN", "RUS")])
        for one in felt.T[(felt != 0.0).any(axis=0)]:
            sums = {tuple(np.add(a, b).round(9)) for a in together for b in together}
            assert tuple(one.round(9)) in together | sums


def test_acts_of_the_pair_come_after_the_record_alone(known, ahead):
    pair = ahead.courses(BASELINE).pair
    assert not pair["chance_of_first"][:, : known.axis.quarters].any()
    after = pair["chance_of_second"][:, known.axis.quarters :]
    assert 0.1 < (after > 0.0).mean() < 0.7 and (after < 1.0).all()
    assert not pair["act_of_first"][:, known.axis.quarters :].any()


def test_the_central_course_knows_no_luck(files):
    one, other = (Model(files, until=2010, seed=seed) for seed in (1, 2))
    assert len(one.projection.courses) == 1
    for a, b in zip(one.inputs(BASELINE), other.inputs(BASELINE), strict=True):
        assert a.tobytes() == b.tobytes()
    gdp = one.projection.courses[0].drivers["gdp", "CHN"][1]
    assert (np.diff(gdp) > 0.0).all()
    rules = one.inputs(BASELINE).border
    assert (rules["visa"][216:] == rules["visa"][215]).all(), "rules in force are held"
    acts = one.inputs(BASELINE).state["acts"][216:]
    assert np.ptp(acts, axis=0).max() < 1e-12 < acts.max(), "acts come at their mean rate"


def test_a_later_vintage_begins_where_drivers_end_and_records_acts(files):
    late = Model(at_vintage(files, 2016), until=2020, courses=3)
    assert late.projection.begins == "2004Q1"
    acts = late.inputs(BASELINE).pair
    on_record = late.axis.index(parse_period("2014-09").start)
    assert acts["act_of_second"][on_record, 0] == -1.0, "a drill near the border"
    last = 4 * (2017 - 1950)
    assert not acts["chance_of_second"][:last].any() and acts["chance_of_second"][last:].any()


def test_until_lies_after_the_vintage(files):
    with pytest.raises(MarchlandError, match=r"until must be 2003 or later, .* but got 1999"):
        Model(files, until=1999)


def test_it_says_what_it_is(known, ahead):
    assert (known.projection.begins, known.projection.sentence) == (None, "")
    assert known.projection.record() is None
    said = ahead.projection.record()
    assert said is not None
    assert ahead.projection.sentence.startswith(
        "From 2004Q1 to 2015Q4 figures are projected as of 2003"
    )
    assert (said["label"], said["conditional"], said["courses"]) == ("projected", False, COURSES)
    names = {rule["name"] for rule in said["rules"]}
    driven = {row.driver for row in ahead.files.drivers} - {"population", "group_share"}
    assert names == driven | {"regimes", "acts"}
    for rule in said["rules"]:
        assert rule["words"] and (rule["reason"] or not rule["stated"])


def test_series_say_what_they_rest_on(ahead):
    lines = [line for line in standard_lines(ahead) if line.figure.measure == "threat"]
    drawn = ahead.run(*prior(ahead, 6), (), [line.reading for line in lines], strict=False)[1]
    table = summarise(ahead, lines, drawn, "posterior", "baseline")
    basis = table.set_index("time")["basis"]
    assert set(basis["2003Q4"]) == {"known"} and set(basis["2004Q1"]) == {"projected"}
    assert table["time"].max() == "2015Q4"


def test_a_reading_after_the_vintage_is_read(files, known, ahead):
    later = Quantity(
        id="L",
        measure="population",
        statistic="change_pct",
        place="primorye",
        start=parse_period("2010"),
        base_start=parse_period("2002"),
        unit="percent",
        source="a",
        locator="a:1",
        quality="A",
        use="check",
    )
    assert known.atlas.read(later) is None
    reading = ahead.atlas.read(later)
    figures = ahead.run(*prior(ahead, 24), [reading], strict=False)[0]
    assert np.isfinite(figures).all() and len(np.unique(figures)) > 12
    names, values = prior(ahead, 24)
    drawn = SimpleNamespace(
        names=names, pick=lambda n: values[:n], pick_prior=lambda n: values[-n:]
    )
    ensembles = Ensembles(ahead, drawn, 8, 1, 1)  # type: ignore[arg-type]
    never = later.model_copy(update={"start": parse_period("2030")})
    draws = ensembles.draws([never, later])
    assert draws.shape == (8, 2) and np.isnan(draws[:, 0]).all()
    assert same(draws[:, 1], ensembles.read([reading])[:, 0])
    assert not same(draws[:, 1], ensembles.draws([later], prior=True)[:, 0])


# ------------------------------------------------------------- supplied drivers


def supplied(tmp_path: Path, files: CaseFiles, text: str) -> Supplied:
    path = tmp_path / "later.csv"
    path.write_text(HEADER + text)
    return load_supplied(path, files)


def test_supplied_drivers_are_taken_as_known_and_the_rest_goes_on(tmp_path, files, ahead):
    given = supplied(
        tmp_path,
        files,
        "gdp,CHN,2006,2006,2000,,,billion USD a year,B,,\n"
        "gdp,CHN,2010,2010,6000,,,billion USD a year,B,,\n"
        "act_nato,RUS,2005-05-01,,0.7,,,intensity -1 to 1,C,,\n"
        "act_flood,CHN,2006-05-01,,0.4,,,intensity -1 to 1,C,,\n"
        "leader_term,RUS,2008-05-07,2012-05-06,10,,,ordinal,A,,\n"
        "arms_embargo,CHN,2004,2012,0.2,,,index 0 to 1,C,,\n",
    )
    model = Model(files, until=2015, courses=COURSES, seed=3, supplied=given)
    courses = model.projection.courses
    gdp = np.array([c.drivers["gdp", "CHN"][1] for c in courses])
    in_2006, in_2010 = slice(8, 12), slice(24, 28)
    assert gdp[:, in_2006].mean() == pytest.approx(2000.0, rel=0.06)
    assert np.ptp(gdp[:, in_2010], axis=0).max() == 0.0 and gdp[0, 26] == 6000.0
    assert np.ptp(gdp[:, -1]) > 0.0, "after the last row the rule goes on"
    nato = np.array([c.drivers["act_nato", "RUS"][1] for c in courses])
    assert (nato[:, 5] == 0.7).all() and not nato[:, :5].any()
    assert (np.array([c.drivers["act_flood", "CHN"][1] for c in courses])[:, 9] == 0.4).all()
    embargo = np.array([c.drivers["arms_embargo", "CHN"][1] for c in courses])
    assert (embargo[:, :36] == 0.2).all()
    term = np.array([c.drivers["leader_term", "RUS"][1] for c in courses])
    assert (term[:, :17] == 9.0).all() and (term[:, 17:34] == 10.0).all()
    key = ("gdp", "RUS")
    for mine, other in zip(courses, ahead.projection.courses, strict=True):
        assert same(mine.drivers["income", "primorye"][1], other.drivers["income", "primorye"][1])
        assert same(mine.drivers[key][1], other.drivers[key][1]), "the luck of the rest is the same"
    assert model.projection.conditional
    assert "is conditional: it takes act_flood, act_nato, arms_embargo" in model.projection.sentence
    assert model.projection.record()["label"] == "projected, conditional"


def test_supplied_drivers_are_checked_in_one_pass(tmp_path, files):
    with pytest.raises(MarchlandError) as caught:
        supplied(
            tmp_path,
            files,
            "gdp,CHN,2003,2003,1600,,,billion USD a year,B,,\n"
            "gdp,JPN,2010,2010,6000,,,billion USD a year,B,,\n"
            "gpd,CHN,2010,2010,6000,,,billion USD a year,B,,\n"
            'supplies,primorye,2010,2010,-6,,,"index, 1990 = 100",B,,\n'
            "population,primorye,2010,2010,6,,,persons,B,,\n",
        )
    said = str(caught.value)
    assert "later.csv:2: a supplied driver must begin after the vintage (2003)" in said
    assert "later.csv:3: there is no gdp of JPN to continue; choose from CHN, RUS" in said
    assert 'later.csv:4: unknown driver "gpd"' in said and 'did you mean "gdp"' in said
    assert "later.csv:5: supplies must be above 0, but got value=-6" in said
    assert "later.csv:6: population is read once, for the start" in said
    with pytest.raises(MarchlandError, match="has no row"):
        supplied(tmp_path, files, "")
    with pytest.raises(MarchlandError, match="there is no file"):
        load_supplied(tmp_path / "none.csv", files)


def test_every_driver_of_the_vocabulary_has_a_rule():
    assert set(CONTINUES) == set(DRIVERS)
    for name in DRIVERS:
        assert CONTINUES[name] in RULES
        assert CONTINUES[name] in possible_rules(name)
