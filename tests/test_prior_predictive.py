"""Before any fit the priors predict nothing absurd and rule out no figure that is scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland.case import find_case, load
from marchland.inference.calibrate import Posterior, calibrate
from marchland.inference.likelihood import predictive
from marchland.inference.scored import Evidence, gather
from marchland.model import Model
from marchland.run import above_residents, is_inside

DRAWS = 2048


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(load(find_case("northeast-asia")))


@pytest.fixture(scope="module")
def evidence(model) -> Evidence:
    return gather(model)


@pytest.fixture(scope="module")
def prior(model, evidence) -> Posterior:
    """Nothing is scored, so that the posterior is the prior."""
    return calibrate(model, evidence=evidence.subset(set()), particles=DRAWS // 2, seed=1)


def test_no_draw_in_a_hundred_puts_more_migrants_than_residents_in_a_region(model, prior):
    assert len(prior.prior_values) >= 1000
    assert above_residents(model, prior, workers=2) < 0.01


def test_every_scored_figure_lies_within_the_central_98_per_cent(model, evidence, prior):
    figures, _ = model.run(
        prior.names, prior.prior_values, evidence.readings, stochastic=True, workers=2
    )
    seen = predictive(evidence, figures, np.random.default_rng(1))
    scored = {item.quantity.id for item in evidence.items}
    scored |= {q.id for survey in evidence.surveys for q in survey.quantities}
    outside = []
    for column, q in enumerate(evidence.records):
        if q.id not in scored:
            continue
        low, high = np.nanquantile(seen[:, column], [0.01, 0.99])
        row = pd.Series(
            {"observed": q.value, "low": q.low, "high": q.high, "q01": low, "q99": high},
            dtype=float,
        )
        if not is_inside(row, q.bound, "q01", "q99"):
            told = q.value if q.value is not None else (q.low, q.high)
            outside.append(
                f"{q.id} {q.measure} {q.place}: {told}, foretold {low:.4g} to {high:.4g}"
            )
    assert not outside, "\n" + "\n".join(outside)
