"""What comes from outside the model: dated drivers, rules and acts on a grid of quarters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple, cast

import numpy as np

from marchland.case import CaseFiles, Change, Event, Period, RuleChange, parse_period
from marchland.engine.types import Records
from marchland.grid import Axis, Course, Floats, Grid, Known


class Inputs(NamedTuple):
    """What comes from outside, by quarter: `inputs.corridor[q, c].hunger`.

    A term whose driver a case does not give is 0 throughout: the variation is not known,
    so it is left out, and the check of the case says so.

    Parameters
    ----------
    corridor : (quarters, corridors) records
        Covariates of E1, centred on the corridor's reference quarter: income_gap, hunger,
        discrimination, labour_demand, opportunity; of E5c, as they are: disaster, labour_need.
    region : (quarters, regions) records
        natural_increase (share a quarter), unemployment (driver, or natural level), layoffs
        (share of employment a quarter, NaN where unemployment is a driver), living_cost (NaN
        where out-migration is not modelled), neglect, deprivation, dispute, adjoins, exposure,
        regional_supplies.
    border : (quarters, borders) records
        The dated rules closure, visa and restrictiveness; visa_years since a visa came back
        after the reference quarter.
    pair : (quarters, pairs) records
        Covariates of E7 (output_first, output_second, devaluation, ban, quality, supplies), E13
        (conflict), E14 (arms_need, arms_resources, arms_embargo), E16 (power_change); net act of
        either side towards the other, 1 good, -1 bad, 0 none; the chance of an act that is not on
        record, uniform on (0, 1), 0 for none.
    state : (quarters, states) records
        Threat from acts of outside powers, reward of the West, succession of leaders.
    """

    corridor: Records
    region: Records
    border: Records
    pair: Records
    state: Records


def as_records(tables: dict[str, Floats]) -> Records:
    """Tables (quarters, n) as one table of records."""
    shape = next(iter(tables.values())).shape
    table = np.zeros(shape, np.dtype([(name, np.float64) for name in tables]))
    for name, values in tables.items():
        table[name] = values
    return cast(Records, table.view(np.recarray))


Switches = dict[str, float]


def _reference_rows(table: Floats, quarters: list[int]) -> Floats:
    """Value of column n at quarter quarters[n]."""
    return table[np.array(quarters, dtype=np.int64), np.arange(table.shape[1])]


def _centred(table: Floats, quarters: list[int]) -> Floats:
    """Deviation of every column from its reference quarter; unknown is no variation."""
    if table.shape[1] == 0:
        return table
    return np.nan_to_num(table - _reference_rows(table, quarters))


def _log(table: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(table)


def reference_quarter(files: CaseFiles, axis: Axis) -> int:
    """Quarter on which covariates are centred: `base_quarter`, else the middle of the period.

    How far the axis reaches beyond the period moves it not.
    """
    base = files.config.base_quarter
    if base is None or base.start is None:
        end = files.config.period.end
        last = axis.last_year if end is None else min(end.year, axis.last_year)
        return 2 * (last - axis.first_year + 1)
    return min(max(axis.index(base.start), 0), axis.quarters - 1)


def _corridor_inputs(files: CaseFiles, grid: Grid, base: int) -> dict[str, Floats]:
    corridors = files.config.corridors
    origins = [c.origin for c in corridors]
    hosts = [c.destination for c in corridors]
    axis = grid.axis
    references = []
    for c in corridors:
        first = axis.index(c.start.start) if c.start and c.start.start else 0
        last = axis.index(c.end.end) if c.end and c.end.end else axis.quarters - 1
        references.append(base if first <= base <= last else min(max(first, 0), axis.quarters - 1))
    income_gap = _log(grid.table("income", hosts)) - _log(grid.table("income", origins))
    hunger = grid.table("hunger", origins)
    labour = grid.table("labour_demand", hosts)
    lost = -_log(grid.table("supplies", hosts) / 100.0)
    return {
        "income_gap": _centred(income_gap, references),
        "hunger": _centred(hunger, references),
        "discrimination": _centred(grid.table("discrimination", origins), references),
        "labour_demand": _centred(labour, references),
        "opportunity": _centred(lost, references),
        "disaster": np.nan_to_num(hunger),
        "labour_need": np.nan_to_num(labour),
    }


def _starts(files: CaseFiles, axis: Axis) -> list[int]:
    """Quarter from which a region's people are followed: the date of its population."""
    starts = []
    for region in files.config.regions:
        days = [
            row.start.start
            for row in files.drivers
            if (row.driver, row.place) == ("population", region) and row.start and row.start.start
        ]
        starts.append(max(axis.index(max(days)), 0) if days else 0)
    return starts


