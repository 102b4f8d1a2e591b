"""dyads.csv: one row a pair and quarter, for statistics outside this package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from marchland.case import CaseFiles, DriverRow, Event, Period, Regime
from marchland.outputs.tables import quarter_of, quarter_parts, quarter_text, write_csv

KEY_COLUMNS = (
    "pair",
    "iso3_a",
    "iso3_b",
    "cow_a",
    "cow_b",
    "quarter",
    "year",
    "quarter_of_year",
)
EVENT_COLUMNS = ("acts_cooperative", "acts_conflictual", "goldstein_mean")
RULE_COLUMNS = ("border_regime", "border_restrictiveness")
MODEL_COLUMNS: dict[str, tuple[str, str]] = {
    "trade_turnover": ("trade_turnover", "pair"),
    "relation": ("relation", "pair"),
    "alignment": ("alignment", "pair"),
    "restrictiveness": ("restrictiveness", "pair"),
    "downgrade_hazard": ("downgrade_hazard", "pair"),
    "trust_a_in_b": ("trust", "a"),
    "trust_b_in_a": ("trust", "b"),
    "threat_a_from_b": ("threat", "a"),
    "threat_b_from_a": ("threat", "b"),
}
"""Column: the measure it is the median of, and who observes (the pair, state a or b)."""


def dyad_columns(files: CaseFiles) -> list[str]:
    """Columns of dyads.csv for a case: its drivers add theirs at the end."""
    return [*KEY_COLUMNS, *EVENT_COLUMNS, *RULE_COLUMNS, *MODEL_COLUMNS, *driver_columns(files)]


def driver_columns(files: CaseFiles) -> list[str]:
    """Columns for the drivers that belong to a pair of the case or to one of its states."""
    pairs = _pairs(files)
    states = {state for pair in pairs for state in pair.split("-")}
    names: dict[str, None] = {}
    for name in sorted({row.driver for row in files.drivers}):
        places = {row.place for row in files.drivers if row.driver == name}
        if places & set(pairs):
            names[f"driver_{name}"] = None
        if places & states:
            names[f"driver_{name}_a"] = None
            names[f"driver_{name}_b"] = None
    return list(names)


def _pairs(files: CaseFiles) -> list[str]:
    return sorted(dict.fromkeys(files.config.dyads))


def quarters(first: str, last: str) -> list[str]:
    """All quarters from one to another, both included."""
    (year, quarter), stop = quarter_parts(first), quarter_parts(last)
    found = []
    while (year, quarter) <= stop:
        found.append(quarter_text(year, quarter))
        year, quarter = (year + 1, 1) if quarter == 4 else (year, quarter + 1)
    return found


def dyad_table(
    series: pd.DataFrame,
    files: CaseFiles,
    *,
    explanation: str | None = None,
    scenario: str | None = None,
    times: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Build the pair-quarter table.

    Parameters
    ----------
    series : DataFrame
        Model series with the columns of series.csv; medians (q50) are taken.
    files : CaseFiles
        The case: events, rules, drivers, codes.
    explanation, scenario : str, optional
        Rows of `series` to take; the first that occurs if not given.
    times : sequence of str, optional
        Quarters such as 1994Q2; those of `series` if not given.

    Returns
    -------
    DataFrame
        One row a pair and quarter. A quarter without a recorded act has no counts:
        nothing recorded is not nothing done.
    """
    chosen = _one_run(series, explanation, scenario)
    when = list(times) if times is not None else sorted(set(chosen["time"]))
    medians = _medians(chosen)
    rows = []
    for pair in _pairs(files):
        state_a, _, state_b = pair.partition("-")
        acts = _acts(files.events, state_a, state_b)
        drivers = _drivers_of(files.drivers, pair, state_a, state_b)
        for quarter in when:
            row = _keys(files, pair, quarter)
            row.update(_counts(acts.get(quarter, [])))
            row.update(_rule(files.regimes, pair, quarter))
            row.update(_model(medians, pair, quarter))
            row.update({name: _in_quarter(found, quarter) for name, found in drivers.items()})
            rows.append(row)
    table = pd.DataFrame(rows, columns=dyad_columns(files))
    whole = ["cow_a", "cow_b", "year", "quarter_of_year", "acts_cooperative", "acts_conflictual"]
    return table.astype(dict.fromkeys(whole, "Int64"))


def write_dyads(path: Path | str, table: pd.DataFrame) -> Path:
    """Write dyads.csv."""
    return write_csv(path, table)


