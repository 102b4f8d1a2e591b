"""Feedback loops: the cycles that the model's arrows close, computed and not asserted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import networkx as nx

from marchland.structure import ARROWS, QUANTITIES, Arrow

# Loops that scholars know, by the quantities that they pass.
NAMES: dict[frozenset[str], str] = {
    frozenset({"community", "departures"}): "Networks",
    frozenset({"community", "departures", "unauthorised"}): "Networks of those who stay",
    frozenset({"community", "departures", "irregular", "unauthorised"}): (
        "Networks of those without papers"
    ),
    frozenset({"unauthorised", "removals"}): "Removal",
    frozenset({"unauthorised", "returns"}): "Return",
    frozenset({"unauthorised", "payment", "removals"}): "Payment",
    frozenset({"restriction", "trade", "practice"}): "Trade need restrains restriction",
    frozenset({"community", "departures", "irregular", "deaths"}): "Danger of crossing",
    frozenset({"community", "departures", "irregular", "sent_back"}): "Sending back",
    frozenset({"hostility", "practice", "restriction", "departures", "community", "share"}): (
        "Restriction answers presence"
    ),
    frozenset({"hostility", "practice", "restriction", "departures", "unauthorised"}): (
        "Restriction answers unauthorised stay"
    ),
    frozenset({"hostility", "practice", "restriction", "irregular", "unauthorised"}): (
        "Human security dilemma: restriction makes entry irregular"
    ),
    frozenset(
        {"hostility", "practice", "restriction", "irregular", "unauthorised", "community", "share"}
    ): "Human security dilemma: irregular entry, seen as presence",
    frozenset({"hostility", "practice", "restriction", "payment", "removals", "unauthorised"}): (
        "Human security dilemma: restriction sells longer stays"
    ),
    frozenset(
        {
            *("hostility", "practice", "restriction", "payment", "removals"),
            *("unauthorised", "community", "share"),
        }
    ): "Human security dilemma: longer stays, seen as presence",
    frozenset({"hostility", "practice", "restriction", "returns", "unauthorised"}): (
        "Human security dilemma: restriction holds people back"
    ),
    frozenset(
        {"hostility", "practice", "restriction", "returns", "unauthorised", "community", "share"}
    ): "Human security dilemma: people held back, seen as presence",
}
# Loops of the literature that need a link which the model does not have.
TOLD: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Clean statistics breed suspicion",
        ("restriction", "payment", "compliance", "hostility", "practice"),
    ),
    ("Wages converge and end the push", ("income_gap", "departures")),
    ("Deeds answer deeds", ("acts", "trust", "relation")),
    ("The buyer learns and needs less", ("orders", "deliveries")),
    ("An alliance secures the rear", ("threat", "wish", "alignment")),
    ("Asymmetry strains the treaty", ("power", "step_down", "treaty")),
    ("The need of labour softens repatriation", ("labour", "sent_back")),
)


@dataclass(frozen=True)
class Loop:
    """A cycle of arrows.

    Parameters
    ----------
    arrows : tuple of Arrow
        The links in order.
    name : str
        A known name, empty where the loop has none.
    sign : int
        1 where a push comes back with its own direction, -1 where it comes back against it.
    """

    arrows: tuple[Arrow, ...]
    name: str
    sign: int

    @property
    def key(self) -> str:
        """Name of the loop in the page's address."""
        return ".".join(arrow.start for arrow in self.arrows)

    @property
    def chain(self) -> str:
        """The quantities in order, back to the first."""
        steps = [QUANTITIES[arrow.start].label for arrow in self.arrows]
        return " → ".join([*steps, steps[0]])


def _possible(arrows: tuple[Arrow, ...]) -> bool:
    """Whether one corridor can pass all arrows: crossers and sojourners never mix."""
    kinds = {arrow.only for arrow in arrows} - {""}
    return len(kinds) < 2 and all(arrow.sign for arrow in arrows)


def _turned(steps: list[str]) -> list[str]:
    """The same cycle, from the quantity that stands first in the model."""
    order = list(QUANTITIES)
    first = min(range(len(steps)), key=lambda n: order.index(steps[n]))
    return steps[first:] + steps[:first]


def loops(arrows: Iterable[Arrow]) -> list[Loop]:
    """Every elementary cycle of two quantities or more, named ones first, short ones first.

    Parameters
    ----------
    arrows : iterable of Arrow
        The links to look at, such as those that a case has.
    """
    by_ends = {(arrow.start, arrow.end): arrow for arrow in arrows if arrow.start != arrow.end}
    found = []
    for cycle in nx.simple_cycles(nx.DiGraph(list(by_ends))):
        steps = _turned([str(step) for step in cycle])
        links = tuple(by_ends[pair] for pair in zip(steps, steps[1:] + steps[:1], strict=True))
        if _possible(links):
            name = NAMES.get(frozenset(steps), "")
            found.append(Loop(links, name, prod(arrow.sign for arrow in links)))
    return sorted(found, key=lambda loop: (not loop.name, len(loop.arrows), loop.key))


def missing_links(steps: tuple[str, ...]) -> list[tuple[str, str]]:
    """Links of a chain, closed to a loop, that the model does not have."""
    have = {(arrow.start, arrow.end) for arrow in ARROWS}
    return [pair for pair in zip(steps, steps[1:] + steps[:1], strict=True) if pair not in have]
