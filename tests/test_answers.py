"""What an answer says of rival explanations: weights where they are sound, else why none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marchland.answers import answer
from marchland.case import find_case, load
from marchland.ensembles import Ensembles
from marchland.findings import boundary_of
from marchland.inference.calibrate import Comparison, calibrate
from marchland.inference.combinations import COLUMNS
from marchland.inference.recovery import EXPLORATION
from marchland.inference.scored import gather
from marchland.model import Model

NOTE = "Structural exploration: no probabilities."


@pytest.fixture(scope="module")
def ensembles() -> Ensembles:
    """Draws of the prior; nothing is fitted."""
    model = Model(load(find_case("northeast-asia")))
    untold = calibrate(model, evidence=gather(model).subset(set()), particles=40)
    return Ensembles(model, untold, 20, 1, 2)


def asked(ensembles: Ensembles, name: str):
    return next(q for q in ensembles.model.files.config.questions if q.id == name)


def compared(label: str, gap: float) -> Comparison:
    table = pd.DataFrame(
        {
            "rival": ["they_do", "payment"],
            "title": ["They do", "Payment"],
            "log_evidence": [-10.0, -10.0 - gap],
            "log_evidence_error": [0.3, 0.4],
            "probability": [np.nan, np.nan] if label else [0.8, 0.2],
            "label": label,
            "note": NOTE if label else "",
        }
    )
    return Comparison("compliance", table)


def test_rivals_that_are_recovered_are_weighed(ensembles):
    told = answer(ensembles, asked(ensembles, "compliance"), compared("", 1.4))
    assert "they do 80 per cent, payment 20 per cent" in told.text
    assert told.verdict == "cannot tell"


def test_rivals_that_are_not_recovered_get_no_probabilities(ensembles):
    told = answer(ensembles, asked(ensembles, "compliance"), compared(EXPLORATION, 1.4))
    assert told.verdict == EXPLORATION
    assert NOTE in told.text
    assert "80 per cent" not in told.text and "nan" not in told.text
    assert "a lead to follow" not in told.text  # 1.4 is within three of its errors


def test_a_difference_of_fits_beyond_their_errors_is_not_kept_silent(ensembles):
    told = answer(ensembles, asked(ensembles, "compliance"), compared(EXPLORATION, 12.0))
    assert "“They do” has a log evidence 12.0 above “Payment” (error 0.5)" in told.text
    assert told.verdict == EXPLORATION


def test_a_comparison_without_a_label_is_as_before(ensembles):
    plain = compared("", 1.4)
    told = answer(
        ensembles,
        asked(ensembles, "compliance"),
        Comparison("compliance", plain.table.drop(columns=["label", "note"])),
    )
    assert "they do 80 per cent" in told.text


def test_what_is_known_together_is_said_in_words(ensembles):
    row = ["a + b − c", "a;b;c", "1.00;1.00;-1.00", 0.72, "b", 0.1, "product"]
    together = pd.DataFrame([row], columns=list(COLUMNS))
    posterior = ensembles.posterior
    said = boundary_of(posterior, posterior.table(ensembles.model), pd.DataFrame(), together)
    found = [s for s in said if s.startswith("Known together but not apart")]
    assert found == [
        "Known together but not apart, as a product: a + b − c has 28 per cent of the width that "
        "was assumed, and b, the best known of these, 90 per cent."
    ]
