"""What is scored: the figures, surveys and acts of a case that its targets join."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles
from marchland.case.schema import Quantity
from marchland.inputs import event_quarter
from marchland.model import Model
from marchland.readings import Reading

Floats = NDArray[np.float64]
DEFAULT_ERRORS = {"A": 0.05, "B": 0.12, "C": 0.3, "D": 0.6}
DEFAULT_ABOUT = 0.15
DEFAULT_BIAS = 0.2
SURVEY_FORMS = ("multinomial", "items")
# Things that are counted one by one, and up to which number their chance outweighs the error
# that the quality class gives them.
COUNTED = ("persons", "events", "aircraft", "incidents", "acts", "count")
SMALL = 30.0
ACTS_LEVEL = "acts_level"
REPORTED_ACTS = "reported_acts"


@dataclass(frozen=True)
class Item:
    """One figure that is scored.

    Parameters
    ----------
    quantity : Quantity
        The record.
    column : int
        Its column among the readings.
    target : str
        The observation that it is part of.
    error : float
        Standard deviation on the figure's scale.
    weight : float
        How many figures it counts for.
    count : bool
        Whether it is a small count, scored as negative binomial.
    bias : str
        Name of the parameter by which its source is off, where sources differ; else empty.
    """

    quantity: Quantity
    column: int
    target: str
    error: float
    weight: float
    count: bool = False
    bias: str = ""


@dataclass(frozen=True)
class Survey:
    """The answers of one city to one question: a single observation.

    Parameters
    ----------
    target, form : str
        Target, and `multinomial` or `items`.
    quantities : list of Quantity
        The cells.
    columns : list of int
        Their columns among the readings.
    effective : float
        Interviews divided by the design effect.
    without : list of bool
        Whether a cell excludes the others (items only).
    """

    target: str
    form: str
    quantities: list[Quantity]
    columns: list[int]
    effective: float
    without: list[bool]
    weight: float = 1.0

    @property
    def observed(self) -> Floats:
        """Printed shares."""
        return np.array([q.value for q in self.quantities], dtype=float)


@dataclass
class Acts:
    """Reported acts of a pair by quarter: readings of its relation (E12)."""

    columns: list[int]
    cooperative: Floats
    conflictual: Floats


@dataclass
class Evidence:
    """What is scored, and what makes it up in the model.

    Parameters
    ----------
    readings : list of Reading
        One for each figure that the model computes, scored or not.
    records : list of Quantity
        The records behind the first readings, one each.
    items, surveys : lists
        What is scored.
    acts : Acts or None
        Reported acts.
    biases : dict of str to float
        Parameters by which sources are off, and the standard deviation of each beforehand.
    left_out : dict of str to str
        Records meant for calibration that the model does not compute, and why.
    """

    readings: list[Reading]
    records: list[Quantity]
    items: list[Item]
    surveys: list[Survey]
    acts: Acts | None
    left_out: dict[str, str] = field(default_factory=dict)
    biases: dict[str, float] = field(default_factory=dict)

    @property
    def targets(self) -> list[str]:
        """Names of the observations that are scored."""
        names = dict.fromkeys([i.target for i in self.items] + [s.target for s in self.surveys])
        return list(names) + ([REPORTED_ACTS] if self.acts is not None else [])

    def subset(self, targets: set[str]) -> Evidence:
        """The same readings, scoring only some targets."""
        return Evidence(
            self.readings,
            self.records,
            [i for i in self.items if i.target in targets],
            [s for s in self.surveys if s.target in targets],
            self.acts if REPORTED_ACTS in targets else None,
            self.left_out,
            self.biases,
        )

    def observed(self, names: list[str], values: Floats) -> dict[str, Floats]:
        """Parameters of observation among some parameters, (members,) each."""
        wanted = {ACTS_LEVEL, *self.biases}
        return {name: values[:, n] for n, name in enumerate(names) if name in wanted}


def gather(model: Model) -> Evidence:
    """Everything in the evidence that the model computes, and what of it is scored."""
    files = model.files  # cut to the vintage
    target_of, form_of = _targets(files)
    evidence = Evidence([], [], [], [], None)
    cells: dict[str, list[tuple[Quantity, int]]] = {}
    for quantity in files.quantities:
        reading = model.atlas.read(quantity)
        scored = quantity.use == "calibrate" and quantity.id in target_of
        if reading is None:
            if scored:
                evidence.left_out[quantity.id] = "nothing in the model computes it"
            continue
        evidence.readings.append(reading)
        evidence.records.append(quantity)
        column = len(evidence.readings) - 1
        if not scored:
            continue
        target = target_of[quantity.id]
        if form_of[target] in SURVEY_FORMS:
            cells.setdefault(target, []).append((quantity, column))
        else:
            evidence.items.append(_item(files, quantity, column, target))
    for target, members in cells.items():
        evidence.surveys.append(_survey(files, target, form_of[target], members, evidence))
    evidence.acts = _acts(model, evidence)
    _set_biases(files, evidence)
    return evidence


def _set_biases(files: CaseFiles, evidence: Evidence) -> None:
    """Give every source a bias of its own where several speak of one measure, place and time."""
    groups: dict[tuple[object, ...], list[Item]] = {}
    for item in evidence.items:
        q = item.quantity
        key = (q.measure, q.place, q.group, q.counterpart, q.statistic, q.unit)
        groups.setdefault(key, []).append(item)
    spread = files.observation.structure.get("bias", DEFAULT_BIAS)
    named: dict[int, str] = {}
    for members in groups.values():
        if any(_differ(one.quantity, other.quantity) for one in members for other in members):
            for item in members:
                named[id(item)] = f"bias:{_speaker(item.quantity)}:{item.quantity.measure}"
    evidence.items = [
        replace(item, bias=named[id(item)]) if id(item) in named else item
        for item in evidence.items
    ]
    evidence.biases = {name: float(spread) for name in dict.fromkeys(named.values())}


def _differ(one: Quantity, other: Quantity) -> bool:
    """Whether two sources speak of the same time."""
    (a, b), (c, d) = _days(one), _days(other)
    together = None not in (a, b, c, d) and a <= d and c <= b  # type: ignore[operator]
    return _speaker(one) != _speaker(other) and together


def _days(quantity: Quantity) -> tuple[date | None, date | None]:
    """First and last day that a figure speaks of."""
    first = quantity.start.start if quantity.start else None
    period = quantity.end or quantity.start
    return first, period.end if period else None


def _speaker(quantity: Quantity) -> str:
    """Who says a figure: whoever the source reports it from, else the source itself."""
    return quantity.reported_by or quantity.source or ""


def _targets(files: CaseFiles) -> tuple[dict[str, str], dict[str, str]]:
    target_of = {q: target.target for target in files.targets for q in target.quantities}
    return target_of, {target.target: target.form for target in files.targets}


def _item(files: CaseFiles, quantity: Quantity, column: int, target: str) -> Item:
    rules = files.observation
    error = rules.errors.get(quantity.quality, DEFAULT_ERRORS[quantity.quality])
    error *= rules.structure.get("error_factors", {}).get(quantity.measure, 1.0)
    if quantity.bound == "about":
        about = DEFAULT_ABOUT if rules.about is None else rules.about
        error = float(np.hypot(error, about))
    weight = rules.weights.get(quantity.id, rules.weights.get(target, 1.0))
    return Item(quantity, column, target, error, weight, is_small_count(quantity))


def is_small_count(quantity: Quantity) -> bool:
    """Whether a figure is a whole number of things, few enough for chance to count."""
    value = quantity.value
    return bool(
        quantity.unit in COUNTED
        and quantity.statistic in ("level", "sum")
        and quantity.bound in ("exact", "about")
        and value is not None
        and value == round(value)
        and 0.0 <= value <= SMALL
    )


def _survey(
    files: CaseFiles,
    target: str,
    form: str,
    members: list[tuple[Quantity, int]],
    evidence: Evidence,
) -> Survey:
    rule = files.observation.survey[target]
    quantities = [quantity for quantity, _ in members]
    columns = [column for _, column in members]
    without = [evidence.readings[column].form == "without" for column in columns]
    effective = rule.base / rule.overdispersion
    weight = files.observation.weights.get(target, 1.0)
    return Survey(target, form, quantities, columns, effective, without, weight)


def _acts(model: Model, evidence: Evidence) -> Acts | None:
    """Columns for the relation in each quarter with reported acts, and their numbers."""
    pairs = model.files.observation.structure.get("acts_pairs", [])
    columns: list[int] = []
    good: list[float] = []
    bad: list[float] = []
    for pair in pairs:
        line = model.atlas.line("relation", pair)
        if line is None:
            continue
        counts = reported_acts(model, pair)
        for quarter, (cooperative, conflictual) in sorted(counts.items()):
            window = (quarter, quarter, 1.0, 1.0)
            evidence.readings.append(
                Reading("relation", pair, None, None, "mean", line.cells, window=window)
            )
            columns.append(len(evidence.readings) - 1)
            good.append(cooperative)
            bad.append(conflictual)
    return Acts(columns, np.array(good), np.array(bad)) if columns else None


def reported_acts(model: Model, pair: str) -> dict[int, tuple[float, float]]:
    """Cooperative and conflictual acts on record of a pair, by quarter."""
    first, second = pair.split("-")
    counts: dict[int, tuple[float, float]] = {}
    for event in model.files.events:
        between = (first in event.source_actor and second in event.target_actor) or (
            second in event.source_actor and first in event.target_actor
        )
        quarter = event_quarter(event, model.axis)
        if event.role != "act" or not between or not event.goldstein or quarter is None:
            continue
        if quarter < model.world.society_start:
            continue
        good, bad = counts.get(quarter, (0.0, 0.0))
        counts[quarter] = (good + (event.goldstein > 0), bad + (event.goldstein < 0))
    return counts
