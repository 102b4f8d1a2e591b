"""Settlement: the allowance ends, people stay on, pay, are removed or go home (E5b, E6)."""

from __future__ import annotations

from math import exp, log

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.engine.draws import Luck
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import CROSSERS, SOJOURNERS, World, active


@compiled
def payments(state: State, world: World, p: Record, b: int) -> None:
    """Share of officials' finds that end in payment, at border b (E5b).

    d logit(paid) / dt = payment x rents, rents = restriction (1 - closure) s / (1 + s)

    s is the number of unauthorised stayers per hundred residents of the host regions; logit a
    year. A stricter rule makes larger rents, a closed border none. Carries D04, D05.
    Distrust detection, payment and overstaying apart: only their product is seen.
    Becker 1968; Shleifer and Vishny 1993.
    """
    stayers = 0.0
    hosts = 0.0
    for c in range(state.corridor.shape[0]):
        if world.corridor[c].border == b and world.corridor[c].kind == SOJOURNERS:
            stayers += state.corridor[c].overstay + state.corridor[c].paid
    for r in range(state.region.shape[0]):
        if world.region[r].border == b:
            hosts += state.region[r].residents
    s = 100.0 * stayers / hosts if hosts > 0.0 else 0.0
    restriction = min(max(state.border[b].restriction, 0.0), 1.0)
    state.border[b].rents = restriction * (1.0 - state.border[b].closure) * s / (1.0 + s)
    state.border[b].paid_logit += p.payment * state.border[b].rents / 4.0
    state.border[b].paid_share = 1.0 / (1.0 + exp(-state.border[b].paid_logit))


@compiled
def overstay_chance(p: Record, closure: float, visa_years: float) -> float:
    """Chance that a visitor whose allowance ends stays on (E5b).

    1 - exp(-h), h = overstay exp(-opening x closure - compliance x years under the visa)

    Where the border is closed but for delegations, staying on is as rare as entry. Carries D05
    with `payments`; `compliance` is the rival that people simply leave.
    """
    return 1.0 - exp(-p.overstay * exp(-p.opening * closure - p.compliance * visa_years))


@compiled
def return_chance(income_gap: float, restriction: float, p: Record) -> float:
    """Chance a quarter that somebody who stays on goes home (E6).

    hazard = rho0 exp(-rho1 ln(w_host / w_home) - visa_return x restriction), per year

    Restriction cuts returns too. Carries C06, D01.
    Czaika and de Haas 2017.
    """
    hazard = p.return_rate * exp(-p.return_income * income_gap - p.visa_return * restriction)
    return 1.0 - exp(-hazard / 4.0)


@compiled
def remember_arrivals(corridor: Record, joined: float, left: float, before: float) -> None:
    """Age those who stay on by a quarter: who arrived within the last four (E6).

    Each cohort loses the share `left / before` that all who stay on lose; persons.
    """
    kept = 1.0 - left / before if before > 0.0 else 0.0
    corridor.arrived_3 = corridor.arrived_2 * kept
    corridor.arrived_2 = corridor.arrived_1 * kept
    corridor.arrived_1 = corridor.arrived_now * kept
    corridor.arrived_now = joined


@compiled
def allowance(
    corridor: Record, border: Record, sojourn: bool, p: Record, q: int, luck: Luck, c: int
) -> float:
    """Visitors whose allowance ends, and those of them who stay on (E5b).

    legal -> overstay  where the allowance ends and the visitor stays on, else home; visitors on
    group lists all go home

    Persons; gives those who go home. Carries D05.
    """
    still_visiting = draws.draw(luck, corridor.entries, p.visit_share, q, draws.VISIT, c)
    corridor.ended = corridor.legal + corridor.entries - still_visiting
    chance = border.overstay_chance * (1.0 - border.group_tours) if sojourn else 0.0
    corridor.joined = draws.draw(luck, corridor.ended, chance, q, draws.OVERSTAY, c)
    corridor.legal = still_visiting
    return corridor.ended - corridor.joined


@compiled
def stay_on(corridor: Record, border: Record, find: float, q: int, luck: Luck, c: int) -> float:
    """Those who stay on: found, paying or removed, or going home (E5b, E6).

    overstay -> found  at detection a year; found -> paid with the paid share, else removed
    overstay, paid, irregular -> home  at the return hazard

    Persons; gives those who go home. Carries D04 (payments), D05 (prolonged stays), C06 (return).
    Distrust the split between found and paid: only their product is identified.
    Becker 1968; Shleifer and Vishny 1993.
    """
    goes = corridor.return_chance
    found = draws.draw(luck, corridor.overstay, find, q, draws.FOUND, c)
    pays = draws.draw(luck, found, border.paid_share, q, draws.PAID, c)
    from_overstay = draws.draw(luck, corridor.overstay - found, goes, q, draws.RETURN, 3 * c)
    from_paid = draws.draw(luck, corridor.paid, goes, q, draws.RETURN, 3 * c + 1)
    from_irregular = draws.draw(luck, corridor.irregular, goes, q, draws.RETURN, 3 * c + 2)
    before = corridor.overstay + corridor.paid + corridor.irregular
    corridor.removed = found - pays
    corridor.returned = from_overstay + from_paid + from_irregular
    corridor.overstay += corridor.joined - found - from_overstay
    corridor.paid += pays - from_paid
    corridor.irregular -= from_irregular
    left = corridor.removed + corridor.returned
    entered = corridor.irregular_entries - corridor.detained
    remember_arrivals(corridor, corridor.joined + entered, left, before)
    return left


@compiled
def stays(state: State, world: World, inputs: Inputs, p: Record, q: int, luck: Luck) -> None:
    """Stays along every corridor, after the payments of the quarter (E5b, E6).

    Crossers of the protocol's corridors who are not returned stay, and are not followed on.
    Carries what `stay_on` and `payments` carry.
    """
    for b in range(state.border.shape[0]):
        payments(state, world, p, b)
        state.border[b].group_tours = 1.0 - exp(-p.composition * inputs.border[q, b].visa_years)
        state.border[b].overstay_chance = overstay_chance(
            p, state.border[b].closure, inputs.border[q, b].visa_years
        )
    find = 1.0 - exp(-p.detection / 4.0)
    for c in range(state.corridor.shape[0]):
        route = world.corridor[c]
        if route.kind == CROSSERS or not active(route, q):
            continue
        corridor, border = state.corridor[c], state.border[route.border]
        gap = inputs.corridor[q, c].income_gap
        corridor.return_chance = return_chance(gap, border.restriction, p)
        home = allowance(corridor, border, route.kind == SOJOURNERS, p, q, luck, c)
        home += stay_on(corridor, border, find, q, luck, c)
        state.pool[route.pool].home += home


@compiled
def start_paid(share: float) -> float:
    """Log odds of the paid share at the start."""
    return log(share / (1.0 - share))
