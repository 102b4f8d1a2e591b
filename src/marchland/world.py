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

from marchland.case import CaseFiles
from marchland.case.settings import Corridor
from marchland.engine.state import layout
from marchland.errors import MarchlandError
from marchland.inputs import Axis
from marchland.vocabulary import OPEN_PARAMETERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

VISITORS, SOJOURNERS, CROSSERS = 0, 1, 2
KINDS = {"visitors": VISITORS, "sojourners": SOJOURNERS, "crossers": CROSSERS}


class World(NamedTuple):
    """Index arrays of a case; -1 where there is none.

    Parameters
    ----------
    quarters : int
        Length of the time axis.
    society_start : int
        First quarter of the processes of regions (E7 to E10).
    offsets : (blocks + 1,) int array
        Offsets of the state's blocks.
    pool_region : (pools,) int array
        Region in which a pool (a group at home) lives.
    corridor_* : (corridors,) int or float arrays
        Pool, origin, destination, border, community (group in a destination), kind, first and
        last quarter, class of departures (column of the case's own parameters), log distance
        centred within its class, log community at the reference, centred employment.
    community_region : (communities,) int array
        Where a community lives.
    region_border : (regions,) int array
        Border that a host region adjoins.
    region_trade, pair_trade : int arrays
        Column of the case's own parameters with the level of trade.
    border_pair, border_centre : (borders,) int arrays
        Pair of a border; region that stands for the host's centre.
    pair_first, pair_second, pair_border : (pairs,) int arrays
        States of a pair in alphabetical order, and its border.
    pair_supplier : (pairs,) int array
        0 where the first state supplies arms to the second, 1 the other way, -1 none.
    pair_stage : (pairs,) int array
        Treaty stage at the start, 0 none to 3 defence.
    """

    quarters: int
    society_start: int
    offsets: Ints
    pool_region: Ints
    corridor_pool: Ints
    corridor_origin: Ints
    corridor_destination: Ints
    corridor_border: Ints
    corridor_community: Ints
    corridor_kind: Ints
    corridor_first: Ints
    corridor_last: Ints
    corridor_class: Ints
    corridor_distance: Floats
    corridor_reference_community: Floats
    corridor_reference_employment: Floats
    corridor_settled_share: Floats
    community_region: Ints
    region_border: Ints
    region_trade: Ints
    pair_trade: Ints
    border_pair: Ints
    border_centre: Ints
    pair_first: Ints
    pair_second: Ints
    pair_border: Ints
    pair_supplier: Ints
    pair_stage: Ints


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


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


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


def build_axis(files: CaseFiles) -> Axis:
    """Time axis of a case: its period in whole years."""
    period = files.config.period
    if period.start is None or period.end is None:
        raise MarchlandError("case.yaml: period must have a start and an end, as in 1990/2003")
    return Axis(period.start.year, period.end.year)


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


def _start_stage(files: CaseFiles, axis: Axis, pair: str) -> int:
    stage = 0
    for treaty in files.treaties:
        day = treaty.signed.start
        if day and "-".join(sorted(treaty.parties)) == pair and axis.index(day) <= 0:
            stage = max(stage, STAGES[treaty.stage])
    return stage


def _host_borders(files: CaseFiles, index: Index) -> tuple[Ints, Ints]:
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
            size = {region: _population(files, region) for region in inland}
            centre[b] = index.regions.index(max(size, key=lambda region: (size[region], region)))
    return _ints(region_border), _ints(centre)


def _population(files: CaseFiles, region: str) -> float:
    rows = [row for row in files.drivers if (row.driver, row.place) == ("population", region)]
    if rows:
        return rows[0].value
    return files.config.populations.get(region, 0.0)


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
    return World(
        quarters=axis.quarters,
        society_start=min(living) if living else 0,
        offsets=layout(index.sizes),
        pool_region=_ints(index.regions.index(region) for _, region in index.pools),
        corridor_pool=_ints(index.pools.index((c.group, c.origin)) for c in corridors),
        corridor_origin=_ints(index.regions.index(c.origin) for c in corridors),
        corridor_destination=_ints(index.regions.index(c.destination) for c in corridors),
        corridor_border=_ints(index.borders.index(c.border) for c in corridors if c.border),
        corridor_community=_ints(
            index.communities.index((c.group, c.destination)) for c in corridors
        ),
        corridor_kind=_ints(KINDS[c.kind] for c in corridors),
        corridor_first=_ints(first),
        corridor_last=_ints(last),
        corridor_class=_ints(own[departures_name(c)] for c in corridors),
        corridor_distance=_log_distances(corridors),
        corridor_reference_community=np.full(len(corridors), np.log1p(reference / 1000.0)),
        corridor_reference_employment=np.zeros(len(corridors)),
        corridor_settled_share=np.array([c.settled for c in corridors], dtype=float),
        community_region=_ints(index.regions.index(region) for _, region in index.communities),
        region_border=region_border,
        region_trade=_ints(own.get(f"trade_level_{region}", -1) for region in index.regions),
        pair_trade=_ints(own.get(f"trade_level_{pair}", -1) for pair in index.pairs),
        border_pair=_ints(
            index.pairs.index(b) if b in index.pairs else -1 for b in index.borders
        ),
        border_centre=centre,
        pair_first=_ints(index.states.index(first) for first, _ in states),
        pair_second=_ints(index.states.index(second) for _, second in states),
        pair_border=_ints(
            index.borders.index(pair) if pair in index.borders else -1 for pair in index.pairs
        ),
        pair_supplier=_ints(
            0 if first in supplies else 1 if second in supplies else -1 for first, second in states
        ),
        pair_stage=_ints(_start_stage(files, axis, pair) for pair in index.pairs),
    )
