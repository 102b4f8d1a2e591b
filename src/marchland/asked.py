"""The figures of a case's answers, read from any model of the case with the same draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marchland.answers import Answer
from marchland.case import CaseFiles, parse_period
from marchland.case.settings import AskedQuestion
from marchland.lines import UNITS
from marchland.model import BASELINE, Model, Setting
from marchland.readings import HOSTILITY_TERMS, Figure, Reading

Floats = NDArray[np.float64]
Draws = tuple[list[str], Floats]


@dataclass(frozen=True)
class Wanted:
    """Figures of an answer, in the order of its rows, from a model under its settings.

    Parameters
    ----------
    answer : Answer
        The answer with its rows.
    settings : tuple of Setting
        The baseline first.
    readings : function
        What is read of a model.
    combine : function
        From (members, readings) under every setting to (members, rows).
    """

    answer: Answer
    settings: tuple[Setting, ...]
    readings: Callable[[Model], list[Reading]]
    combine: Callable[[list[Floats]], Floats]


def wanted(files: CaseFiles, answers: list[Answer]) -> list[Wanted]:
    """What the answers of a case are made of."""
    asked = {question.id: question for question in files.config.questions}
    makers = {
        "level": _level,
        "scenario": _scenario,
        "contribution": _contribution,
        "contrast": _contrast,
    }
    return [makers[asked[a.id].kind](files, asked[a.id], a) for a in answers if a.id in asked]


def _extra(asked: AskedQuestion, key: str) -> object:
    return (asked.model_extra or {}).get(key)


def _reader(pairs: list[tuple[Figure, str]]) -> Callable[[Model], list[Reading]]:
    def read(model: Model) -> list[Reading]:
        readings = []
        for figure, period in pairs:
            parsed = parse_period(period)
            line = model.atlas.line(figure.measure, figure.place, figure.group, figure.counterpart)
            window = model.atlas.window(parsed, parsed)
            if line is not None and window is not None:
                readings.append(replace(line, window=window))
        return readings

    return read


def _level(files: CaseFiles, asked: AskedQuestion, answer: Answer) -> Wanted:
    figure = Figure(asked.measure or "", asked.place or "", asked.group, asked.counterpart)
    times = [str(t) for t in (_extra(asked, "times") or [])]  # type: ignore[attr-defined]
    reader = _reader([(figure, time) for time in times])
    return Wanted(answer, (BASELINE,), reader, lambda read: read[0])


def _scenario(files: CaseFiles, asked: AskedQuestion, answer: Answer) -> Wanted:
    figures = [
        Figure(f["measure"], f["place"], f.get("group"))
        for f in (_extra(asked, "figures") or [])  # type: ignore[attr-defined]
    ]
    period = str(_extra(asked, "period"))
    changes = files.scenarios[asked.scenario or ""].changes
    off = tuple(c.switch for c in changes if hasattr(c, "switch") and c.set == 0)
    kept = tuple(c for c in changes if not hasattr(c, "switch"))

    def combine(read: list[Floats]) -> Floats:
        base, other = read
        parts = (100.0 * (other / base - 1.0), other, base)
        return np.stack(parts, axis=2).reshape(len(base), -1)

    return Wanted(
        answer,
        (BASELINE, Setting(name=asked.scenario or "", off=off, changes=kept)),
        _reader([(figure, period) for figure in figures]),
        combine,
    )


def _contribution(files: CaseFiles, asked: AskedQuestion, answer: Answer) -> Wanted:
    figure = Figure(asked.measure or "", asked.place or "", asked.group, asked.counterpart)
    times = [str(t) for t in (_extra(asked, "period"), _extra(asked, "base")) if t]
    scale = 100.0 if UNITS[figure.measure] == "share" else 1.0

    def combine(read: list[Floats]) -> Floats:
        rises = [f[:, 0] - f[:, 1] if len(times) > 1 else f[:, 0] for f in read]
        parts = [rises[0] - rise for rise in rises[1:]]
        return scale * np.stack([rises[0], *parts], axis=1)

    off = tuple(Setting(off=(switch,)) for switch in asked.switches)
    return Wanted(answer, (BASELINE, *off), _reader([(figure, t) for t in times]), combine)


def _contrast(files: CaseFiles, asked: AskedQuestion, answer: Answer) -> Wanted:
    places, period = list(asked.places), str(_extra(asked, "period"))

    def in_model(term: str) -> bool:
        known = files.parameters.get(f"hostility_{term}")
        held = known is None or (known.prior.family == "fixed" and known.prior.arguments[0] == 0.0)
        return not held

    terms = [term for term in HOSTILITY_TERMS if in_model(term)]
    figures = [Figure(asked.measure or "", place) for place in places]
    figures += [Figure("hostility", p, None, f"term:{term}") for term in terms for p in places]

    def combine(read: list[Floats]) -> Floats:
        blocks = read[0].reshape(len(read[0]), len(terms) + 1, len(places))
        gaps = blocks[:, 0, 1:] - blocks[:, 0, :1]
        parts = blocks[:, 1:, 1:].mean(axis=2) - blocks[:, 1:, 0]
        return np.concatenate([gaps, parts], axis=1)

    return Wanted(answer, (BASELINE,), _reader([(f, period) for f in figures]), combine)


class Reader:
    """Reads the figures of the answers from any model of the case, with the same draws.

    Parameters
    ----------
    asked : list of Wanted
        Answers and what they are made of.
    model : Model
        The model as it is: what is read of it is read of the others.
    draws : tuple
        Names and values of the parameters.
    workers : int
        Threads; no figure depends on it.
    """

    def __init__(self, asked: list[Wanted], model: Model, draws: Draws, workers: int) -> None:
        self.asked = asked
        self._readings = [one.readings(model) for one in asked]
        self._names, self._values = draws
        self._workers = workers
        self._still: list[Floats] = self._split(model, BASELINE, self._readings)
        self.before = [f for f in self._read(model, self._still, first=True) if f is not None]

    def read(self, model: Model) -> list[Floats | None]:
        """Figures (members, rows) of every answer, from a model with a driver moved.

        An answer whose baseline stays the same in every draw is None: its other settings are not
        computed.
        """
        base = self._split(model, BASELINE, self._readings)
        return self._read(model, base)

    def _read(
        self, model: Model, base: list[Floats], *, first: bool = False
    ) -> list[Floats | None]:
        readings = self._readings
        moved = [first or not same(base[n], self._still[n]) for n in range(len(base))]
        found = {(n, _key(BASELINE)): figures for n, figures in enumerate(base)}
        settings = {_key(s): s for one in self.asked for s in one.settings[1:]}
        for key, setting in settings.items():
            numbers = [
                n
                for n, one in enumerate(self.asked)
                if moved[n] and key in [_key(s) for s in one.settings[1:]]
            ]
            if numbers:
                parts = self._split(model, setting, [readings[n] for n in numbers])
                found |= {(n, key): part for n, part in zip(numbers, parts, strict=True)}
        return [
            one.combine([found[n, _key(s)] for s in one.settings]) if moved[n] else None
            for n, one in enumerate(self.asked)
        ]

    def _split(self, model: Model, setting: Setting, readings: list[list[Reading]]) -> list[Floats]:
        flat = [reading for part in readings for reading in part]
        figures, _ = model.run(
            self._names, self._values, flat, setting=setting, workers=self._workers, strict=False
        )
        ends = np.cumsum([len(part) for part in readings])[:-1]
        return np.split(figures, ends, axis=1)


def _key(setting: Setting) -> tuple[str, tuple[str, ...]]:
    """What tells settings of answers apart; changes are those of the scenario of that name."""
    return setting.name, setting.off


def same(one: Floats, other: Floats) -> bool:
    """Whether two tables are equal up to rounding, gaps included."""
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
