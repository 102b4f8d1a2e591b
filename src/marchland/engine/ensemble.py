"""Ensembles: one member from start to end, and many members on all threads."""

from __future__ import annotations

import numpy as np
from numba import prange

from marchland.engine.compile import compiled, compiled_parallel
from marchland.engine.draws import Luck, whole
from marchland.engine.state import view
from marchland.engine.step import observe, people, societies, states
from marchland.mechanisms.settlement import start_paid
from marchland.measures import read_member, read_quarters


@compiled
def begin(state, world, inputs, p, luck):
    """State at the start of the axis: people at home, the settled, trust, treaties."""
    for k in range(state.home.shape[0]):
        state.home[k] = whole(luck, inputs.start_home[k])
    for r in range(state.others.shape[0]):
        state.others[r] = whole(luck, inputs.start_population[r])
    for k in range(state.home.shape[0]):
        r = world.pool_region[k]
        state.others[r] = max(state.others[r] - state.home[k], 0.0)
    for r in range(state.residents.shape[0]):
        state.residents[r] = state.others[r]
    for k in range(state.home.shape[0]):
        state.residents[world.pool_region[k]] += state.home[k]
    for c in range(state.settled.shape[0]):
        settled = p.initial_settled * world.corridor_settled_share[c]
        state.settled[c] = whole(luck, settled)
    for b in range(state.closure.shape[0]):
        state.closure[b] = inputs.closure[0, b]
        state.restriction[b] = inputs.visa[0, b]
        state.paid_logit[b] = start_paid(p.paid_share)
        state.paid_share[b] = p.paid_share
    for d in range(state.trust_first.shape[0]):
        state.trust_first[d] = p.trust_initial
        state.trust_second[d] = p.trust_initial
        state.first_alliance[d] = 1.0
        state.stage_none[d] = 1.0 if world.pair_stage[d] == 0 else 0.0
        state.stage_consultation[d] = 1.0 if world.pair_stage[d] == 1 else 0.0
        state.stage_neutrality[d] = 1.0 if world.pair_stage[d] == 2 else 0.0
        state.stage_defence[d] = 1.0 if world.pair_stage[d] == 3 else 0.0
        state.alignment[d] = world.pair_stage[d] / 3.0


@compiled
def first_bad(x):
    """Position of the first value of the state that is not finite, or -1."""
    total = 0.0
    for n in range(x.shape[0]):
        total += x[n]
    if np.isfinite(total):
        return -1
    for n in range(x.shape[0]):
        if not np.isfinite(x[n]):
            return n
    return -1


@compiled
def simulate(trajectory, world, inputs, p, own, luck, base):
    """One member; fills `trajectory` (quarters, state) and gives where it broke, or -1.

    The result is quarter x state length + position of the first value that is not finite.
    """
    length = trajectory.shape[1]
    x = np.zeros(length)
    state = view(x, world.offsets)
    begin(state, world, inputs, p, luck)
    for q in range(world.quarters):
        years = (q - base) / 4.0
        people(state, world, inputs, p, own, q, years, luck)
        if q >= world.society_start:
            societies(state, world, inputs, p, own, q, luck)
        states(state, world, inputs, p, q)
        observe(state, world, inputs, p, q)
        bad = first_bad(x)
        if bad >= 0:
            return q * length + bad
        trajectory[q, :] = x
    return -1


@compiled_parallel
def run_members(world, inputs, parameters, own, stochastic, seed, first, base, readings, answers, lines, workers):
    """Simulate members and read them: (members, readings) and (members, lines, quarters).

    `parameters` is a record array of the members' scalar parameters, `own` their own
    parameters, `first` the number of the first member. Members are dealt to `workers` in
    blocks, each with one trajectory, so that memory does not grow with members.
    """
    members = parameters.shape[0]
    length = world.offsets[-1]
    read = np.empty((members, readings.form.shape[0]))
    series = np.empty((members, lines.form.shape[0], world.quarters))
    broken = np.full(members, -1, dtype=np.int64)
    for w in prange(workers):
        trajectory = np.empty((world.quarters, length))
        for m in range(w * members // workers, (w + 1) * members // workers):
            luck = Luck(stochastic, seed, first + m)
            broken[m] = simulate(trajectory, world, inputs, parameters[m], own[m], luck, base)
            if broken[m] >= 0:
                read[m, :] = np.nan
                series[m, :, :] = np.nan
            else:
                read_member(trajectory, readings, answers, own[m], read[m])
                read_quarters(trajectory, lines, series[m])
    return read, series, broken
