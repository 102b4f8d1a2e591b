"""The table of what moves what, held against the mechanisms that compute it."""

from __future__ import annotations

import importlib
import inspect
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.loops import NAMES, TOLD, loops, missing_links
from marchland.mechanisms import demography, durability, events, migration, regimes, settlement
from marchland.mechanisms import threat as threats
from marchland.mechanisms import trade as trades
from marchland.report.equations import mechanisms
from marchland.structure import ARROWS, QUANTITIES
from marchland.vocabulary import DRIVERS, MEASURES, OPEN_DRIVERS, OPEN_PARAMETERS, PARAMETERS

BY_KEY = {arrow.key: arrow for arrow in ARROWS}
# The chance that a policy's own parameter is read in a neighbour of the function named.
SCALED = [arrow for arrow in ARROWS if arrow.parameters and arrow.mechanism]


def source_of(mechanism):
    module, name = mechanism.split(".")
    loaded = importlib.import_module(f"marchland.mechanisms.{module}")
    return inspect.getsource(getattr(vars(loaded)[name], "py_func", vars(loaded)[name]))


def test_every_switch_has_an_arrow():
    scaled = {name for arrow in ARROWS for name in (*arrow.parameters, *arrow.factors)}
    switches = {name for name, term in PARAMETERS.items() if term.switch}
    assert switches <= scaled


def test_arrows_name_only_what_the_model_knows():
    codes = {code for mechanism in mechanisms() for code in mechanism.codes}
    for arrow in ARROWS:
        assert arrow.start in QUANTITIES
        assert arrow.end in QUANTITIES
        assert arrow.equation in codes
        for name in (*arrow.parameters, *arrow.factors):
            assert name in PARAMETERS or name in (*OPEN_PARAMETERS, *OPEN_DRIVERS)
        if arrow.mechanism:
            assert source_of(arrow.mechanism)


def test_an_arrow_is_there_once_and_a_quantity_is_in_one():
    assert len(BY_KEY) == len(ARROWS)
    assert set(QUANTITIES) == {end for arrow in ARROWS for end in (arrow.start, arrow.end)}


@pytest.mark.parametrize("arrow", SCALED, ids=lambda arrow: arrow.key)
def test_the_mechanism_of_an_arrow_reads_its_parameters(arrow):
    code = source_of(arrow.mechanism)
    own = [name for name in arrow.parameters if not name.endswith("_")]
    # One of several may stand beside it, as group tours beside the hazard of overstaying.
    read = [name for name in own if re.search(rf"\bp\.{name}\b", code)]
    beside = inspect.getsource(
        importlib.import_module(f"marchland.mechanisms.{arrow.mechanism.split('.')[0]}")
    )
    assert not own or read
    assert all(re.search(rf"\bp\.{name}\b", beside) for name in (*own, *arrow.factors))


def test_every_measure_and_known_driver_is_shown_by_a_quantity():
    assert {m for q in QUANTITIES.values() for m in q.measures} == set(MEASURES)
    drivers = {d for q in QUANTITIES.values() for d in q.drivers} - set(OPEN_DRIVERS)
    assert drivers <= set(DRIVERS)


class Values(SimpleNamespace):
    """Any field that is not set is 0."""

    def __getattr__(self, name):
        return 0.0


def python(function):
    return getattr(function, "py_func", function)


def utility(x=None, employment=0.0, community=0.0, border=None, **p):
    given_x, given_border = Values(**(x or {})), Values(**(border or {}))
    route = Values(distance=(x or {}).get("distance", 0.0))
    return python(migration.utility)(
        Values(), route, given_x, employment, community, given_border, Values(**p)
    )


