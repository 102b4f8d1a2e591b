"""Signs and switches: what a coefficient of +1 does, and that at 0 it does exactly nothing.

A term is written so that a coefficient of +1 has the direction its source asserts. For every
switch of the vocabulary: a cause is raised, an outcome is watched. With the switch at 1 the
outcome moves as the vocabulary says; at 0 it does not move by a single bit.
"""

from __future__ import annotations

import numpy as np
from equations import MEAN, build

from marchland.mechanisms import (
    arms,
    demography,
    dilemma,
    durability,
    events,
    migration,
    perception,
    regimes,
    settlement,
    threat,
    trade,
    trust,
)
from marchland.vocabulary import VOCABULARY

STEP = 0.25
UP, DOWN = 1, -1


def utilities(s):
    migration.flows(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    return s.state.corridor.utility[0]


def unemployed(s):
    s.p.rehire = 0.1
    migration.push(s.state, s.inputs, s.p, s.q)
    return s.state.region.unemployment[0]


def stay(field):
    def outcome(s):
        settlement.stays(s.state, s.world, s.inputs, s.p, s.q, MEAN)
        return s.state.border[field][0] if field in BORDER else s.state.corridor[field][0]

    return outcome


BORDER = ("paid_logit", "overstay_chance", "group_tours", "irregular_share")


def enter(field, c=0):
    def outcome(s):
        regimes.without_papers(s.state, s.world, s.p, s.q, s.inputs.border.visa_years[s.q, 0], MEAN)
        return s.state.border[field][0] if field in BORDER else s.state.corridor[field][c]

    return outcome


def sent_back(s):
    s.state.corridor.deaths[:] = 1.0
    regimes.protocol(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    return s.state.corridor.sent_back[3]


def turnover(s):
    trade.turnover(s.state, s.world, s.inputs, s.p, s.own, s.q)
    return s.state.pair.trade[0]


def out_migration(s):
    return demography.out_rate(s.inputs.region[s.q, 1], s.p)


def hostile(s):
    perception.hostility(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.region.hostility[1]


def practice(s):
    dilemma.practice(s.state, s.world, s.inputs, s.p, s.own, s.q)
    return s.state.border.practice[0]


def nearness_to_start(s):
    s.inputs.pair.act_of_second[:] = s.inputs.pair.chance_of_second[:] = 0.0
    trust.update(s.state, s.world, s.inputs, s.p, s.q)
    return -abs(s.state.pair.trust_first[0] - s.p.trust_initial)


def pull_of_start(s):
    s.inputs.pair.act_of_second[:] = s.inputs.pair.chance_of_second[:] = 0.0
    s.inputs.state.succession[:] = 0.0
    trust.update(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.pair.trust_first[0]


def relation(s):
    events.relations(s.state, s.world, s.p)
    return s.state.pair.relation[0]


def wish(s):
    threat.align(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.pair.wish[0]


def orders(s):
    arms.transfers(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.pair.orders[0]


def hazard(s):
    durability.stages(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.pair.downgrade_hazard[0]


def signed(s):
    s.state.pair.stage_none[:] = 1.0
    for name in ("stage_consultation", "stage_neutrality", "stage_defence"):
        s.state.pair[name] = 0.0
    durability.stages(s.state, s.world, s.inputs, s.p, s.q)
    return s.state.pair.stage_consultation[0]


def state(dimension, field):
    def cause(s):
        getattr(s.state, dimension)[field] += STEP

    return cause


def driver(dimension, field):
    def cause(s):
        getattr(s.inputs, dimension)[field] += STEP

    return cause


def farther(s):
    s.world.corridor.distance += STEP


def more_people(s):
    s.state.community.community += 100.0


def more_entries(s):
    s.state.corridor.entries += 100.0


def higher_start(s):
    s.p.trust_initial += STEP


DIRECTIONS = {
    "income": (driver("corridor", "income_gap"), utilities, UP),
    "diaspora": (more_people, utilities, UP),
    "distance": (farther, utilities, DOWN),
    "hunger": (driver("corridor", "hunger"), utilities, UP),
    "discrimination": (driver("corridor", "discrimination"), utilities, UP),
    "labour_demand": (driver("corridor", "labour_demand"), utilities, UP),
    "opportunity": (driver("corridor", "opportunity"), utilities, UP),
    "layoffs": (driver("region", "layoffs"), unemployed, UP),
    "opening": (state("border", "closure"), utilities, DOWN),
    "visa": (state("border", "restriction"), utilities, DOWN),
    "visa_return": (state("border", "restriction"), stay("return_chance"), DOWN),
    "irregular_restriction": (state("border", "restriction"), enter("irregular_share"), UP),
    "irregular_enforcement": (driver("border", "visa_years"), enter("irregular_share"), DOWN),
    "crossing_risk": (more_entries, enter("deaths", 3), UP),
    "overstay": (more_entries, stay("joined"), UP),
    "payment": (state("border", "restriction"), stay("paid_logit"), UP),
    "composition": (driver("border", "visa_years"), stay("group_tours"), UP),
    "compliance": (driver("border", "visa_years"), stay("overstay_chance"), DOWN),
    "return_income": (driver("corridor", "income_gap"), stay("return_chance"), DOWN),
    "return_disaster": (driver("corridor", "disaster"), sent_back, DOWN),
    "return_labour": (driver("corridor", "labour_need"), sent_back, DOWN),
    "trade_income_first": (driver("pair", "output_first"), turnover, UP),
    "trade_income_second": (driver("pair", "output_second"), turnover, UP),
    "trade_visa": (driver("border", "visa"), turnover, DOWN),
    "trade_quality": (driver("pair", "quality"), turnover, DOWN),
    "trade_devaluation": (driver("pair", "devaluation"), turnover, UP),
    "trade_supplies": (driver("pair", "supplies"), turnover, UP),
    "trade_ban": (driver("pair", "ban"), turnover, DOWN),
    "trade_trust": (state("pair", "trust_first"), turnover, UP),
    "out_migration_cost": (driver("region", "living_cost"), out_migration, UP),
    "out_migration_neglect": (driver("region", "neglect"), out_migration, UP),
    "hostility_share": (state("region", "share"), hostile, UP),
    "hostility_deprivation": (driver("region", "deprivation"), hostile, UP),
    "hostility_dispute": (driver("region", "dispute"), hostile, UP),
    "hostility_region": (driver("region", "adjoins"), hostile, UP),
    "hostility_unauthorised": (state("region", "unauthorised"), hostile, UP),
    "practice_hostility": (state("region", "hostility"), practice, UP),
    "practice_trade": (state("pair", "trade"), practice, DOWN),
    "trust_drift": (higher_start, pull_of_start, UP),
    "trust_succession": (driver("state", "succession"), nearness_to_start, UP),
    "relation_alignment": (state("pair", "alignment"), relation, UP),
    "relation_trust": (state("pair", "trust_second"), relation, UP),
    "relation_hostility": (state("region", "hostility"), relation, DOWN),
    "common_threat": (state("state", "threat"), wish, UP),
    "arms": (state("pair", "deliveries"), wish, UP),
    "alignment_trust": (state("pair", "trust_first"), wish, UP),
    "alignment_dispute": (driver("pair", "conflict"), wish, DOWN),
    "bandwagon": (driver("state", "reward"), wish, DOWN),
    "arms_need": (driver("pair", "arms_need"), orders, UP),
    "arms_resources": (driver("pair", "arms_resources"), orders, UP),
    "arms_embargo": (driver("pair", "arms_embargo"), orders, UP),
    "treaty_upward": (state("pair", "wish"), signed, UP),
    "treaty_threat": (state("state", "threat"), hazard, DOWN),
    "treaty_power_ratio": (driver("pair", "power_change"), hazard, UP),
    "treaty_leader": (driver("state", "succession"), hazard, UP),
    "enforcement_growth": (driver("border", "visa_years"), enter("detained"), UP),
}
# Held beside a switch: a factor of its term, or another way from the cause to the outcome.
BESIDE = {
    "irregular_enforcement": {"enforcement_growth": 1.0},
    "enforcement_growth": {"irregular_enforcement": 0.0},
    "trust_succession": {"trust_drift": 0.0},
}


def effect(rng, switch, value):
    """The outcome before and after the cause is raised, the switch at a value."""
    cause, outcome, _ = DIRECTIONS[switch]
    s = build(rng)
    for name, held in BESIDE.get(switch, {}).items():
        s.p[name] = held
    s.p[switch] = value
    after = s.copy()
    before = outcome(s)
    cause(after)
    return before, outcome(after)


def check_every_switch_has_a_direction(rng):
    assert set(DIRECTIONS) == set(VOCABULARY.switches)


def check_plus_one_has_the_direction_the_source_asserts(rng):
    for switch, (_, _, direction) in DIRECTIONS.items():
        before, after = effect(rng, switch, 1.0)
        assert np.sign(after - before) == direction, switch


def check_minus_one_has_the_other_direction(rng):
    free = {"layoffs", "crossing_risk", "overstay", "trust_drift", "trust_succession"}
    for switch, (_, _, direction) in DIRECTIONS.items():
        if switch not in free:
            before, after = effect(rng, switch, -1.0)
            assert np.sign(after - before) in (-direction, 0), switch


def check_a_switch_at_zero_leaves_exactly_no_effect(rng):
    for switch in DIRECTIONS:
        before, after = effect(rng, switch, 0.0)
        assert before == after, switch
