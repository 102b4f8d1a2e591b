"""E7: trade between the pair and of border regions."""

from __future__ import annotations

import numpy as np
from equations import agree, build

from marchland.mechanisms import trade


def wanted_shock(s):
    """Log change of trade for one unit of exposure, by pair; 0 where it has no border."""
    p, rule, x = s.p, s.inputs.border[s.q], s.inputs.pair[s.q]
    restriction = np.clip(rule.visa + s.state.border.practice, 0.0, None)
    b = s.world.pair.border
    loss = p.trade_visa * restriction[b] + p.trade_quality * x.quality + p.trade_ban * x.ban
    return -loss


def wanted_demand(s):
    """Log trade before what passes in people's hands."""
    p, x, pair = s.p, s.inputs.pair[s.q], s.state.pair
    trust = (pair.trust_first + pair.trust_second) / 2.0
    return (
        p.trade_trust * (trust - p.trust_initial)
        + p.trade_devaluation * x.devaluation
        + p.trade_income_second * x.output_second
        + p.trade_income_first * x.output_first
    )


def check_border_shock(rng):
    s = build(rng)
    wanted = wanted_shock(s)
    for d in (0, 2):
        b = s.world.pair[d].border
        practice, rule = s.state.border[b].practice, s.inputs.border[s.q, b]
        agree(trade.border_shock(practice, rule, s.inputs.pair[s.q, d], s.p), wanted[d])


def check_no_visa_is_less_than_none(rng):
    s = build(rng)
    rule, x = s.inputs.border[s.q, 0], s.inputs.pair[s.q, 0]
    lenient = trade.border_shock(-9.0, rule, x, s.p)
    agree(lenient, -s.p.trade_quality * x.quality - s.p.trade_ban * x.ban)


def check_common_demand(rng):
    s = build(rng)
    wanted = wanted_demand(s)
    for d in range(3):
        agree(trade.common_demand(s.state.pair[d], s.inputs.pair[s.q, d], s.p), wanted[d])


def check_turnover(rng):
    s = build(rng)
    before = s.copy()
    trade.turnover(s.state, s.world, s.inputs, s.p, s.own, s.q)
    p, own, old = s.p, s.own, before.state
    x, y = s.inputs.pair[s.q], s.inputs.region[s.q]
    shock, demand = wanted_shock(s), wanted_demand(s)
    at_border = p.trade_exposure * (shock + p.trade_supplies * x.supplies)
    pair = old.pair.trade.copy()
    pair[0] = own[0] * np.exp(demand[0] + at_border[0])
    region = old.region.regional_trade.copy()
    for r, d, level in ((1, 0, 1), (4, 2, 3), (5, 2, 4)):
        here = y.exposure[r] * (shock[d] + p.trade_supplies * y.regional_supplies[r])
        region[r] = own[level] * np.exp(demand[d] + here)
    s.expect(before, pair={"trade": pair}, region={"regional_trade": region})
