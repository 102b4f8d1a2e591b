"""The evidence as smooth terms of outputs: what a sampler climbs.

An output is what the model says of one observation, on a scale without bounds: a log or logit for
a figure, a log ratio for a cell of a survey, log odds for reported acts. The log likelihood and
its slopes are functions of the outputs alone, so a surrogate of the outputs gives both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, log_expit, logit, logsumexp

from marchland.inference.likelihood import TINY, between, counts_of, limits_of
from marchland.inference.scored import Evidence, Item, Survey

Floats = NDArray[np.float64]
HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)
# A printed zero tells about as much as a chance of this.
LEAST_CHANCE = 0.01


class Terms:
    """All that is scored, as one vector of outputs.

    Parameters
    ----------
    evidence : Evidence
        What is scored.

    References
    ----------
    McCullagh and Nelder 1989, Generalized Linear Models (canonical links, multinomial logits).
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._figures = FigureTerms(evidence.items)
        self._parts: list[tuple[slice, SurveyTerms]] = []
        end = len(evidence.items)
        for survey in evidence.surveys:
            part = SurveyTerms(survey)
            self._parts.append((slice(end, end + part.outputs), part))
            end += part.outputs
        acts = evidence.acts
        self._acts = slice(end, end + (len(acts.columns) if acts is not None else 0))

    @property
    def outputs(self) -> int:
        """Length of the vector of outputs."""
        return int(self._acts.stop)

    def read(self, figures: Floats, observed: dict[str, Floats]) -> Floats:
        """Outputs, (members, outputs), of the model's figures.

        Parameters
        ----------
        figures : (members, readings) array
            What the model says.
        observed : dict of str to (members,) array
            Parameters of observation: `acts_level` and biases of sources.
        """
        says = np.empty((len(figures), self.outputs))
        with np.errstate(all="ignore"):
            says[:, : self._figures.number] = self._figures.read(figures, observed)
            for where, part in self._parts:
                says[:, where] = part.read(figures)
            acts = self.evidence.acts
            if acts is not None:
                level = observed.get("acts_level", np.nan)
                says[:, self._acts] = figures[:, acts.columns] + np.reshape(level, (-1, 1))
        return says

    def log_likelihood(self, outputs: Floats) -> Floats:
        """Log likelihood of the evidence, (members,); minus infinity where it has no value."""
        with np.errstate(all="ignore"):
            total = self._figures.log_likelihood(outputs[:, : self._figures.number])
            for where, part in self._parts:
                total += part.log_likelihood(outputs[:, where])
            acts = self.evidence.acts
            if acts is not None:
                odds = outputs[:, self._acts]
                total += log_expit(odds) @ acts.cooperative + log_expit(-odds) @ acts.conflictual
        return np.where(np.isfinite(total), total, -np.inf)

    def slopes(self, outputs: Floats) -> Floats:
        """Derivatives of the log likelihood by the outputs, (members, outputs)."""
        slopes = np.empty_like(outputs)
        with np.errstate(all="ignore"):
            number = self._figures.number
            slopes[:, :number] = self._figures.slopes(outputs[:, :number])
            for where, part in self._parts:
                slopes[:, where] = part.slopes(outputs[:, where])
            acts = self.evidence.acts
            if acts is not None:
                odds = outputs[:, self._acts]
                slopes[:, self._acts] = acts.cooperative * expit(-odds) - acts.conflictual * expit(
                    odds
                )
        return np.nan_to_num(slopes, posinf=0.0, neginf=0.0)

    def errors(self) -> Floats:
        """What counts as one unit of error of each output, (outputs,)."""
        parts = [self._figures.errors(), *(part.errors() for _, part in self._parts)]
        acts = self.evidence.acts
        if acts is not None:
            parts.append(2.0 / np.sqrt(acts.cooperative + acts.conflictual))
        return np.concatenate(parts)


