"""The sampler against posteriors that are known in closed form or by quadrature."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import Banana, Gated, Linear, Toy, TwoModes, linear

from marchland.errors import MarchlandError
from marchland.inference.smc import ISLANDS, LEAST, next_temperature, sample, systematic

# What the surrogate learns sets the cost and never the answer: few lessons keep the tests fast.
FAST = {"lessons": 60}
TOY = linear(3, 2, seed=1, error=0.1)
SHARP = Linear(np.array([2.5]), np.array([0.02]), np.array([[1.0, 1.0, 0.0, 0.0]]))
SMALL = {"particles": 128, "moves": 3, **FAST}


@pytest.mark.parametrize("toy", [TOY, SHARP], ids=["two figures", "one sharp sum"])
def test_mean_spread_and_evidence_of_a_known_posterior(toy):
    """Over several seeds, so that a bias of a few per cent would show beside the chance."""
    drawn = [sample(toy, toy.dimension, particles=256, moves=4, seed=n, **FAST) for n in range(6)]
    covariance = np.mean([np.cov(one.z.T) for one in drawn], axis=0)
    mean = np.mean([one.z.mean(axis=0) for one in drawn], axis=0)
    assert {one.failed for one in drawn} == {""}
    np.testing.assert_array_less(np.abs(mean - toy.mean), 0.08 * np.sqrt(np.diag(toy.covariance)))
    np.testing.assert_allclose(covariance, toy.covariance, atol=0.07)
    np.testing.assert_allclose(np.diag(covariance), np.diag(toy.covariance), rtol=0.08)


def test_the_error_of_the_log_evidence_is_honest():
    """Over thirty seeds the misses are as large as the sampler says, within a factor of two."""
    toy = linear(6, 3, seed=2, error=0.1)
    drawn = [sample(toy, 6, particles=96, moves=3, seed=n, lessons=20) for n in range(30)]
    misses = np.array([one.log_evidence for one in drawn]) - toy.log_evidence
    said = np.sqrt(np.mean([one.log_evidence_error**2 for one in drawn]))
    assert 0.5 < np.sqrt((misses**2).mean()) / said < 2.0
    # The mean of estimates of the evidence itself has no bias.
    relative = np.exp(misses)
    assert abs(relative.mean() - 1.0) < 4.0 * relative.std(ddof=1) / np.sqrt(len(misses))


@pytest.mark.parametrize(("dimension", "informed"), [(2, 2), (10, 4), (60, 8)])
def test_what_the_evidence_does_not_tell_keeps_its_prior(dimension, informed):
    """A sampler that fits proposals to its own particles would draw these together."""
    toy = linear(dimension, informed, seed=3, error=0.1)
    drawn = sample(toy, dimension, particles=384, moves=5, seed=3, **FAST)
    sd = np.sqrt(np.diag(toy.covariance))
    assert drawn.failed == ""
    np.testing.assert_allclose(drawn.z.std(axis=0) / sd, 1.0, atol=0.15)
    assert np.sqrt(np.mean((drawn.z.std(axis=0) / sd) ** 2)) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose((drawn.z.mean(axis=0) - toy.mean) / sd, 0.0, atol=0.25)
    assert abs(drawn.log_evidence - toy.log_evidence) < 4.0 * max(drawn.log_evidence_error, 0.05)


BANANA = Banana(np.array([1.0, 0.2]), np.array([0.3, 0.3]))


def test_a_curved_posterior_agrees_with_quadrature():
    places, weights = BANANA.grid()
    drawn = sample(BANANA, 2, particles=512, moves=6, seed=1, lessons=200)
    evidence = weights.sum()
    weights = weights / evidence
    mean = weights @ places
    sd = np.sqrt(weights @ (places - mean) ** 2)
    assert drawn.failed == ""
    assert drawn.log_evidence == pytest.approx(
        np.log(evidence), abs=4.0 * max(drawn.log_evidence_error, 0.03)
    )
    np.testing.assert_allclose((drawn.z.mean(axis=0) - mean) / sd, 0.0, atol=0.15)
    np.testing.assert_allclose(drawn.z.std(axis=0) / sd, 1.0, atol=0.12)
    bend = np.corrcoef(drawn.z[:, 0] ** 2, drawn.z[:, 1])[0, 1]
    assert bend < -0.7


@pytest.mark.parametrize("error", [0.6, 0.2], ids=["near", "far apart"])
def test_two_modes_are_both_kept_or_the_sampler_says_that_it_failed(error):
    """Only the square is seen: the modes weigh the same."""
    modes = TwoModes(np.array([2.25, 0.0]), np.array([error, 0.5]))
    for seed in range(3):
        drawn = sample(modes, 2, particles=256, moves=4, seed=seed, lessons=200)
        share = (drawn.z[:, 0] > 0.0).mean()
        places, weights = modes.grid(601)
        spread = np.sqrt(weights @ np.abs(places[:, 0]) ** 2 / weights.sum())
        assert drawn.failed or 0.35 < share < 0.65
        assert np.sqrt((drawn.z[:, 0] ** 2).mean()) == pytest.approx(spread, rel=0.1)


def test_evidence_that_tells_nothing_leaves_the_prior():
    toy = Linear(np.array([0.3]), np.array([2.0]), np.zeros((1, 5)))
    drawn = sample(toy, 5, particles=256, moves=4, **FAST)
    assert drawn.temperatures[-1] == 1.0
    assert drawn.log_evidence == pytest.approx(toy.log_evidence, abs=0.1)
    np.testing.assert_allclose(drawn.z.std(axis=0), 1.0, atol=0.12)
    np.testing.assert_allclose(drawn.z.mean(axis=0), 0.0, atol=0.12)


def test_the_seed_fixes_every_particle_whatever_the_workers():
    one, again, other = (
        sample(TOY, 3, seed=seed, workers=workers, **SMALL)
        for seed, workers in ((5, 1), (5, 3), (6, 1))
    )
    assert one.z.tobytes() == again.z.tobytes()
    assert one.log_evidence == again.log_evidence
    assert one.z.tobytes() != other.z.tobytes()


def test_log_likelihoods_belong_to_their_particles():
    drawn = sample(TOY, 3, **SMALL)
    expected = TOY.log_likelihood(TOY.outputs(drawn.z))
    np.testing.assert_allclose(drawn.log_likelihood, expected, rtol=1e-9)
    assert drawn.chains.shape[0] == ISLANDS
    assert {row.tobytes() for row in drawn.chains.reshape(-1, 3)} > {
        row.tobytes() for row in drawn.chains[0]
    }


def test_particles_that_are_impossible_die():
    half = Gated(np.array([0.2]), np.array([2.0]), np.array([[0.0, 1.0]]))
    drawn = sample(half, 2, particles=256, moves=4, **FAST)
    whole = Linear(half.observed, half.error, half.matrix)
    assert (drawn.z[:, 0] > 0.0).all()
    assert np.isfinite(drawn.log_likelihood).all()
    assert drawn.log_evidence == pytest.approx(np.log(0.5) + whole.log_evidence, abs=0.15)


# ------------------------------------------------------------- resumption


class Killed(Exception):
    """Stands for a process that ends here."""


class Shelf:
    """Keeps a copy of the state, and dies after so many temperatures."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.dies_after, self.saved, self.state = dies_after, 0, None

    def load(self) -> object | None:
        return copy.deepcopy(self.state)

    def save(self, state: object) -> None:
        self.state = copy.deepcopy(state)
        self.saved += 1
        if self.saved == self.dies_after:
            raise Killed


