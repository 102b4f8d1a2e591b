"""Events: the standing of a pair's relations, of which reported acts are readings (E12)."""

from __future__ import annotations

from marchland.engine.compile import compiled
from marchland.mechanisms.dilemma import felt


@compiled
def relation(state, world, p, d):
    """Standing of relations in pair d, one quarter on (E12).

    z = a z + (1 - a) (b_x alignment + b_t (trust - p0) - b_h hostility at the border)

    Index. Carries H02 (hostility), E06, M05 (trust).
    Distrust single quarters: reports are uneven, so readings condition on their number.
    Goldstein 1992; Brandt and Freeman 2006.
    """
    b = world.pair_border[d]
    hostility = felt(state, world, b) if b >= 0 else 0.0
    trust = 0.5 * (state.trust_first[d] + state.trust_second[d]) - p.trust_initial
    towards = (
        p.relation_alignment * state.alignment[d]
        + p.relation_trust * trust
        - p.relation_hostility * hostility
    )
    keep = p.relation_persistence
    return keep * state.relation[d] + (1.0 - keep) * towards


@compiled
def relations(state, world, p):
    """Standing of every pair (E12). Carries what `relation` carries."""
    for d in range(state.relation.shape[0]):
        state.relation[d] = relation(state, world, p, d)
