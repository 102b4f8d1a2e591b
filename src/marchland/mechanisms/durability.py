"""Durability: treaties step up and down (E16)."""

from __future__ import annotations

from math import exp, log

from marchland.engine.compile import compiled


@compiled
def quarterly(yearly_base, log_odds):
    """Chance a quarter from a yearly chance and a change of its log odds (E16).

    h = logistic(logit(base) + change); 1 - (1 - h)^(1/4)
    """
    if yearly_base <= 0.0:
        return 0.0
    odds = yearly_base / (1.0 - yearly_base) * exp(log_odds)
    yearly = odds / (1.0 + odds)
    return 1.0 - exp(0.25 * log(max(1.0 - yearly, 1e-12)))


@compiled
def step_down(state, world, inputs, p, q, d):
    """Chance a quarter that the treaty of pair d steps down (E16).

    logit h = c - t1 common threat + t2 change of the power ratio + t4 change of leader

    The common threat is the lesser of the two. Carries K02, K08, K11, M01.
    Distrust causes apart: one alliance broke, once. Leeds and Savun 2007.
    """
    i, j = world.pair_first[d], world.pair_second[d]
    common = min(state.threat[i], state.threat[j])
    change = max(inputs.succession[q, i], inputs.succession[q, j])
    log_odds = (
        -p.treaty_threat * common
        + p.treaty_power_ratio * inputs.power_change[q, d]
        + p.treaty_leader * change
    )
    return quarterly(p.treaty_base, log_odds)


@compiled
def stages(state, world, inputs, p, q):
    """Chances of the treaty's stage, one quarter on (E16).

    none, consultation, neutrality or non-aggression, defence; up with the weaker wish, down
    with `step_down`. Probabilities. Carries K02, K06, K08, K13. Morrow 1991; Snyder 1984.
    """
    for d in range(state.stage_none.shape[0]):
        up = quarterly(p.treaty_upward_base, p.treaty_upward * state.wish[d])
        down = step_down(state, world, inputs, p, q, d)
        none, consult = state.stage_none[d], state.stage_consultation[d]
        neutral, defence = state.stage_neutrality[d], state.stage_defence[d]
        fall = (1.0 - up) * down
        state.stage_none[d] = none - up * none + fall * consult
        state.stage_consultation[d] = consult + up * none - (up + fall) * consult + fall * neutral
        state.stage_neutrality[d] = neutral + up * consult - (up + fall) * neutral + down * defence
        state.stage_defence[d] = defence + up * neutral - down * defence
        state.first_alliance[d] *= 1.0 - down
        state.downgrade_hazard[d] = 1.0 - (1.0 - down) ** 4