def watched(**given: object):
    """A small sample, and the temperatures that were told of."""
    told: list[float] = []
    drawn = sample(TOY, 3, progress=lambda beta, *others: told.append(beta), **SMALL, **given)
    return drawn, told


@pytest.fixture(scope="module")
def whole():
    return watched()


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
def test_a_killed_sampler_goes_on_and_ends_with_the_same_particles(whole, place):
    unbroken, steps = whole
    temperatures = 1 + round(place * (len(steps) - 1))
    shelf = Shelf(dies_after=temperatures)
    with pytest.raises(Killed):
        watched(keeper=shelf)
    shelf.dies_after = None
    ended, told = watched(keeper=shelf)
    assert told == steps[temperatures:]
    assert ended.z.tobytes() == unbroken.z.tobytes()
    assert ended.log_evidence == unbroken.log_evidence
    assert ended.log_evidence_error == unbroken.log_evidence_error
    assert ended.evaluations == unbroken.evaluations
    assert shelf.saved == len(steps)


def test_a_finished_sampler_is_read_and_not_run_again():
    shelf = Shelf()
    whole = sample(TOY, 3, keeper=shelf, **SMALL)
    saved = shelf.saved
    again = sample(TOY, 3, keeper=shelf, **SMALL)
    assert shelf.saved == saved
    assert again.z.tobytes() == whole.z.tobytes()


