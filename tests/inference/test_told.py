"""What each target can tell, before fitting: against what algebra says of linear evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland.inference.calibrate import calibrate
from marchland.inference.features import standardised
from marchland.inference.scored import gather
from marchland.inference.told import ALL, COLUMNS, LOCAL, SILENT, TOLD, tell, told, verdicts

DRAWS = 3000


def contraction(explained: float) -> float:
    return 1.0 - np.sqrt(1.0 - explained)


@pytest.fixture(scope="module")
def linear():
    """Four targets of three parameters: one known well, two known together, one told of nothing."""
    rng = np.random.default_rng(1)
    z = rng.standard_normal((DRAWS, 3))
    seen = {
        "first": z[:, :1] + 0.5 * rng.standard_normal((DRAWS, 1)),
        "sum": z[:, :1] + z[:, 1:2] + 0.1 * rng.standard_normal((DRAWS, 1)),
        "chance": rng.standard_normal((DRAWS, 4)),
        "silent": np.ones((DRAWS, 1)),
    }
    seen = {target: standardised(x) for target, x in seen.items()}
    return tell(seen, z, ["a", "b", "c"], np.random.default_rng(2))


def of(found, target, parameter, column="expected"):
    rows = found.table[(found.table["target"] == target) & (found.table["parameter"] == parameter)]
    return float(rows[column].iloc[0])


def test_a_target_tells_as_much_as_algebra_says(linear):
    assert of(linear, "first", "a") == pytest.approx(contraction(1.0 / 1.25), abs=0.03)
    assert of(linear, "sum", "a") == pytest.approx(contraction(1.0 / 2.01), abs=0.03)
    assert of(linear, "sum", "b") == pytest.approx(contraction(1.0 / 2.01), abs=0.03)
    together = linear.together.set_index("parameter")["expected"]
    # Given the first, a has variance 0.2, so the sum is b with an error of 0.21.
    assert together["b"] == pytest.approx(contraction(1.0 / 1.21), abs=0.03)


def test_what_only_one_target_tells_is_lost_without_it(linear):
    assert of(linear, "sum", "b", "lost_without") > 0.5
    assert of(linear, "first", "b", "lost_without") > 0.15
    assert of(linear, "chance", "a", "lost_without") == 0.0


def test_chance_is_not_taken_for_information(linear):
    for parameter in "abc":
        assert of(linear, "chance", parameter) == 0.0
        assert of(linear, "silent", parameter) == 0.0
        assert of(linear, "chance", parameter, "noise") < 0.01
    assert linear.together.set_index("parameter")["expected"]["c"] == 0.0
    assert linear.silent == ["c"]


def test_curvature_is_seen():
    rng = np.random.default_rng(3)
    z = rng.standard_normal((DRAWS, 2))
    seen = {"product": np.stack([z[:, 0] * z[:, 1], z[:, 1]], axis=1)}
    found = tell({t: standardised(x) for t, x in seen.items()}, z, ["a", "b"], rng)
    assert of(found, "product", "a") > 0.15  # a straight line would see nothing


def test_one_figure_of_a_lognormal_parameter(small_model):
    """log stock = log departures + known terms, with an error of 0.05 against a prior of 1."""
    found = told(small_model, draws=1500)
    expected = float(found.together["expected"].iloc[0])
    assert expected > 0.8
    actual = calibrate(small_model, particles=64, lessons=50, seed=2)
    table = found.rows(actual)
    row = table[table["target"] == ALL].iloc[0]
    assert row["actual"] > 0.8
    assert row["verdict"] == TOLD
    assert list(table.columns) == list(COLUMNS)


def test_the_seed_fixes_the_table_whatever_the_threads(small_model):
    one = told(small_model, draws=400, seed=5).rows().to_csv()
    assert told(small_model, draws=400, seed=5, workers=2).rows().to_csv() == one
    assert told(small_model, draws=400, seed=6).rows().to_csv() != one


def test_without_evidence_nothing_is_told(small_model):
    nothing = gather(small_model).subset(set())
    found = told(small_model, nothing, draws=200)
    rows = found.rows()
    assert (rows["expected"] == 0.0).all()
    assert set(rows["verdict"]) == {SILENT}
    assert rows["actual"].isna().all()


def test_what_is_told_only_locally_is_no_promise():
    """The size of a product is known and the sign of neither factor."""
    table = pd.DataFrame({"expected": [0.5, 0.1, 0.1], "local": [0.6, 0.4, 0.15]})
    assert list(verdicts(table)) == [TOLD, LOCAL, SILENT]


def test_every_target_and_parameter_of_the_flagship_has_a_row(flagship):
    found = told(flagship, draws=1000, workers=2)
    evidence = gather(flagship)
    assert set(found.table["target"]) == set(evidence.targets)
    assert len(found.table) == len(evidence.targets) * len(found.together)
    best = found.table.set_index(["target", "parameter"])["expected"]
    assert best["trade_amurskaia", "trade_level_amurskaia"] > 0.4
    assert best["trade_amurskaia", "hunger"] < 0.05
    assert best["deaths_1961", "crossing_risk"] > best["deaths_1961", "opening"]
    assert "arms" in found.silent
    together = found.together.set_index("parameter")
    assert (together["local"] >= together["expected"]).all()
    # A slope on hostility: its sign depends on that of the difference between cities.
    assert together.loc["answer_live_better_slope", "local"] > 0.3
