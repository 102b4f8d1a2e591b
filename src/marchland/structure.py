"""How the model hangs together: its quantities, and what moves what by which parameter.

The mechanisms compute; this table says in one place what they connect, so that a diagram and
its feedback loops follow from the model and need no drawing by hand. Tests hold it against the
mechanisms: every switch has an arrow, and every arrow's mechanism reads its parameters.

One thing is left out: who leaves is missing at home and is there again after the return. Counts
of people follow it, chances of leaving do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from marchland.vocabulary import OPEN_DRIVERS, PARAMETERS

Sign = Literal[1, -1, 0]
Part = Literal["people", "societies", "states"]


@dataclass(frozen=True)
class Quantity:
    """A quantity of the model: a node of the diagram.

    Parameters
    ----------
    name, label : str
        Short name, and what a reader sees.
    equation : str
        Equation that computes it, or that reads it where it comes from outside.
    part : {"people", "societies", "states"}
        Part of the model.
    measures, drivers : tuple of str
        Measures that show it; drivers of the case that give it. With drivers and no
        mechanism of its own it comes from outside the model.
    """

    name: str
    label: str
    equation: str
    part: Part
    measures: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether it comes from outside: no arrow ends at it."""
        return all(arrow.end != self.name for arrow in ARROWS)


@dataclass(frozen=True)
class Arrow:
    """One quantity moves another directly.

    Parameters
    ----------
    start, end : str
        Quantities; the same one where a quantity comes back to its level by itself.
    sign : {1, -1, 0}
        Direction that a positive parameter gives it; 0 where it may be either.
    equation : str
        Equation that carries it.
    mechanism : str
        Function of `marchland.mechanisms` that computes it, as `module.function`.
    parameters : tuple of str
        Parameters that scale it, any of which suffices. A name that ends in `_` stands for
        the names of a case that begin with it.
    factors : tuple of str
        Parameters without which it has no effect, whatever the others are.
    note : str
        What a reader should know of it.
    only : {"", "sojourners", "crossers"}
        Kind of corridor along which alone it works; a loop cannot pass from one to the other.
    """

    start: str
    end: str
    sign: Sign
    equation: str
    mechanism: str
    parameters: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    note: str = ""
    only: Literal["", "sojourners", "crossers"] = ""

    @property
    def key(self) -> str:
        """Name of the arrow, as in the page's address."""
        return f"{self.start}-{self.end}"

    @property
    def switches(self) -> tuple[str, ...]:
        """Parameters that switch it off; without any it follows from definitions."""
        return tuple(name for name in self.parameters if _switches(name))

    def scaled_by(self, name: str) -> bool:
        """Whether a parameter of this name scales it."""
        return any(name == p or (p.endswith("_") and name.startswith(p)) for p in self.parameters)


def _switches(name: str) -> bool:
    term = PARAMETERS.get(name)
    return name in OPEN_DRIVERS or (term is not None and term.switch)


