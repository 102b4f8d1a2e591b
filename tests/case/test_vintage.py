"""What came after a vintage cannot enter: by the cut, and by what the model is built from."""

# The lines of the tables are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marchland.case import CaseFiles, find_case, load, new, parse_period
from marchland.case.vintage import at_vintage, known_by, known_in, vintages
from marchland.errors import MarchlandError
from marchland.inference.calibrate import calibrate, joint_prior
from marchland.inference.scored import gather
from marchland.model import BASELINE, Model

LATER = {
    "case.yaml": """\
title: A valley
period: 1990/2003
as_of: 2003
states: [EST, WST]
regions: [east, west]
populations: {east: 1000000, west: 5000000}
groups: {westerners: {label: Westerners, state: WST}}
borders: {EST-WST: {states: [EST, WST], regions: [east, west]}}
corridors:
  - {id: up, group: westerners, origin: west, destination: east, border: EST-WST, end: 2003}
  - {id: down, group: westerners, origin: east, destination: west, border: EST-WST, start: 2008}
dyads: [EST-WST]
""",
    "model.yaml": """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: share, equation: E1, reason: a guess}
  income: {prior: {normal: [1, 0.4]}, unit: elasticity, equation: E1, reason: a guess}
  acts_level: {prior: {normal: [0, 1]}, unit: log odds, equation: E12, reason: a guess}
observation: {structure: {acts_pairs: [EST-WST]}}
""",
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level;change_pct,Away from home,E1-E6\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "drivers.csv": (
        "driver,place,start,end,value,unit,quality,source\n"
        "income,east,1990,1990,2,index,A,a\n"
        "income,east,2003,2003,3,index,A,a\n"
        "income,east,2001,2008,9,index,A,a\n"
        "income,east,2009,2009,8,index,A,a\n"
        "income,west,1990,2003,1,index,A,a\n"
        "income,west,2005,2005,7,index,A,a\n"
        "leader_term,EST,1990,2004-05,1,ordinal,A,a\n"
        "leader_term,EST,2004-06,,2,ordinal,A,a\n"
        "act_storm,EST,1999-03-01,1999-03-02,0.5,intensity -1 to 1,A,a\n"
        "act_storm,EST,2006-03-01,2006-03-02,0.9,intensity -1 to 1,A,a\n"
    ),
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,end,base_start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1997-34,,,500,persons,a,a:1,A,calibrate\n"
        "Q2,migrants_stock,level,east,westerners,2003,,,900,persons,a,a:2,B,check\n"
        "Q3,migrants_stock,level,east,westerners,2006,,,9000,persons,a,a:2,B,check\n"
        "Q4,migrants_stock,level,east,westerners,2002,2004,,800,persons,a,a:2,B,check\n"
        "Q5,migrants_stock,change_pct,east,westerners,2001,,2005,3,percent,a,a:2,B,context\n"
    ),
    "evidence/targets.csv": (
        "target,form,quantities,measure,place,period,informs,cannot_tell\n"
        "stock,series,Q1;Q3,migrants_stock,east,,departures,\n"
        "later,single,Q4,migrants_stock,east,,departures,\n"
    ),
    "evidence/events.csv": (
        "id,start,end,source_actor,target_actor,goldstein,role,source,locator\n"
        "E1,1998-02,,EST,WST,3.5,act,a,a:3\n"
        "E2,2003-11,2004-02,EST,WST,-3.5,act,a,a:3\n"
        "E3,2007,,WST,EST,5,act,a,a:3\n"
    ),
    "evidence/forecasts.csv": (
        "id,who,made,horizon,statement,source,locator\n"
        "F1,A,2000,2005,more come,a,a:4\n"
        "F2,A,2009,2012,fewer come,a,a:4\n"
    ),
    "evidence/rules.yaml": """\
regimes:
  - {border: EST-WST, start: "1990", end: "2005", regime: visa, restrictiveness: 0.5, closure: 0, visa: 1}
  - {border: EST-WST, start: "2006", regime: visa_free, restrictiveness: 0.1, closure: 0, visa: 0}
treaties:
  - {id: old, title: Old, parties: [EST, WST], signed: "1991", in_force: "2004", stage: consultation}
  - {id: new, title: New, parties: [EST, WST], signed: "2007", stage: defence}
stays:
  - {state: EST, group: westerners, months: 3, start: "1990", end: "2004"}
  - {state: EST, group: westerners, months: 9, start: "2004"}
""",
}
LISTS = ("quantities", "events", "forecasts", "drivers", "regimes", "treaties", "stays")


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> CaseFiles:
    folder = new(tmp_path_factory.mktemp("vintage") / "valley")
    (folder / "evidence").mkdir()
    for name, text in LATER.items():
        (folder / name).write_text(text)
    return load(folder)


@pytest.fixture(scope="module")
def flagship() -> CaseFiles:
    return load(find_case("northeast-asia"))


def changed(row: Any, rng: random.Random, year: int) -> Any:
    """A record that begins after a year with another value and a later date."""
    update: dict[str, Any] = {}
    for name in ("value", "goldstein", "restrictiveness", "months"):
        if isinstance(getattr(row, name, None), float):
            update[name] = round(rng.uniform(0.05, 0.95), 3)
    for name in ("start", "signed", "made"):
        if getattr(row, name, None) is not None:
            update[name] = parse_period(str(rng.randint(year + 1, year + 30)))
    if hasattr(row, "end"):
        update["end"] = None
    return row.model_copy(update=update)


