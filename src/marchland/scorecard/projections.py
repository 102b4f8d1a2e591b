"""The model's projections beside the outcomes, and beside what naive rivals foretell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from marchland.case import CaseFiles, Quantity
from marchland.model import Model
from marchland.readings import Reading
from marchland.scorecard.naive import RIVALS, Rivals, length_of, scale_for
from marchland.scorecard.outcomes import Outcomes, quantity_of
from marchland.scorecard.scales import Scale, error_of, seen_at
from marchland.scorecard.scores import (
    Coverage,
    Skill,
    coverage,
    crps_of_draws,
    crps_of_t,
    inside,
    skill,
)

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEVELS = (0.5, 0.9)
FEWEST = 0.5
OF_RIVAL = ("q05", "q50", "q95", "crps", "skill")
SHORT = {name: name.replace(" ", "_") for name in RIVALS}
PROJECTION_COLUMNS: tuple[str, ...] = (
    *("outcome", "measure", "statistic", "place", "group", "counterpart", "start", "end"),
    *("unit", "observed", "low", "high", "source", "scale", "error"),
    *("q05", "q25", "q50", "q75", "q95", "members", "inside_50", "inside_90", "rank"),
    *("crps", "crps_scale"),
    *(
        f"{SHORT[name]}_{part}"
        for name in RIVALS
        for part in ("q05", "q50", "q95", "crps", "skill")
    ),
    *("rivals_note", "note"),
)
"""Columns of scorecard_projections.csv, in order."""


@dataclass(frozen=True)
class Asked:
    """An outcome that is asked of the model.

    Parameters
    ----------
    label : str
        Line of the outcomes file.
    quantity : Quantity
        The outcome as a record.
    reading : Reading or None
        What makes it up in the model; None where nothing does.
    """

    label: str
    quantity: Quantity
    reading: Reading | None


def asked_of(model: Model, outcomes: Outcomes) -> list[Asked]:
    """Outcomes in the order of their file, with what makes each up in the model."""
    found = []
    for row in outcomes.figures:
        quantity = quantity_of(row, outcomes.label(row))
        found.append(Asked(outcomes.label(row), quantity, model.atlas.read(quantity)))
    return found


@dataclass(frozen=True)
class Scored:
    """Projections beside outcomes.

    Parameters
    ----------
    table : DataFrame
        One row an outcome, with `PROJECTION_COLUMNS`.
    coverage : list of Coverage
        At each of `LEVELS`; empty where no outcome was projected.
    skills : list of Skill
        Against each rival that foretold anything on a relative scale.
    lines : int
        Lines (a measure at a place) that the scored outcomes are of.
    """

    table: pd.DataFrame
    coverage: list[Coverage]
    skills: list[Skill]
    lines: int


def score(files: CaseFiles, asked: Sequence[Asked], figures: Floats, seed: int) -> Scored:
    """Score the model's projections of outcomes.

    Parameters
    ----------
    files : CaseFiles
        The case as of its vintage: its errors of observation, and what the rivals know.
    asked : sequence of Asked
        The outcomes.
    figures : (members, outcomes with a reading) array
        What the model projects of those that it computes, in their order.
    seed : int
        Seed of the errors of observation and of the resampling.

    Notes
    -----
    CRPS and skill are those of figures as they would be observed: the error of observation is
    added to the model's draws. Rivals are estimated from observed figures, so theirs is in them.
    """
    rivals = Rivals(files)
    rng = np.random.default_rng([seed, 7])
    rows, seen, drawn, column = [], [], [], 0
    for one in asked:
        row: dict[str, object] = dict.fromkeys(PROJECTION_COLUMNS)
        row |= _named(one)
        if one.reading is None:
            row["note"] = "nothing in the model computes it"
        else:
            draws = figures[:, column]
            noise = rng.standard_normal(len(draws))
            column += 1
            row |= _scored(files, rivals, one.quantity, draws, noise)
            if not row["note"]:
                scale = scale_for(one.quantity)
                seen.append(_at(one.quantity, scale))
                drawn.append(_observed(one.quantity, scale, draws, noise, files))
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(PROJECTION_COLUMNS))
    done = table[table["crps"].notna()]
    lines = [_line(row) for row in done.to_dict("records")]
    covered = []
    if seen:
        stacked, told = np.column_stack(drawn), np.array(seen, dtype=float)
        covered = [coverage(told, stacked, level) for level in LEVELS]
    return Scored(table, covered, _skills(done, lines, seed), len(set(lines)))


def _named(one: Asked) -> dict[str, object]:
    q = one.quantity
    row: dict[str, object] = {
        name: getattr(q, name) for name in ("measure", "statistic", "place", "group", "counterpart")
    }
    end = q.end or q.start
    row |= {"outcome": one.label, "start": q.start.text if q.start else None}
    row |= {"end": end.text if end else None, "unit": q.unit, "observed": q.value}
    return row | {"low": q.low, "high": q.high, "source": q.source, "note": ""}


def _line(row: dict[object, object]) -> str:
    names = ("measure", "place", "group", "counterpart")
    return "|".join(str(row[name] or "") for name in names)


def _at(q: Quantity, scale: Scale) -> float | None:
    """The outcome on its scale, a total as its yearly rate."""
    length = length_of(q)
    parts = {
        name: None if number is None else number / length
        for name, number in (("value", q.value), ("low", q.low), ("high", q.high))
    }
    return seen_at(q.model_copy(update=parts), scale)


def _observed(q: Quantity, scale: Scale, draws: Floats, noise: Floats, files: CaseFiles) -> Floats:
    """Draws on the scale as they would be observed."""
    return np.asarray(scale.forward(draws / length_of(q)) + _error(files, q, scale) * noise)


def _error(files: CaseFiles, q: Quantity, scale: Scale) -> float:
    length = length_of(q)
    low = None if q.low is None else q.low / length
    high = None if q.high is None else q.high / length
    return error_of(files, q.model_copy(update={"low": low, "high": high}), scale)


def _scored(
    files: CaseFiles, rivals: Rivals, q: Quantity, draws: Floats, noise: Floats
) -> dict[str, object]:
    """One outcome's scores, or the reason why it has none."""
    scale, length = scale_for(q), length_of(q)
    at = _at(q, scale)
    if at is None:
        return {"note": "a bound alone has no score"}
    whole = np.isfinite(draws)
    if whole.mean() < FEWEST:
        return {"note": "most members of the ensemble have no value there"}
    observed = _observed(q, scale, draws, noise, files)
    kept = observed[whole]
    back = scale.back(kept) * length
    value = float(scale.back(np.array(at))) * length
    row: dict[str, object] = {"scale": scale.name, "error": _error(files, q, scale)}
    quantiles = np.quantile(back, QUANTILES).tolist()
    row |= dict(zip(("q05", "q25", "q50", "q75", "q95"), quantiles, strict=True))
    for level in LEVELS:
        found = inside(np.array([at]), kept[:, None], level)
        row[f"inside_{round(100 * level)}"] = bool(found[0])
    row |= {"members": int(whole.sum()), "rank": float((kept < at).mean())}
    row |= {"crps": crps_of_draws(value, back), "crps_scale": crps_of_draws(at, kept)}
    row["note"] = ""
    return row | _of_rivals(rivals, q, scale, length, at, float(row["crps_scale"]))  # type: ignore[arg-type]


