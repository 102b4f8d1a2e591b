"""Rows of the tables of a case, one class a file; the columns are the fields, in their order."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from marchland.case.dates import Period, parse_period
from marchland.case.files import LinedMap


def _period(value: Any) -> Period:
    if isinstance(value, Period):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("a date must be a text such as 1994-06")
    return parse_period(str(value))


def _names(value: Any) -> Any:
    """Split a cell such as ``russians;chinese``; a list of YAML stays."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return value


Dated = Annotated[Period, PlainValidator(_period)]
Names = Annotated[list[str], BeforeValidator(_names)]
Quality = Literal["A", "B", "C", "D"]
Statistic = Literal[
    "level", "sum", "mean", "change_pct", "ratio", "share", "rank", "date", "count", "cumulative"
]
Bound = Literal[
    "exact", "about", "range", "more_than", "less_than", "at_least", "at_most", "between"
]
Kind = Literal["level", "reach", "stay", "rise", "fall", "event", "open"]
Stance = Literal["forecast", "goal", "plan", "hope", "fear", "question"]
Use = Literal["driver", "rule", "calibrate", "check", "context"]
Identifier = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\s;,/]+$")]

# Fields that the program fills in; nothing in a file is called so.
COUNTED = ("line", "lines")


class Row(BaseModel):
    """A row of a table, or an entry of a YAML file, and the line it stands on."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        coerce_numbers_to_str=True,
        populate_by_name=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )

    line: int = 0

    @model_validator(mode="before")
    @classmethod
    def _take_line(cls, data: Any) -> Any:
        if isinstance(data, LinedMap):
            for key in COUNTED:
                if key in data:
                    raise ValueError(f'unknown key "{key}"; the program counts lines itself')
            # What is empty counts as missing, in a cell as after a key.
            given = {key: value for key, value in data.items() if value is not None}
            lines = {"lines": data.lines} if "lines" in cls.model_fields else {}
            return {**given, **lines, "line": data.line}
        return data


class Place(Row):
    """A territory or an actor, with the wholes it is part of."""

    id: Identifier
    name: str
    kind: str
    part_of: Names = []
    weight: float | None = Field(default=None, ge=0)
    iso3166: str | None = None
    cow: int | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    note: str | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> Place:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude are given together or not at all")
        return self


class Measure(Row):
    """What is measured, in which unit, and the statistics that may be stated of it."""

    id: Identifier = Field(alias="measure")
    unit: str
    dimension: str | None = None
    place_kind: Names = []
    group: str | None = None
    counterpart: str | None = None
    statistics: Annotated[list[Statistic], BeforeValidator(_names), Field(min_length=1)]
    meaning: str | None = None
    equation: str | None = None


class Source(Row):
    """An entry of sources.bib."""

    key: str
    title: str | None = None
    author: str | None = None
    year: int | None = None
    entry: dict[str, str] = {}


class Quantity(Row):
    """A figure that a source states: what, where, when, how much, who says so."""

    id: Identifier
    measure: str
    statistic: Statistic
    place: str
    group: str | None = None
    counterpart: str | None = None
    start: Dated | None = None
    end: Dated | None = None
    base_start: Dated | None = None
    base_end: Dated | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str
    bound: Bound = "exact"
    target: str | None = None
    source: str
    locator: str
    reported_by: str | None = None
    quality: Quality
    use: Use
    note: str | None = None

    @property
    def groups(self) -> list[str]:
        """The groups of the cell, which may join several by a semicolon."""
        return list(_names(self.group))


class Event(Row):
    """A dated act, or a dated fact kept for its context."""

    id: Identifier
    start: Dated
    end: Dated | None = None
    source_actor: Names = []
    target_actor: Names = []
    type: str | None = None
    mode: str | None = None
    goldstein: float | None = Field(default=None, ge=-10, le=10)
    role: Literal["act", "driver", "context"]
    driver: str | None = None
    source: str | None = None
    locator: str | None = None
    note: str | None = None


class Assertion(Row):
    """A causal statement of a source, and the equation and switch that carry it."""

    id: Identifier
    group: str | None = None
    cause: str
    effect: str
    sign: str | None = None
    delay: str | None = None
    status: str | None = None
    equation: str | None = None
    switch: str | None = None
    source: str
    locator: str


class Position(Row):
    """What another source says of an assertion: it asserts the same, or denies it."""

    assertion: Identifier
    source: str
    position: Literal["asserts", "denies"]
    locator: str
    note: str | None = None


class Target(Row):
    """One observation to score: the records it joins, what it informs and what it cannot tell."""

    target: Identifier
    form: Literal["single", "series", "parts", "multinomial", "items"]
    quantities: Annotated[Names, Field(min_length=1)]
    measure: str | None = None
    place: str | None = None
    period: str | None = None
    informs: str | None = None
    cannot_tell: str | None = None


class Forecast(Row):
    """What a source expects, by when, and what would have to be seen for it to come true.

    `kind` says how it is judged: a `level` at the horizon; a value that is to `reach` by the
    horizon; what is to `stay` as it says; a `rise` or `fall` from when it was made; an `event`;
    or `open`, where the source leaves it open. `stance` says how the source holds it.
    """

    id: Identifier
    who: str
    made: Dated
    horizon: Dated | None = None
    statement: str
    kind: Kind | None = None
    stance: Stance = "forecast"
    condition: str | None = None
    measure: str | None = None
    statistic: Statistic | None = None
    place: str | None = None
    group: str | None = None
    counterpart: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    bound: Bound | None = None
    source: str
    locator: str

    @property
    def groups(self) -> list[str]:
        """The groups of the cell, which may join several by a semicolon."""
        return list(_names(self.group))

    @property
    def number(self) -> bool:
        """Whether it states a figure."""
        return any(n is not None for n in (self.value, self.low, self.high))

    @property
    def judged(self) -> Kind:
        """How it is judged: as `kind` says, else by its figure where it states one."""
        return self.kind or ("level" if self.number and self.measure else "event")


class Outcome(Row):
    """What came of a forecast or a projection: a later figure, or a judgement of a forecast.

    It comes from whoever scores the case, never from the case. A figure has the columns of a
    record. A judgement names a `forecast`, or its condition as `F06:condition`, with 1 where that
    held in the period and 0 where it did not.
    """

    measure: str | None = None
    statistic: Statistic | None = None
    place: str | None = None
    group: str | None = None
    counterpart: str | None = None
    start: Dated | None = None
    end: Dated | None = None
    base_start: Dated | None = None
    base_end: Dated | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    source: str
    quality: Quality = "B"
    forecast: str | None = None
    note: str | None = None

    @property
    def groups(self) -> list[str]:
        """The groups of the cell, which may join several by a semicolon."""
        return list(_names(self.group))


class DriverRow(Row):
    """A figure from outside the model, with a central 90 per cent range of belief."""

    driver: Identifier
    place: str
    start: Dated | None = None
    end: Dated | None = None
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    quality: Quality
    source: str | None = None
    note: str | None = None


def columns(model: type[Row]) -> list[str]:
    """Columns of a table, as its header writes them."""
    fields = model.model_fields.items()
    return [field.alias or name for name, field in fields if name not in COUNTED]


def required_columns(model: type[Row]) -> list[str]:
    """Columns without which no row of a table can be read."""
    fields = model.model_fields.items()
    return [field.alias or name for name, field in fields if field.is_required()]
