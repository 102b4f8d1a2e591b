"""Events: the standing of a pair's relations, of which reported acts are readings (E12)."""

from __future__ import annotations

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record
from marchland.mechanisms.dilemma import felt
from marchland.world import World


@compiled
def relation(pair: Record, hostility: float, p: Record) -> float:
    """Standing of a pair's relations, one quarter on (E12).

    z = a z + (1 - a) (b_x alignment + b_t (trust - p0) - b_h hostility at the border)

    Index. Carries H02 (hostility), E06, M05 (trust).
    Distrust single quarters: reports are uneven, so readings condition on their number.
    Goldstein 1992; Brandt and Freeman 2006.
    """
    trust = 0.5 * (pair.trust_first + pair.trust_second) - p.trust_initial
    towards = (
        p.relation_alignment * pair.alignment
        + p.relation_trust * trust
        - p.relation_hostility * hostility
    )
    keep = p.relation_persistence
    return keep * pair.relation + (1.0 - keep) * towards


@compiled
def relations(state: State, world: World, p: Record) -> None:
    """Standing of every pair (E12). Carries what `relation` carries."""
    for d in range(state.pair.shape[0]):
        b = world.pair[d].border
        hostility = felt(state, world, b) if b >= 0 else 0.0
        state.pair[d].relation = relation(state.pair[d], hostility, p)
