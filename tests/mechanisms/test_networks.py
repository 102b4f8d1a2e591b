"""E2: one's people on the other side."""

from __future__ import annotations

from equations import build, sum_by

from marchland.mechanisms import networks


def check_communities_count_everyone(rng):
    s = build(rng)
    before = s.copy()
    networks.communities(s.state, s.world)
    away = sum(s.state.corridor[k] for k in ("legal", "overstay", "paid", "irregular", "settled"))
    wanted = sum_by(s.world.corridor.community, away, 7)
    s.expect(before, community={"community": wanted})
    assert abs(s.state.community.community.sum() - away.sum()) < 1e-6
