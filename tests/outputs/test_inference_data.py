"""The fit as ArviZ reads it: groups, names, and the same diagnostics."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marchland.case import load, new
from marchland.inference.calibrate import Posterior, calibrate
from marchland.inference.scored import gather
from marchland.model import Model
from marchland.outputs.inference_data import inference_groups, write_inference

FILES = {
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1995-34,500,persons,a,a:1,A,calibrate\n"
        "Q2,migrants_stock,level,east,westerners,1998-34,700,persons,a,a:1,A,check\n"
    ),
    "evidence/targets.csv": (
        "target,form,quantities,measure,place,period,informs,cannot_tell\n"
        "stock,single,Q1,migrants_stock,east,1995-34,departures,\n"
    ),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = new(tmp_path_factory.mktemp("small") / "case")
    (folder / "evidence").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return Model(load(folder))


@pytest.fixture(scope="module")
def fitted(model: Model) -> Posterior:
    return calibrate(model, particles=128, seed=2)


def written(path: Path, model: Model, posterior: Posterior, workers: int = 1) -> Path:
    groups = inference_groups(
        model,
        posterior,
        posterior.table(model),
        seed=2,
        workers=workers,
        attributes={"case": "valley", "version": "0.1.0", "seed": 2},
    )
    return write_inference(path, groups)


def arviz() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ArviZ announces its next version
        return pytest.importorskip("arviz")


@pytest.fixture(scope="module")
def read(model: Model, fitted: Posterior, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return arviz().from_netcdf(written(tmp_path_factory.mktemp("nc") / "fit.nc", model, fitted))


def test_arviz_finds_the_groups(read):
    assert set(read.groups()) == {
        "posterior",
        "posterior_predictive",
        "log_likelihood",
        "sample_stats",
        "prior",
        "prior_predictive",
        "observed_data",
    }
    for group in read.groups():
        assert read[group].attrs["case"] == "valley"
        assert read[group].attrs["seed"] == 2


def test_draws_are_in_the_units_of_the_model(read, model, fitted):
    draws = read.posterior["departures_default"]
    assert draws.dims == ("chain", "draw")
    assert draws.attrs["unit"] == "per 1,000 and quarter"
    assert draws.attrs["reason"]
    assert len(read.posterior.chain) == len(fitted.sample.islands) == 4
    column = fitted.values[:, fitted.names.index("departures_default")]
    assert float(draws.median()) == pytest.approx(np.median(column), rel=0.05)
    assert float(read.prior["departures_default"].std()) > 2.0 * float(draws.std())


def test_arviz_gives_the_same_diagnostics(read, model, fitted):
    summary = arviz().summary(read, var_names=["departures_default"], round_to="none")
    row = fitted.table(model).set_index("name").loc["departures_default"]
    told = summary.loc["departures_default"]
    assert told["r_hat"] == pytest.approx(row["rhat"], abs=1e-3)
    assert told["ess_bulk"] == pytest.approx(row["ess_bulk"], rel=0.02)
    assert told["ess_tail"] == pytest.approx(row["ess_tail"], rel=0.02)
    assert row["rhat"] < 1.1


def test_the_likelihood_is_that_of_the_sampler(read, fitted):
    terms = read.log_likelihood["target"]
    assert list(terms["target_name"].values) == ["stock"]
    total = np.sort(terms.values.sum(axis=2).ravel())
    assert total.mean() == pytest.approx(fitted.sample.log_likelihood.mean(), abs=0.3)


def test_what_is_observed_stands_beside_what_is_foretold(read):
    assert list(read.observed_data["record"].values) == ["Q1", "Q2"]
    assert list(read.observed_data["figure"].values) == [500.0, 700.0]
    assert list(read.observed_data["scored"].values) == [True, False]
    assert np.isnan(read.observed_data["low"].values).all()  # absent, not zero
    foretold = read.posterior_predictive["figure"].sel(record="Q1")
    assert str(foretold["unit"].values) == "persons"
    assert float(np.log(foretold).std()) == pytest.approx(0.05 * 2**0.5, rel=0.3)
    assert float(read.prior_predictive["figure"].sel(record="Q1").std()) > 300.0


def test_the_sampler_tells_its_way(read, fitted):
    statistics = read.sample_stats
    np.testing.assert_array_equal(statistics["temperature"].values, fitted.sample.temperatures)
    np.testing.assert_array_equal(statistics["log_evidence"].values, fitted.sample.islands)
    assert list(statistics["parameter"].values) == fitted.prior.free_names


def test_the_same_fit_gives_the_same_bytes(model, fitted, tmp_path):
    one = written(tmp_path / "one.nc", model, fitted)
    two = written(tmp_path / "two.nc", model, fitted, workers=2)
    assert one.read_bytes() == two.read_bytes()


def test_a_case_that_nothing_tells_can_be_written(model, tmp_path):
    untold = calibrate(model, evidence=gather(model).subset(set()), particles=64)
    read = arviz().from_netcdf(written(tmp_path / "untold.nc", model, untold))
    assert read.posterior.sizes["chain"] == 1
    assert "log_likelihood" not in read.groups()