def _region_inputs(
    files: CaseFiles, grid: Grid, base: int, trade_base: int, adjoins: Floats
) -> dict[str, Floats]:
    regions = list(files.config.regions)
    quarters = grid.axis.quarters
    born, died = grid.table("birth_rate", regions), grid.table("death_rate", regions)
    increase = np.nan_to_num((born - died) / 4000.0)
    price = grid.table("price_level", regions)
    lost = -_log(grid.table("supplies", regions) / 100.0)
    cut_off = ~np.isnan(price[0]) & ~np.isnan(lost[0]) if regions else np.zeros(0, dtype=bool)
    cost = np.full_like(price, np.nan)
    neglect = np.zeros_like(price)
    if cut_off.any():
        cost[:, cut_off] = price[:, cut_off] - price[base, cut_off].mean()
        neglect[:, cut_off] = lost[:, cut_off] - lost[base, cut_off].mean()
    for n, start in enumerate(grid.once("starts", lambda: _starts(files, grid.axis))):
        increase[:start, n] = 0.0
        cost[:start, n] = np.nan
    income = grid.table("income", regions)
    known = ~np.isnan(income)
    first_known = [
        int(np.argmax(known[:, n])) if known[:, n].any() else 0 for n in range(len(regions))
    ]
    unemployment = grid.table("unemployment", regions, absent=0.0)
    return {
        "natural_increase": increase,
        "unemployment": unemployment,
        "layoffs": _layoffs(grid, regions),
        "living_cost": cost,
        "neglect": neglect,
        "deprivation": -_centred(_log(income), first_known),
        "dispute": np.nan_to_num(grid.table("local_dispute", regions)),
        "adjoins": np.repeat(adjoins[None, :], quarters, axis=0),
        "exposure": np.nan_to_num(_held(grid.table("exposure", regions))),
        "regional_supplies": np.nan_to_num(lost - lost[trade_base]) if regions else lost,
    }


def _layoffs(grid: Grid, regions: list[str]) -> Floats:
    """Share of employment laid off in a quarter; NaN where a region lays off no state staff."""
    laid_off, state_share = grid.table("layoffs", regions), grid.table("state_share", regions)
    moved = ~np.isnan(laid_off).all(axis=0) & ~np.isnan(state_share).all(axis=0)
    layoffs = np.full_like(laid_off, np.nan)
    layoffs[:, moved] = np.nan_to_num(laid_off[:, moved]) * state_share[:, moved] / 4.0
    return layoffs


def _held(table: Floats) -> Floats:
    """Hold the first and last known value of each column outside its dates."""
    for n in range(table.shape[1]):
        known = np.flatnonzero(~np.isnan(table[:, n]))
        if len(known):
            table[: known[0], n] = table[known[0], n]
            table[known[-1] :, n] = table[known[-1], n]
    return table


def _border_inputs(files: CaseFiles, grid: Grid, base: int) -> dict[str, Floats]:
    borders = list(files.config.borders)
    dated = grid.once("rules", lambda: rules_in_force(files, grid.axis))
    tables = {name: table.copy() for name, table in dated.items()}
    for border, (first, later) in grid.course.rules.items():
        for k, name in enumerate(RULES):
            tables[name][first:, borders.index(border)] = later[:, k]
    for change in grid.changes:
        if isinstance(change, RuleChange) and change.rule in borders:
            n = borders.index(change.rule)
            for name, value in change.set.items():
                tables[name][grid.window(change.start, change.end), n] = value
    visa_years = np.zeros((grid.axis.quarters, len(borders)))
    for n in range(len(borders)):
        for q in range(base + 1, grid.axis.quarters):
            in_force = tables["visa"][q, n] > 0.0
            visa_years[q, n] = visa_years[q - 1, n] + 0.25 if in_force else 0.0
    return {**tables, "visa_years": visa_years}