def _one_run(series: pd.DataFrame, explanation: str | None, scenario: str | None) -> pd.DataFrame:
    chosen = series
    for column, wanted in (("explanation", explanation), ("scenario", scenario)):
        if len(chosen):
            value = chosen[column].iloc[0] if wanted is None else wanted
            chosen = chosen[chosen[column] == value]
    return chosen


def _medians(series: pd.DataFrame) -> dict[tuple[str, str, str, str], float]:
    names = ("measure", "place", "counterpart", "time", "q50")
    cells = zip(*(series[name].tolist() for name in names), strict=True)
    return {
        (measure, place, "" if pd.isna(other) else str(other), time): median
        for measure, place, other, time, median in cells
    }


def _keys(files: CaseFiles, pair: str, quarter: str) -> dict[str, Any]:
    year, number = quarter_parts(quarter)
    row: dict[str, Any] = {"pair": pair, "quarter": quarter, "year": year}
    row["quarter_of_year"] = number
    for side, state in zip("ab", pair.split("-"), strict=True):
        place = files.places.get(state)
        row[f"iso3_{side}"] = place.iso3166 if place is not None else None
        row[f"cow_{side}"] = place.cow if place is not None else None
    return row


def _acts(events: Iterable[Event], a: str, b: str) -> dict[str, list[float]]:
    """Scores of the acts between two states, by quarter; acts of unsure quarter are left out."""
    found: dict[str, list[float]] = {}
    for event in events:
        between = (a in event.source_actor and b in event.target_actor) or (
            b in event.source_actor and a in event.target_actor
        )
        start: Period = event.start
        if not between or event.role != "act" or event.goldstein is None:
            continue
        if start.start is None or start.end is None:
            continue
        first, last = quarter_of(start.start), quarter_of(start.end)
        if first == last:
            found.setdefault(first, []).append(event.goldstein)
    return found


def _counts(scores: list[float]) -> dict[str, Any]:
    if not scores:
        return dict.fromkeys(EVENT_COLUMNS)
    return {
        "acts_cooperative": sum(score > 0 for score in scores),
        "acts_conflictual": sum(score < 0 for score in scores),
        "goldstein_mean": sum(scores) / len(scores),
    }


def _bounds(quarter: str) -> tuple[date, date]:
    year, number = quarter_parts(quarter)
    first = date(year, 3 * number - 2, 1)
    after = date(year + number // 4, 3 * number % 12 + 1, 1)
    return first, after - timedelta(days=1)


def _days_in(start: Period | None, end: Period | None, quarter: str) -> int:
    """Days of a quarter that a dated row covers; an open side reaches on."""
    first, last = _bounds(quarter)
    opens = start.start if start is not None and start.start is not None else date.min
    closes = end.end if end is not None and end.end is not None else date.max
    return max((min(closes, last) - max(opens, first)).days + 1, 0)


def _rule(regimes: Iterable[Regime], pair: str, quarter: str) -> dict[str, Any]:
    """The regime in force on most days of a quarter; the later one where days are equal."""
    found = [
        (_days_in(rule.start, rule.end, quarter), rule.start.start or date.min, rule)
        for rule in regimes
        if rule.border == pair
    ]
    found = [entry for entry in found if entry[0] > 0]
    if not found:
        return dict.fromkeys(RULE_COLUMNS)
    rule = max(found, key=lambda entry: entry[:2])[2]
    return {"border_regime": rule.regime, "border_restrictiveness": rule.restrictiveness}


def _model(
    medians: dict[tuple[str, str, str, str], float], pair: str, quarter: str
) -> dict[str, float | None]:
    a, _, b = pair.partition("-")
    sides = {"pair": (pair, ""), "a": (a, b), "b": (b, a)}
    return {
        column: medians.get((measure, *sides[side], quarter))
        for column, (measure, side) in MODEL_COLUMNS.items()
    }


def _drivers_of(rows: Iterable[DriverRow], pair: str, a: str, b: str) -> dict[str, list[DriverRow]]:
    suffix = {pair: "", a: "_a", b: "_b"}
    found: dict[str, list[DriverRow]] = {}
    for row in rows:
        if row.place in suffix:
            found.setdefault(f"driver_{row.driver}{suffix[row.place]}", []).append(row)
    return found


def _in_quarter(rows: list[DriverRow], quarter: str) -> float | None:
    """Mean of a driver's stated values over the days of a quarter that they cover."""
    covered = [(_days_in(row.start, row.end or row.start, quarter), row.value) for row in rows]
    days = sum(count for count, _ in covered)
    return sum(count * value for count, value in covered) / days if days else None
