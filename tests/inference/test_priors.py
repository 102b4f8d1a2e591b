"""Priors: quantile transforms against SciPy, and a joint prior whose columns keep their names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from marchland.case.settings import Prior
from marchland.inference.priors import JointPrior, Marginal

Z = np.array([-6.0, -2.5, -1.0, -0.1, 0.0, 0.3, 1.0, 2.0, 5.0])


def marginal(family: str, *arguments: float, name: str = "a") -> Marginal:
    return Marginal(name, Prior(line=0, family=family, arguments=arguments))


def exactly(distribution, z):
    """Quantiles at standard normal coordinates, from the nearer tail."""
    low = distribution.ppf(stats.norm.cdf(z))
    return np.where(z < 0.0, low, distribution.isf(stats.norm.sf(z)))


number = st.floats(-50.0, 50.0)
positive = st.floats(0.05, 20.0)


@given(mean=number, sd=positive)
def test_normal(mean, sd):
    values = marginal("normal", mean, sd).from_standard(Z)
    np.testing.assert_allclose(values, exactly(stats.norm(mean, sd), Z), rtol=1e-9, atol=1e-9)


@given(median=positive, sd=st.floats(0.05, 2.0))
def test_lognormal_by_median(median, sd):
    values = marginal("lognormal", median, sd).from_standard(Z)
    expected = exactly(stats.lognorm(s=sd, scale=median), Z)
    np.testing.assert_allclose(values, expected, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(a=st.floats(0.5, 20.0), b=st.floats(0.5, 20.0))
def test_beta(a, b):
    values = marginal("beta", a, b).from_standard(Z)
    expected = exactly(stats.beta(a, b), Z)
    np.testing.assert_allclose(values, expected, rtol=2e-4, atol=1e-6)
    assert ((values >= 0.0) & (values <= 1.0)).all()


@settings(max_examples=25, deadline=None)
@given(sd=positive)
def test_half_normal(sd):
    values = marginal("half_normal", sd).from_standard(Z)
    np.testing.assert_allclose(values, exactly(stats.halfnorm(scale=sd), Z), rtol=2e-4, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(low=number, width=positive)
def test_uniform(low, width):
    values = marginal("uniform", low, low + width).from_standard(Z)
    expected = low + width * stats.norm.cdf(Z)
    np.testing.assert_allclose(values, expected, atol=1e-5 * width + 1e-9)


@pytest.mark.parametrize(
    "one",
    [
        marginal("beta", 2, 2),
        marginal("half_normal", 1.5),
        marginal("uniform", -1, 3),
        marginal("lognormal", 0.5, 0.8),
    ],
)
def test_quantiles_rise(one):
    z = np.linspace(-7.0, 7.0, 501)
    assert (np.diff(one.from_standard(z)) > 0.0).all()


def test_draws_have_the_moments_of_their_prior():
    priors = [marginal("beta", 2, 5, name="b"), marginal("half_normal", 2, name="h")]
    joint = JointPrior(priors)
    values = joint.values(joint.sample(40_000, np.random.default_rng(3)))
    for column, one in zip(values.T, priors, strict=True):
        frozen = one.distribution()
        assert column.mean() == pytest.approx(frozen.mean(), abs=5 * frozen.std() / 200)
        assert column.std() == pytest.approx(frozen.std(), rel=0.03)


def test_a_fixed_parameter_takes_no_coordinate():
    joint = JointPrior(
        [
            marginal("normal", 1, 2, name="first"),
            marginal("fixed", 7, name="held"),
            marginal("uniform", 0, 1, name="last"),
        ]
    )
    assert joint.names == ["first", "held", "last"]
    assert joint.free_names == ["first", "last"]
    assert joint.dimension == 2
    values = joint.values(np.array([[1.0, 0.0], [0.0, 0.0]]))
    np.testing.assert_allclose(values, [[3.0, 7.0, 0.5], [1.0, 7.0, 0.5]], atol=1e-9)


def test_a_case_that_holds_everything_has_no_coordinates():
    joint = JointPrior([marginal("fixed", 2)])
    z = joint.sample(3, np.random.default_rng(1))
    assert z.shape == (3, 0)
    np.testing.assert_array_equal(joint.values(z), [[2.0], [2.0], [2.0]])
    assert JointPrior([]).values(np.zeros((3, 0))).shape == (3, 0)
