"""People are conserved in every quarter: exactly as counts, to rounding in the mean model."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marchland.engine.state import RECORDS
from marchland.model import BASELINE

AWAY = ("legal", "overstay", "paid", "irregular", "settled")
COUNTED = (*AWAY, "entries", "irregular_entries", "detained", "deaths", "detected", "sent_back")
COUNTED += ("ended", "joined", "removed", "returned")
SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEEDS = st.integers(min_value=0, max_value=2**31 - 1)


class Books:
    """The people of one member: tables (quarters, n) of every field that counts them."""

    def __init__(self, model, trajectory):
        self.model, self.world = model, model.world
        layout, self.tables = model.atlas.layout, {}
        for dimension in ("pool", "corridor", "region"):
            names, size = RECORDS[dimension].names, layout.sizes[dimension]
            start = layout.start[dimension]
            block = trajectory[start : start + len(names) * size].reshape(size, len(names), -1)
            for n, name in enumerate(names):
                self.tables[name] = block[:, n].T

    def __getitem__(self, name):
        return self.tables[name]

    def away(self):
        """People away from home by pool, all statuses."""
        by_corridor = sum(self[status] for status in AWAY)
        pool = self.world.corridor.pool
        return np.stack([by_corridor[:, pool == k].sum(axis=1) for k in range(self.pools)], axis=1)

    @property
    def pools(self):
        """How many pools there are."""
        return len(self.world.pool)

    def deaths(self):
        """Deaths in crossing by pool, in the quarters in which the corridor is used."""
        route = self.world.corridor
        q = np.arange(self.world.quarters)[:, None]
        deaths = np.where((route.first <= q) & (q <= route.last), self["deaths"], 0.0)
        return np.stack([deaths[:, route.pool == k].sum(axis=1) for k in range(self.pools)], axis=1)

    def increase(self):
        """Natural increase of a region per head, in the quarters in which it is followed."""
        rate = self.model.inputs(BASELINE).region.natural_increase.copy()
        rate[: self.world.society_start] = 0.0
        return rate


def run(model, prior, cells, seed, *, stochastic):
    values = prior.values(prior.sample(1, np.random.default_rng(seed)))
    _, series = model.run(prior.names, values, (), cells, stochastic=stochastic, seed=seed)
    return Books(model, series[0])


def unexplained(books, rounded):
    """People of every pool that deaths and natural increase do not account for, by quarter."""
    total = books["home"] + books.away()
    before, after = total[:-1], total[1:]
    left = before - books.deaths()[1:]
    at_home = left - books.away()[1:]
    growth = books.increase()[1:, books.world.pool.region] * at_home
    return after - left - (np.floor(growth + 0.5) if rounded else growth)


@SETTINGS
@given(seed=SEEDS)
def test_every_person_is_accounted_for_in_every_quarter(model, prior, cells, seed):
    books = run(model, prior, cells, seed, stochastic=True)
    assert np.array_equal(unexplained(books, rounded=True), np.zeros_like(books["home"][1:]))


@SETTINGS
@given(seed=SEEDS)
def test_people_are_whole_and_never_fewer_than_none(model, prior, cells, seed):
    books = run(model, prior, cells, seed, stochastic=True)
    for name in ("home", "others", *COUNTED):
        assert np.array_equal(books[name], np.floor(books[name])), name
        assert (books[name] >= 0.0).all(), name


@SETTINGS
@given(seed=SEEDS)
def test_the_mean_model_conserves_to_rounding(model, prior, cells, seed):
    books = run(model, prior, cells, seed, stochastic=False)
    total = books["home"] + books.away()
    assert (np.abs(unexplained(books, rounded=False)) <= 1e-9 * total[1:]).all()
    for name in ("home", "others", *COUNTED):
        assert (books[name] >= -1e-9).all(), name


@SETTINGS
@given(seed=SEEDS)
def test_residents_are_those_of_the_pools_and_the_others(model, prior, cells, seed):
    books = run(model, prior, cells, seed, stochastic=True)
    followed = slice(books.world.society_start, None)
    region = books.world.pool.region
    for r in range(books["others"].shape[1]):
        home = books["home"][:, region == r].sum(axis=1)
        assert np.array_equal(
            books["residents"][followed, r], (books["others"][:, r] + home)[followed]
        )


@SETTINGS
@given(seed=SEEDS)
def test_others_change_by_increase_and_by_leaving_alone(model, prior, cells, seed):
    books = run(model, prior, cells, seed, stochastic=True)
    others, rate = books["others"], books.increase()[1:]
    left = others[:-1] + np.floor(rate * others[:-1] + 0.5) - others[1:]
    stays = np.isnan(model.inputs(BASELINE).region.living_cost[1:])
    stays[: model.world.society_start - 1] = True
    assert (left[stays] == 0.0).all()
    assert (left >= 0.0).all()
    assert (left <= others[:-1]).all()
