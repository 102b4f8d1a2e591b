"""Migration: the push from layoffs (E3) and who leaves along which corridor (E1)."""

from __future__ import annotations

from math import exp, log1p

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.engine.draws import Luck
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import World, active


@compiled
def push(state: State, inputs: Inputs, p: Record, q: int) -> None:
    """Unemployment of regions that lay off state staff (E3).

    dU = layoffs (1 - U) - rehire (U - U*)

    U is the share without work, U* its natural level; layoffs are shares of state staff times
    the state's share of employment times a free scale, per quarter. Elsewhere U is a driver.
    Carries A02. Distrust the level: the sources count staff laid off, not people without work.
    Harris and Todaro 1970.
    """
    for r in range(state.region.shape[0]):
        natural = inputs.region[q, r].unemployment
        if inputs.region[q, r].layoffs >= 0.0:
            u = state.region[r].unemployment
            laid_off = p.layoffs * inputs.region[q, r].layoffs * (1.0 - u)
            state.region[r].unemployment = u + laid_off - p.rehire * (u - natural)
        else:
            state.region[r].unemployment = natural
        state.region[r].employment = log1p(-state.region[r].unemployment)


@compiled
def utility(
    corridor: Record,
    route: Record,
    x: Record,
    employment: float,
    community: float,
    border: Record,
    p: Record,
) -> float:
    """Utility of leaving along a corridor, in log odds (E1).

    u = ln(departures / 1000) + b_w ln(e_j w_j / e_i w_i) + b_D ln(1 + D / 1000)
        - b_d ln(distance) + b_h hunger + b_s discrimination + b_l labour demand
        + b_o opportunity - opening x closure - visa x restriction

    `employment` is ln(e_j / e_i), `community` is D, persons. Each covariate is centred on the
    corridor's reference quarter, so a switch removes a variation and not a level; `departures`
    are persons per thousand and quarter at the reference.
    Carries A01, A05 (income), A06 (hunger), A07 (discrimination), B01 (opportunity), B04 (labour
    demand), C01, C02, C04 (D), D01 (opening, visa).
    Distrust `visa` and `opportunity` apart: visas fell when the old supplies failed.
    Beine, Docquier and Ozden 2011; Beine, Bertoli and Fernandez-Huertas Moraga 2016.
    """
    return (
        corridor.departures
        + p.income * (x.income_gap + employment - route.reference_employment)
        + p.diaspora * (log1p(community / 1000.0) - route.reference_community)
        - p.distance * route.distance
        + p.hunger * x.hunger
        + p.discrimination * x.discrimination
        + p.labour_demand * x.labour_demand
        + p.opportunity * x.opportunity
        - p.opening * border.closure
        - p.visa * border.restriction
    )


@compiled
def flows(state: State, world: World, inputs: Inputs, p: Record, q: int, luck: Luck) -> None:
    """People who set out, by corridor: a multinomial draw from those at home (E1).

    share leaving along c = exp(u_c) / (1 + sum of exp(u) over the corridors of the pool)

    Writes `entries` (persons a quarter, papers or not); people are conserved. Carries what
    `utility` carries. Harris and Todaro 1970.
    """
    for k in range(state.pool.shape[0]):
        state.pool[k].leaving = 0.0
        state.pool[k].remaining = 1.0
    for c in range(state.corridor.shape[0]):
        state.corridor[c].entries = 0.0
        route = world.corridor[c]
        if active(route, q):
            there = state.region[route.destination].employment
            state.corridor[c].utility = utility(
                state.corridor[c],
                route,
                inputs.corridor[q, c],
                there - state.region[route.origin].employment,
                state.community[route.community].community,
                state.border[route.border],
                p,
            )
            state.corridor[c].odds = exp(state.corridor[c].utility)
            state.pool[world.corridor[c].pool].leaving += state.corridor[c].odds
    for c in range(state.corridor.shape[0]):
        if not active(world.corridor[c], q):
            continue
        k = world.corridor[c].pool
        share = state.corridor[c].odds / (1.0 + state.pool[k].leaving)
        chance = share / state.pool[k].remaining
        state.corridor[c].entries = draws.draw(luck, state.pool[k].home, chance, q, draws.FLOWS, c)
        state.pool[k].home -= state.corridor[c].entries
        state.pool[k].remaining -= share
