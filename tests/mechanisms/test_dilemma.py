"""E10: hostility and the need of trade move the practice at the border."""

from __future__ import annotations

import numpy as np
from equations import agree, build

from marchland.mechanisms import dilemma


def hostility_at(s):
    """Half the mean of a border's regions, half its centre; the regions alone without one."""
    h = s.state.region.hostility
    return np.array([0.5 * (h[1] + h[2]) / 2.0 + 0.5 * h[3], (h[4] + h[5]) / 2.0, 0.0])


def check_felt(rng):
    s = build(rng)
    agree([dilemma.felt(s.state, s.world, b) for b in range(3)], hostility_at(s))


def check_practice(rng):
    s = build(rng)
    before = s.copy()
    dilemma.practice(s.state, s.world, s.inputs, s.p, s.own, s.q)
    p, x = s.p, before.state.border.practice
    need = np.array([np.log(s.state.pair.trade[0]) - np.log(s.own[0]), 0.0, 0.0])
    rate = p.practice_hostility * hostility_at(s) - p.practice_trade * need
    s.expect(before, border={"practice": x + (rate - p.practice_damping * x) / 4.0})


def check_practice_without_trade_yet(rng):
    s = build(rng)
    s.state.pair.trade[0] = 0.0
    before = s.copy()
    dilemma.practice(s.state, s.world, s.inputs, s.p, s.own, s.q)
    p, x = s.p, before.state.border.practice
    rate = p.practice_hostility * hostility_at(s) - p.practice_damping * x
    s.expect(before, border={"practice": x + rate / 4.0})


def check_practice_is_kept_within_two(rng):
    for sign in (-1.0, 1.0):
        s = build(rng)
        s.state.border.practice[:] = 50.0 * sign
        dilemma.practice(s.state, s.world, s.inputs, s.p, s.own, s.q)
        agree(s.state.border.practice, 2.0 * sign)


def check_as_practised(rng):
    s = build(rng)
    s.inputs.border.restrictiveness[s.q] = [0.2, 0.95, 0.1]
    s.state.border.practice[:] = [0.5, 0.6, -0.7]
    before = s.copy()
    dilemma.as_practised(s.state, s.inputs, s.q)
    s.expect(before, border={"restrictiveness": [0.4, 1.0, 0.0]})
