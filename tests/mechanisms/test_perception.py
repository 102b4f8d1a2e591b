"""E9: how a host society feels about the people who came."""

from __future__ import annotations

import numpy as np
from equations import SOJOURNERS, build, sum_by

from marchland.mechanisms import perception


def check_shares(rng):
    s = build(rng)
    s.state.region.residents[2] = 0.0
    before = s.copy()
    perception.shares(s.state, s.world)
    counted = s.world.corridor.kind == SOJOURNERS
    people = s.state.corridor
    without = np.where(counted, people.overstay + people.paid + people.irregular, 0.0)
    present = np.where(counted, without + people.legal + people.settled, 0.0)
    residents = np.where(s.state.region.residents > 0.0, s.state.region.residents, np.inf)
    where = s.world.corridor.destination
    s.expect(
        before,
        region={
            "share": sum_by(where, present, 6) / residents * 100.0,
            "unauthorised": sum_by(where, without, 6) / residents * 100.0,
        },
    )


def check_hostility(rng):
    s = build(rng)
    before = s.copy()
    perception.hostility(s.state, s.world, s.inputs, s.p, s.q)
    old, x, p = before.state.region, s.inputs.region[s.q], s.p
    host = s.world.region.host == 1
    terms = {
        "hostility_share": p.hostility_share * np.log(1.0 + old.share),
        "hostility_deprivation": p.hostility_deprivation * x.deprivation,
        "hostility_dispute": p.hostility_dispute * x.dispute,
        "hostility_region": p.hostility_region * x.adjoins,
        "hostility_unauthorised": p.hostility_unauthorised * np.log(1.0 + old.unauthorised),
    }
    new = {**terms, "hostility": sum(terms.values())}
    new |= {"deprivation": x.deprivation, "dispute": x.dispute}
    s.expect(before, region={k: np.where(host, v, old[k]) for k, v in new.items()})
