"""Likelihood: how probable the sources' figures are, given what the model says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln, log_ndtr

from marchland.case import CaseFiles
from marchland.case.schema import Quantity
from marchland.inputs import event_quarter
from marchland.model import Model
from marchland.readings import Reading

Floats = NDArray[np.float64]
DEFAULT_ERRORS = {"A": 0.05, "B": 0.12, "C": 0.3, "D": 0.6}
DEFAULT_ABOUT = 0.15
SURVEY_FORMS = ("multinomial", "items")
LOWER = ("more_than", "at_least")
UPPER = ("less_than", "at_most")
TINY = 1e-12
# Things that are counted one by one, and up to which number their chance outweighs the error
# that the quality class gives them.
COUNTED = ("persons", "events", "aircraft", "incidents", "acts", "count")
SMALL = 30.0
MOST_COUNTED = 1e9
ACTS_LEVEL = "acts_level"
REPORTED_ACTS = "reported_acts"
DEFAULT_BIAS = 0.2


def to_scale(quantity: Quantity, values: Floats) -> Floats:
    """Figures on the scale of their error: log, or logit for shares.

    Changes in per cent are taken as log ratios.
    """
    if quantity.unit == "share":
        share = np.clip(values, TINY, 1.0 - TINY)
        return np.log(share / (1.0 - share))
    if quantity.statistic == "change_pct":
        return np.log(np.maximum(1.0 + values / 100.0, TINY))
    return np.log(np.maximum(values, TINY))


def from_scale(quantity: Quantity, values: Floats) -> Floats:
    """The inverse of `to_scale`."""
    if quantity.unit == "share":
        return 1.0 / (1.0 + np.exp(-values))
    if quantity.statistic == "change_pct":
        return 100.0 * (np.exp(values) - 1.0)
    return np.exp(values)


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


def log_likelihood(evidence: Evidence, figures: Floats, observed: dict[str, Floats]) -> Floats:
    """Log likelihood of the scored evidence, shape (members,).

    Parameters
    ----------
    evidence : Evidence
        What is scored.
    figures : (members, readings) array
        What the model says.
    observed : dict of str to (members,) array
        Parameters of observation (`Evidence.observed`): `acts_level`, the log odds that a
        reported act is cooperative when the relation is 0, and the biases of sources.
    """
    total = np.zeros(figures.shape[0])
    with np.errstate(invalid="ignore", over="ignore"):
        for part in by_target(evidence, figures, observed).values():
            total += part
    return np.where(np.isfinite(total), total, -np.inf)


def by_target(
    evidence: Evidence, figures: Floats, observed: dict[str, Floats]
) -> dict[str, Floats]:
    """Log likelihood of each target, shape (members,) each."""
    parts: dict[str, Floats] = {}
    for item in evidence.items:
        bias = observed.get(item.bias)
        value = item.weight * item_term(item, figures[:, item.column], bias)
        parts[item.target] = parts.get(item.target, 0.0) + value
    for survey in evidence.surveys:
        parts[survey.target] = survey.weight * survey_term(survey, figures[:, survey.columns])
    level = observed.get(ACTS_LEVEL)
    if evidence.acts is not None and level is not None:
        odds = level[:, None] + figures[:, evidence.acts.columns]
        good, bad = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
        parts[REPORTED_ACTS] = good @ evidence.acts.cooperative + bad @ evidence.acts.conflictual
    return parts


def limits_of(item: Item) -> tuple[float, float]:
    """Least and greatest value that a figure allows, on its scale: equal for a point."""
    q = item.quantity

    def at(*values: float | None) -> float:
        given = next(value for value in values if value is not None)
        return float(to_scale(q, np.array(float(given))))

    if q.bound in LOWER:
        return at(q.low, q.value), np.inf
    if q.bound in UPPER:
        return -np.inf, at(q.high, q.value)
    if q.bound == "range":
        return at(q.low), at(q.high)
    point = at(q.value)
    return point, point


def item_term(item: Item, says: Floats, bias: Floats | None = None) -> Floats:
    """Log likelihood of one figure: a point, a range, a bound, or a small count.

    A point has a normal error on the figure's scale. A range or a bound is the chance that the
    figure with its error falls inside. A small count is negative binomial, with the variance
    mean + (error x mean)^2: the error of its quality class and the chance of counting.

    References
    ----------
    Cameron and Trivedi 2013, Regression Analysis of Count Data (negative binomial, NB2).
    """
    mean = to_scale(item.quantity, says)
    if bias is not None:
        mean = mean + bias
    if item.count:
        size = 1.0 / item.error**2
        chance = size / (size + np.exp(mean))
        return np.asarray(stats.nbinom.logpmf(counts_of(item), size, chance))
    low, high = ((limit - mean) / item.error for limit in limits_of(item))
    if item.quantity.bound in (*LOWER, *UPPER, "range"):
        return between(low, high)
    return np.asarray(-0.5 * low**2 - np.log(item.error) - 0.5 * np.log(2.0 * np.pi))


def counts_of(item: Item) -> float:
    """The number that a small count printed."""
    return float(item.quantity.value or 0.0)


def between(low: Floats, high: Floats) -> Floats:
    """log(Phi(high) - Phi(low)), computed in the tail where both are on one side.

    Either limit may be infinite.
    """
    flip = low + high > 0.0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    below, above = log_ndtr(low), log_ndtr(high)
    return np.asarray(above + np.log1p(-np.exp(np.minimum(below - above, -TINY))))


def survey_term(survey: Survey, shares: Floats) -> Floats:
    """Log likelihood of one city's table, as if from interviews / design effect.

    Shares are among the answers that the table prints. Several answers a person: first the
    answers that exclude the others beside all who name something, then each item among those
    who name something.
    """
    p = np.clip(shares, TINY, 1.0 - TINY)
    observed = survey.observed
    n = survey.effective
    if survey.form == "multinomial":
        return _multinomial(n, observed, p / p.sum(axis=1, keepdims=True))
    out = np.array(survey.without)
    named_p = np.clip(1.0 - p[:, out].sum(axis=1, keepdims=True), TINY, 1.0)
    named = max(1.0 - observed[out].sum(), TINY)
    stage = np.concatenate([p[:, out], named_p], axis=1)
    total = _multinomial(n, np.append(observed[out], named), stage)
    for k in np.flatnonzero(~out):
        chance = np.clip(p[:, k] / named_p[:, 0], TINY, 1.0 - TINY)
        share = min(observed[k] / named, 1.0)
        total += _multinomial(
            n * named, np.array([share, 1.0 - share]), np.stack([chance, 1.0 - chance], axis=1)
        )
    return total


def _multinomial(n: float, observed: Floats, p: Floats) -> Floats:
    counts = n * observed / observed.sum()
    constant = gammaln(n + 1.0) - gammaln(counts + 1.0).sum()
    return np.asarray(constant + np.log(p) @ counts)


def predictive(evidence: Evidence, figures: Floats, rng: np.random.Generator) -> Floats:
    """What would have been observed: the model's figures with the error of observation."""
    seen = figures[:, : len(evidence.records)].copy()
    for item in evidence.items:
        scale = to_scale(item.quantity, figures[:, item.column])
        if item.bias:
            scale = scale + evidence.biases[item.bias] * rng.standard_normal(len(scale))
        if item.count:
            size = 1.0 / item.error**2
            mean = np.minimum(np.exp(scale), MOST_COUNTED)
            seen[:, item.column] = rng.negative_binomial(size, size / (size + mean))
            continue
        noise = item.error * rng.standard_normal(len(scale))
        seen[:, item.column] = from_scale(item.quantity, scale + noise)
    for survey in evidence.surveys:
        n = max(round(survey.effective), 1)
        p = np.clip(figures[:, survey.columns], 0.0, 1.0)
        seen[:, survey.columns] = rng.binomial(n, p) / n
    return seen
