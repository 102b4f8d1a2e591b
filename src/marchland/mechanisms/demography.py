"""Demography: births, deaths and those who leave for the interior (E8)."""

from __future__ import annotations

from math import exp

from marchland.engine import draws
from marchland.engine.compile import compiled


@compiled
def out_rate(inputs, p, q, r):
    """Share of residents who leave region r for the interior, per year (E8).

    o0 exp(b_c living cost + b_n loss of supplies)

    Carries F01 (cost), F04 (neglect). Distrust causes apart: three falls, one period.
    """
    return p.out_migration * exp(
        p.out_migration_cost * inputs.living_cost[q, r]
        + p.out_migration_neglect * inputs.neglect[q, r]
    )


@compiled
def residents(state, world, inputs, p, q, luck):
    """Residents of every region (E8).

    dP = (births - deaths) P - out P

    Persons. Pools at home grow with their region and do not leave for the interior.
    Carries F01, F04. Distrust it before 1990, where births and deaths are held.
    """
    for r in range(state.residents.shape[0]):
        growth = draws.whole(luck, inputs.natural_increase[q, r] * state.others[r])
        leaving = 0.0
        if inputs.living_cost[q, r] == inputs.living_cost[q, r]:
            chance = 1.0 - exp(-out_rate(inputs, p, q, r) / 4.0)
            leaving = draws.draw(luck, state.others[r], chance, q, draws.OUT, r)
        state.others[r] += growth - leaving
        state.residents[r] = state.others[r]
    for k in range(state.home.shape[0]):
        r = world.pool_region[k]
        state.home[k] += draws.whole(luck, inputs.natural_increase[q, r] * state.home[k])
        state.residents[r] += state.home[k]
