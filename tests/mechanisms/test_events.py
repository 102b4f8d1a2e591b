"""E12: the standing of a pair's relations."""

from __future__ import annotations

import numpy as np
from equations import agree, build

from marchland.mechanisms import events


def towards(s, hostility):
    """Where the relation tends."""
    p, pair = s.p, s.state.pair
    trust = (pair.trust_first + pair.trust_second) / 2.0
    return (
        p.relation_alignment * pair.alignment
        + p.relation_trust * (trust - p.trust_initial)
        - p.relation_hostility * hostility
    )


def check_relation(rng):
    s = build(rng)
    a = s.p.relation_persistence
    wanted = a * s.state.pair.relation[0] + (1.0 - a) * towards(s, 0.6)[0]
    agree(events.relation(s.state.pair[0], 0.6, s.p), wanted)


def check_relations(rng):
    s = build(rng)
    before = s.copy()
    h, a = s.state.region.hostility, s.p.relation_persistence
    hostility = np.array([(h[1] + h[2]) / 4.0 + h[3] / 2.0, 0.0, (h[4] + h[5]) / 2.0])
    wanted = a * s.state.pair.relation + (1.0 - a) * towards(s, hostility)
    events.relations(s.state, s.world, s.p)
    s.expect(before, pair={"relation": wanted})
