"""What is known of a run before it ends: what the evidence holds, and a few first figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.case.schema import Quantity
from marchland.evidence import EvidenceBase
from marchland.inference.calibrate import Posterior, joint_prior
from marchland.inference.scored import gather
from marchland.model import Model
from marchland.wording import MEASURES, phrase

Floats = NDArray[np.float64]
DRAWS = 200
MOST_FIGURES = 4


def counted(files: CaseFiles) -> str:
    """What the evidence of a case holds, in a sentence."""
    found = len(EvidenceBase(files).found)
    return (
        f"{len(files.quantities)} figures and {len(files.events)} events from "
        f"{len(files.sources)} sources; {found} contradictions, kept side by side; "
        f"{len(files.targets)} targets for the fit."
    )


def first_figures(
    model: Model, *, posterior: Posterior | None = None, seed: int = 1, workers: int = 1
) -> list[str]:
    """A few figures of the evidence, as the model says them before or after the fit.

    Parameters
    ----------
    model : Model
        The model of the case.
    posterior : Posterior, optional
        The fit; without it, draws of the priors.
    seed, workers : int
        As in a run.

    Returns
    -------
    list of str
        Figure, 90 per cent interval and what a source prints. They come from `DRAWS` draws of
        the mean model, without the error of observation: a first look, not the run's result.
    """
    evidence = gather(model)
    if posterior is None:
        prior = joint_prior(model)
        names = prior.names
        values = prior.values(prior.sample(DRAWS, np.random.default_rng([seed, 6])))
    else:
        names, values = posterior.names, posterior.pick(DRAWS)
    shown = _shown(model, [(item.quantity, item.column) for item in evidence.items])
    if not shown:
        return []
    figures, _ = model.run(
        names,
        values,
        [evidence.readings[column] for _, column in shown],
        workers=workers,
        strict=False,
    )
    when = "before the fit" if posterior is None else "after it"
    return [_sentence(model, q, figures[:, n], when) for n, (q, _) in enumerate(shown)]


def _shown(model: Model, scored: list[tuple[Quantity, int]]) -> list[tuple[Quantity, int]]:
    """One figure a measure, the measures that the questions ask for first."""
    asked = {question.measure for question in model.files.config.questions}
    plain = [
        (quantity, column)
        for quantity, column in scored
        if quantity.statistic in ("level", "mean", "share")
        and quantity.bound in ("exact", "about")
        and quantity.value is not None
    ]
    first: dict[str, tuple[Quantity, int]] = {}
    for quantity, column in sorted(plain, key=lambda one: one[0].measure not in asked):
        first.setdefault(quantity.measure, (quantity, column))
    return list(first.values())[:MOST_FIGURES]


def _sentence(model: Model, quantity: Quantity, says: Floats, when: str) -> str:
    low, middle, high = np.nanquantile(says, [0.05, 0.5, 0.95])
    row = {"value": middle, "low": low, "high": high, "unit": quantity.unit}
    measure = MEASURES.get(quantity.measure, quantity.measure.replace("_", " "))
    known = model.files.places.get(quantity.place)
    place = (known.name if known and known.name else quantity.place).split(" (")[0]
    time = f" {quantity.start.text.rstrip('~')}" if quantity.start else ""
    printed = phrase({**row, "value": quantity.value}).partition(" (")[0]
    return f"{measure}, {place}{time}: {phrase(row)} {when}; {quantity.source} prints {printed}"
