"""What a scorecard leaves: scorecard.csv, scorecard_projections.csv and scorecard.json."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from marchland.case import Forecast
from marchland.case.schema import columns
from marchland.outputs import write_csv
from marchland.scorecard.card import Scorecard
from marchland.scorecard.naive import RIVALS
from marchland.scorecard.projections import OF_RIVAL, PROJECTION_COLUMNS, SHORT

_FORECAST = [name for name in columns(Forecast) if name not in ("source", "locator")]
FORECAST_COLUMNS: tuple[str, ...] = (
    *_FORECAST,
    *("verdict", "reason", "seen", "first_seen", "last_seen"),
    *("chance", "chance_low", "chance_high", "chance_of", "brier", "source", "locator"),
)
"""Columns of scorecard.csv, in order."""
STANCES = ("forecast", "goal", "plan", "hope", "fear", "question")

Entry = tuple[str, str]
FORECAST_ENTRIES: dict[str, Entry] = {
    "id": ("", "forecast, as in evidence/forecasts.csv"),
    "who": ("", "who expects it"),
    "made": ("EDTF", "when it was made"),
    "horizon": ("EDTF", "by when it is to come true; 2001/.. has no end"),
    "statement": ("", "what is expected"),
    "kind": ("", "how it is judged: level, reach, stay, rise, fall, event or open"),
    "stance": ("", "how the source holds it: forecast, goal, plan, hope, fear or question"),
    "condition": ("", "what has to hold for the forecast to say anything"),
    "measure": ("", "measure that it speaks of"),
    "statistic": ("", "statistic of the measure"),
    "place": ("", "place of the measure"),
    "group": ("", "group of the measure"),
    "counterpart": ("", "counterpart of the measure"),
    "value": ("as unit", "figure that is forecast"),
    "low": ("as unit", "lower end of what is forecast"),
    "high": ("as unit", "upper end of what is forecast"),
    "unit": ("", "unit of the figure"),
    "bound": ("", "exact, about, range, more_than, less_than, at_least or at_most"),
    "verdict": ("", "hit, miss, early, late, not yet or cannot tell"),
    "reason": ("", "why, in a sentence"),
    "seen": ("", "lines of the outcomes file and records of the case that speak of it, by ';'"),
    "first_seen": ("ISO 8601", "first day that they speak of"),
    "last_seen": ("ISO 8601", "last day that they speak of"),
    "chance": ("share", "share of the model's draws in which the statement comes true"),
    "chance_low": ("share", "lower end of what so many draws leave open, central 90 per cent"),
    "chance_high": ("share", "upper end of the same"),
    "chance_of": ("", "of which years the chance is, or why the model gives none"),
    "brier": ("0 to 1", "squared distance of the chance from what came; less is better"),
    "source": ("", "key of the source, as in citation.bib"),
    "locator": ("", "place in the source"),
}


def _of_rival(name: str, part: str) -> Entry:
    """Unit and meaning of a rival's column."""
    if part == "crps":
        return "on the scale", f"score of the {name}"
    if part == "skill":
        return "", f"1 - crps_scale over that of the {name}: more than 0 beats it"
    return "as unit", f"{int(part[1:])} per cent of what the {name} foretells lies below"


