"""Observation: what statistics see of the people (O1, O2)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.world import SOJOURNERS, World, active


@compiled
def found_before_return(find: float, goes: float) -> float:
    """Chance that an overstayer is found before going home, from both per quarter (O1)."""
    return find / (find + (1.0 - find) * goes)


@compiled
def recorded(state: State, world: World, p: Record, q: int) -> None:
    """Of the stays whose allowance ended, those recorded as overstayed (O1).

    ended (1 - g) Pr(overstays) Pr(found before return) (1 - paid), g = 1 - exp(-composition t)

    Persons a quarter; recorded are those found inland who did not pay; g is the share of
    visitors on group lists, which grows t years under the visa. Carries D05.
    Distrust payment against composition: both make statistics look clean.
    """
    find = 1.0 - exp(-p.detection / 4.0)
    for c in range(state.corridor.shape[0]):
        state.corridor[c].recorded = 0.0
        if world.corridor[c].kind == SOJOURNERS and active(world.corridor[c], q):
            b = world.corridor[c].border
            chance = state.border[b].overstay_chance
            seen = found_before_return(find, state.corridor[c].return_chance)
            seen *= 1.0 - state.border[b].paid_share
            state.corridor[c].recorded = (
                state.corridor[c].ended * (1.0 - state.border[b].group_tours) * chance * seen
            )


@compiled
def officially(state: State, p: Record) -> None:
    """People that a census or an official count sees, by corridor (O2).

    coverage x (overstay + paid + irregular + settled); visitors are not counted

    Persons. Distrust stock and coverage apart: official figures are their product.
    """
    for c in range(state.corridor.shape[0]):
        staying = (
            state.corridor[c].overstay
            + state.corridor[c].paid
            + state.corridor[c].irregular
            + state.corridor[c].settled
        )
        state.corridor[c].official = p.coverage * staying


@compiled
def trips(state: State, p: Record) -> None:
    """Trips across the border, both ways, of the visitors of the quarter (E1).

    trips per visitor x entries with papers. Carries D01. Distrust persons behind trips.
    """
    for c in range(state.corridor.shape[0]):
        state.corridor[c].trips = p.trips * state.corridor[c].entries
