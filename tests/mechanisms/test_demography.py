"""E8: natural increase, and those who leave for the interior."""

from __future__ import annotations

import numpy as np
from equations import MEAN, agree, build, sum_by

from marchland.engine.draws import Luck
from marchland.mechanisms import demography


def check_out_rate(rng):
    s = build(rng)
    x, p = s.inputs.region[s.q, 1], s.p
    wanted = p.out_migration * (
        np.exp(p.out_migration_cost) ** x.living_cost * np.exp(p.out_migration_neglect) ** x.neglect
    )
    agree(demography.out_rate(x, p), wanted)


def check_residents(rng):
    s = build(rng)
    s.inputs.region.living_cost[:, [0, 4]] = np.nan
    before = s.copy()
    demography.residents(s.state, s.world, s.inputs, s.p, s.q, MEAN)
    old, x, p = before.state, s.inputs.region[s.q], s.p
    rate = p.out_migration * np.exp(
        p.out_migration_cost * x.living_cost + p.out_migration_neglect * x.neglect
    )
    stay = np.where(np.isnan(x.living_cost), 1.0, np.exp(-rate / 4.0))
    others = old.region.others * (x.natural_increase + stay)
    region = s.world.pool.region
    home = old.pool.home * (1.0 + x.natural_increase[region])
    s.expect(
        before,
        region={"others": others, "residents": others + sum_by(region, home, 6)},
        pool={"home": home},
    )


def check_people_are_whole(rng):
    s = build(rng)
    s.vector[:] = np.floor(s.vector)
    s.inputs.region.living_cost[:, 2] = np.nan
    before = s.copy()
    demography.residents(s.state, s.world, s.inputs, s.p, s.q, Luck(1, 5, 2))
    growth = np.floor(s.inputs.region[s.q].natural_increase * before.state.region.others + 0.5)
    left = before.state.region.others + growth - s.state.region.others
    assert np.array_equal(left, np.floor(left))
    assert left[2] == 0.0
    assert (np.delete(left, 2) > 0.0).all()
    assert (left <= before.state.region.others).all()
    pool = s.inputs.region[s.q].natural_increase[s.world.pool.region] * before.state.pool.home
    assert np.array_equal(s.state.pool.home, before.state.pool.home + np.floor(pool + 0.5))
