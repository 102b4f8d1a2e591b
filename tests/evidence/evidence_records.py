"""Small cases in memory: only the records that a test is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marchland.case import (
    Assertion,
    CaseFiles,
    Config,
    DriverRow,
    Event,
    Explanations,
    Forecast,
    Measure,
    Observation,
    Place,
    Quantity,
    Source,
    Target,
)

PLACES = [
    {"id": "world", "name": "World", "kind": "world"},
    {"id": "EST", "name": "Estland", "kind": "state", "part_of": "world", "cow": 1},
    {"id": "WST", "name": "Westland", "kind": "state", "part_of": "world", "cow": 2},
    {"id": "north", "name": "North", "kind": "province", "part_of": "EST"},
    {"id": "south", "name": "South", "kind": "province", "part_of": "EST"},
    {"id": "town", "name": "Town", "kind": "city", "part_of": "north", "weight": 1},
    {"id": "EST-WST", "name": "Their border", "kind": "border", "part_of": "world"},
]
MEASURES = [
    ("population", "persons", "stock", "optional", "level;change_pct;ratio", "E8"),
    ("migrants_stock", "persons", "stock", "yes", "level;share", "E1"),
    ("migrants_official", "persons", "stock", "yes", "level", "O2"),
    ("trade_turnover", "usd_billion_per_year", "flow", "no", "mean;sum;change_pct;rank", "E7"),
    ("aircraft_ordered", "pieces_per_year", "flow", "no", "sum;rank", "none"),
    ("survey_share", "share", "share", "yes", "share", "E9"),
    ("poor", "share", "share", "no", "share", "none"),
]


def measure(row: tuple[str, ...]) -> Measure:
    name, unit, dimension, group, statistics, equation = row
    return Measure.model_validate(
        {
            "measure": name,
            "unit": unit,
            "dimension": dimension,
            "group": group,
            "statistics": statistics,
            "equation": equation,
            "meaning": f"What {name} counts.",
        }
    )


def quantity(
    id: str, measure: str, place: str, value: float | None = None, **cells: Any
) -> Quantity:
    when = cells.pop("when", "1998")
    row: dict[str, Any] = {
        "id": id,
        "measure": measure,
        "statistic": "level",
        "place": place,
        "start": when,
        "end": when,
        "value": value,
        "unit": "persons",
        "source": "book",
        "locator": f"book:{sum(map(ord, id))}",
        "quality": "B",
        "use": "calibrate",
    }
    base = cells.pop("base", None)
    if base is not None:
        row |= {"base_start": base, "base_end": base}
    return Quantity.model_validate(row | cells)


def event(id: str, when: str, note: str, **cells: Any) -> Event:
    row: dict[str, Any] = {
        "id": id,
        "start": when,
        "end": when,
        "source_actor": "EST",
        "target_actor": "WST",
        "goldstein": -5.0,
        "role": "act",
        "driver": "regime",
        "source": "book",
        "locator": f"book:{id}",
        "note": note,
    }
    return Event.model_validate(row | cells)


def case(
    *quantities: Quantity,
    events: list[Event] | None = None,
    assertions: list[Assertion] | None = None,
    targets: list[Target] | None = None,
    drivers: list[DriverRow] | None = None,
    weights: dict[str, float] | None = None,
) -> CaseFiles:
    forecast = {"id": "F1", "who": "some", "made": "1997", "horizon": "2000"}
    forecast |= {"statement": "trade grows", "source": "book", "locator": "book:9"}
    return CaseFiles(
        path=Path("two-banks"),
        config=Config.model_validate(
            {"title": "Two banks", "period": "1990/2003", "as_of": 2003, "dyads": "EST-WST"}
        ),
        places={row["id"]: Place.model_validate(row) for row in PLACES},
        measures={row[0]: measure(row) for row in MEASURES},
        sources={"book": Source(key="book", title="A book", author="Writer, A.", year=1999)},
        quantities=list(quantities),
        events=events or [],
        assertions=assertions or [],
        targets=targets or [],
        forecasts=[Forecast.model_validate(forecast)],
        drivers=drivers or [],
        regimes=[],
        treaties=[],
        stays=[],
        parameters={},
        observation=Observation.model_validate({"weights": weights or {}}),
        explanations=Explanations(),
        scenarios={},
    )
