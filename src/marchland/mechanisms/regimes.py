"""Regimes: how rules take effect (E5), entry without papers (E5, O4), the protocol (E5c)."""

from __future__ import annotations

from math import exp

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.world import CROSSERS


@compiled
def adjust(now, target, restriction_rate, removal_rate):
    """One quarter towards a rule: slowly where it restricts, fast where it frees (E5).

    dR/dt = rate (target - R), rate = restriction_rate if target > R else removal_rate

    Rates per year. Czaika and de Haas 2017.
    """
    rate = restriction_rate if target > now else removal_rate
    return now + (target - now) * (1.0 - exp(-rate / 4.0))


@compiled
def take_effect(state, inputs, p, q):
    """The closure and the visa that people meet at a border (E5).

    Closed: 1, open: 0. Visa-free: 0, the visa of the reference: 1, plus officials' practice.
    Carries D01, D02, D03. Czaika and de Haas 2017.
    """
    for b in range(state.closure.shape[0]):
        visa = max(inputs.visa[q, b] + state.practice[b], 0.0)
        state.closure[b] = adjust(
            state.closure[b], inputs.closure[q, b], p.restriction_rate, p.removal_rate
        )
        state.restriction[b] = adjust(
            state.restriction[b], visa, p.restriction_rate, p.removal_rate
        )


@compiled
def irregular_share(state, p, b, years):
    """Share of entries without papers at border b (E5).

    odds = odds0 exp(b_r restriction - b_e enforcement), enforcement = growth x years

    `years` count from the reference quarter. Carries D02 (openness), D18 (few guards).
    Distrust its level: the sources give one ratio, of flows or of their discovery.
    """
    odds = (
        p.irregular_share
        / (1.0 - p.irregular_share)
        * exp(
            p.irregular_restriction * state.restriction[b]
            - p.irregular_enforcement * p.enforcement_growth * years
        )
    )
    return odds / (1.0 + odds)


@compiled
def without_papers(state, world, p, q, years, luck):
    """Entrants without papers, those held at the border (O4) and those who die (E5).

    irregular = entries x share; held = irregular (1 - exp(-detection exp(growth years)))

    Persons a quarter. Those held go home. Carries D02, D16, D18.
    Distrust flow and enforcement apart: detentions are their product.
    """
    for c in range(state.entries.shape[0]):
        b = world.corridor_border[c]
        crossing = world.corridor_kind[c] == CROSSERS
        chance = 1.0 if crossing else irregular_share(state, p, b, years)
        entered = draws.draw(luck, state.entries[c], chance, q, draws.IRREGULAR, c)
        died = draws.draw(luck, entered, p.crossing_risk, q, draws.DEATHS, c) if crossing else 0.0
        hold = 0.0 if crossing else 1.0 - exp(-p.border_detection * exp(p.enforcement_growth * years))
        held = draws.draw(luck, entered, hold, q, draws.DETAINED, c)
        state.entries[c] -= entered
        state.irregular_entries[c] = entered
        state.deaths[c] = died
        state.detained[c] = held
        state.irregular[c] += entered - died - held
        state.home[world.corridor_pool[c]] += held


@compiled
def protocol(state, world, inputs, p, q, luck):
    """Crossers who are discovered, and those of them who are returned (E5c).

    Pr(returned | found) = logistic(r0 - r2 disaster - r3 labour need)

    Persons a quarter. Carries D11 (disaster), D14 (labour need), D15.
    Distrust the causes apart: one year, in which hunger, kin and incentives moved together.
    """
    for c in range(state.entries.shape[0]):
        if world.corridor_kind[c] != CROSSERS:
            continue
        arrived = state.irregular_entries[c] - state.deaths[c]
        found = draws.draw(luck, arrived, p.crossing_detection, q, draws.DETECTED, c)
        log_odds = (
            p.return_base
            - p.return_disaster * inputs.disaster[q, c]
            - p.return_labour * inputs.labour_need[q, c]
        )
        chance = 1.0 / (1.0 + exp(-log_odds))
        sent_back = draws.draw(luck, found, chance, q, draws.SENT_BACK, c)
        state.detected[c] = found
        state.sent_back[c] = sent_back
        state.irregular[c] -= sent_back
        state.home[world.corridor_pool[c]] += sent_back
