"""Adaptive tempered sequential Monte Carlo in standard normal coordinates.

Particles start in the prior and are tempered towards the posterior. Between temperatures they
move by Hamiltonian trajectories, whitened with the covariance of the ensemble. The slopes along a
trajectory are those of a surrogate that has learnt the model's outputs from every point tried so
far; whether its end is accepted, the model itself decides, so the moves are exact. Every state
visited is a particle of the next temperature. The ensemble is divided into islands that never
exchange particles: what they say apart is the error of the evidence and a check of convergence.

References: Del Moral, Doucet and Jasra 2006 (samplers); Fearnhead and Taylor 2013 (moves that
adapt); Neal 2011 (Hamiltonian Monte Carlo); Zhang, Shahbaba and Zhao 2017 (surrogate slopes); Dau
and Chopin 2022 (waste-free); Verge and others 2015 (islands).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from marchland.errors import MarchlandError
from marchland.inference.diagnostics import Sample, sample_of
from marchland.inference.particles import ISLANDS, REMEMBERED, Integers, Memory, Pool, State
from marchland.inference.reference import Rebased, Reference
from marchland.inference.surrogate import Surrogate
from marchland.inference.target import Target
from marchland.inference.trajectories import Trajectories, Whitening

Floats = NDArray[np.float64]
Progress = Callable[[float, float, float], None]
Refusal = Callable[[Floats], MarchlandError]
PARTICLES = 1536
MOVES = 6
KEEP = 0.5
DRAWS = 2048
# Draws of the prior for each particle: the first temperature needs a broad view.
FIRST = 4
LESSONS = 600
# The first pass has this share of the particles, and may lose more of them at a temperature.
SCOUTS = 0.4
SCOUT_MOVES = 4
LEAST_SCOUTS = 128
SCOUT_KEEP = 0.4
# A point this much less likely than the middle of the ensemble still counts exp(-6 / 2).
FURTHEST = 6.0
# Particles that must agree with the evidence, for the ensemble to have a spread.
LEAST = 8

DEGENERATE = (
    "At inverse temperature {beta:.3g} hardly a particle is left that agrees with "
    "the evidence; use more particles, or move or widen the priors."
)


class Keeper(Protocol):
    """Where the state of a sampler is kept, so that a killed run goes on."""

    def load(self) -> object | None:
        """The last state, or None."""

    def save(self, state: object) -> None:
        """Keep a state in place of the last one."""


def sample(
    target: Target,
    dimension: int,
    *,
    particles: int = PARTICLES,
    moves: int = MOVES,
    seed: int = 1,
    keep: float = KEEP,
    lessons: int = LESSONS,
    draws: int = DRAWS,
    workers: int = 1,
    progress: Progress | None = None,
    refusal: Refusal | None = None,
    keeper: Keeper | None = None,
) -> Sample:
    """Sample a posterior under a standard normal prior.

    Parameters
    ----------
    target : Target
        Outputs, and the log likelihood of them.
    dimension : int
        Number of parameters.
    particles : int
        Survivors at each temperature, all islands together; rounded up to whole islands.
    moves : int
        Trajectories of each at each temperature; no state visited is wasted.
    seed : int
        Seed of the sampler; the same seed gives the same particles.
    keep : float
        Share of particles that must stay effective from one temperature to the next.
    lessons : int
        Batches that the surrogate learns at each temperature: more cost, more acceptance.
    draws : int
        Particles to return.
    workers : int
        Threads that follow trajectories; the result does not depend on it.
    progress : function, optional
        Called with the temperature, the acceptance and the log evidence so far.
    refusal : function, optional
        The error to raise where hardly any of some particles agree with the evidence.
    keeper : Keeper, optional
        Keeps the state at every temperature; a sampler that was killed goes on from there and
        ends with the same particles.

    Returns
    -------
    Sample
        Distrust it where `failed` says something, or where other seeds give another evidence.

    Raises
    ------
    MarchlandError
        Where fewer than `LEAST` particles agree with the evidence.
    """
    # One thread for small matrices: it is faster, and sums do not depend on the machine's load.
    with threadpool_limits(limits=1, user_api="blas"):
        kept = keeper.load() if keeper is not None else None
        scouts = -(-max(int(SCOUTS * particles), LEAST_SCOUTS) // ISLANDS)
        state = kept if isinstance(kept, State) else _begin(target, dimension, scouts, seed)
        if np.isfinite(state.pool.log_likelihood).sum() < LEAST:
            raise (refusal or _refused)(state.pool.z)
        if state.reference is None:
            pace = Pace(scouts, min(moves, SCOUT_MOVES), min(keep, SCOUT_KEEP), lessons, workers)
            _climb(target, state, pace, progress, refusal, keeper)
            state = _again(target, state, -(-particles // ISLANDS), seed)
        assert state.reference is not None
        pace = Pace(-(-particles // ISLANDS), moves, keep, lessons, workers)
        reference = state.reference

        def refuse(w: Floats) -> MarchlandError:
            return (refusal or _refused)(reference.z(w))

        _climb(Rebased(target, reference), state, pace, progress, refuse, keeper)
        return sample_of(state, pace.each, moves, draws)


@dataclass(frozen=True)
class Pace:
    """How a pass is made.

    Parameters
    ----------
    each : int
        Particles of an island.
    moves, keep, lessons, workers
        As in `sample`.
    """

    each: int
    moves: int
    keep: float
    lessons: int
    workers: int


def _climb(
    target: Target | Rebased,
    state: State,
    pace: Pace,
    progress: Progress | None,
    refusal: Refusal | None,
    keeper: Keeper | None,
) -> None:
    """One pass, temperature after temperature."""
    while state.beta < 1.0:
        _temper(target, state, pace, refusal)
        if keeper is not None:
            keeper.save(state)
        if progress is not None:
            done = state.beta if state.reference is None else 1.0 + state.beta
            progress(0.5 * done, state.acceptance[-1], evidence_of(state.log_evidence))


def evidence_of(islands: Floats) -> float:
    """Log evidence of all islands together."""
    return float(np.logaddexp.reduce(islands) - np.log(len(islands)))


def _again(target: Target, scouted: State, each: int, seed: int) -> State:
    """Begin the second pass from a normal near the posterior."""
    pool = scouted.pool
    share = np.exp(scouted.log_evidence - scouted.log_evidence.max())
    weights = np.repeat(share / share.sum(), len(pool.z) // ISLANDS) * ISLANDS / len(pool.z)
    weights /= weights.sum()
    reference = Reference.of(pool.z, weights, Whitening.of(pool.z, weights).factor)
    state = _begin(Rebased(target, reference), pool.z.shape[1], each, seed + 1, first=1)
    old = scouted.memory
    rebased = np.concatenate(
        [old.outputs, old.z / Rebased(target, reference).errors()[old.outputs.shape[1] :]], axis=1
    )
    # What the scouts saw comes first, so it is forgotten first.
    state.memory = Memory(
        np.concatenate([reference.w(old.z), state.memory.z])[-REMEMBERED:],
        np.concatenate([rebased, state.memory.outputs])[-REMEMBERED:],
        np.concatenate(
            [old.log_likelihood + reference.log_ratio(old.z), state.memory.log_likelihood]
        )[-REMEMBERED:],
    )
    state.reference = reference
    state.evaluations += scouted.evaluations
    return state


def _begin(
    target: Target | Rebased, dimension: int, each: int, seed: int, first: int = FIRST
) -> State:
    """Draws of the prior, or of the reference."""
    rng = np.random.default_rng(seed)
    members = first * each * ISLANDS
    z = rng.standard_normal((members, dimension))
    outputs = target.outputs(z)
    log_likelihood = target.log_likelihood(outputs)
    errors = target.errors()
    memory = Memory(z[:0], outputs[:0], log_likelihood[:0])
    memory.add(z, outputs / errors, log_likelihood)
    surrogate = Surrogate(dimension, len(errors), np.random.default_rng([seed, 2]))
    pool = Pool(z, log_likelihood, np.arange(members))
    return State(rng, pool, surrogate, memory, Trajectories(), evaluations=members)


def _temper(target: Target | Rebased, state: State, pace: Pace, refusal: Refusal | None) -> None:
    """One temperature: weigh, resample, learn, move."""
    pool = state.pool
    beta = next_temperature(pool.log_likelihood, pool.islands(), state.beta, pace.keep)
    weights = np.empty(len(pool.z))
    chosen = []
    effective = 0.0
    for n, island in enumerate(pool.islands()):
        increment = (beta - state.beta) * pool.log_likelihood[island]
        peak = increment.max()
        weight = np.exp(increment - peak) if np.isfinite(peak) else np.zeros(len(increment))
        if weight.sum() == 0.0:
            _stop(state, refusal)
        effective += weight.sum() ** 2 / (weight**2).sum()
        state.log_evidence[n] += peak + np.log(weight.mean())
        weights[island] = weight / weight.sum()
        chosen.append(island.start + systematic(weights[island], pace.each, state.rng))
    if effective < LEAST:
        _stop(state, refusal)
    start = pool.take(np.concatenate(chosen))
    _learn(state, beta, float(np.median(start.log_likelihood)), pace.lessons)
    state.beta = beta
    _move(target, state, start, _whitenings(pool, weights), pace)


def _stop(state: State, refusal: Refusal | None) -> NoReturn:
    """Say why there are too few particles to go on: the priors, or too few from the start."""
    if state.temperatures or state.reference is not None:
        raise MarchlandError(DEGENERATE.format(beta=state.beta))
    raise (refusal or _refused)(state.pool.z)


def _whitenings(pool: Pool, weights: Floats) -> list[Whitening]:
    """Scale of the moves of each island, from the other islands.

    A covariance that the moved particles made themselves would widen or narrow them a little at
    every temperature.
    """
    found = []
    for island in pool.islands():
        others = weights.copy()
        others[island] = 0.0
        found.append(Whitening.of(pool.z, others / others.sum()))
    return found


def _learn(state: State, beta: float, middle: float, lessons: int) -> None:
    """Teach the surrogate the points that matter at a temperature."""
    memory = state.memory
    behind = 0.5 * np.clip(beta * (memory.log_likelihood - middle), -FURTHEST, 0.0)
    state.surrogate.fit(memory.z, memory.outputs, np.exp(behind), lessons)


def _move(
    target: Target | Rebased, state: State, start: Pool, whitenings: list[Whitening], pace: Pace
) -> None:
    """Move every particle along trajectories, and keep all the states it visits."""
    errors = target.errors()
    beta, rng = state.beta, state.rng

    def uphill(z: Floats) -> Floats:
        pulled = state.surrogate.pull_back(z, lambda y: target.slopes(y * errors) * errors)
        return np.asarray(beta * pulled - z)

    z, log_likelihood = start.z, start.log_likelihood
    states, values, accepted = [], [], []
    state.trajectories.begin()
    for _ in range(pace.moves):
        proposed = state.trajectories.propose(z, uphill, whitenings, pace.workers, rng)
        outputs = target.outputs(proposed.z)
        there = target.log_likelihood(outputs)
        state.memory.add(proposed.z, outputs / errors, there)
        state.evaluations += len(z)
        with np.errstate(invalid="ignore"):
            gain = beta * (there - log_likelihood) + proposed.log_ratio
        chance = np.exp(np.minimum(np.where(np.isnan(gain), -np.inf, gain), 0.0))
        state.trajectories.judge(proposed, chance)
        accept = rng.random(len(z)) < chance
        z = np.where(accept[:, None], proposed.z, z)
        log_likelihood = np.where(accept, there, log_likelihood)
        states.append(z)
        values.append(log_likelihood)
        accepted.append(float(chance.mean()))
    state.pool = Pool(
        np.stack(states, axis=1).reshape(-1, z.shape[1]),
        np.stack(values, axis=1).reshape(-1),
        np.repeat(start.eve, pace.moves),
    )
    state.temperatures.append(beta)
    state.acceptance.append(float(np.mean(accepted)))
    state.remembered.append(memory_of_start(start.z, z))


def memory_of_start(first: Floats, last: Floats) -> float:
    """Correlation of the last states with the first, 0.9 quantile of the coordinates."""
    a, b = first - first.mean(axis=0), last - last.mean(axis=0)
    scale = np.sqrt((a**2).mean(axis=0) * (b**2).mean(axis=0))
    return float(np.quantile((a * b).mean(axis=0) / np.maximum(scale, 1e-12), 0.9))


def next_temperature(
    log_likelihood: Floats, islands: list[slice], now: float, keep: float
) -> float:
    """Largest next inverse temperature at which `keep` of the particles stay effective."""

    def effective(beta: float) -> float:
        shares = []
        for island in islands:
            part = log_likelihood[island]
            weight = np.exp((beta - now) * (part - part.max()))
            shares.append(weight.sum() ** 2 / (weight**2).sum() / len(weight))
        return float(np.mean(shares))

    if effective(1.0) >= keep:
        return 1.0
    low, high = now, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) > keep else (low, middle)
    return max(low, now + 1e-12)


def systematic(weights: Floats, survivors: int, rng: np.random.Generator) -> Integers:
    """Systematic resampling: indices of the survivors, in order."""
    positions = (rng.random() + np.arange(survivors)) / survivors
    return np.minimum(np.searchsorted(np.cumsum(weights), positions), len(weights) - 1)


def _refused(z: Floats) -> MarchlandError:
    return MarchlandError(
        f"Fewer than {LEAST} of {len(z)} draws from the priors agree with the evidence; "
        "move or widen the priors."
    )
