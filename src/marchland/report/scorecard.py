"""The scorecard as a page that stands beside the run's report and needs no script."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from markupsafe import Markup

from marchland.report.names import STATISTICS
from marchland.report.numbers import (
    date_words,
    missing,
    period_words,
    proper,
    rounded,
    unit_words,
)
from marchland.report.records import Evidence
from marchland.report.render import environment
from marchland.report.strips import dot_interval
from marchland.scorecard.card import Scorecard
from marchland.scorecard.forecasts import CANNOT_TELL, VERDICTS, Verdict
from marchland.scorecard.naive import RIVALS
from marchland.scorecard.projections import SHORT
from marchland.scorecard.scores import FEWEST_LINES
from marchland.scorecard.tables import STANCES

STYLES = ("base", "scorecard")
HEADS = {
    "hit": "It came true",
    "miss": "It did not",
    "early": "It came before its time",
    "late": "It came after its time",
    "not yet": "Its time is not over",
    "cannot tell": "Cannot be told",
}


@dataclass(frozen=True)
class Seen:
    """What bears on a forecast: text, and where it stands."""

    text: str
    by: str
    href: str


@dataclass(frozen=True)
class ForecastRow:
    """A forecast, its verdict, and what the model gave to it."""

    id: str
    statement: str
    who: str
    made: str
    horizon: str
    stance: str
    condition: str
    reason: str
    seen: list[Seen]
    chance: str
    chance_of: str
    brier: str
    locator: str
    passage: str


@dataclass(frozen=True)
class ProjectionRow:
    """A projection beside its outcome."""

    what: str
    period: str
    unit: str
    outcome: str
    by: str
    source: str
    strip: Markup
    projected: str
    inside: str
    crps: str
    rivals: list[tuple[str, str]]
    note: str


@dataclass(frozen=True)
class CoverageRow:
    """How often an interval held."""

    level: str
    count: str
    share: str
    interval: str
    expected: str


@dataclass(frozen=True)
class SkillRow:
    """How the model does against a rival."""

    rival: str
    outcomes: str
    model: str
    other: str
    skill: str
    said: str


def render_scorecard(card: Scorecard, *, sources: Path | None = None) -> str:
    """Write a scorecard as one HTML file, without a script and without a call to any network.

    Parameters
    ----------
    card : Scorecard
        The scorecard.
    sources : Path, optional
        Folder with the texts, ``KEY.txt``; the page then shows the passage of each forecast.

    Returns
    -------
    str
        HTML. The same scorecard gives the same text.
    """
    evidence = Evidence(card.files, sources)
    by_verdict = {name: [v for v in card.verdicts if v.verdict == name] for name in VERDICTS}
    groups = [
        (name, HEADS[name], [_forecast(card, evidence, v) for v in found])
        for name, found in by_verdict.items()
        if found
    ]
    return (
        environment()
        .get_template("scorecard.html.j2")
        .render(
            card=card,
            config=card.files.config,
            told=card.outcomes,
            groups=groups,
            folded=CANNOT_TELL,
            stances=_stances(card),
            verdicts=VERDICTS,
            brier=_brier(card),
            projections=_projections(card, evidence),
            coverage=_coverage(card),
            skills=_skills(card),
            lines=card.projected.lines,
            fewest=FEWEST_LINES,
            rivals=RIVALS,
            headline=headline(card),
            styles=Markup("\n".join(_style(name) for name in STYLES)),
        )
    )


def _style(name: str) -> str:
    file = resources("marchland.report") / "styles" / f"{name}.css"
    return file.read_text(encoding="utf-8")


def headline(card: Scorecard) -> list[str]:
    """The scorecard in two or three sentences."""
    counts = card.counts()
    parts = [f"{n} {name}" for name, n in counts.items() if n]
    said = []
    if card.verdicts:
        said.append(f"Of the sources' {len(card.verdicts)} forecasts: {', '.join(parts)}.")
    else:
        said.append("The case has no forecasts in evidence/forecasts.csv.")
    wide = next((c for c in card.projected.coverage if c.level == 0.9), None)
    if wide is None:
        said.append("No outcome could be compared with a projection.")
    else:
        said.append(
            f"The model's 90 per cent intervals hold {wide.inside} of {wide.outcomes} outcomes; "
            f"if the model is right, it is {_between(wide.expected_low, wide.expected_high)} "
            "in nine of ten cases."
        )
    return said


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _forecast(card: Scorecard, evidence: Evidence, verdict: Verdict) -> ForecastRow:
    one = verdict.forecast
    chance, brier = card.chances[one.id], card.brier(verdict)
    share = ""
    if chance.share is not None and chance.low is not None and chance.high is not None:
        share = f"{chance.share:.2f} ({chance.low:.2f} to {chance.high:.2f})"
    return ForecastRow(
        one.id,
        one.statement,
        one.who,
        date_words(one.made.text),
        date_words(one.horizon.text) if one.horizon else "no date",
        one.stance,
        one.condition or "",
        verdict.reason,
        [Seen(s.told, s.by, _record(evidence, s.by)) for s in verdict.seen],
        share,
        chance.said,
        "" if brier is None else f"{brier:.2f}",
        one.locator,
        evidence.passage(one.locator),
    )


def _record(evidence: Evidence, by: str) -> str:
    """Link to a record in the run's report; lines of the outcomes file have none."""
    return f"report.html#explain=record:{by}" if by in evidence.records else ""