def begins(row: Any) -> int:
    """Year in which a record begins."""
    named = ("start", "signed", "made")
    period = next((p for n in named if (p := getattr(row, n, None)) is not None), None)
    return int(period.start.year) if period and period.start else 0


def perturbed(files: CaseFiles, rng: random.Random) -> CaseFiles:
    """The case with every record after its vintage moved, changed, doubled or deleted."""
    year = files.config.as_of
    lists: dict[str, list[Any]] = {}
    for name in LISTS:
        rows: list[Any] = []
        for row in getattr(files, name):
            if begins(row) <= year:
                rows.append(row)
            else:
                rows += [changed(row, rng, year) for _ in range(rng.randint(0, 2))]
        lists[name] = rows
    return replace(files, **lists)


@pytest.mark.parametrize("seed", range(12))
def test_what_began_after_the_vintage_changes_nothing(valley, flagship, seed):
    for files in (valley, at_vintage(flagship, 1998), flagship):
        other = perturbed(files, random.Random(seed))
        lists = [name for name in LISTS if getattr(other, name) != getattr(files, name)]
        assert lists, "something was perturbed"
        assert known_in(other) == known_in(files)


def test_a_record_that_straddles_is_out_or_open_ended(valley):
    known = known_in(valley)
    assert [q.id for q in known.quantities] == ["Q1", "Q2"]
    assert [e.id for e in known.events] == ["E1"]
    assert {t.target: t.quantities for t in known.targets} == {"stock": ["Q1"]}
    assert [f.id for f in known.forecasts] == ["F1"]
    assert [(r.driver, r.value, r.end is None) for r in known.drivers] == [
        ("income", 2.0, False),
        ("income", 3.0, False),
        ("income", 1.0, False),
        ("leader_term", 1.0, True),
        ("act_storm", 0.5, False),
    ]
    assert [(r.start.text, r.end) for r in known.regimes] == [("1990", None)]
    assert [(t.id, t.in_force) for t in known.treaties] == [("old", None)]
    assert [(s.months, s.end) for s in known.stays] == [(3.0, None)]
    assert [(c.id, c.end) for c in known.config.corridors] == [("up", None)]


def test_the_end_of_what_straddles_is_not_known(valley):
    def ended(text: str) -> CaseFiles:
        rows = [r.model_copy(update={"end": parse_period(text)}) for r in valley.regimes[:1]]
        return replace(valley, regimes=[*rows, *valley.regimes[1:]])

    assert known_in(ended("2004-01")) == known_in(ended("2030")) == known_in(valley)
    assert known_in(ended("2002-06")) != known_in(valley)


def test_cutting_twice_cuts_once(valley, flagship):
    for files in (valley, flagship, at_vintage(flagship, 1997), at_vintage(flagship, 2016)):
        once = known_in(files)
        assert known_in(once) == once
    assert known_in(known_in(flagship, 2010), 1999) == known_in(flagship, 1999)


def test_the_model_is_built_from_the_cut_alone(valley):
    whole, other = Model(valley), Model(perturbed(valley, random.Random(5)))
    assert whole.files == known_in(valley)
    for a, b in zip(whole.inputs(BASELINE), other.inputs(BASELINE), strict=True):
        assert a.tobytes() == b.tobytes()
    for a, b in zip(whole.world, other.world, strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    assert [repr(m) for m in joint_prior(whole).marginals] == [
        repr(m) for m in joint_prior(other).marginals
    ]
    one, two = gather(whole), gather(other)
    assert (one.records, one.readings, one.items) == (two.records, two.readings, two.items)


def test_a_calibration_does_not_change_by_a_byte(valley):
    fits = [
        calibrate(Model(files), seed=3)
        for files in (valley, perturbed(valley, random.Random(9)), known_in(valley))
    ]
    assert fits[0].values.tobytes() == fits[1].values.tobytes() == fits[2].values.tobytes()
    assert fits[0].sample.log_evidence == fits[1].sample.log_evidence


def test_a_later_vintage_admits_later_records(flagship):
    early, late = Model(flagship), Model(at_vintage(flagship, 2016))
    assert (early.axis.last_year, late.axis.last_year) == (2003, 2016)
    assert {q.id for q in late.files.quantities} - {q.id for q in early.files.quantities} == {
        *("Q041", "Q160", "Q266"),
    }
    assert max(e.start.start.year for e in late.files.events if e.start.start) == 2016
    assert late.projection.begins == "2004Q1", "drivers end in 2003"
    assert late.files.config.corridors[0].end is None
    assert [m.prior for m in joint_prior(early).marginals] == [
        m.prior for m in joint_prior(late).marginals
    ]


def test_an_earlier_vintage_does_not_know_what_came_between(flagship):
    early = Model(at_vintage(flagship, 1996))
    assert early.axis.label(early.axis.quarters - 1) == "1996Q4"
    assert all(known_by(q, 1996) for q in early.files.quantities)
    assert [t.id for t in early.files.treaties if t.stage == "consultation"] == []


@pytest.mark.parametrize("year", [1900, 1992, 2017, 2050])
def test_a_vintage_has_a_range(flagship, year):
    assert vintages(flagship) == (1993, 2016)
    with pytest.raises(MarchlandError, match=rf"between 1993, .* and 2016, .* but got {year}"):
        at_vintage(flagship, year)