def _of_rivals(
    rivals: Rivals, q: Quantity, scale: Scale, length: float, at: float, own: float
) -> dict[str, object]:
    row: dict[str, object] = {}
    silent: dict[str, list[str]] = {}
    for name in RIVALS:
        told = rivals.foresee(name, q)
        if isinstance(told, str):
            silent.setdefault(told, []).append(name)
            continue
        ends = student.ppf([0.05, 0.5, 0.95], told.degrees, told.middle, told.spread)
        values = (scale.back(np.asarray(ends)) * length).tolist()
        crps = crps_of_t(at, told.degrees, told.middle, told.spread)
        parts = dict(zip(("q05", "q50", "q95"), values, strict=True))
        parts |= {"crps": crps, "skill": 1.0 - own / crps}
        row |= {f"{SHORT[name]}_{part}": value for part, value in parts.items()}
    every = len(silent) == 1 and len(next(iter(silent.values()))) == len(RIVALS)
    why = [reason if every else f"{', '.join(n)}: {reason}" for reason, n in silent.items()]
    return row | {"rivals_note": "; ".join(why)}


def _skills(done: pd.DataFrame, lines: list[str], seed: int) -> list[Skill]:
    """Skill against each rival, over outcomes on scales whose distances are relative."""
    found = []
    relative = (done["scale"] != "linear").to_numpy(dtype=bool)
    for name in RIVALS:
        crps = pd.to_numeric(done[f"{SHORT[name]}_crps"]).to_numpy(dtype=float)
        own = pd.to_numeric(done["crps_scale"]).to_numpy(dtype=float)
        both = relative & np.isfinite(crps)
        if both.any():
            kept = [line for line, here in zip(lines, both, strict=True) if here]
            found.append(skill(name, own[both], crps[both], kept, seed))
    return found
