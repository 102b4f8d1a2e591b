"""E11, E18: trust moved by what the other does."""

from __future__ import annotations

import numpy as np
from equations import agree, build

from marchland.mechanisms import trust


def bayes(belief, act, p, drift):
    """Belief on the log odds scale, then the drift."""
    good, poor = p.trust_good, p.trust_untrustworthy
    ratio = {1: good / poor, -1: (1.0 - good) / (1.0 - poor), 0: 1.0}[int(np.sign(act))]
    odds = belief / (1.0 - belief) * ratio
    return odds / (1.0 + odds) + drift * (p.trust_initial - odds / (1.0 + odds))


def check_believe(rng):
    p = build(rng).p
    for belief, drift in rng.uniform(0.05, 0.95, (20, 2)):
        for act in (-1.0, 0.0, 1.0):
            agree(trust.believe(belief, act, p, drift), bayes(belief, act, p, drift))


def check_update(rng):
    s = build(rng)
    s.inputs.pair.act_of_first[s.q] = [1.0, 0.0, -1.0]
    s.inputs.pair.act_of_second[s.q] = [-1.0, 1.0, 0.0]
    s.inputs.pair.chance_of_first[s.q] = s.inputs.pair.chance_of_second[s.q] = 0.0
    s.inputs.state.succession[s.q] = [0.3, 0.1, 0.6]
    s.p.trust_drift, s.p.trust_succession = 0.2, 0.7
    before = s.copy()
    trust.update(s.state, s.world, s.inputs, s.p, s.q)
    old, x = before.state.pair, s.inputs.pair[s.q]
    drift = [0.2 + 0.7 * 0.3, 0.2 + 0.7 * 0.6, 0.2 + 0.7 * 0.6]
    first = [bayes(old.trust_first[d], x.act_of_second[d], s.p, drift[d]) for d in range(3)]
    second = [bayes(old.trust_second[d], x.act_of_first[d], s.p, drift[d]) for d in range(3)]
    s.expect(before, pair={"trust_first": first, "trust_second": second})


def check_acts_off_the_record_follow_the_relation(rng):
    s = build(rng)
    p = s.p
    for relation in (-2.0, 0.0, 1.5):
        good = 1.0 / (1.0 + np.exp(-p.acts_level - relation))
        assert trust.act_of(0.0, good - 1e-6, relation, p) == 1.0
        assert trust.act_of(0.0, good + 1e-6, relation, p) == -1.0
        assert trust.act_of(-1.0, 0.0, relation, p) == -1.0, "the record counts"
    s.inputs.pair.act_of_first[s.q] = s.inputs.pair.act_of_second[s.q] = 0.0
    before = s.copy()
    trust.update(s.state, s.world, s.inputs, p, s.q)
    old, x = before.state.pair, s.inputs.pair[s.q]
    good = 1.0 / (1.0 + np.exp(-p.acts_level - old.relation))
    moved = s.inputs.state.succession[s.q]
    drift = [
        min(p.trust_drift + p.trust_succession * max(moved[a], moved[b]), 1.0)
        for a, b in zip(s.world.pair.first, s.world.pair.second, strict=True)
    ]
    for side, other in (("first", "second"), ("second", "first")):
        belief, acts = f"trust_{side}", np.where(x[f"chance_of_{other}"] < good, 1.0, -1.0)
        told = [bayes(old[belief][d], acts[d], p, drift[d]) for d in range(3)]
        agree(s.state.pair[belief], told)


def check_a_succession_makes_it_new_at_most(rng):
    s = build(rng)
    s.p.trust_drift, s.p.trust_succession = 0.8, 0.9
    s.inputs.state.succession[:] = 1.0
    trust.update(s.state, s.world, s.inputs, s.p, s.q)
    agree(s.state.pair.trust_first, s.p.trust_initial)
    agree(s.state.pair.trust_second, s.p.trust_initial)


def check_belief_stays_a_chance_and_can_always_move(rng):
    p = build(rng).p
    p.trust_good, p.trust_untrustworthy = 0.9, 0.5
    for act in (1.0, -1.0):
        belief = 0.5
        for _ in range(300):
            belief = trust.believe(belief, act, p, 0.02)
            assert 0.0 < belief < 1.0
        assert abs(trust.believe(belief, -act, p, 0.02) - belief) > 1e-4


def check_builds_slowly_and_falls_fast(rng):
    p = build(rng).p
    p.trust_good, p.trust_untrustworthy = 0.9, 0.5
    up, down = trust.believe(0.5, 1.0, p, 0.0), trust.believe(0.5, -1.0, p, 0.0)
    assert down < 0.5 < up
    assert 0.5 - down > up - 0.5
