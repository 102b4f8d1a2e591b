"""Observation: what statistics see of the people (O1, O2)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled
from marchland.mechanisms.settlement import overstay_chance, return_chance
from marchland.world import SOJOURNERS


@compiled
def found_before_return(p, goes):
    """Chance that an overstayer is found before going home, both per quarter (O1)."""
    found = 1.0 - exp(-p.detection / 4.0)
    return found / (found + (1.0 - found) * goes)


@compiled
def recorded(state, world, inputs, p, q):
    """Of the stays whose allowance ended, those recorded as overstayed (O1).

    ended (1 - g) Pr(overstays) Pr(found before return) (1 - paid), g = 1 - exp(-composition t)

    Persons a quarter; recorded are those found inland who did not pay; g is the share of
    visitors on group lists, which grows t years under the visa. Carries D05.
    Distrust payment against composition: both make statistics look clean.
    """
    for b in range(state.group_tours.shape[0]):
        state.group_tours[b] = 1.0 - exp(-p.composition * inputs.visa_years[q, b])
    for c in range(state.ended.shape[0]):
        state.recorded[c] = 0.0
        if world.corridor_kind[c] == SOJOURNERS:
            b = world.corridor_border[c]
            chance = overstay_chance(p, inputs.visa_years[q, b])
            goes = return_chance(state, world, inputs, p, q, c)
            seen = found_before_return(p, goes) * (1.0 - state.paid_share[b])
            state.recorded[c] = state.ended[c] * (1.0 - state.group_tours[b]) * chance * seen


@compiled
def officially(state, p):
    """People that a census or an official count sees, by corridor (O2).

    coverage x (overstay + paid + irregular + settled); visitors are not counted

    Persons. Distrust stock and coverage apart: official figures are their product.
    """
    for c in range(state.official.shape[0]):
        staying = state.overstay[c] + state.paid[c] + state.irregular[c] + state.settled[c]
        state.official[c] = p.coverage * staying


@compiled
def trips(state, p):
    """Trips across the border, both ways, of the visitors of the quarter (E1).

    trips per visitor x entries with papers. Carries D01. Distrust persons behind trips.
    """
    for c in range(state.trips.shape[0]):
        state.trips[c] = p.trips * state.entries[c]