RULES = ("closure", "visa", "restrictiveness")


def rules_in_force(files: CaseFiles, axis: Axis) -> dict[str, Floats]:
    """Rules at every border as the case dates them, (quarters, borders) each."""
    borders = list(files.config.borders)
    tables = {name: np.zeros((axis.quarters, len(borders))) for name in RULES}
    for regime in files.regimes:
        if regime.border in borders:
            n = borders.index(regime.border)
            for name in RULES:
                value = getattr(regime, name)
                _spread(tables[name][:, n], axis, regime.start, regime.end, value)
    return tables


def _spread(column: Floats, axis: Axis, start: Period, end: Period | None, value: float) -> None:
    """Write a rule over its dates; a quarter it holds for only a part of gets that part."""
    first = axis.position(start.start) if start.start else 0.0
    day_after = end.end + timedelta(days=1) if end and end.end else None
    last = axis.position(day_after) if day_after else float(axis.quarters)
    for q in range(max(int(first), 0), min(int(np.ceil(last)), axis.quarters)):
        column[q] += max(min(last, q + 1.0) - max(first, float(q)), 0.0) * value


def _pair_inputs(files: CaseFiles, grid: Grid, base: int, trade_base: int) -> dict[str, Floats]:
    pairs = list(files.config.dyads)
    first = [pair.split("-")[0] for pair in pairs]
    second = [pair.split("-")[1] for pair in pairs]
    at_trade, at_base = [trade_base] * len(pairs), [base] * len(pairs)
    hosts = [_host_supplies(files, grid, pair) for pair in pairs]
    supplies = np.stack(hosts, axis=1) if hosts else np.zeros((grid.axis.quarters, 0))
    procurement = _either(grid, "arms_procurement", first, second)
    resources = _either(grid, "military_resources", first, second)
    embargo = _held(_either(grid, "arms_embargo", first, second))
    power = _log(grid.table("power_share", first)) - _log(grid.table("power_share", second))
    before = np.concatenate([np.repeat(power[:1], FIVE_YEARS, axis=0), power])[: len(power)]
    rate = _log(grid.table("real_exchange_rate", pairs))
    return {
        "output_first": _centred(_log(grid.table("gdp", first)), at_trade),
        "output_second": _centred(_log(grid.table("gdp", second)), at_trade),
        "devaluation": _centred(rate, at_trade),
        "ban": np.nan_to_num(grid.table("sanitary_ban", pairs)),
        "quality": np.nan_to_num(_held(grid.table("quality_gap", pairs))),
        "supplies": _centred(supplies, at_trade),
        "conflict": np.nan_to_num(grid.table("border_dispute", pairs)),
        "arms_need": _centred(-_log(procurement / 100.0), at_base),
        "arms_resources": _centred(_log(resources / 100.0), at_base),
        "arms_embargo": _centred(embargo, at_base),
        "power_change": np.nan_to_num(np.abs(power - before)),
        "act_of_first": grid.once("by first", lambda: net_acts(files, grid.axis, first, second)),
        "act_of_second": grid.once("by second", lambda: net_acts(files, grid.axis, second, first)),
        "chance_of_first": _chances(grid, first, second),
        "chance_of_second": _chances(grid, second, first),
    }


def _chances(grid: Grid, sources: list[str], targets: list[str]) -> Floats:
    """Chances of the acts that a projection generates; 0 where the record counts."""
    table = np.zeros((grid.axis.quarters, len(sources)))
    for n, key in enumerate(zip(sources, targets, strict=True)):
        if key in grid.course.acts:
            table[:, n] = grid.course.acts[key]
    return table


FIVE_YEARS = 20


def _either(grid: Grid, driver: str, first: list[str], second: list[str]) -> Floats:
    """The driver of whichever state of a pair has it."""
    a, b = grid.table(driver, first), grid.table(driver, second)
    return np.where(np.isnan(a), b, a)


def _host_supplies(files: CaseFiles, grid: Grid, pair: str) -> Floats:
    """Mean log loss of own supplies over the regions of a pair's border."""
    border = files.config.borders.get(pair)
    tables = grid.table("supplies", list(border.regions)) if border else np.zeros((1, 0))
    known = tables[:, ~np.isnan(tables).all(axis=0)]
    if known.shape[1] == 0:
        return np.zeros(grid.axis.quarters)
    return np.asarray(-_log(known / 100.0).mean(axis=1))