RISES = {
    "income_gap-departures": lambda v: utility(x={"income_gap": v}, income=1.0),
    "community-departures": lambda v: utility(community=v, diaspora=1.0),
    "distance-departures": lambda v: utility(x={"distance": v}, distance=1.0),
    "hunger-departures": lambda v: utility(x={"hunger": v}, hunger=1.0),
    "discrimination-departures": lambda v: utility(x={"discrimination": v}, discrimination=1.0),
    "labour-departures": lambda v: utility(x={"labour_demand": v}, labour_demand=1.0),
    "supplies-departures": lambda v: utility(x={"opportunity": v}, opportunity=1.0),
    "closure-departures": lambda v: utility(border={"closure": v}, opening=1.0),
    "restriction-departures": lambda v: utility(border={"restriction": v}, visa=1.0),
    # Unemployment at home lowers the log chance of work there, which the corridor compares.
    "unemployment-departures": lambda v: utility(employment=-math.log1p(-v / 4), income=1.0),
    "restriction-irregular": lambda v: python(regimes.irregular_share)(
        v, Values(irregular_share=0.1, irregular_restriction=1.0), 0.0
    ),
    "enforcement-irregular": lambda v: python(regimes.irregular_share)(
        0.0,
        Values(irregular_share=0.1, irregular_enforcement=1.0, enforcement_growth=1.0),
        v,
    ),
    "closure-overstaying": lambda v: python(settlement.overstay_chance)(
        Values(overstay=1.0, opening=1.0), v, 0.0
    ),
    "visa_rule-overstaying": lambda v: python(settlement.overstay_chance)(
        Values(overstay=1.0, compliance=1.0), 0.0, v
    ),
    "income_gap-returns": lambda v: python(settlement.return_chance)(
        v, 0.0, Values(return_rate=1.0, return_income=1.0)
    ),
    "restriction-returns": lambda v: python(settlement.return_chance)(
        0.0, v, Values(return_rate=1.0, visa_return=1.0)
    ),
    "restriction-trade": lambda v: python(trades.border_shock)(
        v, Values(), Values(), Values(trade_visa=1.0)
    ),
    "quality-trade": lambda v: python(trades.border_shock)(
        0.0, Values(), Values(quality=v), Values(trade_quality=1.0)
    ),
    "bans-trade": lambda v: python(trades.border_shock)(
        0.0, Values(), Values(ban=v), Values(trade_ban=1.0)
    ),
    "output-trade": lambda v: python(trades.common_demand)(
        Values(), Values(output_first=v), Values(trade_income_first=1.0)
    ),
    "exchange-trade": lambda v: python(trades.common_demand)(
        Values(), Values(devaluation=v), Values(trade_devaluation=1.0)
    ),
    "trust-trade": lambda v: python(trades.common_demand)(
        Values(trust_first=v, trust_second=v), Values(), Values(trade_trust=1.0)
    ),
    # More who leave are fewer residents.
    "prices-residents": lambda v: (
        -python(demography.out_rate)(
            Values(living_cost=v), Values(out_migration=0.1, out_migration_cost=1.0)
        )
    ),
    "supplies-residents": lambda v: (
        -python(demography.out_rate)(
            Values(neglect=v), Values(out_migration=0.1, out_migration_neglect=1.0)
        )
    ),
    "alignment-relation": lambda v: python(events.relation)(
        Values(alignment=v), 0.0, Values(relation_alignment=1.0)
    ),
    "trust-relation": lambda v: python(events.relation)(
        Values(trust_first=v, trust_second=v), 0.0, Values(relation_trust=1.0)
    ),
    "hostility-relation": lambda v: python(events.relation)(
        Values(), v, Values(relation_hostility=1.0)
    ),
    "threat-wish": lambda v: python(threats.wish)(v, 0, 0, 0, 0, Values(common_threat=1.0)),
    "trust-wish": lambda v: python(threats.wish)(0, v, 0, 0, 0, Values(alignment_trust=1.0)),
    "deliveries-wish": lambda v: python(threats.wish)(0, 0, v, 0, 0, Values(arms=1.0)),
    "dispute-wish": lambda v: python(threats.wish)(0, 0, 0, v, 0, Values(alignment_dispute=1.0)),
    "rewards-wish": lambda v: python(threats.wish)(0, 0, 0, 0, v, Values(bandwagon=1.0)),
    "threat-step_down": lambda v: durability.step_down(v, 0.0, 0.0, _hazard(treaty_threat=1.0)),
    "power-step_down": lambda v: durability.step_down(0.0, v, 0.0, _hazard(treaty_power_ratio=1.0)),
    "succession-step_down": lambda v: durability.step_down(0.0, 0.0, v, _hazard(treaty_leader=1.0)),
}


def _hazard(**values):
    names = ("treaty_base", "treaty_threat", "treaty_power_ratio", "treaty_leader")
    record = np.zeros(1, np.dtype([(name, np.float64) for name in names])).view(np.recarray)
    for name, value in {"treaty_base": 0.1, **values}.items():
        record[name] = value
    return record[0]


@pytest.mark.parametrize("key", RISES)
def test_the_running_model_moves_the_way_the_arrow_says(key):
    low, high = RISES[key](0.5), RISES[key](1.5)
    assert np.sign(high - low) == BY_KEY[key].sign


def test_the_model_closes_the_loops_that_scholars_know():
    found = {loop.name: loop for loop in loops(ARROWS) if loop.name}
    assert set(found) == set(NAMES.values())
    assert found["Networks"].sign == 1
    assert found["Payment"].sign == 1
    assert found["Removal"].sign == -1
    assert found["Trade need restrains restriction"].sign == 1
    assert found["Restriction answers presence"].sign == -1
    dilemma = [loop for name, loop in found.items() if name.startswith("Human security dilemma")]
    assert len(dilemma) >= 4
    assert {loop.sign for loop in dilemma} == {1}


def test_no_loop_passes_from_crossers_to_sojourners():
    for loop in loops(ARROWS):
        assert not {"crossers", "sojourners"} <= {arrow.only for arrow in loop.arrows}


def test_no_loop_passes_through_the_states_since_their_acts_are_taken_from_the_record():
    parts = {QUANTITIES[arrow.start].part for loop in loops(ARROWS) for arrow in loop.arrows}
    assert "states" not in parts


def test_loops_that_are_told_lack_a_link():
    for _, steps in TOLD:
        assert set(steps) <= set(QUANTITIES)
        assert missing_links(steps)


@given(st.sets(st.sampled_from(range(len(ARROWS)))))
def test_loops_are_cycles_of_the_arrows_given(chosen):
    given_arrows = [ARROWS[n] for n in sorted(chosen)]
    found = loops(given_arrows)
    for loop in found:
        assert set(loop.arrows) <= set(given_arrows)
        ends = [arrow.end for arrow in loop.arrows]
        starts = [arrow.start for arrow in loop.arrows]
        assert ends == starts[1:] + starts[:1]
        assert len(set(starts)) == len(starts) > 1
        assert loop.sign == math.prod(arrow.sign for arrow in loop.arrows)
        assert loop.chain.split(" → ")[0] == loop.chain.split(" → ")[-1]
    assert len({loop.key for loop in found}) == len(found)
