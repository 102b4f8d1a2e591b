"""The order of a quarter: who acts first, and what a value that is not finite is named after."""

from __future__ import annotations

import inspect
from unittest.mock import patch

import numpy as np
from equations import MEAN, build

from marchland.engine import step
from marchland.engine.state import WRITTEN

PHASES = (
    (step.people, ("q", "years", "luck")),
    (step.societies, ("own", "q", "luck")),
    (step.states, ("q",)),
    (step.observe, ("q",)),
)


def changed(before, after):
    """Fields of the state with another value than before, to the bit."""
    return {
        name
        for dimension, table in after.state._asdict().items()
        for name in table.dtype.names
        if not np.array_equal(table[name], getattr(before.state, dimension)[name])
    }


def quarter(s):
    """Fields that each mechanism changes in a quarter, in the order in which they act."""
    calls = []

    def noted(name, mechanism):
        def act(*arguments):
            before = s.copy()
            result = mechanism(*arguments)
            calls.append((name, changed(before, s)))
            return result

        return act

    values = {"q": s.q, "years": 0.7, "luck": MEAN, "own": s.own}
    with patch.multiple(step, **mechanisms(noted)):
        for phase, names in PHASES:
            known = [k for k in ("state", "world", "inputs", "p") if k in signature(phase)]
            phase(*(getattr(s, k) for k in known), *(values[k] for k in names))
    return calls


def signature(phase):
    """Names of the arguments of a phase."""
    return list(inspect.signature(phase).parameters)


def mechanisms(noted):
    """The modules that a step calls, every function replaced by one that is noted."""

    class Noted:
        def __init__(self, module):
            self.module = module

        def __getattr__(self, name):
            family = self.module.__name__.rsplit(".", 1)[1]
            return noted(f"{family}.{name}", getattr(self.module, name))

    return {
        name: Noted(module)
        for name, module in vars(step).items()
        if inspect.ismodule(module) and module.__name__.startswith("marchland.mechanisms.")
    }


def check_states_act_in_their_order(rng):
    names = [name for name, _ in quarter(build(rng))]
    asked = ["outside_threat", "align", "update", "relations", "transfers", "stages"]
    acted = [name.split(".")[1] for name in names]
    assert [name for name in acted if name in asked] == asked
    assert acted.index("residents") < acted.index("turnover") < acted.index("hostility")


def check_written_is_the_order_in_which_a_quarter_writes(rng):
    """What is done with before another is begun stands before it; two stay as they began."""
    place = {name: n for n, name in enumerate(WRITTEN)}
    first, last = {}, {}
    for n, (_, fields) in enumerate(quarter(build(rng))):
        for field in fields:
            first.setdefault(field, n)
            last[field] = n
    assert set(WRITTEN) - set(first) == {"departures", "settled"}
    for one in last:
        for other in first:
            assert last[one] >= first[other] or place[one] < place[other], (one, other)
