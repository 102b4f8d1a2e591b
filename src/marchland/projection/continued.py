"""The projection of a case: which rule everything follows, and the courses drawn by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, DriverRow
from marchland.case.continuation import Continuation
from marchland.case.supplied import Supplied
from marchland.case.vintage import stale_after
from marchland.grid import Axis, Course, Grid, first_day, last_day
from marchland.inputs import RULES, net_acts, rules_in_force
from marchland.projection import courses as draw
from marchland.projection import seen, words
from marchland.projection.estimate import WINDOW_YEARS, fit_walk, together
from marchland.vocabulary import BORDER_RULES, PAIR_ACTS, VOCABULARY, continues

Floats = NDArray[np.float64]
COURSES = 64
"""Courses of a run's projection; members are dealt to them in turn."""

Rows = dict[str, list[DriverRow]]


class Projection:
    """How what comes from outside goes on after what a case knows of it.

    Parameters
    ----------
    files : CaseFiles
        A case cut to its vintage: nothing else informs drift, volatility and rates.
    axis : Axis
        Time axis of the model.
    courses : int
        How many are drawn; 0 for the central one: means of drifts and rates, no shocks.
    seed : int
        Seed of the draws.
    supplied : Supplied, optional
        Drivers that are taken as known.
    """

    def __init__(
        self,
        files: CaseFiles,
        axis: Axis,
        *,
        courses: int = 0,
        seed: int = 1,
        supplied: Supplied | None = None,
    ) -> None:
        self.files, self.axis, self.seed, self.supplied = files, axis, seed, supplied
        self.as_of, self.until = files.config.as_of, axis.last_year
        self.stale = stale_after(files.config)
        self.recorded = 4 * (self.as_of + 1 - axis.first_year)
        self.drawn = courses
        self.followed: list[words.Followed] = []
        self.courses = [Course()]
        if self.until > self.stale:
            numbers: list[int | None] = [*range(courses)] if courses else [None]
            self.courses = [Course() for _ in numbers]
            self._fill(numbers)

    @property
    def first(self) -> int:
        """First quarter that is projected; the length of the axis where none is."""
        return min(4 * (self.stale + 1 - self.axis.first_year), self.axis.quarters)

    @property
    def begins(self) -> str | None:
        """The same as outputs print it; None where nothing is projected."""
        return self.axis.label(self.first) if self.first < self.axis.quarters else None

    def basis(self, quarter: int) -> str:
        """What figures of a quarter rest on."""
        return self.label if quarter >= self.first else words.KNOWN

    @property
    def conditional(self) -> bool:
        """Whether it takes drivers after the vintage as known."""
        return self.supplied is not None

    @property
    def label(self) -> str:
        """What figures after the vintage are, in a word or two."""
        return words.CONDITIONAL if self.conditional else words.PROJECTED

    @property
    def sentence(self) -> str:
        """What a reader must know of figures after the vintage."""
        return words.sentence(self)

    def record(self) -> dict[str, object] | None:
        """As summary.json has it; None where nothing is projected."""
        if self.begins is None:
            return None
        return {
            "from": self.begins,
            "until": self.axis.label(self.axis.quarters - 1),
            "as_of": self.as_of,
            "courses": self.drawn,
            "conditional": self.conditional,
            "label": self.label,
            "sentence": self.sentence,
            "supplied": self.supplied.name if self.supplied else None,
            "rules": [one.record() for one in self.followed],
        }

    # ------------------------------------------------------------- one kind after another

    def _fill(self, numbers: list[int | None]) -> None:
        known = Grid(self.files, self.axis)
        given = [*self.files.drivers, *(self.supplied.rows if self.supplied else [])]
        self._given = Grid(replace(self.files, drivers=given), self.axis)
        groups: dict[str, Rows] = {}
        for row in self.files.drivers:
            groups.setdefault(row.driver, {}).setdefault(row.place, []).append(row)
        for row in self.supplied.rows if self.supplied else []:
            groups.setdefault(row.driver, {}).setdefault(row.place, [])
        for driver in sorted(groups):
            rows = dict(sorted(groups[driver].items()))
            stated = self._stated(driver)
            rule = (stated.rule if stated else None) or continues(driver)
            match rule:
                case "growth" | "share":
                    self._walks(driver, rule, rows, stated, numbers)
                case "held":
                    self._holds(driver, rows, stated, numbers)
                case "arrivals":
                    self._arrivals(driver, rows, stated, numbers, known)
                case "succession":
                    self._successions(driver, rows, stated, numbers)
        self._borders(numbers)
        self._acts(numbers)

    def _stated(self, name: str) -> Continuation | None:
        """What the case states of a driver; `act_` stands for every kind of act."""
        stated = self.files.projection
        kind = stated.get("act_") if name.startswith("act_") else None
        return stated.get(name, kind)

    def _from(self, rows: list[DriverRow]) -> int:
        """First quarter of a driver that the case does not know."""
        last = max((seen.last_told(row) for row in rows), default=date(self.stale, 12, 31))
        return min(max(self.first, self.axis.index(last) + 1), self.axis.quarters)

    def _given_until(self, driver: str, place: str | None) -> int:
        """Quarter up to which a driver is supplied; 0 where it is not."""
        rows = [
            row
            for row in (self.supplied.rows if self.supplied else [])
            if row.driver == driver and place in (None, row.place)
        ]
        ends = [self.axis.index(last_day(row) or first_day(row)) + 1 for row in rows]
        return min(max(ends, default=0), self.axis.quarters)

    def _series(self, driver: str, place: str) -> Floats:
        """Driver as the case knows it and as it is supplied."""
        values = self._given.series(driver, place)
        assert values is not None  # it has rows, or it would not be asked for
        return values

    def _window(self, stated: Continuation | None, years: int | None) -> tuple[int, int]:
        """First and last year whose arrivals count: stated, the last so many, or all."""
        first, last = self.axis.first_year, self.stale
        if years is not None:
            first = max(first, last + 1 - years)
        window = stated.window if stated else None
        if window is not None and window.start is not None and window.end is not None:
            first = max(self.axis.first_year, window.start.year)
            last = min(self.stale, window.end.year)
        return first, max(last, first)

    def _note(
        self, name: str, rule: str, places: list[str], said: str, stated: Continuation | None
    ) -> None:
        self.followed.append(words.Followed(name, rule, places, said, stated))

    # ------------------------------------------------------------- walks

    def _walks(
        self,
        driver: str,
        rule: str,
        rows: Rows,
        stated: Continuation | None,
        numbers: list[int | None],
    ) -> None:
        places = list(rows)
        walks = [fit_walk(driver, rule, rows[place], stated) for place in places]
        widest = max((walk.scale for walk in walks), key=lambda scale: scale.squeeze)
        correlation = together(rows, widest.onto)
        firsts = [self._from(rows[place]) for place in places]
        begins = [
            max(first, self._given_until(driver, place))
            for first, place in zip(firsts, places, strict=True)
        ]
        series = [self._series(driver, place) for place in places]
        starts = np.array(
            [
                float(walk.scale.onto(one[begin - 1 : begin])[0])
                for walk, one, begin in zip(walks, series, begins, strict=True)
            ]
        )
        quarters = self.axis.quarters - min(begins)
        for number, course in zip(numbers, self.courses, strict=True):
            rng = None if number is None else draw.stream(self.seed, number, driver)
            drawn = draw.walk_together(walks, starts, correlation, quarters, rng)
            for k, place in enumerate(places):
                values = series[k][firsts[k] :].copy()
                after = walks[k].scale.back(drawn[: self.axis.quarters - begins[k], k])
                values[begins[k] - firsts[k] :] = after
                course.drivers[driver, place] = (firsts[k], values)
        self._note(driver, rule, places, words.of_walks(rule, walks), stated)

    # ------------------------------------------------------------- what holds

    def _holds(
        self, driver: str, rows: Rows, stated: Continuation | None, numbers: list[int | None]
    ) -> None:
        rates = []
        for place, own in rows.items():
            first = self._from(own)
            begin = max(first, self._given_until(driver, place))
            series = self._series(driver, place)
            choices, weights, rate = seen.values_of(own, stated, self.axis, self._from(own))
            rates.append(rate)
            start, quarters = series[begin - 1 : begin], self.axis.quarters - begin
            for number, course in zip(numbers, self.courses, strict=True):
                rng = None if number is None else self._stream(number, driver, place)
                values = series[first:].copy()
                after = draw.held(start, choices, weights, rate, quarters, rng)
                values[begin - first :] = after[:, 0]
                course.drivers[driver, place] = (first, values)
        self._note(driver, "held", list(rows), words.of_rates("held", rates), stated)

    def _stream(self, number: int, name: str, place: str) -> np.random.Generator:
        return draw.stream(self.seed, number, f"{name}|{place}")

    # ------------------------------------------------------------- what comes and goes

    def _arrivals(
        self,
        driver: str,
        rows: Rows,
        stated: Continuation | None,
        numbers: list[int | None],
        known: Grid,
    ) -> None:
        """Acts and spells: the same arrival is felt at every place that felt it when seen."""
        term = VOCABULARY.drivers.get(driver)
        absent = 0.0 if term is None else np.nan
        window = self._window(stated, WINDOW_YEARS)
        marks = [
            mark for year, mark in seen.marks_of(rows, self.axis) if window[0] <= year <= window[1]
        ]
        number_stated = stated.number("rate") if stated else None
        rate = draw.Rate(len(marks), float(window[1] - window[0] + 1), number_stated)
        own = [row for group in rows.values() for row in group]
        first = self._from(own)
        begin = max(first, self._given_until(driver, None))
        quarters = self.axis.quarters - begin
        for number, course in zip(numbers, self.courses, strict=True):
            if number is None:
                after = seen.expected(marks, rate, list(rows), quarters, absent)
            else:
                came = draw.arrivals(marks, rate, quarters, self.seed, number, driver)
                after = seen.laid(marks, came, list(rows), quarters, absent)
            for place in rows:
                values = self._series(driver, place)[first:].copy()
                values[begin - first :] = after[place]
                course.drivers[driver, place] = (first, values)
        self._note(driver, "arrivals", list(rows), words.of_rates("arrivals", [rate]), stated)

    def _successions(
        self, driver: str, rows: Rows, stated: Continuation | None, numbers: list[int | None]
    ) -> None:
        rates = []
        for place, own in rows.items():
            first = self._from(own)
            begin = max(first, self._given_until(driver, place))
            window = self._window(stated, None)
            begun = sorted(first_day(row).year for row in own)[1:]  # the first was no succession
            count = sum(1 for year in begun if window[0] <= year <= window[1])
            number_stated = stated.number("rate") if stated else None
            rate = draw.Rate(count, float(window[1] - window[0] + 1), number_stated)
            rates.append(rate)
            series = self._series(driver, place)
            quarters = self.axis.quarters - begin
            for number, course in zip(numbers, self.courses, strict=True):
                rng = None if number is None else self._stream(number, driver, place)
                values = series[first:].copy()
                start = float(series[begin - 1])
                values[begin - first :] = draw.successions(start, rate, quarters, rng)
                course.drivers[driver, place] = (first, values)
        said = words.of_rates("succession", rates)
        self._note(driver, "succession", list(rows), said, stated)

    # ------------------------------------------------------------- borders and acts

    def _borders(self, numbers: list[int | None]) -> None:
        stated, borders = self._stated(BORDER_RULES), list(self.files.config.borders)
        tables = rules_in_force(self.files, self.axis)
        window = self._window(stated, WINDOW_YEARS)
        rates, told = [], []
        for n, border in enumerate(borders):
            own = [one for one in self.files.regimes if one.border == border]
            if not own:
                continue
            choices, weights, rate = seen.rules_of(own, window, stated, self.axis)
            later = any(one.start.start and one.start.start.year > self.stale for one in own)
            first = self.recorded if later else self.first
            start = np.array([tables[name][first - 1, n] for name in RULES])
            rates.append(rate)
            told.append(border)
            for number, course in zip(numbers, self.courses, strict=True):
                rng = None if number is None else self._stream(number, BORDER_RULES, border)
                quarters = self.axis.quarters - first
                values = draw.held(start, choices, weights, rate, quarters, rng)
                course.rules[border] = (first, values)
        if told:
            self._note(BORDER_RULES, "held", told, words.of_rates("held", rates), stated)

    def _acts(self, numbers: list[int | None]) -> None:
        """Acts of the pairs after the record: from their relation, as often as on record."""
        stated = self._stated(PAIR_ACTS)
        said = []
        for pair in self.files.config.dyads:
            for source, target in (tuple(pair.split("-")), tuple(pair.split("-")[::-1])):
                net = net_acts(self.files, self.axis, [source], [target])[:, 0]
                window = self._window(stated, WINDOW_YEARS)
                low = 4 * (window[0] - self.axis.first_year)
                inside = net[low : max(4 * (window[1] + 1 - self.axis.first_year), low)]
                active = int((inside != 0.0).sum())
                level = "acts_level" in self.files.parameters
                good = None if level else float((inside > 0.0).sum()) / max(active, 1)
                said.append(words.of_acts(source, target, active, len(inside), good))
                quarters = self.axis.quarters - self.recorded
                for number, course in zip(numbers, self.courses, strict=True):
                    chance = np.zeros(self.axis.quarters)
                    if number is not None and active and quarters > 0:
                        rng = self._stream(number, PAIR_ACTS, f"{source}>{target}")
                        chance[self.recorded :] = draw.chances(
                            active, len(inside), good, quarters, rng
                        )
                    course.acts[source, target] = chance
        if said and self.until > self.as_of:
            pairs = list(self.files.config.dyads)
            self._note(PAIR_ACTS, "acts", pairs, "; ".join(said), stated)
