"""Simulation-based calibration in small, and that the check on the flagship judges rightly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from test_nuts import Toy, nuts
from tooling import tool

from marchland.inference.ranks import Uniformity, holm, rank_of
from marchland.inference.simulate import simulate_evidence
from marchland.inference.smc import sample
from marchland.inference.terms import Terms

shared = tool("replications")
check = tool("calibration_check")
FITS, DRAWS = 24, 19


def refitted(n: int) -> tuple[np.ndarray, Toy, np.ndarray]:
    """True coordinates of a draw of the toy's prior, the toy fitted, and the fit's draws."""
    toy, rng = Toy(), np.random.default_rng([7, n])
    z = toy.prior.sample(1, rng)
    values = toy.prior.values(z)
    p = dict(zip(toy.prior.names, values.T, strict=True))
    single = np.stack(list(nuts.figures(p, np).values()), axis=1)
    tables = [nuts.assessed(p, np), nuts.named(p, np), nuts.relation(p, np)]
    figures = np.concatenate([single, *tables], axis=1)[0]
    observed = toy.evidence.observed(toy.prior.names, values)
    point = {name: float(value[0]) for name, value in observed.items()}
    toy.fit_to(simulate_evidence(toy.evidence, figures, point, rng))
    drawn = sample(toy, toy.prior.dimension, particles=128, moves=3, seed=n, lessons=10)
    return z[0], toy, drawn.z


def test_ranks_of_true_values_are_uniform_among_the_samplers_draws():
    """Every form of likelihood, twelve parameters and the log likelihood."""
    ranks = []
    for n in range(FITS):
        truth, toy, draws = refitted(n)
        rng = np.random.default_rng([8, n])
        kept = draws[np.linspace(0, len(draws) - 1, DRAWS).astype(int)]
        both = toy.log_likelihood(toy.outputs(np.concatenate([truth[None, :], kept])))
        quantities = zip([*truth, both[0]], [*kept.T, both[1:]], strict=True)
        ranks.append([rank_of(float(one), some, rng) for one, some in quantities])
    law = Uniformity(FITS, DRAWS, np.random.default_rng(1), simulations=10_000)
    p = holm(np.array([law.probability(column) for column in np.array(ranks).T]))
    names = [*nuts.PRIORS, "log likelihood"]
    assert {n: round(v, 4) for n, v in zip(names, p, strict=True) if v < 0.01} == {}


# ------------------------------------------------------------- the check on the flagship


def rows(shift: float = 0.0, fits: int = 60, refused: int = 0, said: str = "") -> list[dict]:
    """Results as the check keeps them, of fits whose draws are off by a shift."""
    rng = np.random.default_rng(5)
    found: list[dict] = []
    for n in range(fits):
        for name in ("one", "two", check.LOG_LIKELIHOOD):
            truth = rng.standard_normal()
            draws = shift + rng.standard_normal(check.RANKED)
            found.append(
                {
                    "replication": n,
                    "quantity": name,
                    "rank": int((draws < truth).sum()),
                    "truth": truth,
                    "q05": np.quantile(draws, 0.05),
                    "q95": np.quantile(draws, 0.95),
                    "failed": said if n == 0 else "",
                }
            )
    return found + [
        {"replication": fits + n, "quantity": "", "failed": "r"} for n in range(refused)
    ]


def test_sound_fits_pass_and_cover():
    told = check.verdict(rows(fits=200))
    assert told.passes
    assert told.covers
    assert set(told.narrow) == {"one", "two"}
    assert (told.fits, told.failed, told.refused) == (200, 0, 0)


def test_biased_fits_neither_pass_nor_cover():
    told = check.verdict(rows(shift=1.0))
    assert not told.passes
    assert not told.covers


def test_no_fit_is_left_out_in_silence():
    told = check.verdict(rows(refused=1, said="It failed."))
    assert not told.passes
    assert (told.failed, told.refused) == (1, 1)
    page = check.page({"quick": (check.QUICK, told, 3.0)}, date(2026, 11, 24))
    assert "| 60 | 2 | 1 | 1 |" in page


@pytest.fixture(scope="module")
def few(flagship):
    """The flagship with three free parameters."""
    from marchland.inference.scored import gather

    free = ["trade_level_CHN-RUS", "trade_visa", "answer_positive"]
    return shared.reduced(flagship, gather(flagship), free)


def test_a_reduced_model_holds_the_others_at_their_medians(flagship, few):
    from marchland.inference.calibrate import joint_prior

    model, evidence = few
    prior, whole = joint_prior(model, evidence), joint_prior(flagship)
    assert sorted(prior.free_names) == ["answer_positive", "trade_level_CHN-RUS", "trade_visa"]
    np.testing.assert_allclose(
        prior.values(np.zeros((1, 3))), whole.values(np.zeros((1, whole.dimension)))
    )
    assert evidence.biases == {}
    assert {item.bias for item in evidence.items} == {""}


def test_a_replication_ranks_every_parameter_and_is_the_same_again(few):
    model, evidence = few
    plan = replace(check.REDUCED, particles=128, moves=3, lessons=10)
    made, again = (check.replication(plan, model, evidence, 3) for _ in range(2))
    names = [row["quantity"] for row in made]
    assert len(names) == 5
    assert names[-2:] == [check.LOG_LIKELIHOOD, check.LOG_PRIOR]
    assert all(0 <= row["rank"] <= check.RANKED for row in made)
    assert all(float(row["q05"]) < float(row["q95"]) for row in made)
    keys = ("rank", "truth", "q05", "q95", "log_evidence")
    assert [[row[k] for k in keys] for row in made] == [[row[k] for k in keys] for row in again]


def test_the_truth_is_scored_as_its_fit_scores_it(few):
    model, evidence = few
    case = shared.simulated(model, evidence, [1, 2])
    values = case.prior.values(case.z[None, :])
    figures, _ = model.run(case.prior.names, values, case.evidence.readings)
    terms = Terms(case.evidence)
    observed = case.evidence.observed(case.prior.names, values)
    expected = terms.log_likelihood(terms.read(figures, observed))[0]
    assert check.true_log_likelihood(model, case) == expected


def test_results_are_kept_and_not_made_again(tmp_path):
    results = shared.Results(tmp_path / "kept.csv", ("replication", "value"))
    results.add([{"replication": 1, "value": 2.5}])
    results.add([{"replication": 0, "value": ""}])
    again = shared.Results(tmp_path / "kept.csv", ("replication", "value"))
    assert again.done == {0, 1}
    assert again.rows == [{"replication": "0", "value": ""}, {"replication": "1", "value": "2.5"}]
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]
    with pytest.raises(SystemExit, match="other columns"):
        shared.Results(tmp_path / "kept.csv", ("replication", "other"))


def test_a_block_of_a_page_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- sbc: start -->\nold\n<!-- sbc: end -->\nb\n")
    shared.write_block(page, "sbc", "new")
    assert page.read_text() == "a\n<!-- sbc: start -->\nnew\n<!-- sbc: end -->\nb\n"
    with pytest.raises(SystemExit, match="no block"):
        shared.write_block(page, "recovery", "new")
