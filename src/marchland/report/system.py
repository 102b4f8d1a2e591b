"""How the system works: claims, the diagram of the loops, and the equations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from marchland.report import claims, diagram
from marchland.report.claims import Claim
from marchland.report.diagram import ShownArrow, ShownLoop, Told
from marchland.report.equations import Mechanism, codes_in, formula_of, mechanisms, order
from marchland.report.names import anchor, words
from marchland.report.records import Evidence, Link
from marchland.report.tables import AssertionRow, assertions, support_counts
from marchland.run import RunResult


@dataclass(frozen=True)
class Shown:
    """A mechanism as the page shows it: its formula apart from what is said of it."""

    name: str
    file: str
    summary: str
    formula: str
    prose: Markup


@dataclass(frozen=True)
class EquationSection:
    """An equation with all that hangs on it."""

    code: str
    anchor: str
    mechanisms: list[Shown]
    measures: list[str]
    parameters: list[Link]
    held: list[Link]
    records: list[Link]
    assertions: list[Link]


@dataclass(frozen=True)
class ArrowRow:
    """An arrow in the table of the diagram."""

    shown: ShownArrow
    equation: Link
    assertions: list[Link]
    parameters: list[Link]


@dataclass(frozen=True)
class System:
    """The view.

    Parameters
    ----------
    claims, rule : list of Claim, str
        The claims that come first, and the rule that chose them.
    assertions : list of (group, rows)
        All of them.
    support : list of (words, count)
        Assertions by verdict.
    arrows, loops, told : list
        The diagram as a table, its feedback loops, and those that the model does not close.
    parts : dict
        Parts of the diagram that a reader may choose.
    states : dict
        The legend: mark, short word and meaning by state.
    unseated : list of Link
        Assertions that name no equation of the diagram and have no term.
    equations : list of EquationSection
        The equations in the words of the code.
    """

    claims: list[Claim]
    rule: str
    assertions: list[tuple[str, list[AssertionRow]]]
    support: list[tuple[str, int]]
    arrows: list[ArrowRow]
    loops: list[ShownLoop]
    told: list[Told]
    parts: dict[str, str]
    states: dict[str, tuple[str, str, str]]
    unseated: list[Link]
    equations: list[EquationSection]

    @property
    def closed(self) -> list[ShownLoop]:
        """Loops that the run closes."""
        return [loop for loop in self.loops if not loop.cut]

    @property
    def held(self) -> list[ShownLoop]:
        """Loops that the case holds open."""
        return [loop for loop in self.loops if loop.cut]

    @property
    def count(self) -> int:
        """Number of assertions."""
        return sum(len(rows) for _, rows in self.assertions)


def view(result: RunResult, evidence: Evidence, known: frozenset[str]) -> System:
    """Everything that the view shows without scripts.

    Parameters
    ----------
    result : RunResult
        The run.
    evidence : Evidence
        Records and sources, for links.
    known : frozenset of str
        Codes of equations that the run's tables name.
    """
    arrows = diagram.shown_arrows(result)
    names = set(result.parameters["name"]) if len(result.parameters) else set()
    rows = []
    for one in arrows:
        code = one.arrow.equation
        rows.append(
            ArrowRow(
                one,
                Link(code, "#" + anchor("equation", code) if code in known else ""),
                [evidence.record_link(name) for name in one.assertions],
                [_parameter(name, names) for name in one.parameters],
            )
        )
    used = {one.state for one in arrows}
    return System(
        claims.first(result, evidence),
        claims.RULE,
        assertions(result, evidence, known) if len(result.assertions) else [],
        support_counts(result),
        rows,
        diagram.shown_loops(result, arrows),
        diagram.told(arrows),
        diagram.parts(arrows),
        {key: text for key, text in diagram.STATES.items() if key in used},
        [evidence.record_link(name) for name in diagram.unmodelled(result).get("", [])],
        equations(result, evidence, known),
    )


def island(result: RunResult, evidence: Evidence, known: frozenset[str]) -> dict[str, object]:
    """Data of the script; empty where the case has nothing to draw."""
    data = diagram.island(result)
    if data:
        data["equations"] = sorted(known, key=order)
    return data


def _parameter(name: str, known: set[str]) -> Link:
    return Link(name, "#" + anchor("parameter", name) if name in known else "")


def equations(
    result: RunResult, evidence: Evidence, known: frozenset[str]
) -> list[EquationSection]:
    """Every equation that a table of the run names, in order."""
    compared = set(result.predictions["evidence_id"]) if len(result.predictions) else set()
    return [_equation(result, evidence, code, known, compared) for code in sorted(known, key=order)]


def _equation(
    result: RunResult, evidence: Evidence, code: str, known: frozenset[str], compared: set[str]
) -> EquationSection:
    measures = {
        name for name, m in result.files.measures.items() if code in codes_in(m.equation, known)
    }
    records = [q.id for q in result.files.quantities if q.measure in measures and q.id in compared]
    free: list[Link] = []
    held: list[Link] = []
    for _, row in result.parameters.iterrows():
        if code in codes_in(row["equation"]):
            link = Link(str(row["name"]), "#" + anchor("parameter", row["name"]))
            (held if row["family"] == "fixed" else free).append(link)
    said = [a.id for a in result.files.assertions if code in codes_in(a.equation)]
    return EquationSection(
        code,
        anchor("equation", code),
        [_shown(m, evidence) for m in mechanisms() if code in m.codes],
        [words(name) for name in result.files.measures if name in measures],
        free,
        held,
        [evidence.record_link(name) for name in records],
        [Link(name, "#" + anchor("assertion", name)) for name in said],
    )


def _shown(mechanism: Mechanism, evidence: Evidence) -> Shown:
    formula = formula_of(mechanism)
    rest = mechanism.text[len(formula) :].strip()
    return Shown(mechanism.name, mechanism.file, mechanism.summary, formula, _prose(rest, evidence))


def _prose(text: str, evidence: Evidence) -> Markup:
    """Text of a docstring as safe HTML: code marked, assertions linked."""
    safe = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", str(escape(text)))

    def link(match: re.Match[str]) -> str:
        found = evidence.record_link(match[0])
        return f'<a href="{found.href}">{found.text}</a>' if found.href else match[0]

    # Elsewhere E10 is an equation; only what a mechanism carries are assertions.
    return Markup(
        re.sub(r"Carries [^.]*", lambda said: re.sub(r"\b[A-Z]\d{2}\b", link, said[0]), safe)
    )
