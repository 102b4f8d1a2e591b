"""Contradictions in the evidence, found by arithmetic on the records.

Every rule works on measures, places and dates, never on particular records. What the
program cannot compute but a record's note declares is kept too, under its own kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from marchland.case import CaseFiles
from marchland.evidence import clashes, dates, derived, totals
from marchland.evidence.contradiction import Contradiction
from marchland.evidence.figures import Figure, figures
from marchland.evidence.noted import noted_contradictions

__all__ = ["Contradiction", "find_contradictions"]


class Rule(Protocol):
    """A way to find contradictions among figures."""

    def __call__(self, files: CaseFiles, items: list[Figure]) -> Iterable[Contradiction]:
        """Yield what disagrees."""


RULES: tuple[Rule, ...] = (
    clashes.same_thing,
    clashes.slow_stocks,
    clashes.same_rank,
    clashes.definitions,
    totals.parts_and_totals,
    totals.one_part_above_its_whole,
    totals.answers,
    totals.joined_answers,
    derived.shares,
    derived.changes,
    derived.ratios,
    dates.figures_dated_twice,
    dates.events_dated_twice,
)


def find_contradictions(files: CaseFiles) -> list[Contradiction]:
    """Find everything in a case that disagrees.

    Parameters
    ----------
    files : CaseFiles
        The case.

    Returns
    -------
    list of Contradiction
        In a fixed order, whatever the order of the records; none is said twice.
    """
    items = figures(files)
    found: dict[tuple[str, ...], Contradiction] = {}
    for rule in RULES:
        for one in rule(files, items):
            found.setdefault(one.records, one)
    computed = [frozenset(records) for records in found]
    for one in noted_contradictions(files):
        # A note that repeats what the program found, or a part of it, adds nothing.
        if not any(frozenset(one.records) <= records for records in computed):
            found.setdefault(one.records, one)
    return sorted(found.values(), key=lambda one: (one.kind == "noted", one.records))
