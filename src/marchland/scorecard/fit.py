"""The fit that a scorecard projects: of a finished run's folder, or of a run in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from marchland.case import CaseFiles
from marchland.run import RunResult
from marchland.scorecard.card import Draws
from marchland.serving.finished import FinishedRun, why_unfinished


def draws_of(result: RunResult) -> Draws:
    """Draws of a run in memory."""
    return Draws(
        names=[str(name) for name in result.draws.columns],
        values=result.draws.to_numpy(dtype=np.float64),
        members=result.members,
        seed=result.seed,
        failed=str(result.fit.get("failed") or ""),
    )


def finished_draws(folder: Path, files: CaseFiles) -> Draws | str:
    """Draws of the finished run in a folder, or why it holds none of the case and vintage."""
    reason = why_unfinished(folder, files)
    if reason:
        return reason
    finished = FinishedRun.open(folder, files)
    said: dict[str, Any] = json.loads(finished.summary)
    if said.get("as_of") != files.config.as_of:
        return f"the run in {folder} is as of {said.get('as_of')}, not {files.config.as_of}"
    failed = str((said.get("fit") or {}).get("failed") or "")
    return Draws(finished.names, finished.values, finished.members, finished.seed, failed)
