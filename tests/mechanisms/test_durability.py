"""E16: a treaty steps up and down; its stage is a set of chances."""

from __future__ import annotations

import numpy as np
from equations import agree, build, logistic

from marchland.mechanisms import durability

STAGES = ("stage_none", "stage_consultation", "stage_neutrality", "stage_defence")


def chance(base, change):
    """Chance a quarter from a yearly one, by the logistic function."""
    yearly = logistic(np.log(base / (1.0 - base)) + change)
    return 1.0 - (1.0 - yearly) ** 0.25


def whole(s):
    """Make the chances of the stages sum to one."""
    total = sum(s.state.pair[name] for name in STAGES)
    for name in STAGES:
        s.state.pair[name] /= total


def check_quarterly(rng):
    for base, change in rng.uniform(0.05, 0.95, (20, 2)):
        agree(durability.quarterly(base, 4.0 * change - 2.0), chance(base, 4.0 * change - 2.0))
    assert durability.quarterly(0.0, 3.0) == 0.0
    assert durability.quarterly(-0.1, 3.0) == 0.0
    assert 0.9 < durability.quarterly(0.5, 40.0) <= 1.0


def check_step_down(rng):
    s = build(rng)
    p = s.p
    wanted = chance(
        p.treaty_base, 0.4 * p.treaty_leader + 0.3 * p.treaty_power_ratio - 0.7 * p.treaty_threat
    )
    agree(durability.step_down(0.7, 0.3, 0.4, p), wanted)


def check_stages(rng):
    s = build(rng)
    whole(s)
    before = s.copy()
    durability.stages(s.state, s.world, s.inputs, s.p, s.q)
    old, p = before.state.pair, s.p
    first, second = s.world.pair.first, s.world.pair.second
    threat, succession = s.state.state.threat, s.inputs.state[s.q].succession
    common = np.minimum(threat[first], threat[second])
    change = np.maximum(succession[first], succession[second])
    power = s.inputs.pair[s.q].power_change
    up = chance(p.treaty_upward_base, p.treaty_upward * old.wish)
    odds = p.treaty_power_ratio * power + p.treaty_leader * change - p.treaty_threat * common
    down = chance(p.treaty_base, odds)
    new = np.zeros((4, 3))
    for d in range(3):
        move = np.zeros((4, 4))
        for stage in range(4):
            rises = up[d] if stage < 3 else 0.0
            falls = (1.0 - rises) * down[d] if stage > 0 else 0.0
            if stage < 3:
                move[stage + 1, stage] = rises
            if stage > 0:
                move[stage - 1, stage] = falls
            move[stage, stage] = 1.0 - rises - falls
        new[:, d] = move @ [old[name][d] for name in STAGES]
    s.expect(
        before,
        pair={
            **dict(zip(STAGES, new, strict=True)),
            "first_alliance": old.first_alliance * (1.0 - down),
            "downgrade_hazard": 1.0 - (1.0 - down) ** 4,
        },
    )


def check_stages_are_chances_that_sum_to_one(rng):
    s = build(rng)
    whole(s)
    for _ in range(50):
        s.state.state.threat[:] = rng.normal(0.0, 5.0, 3)
        s.state.pair.wish[:] = rng.normal(0.0, 5.0, 3)
        durability.stages(s.state, s.world, s.inputs, s.p, s.q)
        chances = np.array([s.state.pair[name] for name in STAGES])
        assert (chances >= 0.0).all()
        assert (chances <= 1.0).all()
        agree(chances.sum(axis=0), 1.0)
        assert (s.state.pair.downgrade_hazard <= 1.0).all()
