"""Ensembles: one member from start to end, and many members on all threads."""

from __future__ import annotations

from math import log

import numpy as np
from numba import prange

from marchland.engine.compile import compiled, compiled_parallel
from marchland.engine.draws import Luck, whole
from marchland.engine.state import State
from marchland.engine.step import observe, people, societies, states
from marchland.engine.types import Cube, Positions, Record, Rows, Stacks, Table, Vector
from marchland.inputs import Inputs
from marchland.measures import Answers, Readings, read_member, read_quarters
from marchland.mechanisms.settlement import start_paid
from marchland.world import World


@compiled
def begin(state: State, world: World, inputs: Inputs, p: Record, own: Vector, luck: Luck) -> None:
    """State at the start of the axis: people at home, the settled, trust, treaties."""
    for c in range(state.corridor.shape[0]):
        state.corridor[c].departures = log(own[world.corridor[c].departures] / 1000.0)
    for k in range(state.pool.shape[0]):
        state.pool[k].home = whole(luck, world.pool[k].people)
    for r in range(state.region.shape[0]):
        state.region[r].others = whole(luck, world.region[r].people)
    for k in range(state.pool.shape[0]):
        r = world.pool[k].region
        state.region[r].others = max(state.region[r].others - state.pool[k].home, 0.0)
    for r in range(state.region.shape[0]):
        state.region[r].residents = state.region[r].others
    for k in range(state.pool.shape[0]):
        state.region[world.pool[k].region].residents += state.pool[k].home
    for c in range(state.corridor.shape[0]):
        settled = p.initial_settled * world.corridor[c].settled_share
        state.corridor[c].settled = whole(luck, settled)
    for b in range(state.border.shape[0]):
        state.border[b].closure = inputs.border[0, b].closure
        state.border[b].restriction = inputs.border[0, b].visa
        state.border[b].paid_logit = start_paid(p.paid_share)
        state.border[b].paid_share = p.paid_share
    for d in range(state.pair.shape[0]):
        state.pair[d].trust_first = p.trust_initial
        state.pair[d].trust_second = p.trust_initial
        state.pair[d].first_alliance = 1.0
        state.pair[d].stage_none = 1.0 if world.pair[d].stage == 0 else 0.0
        state.pair[d].stage_consultation = 1.0 if world.pair[d].stage == 1 else 0.0
        state.pair[d].stage_neutrality = 1.0 if world.pair[d].stage == 2 else 0.0
        state.pair[d].stage_defence = 1.0 if world.pair[d].stage == 3 else 0.0
        state.pair[d].alignment = world.pair[d].stage / 3.0


@compiled
def finite(x: Vector) -> bool:
    """Whether every value of the state is finite; four sums, since one waits for itself."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    last = 4 * (x.shape[0] // 4)
    for n in range(0, last, 4):
        a += x[n]
        b += x[n + 1]
        c += x[n + 2]
        d += x[n + 3]
    for n in range(last, x.shape[0]):
        a += x[n]
    return abs(a + b + c + d) < np.inf


@compiled
def first_bad(x: Vector) -> int:
    """Position of the first value of the state that is not finite."""
    for n in range(x.shape[0]):
        if not abs(x[n]) < np.inf:
            return n
    return 0


@compiled
def simulate(
    x: Vector,
    state: State,
    trajectory: Table,
    world: World,
    inputs: Inputs,
    p: Record,
    own: Vector,
    luck: Luck,
    base: int,
) -> int:
    """One member; fills `trajectory` (quarters, state) and gives where it broke, or -1.

    `state` shows the vector `x` as records. The result is quarter x length of the state +
    position of the first value that is not finite.
    """
    length: int = x.shape[0]
    x[:] = 0.0
    begin(state, world, inputs, p, own, luck)
    for q in range(world.quarters):
        years = (q - base) / 4.0
        if world.moving[q]:
            people(state, world, inputs, p, q, years, luck)
        if q >= world.society_start:
            societies(state, world, inputs, p, own, q, luck)
        states(state, world, inputs, p, q)
        if world.moving[q]:
            observe(state, world, inputs, p, q)
        if not finite(x):
            return q * length + first_bad(x)
        trajectory[q, :] = x
    return -1


@compiled_parallel
def run_members(
    vectors: Table,
    spaces: Rows,
    counts: Positions,
    world: World,
    courses: Stacks,
    parameters: Rows,
    own: Table,
    stochastic: int,
    seed: int,
    first: int,
    base: int,
    readings: Readings,
    answers: Answers,
    lines: Readings,
) -> tuple[Table, Cube, Positions]:
    """Simulate members and read them: (members, readings) and (members, lines, quarters).

    `vectors` and `spaces` are the state of each worker as a vector and as records, `counts` how
    many records there are of each kind, in the order of `State`;
    `courses` are `Inputs` with one more axis in front, the courses of what comes from outside,
    dealt to the members in turn by their number; `parameters` is a record array of the members'
    scalar parameters, `own` their own, `first` the number of the first member. Members are dealt
    to workers in blocks, each with one trajectory, so that memory does not grow with members.
    """
    members = parameters.shape[0]
    workers, length = vectors.shape
    read = np.empty((members, readings.reading.shape[0]))
    series = np.empty((members, lines.reading.shape[0], world.quarters))
    broken = np.full(members, -1, dtype=np.int64)
    for w in prange(workers):
        trajectory = np.empty((world.quarters, length))
        state = State(
            spaces.pool[w][: counts[0]],
            spaces.corridor[w][: counts[1]],
            spaces.community[w][: counts[2]],
            spaces.region[w][: counts[3]],
            spaces.border[w][: counts[4]],
            spaces.pair[w][: counts[5]],
            spaces.state[w][: counts[6]],
        )
        x = vectors[w]
        for m in range(w * members // workers, (w + 1) * members // workers):
            luck = Luck(stochastic, seed, first + m)
            k = (first + m) % courses.pair.shape[0]
            inputs = Inputs(
                courses.corridor[k],
                courses.region[k],
                courses.border[k],
                courses.pair[k],
                courses.state[k],
            )
            broken[m] = simulate(
                x, state, trajectory, world, inputs, parameters[m], own[m], luck, base
            )
            if broken[m] >= 0:
                read[m, :] = np.nan
                series[m, :, :] = np.nan
            else:
                read_member(trajectory, readings, answers, own[m], read[m])
                read_quarters(trajectory, lines, series[m])
    return read, series, broken