def net_acts(files: CaseFiles, axis: Axis, sources: list[str], targets: list[str]) -> Floats:
    """Net act by quarter, 1 good, -1 bad, 0 none, from the events on record (E11).

    The sign of the summed Goldstein scores of acts from source to target; an act dated by a
    span counts in the middle of it.
    """
    table = np.zeros((axis.quarters, len(sources)))
    for n, (source, target) in enumerate(zip(sources, targets, strict=True)):
        score = act_scores(files, axis, source, target)
        table[:, n] = np.sign(np.where(np.abs(score) > 0.5, score, 0.0))
    return table


def act_scores(files: CaseFiles, axis: Axis, source: str, target: str) -> Floats:
    """Sum of Goldstein scores of the acts on record from source to target, by quarter."""
    score = np.zeros(axis.quarters)
    for event in files.events:
        if event.role != "act" or event.goldstein is None:
            continue
        if source in event.source_actor and target in event.target_actor:
            q = event_quarter(event, axis)
            if q is not None:
                score[q] += event.goldstein
    return score


def event_quarter(event: Event, axis: Axis) -> int | None:
    """Quarter in the middle of an event's dates, or None outside the axis."""
    start = event.start.start
    end = event.end.end if event.end else event.start.end
    if start is None or end is None:
        return None
    q = int(0.5 * (axis.position(start) + axis.position(end)))
    return q if 0 <= q < axis.quarters else None


def _state_inputs(files: CaseFiles, grid: Grid, switches: Switches) -> dict[str, Floats]:
    states = list(files.config.states)
    given = {row.driver for row in files.drivers} | {name for name, _ in grid.course.drivers}
    kinds = sorted(name for name in given if name.startswith("act_"))
    acts = np.zeros((grid.axis.quarters, len(states)))
    for kind in kinds:
        acts += switches.get(kind, 1.0) * np.nan_to_num(grid.table(kind, states))
    term = _held(grid.table("leader_term", states))
    change = np.zeros_like(term)
    change[1:] = np.nan_to_num(np.diff(term, axis=0)) > 0.0
    return {
        "acts": acts,
        "reward": np.nan_to_num(grid.table("bandwagon_reward", states)),
        "succession": change,
    }


def build_inputs(
    files: CaseFiles,
    axis: Axis,
    *,
    adjoins: Floats,
    changes: list[Change] | None = None,
    switches: Switches | None = None,
    course: Course | None = None,
    known: Known | None = None,
) -> Inputs:
    """Drivers, rules and acts of a case by quarter.

    Parameters
    ----------
    files : CaseFiles
        The case.
    axis : Axis
        Its time axis.
    adjoins : (regions,) array
        1 where a host region adjoins a border.
    changes : list, optional
        A scenario's changes of drivers and rules.
    switches : dict, optional
        Switches of kinds of acts, 0 or 1.
    course : Course, optional
        How drivers and rules go on after what the case knows, and acts after the record.
    known : dict, optional
        What the case itself says, kept between calls for the same case and axis.
    """
    known = {} if known is None else known
    grid = Grid(files, axis, changes or [], course=course or Course(), known=known)
    base = reference_quarter(files, axis)
    trade = files.observation.structure.get("trade_reference")
    trade_day = parse_period(str(trade)).start if trade else None
    trade_base = axis.index(trade_day) if trade_day else base
    return Inputs(
        corridor=as_records(_corridor_inputs(files, grid, base)),
        region=as_records(_region_inputs(files, grid, base, trade_base, adjoins)),
        border=as_records(_border_inputs(files, grid, base)),
        pair=as_records(_pair_inputs(files, grid, base, trade_base)),
        state=as_records(_state_inputs(files, grid, switches or {})),
    )


def stacked(courses: Iterable[Inputs]) -> Inputs:
    """Inputs of several courses as one, with an axis for them in front."""
    tables = zip(*courses, strict=True)
    return Inputs(*(cast(Records, np.stack(group).view(np.recarray)) for group in tables))
