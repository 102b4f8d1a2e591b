"""R-hat and effective sizes: what is known of series made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.inference.convergence import Convergence, convergence
from marchland.inference.diagnostics import Sample, verdict


def chains(rho: float = 0.0, apart: float = 0.0, draws: int = 2000) -> np.ndarray:
    """Four autoregressive series of two parameters; the first may stand apart."""
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((4, draws, 2))
    made = np.empty_like(noise)
    made[:, 0] = noise[:, 0]
    for n in range(1, draws):
        made[:, n] = rho * made[:, n - 1] + np.sqrt(1.0 - rho**2) * noise[:, n]
    made[0, :, 0] += apart
    return made


def test_independent_draws_count_fully():
    told = convergence(chains())
    assert told.worst_rhat < 1.01
    assert told.least_ess > 6500
    assert told.rhat.shape == told.ess_bulk.shape == told.ess_tail.shape == (2,)


def test_an_autoregressive_series_counts_as_theory_says():
    """Of n draws with correlation rho, n (1 - rho) / (1 + rho) are effective."""
    told = convergence(chains(rho=0.8))
    np.testing.assert_allclose(told.ess_bulk, 8000 * 0.2 / 1.8, rtol=0.2)


def test_an_island_apart_is_seen_on_its_parameter():
    told = convergence(chains(apart=2.0))
    assert told.rhat[0] > 1.2
    assert told.rhat[1] < 1.01
    assert told.worst_rhat == told.rhat[0]
    assert told.least_ess < 50


def test_a_rising_transform_changes_nothing():
    z = chains(rho=0.5)
    on_z, on_exp = convergence(z), convergence(np.exp(z))
    np.testing.assert_allclose(on_z.ess_bulk, on_exp.ess_bulk)
    np.testing.assert_allclose(on_z.ess_tail, on_exp.ess_tail)


@pytest.mark.parametrize("shape", [(0, 0, 0), (1, 100, 2), (4, 3, 2), (4, 100, 0)])
def test_what_cannot_be_told_is_absent(shape):
    told = convergence(np.zeros(shape))
    assert len(told.rhat) == 0
    assert np.isnan(told.worst_rhat)
    assert np.isnan(told.least_ess)


def sample(told: Convergence) -> Sample:
    one = np.zeros((1, 1))
    return Sample(
        one,
        one[0],
        0.0,
        0.1,
        [1.0],
        [0.5],
        6,
        0.1,
        0.3,
        0.1,
        "",
        islands=np.zeros(4),
        convergence=told,
    )


def test_the_verdict_uses_them():
    fine = np.array([1.01, 1.02])
    many = np.array([400.0, 500.0])
    assert verdict(sample(Convergence(fine, many, many))) == ""
    assert verdict(sample(Convergence())) == ""
    said = verdict(sample(Convergence(np.array([1.01, 1.3]), many, many)))
    assert "R-hat of one parameter is 1.30" in said
    said = verdict(sample(Convergence(fine, many, np.array([400.0, 9.0]))))
    assert "as little of one parameter as 9 independent ones" in said