def _stances(card: Scorecard) -> list[tuple[str, list[int], int]]:
    """Forecasts by stance and verdict, without stances that no forecast has."""
    rows = [(name, list(card.counts(name).values())) for name in STANCES]
    return [(name, counts, sum(counts)) for name, counts in rows if sum(counts)]


def _brier(card: Scorecard) -> tuple[int, str] | None:
    found = [b for b in (card.brier(v) for v in card.verdicts) if b is not None]
    return (len(found), f"{sum(found) / len(found):.2f}") if found else None


def _projections(card: Scorecard, evidence: Evidence) -> list[ProjectionRow]:
    return [_projection(row, evidence) for row in card.projected.table.to_dict("records")]


def _projection(row: dict[Hashable, Any], evidence: Evidence) -> ProjectionRow:
    scale = 100.0 if row["unit"] == "share" else 1.0

    def told(*names: str) -> list[str]:
        return [_digits(scale * float(row[n])) for n in names if not missing(row[n])]

    what = evidence.names.line(
        str(row["measure"]), str(row["place"]), row["group"], row["counterpart"]
    )
    if row["statistic"] in STATISTICS:
        what += f" ({STATISTICS[str(row['statistic'])]})"
    ends = told("low", "high")
    outcome = "".join(told("observed")) or " to ".join(ends)
    if told("observed") and len(ends) == 2:
        outcome += f" ({ends[0]} to {ends[1]})"
    scored = not missing(row["crps"])
    quantiles = told("q05", "q50", "q95")
    return ProjectionRow(
        what,
        period_words(str(row["start"]), None if missing(row["end"]) else str(row["end"])),
        unit_words(str(row["unit"])),
        outcome,
        str(row["outcome"]),
        str(row["source"]),
        _strip(row, scale) if scored else Markup(""),
        f"{quantiles[1]} ({quantiles[0]} to {quantiles[2]})" if scored else "",
        _inside(row) if scored else "",
        _digits(scale * float(row["crps"])) if scored else "",
        _rivals(row) if scored else [],
        str(row["note"] or row["rivals_note"] or ""),
    )


def _digits(value: float) -> str:
    return rounded(value, 3)


def _inside(row: dict[Hashable, Any]) -> str:
    if row["inside_50"]:
        return "in the middle half"
    return "in the 90 per cent" if row["inside_90"] else "outside"


def _rivals(row: dict[Hashable, Any]) -> list[tuple[str, str]]:
    """Skill against each rival, or why it foretells nothing; empty where none foretells."""
    if all(missing(row[f"{SHORT[name]}_skill"]) for name in RIVALS):
        return []
    why = {}
    for part in str(row["rivals_note"] or "").split("; "):
        names, _, reason = part.partition(": ")
        why.update(dict.fromkeys(names.split(", "), reason))
    return [(_skill_text(row[f"{SHORT[name]}_skill"]), why.get(name, "")) for name in RIVALS]


def _skill_text(value: Any) -> str:
    return "" if missing(value) else proper(f"{float(value):.2f}")


def _strip(row: dict[Hashable, Any], scale: float) -> Markup:
    def number(name: str) -> float | None:
        return None if missing(row[name]) else scale * float(row[name])

    middle = (number("q05"), number("q50"), number("q95"))
    walk = (number("random_walk_q05"), number("random_walk_q95"))
    seen = (number("observed"), number("low"), number("high"))
    grey = (walk[0], walk[1]) if walk[0] is not None and walk[1] is not None else None
    return dot_interval(middle, grey, seen, "exact")  # type: ignore[arg-type]


def _coverage(card: Scorecard) -> list[CoverageRow]:
    return [
        CoverageRow(
            f"{round(100 * c.level)} per cent",
            f"{c.inside} of {c.outcomes}",
            f"{c.inside / c.outcomes:.2f}",
            f"{c.low:.2f} to {c.high:.2f}",
            f"{_between(c.expected_low, c.expected_high)} of {c.outcomes}",
        )
        for c in card.projected.coverage
    ]


def _skills(card: Scorecard) -> list[SkillRow]:
    rows = []
    for one in card.projected.skills:
        interval = ""
        said = f"too few lines ({one.lines}) to say how sure that is"
        if not missing(one.low):
            interval = f" ({proper(f'{one.low:.2f}')} to {proper(f'{one.high:.2f}')})"
            better = "better than it" if one.low > 0 else "worse than it" if one.high < 0 else ""
            said = better or "cannot tell which is better"
        rows.append(
            SkillRow(
                one.rival,
                f"{one.outcomes} in {one.lines} {'line' if one.lines == 1 else 'lines'}",
                f"{one.model:.3f}",
                f"{one.other:.3f}",
                proper(f"{one.skill:.2f}") + interval,
                said,
            )
        )
    return rows
