"""O1, O2: what statistics see."""

from __future__ import annotations

import numpy as np
from equations import SOJOURNERS, agree, build, in_use

from marchland.mechanisms import observation


def check_found_before_return(rng):
    for find, goes in rng.uniform(0.05, 0.95, (10, 2)):
        quarters = np.arange(2000)
        still_there = ((1.0 - find) * (1.0 - goes)) ** quarters
        seen = observation.found_before_return(find, goes)
        agree(seen, find / (1.0 - (1.0 - find) * (1.0 - goes)))
        np.testing.assert_allclose(seen, (find * still_there).sum(), rtol=1e-9)


def check_recorded(rng):
    s = build(rng)
    before = s.copy()
    observation.recorded(s.state, s.world, s.p, s.q)
    p, border, corridor = s.p, before.state.border, before.state.corridor
    find = 1.0 - np.exp(-0.25 * p.detection)
    seen = find / (1.0 - (1.0 - find) * (1.0 - corridor.return_chance))
    b = s.world.corridor.border
    late = (corridor.ended - corridor.ended * border.group_tours[b]) * border.overstay_chance[b]
    counted = in_use(s.world, s.q) & (s.world.corridor.kind == SOJOURNERS)
    s.expect(
        before,
        corridor={"recorded": np.where(counted, late * seen * (1.0 - border.paid_share[b]), 0.0)},
    )


def check_officially(rng):
    s = build(rng)
    before = s.copy()
    observation.officially(s.state, s.p)
    staying = sum(s.state.corridor[k] for k in ("overstay", "paid", "irregular", "settled"))
    s.expect(before, corridor={"official": s.p.coverage * staying})


def check_trips(rng):
    s = build(rng)
    before = s.copy()
    observation.trips(s.state, s.p)
    s.expect(before, corridor={"trips": s.p.trips * s.state.corridor.entries})
