"""Threat from outside, the wish to align, and alignment (E13, E17)."""

from __future__ import annotations

from math import exp, log, log1p, tanh

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import World

SHARPNESS = 4.0


@compiled
def soft_minimum(a: float, b: float) -> float:
    """The weaker of two wishes, smooth where they are near: both must gain (E13)."""
    # Comparisons, since min and max may drop a value that is not a number.
    low = a if a < b else b
    high = b if a < b else a
    return low - log((1.0 + exp(-SHARPNESS * (high - low))) / 2.0) / SHARPNESS


@compiled
def outside_threat(state: State, inputs: Inputs, p: Record, q: int) -> None:
    """Threat each state feels from acts of outside powers (E13).

    theta <- theta 2^(-1 / (4 half-life)) + sum of the acts of the quarter

    Index; an act has an intensity for each side that feels it, and some are felt by one side
    only. Carries J01 to J04, J06 and K01 with `common_threat`. Distrust intensities: they are
    judgement. Walt 1987.
    """
    keep = exp(-log(2.0) / (4.0 * p.threat_half_life))
    for i in range(state.state.shape[0]):
        state.state[i].threat = keep * state.state[i].threat + inputs.state[q, i].acts


@compiled
def wish(
    threat: float, trust: float, deliveries: float, conflict: float, reward: float, p: Record
) -> float:
    """A state's utility of alignment with the other (E13).

    U = a0 + a1 threat + a5 ln(1 + arms delivered) + a_t (trust - p0) - a3 dispute - a7 reward

    `trust` is its belief in the other, deliveries in billion USD a year. Carries K01 (threat),
    I13 against I12 (arms), K09 (conflicts of interest), K04 and K05 (rewards of the West).
    Walt 1987; Schweller 1994.
    """
    return (
        p.alignment_base
        + p.common_threat * threat
        + p.arms * log1p(deliveries)
        + p.alignment_trust * (trust - p.trust_initial)
        - p.alignment_dispute * conflict
        - p.bandwagon * reward
    )


@compiled
def ledger(
    pair: Record, threat: float, trust: float, conflict: float, reward: float, p: Record
) -> None:
    """Terms of the weaker side's wish, for the ledger of the alignment (E13)."""
    pair.wish_threat = p.common_threat * threat
    pair.wish_arms = p.arms * log1p(pair.deliveries)
    pair.wish_trust = p.alignment_trust * (trust - p.trust_initial)
    pair.wish_dispute = -p.alignment_dispute * conflict
    pair.wish_bandwagon = -p.bandwagon * reward


@compiled
def align(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Alignment of every pair follows the weaker wish (E13, E17).

    dX/dt = speed (tanh(softmin(U_i, U_j)) - X)

    -1 to 1. The time to go nine tenths of the way, ln 9 / speed, is what one source gives for
    the end of an alliance. Carries K01, K09, I13, K04, K05, K13.
    Distrust threat and arms apart: both rise in the 1990s. Marvel et al. 2011.
    """
    step = 1.0 - exp(-p.alignment_speed / 4.0)
    for d in range(state.pair.shape[0]):
        i, j = world.pair[d].first, world.pair[d].second
        pair = state.pair[d]
        conflict = inputs.pair[q, d].conflict
        threat_i, threat_j = state.state[i].threat, state.state[j].threat
        reward_i, reward_j = inputs.state[q, i].reward, inputs.state[q, j].reward
        pair.wish_first = wish(threat_i, pair.trust_first, pair.deliveries, conflict, reward_i, p)
        pair.wish_second = wish(threat_j, pair.trust_second, pair.deliveries, conflict, reward_j, p)
        pair.wish = soft_minimum(pair.wish_first, pair.wish_second)
        if pair.wish_first <= pair.wish_second:
            ledger(pair, threat_i, pair.trust_first, conflict, reward_i, p)
        else:
            ledger(pair, threat_j, pair.trust_second, conflict, reward_j, p)
        pair.alignment += step * (tanh(pair.wish) - pair.alignment)
        pair.unravelling_time = log(9.0) / p.alignment_speed
