"""Demography: births, deaths and those who leave for the interior (E8)."""

from __future__ import annotations

from math import exp

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.engine.draws import Luck
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import World


@compiled
def out_rate(x: Record, p: Record) -> float:
    """Share of residents who leave a region for the interior, per year (E8).

    o0 exp(b_c living cost + b_n loss of supplies)

    Carries F01 (cost), F04 (neglect). Distrust causes apart: three falls, one period.
    """
    return p.out_migration * exp(
        p.out_migration_cost * x.living_cost + p.out_migration_neglect * x.neglect
    )


@compiled
def residents(state: State, world: World, inputs: Inputs, p: Record, q: int, luck: Luck) -> None:
    """Residents of every region (E8).

    dP = (births - deaths) P - out P

    Persons. Pools at home grow with their region and do not leave for the interior.
    Carries F01, F04. Distrust it before 1990, where births and deaths are held.
    """
    for r in range(state.region.shape[0]):
        growth = draws.whole(luck, inputs.region[q, r].natural_increase * state.region[r].others)
        leaving = 0.0
        if inputs.region[q, r].living_cost == inputs.region[q, r].living_cost:
            chance = 1.0 - exp(-out_rate(inputs.region[q, r], p) / 4.0)
            leaving = draws.draw(luck, state.region[r].others, chance, q, draws.OUT, r)
        state.region[r].others += growth - leaving
        state.region[r].residents = state.region[r].others
    for k in range(state.pool.shape[0]):
        r = world.pool[k].region
        state.pool[k].home += draws.whole(
            luck, inputs.region[q, r].natural_increase * state.pool[k].home
        )
        state.region[r].residents += state.pool[k].home
