"""Networks: one's people on the other side (E2)."""

from __future__ import annotations

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.world import World


@compiled
def communities(state: State, world: World) -> None:
    """Persons of a group in a host region, all statuses (E2).

    D = sum over the corridors that end there of legal + overstay + paid + irregular + settled

    Persons. Carries C01, C02 and C04 together with `diaspora` in E1.
    Distrust it early: nothing but the census of 1989 tells how many were there at the start.
    Massey et al. 1993; McKenzie and Rapoport 2010.
    """
    for m in range(state.community.shape[0]):
        state.community[m].community = 0.0
    for c in range(state.corridor.shape[0]):
        away = (
            state.corridor[c].legal
            + state.corridor[c].overstay
            + state.corridor[c].paid
            + state.corridor[c].irregular
            + state.corridor[c].settled
        )
        state.community[world.corridor[c].community].community += away
