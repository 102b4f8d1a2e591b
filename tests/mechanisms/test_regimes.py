"""E5 how rules take effect and who enters without papers, E5c the protocol, O4 detentions."""

from __future__ import annotations

import numpy as np
from equations import CROSSERS, MEAN, agree, build, in_use, logistic, sum_by

from marchland.engine.draws import Luck
from marchland.mechanisms import regimes


def check_adjust(rng):
    for now, target, slow, fast in rng.uniform(0.0, 1.0, (50, 4)):
        share = fast if target < now else slow
        value = regimes.adjust(now, target, slow, fast)
        agree(value, (1.0 - share) * now + share * target)
        assert min(now, target) <= value <= max(now, target)
        assert regimes.adjust(now, now, slow, fast) == now


def check_rules_are_reached_from_either_side(rng):
    now = np.array([0.0, 1.0])
    for _ in range(400):
        new = np.array([regimes.adjust(x, 0.6, 0.1, 0.3) for x in now])
        assert (np.abs(new - 0.6) <= np.abs(now - 0.6)).all()
        now = new
    agree(now, 0.6)


def check_take_effect(rng):
    s = build(rng)
    s.state.border.practice[:] = [0.3, -0.2, -5.0]
    before = s.copy()
    regimes.take_effect(s.state, s.inputs, s.p, s.q)
    old, rule, p = before.state.border, s.inputs.border[s.q], s.p

    def reach(now, target):
        rate = np.where(target > now, p.restriction_rate, p.removal_rate)
        return target + (now - target) * np.exp(-rate / 4.0)

    visa = np.clip(rule.visa + old.practice, 0.0, None)
    s.expect(
        before,
        border={
            "closure": reach(old.closure, rule.closure),
            "restriction": reach(old.restriction, visa),
        },
    )


def share_without_papers(p, restriction, years):
    """Share of entries without papers, on the log odds scale."""
    start = np.log(p.irregular_share) - np.log(1.0 - p.irregular_share)
    guard = p.irregular_enforcement * p.enforcement_growth * years
    return logistic(start + p.irregular_restriction * restriction - guard)


def check_irregular_share(rng):
    p = build(rng).p
    for restriction, years in rng.uniform(-2.0, 2.0, (20, 2)):
        value = regimes.irregular_share(restriction, p, years)
        agree(value, share_without_papers(p, restriction, years))
        assert 0.0 < value < 1.0


def check_without_papers(rng):
    s = build(rng)
    before = s.copy()
    years = 1.3
    regimes.without_papers(s.state, s.world, s.p, s.q, years, MEAN)
    old, p, route = before.state, s.p, s.world.corridor
    used, crossing = in_use(s.world, s.q), route.kind == CROSSERS
    share = share_without_papers(p, old.border.restriction, years)
    entered = old.corridor.entries * np.where(crossing, 1.0, share[route.border])
    held = 1.0 - np.exp(-p.border_detection * np.exp(years * p.enforcement_growth))
    deaths = np.where(crossing, p.crossing_risk * entered, 0.0)
    detained = np.where(crossing, 0.0, held * entered)
    new = {
        "entries": old.corridor.entries - entered,
        "irregular_entries": entered,
        "deaths": deaths,
        "detained": detained,
        "irregular": old.corridor.irregular + entered - deaths - detained,
    }
    back = sum_by(route.pool, np.where(used, detained, 0.0), 3)
    s.expect(
        before,
        border={"irregular_share": share},
        corridor={k: np.where(used, v, old.corridor[k]) for k, v in new.items()},
        pool={"home": old.pool.home + back},
    )


def check_protocol(rng):
    s = build(rng)
    before = s.copy()
    regimes.protocol(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    old, p, x = before.state, s.p, s.inputs.corridor[s.q]
    here = in_use(s.world, s.q) & (s.world.corridor.kind == CROSSERS)
    found = (old.corridor.irregular_entries - old.corridor.deaths) * p.crossing_detection
    chance = logistic(
        p.return_base - x.disaster * p.return_disaster - x.labour_need * p.return_labour
    )
    new = {
        "detected": found,
        "sent_back": found * chance,
        "irregular": old.corridor.irregular - found * chance,
    }
    back = sum_by(s.world.corridor.pool, np.where(here, found * chance, 0.0), 3)
    s.expect(
        before,
        corridor={k: np.where(here, v, old.corridor[k]) for k, v in new.items()},
        pool={"home": old.pool.home + back},
    )


def check_nobody_is_lost_at_the_border(rng):
    s = build(rng)
    s.vector[:] = np.floor(s.vector)
    s.state.corridor.entries[:] = 500.0
    before = s.copy()
    luck = Luck(1, 4, 9)
    regimes.without_papers(s.state, s.world, s.p, s.q, 0.5, luck)
    regimes.protocol(s.state, s.world, s.inputs, s.p, s.q, luck)
    new, old, used = s.state.corridor, before.state.corridor, in_use(s.world, s.q)
    died = np.where(used, new.deaths, 0.0)
    gone = new.entries + new.irregular + died - old.entries - old.irregular
    back = s.state.pool.home - before.state.pool.home
    assert np.array_equal(sum_by(s.world.corridor.pool, gone, 3) + back, np.zeros(3))
    for name in ("irregular_entries", "deaths", "detained", "detected", "sent_back"):
        assert np.array_equal(new[name], np.floor(new[name])), name
    assert (new.sent_back <= new.detected)[s.world.corridor.kind == CROSSERS][0]
