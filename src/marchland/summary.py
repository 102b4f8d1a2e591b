"""summary.json: what a program wants to know of a run."""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd

from marchland.evidence import EvidenceBase
from marchland.run import RunResult

ANSWER_KEYS = ("question", "id", "text", "value", "low", "high", "unit", "verdict")


def summary(result: RunResult) -> str:
    """summary.json: what a program wants to know of a run."""
    counts = EvidenceBase(result.files)
    informed = result.assertions["informed"].sum() if len(result.assertions) else 0
    content = {
        "case": result.files.config.title,
        "case_hash": result.files.digest,
        "version": result.version,
        "as_of": result.files.config.as_of,
        "until": result.until,
        "projection": result.projection.record() if result.projection else None,
        "seed": result.seed,
        "members": result.members,
        "answers": [
            {key: getattr(answer, key) for key in ANSWER_KEYS} for answer in result.answers
        ],
        "evidence": {
            "quantities": len(counts.quantities),
            "events": len(counts.events),
            "sources": len(counts.sources),
            "forecasts": len(counts.forecasts),
            "targets": len(counts.targets),
        },
        "assertions": {
            "total": len(result.assertions),
            "informed": int(informed),
            "by_status": _count(result.assertions, "status"),
            "by_support": _count(result.assertions, "support"),
        },
        "contradictions": len(result.contradictions),
        "fit": result.fit,
        "checks": result.checks,
        "identification": result.identified.content(),
        "explanations": {c.question: _records(c.table) for c in result.comparisons},
        "scenarios": {name: s.title for name, s in result.files.scenarios.items()},
        "seconds": result.seconds,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, default=_plain) + "\n"


def _records(table: pd.DataFrame) -> list[dict[Hashable, object]]:
    """Rows of a table; what is absent is null, which JSON knows, and not NaN."""
    known = table.astype(object).where(table.notna(), None)
    return known.to_dict("records")


def _count(table: pd.DataFrame, column: str) -> dict[str, int]:
    if not len(table):
        return {}
    return {str(k): int(v) for k, v in table[column].fillna("").value_counts().sort_index().items()}


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    return str(value)
