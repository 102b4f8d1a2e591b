"""Sets and their indices: what the compiled model knows of a case besides numbers that vary.

`World` holds who borders whom; `marchland.inputs` what comes from outside, quarter by quarter.
Both are tuples of arrays, so that one compiled program serves every case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, parse_period
from marchland.case.settings import Corridor
from marchland.engine.compile import compiled
from marchland.engine.types import Record, Rows
from marchland.errors import MarchlandError
from marchland.grid import Axis
from marchland.populations import start_people, start_population
from marchland.vocabulary import OPEN_PARAMETERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

VISITORS, SOJOURNERS, CROSSERS = 0, 1, 2
KINDS = {"visitors": VISITORS, "sojourners": SOJOURNERS, "crossers": CROSSERS}


CORRIDOR = np.dtype(
    [
        ("pool", np.int64),
        ("origin", np.int64),
        ("destination", np.int64),
        ("border", np.int64),
        ("community", np.int64),
        ("kind", np.int64),
        ("first", np.int64),
        ("last", np.int64),
        ("departures", np.int64),
        ("distance", np.float64),
        ("reference_community", np.float64),
        ("reference_employment", np.float64),
        ("settled_share", np.float64),
    ]
)
POOL = np.dtype([("region", np.int64), ("people", np.float64)])
REGION = np.dtype(
    [("border", np.int64), ("trade", np.int64), ("host", np.int64), ("people", np.float64)]
)
BORDER = np.dtype([("pair", np.int64), ("centre", np.int64)])
PAIR = np.dtype(
    [
        ("first", np.int64),
        ("second", np.int64),
        ("border", np.int64),
        ("trade", np.int64),
        ("supplier", np.int64),
        ("stage", np.int64),
        ("arms_start", np.int64),
    ]
)


class World(NamedTuple):
    """Who borders whom; -1 where there is none.

    Parameters
    ----------
    quarters : int
        Length of the time axis.
    society_start : int
        First quarter of the processes of regions (E7 to E10).
    moving : (quarters,) bool array
        Whether any corridor is used; elsewhere steps 2 to 4 and 12 have nothing to do.
    corridor : (corridors,) records
        Pool, origin, destination, border, community (group in a host region), kind, first and
        last quarter, departures (column of the case's own parameters), log distance centred
        within the class of departures, log community and log employment at the reference, share
        of the people who were there at the start.
    pool : (pools,) records
        Region in which a group at home lives, and its people at the start.
    region : (regions,) records
        Border that a host region adjoins, column of its level of trade, whether people come to it,
        people at the start.
    border : (borders,) records
        Pair of a border; region that stands for the host's centre.
    pair : (pairs,) records
        States in alphabetical order, border, column of the level of trade, supplier of arms (0
        the first state, 1 the second), treaty stage at the start (0 none to 3 defence), first
        quarter of trade in arms.
    """

    quarters: int
    society_start: int
    moving: NDArray[np.bool_]
    corridor: Rows
    pool: Rows
    region: Rows
    border: Rows
    pair: Rows


@compiled
def active(route: Record, q: int) -> bool:
    """Whether people move along a corridor, `world.corridor[c]`, in quarter q."""
    return route.first <= q <= route.last


def records(dtype: np.dtype[np.void], **columns: Iterable[float]) -> Rows:
    """Record array from columns."""
    values = {name: np.array(list(column)) for name, column in columns.items()}
    table = np.zeros(len(next(iter(values.values()))), dtype)
    for name, column in values.items():
        table[name] = column
    return table.view(np.recarray)


STAGES = {"none": 0, "consultation": 1, "neutrality": 2, "defence": 3}
DIASPORA_REFERENCE = 10_000.0
DEFAULT_DEPARTURES = "departures_default"


@dataclass(frozen=True)
class Index:
    """Names behind the index arrays of a `World`.

    Parameters
    ----------
    regions, states, borders, pairs, corridors : list of str
        Names as in case.yaml.
    pools, communities : list of (group, region)
        Groups at home; groups in a host region.
    own : list of str
        The case's own parameters: departures, levels of trade, answers of surveys.
    """

    regions: list[str]
    states: list[str]
    borders: list[str]
    pairs: list[str]
    corridors: list[str]
    pools: list[tuple[str, str]]
    communities: list[tuple[str, str]]
    own: list[str]

    @property
    def sizes(self) -> dict[str, int]:
        """How many there are of what the state's blocks are counted over."""
        return {
            "pool": len(self.pools),
            "corridor": len(self.corridors),
            "community": len(self.communities),
            "region": len(self.regions),
            "border": len(self.borders),
            "pair": len(self.pairs),
            "state": len(self.states),
        }


def departures_name(corridor: Corridor) -> str:
    """Parameter that holds a corridor's departures at the reference."""
    return corridor.departures or DEFAULT_DEPARTURES


def build_index(files: CaseFiles) -> Index:
    """Names of everything that the model of a case counts over."""
    config = files.config
    own = {name for name in files.parameters if name.startswith(OPEN_PARAMETERS)}
    own |= {departures_name(corridor) for corridor in config.corridors}
    return Index(
        regions=list(config.regions),
        states=list(config.states),
        borders=list(config.borders),
        pairs=list(config.dyads),
        corridors=[corridor.id for corridor in config.corridors],
        pools=list(dict.fromkeys((c.group, c.origin) for c in config.corridors)),
        communities=list(dict.fromkeys((c.group, c.destination) for c in config.corridors)),
        own=sorted(own),
    )


def build_axis(files: CaseFiles, until: int | None = None) -> Axis:
    """Time axis of a case in whole years: from its start to its vintage, or further.

    Raises
    ------
    MarchlandError
        Where the case has no period, or `until` lies before the vintage.
    """
    period = files.config.period
    if period.start is None or period.end is None:
        raise MarchlandError("case.yaml: period must have a start and an end, as in 1990/2003")
    as_of = files.config.as_of
    if until is not None and until < as_of:
        raise MarchlandError(
            f"until must be {as_of} or later, the year whose knowledge counts, but got {until}"
        )
    return Axis(period.start.year, as_of if until is None else until)


def _log_distances(corridors: list[Corridor]) -> Floats:
    """Log distance, centred within the corridors that share a class of departures."""
    logs = np.array([np.log(c.distance_km) if c.distance_km else np.nan for c in corridors])
    names = np.array([departures_name(c) for c in corridors])
    centred = np.zeros(len(corridors))
    for name in set(names.tolist()):
        members = names == name
        known = members & ~np.isnan(logs)
        if known.any():
            centred[known] = logs[known] - logs[known].mean()
    return centred


def _arms_start(files: CaseFiles, axis: Axis) -> int:
    """First quarter in which arms may be ordered: `arms_start` of the observation rules."""
    stated = files.observation.structure.get("arms_start")
    day = parse_period(str(stated)).start if stated else None
    return max(axis.index(day), 0) if day else 0


def _moving(first: list[int], last: list[int], quarters: int) -> NDArray[np.bool_]:
    """Quarters in which some corridor is used, and the one after, in which its flows end."""
    moving = np.zeros(quarters, dtype=np.bool_)
    for a, b in zip(first, last, strict=True):
        moving[max(a, 0) : b + 2] = True
    return moving


def _start_stage(files: CaseFiles, axis: Axis, pair: str) -> int:
    stage = 0
    for treaty in files.treaties:
        day = treaty.signed.start
        if day and "-".join(sorted(treaty.parties)) == pair and axis.index(day) <= 0:
            stage = max(stage, STAGES[treaty.stage])
    return stage


def _host_borders(files: CaseFiles, index: Index) -> tuple[list[int], list[int]]:
    """Border that each host region adjoins, and the region that stands for the host's centre."""
    region_border = [-1] * len(index.regions)
    centre = [-1] * len(index.borders)
    for b, (name, border) in enumerate(files.config.borders.items()):
        hosts = [c for c in files.config.corridors if c.border == name and c.kind == "sojourners"]
        inland = [c.destination for c in hosts if c.destination not in border.regions]
        for corridor in hosts:
            if corridor.destination in border.regions:
                region_border[index.regions.index(corridor.destination)] = b
        if inland:
            size = {region: start_population(files, region) for region in inland}
            centre[b] = index.regions.index(max(size, key=lambda region: (size[region], region)))
    return region_border, centre


def build_world(files: CaseFiles, index: Index, axis: Axis) -> World:
    """Index arrays of a case.

    Raises
    ------
    MarchlandError
        Where the case names a corridor or pair that cannot be placed.
    """
    config = files.config
    corridors = config.corridors
    own = {name: n for n, name in enumerate(index.own)}
    reference = files.observation.structure.get("diaspora_reference", DIASPORA_REFERENCE)
    first = [axis.index(c.start.start) if c.start and c.start.start else 0 for c in corridors]
    last = [axis.index(c.end.end) if c.end and c.end.end else axis.quarters - 1 for c in corridors]
    living = [f for f, c in zip(first, corridors, strict=True) if c.kind != "crossers"]
    region_border, centre = _host_borders(files, index)
    states = [pair.split("-") for pair in index.pairs]
    supplies = {row.place for row in files.drivers if row.driver == "arms_procurement"}
    residents, homes = start_people(files, axis, index.pools)
    return World(
        quarters=axis.quarters,
        society_start=min(living) if living else 0,
        moving=_moving(first, last, axis.quarters),
        corridor=records(
            CORRIDOR,
            pool=[index.pools.index((c.group, c.origin)) for c in corridors],
            origin=[index.regions.index(c.origin) for c in corridors],
            destination=[index.regions.index(c.destination) for c in corridors],
            border=[index.borders.index(c.border) for c in corridors],
            community=[index.communities.index((c.group, c.destination)) for c in corridors],
            kind=[KINDS[c.kind] for c in corridors],
            first=first,
            last=last,
            departures=[own[departures_name(c)] for c in corridors],
            distance=_log_distances(corridors),
            reference_community=[np.log1p(reference / 1000.0)] * len(corridors),
            settled_share=[c.settled for c in corridors],
        ),
        pool=records(
            POOL, region=[index.regions.index(region) for _, region in index.pools], people=homes
        ),
        region=records(
            REGION,
            border=region_border,
            trade=[own.get(f"trade_level_{region}", -1) for region in index.regions],
            host=[int(any(c.destination == r for c in corridors)) for r in index.regions],
            people=residents,
        ),
        border=records(
            BORDER,
            pair=[index.pairs.index(b) if b in index.pairs else -1 for b in index.borders],
            centre=centre,
        ),
        pair=records(
            PAIR,
            first=[index.states.index(a) for a, _ in states],
            second=[index.states.index(b) for _, b in states],
            border=[index.borders.index(p) if p in index.borders else -1 for p in index.pairs],
            trade=[own.get(f"trade_level_{pair}", -1) for pair in index.pairs],
            supplier=[0 if a in supplies else 1 if b in supplies else -1 for a, b in states],
            stage=[_start_stage(files, axis, pair) for pair in index.pairs],
            arms_start=[_arms_start(files, axis)] * len(index.pairs),
        ),
    )
