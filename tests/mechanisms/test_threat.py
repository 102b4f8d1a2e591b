"""E13, E17: threat from outside, the wish to align, and alignment."""

from __future__ import annotations

import numpy as np
from equations import agree, build, softmin

from marchland.mechanisms import threat


def check_soft_minimum(rng):
    for a, b in rng.normal(0.0, 1.0, (50, 2)):
        value = threat.soft_minimum(a, b)
        agree(value, softmin(a, b))
        agree(value, threat.soft_minimum(b, a))
        assert min(a, b) - 1e-12 <= value <= min(a, b) + np.log(2.0) / 4.0
        assert value <= 0.5 * (a + b) + 1e-12
        agree(threat.soft_minimum(a, a), a)
    agree(threat.soft_minimum(-3.0, 500.0), -3.0 + np.log(2.0) / 4.0)


def check_a_wish_that_is_not_a_number_is_not_dropped(rng):
    assert np.isnan(threat.soft_minimum(np.nan, 0.3))
    assert np.isnan(threat.soft_minimum(0.3, np.nan))


def check_outside_threat(rng):
    s = build(rng)
    before = s.copy()
    threat.outside_threat(s.state, s.inputs, s.p, s.q)
    keep = 0.5 ** (1.0 / (4.0 * s.p.threat_half_life))
    s.expect(before, state={"threat": before.state.state.threat * keep + s.inputs.state[s.q].acts})


def check_half_of_a_threat_is_forgotten(rng):
    s = build(rng)
    s.p.threat_half_life = 2.0
    s.inputs.state.acts[:] = 0.0
    start = s.state.state.threat.copy()
    for _ in range(8):
        threat.outside_threat(s.state, s.inputs, s.p, s.q)
    agree(s.state.state.threat, start / 2.0)


def terms(p, felt, trust, deliveries, conflict, reward):
    """Terms of the wish to align, by name."""
    return {
        "wish_threat": p.common_threat * felt,
        "wish_arms": p.arms * np.log(1.0 + deliveries),
        "wish_trust": p.alignment_trust * (trust - p.trust_initial),
        "wish_dispute": -(p.alignment_dispute * conflict),
        "wish_bandwagon": -(p.bandwagon * reward),
    }


def check_wish(rng):
    s = build(rng)
    x = rng.uniform(0.1, 0.9, 5)
    agree(threat.wish(*x, s.p), _wish(s.p, x[0], x[1], x[2], x[3], x[4]))


def _wish(p, felt, trust, deliveries, conflict, reward):
    return p.alignment_base + sum(terms(p, felt, trust, deliveries, conflict, reward).values())


def check_ledger(rng):
    s = build(rng)
    before = s.copy()
    threat.ledger(s.state.pair[1], 0.3, 0.8, 0.6, 0.2, s.p)
    wanted = {}
    for name, value in terms(s.p, 0.3, 0.8, s.state.pair.deliveries[1], 0.6, 0.2).items():
        wanted[name] = before.state.pair[name].copy()
        wanted[name][1] = value
    s.expect(before, pair=wanted)


def check_align(rng):
    s = build(rng)
    before = s.copy()
    threat.align(s.state, s.world, s.inputs, s.p, s.q)
    p, old = s.p, before.state.pair
    felt, reward = s.state.state.threat, s.inputs.state[s.q].reward
    conflict = s.inputs.pair[s.q].conflict
    sides = []
    for side, trust in ((s.world.pair.first, "trust_first"), (s.world.pair.second, "trust_second")):
        sides.append(terms(p, felt[side], old[trust], old.deliveries, conflict, reward[side]))
    first, second = (p.alignment_base + sum(side.values()) for side in sides)
    wish = softmin(first, second)
    keep = np.exp(-p.alignment_speed / 4.0)
    s.expect(
        before,
        pair={
            "wish_first": first,
            "wish_second": second,
            "wish": wish,
            "alignment": keep * old.alignment + (1.0 - keep) * np.tanh(wish),
            "unravelling_time": np.full(3, np.log(9.0) / p.alignment_speed),
            **{k: np.where(first <= second, sides[0][k], sides[1][k]) for k in sides[0]},
        },
    )


def check_the_ledger_adds_up_to_the_weaker_wish(rng):
    s = build(rng)
    threat.align(s.state, s.world, s.inputs, s.p, s.q)
    pair = s.state.pair
    total = sum(pair[f"wish_{k}"] for k in ("threat", "arms", "trust", "dispute", "bandwagon"))
    agree(s.p.alignment_base + total, np.minimum(pair.wish_first, pair.wish_second))


def check_alignment_stays_between_minus_one_and_one(rng):
    s = build(rng)
    for _ in range(50):
        s.state.state.threat[:] = rng.normal(0.0, 20.0, 3)
        threat.align(s.state, s.world, s.inputs, s.p, s.q)
        assert (np.abs(s.state.pair.alignment) <= 1.0).all()


def check_nine_tenths_of_the_way(rng):
    s = build(rng)
    s.p.alignment_speed = np.log(9.0) / 5.0
    threat.align(s.state, s.world, s.inputs, s.p, s.q)
    agree(s.state.pair.unravelling_time, 5.0)
