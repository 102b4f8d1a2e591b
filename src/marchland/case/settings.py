"""What the YAML files of a case hold: its sets, rules, parameters, explanations, scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from marchland.case.files import LinedMap
from marchland.case.schema import Dated, Identifier, Names, Quality, Row

Share = Annotated[float, Field(ge=0, le=1)]


def keyed(field: str) -> Callable[[Any], Any]:
    """Give each entry of a mapping its own key as a field."""

    def inject(value: Any) -> Any:
        if not isinstance(value, dict):
            return {} if value is None else value
        return {key: _with_key(entry, field, key) for key, entry in value.items()}

    return inject


def _with_key(entry: Any, field: str, key: str) -> Any:
    if isinstance(entry, LinedMap):
        return entry.with_value(field, key)
    return {**entry, field: key} if isinstance(entry, dict) else entry


# ---------------------------------------------------------------- rules.yaml


class Regime(Row):
    """The regime at a border over a period, as numbers from 0 (open) to 1 (closed)."""

    border: str
    start: Dated
    end: Dated | None = None
    regime: Literal["closed", "permit", "visa", "quota", "visa_free"]
    restrictiveness: Share
    closure: Share
    visa: Share
    source: str | None = None
    locator: str | None = None
    note: str | None = None


class Provision(Row):
    """An article of a treaty: the facts that bring it into play and what follows."""

    article: str
    subject: str
    facts: Names = Field(default_factory=list)
    consequence: str | None = None
    lenient: str | None = None
    strict: str | None = None
    locator: str | None = None
    note: str | None = None


class Treaty(Row):
    """A treaty with its dates, its stage and its provisions."""

    id: Identifier
    title: str
    parties: Annotated[Names, Field(min_length=2)]
    signed: Dated
    in_force: Dated | None = None
    term_years: float | None = Field(default=None, gt=0)
    stage: Literal["consultation", "neutrality", "defence", "none"] = "none"
    source: str | None = None
    locator: str | None = None
    note: str | None = None
    provisions: list[Provision] = Field(default_factory=list)


class Stay(Row):
    """The longest stay that a state's rules allow a visitor of a group."""

    state: str
    group: str
    months: float = Field(gt=0)
    start: Dated
    end: Dated | None = None
    source: str | None = None
    locator: str | None = None
    note: str | None = None


# ---------------------------------------------------------------- model.yaml

_FAMILIES: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sd_log"),
    "beta": ("a", "b"),
    "half_normal": ("sd",),
    "uniform": ("low", "high"),
    "fixed": ("value",),
}
_POSITIVE = {"sd", "sd_log", "median", "a", "b"}


