"""Which targets the draws do not reach, where too few agree with the evidence to go on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marchland.case.casefiles import EVENTS_FILE, TARGETS_FILE
from marchland.case.schema import Quantity
from marchland.errors import MarchlandError, Problem
from marchland.inference.likelihood import LOWER, UPPER, by_target
from marchland.inference.scored import Evidence
from marchland.model import Model

Floats = NDArray[np.float64]
# Log likelihood lost against a perfect figure: ten standard deviations.
FAR = 50.0
MOST_TARGETS = 3
MOST_FIGURES = 3


def out_of_reach(
    model: Model, evidence: Evidence, figures: Floats, observed: dict[str, Floats], least: int
) -> MarchlandError:
    """The error to raise where too few draws agree with the evidence.

    Parameters
    ----------
    model : Model
        The model of the case.
    evidence : Evidence
        What is scored.
    figures : (draws, readings) array
        What the model says.
    observed : dict of str to (draws,) array
        As in `log_likelihood`.
    least : int
        Draws that must agree.

    Returns
    -------
    MarchlandError
        With the targets that fewer draws reach; where each is reached, those that fewest reach.
    """
    draws = len(figures)
    with np.errstate(all="ignore"):
        says = by_target(evidence, figures, observed)
        perfect = by_target(evidence, _as_observed(evidence, figures.shape[1]), {})
        reached = {
            name: int((np.isfinite(term) & (perfect.get(name, term) - term <= FAR)).sum())
            for name, term in says.items()
        }
    fewest = sorted(reached, key=lambda name: reached[name])
    missed = [name for name in fewest if reached[name] < least] or fewest[:MOST_TARGETS]
    lines = {target.target: target.line for target in model.files.targets}
    problems = []
    for name in missed:
        count = f"only {reached[name]} of {draws} draws" if reached[name] else "no draw"
        message = f'{count} from the priors can reach "{name}"{_figures(evidence, name, figures)}'
        home = TARGETS_FILE if name in lines else EVENTS_FILE
        problems.append(Problem(home, lines.get(name, 0), message))
    return MarchlandError(
        f"Fewer than {least} of {draws} draws from the priors agree with the evidence. "
        "Move or widen the priors in model.yaml that these targets depend on, look for a wrong "
        "value or unit in their records, or give them larger errors in observation.",
        problems,
    )


def _as_observed(evidence: Evidence, readings: int) -> Floats:
    """Figures of a model that says what the sources say."""
    figures = np.full((1, readings), np.nan)
    for column, quantity in _scored(evidence):
        low, high = _printed(quantity)
        figures[0, column] = 0.5 * (low + high)
    return figures


def _scored(evidence: Evidence, target: str | None = None) -> list[tuple[int, Quantity]]:
    """Columns and records of what is scored, of one target or of all."""
    cells = [(i.column, i.quantity) for i in evidence.items if target in (None, i.target)]
    for survey in evidence.surveys:
        if target in (None, survey.target):
            cells += zip(survey.columns, survey.quantities, strict=True)
    return cells


def _printed(quantity: Quantity) -> tuple[float, float]:
    """Lowest and highest value printed; a bound is the side that counts."""
    given = [v for v in (quantity.low, quantity.high) if v is not None]
    if quantity.bound in LOWER and quantity.low is not None:
        given = [quantity.low]
    elif quantity.bound in UPPER and quantity.high is not None:
        given = [quantity.high]
    elif quantity.bound != "range" and quantity.value is not None:
        given = [quantity.value]
    return min(given), max(given)


def _figures(evidence: Evidence, target: str, figures: Floats) -> str:
    """What some records of a target say, and between what the draws lie."""
    said = []
    for column, quantity in _scored(evidence, target):
        low, high = _printed(quantity)
        printed = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        known = figures[np.isfinite(figures[:, column]), column]
        between = f"{known.min():.4g} to {known.max():.4g}" if len(known) else "no value"
        said.append(f"{quantity.id} is {printed} {quantity.unit}, the draws say {between}")
    return "".join(f"; {one}" for one in said[:MOST_FIGURES])
