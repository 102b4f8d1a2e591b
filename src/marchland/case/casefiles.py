"""A whole case in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from marchland.case.continuation import Continuation
from marchland.case.schema import (
    Assertion,
    DriverRow,
    Event,
    Forecast,
    Measure,
    Place,
    Position,
    Quantity,
    Row,
    Source,
    Target,
)
from marchland.case.settings import (
    Config,
    Explanations,
    Observation,
    Parameter,
    Regime,
    Scenario,
    Stay,
    Treaty,
)

CONFIG_FILE = "case.yaml"
PLACES_FILE = "places.csv"
MEASURES_FILE = "measures.csv"
SOURCES_FILE = "sources.bib"
QUANTITIES_FILE = "evidence/quantities.csv"
EVENTS_FILE = "evidence/events.csv"
ASSERTIONS_FILE = "evidence/assertions.csv"
POSITIONS_FILE = "evidence/positions.csv"
TARGETS_FILE = "evidence/targets.csv"
FORECASTS_FILE = "evidence/forecasts.csv"
RULES_FILE = "evidence/rules.yaml"
DRIVERS_FILE = "drivers.csv"
MODEL_FILE = "model.yaml"
EXPLANATIONS_FILE = "explanations.yaml"
SCENARIOS_FILE = "scenarios.yaml"
NOTES_FILE = "notes.md"
LINES_FILE = "lines.geojson"

TABLES: dict[str, type[Row]] = {
    PLACES_FILE: Place,
    MEASURES_FILE: Measure,
    QUANTITIES_FILE: Quantity,
    EVENTS_FILE: Event,
    ASSERTIONS_FILE: Assertion,
    POSITIONS_FILE: Position,
    TARGETS_FILE: Target,
    FORECASTS_FILE: Forecast,
    DRIVERS_FILE: DriverRow,
}
FILES = (
    CONFIG_FILE,
    SOURCES_FILE,
    RULES_FILE,
    MODEL_FILE,
    EXPLANATIONS_FILE,
    SCENARIOS_FILE,
    NOTES_FILE,
    *TABLES,
)


@dataclass(frozen=True)
class CaseFiles:
    """All that the folder of a case says.

    Parameters
    ----------
    path : Path
        The folder.
    config : Config
        case.yaml; the only file that must be there.
    places : dict of str to Place
        places.csv, and the states, regions and borders that only case.yaml names.
    unread : frozenset of str
        Files of which a part could not be read, so that nothing can be said of names missing
        from them. Empty in a case that loaded.
    digest : str
        Digest of the bytes of the files, taken before they were read: the same case has the same.
    """

    path: Path
    config: Config
    places: dict[str, Place]
    measures: dict[str, Measure]
    sources: dict[str, Source]
    quantities: list[Quantity]
    events: list[Event]
    assertions: list[Assertion]
    targets: list[Target]
    forecasts: list[Forecast]
    drivers: list[DriverRow]
    regimes: list[Regime]
    treaties: list[Treaty]
    stays: list[Stay]
    parameters: dict[str, Parameter]
    observation: Observation
    explanations: Explanations
    scenarios: dict[str, Scenario]
    notes: str = ""
    projection: dict[str, Continuation] = field(default_factory=dict)
    positions: list[Position] = field(default_factory=list)
    unread: frozenset[str] = frozenset()
    digest: str = ""


def digest_of(folder: Path) -> str:
    """SHA-256 over the files of a case; what else lies in the folder does not count."""
    digest = hashlib.sha256()
    for name in sorted((*FILES, LINES_FILE)):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def with_places_of_config(places: dict[str, Place], config: Config) -> dict[str, Place]:
    """Add the states, regions and borders that case.yaml names and places.csv does not.

    A region of a border belongs to a state where the border names as many regions as states: then
    the first region lies in the first state.
    """
    state_of: dict[str, str] = {}
    for border in config.borders.values():
        if len(border.regions) == len(border.states):
            state_of.update(zip(border.regions, border.states, strict=True))
    found = dict(places)
    named = chain(
        ((state, "state") for state in config.states),
        ((region, "region") for region in config.regions),
        ((border, "border") for border in config.borders),
    )
    for name, kind in named:
        whole = [state_of[name]] if kind == "region" and name in state_of else []
        # Not checked as an id of places.csv is: case.yaml may name a place with a space in it.
        line = config.line
        place = Place.model_construct(id=name, name=name, kind=kind, part_of=whole, line=line)
        found.setdefault(name, place)
    return found