PROJECTION_ENTRIES: dict[str, Entry] = {
    "outcome": ("", "line of the outcomes file"),
    **{name: FORECAST_ENTRIES[name] for name in ("measure", "statistic", "place")},
    **{name: FORECAST_ENTRIES[name] for name in ("group", "counterpart")},
    "start": ("EDTF", "first date of the outcome"),
    "end": ("EDTF", "last date of the outcome"),
    "unit": ("", "unit of observed, low, high, crps and the quantiles"),
    "observed": ("as unit", "the outcome"),
    "low": ("as unit", "lower end of the outcome"),
    "high": ("as unit", "upper end of the outcome"),
    "source": ("", "who says so, from the outcomes file"),
    "scale": ("", "scale of crps_scale: log, log of 1 +, logit, log ratio or linear"),
    "error": ("on the scale", "standard deviation of the error of observation"),
    **{
        name: ("as unit", f"{int(name[1:])} per cent of what would be observed lies below")
        for name in ("q05", "q25", "q50", "q75", "q95")
    },
    "members": ("count", "members of the ensemble that have a value"),
    "inside_50": ("", "whether the outcome lies inside the central 50 per cent"),
    "inside_90": ("", "whether the outcome lies inside the central 90 per cent"),
    "rank": ("share", "share of the draws below the outcome; uniform where projections are right"),
    "crps": ("as unit", "continuous ranked probability score; less is better"),
    "crps_scale": ("on the scale", "the same on the scale, which can be averaged over measures"),
    **{f"{SHORT[name]}_{part}": _of_rival(name, part) for name in RIVALS for part in OF_RIVAL},
    "rivals_note": ("", "why a rival foretells nothing; empty where all do"),
    "note": ("", "why there is no score; empty where there is one"),
}


ENTRIES = {
    "scorecard.csv": FORECAST_ENTRIES,
    "scorecard_projections.csv": PROJECTION_ENTRIES,
}
"""Columns of the tables that `marchland scorecard` adds to a run's folder, for its codebook."""


def forecast_table(card: Scorecard) -> pd.DataFrame:
    """Forecasts with verdict and chance, one row each, with `FORECAST_COLUMNS`."""
    rows = []
    for one in card.verdicts:
        chance = card.chances[one.forecast.id]
        row: dict[str, object] = {name: _cell(getattr(one.forecast, name)) for name in _FORECAST}
        row |= {"kind": one.forecast.judged, "verdict": one.verdict, "reason": one.reason}
        row |= {"seen": ";".join(dict.fromkeys(seen.by for seen in one.seen)) or None}
        row |= {"first_seen": min((s.start.isoformat() for s in one.seen), default=None)}
        row |= {"last_seen": max((s.end.isoformat() for s in one.seen), default=None)}
        row |= {"chance": chance.share, "chance_low": chance.low, "chance_high": chance.high}
        row |= {"chance_of": chance.said, "brier": card.brier(one)}
        rows.append(row | {"source": one.forecast.source, "locator": one.forecast.locator})
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))


def _cell(value: object) -> object:
    return getattr(value, "text", value)


def summary_of(card: Scorecard) -> dict[str, Any]:
    """What scorecard.json says: counts, coverage, skill, and how it was made."""
    config, told = card.files.config, card.outcomes
    briers = [b for b in (card.brier(one) for one in card.verdicts) if b is not None]
    done = card.projected.table["crps"].notna()
    return {
        "case": config.title,
        "case_hash": card.files.digest,
        "version": card.version,
        "as_of": config.as_of,
        "until": card.until,
        "seed": card.draws.seed,
        "members": card.draws.members,
        "fit_failed": card.draws.failed,
        "conditional": card.conditional,
        "outcomes": {
            "file": told.name,
            "figures": len(told.figures),
            "judgements": len(told.judgements),
            "last_day": told.last_day.isoformat(),
        },
        "forecasts": {
            "verdicts": card.counts(),
            "by_stance": {name: card.counts(name) for name in STANCES},
            "brier": sum(briers) / len(briers) if briers else None,
            "brier_forecasts": len(briers),
        },
        "projections": {
            "scored": int(done.sum()),
            "not_scored": int((~done).sum()),
            "lines": card.projected.lines,
            "coverage": [asdict(one) for one in card.projected.coverage],
            "skill": [
                {k: None if _nan(v) else v for k, v in asdict(one).items()}
                for one in card.projected.skills
            ],
        },
    }


def _nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def write_tables(card: Scorecard, folder: Path) -> None:
    """Write scorecard.csv, scorecard_projections.csv and scorecard.json into a folder."""
    write_csv(folder / "scorecard.csv", forecast_table(card), FORECAST_COLUMNS)
    write_csv(folder / "scorecard_projections.csv", card.projected.table, PROJECTION_COLUMNS)
    text = json.dumps(summary_of(card), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "scorecard.json").write_text(text + "\n", encoding="utf-8")
