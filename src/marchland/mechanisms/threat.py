"""Threat from outside, the wish to align, and alignment (E13, E17)."""

from __future__ import annotations

from math import exp, log, log1p, tanh

from marchland.engine.compile import compiled

SHARPNESS = 4.0


@compiled
def soft_minimum(a, b):
    """The weaker of two wishes, smooth where they are near: both must gain (E13)."""
    low = min(a, b)
    high = max(a, b)
    return low - log((1.0 + exp(-SHARPNESS * (high - low))) / 2.0) / SHARPNESS


@compiled
def outside_threat(state, inputs, p, q):
    """Threat each state feels from acts of outside powers (E13).

    theta <- theta 2^(-1 / (4 half-life)) + sum of the acts of the quarter

    Index; an act has an intensity for each side that feels it, and some are felt by one side
    only. Carries J01 to J04, J06 and K01 with `common_threat`. Distrust intensities: they are
    judgement. Walt 1987.
    """
    keep = exp(-log(2.0) / (4.0 * p.threat_half_life))
    for i in range(state.threat.shape[0]):
        state.threat[i] = keep * state.threat[i] + inputs.acts[q, i]


@compiled
def wish(state, inputs, p, q, d, i, trust):
    """State i's utility of alignment in pair d (E13).

    U = a0 + a1 threat + a5 ln(1 + arms delivered) + a_t (trust - p0) - a3 dispute - a7 reward

    `trust` is its belief in the other. Carries K01 (threat), I13 against I12 (arms), K09
    (conflicts of interest), K04 and K05 (rewards of the West). Walt 1987; Schweller 1994.
    """
    return (
        p.alignment_base
        + p.common_threat * state.threat[i]
        + p.arms * log1p(state.deliveries[d])
        + p.alignment_trust * (trust - p.trust_initial)
        - p.alignment_dispute * inputs.conflict[q, d]
        - p.bandwagon * inputs.reward[q, i]
    )


@compiled
def ledger(state, inputs, p, q, d, i, trust):
    """Terms of the weaker side's wish, for the ledger of the alignment (E13)."""
    state.wish_threat[d] = p.common_threat * state.threat[i]
    state.wish_arms[d] = p.arms * log1p(state.deliveries[d])
    state.wish_trust[d] = p.alignment_trust * (trust - p.trust_initial)
    state.wish_dispute[d] = -p.alignment_dispute * inputs.conflict[q, d]
    state.wish_bandwagon[d] = -p.bandwagon * inputs.reward[q, i]


@compiled
def align(state, world, inputs, p, q):
    """Alignment of every pair follows the weaker wish (E13, E17).

    dX/dt = speed (tanh(softmin(U_i, U_j)) - X)

    -1 to 1. The time to go nine tenths of the way, ln 9 / speed, is what one source gives for
    the end of an alliance. Carries K01, K09, I13, K04, K05, K13.
    Distrust threat and arms apart: both rise in the 1990s. Marvel et al. 2011.
    """
    for d in range(state.alignment.shape[0]):
        i, j = world.pair_first[d], world.pair_second[d]
        state.wish_first[d] = wish(state, inputs, p, q, d, i, state.trust_first[d])
        state.wish_second[d] = wish(state, inputs, p, q, d, j, state.trust_second[d])
        state.wish[d] = soft_minimum(state.wish_first[d], state.wish_second[d])
        if state.wish_first[d] <= state.wish_second[d]:
            ledger(state, inputs, p, q, d, i, state.trust_first[d])
        else:
            ledger(state, inputs, p, q, d, j, state.trust_second[d])
        step = 1.0 - exp(-p.alignment_speed / 4.0)
        state.alignment[d] += step * (tanh(state.wish[d]) - state.alignment[d])
        state.unravelling_time[d] = log(9.0) / p.alignment_speed
