"""The sampler agrees with a NUTS run that shares nothing with it but the toy's equations."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tooling import ROOT, tool

from marchland.case.schema import Quantity
from marchland.case.settings import Prior
from marchland.inference.priors import JointPrior, Marginal
from marchland.inference.scored import Acts, Evidence, Item, Survey
from marchland.inference.smc import sample
from marchland.inference.terms import Terms

REFERENCE = ROOT / "tests" / "reference" / "nuts_toy.csv"
SEEDS = range(1, 5)
SURE = 0.001
nuts = tool("nuts_reference")


class Toy:
    """The toy of tools/nuts_reference.py with the program's own priors and likelihood."""

    def __init__(self) -> None:
        self.prior = JointPrior(
            [
                Marginal(name, Prior(line=0, family=family, arguments=arguments))
                for name, (family, arguments) in nuts.PRIORS.items()
            ]
        )
        cells = [(f"assessed_{n}", share) for n, share in enumerate(nuts.ASSESSED)]
        cells += [(f"named_{n}", share) for n, share in enumerate(nuts.NAMED)]
        shares = [quantity(name, unit="share", value=share) for name, share in cells]
        figures = [item(n, name) for n, name in enumerate(nuts.FIGURES)]
        first = len(figures)
        self.evidence = Evidence(
            [],
            [],
            figures,
            [
                survey("multinomial", shares[:3], first, nuts.INTERVIEWS[0]),
                survey("items", shares[3:], first + 3, nuts.INTERVIEWS[1]),
            ],
            Acts(
                list(range(first + 6, first + 6 + len(nuts.PULLS))),
                np.array(nuts.COOPERATIVE),
                np.array(nuts.CONFLICTUAL),
            ),
            biases={"bias:other": nuts.PRIORS["bias:other"][1][1]},
        )
        self.fit_to(self.evidence)

    def fit_to(self, evidence: Evidence) -> None:
        """Score other evidence of the same records."""
        self.terms = Terms(evidence)
        self.log_likelihood, self.slopes = self.terms.log_likelihood, self.terms.slopes
        self.errors = self.terms.errors

    def outputs(self, z: np.ndarray) -> np.ndarray:
        values = self.prior.values(z)
        p = dict(zip(self.prior.names, values.T, strict=True))
        single = np.stack(list(nuts.figures(p, np).values()), axis=1)
        tables = [nuts.assessed(p, np), nuts.named(p, np), nuts.relation(p, np)]
        figures = np.concatenate([single, *tables], axis=1)
        return self.terms.read(figures, self.evidence.observed(self.prior.names, values))


def quantity(name: str, **fields: object) -> Quantity:
    given = {"line": 1, "id": name, "measure": name, "statistic": "level", "place": "east"}
    given |= {"source": "a", "locator": "a:1", "quality": "A", "use": "calibrate"}
    return Quantity.model_validate(given | fields)


def item(column: int, name: str) -> Item:
    unit, statistic, bound, value, low, high, error, weight = nuts.FIGURES[name]
    q = quantity(name, unit=unit, statistic=statistic, bound=bound, value=value, low=low, high=high)
    bias = "bias:other" if name == "late_other" else ""
    return Item(q, column, name, error, weight, count=unit == "incidents", bias=bias)


def survey(form: str, cells: list[Quantity], first: int, interviews: float) -> Survey:
    without = [form == "items" and n == 2 for n in range(3)]
    return Survey(form, form, cells, list(range(first, first + 3)), interviews, without)


def read_reference(path: Path = REFERENCE) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["parameter"]: row for row in csv.DictReader(file)}


def summaries(values: np.ndarray) -> np.ndarray:
    """Mean, standard deviation and quantiles of each column, (summaries, columns)."""
    quantiles = np.quantile(values, nuts.QUANTILES, axis=0)
    return np.concatenate([[values.mean(axis=0), values.std(axis=0)], quantiles])


def error_of_summaries(mean: float, sd: float, quantiles: np.ndarray, effective: float):
    """Monte Carlo errors of a reference's summaries, quantiles by the density of a normal."""
    density = stats.norm.pdf((quantiles - mean) / sd) / sd
    q = np.array(nuts.QUANTILES)
    of_quantiles = np.sqrt(q * (1.0 - q)) / np.maximum(density, 0.02 / sd)
    return np.array([sd, sd, *of_quantiles]) / np.sqrt(effective)


@pytest.fixture(scope="module")
def islands() -> tuple[list[str], np.ndarray]:
    """Summaries of every island of four seeds, (islands, summaries, parameters)."""
    toy = Toy()
    found = []
    for seed in SEEDS:
        drawn = sample(toy, toy.prior.dimension, particles=384, moves=4, seed=seed, lessons=100)
        assert drawn.failed == ""
        found += [summaries(toy.prior.values(chain)) for chain in drawn.chains]
    return toy.prior.names, np.array(found)


def test_the_reference_can_be_trusted():
    rows = read_reference().values()
    assert {row["parameter"] for row in rows} == set(nuts.PRIORS)
    assert max(float(row["rhat"]) for row in rows) < 1.001
    assert min(float(row["effective"]) for row in rows) > 10_000
    assert {row["divergent"] for row in rows} == {"0"}
    assert all(row["numpyro"] and row["jax"] and row["date"] and row["seed"] for row in rows)


def test_means_spreads_and_quantiles_agree_within_monte_carlo_error(islands):
    """Islands never meet, so that what they say apart is the sampler's own Monte Carlo error."""
    names, found = islands
    reference = read_reference()
    number = len(found)
    mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(number)
    limit = stats.t.ppf(1.0 - 0.5 * SURE / mean.size, number - 1)
    misses = {}
    for n, name in enumerate(names):
        row = reference[name]
        keys = ["mean", "sd", *(f"q{round(100 * q):02d}" for q in nuts.QUANTILES)]
        expected = np.array([float(row[key]) for key in keys])
        theirs = error_of_summaries(expected[0], expected[1], expected[2:], float(row["effective"]))
        z = (mean[:, n] - expected) / np.hypot(error[:, n], theirs)
        misses |= {f"{name}: {key}": float(v) for key, v in zip(keys, z, strict=True)}
        # And in the parameter's own units nothing is off by a tenth of its spread.
        assert np.abs(mean[:2, n] - expected[:2]).max() < 0.1 * expected[1]
    assert {k: round(v, 1) for k, v in misses.items() if abs(v) > limit} == {}


def test_nuts_run_anew_agrees_with_the_kept_summary(monkeypatch):
    """A short run, to show that the kept file is what the tool makes."""
    pytest.importorskip("numpyro", reason="NumPyro is not installed: pip install -e '.[check]'")
    monkeypatch.setattr(nuts, "CHAINS", 1)
    monkeypatch.setattr(nuts, "WARMUP", 500)
    monkeypatch.setattr(nuts, "DRAWS", 2000)
    reference = read_reference()
    for row in nuts.sample():
        kept = reference[str(row["parameter"])]
        error = float(kept["sd"]) / np.sqrt(float(str(row["effective"])))
        assert abs(float(str(row["mean"])) - float(kept["mean"])) < 5.0 * error
