"""Migration: the push from layoffs (E3) and who leaves along which corridor (E1)."""

from __future__ import annotations

from math import exp, log, log1p

from marchland.engine import draws
from marchland.engine.compile import compiled


@compiled
def push(state, inputs, p, q):
    """Unemployment of regions that lay off state staff (E3).

    dU = layoffs (1 - U) - rehire (U - U*)

    U is the share without work, U* its natural level; layoffs are shares of state staff times
    the state's share of employment times a free scale, per quarter. Elsewhere U is a driver.
    Carries A02. Distrust the level: the sources count staff laid off, not people without work.
    Harris and Todaro 1970.
    """
    for r in range(state.unemployment.shape[0]):
        natural = inputs.unemployment[q, r]
        if inputs.layoffs[q, r] >= 0.0:
            u = state.unemployment[r]
            laid_off = p.layoffs * inputs.layoffs[q, r] * (1.0 - u)
            state.unemployment[r] = u + laid_off - p.rehire * (u - natural)
        else:
            state.unemployment[r] = natural


@compiled
def utility(c, state, world, inputs, p, own, q):
    """Utility of leaving along corridor c, in log odds (E1).

    u = ln(departures / 1000) + b_w ln(e_j w_j / e_i w_i) + b_D ln(1 + D / 1000)
        - b_d ln(distance) + b_h hunger + b_s discrimination + b_l labour demand
        + b_o opportunity - opening x closure - visa x restriction

    Each covariate is centred on the corridor's reference quarter, so a switch removes a
    variation and not a level; `departures` are persons per thousand and quarter at the reference.
    Carries A01, A05 (income), A06 (hunger), A07 (discrimination), B01 (opportunity), B04 (labour
    demand), C01, C02, C04 (D), D01 (opening, visa).
    Distrust `visa` and `opportunity` apart: visas fell when the old supplies failed.
    Beine, Docquier and Ozden 2011; Beine, Bertoli and Fernandez-Huertas Moraga 2016.
    """
    border = world.corridor_border[c]
    employed_here = log1p(-state.unemployment[world.corridor_origin[c]])
    employed_there = log1p(-state.unemployment[world.corridor_destination[c]])
    employment = employed_there - employed_here - world.corridor_reference_employment[c]
    ties = log1p(state.community[world.corridor_community[c]] / 1000.0)
    return (
        log(own[world.corridor_class[c]] / 1000.0)
        + p.income * (inputs.income_gap[q, c] + employment)
        + p.diaspora * (ties - world.corridor_reference_community[c])
        - p.distance * world.corridor_distance[c]
        + p.hunger * inputs.hunger[q, c]
        + p.discrimination * inputs.discrimination[q, c]
        + p.labour_demand * inputs.labour_demand[q, c]
        + p.opportunity * inputs.opportunity[q, c]
        - p.opening * state.closure[border]
        - p.visa * state.restriction[border]
    )


@compiled
def flows(state, world, inputs, p, own, q, luck):
    """People who set out, by corridor: a multinomial draw from those at home (E1).

    share leaving along c = exp(u_c) / (1 + sum of exp(u) over the corridors of the pool)

    Writes `entries` (persons a quarter, papers or not); people are conserved. Carries what
    `utility` carries. Harris and Todaro 1970.
    """
    for k in range(state.leaving.shape[0]):
        state.leaving[k] = 0.0
    for c in range(state.entries.shape[0]):
        state.entries[c] = 0.0
        if world.corridor_first[c] <= q <= world.corridor_last[c]:
            state.utility[c] = utility(c, state, world, inputs, p, own, q)
            state.leaving[world.corridor_pool[c]] += exp(state.utility[c])
    for k in range(state.leaving.shape[0]):
        staying = state.home[k]
        remaining = 1.0
        for c in range(state.entries.shape[0]):
            if world.corridor_pool[c] == k and world.corridor_first[c] <= q <= world.corridor_last[c]:
                share = exp(state.utility[c]) / (1.0 + state.leaving[k])
                state.entries[c] = draws.draw(luck, staying, share / remaining, q, draws.FLOWS, c)
                staying -= state.entries[c]
                remaining -= share
        state.home[k] = staying
