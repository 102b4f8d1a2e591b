"""E14: orders are the smooth lesser of supply and demand; deliveries follow with a lag."""

from __future__ import annotations

import numpy as np
from equations import build, softmin

from marchland.mechanisms import arms


def check_transfers(rng):
    s = build(rng)
    before = s.copy()
    arms.transfers(s.state, s.world, s.inputs, s.p, s.q)
    old, x, p = before.state.pair, s.inputs.pair[s.q], s.p
    sells = s.world.pair.supplier >= 0
    demand = x.arms_resources * p.arms_resources + x.arms_embargo * p.arms_embargo
    orders = p.arms_level * np.exp(softmin(x.arms_need * p.arms_need, demand))
    delivered = old.backlog - old.backlog * np.exp(-1.0 / (4.0 * p.arms_lag))
    s.expect(
        before,
        pair={
            "orders": np.where(sells, orders, old.orders),
            "backlog": np.where(sells, old.backlog - delivered + 0.25 * orders, old.backlog),
            "deliveries": np.where(sells, 4.0 * delivered, old.deliveries),
        },
    )


def check_nothing_is_sold_before_the_trade_in_arms_begins(rng):
    s = build(rng)
    s.world.pair.arms_start[:] = [s.q, 0, s.q + 1]
    before = s.copy()
    arms.transfers(s.state, s.world, s.inputs, s.p, s.q)
    for name in ("orders", "backlog", "deliveries"):
        same = s.state.pair[name] == before.state.pair[name]
        assert same.tolist() == [False, True, True], name


def check_every_order_is_delivered_in_the_end(rng):
    s = build(rng)
    s.p.arms_lag = 0.5
    s.state.pair.backlog[:] = 0.0
    ordered, delivered = np.zeros(3), np.zeros(3)
    for n in range(200):
        if n == 20:
            s.p.arms_level = 0.0
        arms.transfers(s.state, s.world, s.inputs, s.p, s.q)
        ordered += s.state.pair.orders / 4.0
        delivered += s.state.pair.deliveries / 4.0
    sells = s.world.pair.supplier >= 0
    np.testing.assert_allclose(delivered[sells], ordered[sells], rtol=1e-9)
