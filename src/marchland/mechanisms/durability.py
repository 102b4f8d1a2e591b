"""Durability: treaties step up and down (E16)."""

from __future__ import annotations

from math import exp, log

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import World


@compiled
def quarterly(yearly_base: float, log_odds: float) -> float:
    """Chance a quarter from a yearly chance and a change of its log odds (E16).

    h = logistic(logit(base) + change); 1 - (1 - h)^(1/4)
    """
    if yearly_base <= 0.0:
        return 0.0
    odds = yearly_base / (1.0 - yearly_base) * exp(log_odds)
    yearly = odds / (1.0 + odds)
    return 1.0 - exp(0.25 * log(max(1.0 - yearly, 1e-12)))


@compiled
def step_down(common_threat: float, power_change: float, succession: float, p: Record) -> float:
    """Chance a quarter that a treaty steps down (E16).

    logit h = c - t1 common threat + t2 change of the power ratio + t4 change of leader

    The common threat is the lesser of the two. Carries K02, K08, K11, M01.
    Distrust causes apart: one alliance broke, once. Leeds and Savun 2007.
    """
    log_odds = (
        -p.treaty_threat * common_threat
        + p.treaty_power_ratio * power_change
        + p.treaty_leader * succession
    )
    return quarterly(p.treaty_base, log_odds)


@compiled
def stages(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Chances of the treaty's stage, one quarter on (E16).

    none, consultation, neutrality or non-aggression, defence; up with the weaker wish, down
    with `step_down`. Probabilities. Carries K02, K06, K08, K13. Morrow 1991; Snyder 1984.
    """
    for d in range(state.pair.shape[0]):
        up = quarterly(p.treaty_upward_base, p.treaty_upward * state.pair[d].wish)
        i, j = world.pair[d].first, world.pair[d].second
        common = min(state.state[i].threat, state.state[j].threat)
        change = max(inputs.state[q, i].succession, inputs.state[q, j].succession)
        down = step_down(common, inputs.pair[q, d].power_change, change, p)
        none, consult = state.pair[d].stage_none, state.pair[d].stage_consultation
        neutral, defence = state.pair[d].stage_neutrality, state.pair[d].stage_defence
        fall = (1.0 - up) * down
        state.pair[d].stage_none = none - up * none + fall * consult
        state.pair[d].stage_consultation = (
            consult + up * none - (up + fall) * consult + fall * neutral
        )
        state.pair[d].stage_neutrality = (
            neutral + up * consult - (up + fall) * neutral + down * defence
        )
        state.pair[d].stage_defence = defence + up * neutral - down * defence
        state.pair[d].first_alliance *= 1.0 - down
        state.pair[d].downgrade_hazard = 1.0 - (1.0 - down) ** 4
