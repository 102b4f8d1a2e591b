"""The human security dilemma: how hostility becomes practice at the border (E10)."""

from __future__ import annotations

from math import log

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record, Vector
from marchland.inputs import Inputs
from marchland.world import World

CENTRE_WEIGHT = 0.5
VISA_WEIGHT = 0.4
PRACTICE_LIMIT = 2.0


@compiled
def felt(state: State, world: World, b: int) -> float:
    """Hostility that reaches the officials of border b: half its regions', half the centre's.

    omega hostility_region + (1 - omega) hostility_centre, omega = 0.5 by convention:
    nothing in the evidence tells it. Carries H01, H02.
    """
    total = 0.0
    count = 0
    for r in range(state.region.shape[0]):
        if world.region[r].border == b:
            total += state.region[r].hostility
            count += 1
    regions = total / count if count > 0 else 0.0
    centre = world.border[b].centre
    if centre < 0:
        return regions
    return (1.0 - CENTRE_WEIGHT) * regions + CENTRE_WEIGHT * state.region[centre].hostility


@compiled
def practice(state: State, world: World, inputs: Inputs, p: Record, own: Vector, q: int) -> None:
    """Deviation of practice from the rules at every border (E10).

    dx/dt = l hostility - n ln(trade / trade at the reference) - b x

    x in units of the visa of the reference quarter, kept within two of them; rates per year.
    Carries G01, H01 (l) and D10 (n). Distrust it: no figure follows hostility or practice
    through time, so expect 'the evidence cannot tell'. Jervis 1978; Kydd 2005.
    """
    for b in range(state.border.shape[0]):
        d = world.border[b].pair
        need = 0.0
        if d >= 0 and world.pair[d].trade >= 0 and state.pair[d].trade > 0.0:
            need = log(state.pair[d].trade / own[world.pair[d].trade])
        change = (
            p.practice_hostility * felt(state, world, b)
            - p.practice_trade * need
            - p.practice_damping * state.border[b].practice
        )
        x = state.border[b].practice + change / 4.0
        state.border[b].practice = min(max(x, -PRACTICE_LIMIT), PRACTICE_LIMIT)


@compiled
def as_practised(state: State, inputs: Inputs, q: int) -> None:
    """Restrictiveness of a border as rules say and officials practise, 0 to 1 (E10).

    restrictiveness = rule + visa weight x practice; the visa of the reference quarter added 0.4
    to the restrictiveness of the rules, which is the weight.
    """
    for b in range(state.border.shape[0]):
        total = inputs.border[q, b].restrictiveness + VISA_WEIGHT * state.border[b].practice
        state.border[b].restrictiveness = min(max(total, 0.0), 1.0)
