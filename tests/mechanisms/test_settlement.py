"""E5b overstaying and payment, E6 returning."""

from __future__ import annotations

import numpy as np
from equations import CROSSERS, MEAN, SOJOURNERS, agree, build, in_use, logistic, sum_by

from marchland.engine.draws import Luck
from marchland.mechanisms import settlement

STAYING = ("overstay", "paid", "irregular")


def wanted_payments(s):
    """Rents, log odds and share of those who pay, at every border."""
    corridor, border = s.state.corridor, s.state.border
    counted = s.world.corridor.kind == SOJOURNERS
    stayers = np.where(counted, corridor.overstay + corridor.paid, 0.0)
    people = sum_by(s.world.corridor.border, stayers, 3)
    hosts = sum_by(s.world.region.border, s.state.region.residents, 3)
    with np.errstate(invalid="ignore"):
        per_hundred = np.where(hosts > 0.0, 100.0 * people / hosts, 0.0)
    rents = np.clip(border.restriction, 0.0, 1.0) * (1.0 - 1.0 / (1.0 + per_hundred))
    rents -= rents * border.closure
    log_odds = border.paid_logit + s.p.payment * rents / 4.0
    return {"rents": rents, "paid_logit": log_odds, "paid_share": logistic(log_odds)}


def check_payments(rng):
    s = build(rng)
    s.state.border.restriction[:] = [0.7, 1.8, 0.4]
    s.state.region.residents[:] /= 10.0
    wanted, before = wanted_payments(s), s.copy()
    for b in range(3):
        settlement.payments(s.state, s.world, s.p, b)
    s.expect(before, border=wanted)
    assert s.state.border.rents[2] == 0.0
    s.state.border.restriction[:] = -0.5
    settlement.payments(s.state, s.world, s.p, 0)
    assert s.state.border.rents[0] == 0.0


def check_overstay_chance(rng):
    p = build(rng).p
    for closure, years in rng.uniform(0.0, 2.0, (20, 2)):
        hazard = p.overstay / np.exp(p.opening * closure) / np.exp(p.compliance * years)
        value = settlement.overstay_chance(p, closure, years)
        agree(value, -np.expm1(-hazard))
        assert 0.0 <= value <= 1.0


def check_return_chance(rng):
    p = build(rng).p
    for gap, restriction in rng.uniform(-2.0, 2.0, (20, 2)):
        hazard = p.return_rate / np.exp(p.return_income * gap + p.visa_return * restriction)
        value = settlement.return_chance(gap, restriction, p)
        agree(value, -np.expm1(-hazard / 4.0))
        assert 0.0 <= value <= 1.0


def check_remember_arrivals(rng):
    s = build(rng)
    before = s.copy()
    settlement.remember_arrivals(s.state.corridor[1], 17.0, 30.0, 120.0)
    settlement.remember_arrivals(s.state.corridor[2], 19.0, 0.0, 0.0)
    wanted = {k: before.state.corridor[k].copy() for k in before.state.corridor.dtype.names}
    for c, kept, joined in ((1, 0.75, 17.0), (2, 0.0, 19.0)):
        for n in (3, 2, 1):
            source = "arrived_now" if n == 1 else f"arrived_{n - 1}"
            wanted[f"arrived_{n}"][c] = before.state.corridor[source][c] * kept
        wanted["arrived_now"][c] = joined
    s.expect(before, corridor=wanted)


def check_allowance(rng):
    s = build(rng)
    before = s.copy()
    home = [
        settlement.allowance(s.state.corridor[c], s.state.border[0], c == 0, s.p, s.q, MEAN, c)
        for c in (0, 1)
    ]
    old = before.state.corridor
    stay = s.p.visit_share * old.entries[:2]
    ended = old.legal[:2] + old.entries[:2] - stay
    border = before.state.border
    joined = ended * [border.overstay_chance[0], 0.0] * (1.0 - border.group_tours[0])
    agree(s.state.corridor.legal[:2], stay)
    agree(s.state.corridor.ended[:2], ended)
    agree(s.state.corridor.joined[:2], joined)
    agree(home, ended - joined)