class Prior(Row):
    """What is believed of a parameter before the evidence.

    ``normal`` (mean, sd), ``lognormal`` (median, sd of the logarithm), ``beta`` (a, b),
    ``half_normal`` (sd), ``uniform`` (low, high) or ``fixed`` (value).
    """

    family: Literal["normal", "lognormal", "beta", "half_normal", "uniform", "fixed"]
    arguments: tuple[float, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_mapping(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "family" in data:
            return data
        if len(data) != 1:
            raise ValueError(f"a prior is one of {', '.join(_FAMILIES)}, as {{normal: [0, 1]}}")
        (family, arguments), *_ = data.items()
        listed = list(arguments) if isinstance(arguments, list) else [arguments]
        return {"family": family, "arguments": listed, "line": getattr(data, "line", 0)}

    @model_validator(mode="after")
    def _possible(self) -> Prior:
        names = _FAMILIES[self.family]
        if len(self.arguments) != len(names):
            raise ValueError(
                f"{self.family} takes {len(names)} numbers ({', '.join(names)}), "
                f"but got {len(self.arguments)}"
            )
        for name, value in zip(names, self.arguments, strict=True):
            if name in _POSITIVE and value <= 0:
                raise ValueError(f"{self.family}: {name} > 0 must hold, but got {name}={value:g}")
        if self.family == "uniform" and self.arguments[0] >= self.arguments[1]:
            low, high = self.arguments
            raise ValueError(f"uniform: low < high must hold, but got low={low:g}, high={high:g}")
        return self


class Parameter(Row):
    """A number of the model: its prior, its unit and the reason for the prior."""

    name: str
    prior: Prior
    unit: str
    equation: str | None = None
    reason: str
    source: str | None = None


class SurveySetting(Row):
    """How a survey target is scored: respondents, and spread beyond that of a fair sample."""

    base: int = Field(gt=0)
    overdispersion: float = Field(default=1.0, ge=1)


class LinedRow(Row):
    """An entry with rules on single keys, which therefore remembers the line of each."""

    lines: dict[str, int] = Field(default_factory=dict, repr=False, exclude=True)

    def line_of(self, key: str) -> int:
        """Line of a key, or of the entry where the key is not given."""
        return self.lines.get(key, self.line)


def _as_read(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Keep a mapping with its lines, which its own rules report (`checking_structure`)."""
    checked = validate(value)
    if not isinstance(value, LinedMap):
        return checked
    return value.without({key for key, entry in value.items() if entry is None})


class Observation(LinedRow):
    """How far the evidence may stand from the truth, by quality and by target.

    ``errors`` are standard deviations on the log or logit scale; ``about`` is added in quadrature.
    """

    errors: dict[Quality, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    about: float | None = Field(default=None, ge=0)
    survey: dict[str, SurveySetting] = Field(default_factory=dict)
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    structure: Annotated[dict[str, Any], WrapValidator(_as_read)] = Field(default_factory=dict)


# ------------------------------------------------------- explanations.yaml, scenarios.yaml


class Rival(Row):
    """One explanation: the terms it switches off, and the parameters it fixes."""

    title: str
    off: Names = Field(default_factory=list)
    set: dict[str, float] = Field(default_factory=dict)


class Question(Row):
    """A question with its rival explanations."""

    text: str
    rivals: Annotated[dict[str, Rival], Field(min_length=1)]


class Explanations(Row):
    """Rival explanations, by question."""

    questions: dict[str, Question] = Field(default_factory=dict)


class _Dated(Row):
    # `from` is a word of Python, so the attributes are `start` and `end`.
    start: Dated | None = Field(default=None, alias="from")
    end: Dated | None = Field(default=None, alias="to")


class RuleChange(_Dated):
    """A change of the regime at a border, from one date to another."""

    rule: str
    set: dict[Literal["restrictiveness", "closure", "visa"], Share] = Field(min_length=1)


class DriverChange(_Dated):
    """A change of a driver: set to, scaled by, or raised by a number."""

    driver: str
    place: str | None = None
    set: float | None = None
    scale: float | None = None
    add: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> DriverChange:
        given = [n for n in ("set", "scale", "add") if getattr(self, n) is not None]
        if len(given) != 1:
            got = " and ".join(given) if given else "none"
            raise ValueError(f"a change of a driver has one of set, scale and add, but got {got}")
        return self


class SwitchChange(_Dated):
    """A term of the model, switched on or off."""

    switch: str
    set: Literal[0, 1]


KINDS_OF_CHANGE = ("rule", "driver", "switch")


def _kind_of_change(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((kind for kind in KINDS_OF_CHANGE if kind in value), None)
    return next((kind for kind in KINDS_OF_CHANGE if hasattr(value, kind)), None)


Change = Annotated[
    Annotated[RuleChange, Tag("rule")]
    | Annotated[DriverChange, Tag("driver")]
    | Annotated[SwitchChange, Tag("switch")],
    Discriminator(_kind_of_change),
]


class Scenario(Row):
    """A named set of dated changes, and why one would ask."""

    name: str
    title: str
    why: str | None = None
    changes: Annotated[list[Change], Field(min_length=1)]


# ---------------------------------------------------------------- case.yaml


class AskedQuestion(Row):
    """A question that the report answers; what it needs depends on its kind."""

    model_config = ConfigDict(extra="allow")

    id: Identifier
    text: str
    kind: str
    measure: str | None = None
    place: str | None = None
    places: Names = Field(default_factory=list)
    group: str | None = None
    counterpart: str | None = None
    scenario: str | None = None
    rivals: str | None = None
    switches: Names = Field(default_factory=list)


class Group(Row):
    """A people, and the state whose citizens they are."""

    id: Identifier
    label: str
    state: str | None = None
    evidence_only: bool = False
    note: str | None = None


class Border(Row):
    """A border: the two states it parts and the regions along it."""

    id: Identifier
    states: Annotated[Names, Field(min_length=2, max_length=2)]
    regions: Names = Field(default_factory=list)
    note: str | None = None


# Reads the departures of corridors that name no parameter of their own.
DEFAULT_DEPARTURES = "departures_default"


class Corridor(Row):
    """A way that members of a group take from one region to another."""

    id: Identifier
    group: str
    origin: str
    destination: str
    border: str
    kind: Literal["visitors", "sojourners", "crossers"] = "sojourners"
    departures: str | None = None
    distance_km: float | None = Field(default=None, gt=0)
    settled: Share = 0.0
    start: Dated | None = None
    end: Dated | None = None
    note: str | None = None


GroupsById = Annotated[dict[str, Group], BeforeValidator(keyed("id"))]
BordersById = Annotated[dict[str, Border], BeforeValidator(keyed("id"))]


class Config(LinedRow):
    """case.yaml: what the case is about and the sets that the model runs over."""

    title: str
    period: Dated
    as_of: int = Field(ge=1, le=9999)
    step: Literal["quarter"] = "quarter"
    base_quarter: Dated | None = None
    questions: list[AskedQuestion] = Field(default_factory=list)
    groups: GroupsById = Field(default_factory=dict)
    statuses: Names = Field(default_factory=list)
    states: Names = Field(default_factory=list)
    regions: Names = Field(default_factory=list)
    borders: BordersById = Field(default_factory=dict)
    corridors: list[Corridor] = Field(default_factory=list)
    dyads: Names = Field(default_factory=list)
    populations: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
