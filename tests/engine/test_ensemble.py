"""Ensembles: the same bytes whatever the threads and chunks; what breaks says where."""

from __future__ import annotations

import numpy as np
import pytest

from marchland.case import load, new
from marchland.engine.ensemble import run_members
from marchland.errors import MarchlandError
from marchland.model import Model, Setting


def test_one_program_serves_every_call(model, prior, cells, values):
    """Other sizes of ensemble, readings and threads must not make Numba compile again."""
    x = values(5, 7)
    run(model, prior, cells[:3], x)
    compiled = len(run_members.signatures)
    run(model, prior, cells[:1], x[:1], workers=2)
    run(model, prior, [], x, stochastic=True, workers=3)
    model.run(prior.names, x, cells[:2], ())
    assert len(run_members.signatures) == compiled == 1


@pytest.mark.parametrize("sets", [None, "corridors: []\ndyads: [EST-WST]\n"])
def test_one_program_serves_cases_without_pairs_or_people(model, prior, values, tmp_path, sets):
    """What is empty is another type to Numba, unless it is one idle record."""
    model.run(prior.names, values(1, 7))
    compiled = len(run_members.signatures)
    folder = new(tmp_path / "case")
    path = folder / "case.yaml"
    text = path.read_text()
    if sets is not None:
        path.write_text(text[: text.index("corridors:")] + sets)
    small = Model(load(folder))
    assert (small.index.sizes["corridor"], small.index.sizes["pair"]) == ((1, 0), (0, 1))[
        sets is not None
    ]
    small.run(["departures_default"], np.array([[0.5]]))
    assert len(run_members.signatures) == compiled


def sample_lines(cells):
    """Every seventh cell: enough to see any difference, since all are coupled."""
    return cells[::7]


def run(model, prior, lines, values, **options):
    _, series = model.run(prior.names, values, (), lines, **options)
    return series


@pytest.mark.parametrize("stochastic", [False, True])
@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_change_a_byte(model, prior, cells, values, stochastic, workers):
    lines, x = sample_lines(cells), values(7, 1)
    one = run(model, prior, lines, x, stochastic=stochastic, workers=1)
    more = run(model, prior, lines, x, stochastic=stochastic, workers=workers)
    assert one.tobytes() == more.tobytes()


def test_chunks_do_not_change_a_byte(model, prior, cells, values):
    lines, x = sample_lines(cells), values(6, 2)
    whole = run(model, prior, lines, x, stochastic=True, seed=4)
    parts = [
        run(model, prior, lines, x[a:b], stochastic=True, seed=4, first=a)
        for a, b in ((0, 1), (1, 4), (4, 6))
    ]
    assert whole.tobytes() == np.concatenate(parts).tobytes()


def test_the_number_of_a_member_keys_its_luck(model, prior, cells, values):
    lines, x = sample_lines(cells), values(1, 3)
    runs = [
        run(model, prior, lines, x, stochastic=True, seed=seed, first=first)
        for seed, first in ((4, 0), (4, 1), (5, 0))
    ]
    assert len({one.tobytes() for one in runs}) == 3
    again = run(model, prior, lines, x, stochastic=True, seed=4, first=0)
    assert runs[0].tobytes() == again.tobytes()


def test_the_mean_model_has_no_luck(model, prior, cells, values):
    lines, x = sample_lines(cells), values(1, 3)
    runs = [run(model, prior, lines, x, seed=seed, first=seed) for seed in (4, 5)]
    assert runs[0].tobytes() == runs[1].tobytes()


def test_a_member_leaves_nothing_for_the_next(model, prior, cells, values):
    lines, x = sample_lines(cells), values(3, 5)
    together = run(model, prior, lines, x)
    alone = run(model, prior, lines, x[2:])
    assert together[2].tobytes() == alone[0].tobytes()


def test_counts_scatter_around_the_mean_model(model, prior, cells, values):
    """Luck is fair: the mean of many lucky members is near the member without luck."""
    x = np.repeat(values(1, 8), 60, axis=0)
    home = [cells[model.atlas.cell("home", k)] for k in range(len(model.world.pool))]
    lucky = run(model, prior, home, x, stochastic=True).mean(axis=0)
    mean = run(model, prior, home, x[:1])[0]
    assert (np.abs(lucky - mean) <= 0.01 * mean + 50.0).all()


MECHANISM_OF = {
    "income": "migration",
    "rehire": "migration",
    "restriction_rate": "regimes",
    "border_detection": "regimes",
    "return_rate": "settlement",
    "detection": "settlement",
    "trade_visa": "trade",
    "out_migration": "demography",
    "hostility_region": "perception",
    "practice_hostility": "dilemma",
    "trust_good": "trust",
    "arms_need": "arms",
    "arms_embargo": "arms",
    "common_threat": "threat",
    "relation_trust": "events",
    "treaty_base": "durability",
    "coverage": "observation",
}


@pytest.mark.parametrize("stochastic", [False, True])
@pytest.mark.parametrize("parameter", MECHANISM_OF)
def test_what_is_not_finite_stops_with_its_name(model, prior, values, parameter, stochastic):
    x = values(3, 4)
    x[1, prior.names.index(parameter)] = np.nan
    with pytest.raises(MarchlandError) as caught:
        model.run(prior.names, x, stochastic=stochastic)
    message = str(caught.value)
    year = int(message.split(" is not finite in ")[1][:4])
    assert model.axis.first_year <= year <= model.axis.last_year
    assert message.split(":")[0] == MECHANISM_OF[parameter]
    assert f"{parameter}=nan" in message
    assert all(f"{name}=" in message for name in prior.names)


def test_an_infinite_parameter_stops_too(model, prior, values):
    x = values(2, 4)
    x[0, prior.names.index("alignment_base")] = np.inf
    with pytest.raises(MarchlandError, match="threat: wish"):
        model.run(prior.names, x)


def test_values_too_large_to_add_up_stop_too(model):
    """Each is finite, only their sum is not: no block is to blame but the largest."""
    state = np.zeros(model.atlas.layout.length)
    state[model.atlas.cell("trade", 0)] = 1.2e308
    state[model.atlas.cell("orders", 1)] = 1.1e308
    assert model.atlas.layout.first_written(state) is None
    where = 3 * model.atlas.layout.length
    with pytest.raises(MarchlandError) as caught:
        model._explain_break(where, state, {"arms": 2.0, "visa": 0.5})
    message = str(caught.value)
    assert message.startswith("trade: trade (billion USD a year) grows beyond all measure in ")
    assert f" in {model.axis.label(3)};" in message
    assert message.endswith("Parameters: arms=2, visa=0.5")


def test_a_held_parameter_that_is_not_finite_is_named(model, prior, values):
    setting = Setting(name="held", fixed=(("common_threat", float("nan")),))
    with pytest.raises(MarchlandError, match="common_threat=nan"):
        model.run(prior.names, values(1, 4), setting=setting)


def test_off_is_the_same_as_zero(model, prior, cells, values):
    lines, x = sample_lines(cells), values(2, 6)
    off = run(model, prior, lines, x, setting=Setting(name="off", off=("diaspora",)))
    x[:, prior.names.index("diaspora")] = 0.0
    assert off.tobytes() == run(model, prior, lines, x).tobytes()
