"""E3 push, E1 flows: who leaves along which corridor."""

from __future__ import annotations

import numpy as np
from equations import MEAN, agree, build, in_use, sum_by

from marchland.engine.draws import Luck
from marchland.mechanisms import migration


def check_push(rng):
    s = build(rng)
    s.inputs.region.layoffs[:, [0, 3]] = np.nan
    s.inputs.region.layoffs[:, 5] = 0.0
    before = s.copy()
    migration.push(s.state, s.inputs, s.p, s.q)
    u, x, p = before.state.region.unemployment, s.inputs.region[s.q], s.p
    joined = p.layoffs * x.layoffs * (1.0 - u)
    moved = (1.0 - p.rehire) * u + p.rehire * x.unemployment + joined
    wanted = np.where(np.isnan(x.layoffs), x.unemployment, moved)
    s.expect(before, region={"unemployment": wanted, "employment": np.log(1.0 - wanted)})


def wanted_utility(s):
    """Utility of every corridor, from tables."""
    p, x, route, state = s.p, s.inputs.corridor[s.q], s.world.corridor, s.state
    log_employment = state.region.employment
    employment = log_employment[route.destination] - log_employment[route.origin]
    people = np.log((1000.0 + state.community.community[route.community]) / 1000.0)
    return (
        state.corridor.departures
        + p.income * (x.income_gap + employment - route.reference_employment)
        + p.diaspora * (people - route.reference_community)
        + p.hunger * x.hunger
        + p.discrimination * x.discrimination
        + p.labour_demand * x.labour_demand
        + p.opportunity * x.opportunity
        - p.distance * route.distance
        - p.opening * state.border.closure[route.border]
        - p.visa * state.border.restriction[route.border]
    )


def check_utility(rng):
    s = build(rng)
    wanted = wanted_utility(s)
    for c in range(9):
        route = s.world.corridor[c]
        there, here = s.state.region[route.destination], s.state.region[route.origin]
        value = migration.utility(
            s.state.corridor[c],
            route,
            s.inputs.corridor[s.q, c],
            there.employment - here.employment,
            s.state.community[route.community].community,
            s.state.border[route.border],
            s.p,
        )
        agree(value, wanted[c])


def check_flows(rng):
    s = build(rng)
    before = s.copy()
    migration.flows(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    used, pool = in_use(s.world, s.q), s.world.corridor.pool
    utility = wanted_utility(before)
    odds = np.where(used, np.exp(utility), 0.0)
    leaving = sum_by(pool, odds, 3)
    share = odds / (1.0 + leaving[pool])
    entries = share * before.state.pool.home[pool]
    s.expect(
        before,
        corridor={
            "utility": np.where(used, utility, before.state.corridor.utility),
            "odds": np.where(used, odds, before.state.corridor.odds),
            "entries": entries,
        },
        pool={
            "home": before.state.pool.home - sum_by(pool, entries, 3),
            "leaving": leaving,
            "remaining": 1.0 - sum_by(pool, share, 3),
        },
    )
    agree(s.state.pool.home, before.state.pool.home / (1.0 + leaving))


def check_flows_in_whole_people(rng):
    s = build(rng)
    s.vector[:] = np.floor(s.vector)
    s.state.corridor.departures[:] = -1.0
    home = s.state.pool.home.copy()
    migration.flows(s.state, s.world, s.inputs, s.p, s.q, Luck(1, 3, 1))
    left = s.state.corridor.entries
    assert np.array_equal(left, np.floor(left))
    assert (left[in_use(s.world, s.q)] > 0.0).all()
    assert (left[~in_use(s.world, s.q)] == 0.0).all()
    pool = s.world.corridor.pool
    assert np.array_equal(s.state.pool.home + sum_by(pool, left, 3), home)


def check_shares_of_a_multinomial_draw(rng):
    s = build(rng)
    s.state.pool.home[:] = 1e6
    mean, total = s.copy(), np.zeros(9)
    migration.flows(mean.state, s.world, s.inputs, s.p, s.q, MEAN)
    for member in range(40):
        one = s.copy()
        migration.flows(one.state, s.world, s.inputs, s.p, s.q, Luck(1, 8, member))
        total += one.state.corridor.entries / 40.0
    wanted = mean.state.corridor.entries
    assert (np.abs(total - wanted) <= 5.0 * np.sqrt(wanted / 40.0)).all()
