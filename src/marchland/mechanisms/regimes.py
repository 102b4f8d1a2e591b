"""Regimes: how rules take effect (E5), entry without papers (E5, O4), the protocol (E5c)."""

from __future__ import annotations

from math import exp

from marchland.engine import draws
from marchland.engine.compile import compiled
from marchland.engine.draws import Luck
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import CROSSERS, World, active


@compiled
def adjust(now: float, target: float, slow: float, fast: float) -> float:
    """One quarter towards a rule: slowly where it restricts, fast where it frees (E5).

    dR/dt = rate (target - R), rate = restriction_rate if target > R else removal_rate

    `slow` and `fast` are the shares of the way made in a quarter. Czaika and de Haas 2017.
    """
    return now + (target - now) * (slow if target > now else fast)


@compiled
def take_effect(state: State, inputs: Inputs, p: Record, q: int) -> None:
    """The closure and the visa that people meet at a border (E5).

    Closed: 1, open: 0. Visa-free: 0, the visa of the reference: 1, plus officials' practice.
    Carries D01, D02, D03. Czaika and de Haas 2017.
    """
    slow = 1.0 - exp(-p.restriction_rate / 4.0)
    fast = 1.0 - exp(-p.removal_rate / 4.0)
    for b in range(state.border.shape[0]):
        border, rule = state.border[b], inputs.border[q, b]
        visa = max(rule.visa + border.practice, 0.0)
        border.closure = adjust(border.closure, rule.closure, slow, fast)
        border.restriction = adjust(border.restriction, visa, slow, fast)


@compiled
def irregular_share(restriction: float, p: Record, years: float) -> float:
    """Share of entries without papers (E5).

    odds = odds0 exp(b_r restriction - b_e enforcement), enforcement = growth x years

    `years` count from the reference quarter. Carries D02 (openness), D18 (few guards).
    Distrust its level: the sources give one ratio, of flows or of their discovery.
    """
    odds = (
        p.irregular_share
        / (1.0 - p.irregular_share)
        * exp(
            p.irregular_restriction * restriction
            - p.irregular_enforcement * p.enforcement_growth * years
        )
    )
    return odds / (1.0 + odds)


@compiled
def without_papers(state: State, world: World, p: Record, q: int, years: float, luck: Luck) -> None:
    """Entrants without papers, those held at the border (O4) and those who die (E5).

    irregular = entries x share; held = irregular (1 - exp(-detection exp(growth years)))

    Persons a quarter. Those held go home. Carries D02, D16, D18.
    Distrust flow and enforcement apart: detentions are their product.
    """
    hold = 1.0 - exp(-p.border_detection * exp(p.enforcement_growth * years))
    for b in range(state.border.shape[0]):
        state.border[b].irregular_share = irregular_share(state.border[b].restriction, p, years)
    for c in range(state.corridor.shape[0]):
        if not active(world.corridor[c], q):
            continue
        crossing = world.corridor[c].kind == CROSSERS
        chance = 1.0 if crossing else state.border[world.corridor[c].border].irregular_share
        entered = draws.draw(luck, state.corridor[c].entries, chance, q, draws.IRREGULAR, c)
        died = 0.0
        held = 0.0
        if crossing:
            died = draws.draw(luck, entered, p.crossing_risk, q, draws.DEATHS, c)
        else:
            held = draws.draw(luck, entered, hold, q, draws.DETAINED, c)
        state.corridor[c].entries -= entered
        state.corridor[c].irregular_entries = entered
        state.corridor[c].deaths = died
        state.corridor[c].detained = held
        state.corridor[c].irregular += entered - died - held
        state.pool[world.corridor[c].pool].home += held


@compiled
def protocol(state: State, world: World, inputs: Inputs, p: Record, q: int, luck: Luck) -> None:
    """Crossers who are discovered, and those of them who are returned (E5c).

    Pr(returned | found) = logistic(r0 - r2 disaster - r3 labour need)

    Persons a quarter. Carries D11 (disaster), D14 (labour need), D15.
    Distrust the causes apart: one year, in which hunger, kin and incentives moved together.
    """
    for c in range(state.corridor.shape[0]):
        if world.corridor[c].kind != CROSSERS or not active(world.corridor[c], q):
            continue
        arrived = state.corridor[c].irregular_entries - state.corridor[c].deaths
        found = draws.draw(luck, arrived, p.crossing_detection, q, draws.DETECTED, c)
        log_odds = (
            p.return_base
            - p.return_disaster * inputs.corridor[q, c].disaster
            - p.return_labour * inputs.corridor[q, c].labour_need
        )
        chance = 1.0 / (1.0 + exp(-log_odds))
        sent_back = draws.draw(luck, found, chance, q, draws.SENT_BACK, c)
        state.corridor[c].detected = found
        state.corridor[c].sent_back = sent_back
        state.corridor[c].irregular -= sent_back
        state.pool[world.corridor[c].pool].home += sent_back
