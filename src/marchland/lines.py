"""Lines: the measures at places that every run shows through time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.model import Model
from marchland.readings import AWAY, HOSTILITY_TERMS, WISH_TERMS, Figure, Reading
from marchland.world import KINDS

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
AT_ONCE = 100
UNITS = {
    "population": "persons",
    "migrants_stock": "persons",
    "migrants_official": "persons",
    "border_crossings": "trips_per_year",
    "irregular_entries": "persons_per_year",
    "detentions": "persons_per_year",
    "removals": "persons_per_year",
    "crossers_detected": "persons_per_year",
    "crossers_stayed": "persons_per_year",
    "crossing_deaths": "persons_per_year",
    "recorded_compliance": "share",
    "paid_share": "share",
    "survey_share": "share",
    "hostility": "index",
    "trade_turnover": "usd_billion_per_year",
    "restrictiveness": "index",
    "relation": "index",
    "alignment": "index",
    "downgrade_hazard": "probability_per_year",
    "unravelling_time": "years",
    "alliance_duration": "years",
    "trust_building_time": "years",
    "trust": "share",
    "threat": "index",
    "arms_orders": "usd_billion_per_year",
    "arms_deliveries": "usd_billion_per_year",
    "arms_backlog": "usd_billion",
}


@dataclass(frozen=True)
class Line:
    """A figure through time, and what makes it up."""

    figure: Figure
    reading: Reading

    @property
    def unit(self) -> str:
        """Unit of its values; flows are annual rates."""
        return UNITS.get(self.figure.measure, "")


def _wanted(model: Model) -> list[Figure]:
    config, index, world = model.files.config, model.index, model.world
    figures: list[Figure] = []
    hosts = [index.regions[r] for r in range(len(index.regions)) if world.region[r].host]
    wholes = sorted({a for h in hosts for a in model.atlas.ancestors(h)} - set(hosts) - {"world"})
    groups = list(dict.fromkeys(c.group for c in config.corridors))
    for region in [*index.regions, *wholes]:
        figures.append(Figure("population", region))
    for place in [*hosts, *wholes]:
        for group in groups:
            figures.append(Figure("migrants_stock", place, group))
            figures += [
                Figure("migrants_stock", place, group, f"status:{status}") for status in AWAY
            ]
            figures.append(Figure("migrants_official", place, group))
            figures.append(Figure("removals", place, group))
        figures.append(Figure("recorded_compliance", place, "foreigners"))
        figures.append(Figure("border_crossings", place))
        figures.append(Figure("hostility", place))
        figures += [Figure("hostility", place, None, f"term:{term}") for term in HOSTILITY_TERMS]
        figures.append(Figure("trade_turnover", place))
    for border in index.borders:
        figures.append(Figure("restrictiveness", border))
        figures.append(Figure("paid_share", border))
    figures += _trips(model)
    figures += _flows(model)
    for pair in index.pairs:
        first, second = pair.split("-")
        for measure in ("trade_turnover", "relation", "alignment", "downgrade_hazard"):
            figures.append(Figure(measure, pair))
        figures += [Figure("alignment", pair, None, f"term:{term}") for term in WISH_TERMS]
        for one, other in ((first, second), (second, first)):
            figures.append(Figure("trust", one, None, other))
            for measure in ("arms_orders", "arms_deliveries", "arms_backlog"):
                figures.append(Figure(measure, one, None, other))
    figures += [Figure("threat", state) for state in _actors(model)]
    return figures


def _actors(model: Model) -> list[str]:
    """States that belong to a pair: only their threat enters anything."""
    return sorted({state for pair in model.index.pairs for state in pair.split("-")})


def _trips(model: Model) -> list[Figure]:
    """Crossings of each corridor by who crosses, and of each region that sends them."""
    corridors = model.files.config.corridors
    figures = [Figure("border_crossings", c.origin) for c in corridors]
    figures += [Figure("border_crossings", c.origin, c.group, c.destination) for c in corridors]
    return figures


def _flows(model: Model) -> list[Figure]:
    """Flows across borders, by group and by the state entered."""
    figures = []
    for corridor in model.files.config.corridors:
        entered = _state_of(model, corridor.destination)
        names = ["irregular_entries"]
        if KINDS[corridor.kind] == KINDS["crossers"]:
            names += ["crossers_detected", "crossers_stayed", "crossing_deaths"]
        else:
            names.append("detentions")
        if corridor.kind != "visitors":
            figures += [Figure(n, corridor.border, corridor.group, entered) for n in names]
    return list(dict.fromkeys(figures))


def _state_of(model: Model, region: str) -> str:
    around = model.atlas.ancestors(region)
    return next((state for state in model.index.states if state in around), region)


def standard_lines(model: Model) -> list[Line]:
    """Lines that a run of this case shows: everything that the model computes for it."""
    lines = []
    for figure in dict.fromkeys(_wanted(model)):
        reading = model.atlas.line(figure.measure, figure.place, figure.group, figure.counterpart)
        if reading is not None:
            lines.append(Line(figure, reading))
    return lines


def batches(lines: list[Line], at_once: int = AT_ONCE) -> list[list[Line]]:
    """Lines in parts: simulated part by part, an ensemble's memory is that of one part.

    Draws are keyed, so a second simulation for the next part is the same run.
    """
    return [lines[n : n + at_once] for n in range(0, len(lines), at_once)]


def summarise(
    model: Model, lines: list[Line], series: Floats, explanation: str, scenario: str
) -> pd.DataFrame:
    """Mean and quantiles of series over members, one row a line and quarter.

    Parameters
    ----------
    series : (members, lines, quarters) array
        NaN where a measure has no value; such quarters are left out.
    """
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda n: _summary(model, lines[n], series[:, n]), range(len(lines))))
    shown = [(line, told) for line, told in zip(lines, found, strict=True) if told is not None]
    if not shown:
        return pd.DataFrame()
    each = [len(told.times) for _, told in shown]

    def repeated(values: list[str | None]) -> pd.Series:
        return pd.Series(np.repeat(np.array(values, dtype=object), each), dtype=object)

    numbers = np.concatenate([told.numbers for _, told in shown], axis=1)
    # One frame of all lines: a frame for each would take longer than the simulation.
    columns: dict[str, object] = {
        "explanation": explanation,
        "scenario": scenario,
        "measure": repeated([line.figure.measure for line, _ in shown]),
        "place": repeated([line.figure.place for line, _ in shown]),
        "group": repeated([line.figure.group for line, _ in shown]),
        "counterpart": repeated([line.figure.counterpart for line, _ in shown]),
        "time": [time for _, told in shown for time in told.times],
        "basis": [basis for _, told in shown for basis in told.basis],
        "unit": repeated([line.unit for line, _ in shown]),
        "mean": numbers[0],
    }
    for q, row in zip(QUANTILES, numbers[1:], strict=True):
        columns[f"q{round(100 * q):02d}"] = row
    return pd.DataFrame(columns)


@dataclass(frozen=True)
class _Summary:
    """One line: quarters with a value, what they rest on, and their mean and quantiles."""

    times: list[str]
    basis: list[str]
    numbers: Floats


def _summary(model: Model, line: Line, series: Floats) -> _Summary | None:
    """Mean and quantiles of one line."""
    first, last = line.reading.window[0], line.reading.window[1]
    values = series[:, first : last + 1]
    known = ~np.isnan(values).any(axis=0)
    if not known.any():
        return None
    values = values[:, known]
    quantiles = np.quantile(values, QUANTILES, axis=0)
    quarters = np.arange(first, last + 1)[known].tolist()
    return _Summary(
        [model.axis.label(q) for q in quarters],
        [model.projection.basis(q) for q in quarters],
        np.concatenate([values.mean(axis=0)[None], quantiles]),
    )