def wanted_stays(before):
    """Every value that the stays of a quarter change, in corridors that stay open."""
    s, p, corridor = before, before.p, before.state.corridor
    route, border = s.world.corridor, s.state.border
    used = in_use(s.world, s.q) & (route.kind != CROSSERS)
    pays = wanted_payments(s)
    gap = s.inputs.corridor[s.q].income_gap
    rate = p.return_rate * np.exp(
        -p.return_income * gap - p.visa_return * border.restriction[route.border]
    )
    goes, find = 1.0 - np.exp(-rate / 4.0), 1.0 - np.exp(-p.detection / 4.0)
    years = s.inputs.border[s.q].visa_years
    hazard = p.overstay * np.exp(-p.opening * border.closure - p.compliance * years)
    late, alone = 1.0 - np.exp(-hazard), np.exp(-p.composition * years)
    ended = corridor.legal + (1.0 - p.visit_share) * corridor.entries
    joined = np.where(route.kind == SOJOURNERS, ended * (late * alone)[route.border], 0.0)
    paid_share = pays["paid_share"][route.border]
    removed = find * corridor.overstay * (1.0 - paid_share)
    found = find * corridor.overstay
    going = goes * ((corridor.overstay - found) + corridor.paid + corridor.irregular)
    kept = 1.0 - (removed + going) / sum(corridor[k] for k in STAYING)
    new = {
        "return_chance": goes,
        "ended": ended,
        "joined": joined,
        "legal": p.visit_share * corridor.entries,
        "removed": removed,
        "returned": going,
        "overstay": (corridor.overstay - found) * (1.0 - goes) + joined,
        "paid": corridor.paid * (1.0 - goes) + found * paid_share,
        "irregular": corridor.irregular * (1.0 - goes),
        "arrived_3": corridor.arrived_2 * kept,
        "arrived_2": corridor.arrived_1 * kept,
        "arrived_1": corridor.arrived_now * kept,
        "arrived_now": joined + corridor.irregular_entries - corridor.detained,
    }
    home = np.where(used, ended - joined + removed + going, 0.0)
    return (
        {k: np.where(used, v, corridor[k]) for k, v in new.items()},
        {**pays, "overstay_chance": late, "group_tours": 1.0 - alone},
        sum_by(route.pool, home, 3),
    )


def check_stay_on(rng):
    s = build(rng)
    c = 0
    s.state.border.paid_share[:] = wanted_payments(s)["paid_share"]
    wanted, _, _ = wanted_stays(s)
    s.state.corridor.return_chance[c] = wanted["return_chance"][c]
    s.state.corridor.joined[c] = wanted["joined"][c]
    find = 1.0 - np.exp(-s.p.detection / 4.0)
    home = settlement.stay_on(s.state.corridor[c], s.state.border[0], find, s.q, MEAN, c)
    agree(home, wanted["removed"][c] + wanted["returned"][c])
    for name in (*STAYING, "removed", "returned", "arrived_now", "arrived_3"):
        agree(s.state.corridor[name][c], wanted[name][c], name)


def check_who_travels_on_group_lists_goes_home(rng):
    s = build(rng)
    s.state.border.group_tours[:] = 1.0
    home = settlement.allowance(s.state.corridor[0], s.state.border[0], True, s.p, s.q, MEAN, 0)
    assert s.state.corridor.joined[0] == 0.0
    assert home == s.state.corridor.ended[0] > 0.0


def check_stays(rng):
    s = build(rng)
    before = s.copy()
    corridor, border, home = wanted_stays(before)
    settlement.stays(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    s.expect(before, corridor=corridor, border=border, pool={"home": before.state.pool.home + home})


def check_nobody_is_lost_in_stays(rng):
    s = build(rng)
    s.state.corridor.view(np.float64)[:] = np.floor(s.state.corridor.view(np.float64))
    s.state.pool.home[:] = np.floor(s.state.pool.home)
    s.state.corridor.detained[:] = 0.0
    s.world.corridor.first[4] = 0
    before = s.copy()
    settlement.stays(s.state, s.world, s.inputs, s.p, s.q, Luck(1, 6, 3))
    used = in_use(s.world, s.q) & (s.world.corridor.kind != CROSSERS)
    names = ("legal", *STAYING, "settled")
    entered = np.where(used, before.state.corridor.entries, 0.0)
    was = sum(before.state.corridor[k] for k in names) + entered
    now = sum(s.state.corridor[k] for k in names)
    back = s.state.pool.home - before.state.pool.home
    assert np.array_equal(sum_by(s.world.corridor.pool, was - now, 3), back)
    for name in names:
        assert np.array_equal(s.state.corridor[name], np.floor(s.state.corridor[name])), name
        assert (s.state.corridor[name] >= 0.0).all()


def check_start_paid(rng):
    for share in rng.uniform(0.01, 0.99, 10):
        agree(logistic(settlement.start_paid(share)), share)
