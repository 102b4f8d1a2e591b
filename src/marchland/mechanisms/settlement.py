"""Settlement: the allowance ends, people stay on, pay, are removed or go home (E5b, E6)."""

from __future__ import annotations

from math import exp, log

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.world import CROSSERS, SOJOURNERS


@compiled
def payments(state, world, p, b):
    """Share of officials' finds that end in payment, at border b (E5b).

    d logit(paid) / dt = payment x rents, rents = restriction x s / (1 + s)

    s is the number of unauthorised stayers per hundred residents of the host regions; logit a
    year. A stricter rule makes larger rents. Carries D04, D05.
    Distrust detection, payment and overstaying apart: only their product is seen.
    Becker 1968; Shleifer and Vishny 1993.
    """
    stayers = 0.0
    hosts = 0.0
    for c in range(state.overstay.shape[0]):
        if world.corridor_border[c] == b and world.corridor_kind[c] == SOJOURNERS:
            stayers += state.overstay[c] + state.paid[c]
    for r in range(state.residents.shape[0]):
        if world.region_border[r] == b:
            hosts += state.residents[r]
    s = 100.0 * stayers / hosts if hosts > 0.0 else 0.0
    state.rents[b] = min(max(state.restriction[b], 0.0), 1.0) * s / (1.0 + s)
    state.paid_logit[b] += p.payment * state.rents[b] / 4.0
    state.paid_share[b] = 1.0 / (1.0 + exp(-state.paid_logit[b]))


@compiled
def overstay_chance(p, visa_years):
    """Chance that a visitor whose allowance ends stays on (E5b).

    1 - exp(-h), h = overstay exp(-compliance x years under the visa)

    Carries D05 with `payments`; `compliance` is the rival that people simply leave.
    """
    return 1.0 - exp(-p.overstay * exp(-p.compliance * visa_years))


@compiled
def return_chance(state, world, inputs, p, q, c):
    """Chance a quarter that somebody who stays on goes home (E6).

    hazard = rho0 exp(-rho1 ln(w_host / w_home) - visa_return x restriction), per year

    Restriction cuts returns too. Carries C06, D01.
    Czaika and de Haas 2017.
    """
    hazard = p.return_rate * exp(
        -p.return_income * inputs.income_gap[q, c]
        - p.visa_return * state.restriction[world.corridor_border[c]]
    )
    return 1.0 - exp(-hazard / 4.0)


@compiled
def remember_arrivals(state, c, joined, left, before):
    """Age those who stay on by a quarter: who arrived within the last four (E6).

    Each cohort loses the share `left / before` that all who stay on lose; persons.
    """
    kept = 1.0 - left / before if before > 0.0 else 0.0
    state.arrived_3[c] = state.arrived_2[c] * kept
    state.arrived_2[c] = state.arrived_1[c] * kept
    state.arrived_1[c] = state.arrived_now[c] * kept
    state.arrived_now[c] = joined


@compiled
def stay_on(state, world, inputs, p, q, luck, c):
    """One quarter of the stays along corridor c (E5b, E6).

    legal -> overstay  where the allowance ends and the visitor stays on
    overstay -> found  at detection a year; found -> paid with the paid share, else removed
    overstay, paid, irregular -> home  at the return hazard

    Persons. Carries D04 (payments), D05 (prolonged stays), C06 (return).
    Distrust the split between found and paid: only their product is identified.
    Becker 1968; Shleifer and Vishny 1993.
    """
    b = world.corridor_border[c]
    sojourn = world.corridor_kind[c] == SOJOURNERS
    still_visiting = draws.draw(luck, state.entries[c], p.visit_share, q, draws.VISIT, c)
    ended = state.legal[c] + state.entries[c] - still_visiting
    chance = overstay_chance(p, inputs.visa_years[q, b]) if sojourn else 0.0
    joined = draws.draw(luck, ended, chance, q, draws.OVERSTAY, c)
    found = draws.draw(
        luck, state.overstay[c], 1.0 - exp(-p.detection / 4.0), q, draws.FOUND, c
    )
    pays = draws.draw(luck, found, state.paid_share[b], q, draws.PAID, c)
    goes = return_chance(state, world, inputs, p, q, c)
    from_overstay = draws.draw(luck, state.overstay[c] - found, goes, q, draws.RETURN, 3 * c)
    from_paid = draws.draw(luck, state.paid[c], goes, q, draws.RETURN, 3 * c + 1)
    from_irregular = draws.draw(luck, state.irregular[c], goes, q, draws.RETURN, 3 * c + 2)
    before = state.overstay[c] + state.paid[c] + state.irregular[c]
    state.ended[c] = ended
    state.removed[c] = found - pays
    state.returned[c] = from_overstay + from_paid + from_irregular
    state.legal[c] = still_visiting
    state.overstay[c] += joined - found - from_overstay
    state.paid[c] += pays - from_paid
    state.irregular[c] -= from_irregular
    state.home[world.corridor_pool[c]] += ended - joined + state.removed[c] + state.returned[c]
    left = state.removed[c] + state.returned[c]
    joined += state.irregular_entries[c] - state.detained[c]
    remember_arrivals(state, c, joined, left, before)


@compiled
def stays(state, world, inputs, p, q, luck):
    """Stays along every corridor, after the payments of the quarter (E5b, E6).

    Crossers of the protocol's corridors who are not returned stay, and are not followed on.
    Carries what `stay_on` and `payments` carry.
    """
    for b in range(state.paid_share.shape[0]):
        payments(state, world, p, b)
    for c in range(state.entries.shape[0]):
        if world.corridor_kind[c] == CROSSERS:
            continue
        stay_on(state, world, inputs, p, q, luck, c)


@compiled
def start_paid(share):
    """Log odds of the paid share at the start."""
    return log(share / (1.0 - share))
