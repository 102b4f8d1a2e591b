"""Perception: how a host society feels about the people who came (E9)."""

from __future__ import annotations

from math import log1p

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.inputs import Inputs
from marchland.world import SOJOURNERS, World


@compiled
def shares(state: State, world: World) -> None:
    """Migrants, and unauthorised migrants, per hundred residents of each region (E9).

    Carries G01. The visits of a border's own nationals in the other direction do not count.
    """
    for r in range(state.region.shape[0]):
        state.region[r].share = 0.0
        state.region[r].unauthorised = 0.0
    for c in range(state.corridor.shape[0]):
        r = world.corridor[c].destination
        if world.corridor[c].kind != SOJOURNERS or state.region[r].residents <= 0.0:
            continue
        without = state.corridor[c].overstay + state.corridor[c].paid + state.corridor[c].irregular
        present = state.corridor[c].legal + without + state.corridor[c].settled
        state.region[r].share += 100.0 * present / state.region[r].residents
        state.region[r].unauthorised += 100.0 * without / state.region[r].residents


@compiled
def hostility(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Hostility of residents of host regions, split into its terms (E9).

    H = b1 ln(1 + share) + b3 deprivation + b4 dispute + b7 border region
        + b11 ln(1 + unauthorised share)

    Shares per hundred residents, deprivation the log loss of real income; one unit is one log
    odds of a negative answer. Perception saturates, hence the log; the multiple by which a
    share is perceived and b1 are one coefficient. Carries G01, G02, G03, G05.
    Distrust the terms apart: three cities can tell contrasts, and they have two.
    Blalock 1967; Quillian 1995; Grieco 1988; Powell 1991.
    """
    for r in range(state.region.shape[0]):
        if world.region[r].host == 0:
            continue
        state.region[r].deprivation = inputs.region[q, r].deprivation
        state.region[r].dispute = inputs.region[q, r].dispute
        state.region[r].hostility_share = p.hostility_share * log1p(state.region[r].share)
        state.region[r].hostility_deprivation = (
            p.hostility_deprivation * inputs.region[q, r].deprivation
        )
        state.region[r].hostility_dispute = p.hostility_dispute * inputs.region[q, r].dispute
        state.region[r].hostility_region = p.hostility_region * inputs.region[q, r].adjoins
        state.region[r].hostility_unauthorised = p.hostility_unauthorised * log1p(
            state.region[r].unauthorised
        )
        state.region[r].hostility = (
            state.region[r].hostility_share
            + state.region[r].hostility_deprivation
            + state.region[r].hostility_dispute
            + state.region[r].hostility_region
            + state.region[r].hostility_unauthorised
        )
