"""What the model knows: its drivers, parameters, switches and measures.

A case may name only what stands here. Three kinds of names are open, because
a case brings its own: drivers `act_*` (acts of outside powers, by kind), and
parameters `departures_*`, `trade_level_*` and `answer_*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Fill = Literal["linear", "step", "pulse"]
OPEN_PARAMETERS = ("departures_", "trade_level_", "answer_")
OPEN_DRIVERS = ("act_",)

RULES: Mapping[str, tuple[str, ...]] = {
    "growth": ("drift", "volatility", "half_life", "window"),
    "share": ("drift", "volatility", "half_life", "window"),
    "held": ("rate", "window"),
    "arrivals": ("rate", "window"),
    "succession": ("rate", "window"),
    "acts": ("rate", "window"),
    "start": (),
}
"""Rules by which a projection continues what comes from outside, and what a case may state."""


@dataclass(frozen=True)
class DriverTerm:
    """A series that comes from outside the model.

    Parameters
    ----------
    name : str
        Name used in `drivers.csv`.
    dimension : {"region", "state", "pair"}
        What the place column holds.
    unit : str
        Unit of the values.
    fill : {"linear", "step", "pulse"}
        Between dated values: straight line, hold the last, or only then.
    enters : str
        Equation and term that read it.
    """

    name: str
    dimension: str
    unit: str
    fill: Fill
    enters: str

    @property
    def continues(self) -> str:
        """Rule of `RULES` by which a projection continues it where the case states none."""
        return CONTINUES[self.name]


@dataclass(frozen=True)
class ParameterTerm:
    """A number of the model that a case gives a prior.

    Parameters
    ----------
    name : str
        Name used in `model.yaml`.
    neutral : float
        Value where a case says nothing: the term then has no effect.
    equation : str
        Equation of MODEL that reads it.
    meaning : str
        One line, with the direction a positive value has.
    switch : bool
        Whether 0 removes exactly the term's effect, so that it can be switched.
    """

    name: str
    neutral: float
    equation: str
    meaning: str
    switch: bool = True


@dataclass(frozen=True)
class Vocabulary:
    """All names that a case may use, with their meaning."""

    drivers: Mapping[str, DriverTerm]
    parameters: Mapping[str, ParameterTerm]
    switches: frozenset[str]
    measures: frozenset[str] = field(default_factory=frozenset)

    def knows_parameter(self, name: str) -> bool:
        """Whether the model reads a parameter of this name."""
        return name in self.parameters or name.startswith(OPEN_PARAMETERS)

    def knows_driver(self, name: str) -> bool:
        """Whether the model reads a driver of this name."""
        return name in self.drivers or name.startswith(OPEN_DRIVERS)


def _drivers(rows: Iterable[tuple[str, str, str, Fill, str]]) -> dict[str, DriverTerm]:
    return {row[0]: DriverTerm(*row) for row in rows}


DRIVERS = _drivers(
    [
        ("population", "region", "persons", "step", "E8 initial state"),
        (
            "group_share",
            "region",
            "share",
            "linear",
            "E1 share of the pool that belongs to the group",
        ),
        ("income", "region", "index", "linear", "E1 income gap; E9 deprivation"),
        ("unemployment", "region", "share", "linear", "E1, E3 probability of employment"),
        ("layoffs", "region", "share of state staff per year", "step", "E3 push"),
        ("state_share", "region", "share of employment", "linear", "E3 scale of layoffs"),
        ("supplies", "region", "index, 1990 = 100", "linear", "E1 opportunity; E7; E8 neglect"),
        ("birth_rate", "region", "per 1,000 a year", "linear", "E8"),
        ("death_rate", "region", "per 1,000 a year", "linear", "E8"),
        ("price_level", "region", "ratio to the nation", "linear", "E8 cost of living"),
        ("hunger", "region", "index 0 to 1", "linear", "E1; E5c disaster"),
        ("discrimination", "region", "index 0 to 1", "linear", "E1"),
        ("labour_demand", "region", "index 0 to 1", "linear", "E1 incentives; E5c labour need"),
        ("local_dispute", "region", "index 0 to 1", "linear", "E9 border dispute felt in a region"),
        ("exposure", "region", "share of trade", "step", "E7 trade that passes in people's hands"),
        ("gdp", "state", "billion USD a year", "linear", "E7"),
        ("power_share", "state", "share of the world", "linear", "E16 change of the power ratio"),
        ("arms_procurement", "state", "index, 1990 = 100", "linear", "E14 supply"),
        ("military_resources", "state", "index, 1990 = 100", "linear", "E14 demand"),
        ("arms_embargo", "state", "index 0 to 1", "step", "E14 demand"),
        ("leader_term", "state", "ordinal", "step", "E11, E16, E18 successions"),
        ("bandwagon_reward", "state", "index 0 to 1", "linear", "E13"),
        ("real_exchange_rate", "pair", "index, 1997 = 100", "linear", "E7 devaluation"),
        ("sanitary_ban", "pair", "index 0 to 1", "step", "E7"),
        ("quality_gap", "pair", "index 0 to 1", "step", "E7 demand for better goods"),
        ("border_dispute", "pair", "index 0 to 1", "linear", "E13 conflict of interests"),
    ]
)

CONTINUES: Mapping[str, str] = {
    **dict.fromkeys(("population", "group_share"), "start"),
    **dict.fromkeys(("income", "supplies", "gdp", "birth_rate", "death_rate"), "growth"),
    **dict.fromkeys(("price_level", "real_exchange_rate"), "growth"),
    **dict.fromkeys(("arms_procurement", "military_resources"), "growth"),
    **dict.fromkeys(("unemployment", "state_share", "power_share", "bandwagon_reward"), "share"),
    **dict.fromkeys(("hunger", "discrimination", "labour_demand"), "share"),
    **dict.fromkeys(("exposure", "arms_embargo", "quality_gap"), "held"),
    **dict.fromkeys(("local_dispute", "border_dispute"), "held"),
    **dict.fromkeys(("layoffs", "sanitary_ban"), "arrivals"),
    "leader_term": "succession",
}
BORDER_RULES, PAIR_ACTS = "regimes", "acts"
CONTINUED = {BORDER_RULES: "held", PAIR_ACTS: "acts"}
"""What is continued besides drivers: the rules at borders, and the acts of a pair."""

POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "linear": ("growth", "share", "held"),
    "step": ("held", "arrivals"),
    "pulse": ("arrivals",),
}
"""Rules that fit how a driver runs between its dates."""


def continues(name: str) -> str:
    """Rule by which a driver, `regimes` or `acts` is continued where the case states none."""
    if name in CONTINUED:
        return CONTINUED[name]
    return CONTINUES.get(name, "arrivals")


def possible_rules(name: str) -> tuple[str, ...]:
    """Rules that a case may choose for a driver, `regimes` or `acts`."""
    rule, term = continues(name), DRIVERS.get(name)
    if rule in ("start", "succession", "acts") or name == BORDER_RULES:
        return (rule,)
    return POSSIBLE[term.fill if term else "pulse"]


def _parameters(rows: Iterable[tuple[str, float, str, str, bool]]) -> dict[str, ParameterTerm]:
    return {row[0]: ParameterTerm(*row) for row in rows}


PARAMETERS = _parameters(
    [
        # E1 flows
        ("income", 0.0, "E1", "more leave where expected income abroad is higher", True),
        ("diaspora", 0.0, "E2", "more leave where more of one's group already are", True),
        ("distance", 0.0, "E1", "fewer leave over longer distances", True),
        ("hunger", 0.0, "E1", "more leave where there is hunger", True),
        ("discrimination", 0.0, "E1", "more leave where they are discriminated against", True),
        ("labour_demand", 0.0, "E1", "more leave where the host wants workers", True),
        ("opportunity", 0.0, "E1", "more leave for places cut off from their own supplies", True),
        ("trips", 2.0, "E1", "trips across the border per visitor and quarter", False),
        # E3 push
        ("layoffs", 0.0, "E3", "share of laid-off state staff that joins the unemployed", True),
        ("rehire", 0.1, "E3", "share of excess unemployment absorbed in a quarter", False),
        # E5 regimes
        ("opening", 0.0, "E5", "log gain of entries when a closed border opens", True),
        ("visa", 0.0, "E5", "log gain of entries when the visa is lifted", True),
        ("visa_return", 0.0, "E5", "log gain of returns when the visa is lifted", True),
        ("restriction_rate", 2.0, "E5", "rate a year at which a restriction bites", False),
        ("removal_rate", 6.0, "E5", "rate a year at which a removal takes effect", False),
        ("irregular_share", 0.0, "E5", "share of entries without papers, border open", False),
        ("irregular_restriction", 0.0, "E5", "restriction raises the irregular share", True),
        ("irregular_enforcement", 0.0, "E5", "enforcement lowers the irregular share", True),
        ("crossing_risk", 0.0, "E5", "chance that a crossing ends in death", True),
        # E5b overstaying and payment
        ("visit_share", 0.2, "E5b", "part of a quarter that a visit lasts", False),
        ("overstay", 0.0, "E5b", "hazard of overstaying when the allowance ends", True),
        ("detection", 0.5, "E5b", "inland detection of overstayers, per year", False),
        ("paid_share", 0.5, "E5b", "share of those found who paid, at the start", False),
        ("payment", 0.0, "E5b", "rise of payment with rents, logit a year", True),
        ("composition", 0.0, "E5b", "rise of group tours, which return, hazard a year", True),
        ("compliance", 0.0, "E5b", "fall of the overstay hazard under a visa, log a year", True),
        ("return_rate", 0.8, "E6", "return hazard of those who stay on, per year", False),
        ("return_income", 0.0, "E6", "higher income abroad lowers return", True),
        (
            "initial_settled",
            0.0,
            "E6",
            "people of the group in the host places at the start",
            False,
        ),
        # E5c the protocol
        ("return_base", 0.0, "E5c", "log odds that a crosser found is returned", False),
        (
            "return_disaster",
            0.0,
            "E5c",
            "disaster at home keeps crossers from being returned",
            True,
        ),
        ("return_labour", 0.0, "E5c", "the host's need of labour keeps crossers", True),
        ("crossing_detection", 1.0, "O4", "share of crossers who are discovered", False),
        # E7 trade
        ("trade_income_first", 0.0, "E7", "elasticity to the first state's output", True),
        ("trade_income_second", 0.0, "E7", "elasticity to the second state's output", True),
        ("trade_visa", 0.0, "E7", "log loss of border trade under the visa", True),
        ("trade_quality", 0.0, "E7", "log loss of border trade to better goods", True),
        (
            "trade_exposure",
            0.0,
            "E7",
            "share of a pair's trade that passes in people's hands",
            False,
        ),
        (
            "trade_devaluation",
            0.0,
            "E7",
            "a weaker currency of the second state raises trade",
            True,
        ),
        ("trade_supplies", 0.0, "E7", "loss of own supplies raises border trade", True),
        ("trade_ban", 0.0, "E7", "log loss under sanitary bans", True),
        ("trade_trust", 0.0, "E7", "trust raises trade", True),
        # E8 people
        ("out_migration", 0.0, "E8", "share of residents who leave for the interior a year", False),
        ("out_migration_cost", 0.0, "E8", "higher prices raise out-migration", True),
        ("out_migration_neglect", 0.0, "E8", "loss of supplies raises out-migration", True),
        # E9 hostility
        ("hostility_share", 0.0, "E9", "perceived share of migrants raises hostility", True),
        ("hostility_deprivation", 0.0, "E9", "loss of income raises hostility", True),
        ("hostility_dispute", 0.0, "E9", "a border dispute raises hostility", True),
        ("hostility_region", 0.0, "E9", "border regions see only relative gains", True),
        ("hostility_unauthorised", 0.0, "E9", "unauthorised stay raises hostility", True),
        # E10 practice
        ("practice_hostility", 0.0, "E10", "hostility hardens practice at the border", True),
        ("practice_trade", 0.0, "E10", "the need of trade softens practice", True),
        (
            "practice_damping",
            0.5,
            "E10",
            "rate a year at which practice returns to the rule",
            False,
        ),
        # E11 trust
        ("trust_initial", 0.5, "E11", "belief at the start, and to which it drifts", False),
        ("trust_good", 0.5, "E11", "chance of a good act from a trustworthy other", False),
        (
            "trust_untrustworthy",
            0.5,
            "E11",
            "chance of a good act from an untrustworthy other",
            False,
        ),
        ("trust_drift", 0.0, "E11", "drift of belief per quarter", True),
        ("trust_succession", 0.0, "E18", "extra drift in a quarter of succession", True),
        # E12 relation
        (
            "relation_persistence",
            0.8,
            "E12",
            "share of the relation kept from a quarter to the next",
            False,
        ),
        ("relation_alignment", 0.0, "E12", "alignment improves the relation", True),
        ("relation_trust", 0.0, "E12", "trust improves the relation", True),
        ("relation_hostility", 0.0, "E12", "hostility in border regions harms the relation", True),
        ("acts_level", 0.0, "E12", "log odds that a reported act is cooperative", False),
        # E13, E17 threat and alignment
        ("threat_half_life", 1.5, "E13", "years until half of a threat is forgotten", False),
        ("alignment_base", 0.0, "E13", "utility of alignment without the terms", False),
        ("common_threat", 0.0, "E13", "threat from outside raises the wish to align", True),
        ("arms", 0.0, "E13", "arms traded raise the wish to align", True),
        ("alignment_trust", 0.0, "E13", "trust raises the wish to align", True),
        ("alignment_dispute", 0.0, "E13", "a border dispute lowers the wish to align", True),
        ("bandwagon", 0.0, "E13", "rewards of the West lower the wish to align", True),
        ("alignment_speed", 0.5, "E17", "rate a year at which alignment follows the wish", False),
        # E14 arms
        ("arms_level", 0.0, "E14", "orders in the reference quarter, billion USD a year", False),
        ("arms_need", 0.0, "E14", "idle capacity raises supply", True),
        ("arms_resources", 0.0, "E14", "military resources raise demand", True),
        ("arms_embargo", 0.0, "E14", "an embargo by others raises demand", True),
        ("arms_lag", 2.5, "E14", "years from order to delivery", False),
        # E16 treaties
        ("treaty_upward_base", 0.0, "E16", "yearly chance of a step up", False),
        ("treaty_upward", 0.0, "E16", "wish to align raises the chance of a step up", True),
        ("treaty_base", 0.0, "E16", "yearly chance of a step down", False),
        ("treaty_threat", 0.0, "E16", "common threat lowers the chance of a step down", True),
        (
            "treaty_power_ratio",
            0.0,
            "E16",
            "a changing power ratio raises the chance of a step down",
            True,
        ),
        ("treaty_leader", 0.0, "E16", "a succession raises the chance of a step down", True),
        # observation
        ("coverage", 1.0, "O2", "share of those who stay that official counts see", False),
        ("border_detection", 0.0, "O4", "share of irregular entries held at the border", False),
        ("enforcement_growth", 0.0, "O4", "growth of border enforcement, log a year", True),
    ]
)

MEASURES = frozenset(
    [
        *("population", "migrants_stock", "migrants_official", "border_crossings"),
        *("irregular_entries", "recorded_compliance", "removals", "detentions", "paid_share"),
        *("crossers_detected", "crossers_stayed", "crossing_deaths", "survey_share", "hostility"),
        *("trade_turnover", "restrictiveness", "relation", "alignment", "threat", "trust"),
        *("trust_building_time", "alliance_duration", "unravelling_time", "downgrade_hazard"),
        *("arms_orders", "arms_deliveries", "arms_backlog"),
    ]
)

VOCABULARY = Vocabulary(
    drivers=DRIVERS,
    parameters=PARAMETERS,
    switches=frozenset(name for name, term in PARAMETERS.items() if term.switch),
    measures=MEASURES,
)
