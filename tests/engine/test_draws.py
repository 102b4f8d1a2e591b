"""Keyed draws: the reference vectors of Philox, the binomial law, keys and the pure Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
from scipy import stats

from marchland.engine import draws
from marchland.engine.draws import Luck

COUNT = 4000
# n, p: small and large, either side of where the method changes, more likely than not.
CASES = [(1, 0.3), (7, 0.5), (40, 0.02), (60, 0.9), (30, 0.4), (500, 0.11), (10_000, 0.7)]
HUGE = [(1_000_000, 3e-6), (10_000_000, 0.25), (1_000_000_000, 0.01), (1_000_000_000, 0.999)]


@njit
def sample(n, p, seed, member, quarter, process, count):
    """Draws for the cells 0 to count - 1."""
    out = np.empty(count)
    for cell in range(count):
        out[cell] = draws.binomial(n, p, seed, member, quarter, process, cell)
    return out


@njit
def uniforms(seed, member, quarter, process, count):
    """Pairs of uniforms for the cells 0 to count - 1."""
    out = np.empty((count, 2))
    for cell in range(count):
        out[cell, 0], out[cell, 1] = draws.philox(seed, member, quarter, process, cell, 0)
    return out


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        # Known answers of philox4x32-10, from the tests of Random123 (Salmon et al. 2011).
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xBC57AC4C)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0xA20BC7C6)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x5001E420),
        ),
    ],
)
def test_philox_gives_its_published_answers(counter, key, words):
    pair = draws.philox(key[0], key[1], *counter)
    assert tuple(int(u * 2.0**32) for u in pair) == words


def test_uniforms_are_uniform_and_inside_0_and_1():
    pairs = uniforms(1, 2, 3, 4, 20_000)
    assert (pairs > 0.0).all()
    assert (pairs < 1.0).all()
    assert stats.kstest(pairs.ravel(), "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(pairs[1:, 0], pairs[:-1, 0])[0, 1]) < 0.03
    assert len(np.unique(pairs)) == pairs.size


@pytest.mark.parametrize(("n", "p"), CASES + HUGE)
def test_mean_and_variance_of_a_count(n, p):
    counts = sample(float(n), p, 5, 1, 2, 3, COUNT)
    assert np.array_equal(counts, np.floor(counts))
    assert ((counts >= 0) & (counts <= n)).all()
    law = stats.binom(n, p)
    mean, variance, excess = (float(x) for x in law.stats("mvk"))
    assert abs(counts.mean() - mean) < 4.5 * np.sqrt(variance / COUNT)
    spread = variance * np.sqrt((excess + 2.0) / COUNT)
    assert abs(counts.var() - variance) < 4.5 * spread


@pytest.mark.parametrize(("n", "p"), CASES + HUGE)
def test_counts_follow_the_binomial_law(n, p):
    counts = sample(float(n), p, 6, 1, 2, 3, COUNT)
    law = stats.binom(n, p)
    edges = np.unique(law.ppf(np.linspace(0.02, 0.98, 25)))
    expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * COUNT
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    kept = expected > 4.0
    assert kept.sum() >= 2
    rest = expected[~kept].sum()
    table = np.append(observed[kept], observed[~kept].sum())[: kept.sum() + (rest > 0.0)]
    wanted = np.append(expected[kept], rest)[: len(table)]
    assert stats.chisquare(table, wanted, sum_check=False).pvalue > 1e-4


@pytest.mark.parametrize(
    ("n", "p", "wanted"),
    [(0.0, 0.5, 0.0), (9.0, 0.0, 0.0), (9.0, -0.1, 0.0), (9.0, 1.0, 9.0), (9.0, 1.5, 9.0)],
)
def test_certain_counts(n, p, wanted):
    assert draws.binomial(n, p, 1, 1, 1, 1, 1) == wanted


@pytest.mark.parametrize("n", [5.0, 5e6])
def test_a_chance_that_is_not_a_number_ends(n):
    assert np.isnan(draws.binomial(n, np.nan, 1, 1, 1, 1, 1))


def test_the_mean_of_a_draw():
    mean = Luck(0, 1, 1)
    assert draws.draw(mean, 10.0, 0.25, 0, 0, 0) == 2.5
    assert draws.draw(mean, 10.0, 1.5, 0, 0, 0) == 10.0
    assert draws.draw(mean, 10.0, -0.5, 0, 0, 0) == 0.0
    assert draws.whole(mean, 2.7) == 2.7
    assert draws.whole(Luck(1, 1, 1), 2.7) == 3.0
    assert draws.normal(mean, 1, 2, 3) == 0.0


def test_the_order_of_draws_does_not_matter():
    keys = [(member, quarter, cell) for member in (0, 3) for quarter in (1, 9) for cell in (0, 7)]
    forward = {key: draws.binomial(900.0, 0.3, 8, key[0], key[1], 2, key[2]) for key in keys}
    for key in reversed(keys):
        assert draws.binomial(900.0, 0.3, 8, key[0], key[1], 2, key[2]) == forward[key]


@pytest.mark.parametrize("part", range(5))
def test_every_part_of_the_key_counts(part):
    key = [5, 1, 2, 3]
    one = uniforms(*key, 200)
    if part < 4:
        key[part] += 1
        other = uniforms(*key, 200)
    else:
        other = np.array([draws.philox(*key, cell, 1) for cell in range(200)])
    assert not (one == other).any()
    assert abs(np.corrcoef(one[:, 0], other[:, 0])[0, 1]) < 0.3


def test_normals_are_normal():
    values = [draws.normal(Luck(1, 3, member), 1, draws.RELATION, 0) for member in range(3000)]
    assert stats.kstest(values, "norm").pvalue > 1e-4


PURE = """
import json
from marchland.engine import draws
counts = [[draws.binomial(float(n), p, 5, 1, 2, 3, cell) for cell in range(60)] for n, p in CASES]
pairs = [draws.philox(1, 2, 3, 4, cell, 0) for cell in range(200)]
print(json.dumps([counts, [[float(u).hex(), float(v).hex()] for u, v in pairs]]))
"""


def test_compiled_and_pure_python_agree_to_the_bit():
    cases = CASES + HUGE
    done = subprocess.run(
        [sys.executable, "-c", f"CASES = {cases!r}\n{PURE}"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    counts, pairs = json.loads(done.stdout)
    compiled = [sample(float(n), p, 5, 1, 2, 3, 60).tolist() for n, p in cases]
    assert counts == compiled
    assert pairs == [[u.hex(), v.hex()] for u, v in uniforms(1, 2, 3, 4, 200).tolist()]
