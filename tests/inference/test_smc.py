"""The sampler against posteriors that are known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchland.errors import MarchlandError
from marchland.inference.smc import LEAST, next_temperature, sample, systematic, verdict


@dataclass
class Gaussian:
    """Linear figures with normal errors under a standard normal prior: everything is known."""

    slopes: np.ndarray
    observed: np.ndarray
    error: float

    def log_likelihood(self, z: np.ndarray) -> np.ndarray:
        residual = (z @ self.slopes.T - self.observed) / self.error
        constant = len(self.observed) * np.log(self.error * np.sqrt(2.0 * np.pi))
        return -0.5 * (residual**2).sum(axis=1) - constant

    @property
    def covariance(self) -> np.ndarray:
        information = self.slopes.T @ self.slopes / self.error**2
        return np.linalg.inv(np.eye(self.slopes.shape[1]) + information)

    @property
    def mean(self) -> np.ndarray:
        return self.covariance @ self.slopes.T @ self.observed / self.error**2

    @property
    def log_evidence(self) -> float:
        spread = self.error**2 * np.eye(len(self.observed)) + self.slopes @ self.slopes.T
        fit = self.observed @ np.linalg.solve(spread, self.observed)
        return float(-0.5 * fit - 0.5 * np.linalg.slogdet(2.0 * np.pi * spread)[1])


TOY = Gaussian(np.array([[1.0, 0.5, 0.0], [0.3, -1.0, 0.8]]), np.array([1.0, -0.5]), 0.2)
SHARP = Gaussian(np.array([[1.0, 1.0, 0.0, 0.0]]), np.array([2.5]), 0.02)


@pytest.mark.parametrize("toy", [TOY, SHARP], ids=["two figures", "one sharp sum"])
def test_mean_spread_and_evidence_of_a_known_posterior(toy):
    """Over ten seeds, so that a bias of a few per cent would show beside the Monte Carlo error."""
    drawn = [sample(toy.log_likelihood, len(toy.mean), chains=512, seed=n) for n in range(10)]
    covariance = np.mean([np.cov(one.z.T) for one in drawn], axis=0)
    mean = np.mean([one.z.mean(axis=0) for one in drawn], axis=0)
    misses = np.array([one.log_evidence for one in drawn]) - toy.log_evidence
    said = np.mean([one.log_evidence_error for one in drawn])
    assert {one.failed for one in drawn} == {""}
    np.testing.assert_array_less(np.abs(mean - toy.mean), 0.06 * np.sqrt(np.diag(toy.covariance)))
    np.testing.assert_allclose(covariance, toy.covariance, atol=0.07)
    np.testing.assert_allclose(np.diag(covariance), np.diag(toy.covariance), rtol=0.08)
    assert abs(misses.mean()) < 0.08
    assert np.sqrt((misses**2).mean()) < 2.5 * said


def test_what_the_evidence_does_not_tell_keeps_its_prior():
    """A sampler that fits proposals to its own particles would draw these together."""
    slopes = np.zeros((2, 40))
    slopes[0, 0], slopes[1, :2] = 1.0, (0.5, 1.0)
    toy = Gaussian(slopes, np.array([1.5, -1.0]), 0.05)
    drawn = sample(toy.log_likelihood, 40, chains=512, seed=3)
    untold = drawn.z[:, 2:]
    assert drawn.failed == ""
    assert np.sqrt((untold**2).mean()) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(untold.std(axis=0), 1.0, atol=0.13)
    np.testing.assert_allclose(drawn.z[:, :2].mean(axis=0), toy.mean[:2], atol=0.03)
    np.testing.assert_allclose(drawn.z[:, :2].std(axis=0), 0.05 * np.array([1, 1.118]), rtol=0.15)
    assert drawn.log_evidence == pytest.approx(toy.log_evidence, abs=0.3)


def test_without_evidence_the_posterior_is_the_prior():
    drawn = sample(lambda z: np.zeros(len(z)), 5, chains=128, seed=1)
    assert drawn.temperatures == [1.0]
    assert drawn.log_evidence == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(drawn.z.std(axis=0), 1.0, atol=0.12)


def two_modes(z: np.ndarray) -> np.ndarray:
    """Two equal modes in the first coordinate, fifteen deviations apart."""
    return np.logaddexp(-0.5 * ((z[:, 0] - 1.5) / 0.2) ** 2, -0.5 * ((z[:, 0] + 1.5) / 0.2) ** 2)


def test_two_modes_are_both_found():
    drawn = sample(two_modes, 2, chains=512, seed=1)
    first = drawn.z[:, 0]
    shrunk = 1.5 / (1.0 + 0.2**2)  # the prior draws each mode towards 0
    assert 0.35 < (first > 0.0).mean() < 0.65
    assert np.abs(first).mean() == pytest.approx(shrunk, abs=0.04)
    assert np.abs(first).std() == pytest.approx(0.2 / np.sqrt(1.04), abs=0.03)
    assert drawn.z[:, 1].std() == pytest.approx(1.0, abs=0.1)


def test_the_seed_fixes_every_particle():
    one, again, other = (sample(TOY.log_likelihood, 3, chains=64, seed=seed) for seed in (5, 5, 6))
    assert one.z.tobytes() == again.z.tobytes()
    assert one.log_evidence == again.log_evidence
    assert one.z.tobytes() != other.z.tobytes()


def test_log_likelihoods_belong_to_their_particles():
    drawn = sample(TOY.log_likelihood, 3, chains=64, seed=1)
    np.testing.assert_allclose(drawn.log_likelihood, TOY.log_likelihood(drawn.z), rtol=1e-9)


def test_particles_that_are_impossible_die():
    def half(z: np.ndarray) -> np.ndarray:
        return np.where(z[:, 0] > 0.0, 0.0, -np.inf)

    drawn = sample(half, 2, chains=256, seed=1)
    assert (drawn.z[:, 0] > 0.0).all()
    assert drawn.log_evidence == pytest.approx(np.log(0.5), abs=0.15)


def nowhere(z: np.ndarray) -> np.ndarray:
    """Impossible for every draw."""
    return np.full(len(z), -np.inf)


def rarely(z: np.ndarray) -> np.ndarray:
    """Possible for the first few draws only."""
    return np.where(np.arange(len(z)) < LEAST - 1, 0.0, -np.inf)


def all_but_never(z: np.ndarray) -> np.ndarray:
    """Possible, but so much more for one draw than another that no temperature is low enough."""
    return -1e30 * z[:, 0] ** 2


@pytest.mark.parametrize("target", [nowhere, rarely, all_but_never])
@pytest.mark.parametrize("dimension", [1, 3])
def test_evidence_that_hardly_a_draw_agrees_with_stops_the_sampler(target, dimension):
    with pytest.raises(MarchlandError, match=f"Fewer than {LEAST} of 384 draws from the priors"):
        sample(target, dimension, chains=64)


def test_who_samples_may_say_what_no_draw_agrees_with():
    seen: list[np.ndarray] = []

    def refusal(z: np.ndarray) -> MarchlandError:
        seen.append(z)
        return MarchlandError("nothing agrees")

    with pytest.raises(MarchlandError, match="nothing agrees"):
        sample(nowhere, 2, chains=64, refusal=refusal)
    assert [z.shape for z in seen] == [(384, 2)]


def test_progress_is_told_of_every_temperature():
    told: list[float] = []
    drawn = sample(
        TOY.log_likelihood, 3, chains=64, progress=lambda beta, *others: told.append(beta)
    )
    assert told == drawn.temperatures
    assert told[-1] == 1.0
    assert (np.diff([0.0, *told]) > 0.0).all()


@given(scale=st.floats(0.0, 1e6), keep=st.floats(0.2, 0.9), now=st.floats(0.0, 0.9))
def test_the_next_temperature_keeps_enough_particles(scale, keep, now):
    log_likelihood = -scale * np.linspace(0.0, 1.0, 200) ** 2
    following = next_temperature(log_likelihood, now, keep)
    weight = np.exp((following - now) * (log_likelihood - log_likelihood.max()))
    effective = weight.sum() ** 2 / (weight**2).sum() / len(weight)
    assert now < following <= 1.0
    assert effective >= keep - 0.01 or following <= now + 1e-9
    assert following == 1.0 or effective <= keep + 0.01


def test_evidence_that_tells_little_is_taken_at_once():
    assert next_temperature(np.linspace(0.0, 0.1, 50), 0.0, 0.5) == 1.0


@given(
    weights=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40).filter(lambda w: sum(w) > 0.1),
    survivors=st.integers(1, 60),
    seed=st.integers(0, 9),
)
def test_resampling_keeps_the_order_and_the_shares(weights, survivors, seed):
    share = np.array(weights) / sum(weights)
    chosen = systematic(share, survivors, np.random.default_rng(seed))
    counts = np.bincount(chosen, minlength=len(share))
    assert (np.diff(chosen) >= 0).all()
    assert len(chosen) == survivors
    assert (np.abs(counts - survivors * share) < 1.0 + 1e-6).all()
    assert (counts[share == 0.0] == 0).all()


def test_verdicts_say_what_is_wrong():
    sound = {"acceptance": [0.3], "apart": 0.2, "error": 0.1, "chains": 200, "dimension": 9}
    assert verdict(**sound) == ""
    assert "too few for 150 parameters" in verdict(**sound | {"dimension": 150})
    assert "hardly ever accepted" in verdict(**sound | {"acceptance": [0.5, 0.01]})
    assert "share no ancestor" in verdict(**sound | {"apart": 1.5})
    assert "more chains" in verdict(**sound | {"error": 2.0})