class FigureTerms:
    """Single figures: points, ranges and bounds with normal errors, small counts."""

    def __init__(self, items: list[Item]) -> None:
        self.number = len(items)
        self._columns = np.array([item.column for item in items], dtype=np.int64)
        self._weights = np.array([item.weight for item in items])
        self._error = np.array([item.error for item in items])
        limits = np.array([limits_of(item) for item in items]).reshape(-1, 2)
        self._low, self._high = limits[:, 0], limits[:, 1]
        self._point = self._low == self._high
        self._share = np.array([i.quantity.unit == "share" for i in items], dtype=bool)
        change = [i.quantity.statistic == "change_pct" for i in items]
        self._change = np.array(change, dtype=bool) & ~self._share
        self._biases = [(n, item.bias) for n, item in enumerate(items) if item.bias]
        self._count = np.array([item.count for item in items], dtype=bool)
        self._counted = np.array([counts_of(item) if item.count else 0.0 for item in items])
        with np.errstate(divide="ignore"):
            self._size = 1.0 / self._error**2

    def read(self, figures: Floats, observed: dict[str, Floats]) -> Floats:
        """On the scale of the errors, as `to_scale` has it, with the bias of their source."""
        x = figures[:, self._columns]
        share = np.clip(x, TINY, 1.0 - TINY)
        positive = np.maximum(np.where(self._change, 1.0 + x / 100.0, x), TINY)
        says = np.where(self._share, logit(share), np.log(positive))
        for n, bias in self._biases:
            says[:, n] += observed[bias]
        return says

    def _z(self, says: Floats) -> tuple[Floats, Floats]:
        return (self._low - says) / self._error, (self._high - says) / self._error

    def log_likelihood(self, says: Floats) -> Floats:
        """Sum over the figures, (members,)."""
        low, high = self._z(says)
        point = -0.5 * low**2 - np.log(self._error) - HALF_LOG_TWO_PI
        normal = np.where(self._point, point, between(low, high))
        mean, k, r = np.exp(says), self._counted, self._size
        binomial = (
            gammaln(k + r)
            - gammaln(r)
            - gammaln(k + 1.0)
            + r * np.log(r / (r + mean))
            + k * np.log(mean / (r + mean))
        )
        return np.asarray((np.where(self._count, binomial, normal) * self._weights).sum(axis=1))

    def slopes(self, says: Floats) -> Floats:
        """Derivative of each figure's term, (members, figures)."""
        low, high = self._z(says)
        inside = between(low, high)
        at_low, at_high = (
            np.where(np.isinf(x), 0.0, np.exp(-0.5 * x * x - HALF_LOG_TWO_PI - inside))
            for x in (low, high)
        )
        normal = np.where(self._point, low / self._error, (at_low - at_high) / self._error)
        mean = np.exp(says)
        binomial = (self._counted - mean) / (1.0 + mean / self._size)
        return np.asarray(np.where(self._count, binomial, normal) * self._weights)

    def errors(self) -> Floats:
        """Standard deviation of each figure, divided by the root of its weight."""
        least = np.where(self._count, 1.0 / np.sqrt(np.maximum(self._counted, 1.0)), 0.0)
        return np.asarray(np.hypot(self._error, least) / np.sqrt(np.maximum(self._weights, 1e-3)))


@dataclass
class SurveyTerms:
    """One city's answers to one question, by log ratios and log odds.

    Of a multinomial table every cell is an output, its log share up to a constant. Of a table of
    items the answers that exclude the others are log ratios to `some item named`, each item is
    the log odds that those who name something name it.
    """

    survey: Survey

    def __post_init__(self) -> None:
        survey = self.survey
        self._items = survey.form != "multinomial"
        self._out = np.array(survey.without, dtype=bool) & self._items
        self._observed = survey.observed
        self._constant = 0.0
        if self._items:
            named = max(1.0 - self._observed[self._out].sum(), TINY)
            self._stage = self._counts(np.append(self._observed[self._out], named))
            share = np.minimum(self._observed[~self._out] / named, 1.0)
            self._trials = survey.effective * named
            self._yes = self._trials * share
            self._constant += _choices(self._stage)
            no = self._trials - self._yes
            self._constant += sum(
                _choices(np.array(pair)) for pair in zip(self._yes, no, strict=True)
            )
        else:
            self._stage = self._counts(self._observed)
            self._constant += _choices(self._stage)

    def _counts(self, observed: Floats) -> Floats:
        return np.asarray(self.survey.effective * observed / observed.sum())

    @property
    def outputs(self) -> int:
        """Number of outputs: one a cell."""
        return len(self.survey.columns)

    def read(self, figures: Floats) -> Floats:
        """Outputs of the model's shares, (members, cells)."""
        p = np.clip(figures[:, self.survey.columns], TINY, 1.0 - TINY)
        if not self._items:
            return np.log(p)
        named = np.clip(1.0 - p[:, self._out].sum(axis=1, keepdims=True), TINY, 1.0)
        says = np.empty_like(p)
        says[:, self._out] = np.log(p[:, self._out] / named)
        chance = np.clip(p[:, ~self._out] / named, TINY, 1.0 - TINY)
        says[:, ~self._out] = logit(chance)
        return says

    def _log_shares(self, says: Floats) -> Floats:
        """Log shares of the first stage: of all cells, or of those that exclude the others."""
        if self._items:
            says = np.concatenate([says[:, self._out], np.zeros((len(says), 1))], axis=1)
        return np.asarray(says - logsumexp(says, axis=1, keepdims=True))

    def log_likelihood(self, says: Floats) -> Floats:
        """Log likelihood of the table, (members,)."""
        total = self._constant + self._log_shares(says) @ self._stage
        if self._items:
            odds = says[:, ~self._out]
            total += log_expit(odds) @ self._yes
            total += log_expit(-odds) @ (self._trials - self._yes)
        return np.asarray(self.survey.weight * total)

    def slopes(self, says: Floats) -> Floats:
        """Derivatives by the outputs, (members, cells)."""
        stage = self._stage - self._stage.sum() * np.exp(self._log_shares(says))
        if not self._items:
            return np.asarray(self.survey.weight * stage)
        slopes = np.empty_like(says)
        slopes[:, self._out] = stage[:, :-1]
        slopes[:, ~self._out] = self._yes - self._trials * expit(says[:, ~self._out])
        return self.survey.weight * slopes

    def errors(self) -> Floats:
        """Standard deviation of each output at the printed shares."""
        share = np.clip(self._observed, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
        return np.asarray(1.0 / np.sqrt(self.survey.effective * share * (1.0 - share)))


def _choices(counts: Floats) -> float:
    """Log of the multinomial coefficient."""
    return float(gammaln(counts.sum() + 1.0) - gammaln(counts + 1.0).sum())
