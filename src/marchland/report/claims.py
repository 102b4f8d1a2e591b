"""Claims of the sources: ten that a reader meets first, each as one sentence with its verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from marchland.report.names import anchor, title
from marchland.report.numbers import missing
from marchland.report.records import Evidence, Link
from marchland.run import RunResult

FIRST = 10
PER_GROUP = 2
RULE = (
    "First the assertions that the evidence informs, by how much it narrowed their term or "
    "settled its sign; then those that an answer of this case rests on. No two of the same "
    f"term, and at most {PER_GROUP} of a group."
)
VERBS = {
    "+": "is said to raise it",
    "-": "is said to lower it",
    "0": "is said to leave it unchanged",
    "+/-": "is said to move it, up or down",
    "=": "is classed as it",
}
HEADS = {
    "supports": "The evidence supports it",
    "contradicts": "The evidence contradicts it",
    "sign assumed": "The evidence tells its strength; its sign is assumed",
    "cannot tell": "The evidence cannot tell",
    "not in the model": "Not in the model",
}


@dataclass(frozen=True)
class Claim:
    """An assertion as a sentence, and what the evidence says of it.

    Parameters
    ----------
    id, row : str
        The assertion, and the anchor of its row in the full table.
    cause, effect, verb : str
        The statement, and in which direction it is said to go.
    kind, head, text : str
        Verdict as a class of style, in a few words, and why.
    source : Link
        Source and place in it.
    """

    id: str
    row: str
    cause: str
    verb: str
    effect: str
    kind: str
    head: str
    text: str
    source: Link


def _terms(result: RunResult, switch: object) -> list[Any]:
    names = [] if missing(switch) else [n.strip() for n in str(switch).split(";")]
    known = {str(row["name"]): row for _, row in result.parameters.iterrows()}
    return [known[name] for name in names if name in known]


def _strength(row: Any, terms: list[Any]) -> float:
    """How far the evidence narrowed a term or settled a sign that was open, 0 to 1."""
    sizes = [0.0]
    for term in terms:
        if term["family"] == "fixed":
            continue
        if not missing(term["contraction"]):
            sizes.append(float(term["contraction"]))
        if term["sign_in_question"] and not missing(row["probability"]):
            sizes.append(2.0 * abs(float(row["probability"]) - 0.5))
    return max(sizes)


def first(result: RunResult, evidence: Evidence) -> list[Claim]:
    """The claims that a reader meets first, chosen by `RULE`."""
    rest = {name for answer in result.answers for name in answer.parameters}
    rows = []
    for order, (_, row) in enumerate(result.assertions.iterrows()):
        terms = _terms(result, row.get("switch"))
        if not terms:
            continue
        informed = bool(row["informed"])
        if informed or rest & {str(term["name"]) for term in terms}:
            rows.append(((not informed, -_strength(row, terms), order), row, terms))
    chosen: list[Claim] = []
    groups: Counter[str] = Counter()
    used: set[str] = set()
    for _, row, terms in sorted(rows, key=lambda item: item[0]):
        group = str(row["group"])
        names = {str(term["name"]) for term in terms}
        if groups[group] >= PER_GROUP or names & used or len(chosen) == FIRST:
            continue
        groups[group] += 1
        used |= names
        chosen.append(_claim(row, terms, evidence))
    return chosen


def _claim(row: Any, terms: list[Any], evidence: Evidence) -> Claim:
    source = "" if missing(row["source"]) else str(row["source"])
    locator = "" if missing(row["locator"]) else str(row["locator"])
    support = str(row["support"])
    return Claim(
        str(row["id"]),
        anchor("assertion", row["id"]),
        title(str(row["cause"])),
        VERBS.get(str(row["sign"]), ""),
        str(row["effect"]),
        support.replace(" ", "-"),
        HEADS.get(support, title(support)),
        _told(row, terms),
        evidence.source_link(source, locator),
    )


def _told(row: Any, terms: list[Any]) -> str:
    """Why the verdict is what it is: the sign's chance, and how the term narrowed."""
    free = [term for term in terms if term["family"] != "fixed"]
    if not free:
        return "its term is held fixed, so no figure speaks to it"
    parts: list[str] = []
    if any(term["sign_in_question"] for term in free) and not missing(row["probability"]):
        parts.append(f"its term has the asserted sign with probability {row['probability']:.2f}")
    narrow = [float(t["contraction"]) for t in free if not missing(t["contraction"])]
    if narrow:
        size = round(100 * max(narrow))
        how = f"{size} per cent narrower than" if size > 0 else "no narrower than"
        parts.append(f"its interval is {how} before the evidence")
    return ", and ".join(parts)
