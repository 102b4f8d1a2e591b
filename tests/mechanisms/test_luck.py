"""Draws: each has a key of its own, chances are chances, and more people cost no more draws."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
from equations import build

from marchland.engine import draws, step
from marchland.engine.draws import Luck


@contextmanager
def watched(name):
    """Record the arguments of every call of a function of `draws`."""
    original, calls = getattr(draws, name), []

    def call(*arguments):
        calls.append(arguments)
        return original(*arguments)

    setattr(draws, name, call)
    try:
        yield calls
    finally:
        setattr(draws, name, original)


def quarter(s, member=0):
    """One quarter of the people and societies of a small world, drawn as counts."""
    luck = Luck(1, 11, member)
    step.people(s.state, s.world, s.inputs, s.p, s.q, 0.5, luck)
    step.societies(s.state, s.world, s.inputs, s.p, s.own, s.q, luck)


def whole(s, factor=1.0):
    """The same world with whole people, `factor` times as many."""
    s.vector[:] = np.where(s.vector > 20.0, np.floor(s.vector) * factor, s.vector)
    return s


def check_no_two_draws_share_a_key(rng):
    s = whole(build(rng))
    with watched("draw") as calls:
        quarter(s)
    keys = [(process, cell) for *_, process, cell in calls]
    assert len(calls) > 30
    assert len(set(keys)) == len(keys)
    assert all(cell >= 0 for _, cell in keys)
    assert all(when == s.q for _, _, _, when, _, _ in calls)


def check_chances_are_chances(rng):
    s = whole(build(rng))
    with watched("draw") as calls:
        quarter(s)
    for _, people, chance, *_ in calls:
        assert people >= 0.0
        assert -1e-12 <= chance <= 1.0 + 1e-12


def check_more_people_cost_no_more_draws(rng):
    counts = []
    for factor in (1.0, 100.0, 10000.0):
        s = whole(build(np.random.default_rng(7)), factor)
        with watched("draw") as calls:
            quarter(s)
        counts.append(len(calls))
    assert counts[0] == counts[1] == counts[2]


def check_a_draw_costs_the_same_for_any_number(rng):
    for people in (1e3, 1e5, 1e7, 1e9):
        with watched("philox") as calls:
            for cell in range(200):
                draws.binomial(people, 0.3, 1, 0, 0, 0, cell)
        assert len(calls) < 2 * 200
