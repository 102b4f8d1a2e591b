"""Verdicts: each way to fail has its sentence, and a sound sample none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toys import linear

from marchland.inference.diagnostics import Sample, verdict
from marchland.inference.smc import ISLANDS, sample

TOY = linear(4, 2, seed=5, error=0.2)


@pytest.fixture(scope="module")
def sound() -> Sample:
    return sample(TOY, 4, particles=256, moves=4, lessons=60)


def test_a_sound_sample_has_no_verdict(sound):
    assert verdict(sound) == ""
    assert sound.failed == ""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"acceptance": [0.5, 0.01, 0.6]}, "hardly ever accepted (1.0% at worst)"),
        ({"remembered": 0.99}, "use more moves"),
        ({"apart": 1.5}, "disagree by 1.50 standard deviations"),
        ({"log_evidence_error": 2.0}, "The log evidence has an error of 2.0"),
    ],
)
def test_each_way_to_fail_has_its_sentence(sound, wrong, sentence):
    said = verdict(replace(sound, **wrong))
    assert sentence in said
    assert said.endswith(".")


def test_islands_weigh_by_their_evidence(sound):
    """The evidence is the mean over islands, and its error what they say apart."""
    assert sound.islands.shape == (ISLANDS,)
    relative = np.exp(sound.islands - sound.islands.max())
    expected = np.log(relative.mean()) + sound.islands.max()
    assert sound.log_evidence == pytest.approx(expected)
    error = relative.std(ddof=1) / relative.mean() / np.sqrt(ISLANDS)
    assert sound.log_evidence_error == pytest.approx(error)


def test_draws_are_spread_over_all_islands(sound):
    """As many of each island as its evidence weighs."""
    share = np.exp(sound.islands - np.logaddexp.reduce(sound.islands))
    home = [{row.tobytes() for row in chain} for chain in sound.chains]
    assert sum(len(part) for part in home) > 100
    drawn = np.array([sum(row.tobytes() in part for row in sound.z) for part in home])
    assert (drawn > 0).all()
    np.testing.assert_allclose(drawn / drawn.sum(), share, atol=0.1)


def test_descent_is_counted_from_the_prior(sound):
    assert 0.0 < sound.unique <= 1.0
    assert sound.steps == 4
    assert len(sound.acceptance) == len(sound.temperatures)
