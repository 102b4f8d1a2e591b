"""Trust: belief that the other is trustworthy, moved by what it does (E11, E18)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import World


@compiled
def believe(belief: float, act: float, p: Record, drift: float) -> float:
    """Belief after one quarter (E11).

    p' = p q_T / (p q_T + (1 - p) q_U) after a good act, with 1 - q after a bad one;
    then p <- (1 - e) p' + e p0

    `act` is 1 good, -1 bad, 0 none; q_T, q_U the chances of a good act from a trustworthy and
    an untrustworthy other. Builds slowly, falls fast. Carries M03, J05. Kydd 2005.
    """
    if act > 0.0:
        if_true, if_false = p.trust_good, p.trust_untrustworthy
    elif act < 0.0:
        if_true, if_false = 1.0 - p.trust_good, 1.0 - p.trust_untrustworthy
    else:
        if_true, if_false = 1.0, 1.0
    updated = belief * if_true / (belief * if_true + (1.0 - belief) * if_false)
    return (1.0 - drift) * updated + drift * p.trust_initial


@compiled
def act_of(on_record: float, chance: float, relation: float, p: Record) -> float:
    """Net act of a side in a quarter: that on record, or one that a projection generates (E12).

    good where the chance is below logistic(level + relation), else bad

    `chance` is uniform on (0, 1) where there is an act that no record knows, else 0.
    """
    if chance <= 0.0:
        return on_record
    return 1.0 if chance < 1.0 / (1.0 + exp(-p.acts_level - relation)) else -1.0


@compiled
def update(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Trust each way in every pair (E11), freer to move when a leader changes (E18).

    Probabilities. The acts of the quarter are those on record, one net act each way; after the
    record they come from the relation of the quarter before (`act_of`).
    Carries J05, M01, M03. Distrust speed: one phrase of an author dates it.
    """
    for d in range(state.pair.shape[0]):
        change = max(
            inputs.state[q, world.pair[d].first].succession,
            inputs.state[q, world.pair[d].second].succession,
        )
        drift = min(p.trust_drift + p.trust_succession * change, 1.0)
        x = inputs.pair[q, d]
        relation = state.pair[d].relation
        by_first = act_of(x.act_of_first, x.chance_of_first, relation, p)
        by_second = act_of(x.act_of_second, x.chance_of_second, relation, p)
        state.pair[d].trust_first = believe(state.pair[d].trust_first, by_second, p, drift)
        state.pair[d].trust_second = believe(state.pair[d].trust_second, by_first, p, drift)
