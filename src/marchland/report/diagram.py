"""The diagram of the model: which arrows a case has, and what the evidence says of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from marchland.loops import TOLD, Loop, loops, missing_links
from marchland.report.equations import codes_in
from marchland.report.names import anchor, words
from marchland.report.numbers import missing, rounded
from marchland.run import RunResult
from marchland.structure import ARROWS, PARTS, QUANTITIES, Arrow
from marchland.vocabulary import PARAMETERS

# What an arrow's line, its mark and its words say; the order is that of the legend.
STATES = {
    "supports": ("✓", "supports", "the evidence supports what is asserted"),
    "contradicts": ("✗", "contradicts", "the evidence contradicts what is asserted"),
    "sign-assumed": ("~", "sign assumed", "the evidence tells the strength; the sign is assumed"),
    "cannot-tell": ("?", "cannot tell", "the evidence cannot tell"),
    "mixed": ("≠", "differs", "what is asserted fares differently"),
    "unsaid": ("", "not asserted", "a term of the model that no source of the case asserts"),
    "definition": ("", "by definition", "follows from definitions; nothing is estimated"),
}
SIGNS = {1: "+", -1: "−", 0: "±"}
FEW = 3


@dataclass(frozen=True)
class ShownArrow:
    """An arrow of the case with its verdict.

    Parameters
    ----------
    arrow : Arrow
        The arrow of the model.
    state, mark, verdict : str
        Key of `STATES`, its mark and its words.
    held : bool
        Whether the case holds it at no effect, so that it moves nothing in this run.
    assertions : list of str
        Assertions that it carries.
    parameters : list of str
        Parameters of the case that scale it.
    """

    arrow: Arrow
    state: str
    mark: str
    verdict: str
    held: bool
    assertions: list[str]
    parameters: list[str]

    @property
    def start(self) -> str:
        """Label of the quantity that moves the other."""
        return QUANTITIES[self.arrow.start].label

    @property
    def end(self) -> str:
        """Label of the quantity that is moved."""
        return QUANTITIES[self.arrow.end].label

    @property
    def sign(self) -> str:
        """Sign in print."""
        return SIGNS[self.arrow.sign]

    @property
    def words(self) -> str:
        """Verdict in words, with what the case holds."""
        return self.verdict + (", held at no effect" if self.held else "")


@dataclass(frozen=True)
class ShownLoop:
    """A feedback loop of the case.

    Parameters
    ----------
    key, name, chain : str
        Name in the page's address, name for a reader, and its quantities in order.
    kind : {"reinforcing", "balancing"}
        What it does to a push, with the signs that are asserted.
    cut : list of str
        Parameters that the case holds at no effect: with one of them it is not closed.
    chance : str
        Chance that every link has its asserted sign, by the draws; empty where not known.
    verdicts : str
        How its links fare.
    arrows : list of str
        Keys of its arrows.
    """

    key: str
    name: str
    chain: str
    kind: str
    cut: list[str]
    chance: str
    verdicts: str
    arrows: list[str]

    @property
    def named(self) -> bool:
        """Whether the loop has a name of its own."""
        return self.name != self.chain


@dataclass(frozen=True)
class Told:
    """A loop of the literature that the model does not close, and the links that it lacks."""

    name: str
    chain: str
    missing: str


def said_by_switch(result: RunResult) -> dict[str, list[str]]:
    """Assertions by the parameters that their switch names."""
    found: dict[str, list[str]] = {}
    for a in result.files.assertions:
        for name in (a.switch or "").split(";"):
            if name.strip():
                found.setdefault(name.strip(), []).append(a.id)
    return found


def _rows(result: RunResult) -> dict[str, Any]:
    return {str(row["name"]): row for _, row in result.parameters.iterrows()}


def _is_zero(row: Any) -> bool:
    return bool(row["family"] == "fixed" and float(row["q50"]) == 0.0)


def shown_arrows(result: RunResult) -> list[ShownArrow]:
    """The arrows that a case has: by a parameter or an assertion, else between two that are.

    An arrow without a switch follows from definitions and is shown where both its ends are, or
    where it is a step on the way from one such end to another.
    """
    known, said = _rows(result), said_by_switch(result)
    support = {str(r["id"]): str(r["support"]) for _, r in result.assertions.iterrows()}
    names = [*known, *(name for name in said if name not in known)]
    found = {
        arrow.key: _shown(arrow, names, known, said, support)
        for arrow in ARROWS
        if _has(arrow, names)
    }
    ends = {end for one in found.values() for end in (one.arrow.start, one.arrow.end)}
    plain = [arrow for arrow in ARROWS if not _switched(arrow) and _works(arrow, names)]
    ends |= _between(ends, plain)
    for arrow in plain:
        if {arrow.start, arrow.end} <= ends:
            found[arrow.key] = _shown(arrow, names, known, said, support)
    return [found[arrow.key] for arrow in ARROWS if arrow.key in found]


def _between(ends: set[str], plain: list[Arrow]) -> set[str]:
    """Quantities that definitions lead to from these, and from which they lead back to these.

    One that has nothing but definitions on either side ends a way too.
    """
    last = {q for q in QUANTITIES if not any(_switched(a) for a in ARROWS if q in (a.start, a.end))}
    after, before = set(ends), ends | last
    for _ in QUANTITIES:
        after |= {arrow.end for arrow in plain if arrow.start in after}
        before |= {arrow.start for arrow in plain if arrow.end in before}
    return after & before


def _switched(arrow: Arrow) -> bool:
    return bool(arrow.switches) or any(name.endswith("_") for name in arrow.parameters)


def _has(arrow: Arrow, names: list[str]) -> bool:
    return (
        _switched(arrow) and any(arrow.scaled_by(name) for name in names) and _works(arrow, names)
    )


def _works(arrow: Arrow, names: list[str]) -> bool:
    """Whether the case has what the arrow cannot do without."""

    def has(name: str) -> bool:
        return name in names or PARAMETERS[name].neutral != 0.0

    scales = [] if _switched(arrow) else list(arrow.parameters)
    return all(has(factor) for factor in arrow.factors) and (
        not scales or any(has(name) for name in scales)
    )


def _shown(
    arrow: Arrow,
    names: list[str],
    known: Mapping[str, Any],
    said: Mapping[str, list[str]],
    support: Mapping[str, str],
) -> ShownArrow:
    scales = [name for name in names if arrow.scaled_by(name)]
    carried = dict.fromkeys(a for name in scales for a in said.get(name, []))
    verdicts = {support.get(a, "cannot tell") for a in carried}
    if not _switched(arrow):
        state = "definition"
    elif not carried:
        state = "unsaid"
    elif len(verdicts) > 1:
        state = "mixed"
    else:
        state = verdicts.pop().replace(" ", "-")
    rows = [known[name] for name in scales if name in known]
    factors = [known[name] for name in arrow.factors if name in known]
    zero = bool(rows) and all(_is_zero(row) for row in rows)
    held = zero or any(_is_zero(row) for row in factors)
    mark, verdict, _ = STATES.get(state, STATES["cannot-tell"])
    scales += [factor for factor in arrow.factors if factor in known]
    return ShownArrow(arrow, state, mark, verdict, held, list(carried), scales)


def shown_loops(result: RunResult, arrows: list[ShownArrow]) -> list[ShownLoop]:
    """The loops that these arrows close, those that the run holds open last."""
    by_key = {one.arrow.key: one for one in arrows}
    rows = [_loop(result, loop, by_key) for loop in loops(one.arrow for one in arrows)]
    return sorted(rows, key=lambda row: bool(row.cut))


def _loop(result: RunResult, loop: Loop, by_key: Mapping[str, ShownArrow]) -> ShownLoop:
    links = [by_key[arrow.key] for arrow in loop.arrows]
    known = _rows(result)
    scales = list(dict.fromkeys(n for link in links for n in link.parameters))
    zero = [name for name in scales if name in known and _is_zero(known[name])]
    cut = [n for link in links if link.held for n in link.parameters if n in zero]
    counts = {word: sum(link.verdict == word for link in links) for _, word, _ in STATES.values()}
    return ShownLoop(
        loop.key,
        loop.name or loop.chain,
        loop.chain,
        "reinforcing" if loop.sign > 0 else "balancing",
        list(dict.fromkeys(cut)),
        "" if cut else _chance(result, links),
        ", ".join(f"{word} {count}" for word, count in counts.items() if count),
        [arrow.key for arrow in loop.arrows],
    )


def _chance(result: RunResult, links: list[ShownArrow]) -> str:
    """Share of draws in which every link whose sign was open has its asserted one."""
    open_ = result.parameters[result.parameters["sign_in_question"].astype(bool)]
    switched = {name for link in links for name in link.parameters if name in link.arrow.switches}
    names = switched & set(open_["name"]) & set(result.draws.columns)
    if not names:
        return ""
    share = float(np.mean((result.draws[sorted(names)].to_numpy() > 0.0).all(axis=1)))
    return f"{share:.2f}"


def told(arrows: list[ShownArrow]) -> list[Told]:
    """Loops that the literature tells and the model does not close, as far as the case has them."""
    have = {(one.arrow.start, one.arrow.end) for one in arrows}
    label = {name: quantity.label for name, quantity in QUANTITIES.items()}
    rows = []
    for name, steps in TOLD:
        lacking = missing_links(steps)
        pairs = set(zip(steps, steps[1:] + steps[:1], strict=True)) - set(lacking)
        if lacking and pairs <= have:
            chain = " → ".join(label[step] for step in (*steps, steps[0]))
            gaps = "; ".join(f"from {label[a]} to {label[b]}" for a, b in lacking)
            rows.append(Told(name, chain, gaps))
    return rows


def unmodelled(result: RunResult) -> dict[str, list[str]]:
    """Assertions that no term carries, by the quantity whose equation they name.

    Those whose equation no quantity has stand under an empty name.
    """
    seat: dict[str, str] = {}
    for quantity in QUANTITIES.values():
        seat.setdefault(quantity.equation, quantity.name)
    support = {str(r["id"]): str(r["support"]) for _, r in result.assertions.iterrows()}
    found: dict[str, list[str]] = {}
    for a in result.files.assertions:
        if support.get(a.id) != "not in the model":
            continue
        places = {seat[code] for code in codes_in(a.equation) if code in seat} or {""}
        for place in sorted(places):
            found.setdefault(place, []).append(a.id)
    return found


def short(names: list[str]) -> str:
    """A few names, and how many more."""
    more = len(names) - FEW
    return " ".join(names[:FEW]) + (f" +{more}" if more > 0 else "")


def parts(arrows: list[ShownArrow]) -> dict[str, str]:
    """Parts of the model in which these arrows end."""
    ends = {QUANTITIES[one.arrow.end].part for one in arrows}
    return {part: label for part, label in PARTS.items() if part in ends}


def island(result: RunResult) -> dict[str, object]:
    """What the script draws and what its panel tells."""
    arrows = shown_arrows(result)
    if not arrows:
        return {}
    known, without = _rows(result), unmodelled(result)
    ends = {end for one in arrows for end in (one.arrow.start, one.arrow.end)}
    carried = {a for one in arrows for a in one.assertions}
    carried |= {a for names in without.values() for a in names}
    chances = {str(row["id"]): row for _, row in result.assertions.iterrows()}
    return {
        "parts": parts(arrows),
        "states": {key: {"mark": m, "word": w, "text": t} for key, (m, w, t) in STATES.items()},
        "quantities": [
            {
                "id": q.name,
                "label": q.label,
                "part": q.part,
                "equation": q.equation,
                "outside": q.outside,
                "measures": [n for n in q.measures if n in result.files.measures],
                "without": without.get(q.name, []),
            }
            for q in QUANTITIES.values()
            if q.name in ends
        ],
        "arrows": [_arrow_data(one) for one in arrows],
        "loops": [
            {"id": r.key, "name": r.name, "kind": r.kind, "arrows": r.arrows, "cut": r.cut}
            for r in shown_loops(result, arrows)
        ],
        "assertions": {
            a.id: {
                "text": f"{a.cause} → {a.effect}",
                "sign": (a.sign or "").replace("-", "−"),
                "support": str(chances[a.id]["support"]) if a.id in chances else "",
                "chance": ""
                if a.id not in chances or missing(chances[a.id]["probability"])
                else f"{chances[a.id]['probability']:.2f}",
                "source": a.locator or a.source or "",
            }
            for a in result.files.assertions
            if a.id in carried
        },
        "parameters": {
            name: _parameter_data(known[name])
            for one in arrows
            for name in one.parameters
            if name in known
        },
    }


def _arrow_data(one: ShownArrow) -> dict[str, object]:
    return {
        "id": one.arrow.key,
        "from": one.arrow.start,
        "to": one.arrow.end,
        "sign": one.sign,
        "state": one.state,
        "held": one.held,
        "label": short(one.assertions),
        "assertions": one.assertions,
        "parameters": one.parameters,
        "equation": one.arrow.equation,
        "note": one.arrow.note,
    }


def _parameter_data(row: Any) -> dict[str, object]:
    def told_as(prefix: str) -> str:
        low, middle, high = (rounded(row[f"{prefix}{q}"]) for q in ("q05", "q50", "q95"))
        return f"{middle} ({low} to {high})"

    name = str(row["name"])
    meaning = PARAMETERS[name].meaning if name in PARAMETERS else words(name)
    fixed = row["family"] == "fixed"
    return {
        "anchor": anchor("parameter", name),
        "meaning": str(row["meaning"]) if not missing(row["meaning"]) else meaning,
        "unit": "" if missing(row["unit"]) else str(row["unit"]),
        "held": rounded(row["q50"]) if fixed else "",
        "posterior": "" if fixed else told_as(""),
        "prior": "" if fixed else told_as("prior_"),
        "positive": ""
        if fixed or missing(row["probability_positive"])
        else f"{row['probability_positive']:.2f}",
    }
