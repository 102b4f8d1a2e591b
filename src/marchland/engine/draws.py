"""Random draws that depend on what they are for, not on when they are made.

Every draw is keyed by (seed, member, quarter, process, cell) through the counter-based
generator Philox, so results do not depend on threads or chunks, and a scenario
shares its luck with its baseline: their difference is the effect.
"""

from __future__ import annotations

from math import cos, exp, floor, lgamma, log, pi, sqrt
from typing import NamedTuple

import numpy as np

from marchland.engine.compile import compiled


class Luck(NamedTuple):
    """What keys the draws of one member.

    Parameters
    ----------
    stochastic : int
        1 draws people as counts; 0 gives the mean of every draw.
    seed, member : int
        The run's seed and the member's number.
    """

    stochastic: int
    seed: int
    member: int


FLOWS, OVERSTAY, FOUND, PAID, RETURN, IRREGULAR, DETAINED, DEATHS, DETECTED, SENT_BACK = range(10)
VISIT, VITAL, OUT, RELATION, TREATY = range(10, 15)


@compiled
def philox(
    seed: int, member: int, quarter: int, process: int, cell: int, block: int
) -> tuple[float, float]:
    """Two independent uniforms on (0, 1) for one counter (Philox 4x32, ten rounds).

    Reference: Salmon, Moraes, Dror and Shaw 2011, 'Parallel random numbers: as easy as 1, 2, 3'.
    """
    mask = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    c0 = np.uint64(quarter) & mask
    c1 = np.uint64(process) & mask
    c2 = np.uint64(cell) & mask
    c3 = np.uint64(block) & mask
    k0 = np.uint64(seed) & mask
    k1 = np.uint64(member) & mask
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c0
        p1 = np.uint64(0xCD9E8D57) * c2
        c0 = ((p1 >> shift) ^ c1 ^ k0) & mask
        c1 = p1 & mask
        c2 = ((p0 >> shift) ^ c3 ^ k1) & mask
        c3 = p0 & mask
        k0 = (k0 + np.uint64(0x9E3779B9)) & mask
        k1 = (k1 + np.uint64(0xBB67AE85)) & mask
    # 52 bits and a half: with 53 the half would be lost, and the largest would round to 1.
    u = (c0 << np.uint64(20)) ^ (c1 >> np.uint64(12))
    v = (c2 << np.uint64(20)) ^ (c3 >> np.uint64(12))
    scale = 1.0 / 4503599627370496.0
    return (np.float64(u) + 0.5) * scale, (np.float64(v) + 0.5) * scale


@compiled
def inversion(n: float, p: float, u: float) -> float:
    """Binomial count by inverting the distribution function; for n p below 10."""
    q = 1.0 - p
    odds = p / q
    mass = exp(n * log(q))
    k = 0.0
    while u > mass and k < n:
        u -= mass
        k += 1.0
        mass *= odds * (n - k + 1.0) / k
    return k


@compiled
def rejection(
    n: float, p: float, seed: int, member: int, quarter: int, process: int, cell: int
) -> float:
    """Binomial count by transformed rejection (BTRS); for n p of 10 or more and p up to a half.

    Reference: Hormann 1993, 'The generation of binomial random variates'.
    """
    spread = sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    alpha = (2.83 + 5.1 / b) * spread
    v_r = 0.92 - 4.2 / b
    odds = log(p / (1.0 - p))
    mode = floor((n + 1.0) * p)
    h = lgamma(mode + 1.0) + lgamma(n - mode + 1.0)
    block = 0
    while True:
        u, v = philox(seed, member, quarter, process, cell, block)
        block += 1
        u -= 0.5
        us = 0.5 - abs(u)
        k = floor((2.0 * a / us + b) * u + centre)
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0.0 or k > n:
            continue
        v = log(v * alpha / (a / (us * us) + b))
        if v <= h - lgamma(k + 1.0) - lgamma(n - k + 1.0) + (k - mode) * odds:
            return k


@compiled
def binomial(
    n: float, p: float, seed: int, member: int, quarter: int, process: int, cell: int
) -> float:
    """Binomial count of n trials with chance p, keyed by its counter; NaN where p is not finite.

    Rejection would never end on a chance that is not a number; NaN stops the run with a name.
    """
    if not abs(n * p) < np.inf:
        return np.nan
    if n <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return n
    flipped = p > 0.5
    chance = 1.0 - p if flipped else p
    if n * chance < 10.0:
        u, _ = philox(seed, member, quarter, process, cell, 0)
        k = inversion(n, chance, u)
    else:
        k = rejection(n, chance, seed, member, quarter, process, cell)
    return n - k if flipped else k


@compiled
def draw(luck: Luck, n: float, p: float, quarter: int, process: int, cell: int) -> float:
    """How many of n people do what each does with chance p: a count, or its mean.

    Parameters
    ----------
    luck : Luck
        Key of the member; `luck.stochastic` 0 gives `n p`.
    n : float
        Persons (a whole number where luck is stochastic).
    p : float
        Chance per person, cut to [0, 1].
    quarter, process, cell : int
        What the draw is for.
    """
    if luck.stochastic == 0:
        return n * min(max(p, 0.0), 1.0)
    return binomial(n, p, luck.seed, luck.member, quarter, process, cell)


@compiled
def whole(luck: Luck, x: float) -> float:
    """Round to whole persons where people are drawn as counts."""
    if luck.stochastic == 0:
        return x
    return floor(x + 0.5)


@compiled
def normal(luck: Luck, quarter: int, process: int, cell: int) -> float:
    """Standard normal draw, or 0 in the mean model."""
    if luck.stochastic == 0:
        return 0.0
    u, v = philox(luck.seed, luck.member, quarter, process, cell, 0)
    return sqrt(-2.0 * log(u)) * cos(2.0 * pi * v)
