"""Words of the answers: figures with units and intervals, names of terms, measures and places."""

from __future__ import annotations

import pandas as pd

from marchland.ensembles import Ensembles
from marchland.readings import Figure


def number(value: float, unit: str) -> str:
    """A figure as a reader wants it: three digits, and the unit in words."""
    if unit == "persons" or (unit.endswith("_per_year") and unit != "usd_billion_per_year"):
        digits = max(len(str(int(abs(value)))) - 2, 0)
        return f"{round(value, -digits):,.0f}"
    if unit == "percent":
        return f"{value:.0f}"
    if unit == "share":
        return f"{100 * value:.1f}"
    return f"{value:.2f}"


WORDS = {
    "persons": "persons",
    "trips_per_year": "trips a year",
    "persons_per_year": "persons a year",
    "usd_billion_per_year": "billion USD a year",
    "usd_billion": "billion USD",
    "percent": "per cent",
    "share": "per cent",
    "index": "points of the model's index",
    "points": "percentage points",
}


def phrase(row: dict[str, object] | pd.Series) -> str:
    """A figure with its interval: `6.1 billion USD a year (5.2 to 7.3)`."""
    unit = str(row["unit"])
    value, low, high = (number(float(row[k]), unit) for k in ("value", "low", "high"))  # type: ignore[arg-type]
    return f"{value} {WORDS.get(unit, unit)} ({low} to {high})"


def listed(names: list[str]) -> str:
    """Names with commas, and `and` before the last."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def capital(words: str) -> str:
    """The same with a capital letter first."""
    return words[:1].upper() + words[1:]


TERMS = {
    "payment": "payment to officials",
    "composition": "more visitors on group lists",
    "compliance": "people who leave on time more often",
    "common_threat": "the common threat",
    "arms": "the arms trade",
    "hostility_share": "the share of migrants",
    "hostility_deprivation": "loss of income",
    "hostility_dispute": "the border dispute",
    "hostility_region": "relative gains of a border region",
    "hostility_unauthorised": "unauthorised stay",
}


def term_words(switch: str) -> str:
    """What a term is called."""
    return TERMS.get(switch, switch.replace("_", " "))


MEASURES = {
    "migrants_stock": "people away from home, all statuses",
    "trade_turnover": "trade",
    "border_crossings": "border crossings",
    "recorded_compliance": "recorded compliance",
    "alignment": "alignment",
    "hostility": "hostility",
}


def place_name(ensembles: Ensembles, place: str) -> str:
    """What a place or pair of states is called."""
    if place in ensembles.model.index.pairs:
        return " and ".join(place_name(ensembles, state) for state in place.split("-"))
    known = ensembles.model.files.places.get(place)
    name = known.name if known and known.name else place
    return name.split(" (")[0]


def figure_words(ensembles: Ensembles, figure: Figure) -> str:
    """What a figure is called, with its place."""
    groups = ensembles.model.files.config.groups
    words = MEASURES.get(figure.measure, figure.measure.replace("_", " "))
    if figure.group in groups and figure.group != "foreigners":
        words += f" ({groups[figure.group].label})"
    return f"{words}, {place_name(ensembles, figure.place)}"


def limits(ensembles: Ensembles, figure: Figure) -> str:
    """What the targets of a measure cannot tell, in the case's own words."""
    said = [
        target.cannot_tell
        for target in ensembles.model.files.targets
        if figure.measure in (target.measure or "").split(";") and target.cannot_tell
    ]
    joined = "; ".join(dict.fromkeys(said))
    return (
        f"The figures on {figure.measure.replace('_', ' ')} cannot tell: {joined}." if said else ""
    )
