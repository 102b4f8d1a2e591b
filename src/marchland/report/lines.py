"""Which lines the charts show, and what of the evidence lies on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from marchland.case import CaseFiles, Quantity
from marchland.report.numbers import missing

BASELINE = "baseline"
COMPARABLE = ("level", "mean", "share")
QUANTILES = ["q05", "q50", "q95"]
MEAN = "mean"


class Key(NamedTuple):
    """What a line is of."""

    measure: str
    place: str
    group: str | None = None
    counterpart: str | None = None

    @property
    def explain(self) -> str:
        """What a reader who asks where the line comes from is shown."""
        return "line:" + "|".join(part or "" for part in self)


@dataclass(frozen=True)
class Observed:
    """A stated figure that can stand on a line, because unit and statistic are the line's."""

    record: str
    start: str | None
    end: str | None
    value: float | None
    low: float | None
    high: float | None
    bound: str
    use: str


class Lines:
    """The series of a run, by what they are of.

    Parameters
    ----------
    series, predictions : DataFrame
        As in a run's result; either may be empty.
    files : CaseFiles
        The case.
    """

    def __init__(self, series: pd.DataFrame, predictions: pd.DataFrame, files: CaseFiles) -> None:
        self._frames: dict[tuple[str, Key], pd.DataFrame] = {}
        self._quantities = {q.id: q for q in files.quantities}
        self._compared: dict[Key, list[str]] = {}
        for name, frame in _groups(series):
            self._frames[name] = frame
        for _, row in predictions.iterrows():
            if row["explanation"] == "posterior":
                key = Key(
                    str(row["measure"]),
                    str(row["place"]),
                    _none(row["group"]),
                    _none(row["counterpart"]),
                )
                self._compared.setdefault(key, []).append(str(row["evidence_id"]))

    def of(self, scenario: str = BASELINE) -> list[Key]:
        """All lines of a scenario, in the order of the series."""
        return [key for name, key in self._frames if name == scenario]

    def frame(self, key: Key, scenario: str = BASELINE) -> pd.DataFrame | None:
        """Quarters and quantiles of a line; None where the run has no such line."""
        return self._frames.get((scenario, key))

    def find(self, key: Key, scenario: str = BASELINE) -> Key | None:
        """The line itself, or the first of its measure and place where no group is named."""
        if (scenario, key) in self._frames:
            return key
        if key.group is None and key.counterpart is None:
            for found in self.of(scenario):
                if found[:2] == key[:2] and found.counterpart is None:
                    return found
        return None

    def places(self, measure: str) -> set[str]:
        """Places that have a line of a measure."""
        return {key.place for key in self.of() if key.measure == measure}

    def parts(self, key: Key, kind: str = "term:") -> list[Key]:
        """Lines into which a line is split, by term or by status, that are not always zero."""
        return [
            other
            for other in self.of()
            if other[:3] == key[:3]
            and (other.counterpart or "").startswith(kind)
            and not self.zero(other)
        ]

    def zero(self, key: Key) -> bool:
        """Whether a line is zero throughout, in every draw."""
        frame = self.frame(key)
        return frame is None or not (frame[QUANTILES] != 0.0).any(axis=None)

    def same(self, one: Key, other: Key) -> bool:
        """Whether two lines are one, as a whole and its only part are."""
        first, second = self.frame(one), self.frame(other)
        if first is None or second is None or list(first["time"]) != list(second["time"]):
            return False
        return bool((first[QUANTILES].to_numpy() == second[QUANTILES].to_numpy()).all())

    def unit(self, key: Key) -> str:
        """Unit of a line."""
        frame = self.frame(key)
        return "" if frame is None else str(frame["unit"].iloc[0])

    def observed(self, key: Key) -> list[Observed]:
        """Stated figures of a line's measure and place that are on its scale."""
        unit = self.unit(key)
        records = (self._quantities.get(name) for name in self._compared.get(key, []))
        return [_observed(q) for q in records if q is not None and _fits(q, unit)]

    def told(self, key: Key) -> bool:
        """Whether the sources state a figure of a line's measure and place."""
        return key in self._compared


def _none(value: object) -> str | None:
    return None if missing(value) or value is pd.NA else str(value)


def _groups(series: pd.DataFrame) -> Iterable[tuple[tuple[str, Key], pd.DataFrame]]:
    if not len(series):
        return
    columns = ["scenario", "measure", "place", "group", "counterpart"]
    kept = ~series["scenario"].str.endswith(" - baseline")  # the scenarios' own view has them
    kept &= series["explanation"] == "posterior"
    chosen = series.loc[kept, [*columns, "time", "unit", MEAN, *QUANTILES]]
    filled = [chosen[c].astype("string").fillna("") for c in columns]
    for values, frame in chosen.groupby(filled, sort=False):
        scenario, measure, place, group, other = (str(v) for v in values)
        key = Key(measure, place, group or None, other or None)
        yield (scenario, key), frame.sort_values("time")


def _fits(q: Quantity, unit: str) -> bool:
    if q.unit != unit or (q.start is None and q.end is None):
        return False
    return q.statistic in COMPARABLE


def _observed(q: Quantity) -> Observed:
    begin, end = q.start or q.end, q.end or q.start
    first = begin.start if begin is not None else None
    last = end.end if end is not None else None
    return Observed(
        q.id,
        first.isoformat() if first else None,
        last.isoformat() if last else None,
        q.value,
        q.low,
        q.high,
        q.bound,
        q.use,
    )
