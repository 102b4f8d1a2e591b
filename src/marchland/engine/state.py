"""The state of one member in one quarter: one vector, seen through named blocks.

Everything that may be read later stands here, flows of the quarter included, so that a
trajectory is the copy of this vector quarter by quarter, and a value that is not finite
leads to the block and so to the mechanism that wrote it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marchland.engine.compile import compiled

Floats = NDArray[np.float64]


class State(NamedTuple):
    """Views into the state vector; see `BLOCKS` for units and meaning."""

    home: Floats
    legal: Floats
    overstay: Floats
    paid: Floats
    irregular: Floats
    settled: Floats
    arrived_now: Floats
    arrived_1: Floats
    arrived_2: Floats
    arrived_3: Floats
    leaving: Floats
    utility: Floats
    entries: Floats
    irregular_entries: Floats
    detained: Floats
    deaths: Floats
    detected: Floats
    sent_back: Floats
    ended: Floats
    recorded: Floats
    removed: Floats
    returned: Floats
    trips: Floats
    official: Floats
    community: Floats
    others: Floats
    residents: Floats
    unemployment: Floats
    share: Floats
    unauthorised: Floats
    hostility: Floats
    hostility_share: Floats
    hostility_deprivation: Floats
    hostility_dispute: Floats
    hostility_region: Floats
    hostility_unauthorised: Floats
    deprivation: Floats
    dispute: Floats
    regional_trade: Floats
    restriction: Floats
    closure: Floats
    restrictiveness: Floats
    practice: Floats
    paid_logit: Floats
    paid_share: Floats
    rents: Floats
    group_tours: Floats
    trade: Floats
    relation: Floats
    alignment: Floats
    wish_first: Floats
    wish_second: Floats
    wish: Floats
    orders: Floats
    backlog: Floats
    deliveries: Floats
    stage_none: Floats
    stage_consultation: Floats
    stage_neutrality: Floats
    stage_defence: Floats
    first_alliance: Floats
    downgrade_hazard: Floats
    trust_first: Floats
    trust_second: Floats
    wish_threat: Floats
    wish_arms: Floats
    wish_trust: Floats
    wish_dispute: Floats
    wish_bandwagon: Floats
    unravelling_time: Floats
    threat: Floats


class Block(NamedTuple):
    """A named part of the state vector.

    Parameters
    ----------
    name : str
        Field of `State`.
    dimension : str
        What it is counted over: pool, corridor, community, region, border, pair or state.
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
        ("utility", "corridor", "log odds", "migration", "utility of leaving along the corridor"),
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


def layout(sizes: dict[str, int]) -> NDArray[np.int64]:
    """Offsets of the blocks in the state vector, shape (blocks + 1,)."""
    lengths = [sizes[block.dimension] for block in BLOCKS]
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


@compiled
def view(x, o):
    """Name the blocks of the state vector `x` by their offsets `o`; nothing is copied."""
    return State(
        x[o[0] : o[1]],  # home
        x[o[1] : o[2]],  # legal
        x[o[2] : o[3]],  # overstay
        x[o[3] : o[4]],  # paid
        x[o[4] : o[5]],  # irregular
        x[o[5] : o[6]],  # settled
        x[o[6] : o[7]],  # arrived_now
        x[o[7] : o[8]],  # arrived_1
        x[o[8] : o[9]],  # arrived_2
        x[o[9] : o[10]],  # arrived_3
        x[o[10] : o[11]],  # leaving
        x[o[11] : o[12]],  # utility
        x[o[12] : o[13]],  # entries
        x[o[13] : o[14]],  # irregular_entries
        x[o[14] : o[15]],  # detained
        x[o[15] : o[16]],  # deaths
        x[o[16] : o[17]],  # detected
        x[o[17] : o[18]],  # sent_back
        x[o[18] : o[19]],  # ended
        x[o[19] : o[20]],  # recorded
        x[o[20] : o[21]],  # removed
        x[o[21] : o[22]],  # returned
        x[o[22] : o[23]],  # trips
        x[o[23] : o[24]],  # official
        x[o[24] : o[25]],  # community
        x[o[25] : o[26]],  # others
        x[o[26] : o[27]],  # residents
        x[o[27] : o[28]],  # unemployment
        x[o[28] : o[29]],  # share
        x[o[29] : o[30]],  # unauthorised
        x[o[30] : o[31]],  # hostility
        x[o[31] : o[32]],  # hostility_share
        x[o[32] : o[33]],  # hostility_deprivation
        x[o[33] : o[34]],  # hostility_dispute
        x[o[34] : o[35]],  # hostility_region
        x[o[35] : o[36]],  # hostility_unauthorised
        x[o[36] : o[37]],  # deprivation
        x[o[37] : o[38]],  # dispute
        x[o[38] : o[39]],  # regional_trade
        x[o[39] : o[40]],  # restriction
        x[o[40] : o[41]],  # closure
        x[o[41] : o[42]],  # restrictiveness
        x[o[42] : o[43]],  # practice
        x[o[43] : o[44]],  # paid_logit
        x[o[44] : o[45]],  # paid_share
        x[o[45] : o[46]],  # rents
        x[o[46] : o[47]],  # group_tours
        x[o[47] : o[48]],  # trade
        x[o[48] : o[49]],  # relation
        x[o[49] : o[50]],  # alignment
        x[o[50] : o[51]],  # wish_first
        x[o[51] : o[52]],  # wish_second
        x[o[52] : o[53]],  # wish
        x[o[53] : o[54]],  # orders
        x[o[54] : o[55]],  # backlog
        x[o[55] : o[56]],  # deliveries
        x[o[56] : o[57]],  # stage_none
        x[o[57] : o[58]],  # stage_consultation
        x[o[58] : o[59]],  # stage_neutrality
        x[o[59] : o[60]],  # stage_defence
        x[o[60] : o[61]],  # first_alliance
        x[o[61] : o[62]],  # downgrade_hazard
        x[o[62] : o[63]],  # trust_first
        x[o[63] : o[64]],  # trust_second
        x[o[64] : o[65]],  # wish_threat
        x[o[65] : o[66]],  # wish_arms
        x[o[66] : o[67]],  # wish_trust
        x[o[67] : o[68]],  # wish_dispute
        x[o[68] : o[69]],  # wish_bandwagon
        x[o[69] : o[70]],  # unravelling_time
        x[o[70] : o[71]],  # threat
    )
