"""Arms: what one side can sell and the other wants (E14)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.mechanisms.threat import soft_minimum
from marchland.world import World


@compiled
def transfers(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Orders and deliveries of arms in every pair that trades them (E14).

    supply = need x idle capacity; demand = resources + embargo
    ln orders = ln level + softmin(supply, demand); backlog += orders - backlog / lag

    Nothing is sold before the pair's trade in arms begins. Billion USD a year, covariates
    centred on the reference quarter.
    Carries I01, I02 (supply), I03, I04 (demand). Distrust the years within a sum.
    Levine, Sen and Smith 1994.
    """
    for d in range(state.pair.shape[0]):
        if world.pair[d].supplier < 0 or q < world.pair[d].arms_start:
            continue
        supply = p.arms_need * inputs.pair[q, d].arms_need
        demand = (
            p.arms_resources * inputs.pair[q, d].arms_resources
            + p.arms_embargo * inputs.pair[q, d].arms_embargo
        )
        state.pair[d].orders = p.arms_level * exp(soft_minimum(supply, demand))
        delivered = state.pair[d].backlog * (1.0 - exp(-0.25 / p.arms_lag))
        state.pair[d].backlog += state.pair[d].orders / 4.0 - delivered
        state.pair[d].deliveries = 4.0 * delivered
