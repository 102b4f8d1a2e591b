"""A surrogate of the model's outputs: a line and a small network, for slopes that cost little.

It only guides proposals. Whether a proposal is accepted is decided by the model itself, so an
inexact surrogate costs acceptance and never correctness.

References: Hornik 1991 (networks approximate); Kingma and Ba 2015 (Adam); Zhang, Shahbaba and
Zhao 2017 (Hamiltonian Monte Carlo with surrogate slopes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
HIDDEN = 96
BATCH = 512
RATE = 3e-3
LEAST_RATE = 1e-5
# Weights decay, since the points of a temperature are seen many times.
DECAY = 0.2
LEAST_SCALE = 0.05
# Outputs that the line misses by more than this many errors get no more attention than that.
MOST_WEIGHT = 10.0
# Residuals of a batch beyond this many scales pull no harder: kinks must not rule the fit.
MOST_PULL = 3.0
RIDGE = 1e-3
CHUNK = 8192


@dataclass
class Surrogate:
    """Outputs of a model as a line plus a network of two hidden layers.

    Parameters
    ----------
    inputs, outputs : int
        Parameters, and outputs in units of their error.
    rng : Generator
        For the first weights and the order of training.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((2000, 2))
    >>> surrogate = Surrogate(2, 1, rng)
    >>> surrogate.fit(x, np.sin(x[:, :1]) + x[:, 1:], np.ones(2000), steps=300)
    >>> bool(abs(surrogate.predict(np.array([[0.5, 1.0]]))[0, 0] - np.sin(0.5) - 1.0) < 0.1)
    True
    """

    inputs: int
    outputs: int
    rng: np.random.Generator
    centre: Floats = field(init=False)
    spread: Floats = field(init=False)
    level: Floats = field(init=False)
    line: Floats = field(init=False)
    scale: Floats = field(init=False)
    layers: list[Singles] = field(init=False)

    def __post_init__(self) -> None:
        d, k = self.inputs, self.outputs
        self.centre, self.spread = np.zeros(d), np.ones(d)
        self.level, self.line, self.scale = np.zeros(k), np.zeros((d, k)), np.ones(k)
        draw = self.rng.standard_normal
        self.layers = [
            (draw((d, HIDDEN)) / np.sqrt(d)).astype(np.float32),
            (0.5 * draw(HIDDEN)).astype(np.float32),
            (draw((HIDDEN, HIDDEN)) / np.sqrt(HIDDEN)).astype(np.float32),
            np.zeros(HIDDEN, np.float32),
            np.zeros((HIDDEN, k), np.float32),
            np.zeros(k, np.float32),
        ]

    def predict(self, z: Floats) -> Floats:
        """Outputs at parameters, (members, outputs)."""
        standard = (z - self.centre) / self.spread
        return self._outputs(standard, self._hidden(standard.astype(np.float32))[1])

    def pull_back(self, z: Floats, slopes: Callable[[Floats], Floats]) -> Floats:
        """Slopes by the parameters, (members, parameters), of a function of the outputs.

        Parameters
        ----------
        z : (members, parameters) array
            Where.
        slopes : function
            From outputs to the function's slopes by them.
        """
        standard = (z - self.centre) / self.spread
        first, second = self._hidden(standard.astype(np.float32))
        by_output = slopes(self._outputs(standard, second))
        back = self._back((by_output * self.scale).astype(np.float32), first, second)[0]
        return np.asarray((by_output @ self.line.T + back @ self.layers[0].T) / self.spread)

    def fit(self, z: Floats, outputs: Floats, weights: Floats, steps: int) -> None:
        """Learn from evaluated points; what was learnt before is the start.

        Parameters
        ----------
        z : (points, parameters) array
            Parameters.
        outputs : (points, outputs) array
            What the model said there, in units of error.
        weights : (points,) array
            How much each counts.
        steps : int
            Batches to learn from.
        """
        weights = weights / weights.mean()
        self._standardise(z, weights)
        standard = (z - self.centre) / self.spread
        singles = standard.astype(np.float32)
        learnt = [self._hidden(singles[n : n + CHUNK])[1] for n in range(0, len(z), CHUNK)]
        network = (np.concatenate(learnt) @ self.layers[4] + self.layers[5]) * self.scale
        missed = self._fit_line(standard, outputs - network, weights)
        missed = missed + network
        scale = np.maximum(np.sqrt((weights[:, None] * missed**2).mean(axis=0)), LEAST_SCALE)
        self.layers[4] = self.layers[4] * (self.scale / scale).astype(np.float32)
        self.layers[5] = self.layers[5] * (self.scale / scale).astype(np.float32)
        self.scale = scale
        self._train(singles, (missed / scale).astype(np.float32), weights, steps)

    def _standardise(self, z: Floats, weights: Floats) -> None:
        """Centre and scale the inputs anew, the first layer with them."""
        centre = (weights[:, None] * z).mean(axis=0)
        spread = np.sqrt((weights[:, None] * (z - centre) ** 2).mean(axis=0)) + 1e-6
        shift = ((centre - self.centre) / self.spread).astype(np.float32)
        self.layers[1] = self.layers[1] + shift @ self.layers[0]
        self.layers[0] = self.layers[0] * (spread / self.spread)[:, None].astype(np.float32)
        self.centre, self.spread = centre, spread

    def _fit_line(self, standard: Floats, wanted: Floats, weights: Floats) -> Floats:
        """Fit the line to what the network leaves; what the line itself misses."""
        table = np.concatenate([np.ones((len(standard), 1)), standard], axis=1)
        weighted = table * weights[:, None]
        gram = weighted.T @ table + RIDGE * np.eye(table.shape[1])
        slopes = np.linalg.solve(gram, weighted.T @ wanted)
        self.level, self.line = np.asarray(slopes[0]), np.asarray(slopes[1:])
        return np.asarray(wanted - table @ slopes)

    def _hidden(self, standard: Singles) -> tuple[Singles, Singles]:
        first = np.tanh(standard @ self.layers[0] + self.layers[1])
        return first, np.tanh(first @ self.layers[2] + self.layers[3])

    def _outputs(self, standard: Floats, second: Singles) -> Floats:
        network = (second @ self.layers[4] + self.layers[5]) * self.scale
        return np.asarray(standard @ self.line + self.level + network)

    def _back(self, by_output: Singles, first: Singles, second: Singles) -> tuple[Singles, Singles]:
        by_second = (by_output @ self.layers[4].T) * (1.0 - second * second)
        by_first = (by_second @ self.layers[2].T) * (1.0 - first * first)
        return by_first, by_second

    def _train(self, inputs: Singles, wanted: Singles, weights: Floats, steps: int) -> None:
        """Adam on the squared errors of what the line misses, with decay of the weights."""
        attention = np.minimum(self.scale, MOST_WEIGHT)
        attention = (attention / attention.mean()).astype(np.float32)
        count = weights.astype(np.float32)[:, None] / np.float32(BATCH)
        adam = _Adam(self.layers, steps)
        order = self.rng.permutation(len(inputs))
        at = 0
        for _ in range(steps):
            if at + BATCH > len(order) and at > 0:
                order, at = self.rng.permutation(len(inputs)), 0
            some = order[at : at + BATCH]
            at += BATCH
            x = inputs[some]
            first, second = self._hidden(x)
            missed = second @ self.layers[4] + self.layers[5] - wanted[some]
            by_output = np.clip(missed, -MOST_PULL, MOST_PULL) * attention * count[some]
            by_first, by_second = self._back(by_output, first, second)
            adam.step(
                [
                    x.T @ by_first,
                    by_first.sum(axis=0),
                    first.T @ by_second,
                    by_second.sum(axis=0),
                    second.T @ by_output,
                    by_output.sum(axis=0),
                ]
            )


class _Adam:
    """Adam with a rate that falls to nearly nothing and weights that decay."""

    def __init__(self, layers: list[Singles], steps: int) -> None:
        self.layers, self.steps, self.made = layers, steps, 0
        self.mean = [np.zeros_like(layer) for layer in layers]
        self.square = [np.zeros_like(layer) for layer in layers]

    def step(self, slopes: list[Singles]) -> None:
        """One step down."""
        self.made += 1
        rate = RATE * (1.0 - self.made / (self.steps + 1.0)) + LEAST_RATE
        first, second = 1.0 - 0.9**self.made, 1.0 - 0.99**self.made
        for layer, mean, square, slope in zip(
            self.layers, self.mean, self.square, slopes, strict=True
        ):
            mean *= np.float32(0.9)
            mean += np.float32(0.1) * slope
            square *= np.float32(0.99)
            square += np.float32(0.01) * slope * slope
            root = np.sqrt(square / np.float32(second)) + np.float32(1e-8)
            if layer.ndim == 2:
                layer *= np.float32(1.0 - DECAY * rate)
            layer -= np.float32(rate / first) * mean / root