# ------------------------------------------------------------- refusals and failures


class Refusing(Toy):
    """Its log likelihood is whatever a function of the parameters says."""

    def __init__(self, told) -> None:
        super().__init__(np.zeros(1), np.ones(1))
        self.told = told

    def outputs(self, z: np.ndarray) -> np.ndarray:
        return np.asarray(self.told(z))[:, None]

    def log_likelihood(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0]


def nowhere(z: np.ndarray) -> np.ndarray:
    """Impossible for every draw."""
    return np.full(len(z), -np.inf)


def rarely(z: np.ndarray) -> np.ndarray:
    """Possible for the first few draws only."""
    return np.where(np.arange(len(z)) < LEAST - 1, 0.0, -np.inf)


def all_but_never(z: np.ndarray) -> np.ndarray:
    """Possible, but so much more for one draw than another that no temperature is low enough."""
    return -1e30 * z[:, 0] ** 2


@pytest.mark.parametrize("told", [nowhere, rarely, all_but_never])
@pytest.mark.parametrize("dimension", [1, 3])
def test_evidence_that_hardly_a_draw_agrees_with_stops_the_sampler(told, dimension):
    with pytest.raises(MarchlandError, match=rf"Fewer than {LEAST} of \d+ draws from the priors"):
        sample(Refusing(told), dimension, **SMALL)


def test_who_samples_may_say_what_no_draw_agrees_with():
    seen: list[np.ndarray] = []

    def refusal(z: np.ndarray) -> MarchlandError:
        seen.append(z)
        return MarchlandError("nothing agrees")

    with pytest.raises(MarchlandError, match="nothing agrees"):
        sample(Refusing(nowhere), 2, refusal=refusal, **SMALL)
    assert [z.shape[1] for z in seen] == [2]
    assert len(seen[0]) >= SMALL["particles"]


def test_too_few_particles_for_sixty_parameters_are_owned_up_to():
    """By a sentence or by an error, and never by a plain result."""
    toy = linear(60, 30, seed=4, error=0.02)
    try:
        said = sample(toy, 60, particles=96, moves=2, seed=1, **FAST).failed
    except MarchlandError as error:
        said = str(error)
    assert said.endswith(".")


def test_progress_goes_up_to_the_posterior(whole):
    drawn, told = whole
    assert len(told) >= len(drawn.temperatures) == len(drawn.acceptance)
    assert drawn.temperatures[-1] == told[-1] == 1.0
    assert (np.diff([0.0, *told]) > 0.0).all()
    assert (np.diff([0.0, *drawn.temperatures]) > 0.0).all()


def test_every_run_of_the_model_is_counted():
    seen: list[int] = []

    class Counted(Linear):
        def outputs(self, z: np.ndarray) -> np.ndarray:
            seen.append(len(z))
            return super().outputs(z)

    drawn = sample(Counted(TOY.observed, TOY.error, TOY.matrix), 3, **SMALL)
    assert drawn.evaluations == sum(seen)


# ------------------------------------------------------------- parts


@given(scale=st.floats(0.0, 1e6), keep=st.floats(0.2, 0.9), now=st.floats(0.0, 0.9))
def test_the_next_temperature_keeps_enough_particles(scale, keep, now):
    log_likelihood = -scale * np.linspace(0.0, 1.0, 200) ** 2
    following = next_temperature(log_likelihood, [slice(0, 200)], now, keep)
    weight = np.exp((following - now) * (log_likelihood - log_likelihood.max()))
    effective = weight.sum() ** 2 / (weight**2).sum() / len(weight)
    assert now < following <= 1.0
    assert effective >= keep - 0.01 or following <= now + 1e-9
    assert following == 1.0 or effective <= keep + 0.01


def test_the_next_temperature_is_that_of_the_mean_island():
    log_likelihood = np.concatenate([np.zeros(100), -50.0 * np.linspace(0.0, 1.0, 100)])
    islands = [slice(0, 100), slice(100, 200)]
    both = next_temperature(log_likelihood, islands, 0.0, 0.6)
    alone = next_temperature(log_likelihood[100:], islands[:1], 0.0, 0.6)
    assert both > alone


def test_evidence_that_tells_little_is_taken_at_once():
    assert next_temperature(np.linspace(0.0, 0.1, 50), [slice(0, 50)], 0.0, 0.5) == 1.0


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
