"""What may be named in a case, and the problem to report where something else is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from marchland.case import casefiles as cf
from marchland.case.dates import Period
from marchland.case.naming import nearest, suggestion
from marchland.errors import Problem
from marchland.vocabulary import Vocabulary

_PAIR = re.compile(r"([^\s-]+)-([^\s-]+)")
_WHERE = r"(?:pp?\.? ?)?[0-9ivxlcdm]+[a-z]?(?:[-–,+][0-9ivxlcdm]+[a-z]?)*"
_LOCATOR = re.compile(rf"[^\s:;]+:{_WHERE}(?:; ?(?:[^\s:;]+:)?{_WHERE})*", re.IGNORECASE)


@dataclass
class Names:
    """The names of a case, and the problems found with them so far.

    Parameters
    ----------
    files : CaseFiles
        The case.
    vocabulary : Vocabulary
        What the model knows.
    """

    files: cf.CaseFiles
    vocabulary: Vocabulary
    problems: list[Problem] = field(default_factory=list)

    def report(self, file: str, line: int, message: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(file, line, message))

    def known(
        self, file: str, line: int, what: str, name: str | None, choices: Collection[str], home: str
    ) -> bool:
        """Report a name that is not among the choices of its home file.

        Nothing is said where a part of the home file could not be read: the name may be there.
        """
        if name is None or name in choices:
            return True
        if home not in self.files.unread:
            self.report(file, line, f'unknown {what} "{name}"{suggestion(name, choices, home)}')
        return False

    @cached_property
    def states(self) -> set[str]:
        """States of the case: those of case.yaml and places of that kind."""
        listed = {name for name, place in self.files.places.items() if place.kind == "state"}
        return listed | set(self.files.config.states)

    @cached_property
    def act_drivers(self) -> set[str]:
        """Kinds of acts of outside powers that drivers.csv brings."""
        names = {row.driver for row in self.files.drivers if row.driver}
        return {name for name in names if name.startswith("act_")}

    @cached_property
    def switches(self) -> set[str]:
        """Terms of the model that can be switched off."""
        return set(self.vocabulary.switches) | self.act_drivers

    def kinds(self, name: str) -> set[str]:
        """Kinds of a known place or pair; empty for what is unknown."""
        if cf.PLACES_FILE in self.files.unread:
            return set()
        kinds = set()
        if name in self.files.places:
            kinds.add(self.files.places[name].kind)
        if self.is_pair(name):
            kinds.add("pair")
        return kinds

    def is_pair(self, name: str) -> bool:
        """Whether a name is two states in alphabetical order, such as CHN-RUS."""
        found = _PAIR.fullmatch(name)
        return bool(
            found and found[1] < found[2] and found[1] in self.states and found[2] in self.states
        )

    def place(self, file: str, line: int, name: str | None, what: str = "place") -> bool:
        """Report a name that is neither a place nor a pair of states."""
        if name is None or name in self.files.places or self.is_pair(name):
            return True
        if {cf.PLACES_FILE, cf.CONFIG_FILE} & self.files.unread:
            return False
        found = _PAIR.fullmatch(name)
        if found and self.is_pair(f"{found[2]}-{found[1]}"):
            right = f"{found[2]}-{found[1]}"
            message = f'unknown pair "{name}"; a pair is in alphabetical order: "{right}"'
            self.report(file, line, message)
            return False
        choices = {*self.files.places, *self.files.config.dyads}
        hint = suggestion(name, choices, cf.PLACES_FILE)
        by_name = {place.name.lower(): place.id for place in self.files.places.values()}
        if nearest(name, choices) is None and name.lower() in by_name:
            hint = f'; did you mean "{by_name[name.lower()]}"?'
        self.report(file, line, f'unknown {what} "{name}"{hint}')
        return False

    def driver_place(self, file: str, line: int, driver: str | None, place: str | None) -> None:
        """Report a driver that does not stand where it belongs: at a region, a state or a pair."""
        if not self.place(file, line, place) or place is None or driver is None:
            return
        term = self.vocabulary.drivers.get(driver)
        dimension = term.dimension if term else "state" if driver in self.act_drivers else None
        regions = self.files.config.regions
        fits = {"region": place in regions, "state": place in self.states}
        if {cf.CONFIG_FILE, cf.PLACES_FILE} & self.files.unread:
            return
        if dimension is not None and not fits.get(dimension, self.is_pair(place)):
            hint = suggestion(place, regions) if dimension == "region" else ""
            where = " of case.yaml" if dimension == "region" else ""
            message = f"{driver} is given for a {dimension}{where}, but got {place}{hint}"
            self.report(file, line, message)

    def group(self, file: str, line: int, name: str | None) -> bool:
        """Report a name that is not a group of case.yaml."""
        groups = self.files.config.groups
        return self.known(file, line, "group", name, groups, cf.CONFIG_FILE)

    def switch(self, file: str, line: int, name: str) -> bool:
        """Report a switch that no mechanism has."""
        if name in self.switches:
            return True
        if name.startswith("act_") and cf.DRIVERS_FILE in self.files.unread:
            return True
        hint = suggestion(name, self.switches)
        if not hint:
            hint = "; a switch is a term of the model or an act_ driver of drivers.csv"
        self.report(file, line, f'unknown switch "{name}": no mechanism has it{hint}')
        return False

    def parameter(self, file: str, line: int, name: str) -> bool:
        """Report a parameter that the model does not read."""
        if self.vocabulary.knows_parameter(name):
            return True
        hint = suggestion(name, self.vocabulary.parameters)
        self.report(file, line, f'unknown parameter "{name}": the model reads none so named{hint}')
        return False

    def citation(self, file: str, line: int, source: str | None, locator: str | None) -> None:
        """Report a source that is not in sources.bib, or a locator that leads nowhere."""
        keys = [key.strip() for key in (source or "").split(";") if key.strip()]
        for key in keys:
            self.known(file, line, "source", key, self.files.sources, cf.SOURCES_FILE)
        if locator is None:
            return
        if not _LOCATOR.fullmatch(locator):
            form = "write key:line or key:page, such as smith2012:14"
            self.report(file, line, f'the locator "{locator}" leads nowhere; {form}')
            return
        for part in locator.split(";"):
            key = part.rpartition(":")[0].strip()
            if key and keys and key not in keys:
                message = f'the locator "{locator}" is in "{key}", but the source is "{source}"'
                self.report(file, line, message)
            elif key and not keys:
                self.known(file, line, "source", key, self.files.sources, cf.SOURCES_FILE)

    def order(
        self, file: str, line: int, start: Period | None, end: Period | None, prefix: str = ""
    ) -> None:
        """Report an end that lies before its start."""
        if start is None or end is None or start.start is None or end.end is None:
            return
        if end.end < start.start:
            rule = f"{prefix}start <= {prefix}end must hold"
            got = f"but got {prefix}start={start}, {prefix}end={end}"
            self.report(file, line, f"the end is before the start: {rule}, {got}")

    def range(
        self, file: str, line: int, value: float | None, low: float | None, high: float | None
    ) -> None:
        """Report a low, a value and a high that are not in this order."""
        pairs = (("low", low, "value", value), ("value", value, "high", high))
        if value is None:
            pairs = (("low", low, "high", high),) * 2
        for small, a, large, b in dict.fromkeys(pairs):
            if a is not None and b is not None and a > b:
                rule = f"{small} <= {large} must hold"
                self.report(file, line, f"{rule}, but got {small}={a:.10g}, {large}={b:.10g}")
