"""Perception: how a host society feels about the people who came (E9)."""

from __future__ import annotations

from math import log1p

from marchland.engine.compile import compiled
from marchland.world import SOJOURNERS


@compiled
def shares(state, world):
    """Migrants, and unauthorised migrants, per hundred residents of each region (E9).

    Carries G01. The visits of a border's own nationals in the other direction do not count.
    """
    for r in range(state.share.shape[0]):
        state.share[r] = 0.0
        state.unauthorised[r] = 0.0
    for c in range(state.legal.shape[0]):
        r = world.corridor_destination[c]
        if world.corridor_kind[c] != SOJOURNERS or state.residents[r] <= 0.0:
            continue
        without = state.overstay[c] + state.paid[c] + state.irregular[c]
        present = state.legal[c] + without + state.settled[c]
        state.share[r] += 100.0 * present / state.residents[r]
        state.unauthorised[r] += 100.0 * without / state.residents[r]


@compiled
def hostility(state, inputs, p, q):
    """Hostility of residents, split into its terms (E9).

    H = b1 ln(1 + share) + b3 deprivation + b4 dispute + b7 border region
        + b11 ln(1 + unauthorised share)

    Shares per hundred residents, deprivation the log loss of real income; one unit is one log
    odds of a negative answer. Perception saturates, hence the log; the multiple by which a
    share is perceived and b1 are one coefficient. Carries G01, G02, G03, G05.
    Distrust the terms apart: three cities can tell contrasts, and they have two.
    Blalock 1967; Quillian 1995; Grieco 1988; Powell 1991.
    """
    for r in range(state.hostility.shape[0]):
        state.deprivation[r] = inputs.deprivation[q, r]
        state.dispute[r] = inputs.dispute[q, r]
        state.hostility_share[r] = p.hostility_share * log1p(state.share[r])
        state.hostility_deprivation[r] = p.hostility_deprivation * inputs.deprivation[q, r]
        state.hostility_dispute[r] = p.hostility_dispute * inputs.dispute[q, r]
        state.hostility_region[r] = p.hostility_region * inputs.adjoins[q, r]
        state.hostility_unauthorised[r] = p.hostility_unauthorised * log1p(state.unauthorised[r])
        state.hostility[r] = (
            state.hostility_share[r]
            + state.hostility_deprivation[r]
            + state.hostility_dispute[r]
            + state.hostility_region[r]
            + state.hostility_unauthorised[r]
        )