# Within a code the first quantity is the one at which the diagram lists what is said of the
# equation and has no term.
_PEOPLE = [
    ("departures", "Departures", "E1", ("border_crossings",), ()),
    ("community", "Migrants present", "E2", ("migrants_stock",), ()),
    ("unemployment", "Unemployment at home", "E3", (), ("unemployment",)),
    ("restriction", "Restriction at the border", "E5", ("restrictiveness",), ()),
    ("irregular", "Entry without papers", "E5", ("irregular_entries",), ()),
    ("payment", "Payment to officials", "E5b", ("paid_share",), ()),
    ("unauthorised", "Stay without papers", "E5b", (), ()),
    ("overstaying", "Share who stay on", "E5b", (), ()),
    ("removals", "Removals", "E5b", ("removals",), ()),
    ("sent_back", "Crossers sent back", "E5c", ("crossers_stayed", "crossers_detected"), ()),
    ("returns", "Returns home", "E6", (), ()),
    ("detentions", "Held at the border", "O4", ("detentions",), ()),
    ("deaths", "Deaths in crossing", "E5", ("crossing_deaths",), ()),
    ("compliance", "Recorded compliance", "O1", ("recorded_compliance",), ()),
    ("official", "Official count", "O2", ("migrants_official",), ()),
    ("income_gap", "Income gap", "E1", (), ("income",)),
    ("distance", "Distance", "E1", (), ()),
    ("hunger", "Hunger at home", "E1", (), ("hunger",)),
    ("discrimination", "Discrimination at home", "E1", (), ("discrimination",)),
    ("labour", "Host's need of labour", "E1", (), ("labour_demand",)),
    ("supplies", "Loss of own supplies", "E1", (), ("supplies",)),
    ("layoffs", "Layoffs", "E3", (), ("layoffs", "state_share")),
    ("closure", "Closed border", "E5", (), ()),
    ("visa_rule", "Visa in the rules", "E5", (), ()),
    ("enforcement", "Border enforcement", "O4", (), ()),
]
_SOCIETIES = [
    ("trade", "Trade", "E7", ("trade_turnover",), ()),
    ("residents", "Residents", "E8", ("population",), ("population",)),
    ("hostility", "Hostility of residents", "E9", ("hostility",), ()),
    ("share", "Share of migrants", "E9", (), ()),
    ("answers", "Answers in surveys", "E9", ("survey_share",), ()),
    ("practice", "Practice of officials", "E10", (), ()),
    ("output", "Output of both states", "E7", (), ("gdp",)),
    ("exchange", "Weaker second currency", "E7", (), ("real_exchange_rate",)),
    ("quality", "Demand for better goods", "E7", (), ("quality_gap",)),
    ("bans", "Sanitary bans", "E7", (), ("sanitary_ban",)),
    ("increase", "Births less deaths", "E8", (), ("birth_rate", "death_rate")),
    ("prices", "Cost of living", "E8", (), ("price_level",)),
    ("deprivation", "Loss of real income", "E9", (), ("income",)),
    ("dispute", "Border dispute", "E9", (), ("local_dispute", "border_dispute")),
    ("adjoining", "Nearness of the border", "E9", (), ()),
]
_STATES = [
    ("trust", "Trust", "E11", ("trust", "trust_building_time"), ()),
    ("relation", "Relation", "E12", ("relation",), ()),
    ("wish", "Wish to align", "E13", (), ()),
    ("threat", "Threat from outside", "E13", ("threat",), ()),
    ("orders", "Arms orders", "E14", ("arms_orders",), ()),
    ("deliveries", "Arms deliveries", "E14", ("arms_deliveries", "arms_backlog"), ()),
    ("treaty", "Treaty in force", "E16", ("alliance_duration",), ()),
    ("step_up", "Treaty steps up", "E16", (), ()),
    ("step_down", "Treaty steps down", "E16", ("downgrade_hazard",), ()),
    ("alignment", "Alignment", "E17", ("alignment", "unravelling_time"), ()),
    ("succession", "Change of leader", "E18", (), ("leader_term",)),
    ("acts", "Acts on record", "E11", (), ()),
    ("outside_acts", "Acts of outside powers", "E13", (), OPEN_DRIVERS),
    ("rewards", "Rewards of the other side", "E13", (), ("bandwagon_reward",)),
    ("idle", "Idle arms capacity", "E14", (), ("arms_procurement",)),
    ("resources", "Military resources", "E14", (), ("military_resources",)),
    ("embargo", "Embargo by others", "E14", (), ("arms_embargo",)),
    ("power", "Shift of power", "E16", (), ("power_share",)),
]


def _quantities(
    rows: Iterable[tuple[str, str, str, tuple[str, ...], tuple[str, ...]]], part: Part
) -> dict[str, Quantity]:
    return {row[0]: Quantity(row[0], row[1], row[2], part, row[3], row[4]) for row in rows}


QUANTITIES: Mapping[str, Quantity] = (
    _quantities(_PEOPLE, "people")
    | _quantities(_SOCIETIES, "societies")
    | _quantities(_STATES, "states")
)
PARTS: Mapping[Part, str] = {"people": "People", "societies": "Societies", "states": "States"}

