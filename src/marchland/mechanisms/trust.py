"""Trust: belief that the other is trustworthy, moved by what it does (E11, E18)."""

from __future__ import annotations

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
def update(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Trust each way in every pair (E11), freer to move when a leader changes (E18).

    Probabilities. The acts of the quarter are those on record, one net act each way.
    Carries J05, M01, M03. Distrust speed: one phrase of an author dates it.
    """
    for d in range(state.pair.shape[0]):
        change = max(
            inputs.state[q, world.pair[d].first].succession,
            inputs.state[q, world.pair[d].second].succession,
        )
        drift = min(p.trust_drift + p.trust_succession * change, 1.0)
        state.pair[d].trust_first = believe(
            state.pair[d].trust_first, inputs.pair[q, d].act_of_second, p, drift
        )
        state.pair[d].trust_second = believe(
            state.pair[d].trust_second, inputs.pair[q, d].act_of_first, p, drift
        )
