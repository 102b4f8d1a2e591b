"""Which charts a case gets: those its questions ask for, then what else the model computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from marchland.case import AskedQuestion, CaseFiles
from marchland.report.charts import MOST_LINES, Chart, curve_chart, of_lines, time_chart
from marchland.report.lines import BASELINE, QUANTILES, Key, Lines
from marchland.report.names import Names, anchor, title, words
from marchland.report.numbers import figure, unit_words
from marchland.run import RunResult

# Lines of one chart may differ by this factor; farther apart each has its own scale.
FARTHEST = 20.0
MOST_CHARTS = 3
# Lines that make up another one stand in the charts of what makes it up.
PARTS = ("term:", "status:")
# What the model computes for every case, in the order of a reader's interest.
DEFAULT_ORDER = """
    trust threat alignment relation downgrade_hazard restrictiveness paid_share hostility
    recorded_compliance border_crossings trade_turnover migrants_stock migrants_official
    irregular_entries detentions removals arms_orders arms_deliveries arms_backlog population
    crossers_detected crossers_stayed crossing_deaths
"""


@dataclass(frozen=True)
class Group:
    """Charts under one heading."""

    id: str
    title: str
    charts: list[Chart]


class Choice:
    """Picks the charts of one run."""

    def __init__(self, result: RunResult, lines: Lines) -> None:
        self._result = result
        self._files: CaseFiles = result.files
        self._names = Names(result.files)
        self._lines = lines
        self._drawn: set[Key] = set()
        self._count = 0
        self.constants: list[str] = []

    def groups(self) -> list[Group]:
        """Charts by question, then the rest by what they measure."""
        groups = []
        for asked in self._files.config.questions:
            charts = list(self._question(asked))
            if charts:
                groups.append(Group(anchor("charts", asked.id), asked.text, charts))
        rest = [chart for measure in self._measures() for chart in self._measure(measure)]
        if rest:
            heading = "What else the model computes" if groups else "What the model computes"
            groups.append(Group("charts-more", heading, rest))
        return groups

    def labels(self) -> dict[str, str]:
        """Names of all lines, by what a reader asks for."""
        return {
            key.explain.removeprefix("line:"): self._names.line(*key) for key in self._lines.of()
        }

    def curve(self, question: str) -> Chart | None:
        """Chart of an answer's figure by bands of another, where the answer has one."""
        found = next((a for a in self._result.answers if a.id == question), None)
        asked = next((q for q in self._files.config.questions if q.id == question), None)
        if found is None or found.curve is None or not len(found.curve):
            return None
        against = (asked.model_extra or {}).get("against") if asked is not None else None
        other = "other figure"
        if isinstance(against, dict):
            other = self._names.line(str(against.get("measure")), str(against.get("place")))
        measure = title(words(found.measure))
        name = anchor("curve", question)
        return curve_chart(name, f"{measure}, by {other}", found.curve, found.unit, other)

    def _question(self, asked: AskedQuestion) -> Iterator[Chart]:
        extra = asked.model_extra or {}
        if asked.kind == "scenario":
            for row in extra.get("figures") or []:
                yield from self._scenario(
                    asked, Key(row["measure"], row["place"], row.get("group"))
                )
            return
        places = asked.places or ([asked.place] if asked.place else [])
        keys = self._held(asked.measure or "", places, asked.group, asked.counterpart)
        yield from self._together(keys, asked.measure or "")
        against = extra.get("against")
        if isinstance(against, dict):
            other = self._held(against["measure"], [against["place"]], None, None)
            yield from self._together(other, against["measure"])

    def _held(
        self, measure: str, places: list[str], group: str | None, counterpart: str | None
    ) -> list[tuple[str, Key]]:
        """Lines of places, or of the smallest whole around a place that has a line."""
        found: dict[Key, str] = {}
        known = self._lines.places(measure)
        for place in places:
            held = self._names.nearest(place, known)
            key = self._lines.find(Key(measure, held or "", group, counterpart))
            if key is not None:
                label = self._names.place(key.place)
                if held != place:
                    label += f" (for {self._names.place(place)})"
                found.setdefault(key, label)
        return [(label, key) for key, label in found.items()]

    def _id(self) -> str:
        self._count += 1
        return f"chart-{self._count}"

    def _scenario(self, asked: AskedQuestion, key: Key) -> Iterator[Chart]:
        found = self._lines.find(key)
        scenario = asked.scenario or ""
        if found is None:
            return
        self._drawn.add(found)
        name = self._files.scenarios[scenario].title if scenario in self._files.scenarios else ""
        parts = [
            (label, frame)
            for label, frame in (
                ("As it was", self._lines.frame(found)),
                (name or scenario, self._lines.frame(found, scenario)),
            )
            if frame is not None
        ]
        seen = [("As it was", o) for o in self._lines.observed(found)]
        heading = self._names.line(*found)
        unit = self._lines.unit(found)
        ways = {label: found.explain for label, _ in parts}
        yield time_chart(self._id(), heading, parts, unit, observed=seen, explain=ways)

    def _together(self, keys: list[tuple[str, Key]], measure: str) -> Iterator[Chart]:
        """One chart where lines are of one size, else one each."""
        keys = [(label, key) for label, key in keys if key not in self._drawn]
        if not keys:
            return
        self._drawn.update(key for _, key in keys)
        if len(keys) == 1 or not self._alike([key for _, key in keys]):
            for _, key in keys[:MOST_CHARTS]:
                heading = self._names.line(*key)
                yield of_lines(self._lines, self._id(), heading, [(heading, key)])
            return
        yield of_lines(self._lines, self._id(), title(words(measure)), keys[:MOST_LINES])

    def _measures(self) -> list[str]:
        present = list(dict.fromkeys(key.measure for key in self._lines.of()))
        known = [m for m in DEFAULT_ORDER.split() if m in present]
        return known + [m for m in present if m not in known]

    def _measure(self, measure: str) -> Iterator[Chart]:
        """Lines of a measure that no question asked for: those with evidence, else the first."""
        drawn = any(key.measure == measure for key in self._drawn)
        left: list[Key] = []
        for key in self._lines.of():
            part = (key.counterpart or "").startswith(PARTS)
            part |= key.measure == "border_crossings" and key.counterpart is not None  # on the map
            if key.measure != measure or key in self._drawn or part:
                continue
            if not self._moves(key):
                self._keep(key)
            elif not any(self._lines.same(key, other) for other in left):
                left.append(key)
        told = [key for key in left if self._lines.observed(key)]
        chosen = told if told or drawn else left
        label = self._label(chosen)
        yield from self._together([(label(key), key) for key in chosen[:MOST_LINES]], measure)

    def _label(self, keys: list[Key]) -> Callable[[Key], str]:
        """Names that tell lines of one measure apart and say no more."""
        groups = {key.group for key in keys}

        def label(key: Key) -> str:
            text = self._names.place(key.place)
            if key.counterpart:
                text += f" → {self._names.counterpart(key.counterpart)}"
            if len(groups) > 1 and key.group:
                text += f" ({self._names.group(key.group)})"
            return text

        return label

    def _size(self, key: Key) -> float:
        frame = self._lines.frame(key)
        return 0.0 if frame is None else float(frame["q50"].abs().max())

    def _alike(self, keys: list[Key]) -> bool:
        sizes = [self._size(key) for key in keys]
        low, high = min(sizes), max(sizes)
        unit = self._lines.unit(keys[0])
        return unit in ("share", "index") or (low > 0 and high / low <= FARTHEST)

    def _moves(self, key: Key) -> bool:
        """Whether a line or its band changes at all."""
        frame = self._lines.frame(key, BASELINE)
        return frame is not None and bool((frame[QUANTILES].nunique() > 1).any())

    def _keep(self, key: Key) -> None:
        """Note a line that stays the same; one that is zero throughout says nothing."""
        frame = self._lines.frame(key)
        if frame is None or not frame["q50"].iloc[0]:
            return
        low, middle, high = (figure(frame[q].iloc[0], self._lines.unit(key)) for q in QUANTILES)
        text = f"{self._names.line(*key)}: {middle}"
        text += f" ({low} to {high})" if low != high else ""
        self.constants.append(f"{text} {unit_words(self._lines.unit(key))}")
