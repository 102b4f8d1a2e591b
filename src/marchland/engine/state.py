"""The state of one member in one quarter: one vector, seen through named records.

Everything that may be read later stands here, flows of the quarter included, so that a
trajectory is the copy of this vector quarter by quarter, and a value that is not finite
leads to the block and so to the mechanism that wrote it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marchland.engine.types import Records

Floats = NDArray[np.float64]


class State(NamedTuple):
    """The state as records: `state.corridor[c].legal`; see `BLOCKS` for units and meaning."""

    pool: Records
    corridor: Records
    community: Records
    region: Records
    border: Records
    pair: Records
    state: Records


class Block(NamedTuple):
    """A named value that every pool, corridor, community, region, border, pair or state has.

    Parameters
    ----------
    name : str
        Field of the record.
    dimension : str
        Field of `State`: what it is counted over.
    unit : str
        Unit of its values.
    mechanism : str
        Module of `mechanisms` that writes it.
    meaning : str
        One line.
    """

    name: str
    dimension: str
    unit: str
    mechanism: str
    meaning: str


BLOCKS = tuple(
    Block(*row)
    for row in (
        ("home", "pool", "persons", "migration", "people of the group at home"),
        ("legal", "corridor", "persons", "settlement", "away, within the allowed stay"),
        ("overstay", "corridor", "persons", "settlement", "away, the allowed stay is over"),
        ("paid", "corridor", "persons", "settlement", "away, stay on and pay officials"),
        ("irregular", "corridor", "persons", "settlement", "away, entered without papers"),
        ("settled", "corridor", "persons", "settlement", "away, there from the start"),
        (
            "arrived_now",
            "corridor",
            "persons",
            "settlement",
            "of those who stay on, arrived this quarter",
        ),
        ("arrived_1", "corridor", "persons", "settlement", "the same, one quarter ago"),
        ("arrived_2", "corridor", "persons", "settlement", "the same, two quarters ago"),
        ("arrived_3", "corridor", "persons", "settlement", "the same, three quarters ago"),
        ("leaving", "pool", "odds", "migration", "odds that somebody of the pool leaves"),
        ("remaining", "pool", "share", "migration", "share of the pool not yet dealt to corridors"),
        (
            "departures",
            "corridor",
            "log share",
            "migration",
            "log share that leaves at the reference",
        ),
        ("utility", "corridor", "log odds", "migration", "utility of leaving along the corridor"),
        ("odds", "corridor", "odds", "migration", "odds of leaving along the corridor"),
        (
            "return_chance",
            "corridor",
            "share a quarter",
            "settlement",
            "chance that somebody who stays on goes home",
        ),
        ("entries", "corridor", "persons a quarter", "migration", "legal entrants"),
        (
            "irregular_entries",
            "corridor",
            "persons a quarter",
            "regimes",
            "entrants without papers, held or not",
        ),
        (
            "detained",
            "corridor",
            "persons a quarter",
            "regimes",
            "irregular entrants held at the border",
        ),
        ("deaths", "corridor", "persons a quarter", "regimes", "people who died crossing"),
        ("detected", "corridor", "persons a quarter", "regimes", "crossers discovered by the host"),
        (
            "sent_back",
            "corridor",
            "persons a quarter",
            "regimes",
            "crossers discovered and returned",
        ),
        ("ended", "corridor", "persons a quarter", "settlement", "stays whose allowance ended"),
        (
            "recorded",
            "corridor",
            "persons a quarter",
            "observation",
            "of those, recorded as overstayed",
        ),
        ("joined", "corridor", "persons a quarter", "settlement", "visitors who stay on"),
        ("removed", "corridor", "persons a quarter", "settlement", "overstayers found and removed"),
        (
            "returned",
            "corridor",
            "persons a quarter",
            "settlement",
            "people who went home by themselves",
        ),
        (
            "trips",
            "corridor",
            "trips a quarter",
            "observation",
            "trips across the border, both ways",
        ),
        ("official", "corridor", "persons", "observation", "people an official count sees"),
        (
            "community",
            "community",
            "persons",
            "networks",
            "one's group in a host region, all statuses",
        ),
        ("others", "region", "persons", "demography", "residents outside the pools"),
        ("residents", "region", "persons", "demography", "all residents"),
        ("unemployment", "region", "share", "migration", "probability of being without work"),
        ("employment", "region", "log", "migration", "log chance of being employed"),
        ("share", "region", "per cent", "perception", "migrants per hundred residents"),
        (
            "unauthorised",
            "region",
            "per cent",
            "perception",
            "unauthorised migrants per hundred residents",
        ),
        ("hostility", "region", "index", "perception", "hostility of residents"),
        ("hostility_share", "region", "index", "perception", "its term: perceived share"),
        ("hostility_deprivation", "region", "index", "perception", "its term: loss of income"),
        ("hostility_dispute", "region", "index", "perception", "its term: border dispute"),
        (
            "hostility_region",
            "region",
            "index",
            "perception",
            "its term: relative gains of a border region",
        ),
        ("hostility_unauthorised", "region", "index", "perception", "its term: unauthorised stay"),
        ("deprivation", "region", "log", "perception", "loss of real income since the base year"),
        ("dispute", "region", "index", "perception", "border dispute felt in the region"),
        (
            "regional_trade",
            "region",
            "billion USD a year",
            "trade",
            "foreign trade of a border region",
        ),
        ("restriction", "border", "index", "regimes", "visa restriction that has taken effect"),
        ("closure", "border", "index", "regimes", "closedness that has taken effect"),
        (
            "restrictiveness",
            "border",
            "index",
            "dilemma",
            "restriction as the rules say and officials practise",
        ),
        ("practice", "border", "index", "dilemma", "deviation of practice from the rules"),
        ("paid_logit", "border", "logit", "settlement", "share of those found who pay, log odds"),
        ("paid_share", "border", "share", "settlement", "share of those found who pay"),
        ("irregular_share", "border", "share", "regimes", "share of entries without papers"),
        ("overstay_chance", "border", "share", "settlement", "chance that a visitor stays on"),
        ("rents", "border", "index", "settlement", "rents from stays that could be ended"),
        (
            "group_tours",
            "border",
            "share",
            "observation",
            "share of visitors on group lists, who all return",
        ),
        ("trade", "pair", "billion USD a year", "trade", "goods trade both ways"),
        ("relation", "pair", "index", "events", "standing of the pair's relations"),
        ("alignment", "pair", "index", "threat", "how far the pair is aligned, -1 to 1"),
        ("wish_first", "pair", "utility", "threat", "first state's utility of alignment"),
        ("wish_second", "pair", "utility", "threat", "second state's utility of alignment"),
        ("wish", "pair", "utility", "threat", "the weaker wish"),
        ("orders", "pair", "billion USD a year", "arms", "arms ordered"),
        ("backlog", "pair", "billion USD", "arms", "arms ordered and not yet delivered"),
        ("deliveries", "pair", "billion USD a year", "arms", "arms delivered"),
        ("stage_none", "pair", "probability", "durability", "no treaty"),
        ("stage_consultation", "pair", "probability", "durability", "treaty of consultation"),
        (
            "stage_neutrality",
            "pair",
            "probability",
            "durability",
            "treaty of neutrality or non-aggression",
        ),
        ("stage_defence", "pair", "probability", "durability", "treaty of defence"),
        (
            "first_alliance",
            "pair",
            "probability",
            "durability",
            "the first alliance has not yet been left",
        ),
        (
            "downgrade_hazard",
            "pair",
            "probability a year",
            "durability",
            "hazard that the treaty steps down",
        ),
        ("trust_first", "pair", "probability", "trust", "belief of the first state in the second"),
        ("trust_second", "pair", "probability", "trust", "belief of the second state in the first"),
        ("wish_threat", "pair", "utility", "threat", "ledger: common threat, the weaker side's"),
        ("wish_arms", "pair", "utility", "threat", "ledger: arms"),
        ("wish_trust", "pair", "utility", "threat", "ledger: trust, the weaker side's"),
        ("wish_dispute", "pair", "utility", "threat", "ledger: border dispute"),
        (
            "wish_bandwagon",
            "pair",
            "utility",
            "threat",
            "ledger: rewards of the West, the weaker side's",
        ),
        (
            "unravelling_time",
            "pair",
            "years",
            "threat",
            "years to go nine tenths of the way to a new alignment",
        ),
        ("threat", "state", "index", "threat", "threat felt from outside powers"),
    )
)
# Blocks in the order in which a quarter first writes them: what breaks first is the cause.
WRITTEN = (
    *("departures", "settled", "unemployment", "employment", "community", "closure"),
    *("restriction", "utility", "odds", "leaving", "entries", "remaining", "irregular_share"),
    *("irregular_entries", "deaths", "detained", "detected", "sent_back", "rents", "paid_logit"),
    *("paid_share", "group_tours", "overstay_chance", "return_chance", "ended", "joined"),
    *("legal", "removed", "returned", "overstay", "paid", "irregular", "arrived_3"),
    *("arrived_2", "arrived_1", "arrived_now", "home", "others", "residents", "trade"),
    *("regional_trade", "share", "unauthorised", "deprivation", "dispute"),
    *("hostility_share", "hostility_deprivation", "hostility_dispute", "hostility_region"),
    *("hostility_unauthorised", "hostility", "practice", "threat", "wish_first", "wish_second"),
    *("wish", "wish_threat", "wish_arms", "wish_trust", "wish_dispute", "wish_bandwagon"),
    *("alignment", "unravelling_time", "trust_first", "trust_second", "relation", "orders"),
    *("backlog", "deliveries", "stage_none", "stage_consultation", "stage_neutrality"),
    *("stage_defence", "first_alliance", "downgrade_hazard", "restrictiveness", "recorded"),
    *("official", "trips"),
)
DIMENSIONS = State._fields
RECORDS = {
    dimension: np.dtype([(b.name, np.float64) for b in BLOCKS if b.dimension == dimension])
    for dimension in DIMENSIONS
}


class Layout:
    """Where each value stands in the state vector.

    Parameters
    ----------
    sizes : dict of str to int
        How many pools, corridors, communities, regions, borders, pairs and states there are.
    """

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.start: dict[str, int] = {}
        self.length = 0
        for dimension in DIMENSIONS:
            self.start[dimension] = self.length
            self.length += sizes[dimension] * len(RECORDS[dimension].names or ())

    def cell(self, name: str, n: int) -> int:
        """Position in the state vector of a value of the n-th pool, corridor and so on."""
        block = next(b for b in BLOCKS if b.name == name)
        fields = list(RECORDS[block.dimension].names or ())
        return self.start[block.dimension] + n * len(fields) + fields.index(name)

    def owner(self, cell: int) -> tuple[str, int]:
        """What a position of the state vector is counted over, and which one it is."""
        filled = [d for d in DIMENSIONS if self.sizes[d] and self.start[d] <= cell]
        fields = RECORDS[filled[-1]].names or ()
        return filled[-1], (cell - self.start[filled[-1]]) // len(fields)

    def block(self, cell: int) -> Block:
        """The block that a position of the state vector belongs to."""
        dimension, _ = self.owner(cell)
        fields = RECORDS[dimension].names or ()
        name = fields[(cell - self.start[dimension]) % len(fields)]
        return next(b for b in BLOCKS if b.name == name)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many records each field of `State` has."""
        return np.array([self.sizes[dimension] for dimension in DIMENSIONS], dtype=np.int64)

    def workspace(self, workers: int) -> tuple[Floats, State]:
        """State vectors, one each worker, and the same memory as records.

        Returns
        -------
        vectors : (workers, length) array
        records : State of (workers, n) record arrays
            One idle record where there is none of a kind: NumPy calls what is empty contiguous,
            and another program would be compiled. `counts` says how many there are.
        """
        vectors = np.zeros((workers, self.length))
        views: list[Any] = []
        for dimension in DIMENSIONS:
            record = RECORDS[dimension]
            shape = (workers, self.sizes[dimension])
            strides = (8 * self.length, record.itemsize)
            offset = 8 * self.start[dimension]
            if self.sizes[dimension]:
                view = np.ndarray(shape, record, vectors.data, offset, strides)
            else:
                view = np.zeros((workers, 2), record)[:, :1]
            views.append(view.view(np.recarray))
        return vectors, State(*views)

    def first_written(self, vector: Floats) -> Block | None:
        """Of the blocks that are not finite in a state, the one that a quarter writes first.

        None where all are: values that are finite each can still be too large to add up.
        """
        bad = {self.block(int(cell)) for cell in np.flatnonzero(~np.isfinite(vector))}
        return min(bad, key=lambda block: WRITTEN.index(block.name), default=None)