LAGGED = "People meet the restriction with a lag, trade at once."
PER_RESIDENT = "Counted per hundred residents."
RENTS = "Rents need both: a restriction, and people who stay without papers."

ARROWS: tuple[Arrow, ...] = (
    # E1 to E3: who leaves
    Arrow("income_gap", "departures", 1, "E1", "migration.utility", ("income",)),
    Arrow("unemployment", "departures", 1, "E1", "migration.utility", ("income",)),
    Arrow("community", "departures", 1, "E2", "migration.utility", ("diaspora",)),
    Arrow("distance", "departures", -1, "E1", "migration.utility", ("distance",)),
    Arrow("hunger", "departures", 1, "E1", "migration.utility", ("hunger",)),
    Arrow("discrimination", "departures", 1, "E1", "migration.utility", ("discrimination",)),
    Arrow("labour", "departures", 1, "E1", "migration.utility", ("labour_demand",)),
    Arrow("supplies", "departures", 1, "E1", "migration.utility", ("opportunity",)),
    Arrow("closure", "departures", -1, "E5", "migration.utility", ("opening",)),
    Arrow("restriction", "departures", -1, "E5", "migration.utility", ("visa",), (), LAGGED),
    Arrow("layoffs", "unemployment", 1, "E3", "migration.push", ("layoffs",)),
    Arrow("unemployment", "unemployment", -1, "E3", "migration.push", ("rehire",)),
    # E2: who is there
    Arrow("departures", "community", 1, "E2", "settlement.allowance", ("visit_share",)),
    Arrow("unauthorised", "community", 1, "E2", "networks.communities"),
    # E5, O4: rules, entry without papers
    Arrow("visa_rule", "restriction", 1, "E5", "regimes.take_effect"),
    Arrow("practice", "restriction", 1, "E5", "regimes.take_effect"),
    Arrow("departures", "irregular", 1, "E5", "regimes.irregular_share", ("irregular_share",)),
    Arrow(
        "restriction",
        "irregular",
        1,
        "E5",
        "regimes.irregular_share",
        ("irregular_restriction",),
        ("irregular_share",),
    ),
    Arrow(
        "enforcement",
        "irregular",
        -1,
        "E5",
        "regimes.irregular_share",
        ("irregular_enforcement",),
        ("irregular_share", "enforcement_growth"),
    ),
    Arrow("irregular", "unauthorised", 1, "E5", "regimes.without_papers"),
    Arrow(
        "irregular",
        "detentions",
        1,
        "O4",
        "regimes.without_papers",
        (),
        ("border_detection",),
        only="sojourners",
    ),
    Arrow(
        "enforcement",
        "detentions",
        1,
        "O4",
        "regimes.without_papers",
        ("enforcement_growth",),
        ("border_detection",),
    ),
    Arrow("detentions", "unauthorised", -1, "O4", "regimes.without_papers", only="sojourners"),
    Arrow(
        "irregular",
        "deaths",
        1,
        "E5",
        "regimes.without_papers",
        ("crossing_risk",),
        only="crossers",
    ),
    Arrow("deaths", "community", -1, "E5", "regimes.without_papers", only="crossers"),
    # E5b, E6, O1, O2: staying on
    Arrow(
        "departures",
        "unauthorised",
        1,
        "E5b",
        "settlement.overstay_chance",
        ("overstay",),
        only="sojourners",
    ),
    Arrow(
        "overstaying",
        "unauthorised",
        1,
        "E5b",
        "settlement.allowance",
        (),
        ("overstay",),
        only="sojourners",
    ),
    Arrow(
        "closure",
        "overstaying",
        -1,
        "E5b",
        "settlement.overstay_chance",
        ("opening",),
        ("overstay",),
    ),
    Arrow(
        "visa_rule",
        "overstaying",
        -1,
        "E5b",
        "settlement.overstay_chance",
        ("compliance", "composition"),
        ("overstay",),
        "It grows with the years under the visa.",
    ),
    Arrow("restriction", "payment", 1, "E5b", "settlement.payments", ("payment",), (), RENTS),
    Arrow(
        "unauthorised",
        "payment",
        1,
        "E5b",
        "settlement.payments",
        ("payment",),
        (),
        RENTS,
        only="sojourners",
    ),
    Arrow("closure", "payment", -1, "E5b", "settlement.payments", ("payment",)),
    Arrow("residents", "payment", -1, "E5b", "settlement.payments", ("payment",), (), PER_RESIDENT),
    Arrow(
        "unauthorised", "removals", 1, "E5b", "settlement.stays", ("detection",), only="sojourners"
    ),
    Arrow("payment", "removals", -1, "E5b", "settlement.stay_on", only="sojourners"),
    Arrow("removals", "unauthorised", -1, "E5b", "settlement.stay_on", only="sojourners"),
    Arrow(
        "unauthorised",
        "returns",
        1,
        "E6",
        "settlement.return_chance",
        ("return_rate",),
        only="sojourners",
    ),
    Arrow("income_gap", "returns", -1, "E6", "settlement.return_chance", ("return_income",)),
    Arrow("restriction", "returns", -1, "E6", "settlement.return_chance", ("visa_return",)),
    Arrow("returns", "unauthorised", -1, "E6", "settlement.stay_on", only="sojourners"),
    Arrow("overstaying", "compliance", -1, "O1", "observation.recorded", (), ("overstay",)),
    Arrow("payment", "compliance", 1, "O1", "observation.recorded", (), ("overstay",)),
    Arrow("unauthorised", "official", 1, "O2", "observation.officially", ("coverage",)),
    # E5c: the protocol
    Arrow(
        "irregular",
        "sent_back",
        1,
        "E5c",
        "regimes.protocol",
        ("crossing_detection",),
        only="crossers",
    ),
    Arrow(
        "hunger", "sent_back", -1, "E5c", "regimes.protocol", ("return_disaster",), only="crossers"
    ),
    Arrow(
        "labour", "sent_back", -1, "E5c", "regimes.protocol", ("return_labour",), only="crossers"
    ),
    Arrow("sent_back", "community", -1, "E5c", "regimes.protocol", only="crossers"),
    # E7: trade
    Arrow(
        "output",
        "trade",
        1,
        "E7",
        "trade.common_demand",
        ("trade_income_first", "trade_income_second"),
    ),
    Arrow("exchange", "trade", 1, "E7", "trade.common_demand", ("trade_devaluation",)),
    Arrow("trust", "trade", 1, "E7", "trade.common_demand", ("trade_trust",)),
    Arrow("restriction", "trade", -1, "E7", "trade.border_shock", ("trade_visa",), (), LAGGED),
    Arrow("quality", "trade", -1, "E7", "trade.border_shock", ("trade_quality",)),
    Arrow("bans", "trade", -1, "E7", "trade.border_shock", ("trade_ban",)),
    Arrow("supplies", "trade", 1, "E7", "trade.turnover", ("trade_supplies",)),
    # E8: residents
    Arrow("increase", "residents", 1, "E8", "demography.residents"),
    Arrow("prices", "residents", -1, "E8", "demography.out_rate", ("out_migration_cost",)),
    Arrow("supplies", "residents", -1, "E8", "demography.out_rate", ("out_migration_neglect",)),
    # E9: hostility
    Arrow("community", "share", 1, "E9", "perception.shares", only="sojourners"),
    Arrow("residents", "share", -1, "E9", "perception.shares"),
    Arrow("share", "hostility", 1, "E9", "perception.hostility", ("hostility_share",)),
    Arrow("deprivation", "hostility", 1, "E9", "perception.hostility", ("hostility_deprivation",)),
    Arrow("dispute", "hostility", 1, "E9", "perception.hostility", ("hostility_dispute",)),
    Arrow("adjoining", "hostility", 1, "E9", "perception.hostility", ("hostility_region",)),
    Arrow(
        "unauthorised",
        "hostility",
        1,
        "E9",
        "perception.hostility",
        ("hostility_unauthorised",),
        (),
        PER_RESIDENT,
        only="sojourners",
    ),
    Arrow(
        "residents",
        "hostility",
        -1,
        "E9",
        "perception.hostility",
        ("hostility_unauthorised",),
        (),
        PER_RESIDENT,
    ),
    Arrow("hostility", "answers", 0, "E9", "", ("answer_",), (), "A slope for each answer."),
    # E10: practice
    Arrow("hostility", "practice", 1, "E10", "dilemma.practice", ("practice_hostility",)),
    Arrow("trade", "practice", -1, "E10", "dilemma.practice", ("practice_trade",)),
    Arrow("practice", "practice", -1, "E10", "dilemma.practice", ("practice_damping",)),
    # E11, E12, E18: trust and relation
    Arrow("acts", "trust", 1, "E11", "trust.believe", ("trust_good", "trust_untrustworthy")),
    Arrow("trust", "trust", -1, "E11", "trust.update", ("trust_drift",)),
    Arrow(
        "succession",
        "trust",
        0,
        "E18",
        "trust.update",
        ("trust_succession",),
        (),
        "Belief moves back towards that of the start, from above or from below.",
    ),
    Arrow("alignment", "relation", 1, "E12", "events.relation", ("relation_alignment",)),
    Arrow("trust", "relation", 1, "E12", "events.relation", ("relation_trust",)),
    Arrow("hostility", "relation", -1, "E12", "events.relation", ("relation_hostility",)),
    Arrow("relation", "relation", -1, "E12", "events.relation", ("relation_persistence",)),
    # E13, E17: threat and alignment
    Arrow("outside_acts", "threat", 1, "E13", "threat.outside_threat", OPEN_DRIVERS),
    Arrow("threat", "threat", -1, "E13", "threat.outside_threat", ("threat_half_life",)),
    Arrow("threat", "wish", 1, "E13", "threat.wish", ("common_threat",)),
    Arrow("deliveries", "wish", 1, "E13", "threat.wish", ("arms",)),
    Arrow("trust", "wish", 1, "E13", "threat.wish", ("alignment_trust",)),
    Arrow("dispute", "wish", -1, "E13", "threat.wish", ("alignment_dispute",)),
    Arrow("rewards", "wish", -1, "E13", "threat.wish", ("bandwagon",)),
    Arrow("wish", "alignment", 1, "E17", "threat.align", ("alignment_speed",)),
    Arrow("alignment", "alignment", -1, "E17", "threat.align", ("alignment_speed",)),
    # E14: arms
    Arrow("idle", "orders", 1, "E14", "arms.transfers", ("arms_need",), ("arms_level",)),
    Arrow("resources", "orders", 1, "E14", "arms.transfers", ("arms_resources",), ("arms_level",)),
    Arrow("embargo", "orders", 1, "E14", "arms.transfers", ("arms_embargo",), ("arms_level",)),
    Arrow("orders", "deliveries", 1, "E14", "arms.transfers", ("arms_lag",)),
    # E16: treaties
    Arrow(
        "wish",
        "step_up",
        1,
        "E16",
        "durability.stages",
        ("treaty_upward",),
        ("treaty_upward_base",),
    ),
    Arrow(
        "threat",
        "step_down",
        -1,
        "E16",
        "durability.step_down",
        ("treaty_threat",),
        ("treaty_base",),
    ),
    Arrow(
        "power",
        "step_down",
        1,
        "E16",
        "durability.step_down",
        ("treaty_power_ratio",),
        ("treaty_base",),
    ),
    Arrow(
        "succession",
        "step_down",
        1,
        "E16",
        "durability.step_down",
        ("treaty_leader",),
        ("treaty_base",),
    ),
    Arrow("step_up", "treaty", 1, "E16", "durability.stages"),
    Arrow("step_down", "treaty", -1, "E16", "durability.stages"),
)
