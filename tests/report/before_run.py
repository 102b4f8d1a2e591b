"""What could be told of the small case of the report's tests: figures, targets, rivals, movers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from report_run import small_run

from marchland.identified import PREDICTED_COLUMNS, SENSITIVITY_COLUMNS, Identified
from marchland.inference import combinations, recovery, told
from marchland.inference.recovery import ALIKE, CLASSIFIER, RECOVERED, Recovery
from marchland.inference.told import ALL, LOCAL, SILENT, TOLD
from marchland.run import RunResult


def _predicted() -> pd.DataFrame:
    rows = []
    for name, target, observed, low, high, inside in (
        ("Q1", "t1", 12000.0, np.nan, np.nan, True),
        ("Q2", "", np.nan, 9000.0, 15000.0, True),
        ("Q3", "t1", 0.0, np.nan, np.nan, False),
    ):
        row = {"evidence_id": name, "target": target, "measure": "migrants_stock"}
        row |= {"unit": "persons", "bound": "exact", "observed": observed, "low": low, "high": high}
        row |= dict(zip(("q01", "q05", "q50", "q95", "q99"), (90, 200, 9e3, 4e4, 9e5), strict=True))
        rows.append(row | {"inside_98": inside})
    return pd.DataFrame(rows, columns=list(PREDICTED_COLUMNS))


def _table() -> pd.DataFrame:
    rows = []
    for target, name, expected, local, lost, actual, verdict in (
        (ALL, "departures_default", 0.45, 0.5, np.nan, 0.48, TOLD),
        (ALL, "diaspora", 0.08, 0.3, np.nan, 0.6, LOCAL),
        (ALL, "opening", 0.0, 0.01, np.nan, 0.02, SILENT),
        ("t1", "departures_default", 0.44, np.nan, 0.45, np.nan, np.nan),
        ("t1", "diaspora", 0.08, np.nan, 0.07, np.nan, np.nan),
        ("t1", "opening", 0.0, np.nan, 0.0, np.nan, np.nan),
    ):
        row = {"target": target, "parameter": name, "expected": expected, "local": local}
        row |= {"noise": 0.001, "lost_without": lost, "lost_noise": 0.01}
        rows.append(row | {"actual": actual, "verdict": verdict})
    return pd.DataFrame(rows, columns=list(told.COLUMNS))


def found(*, recovered: bool = False) -> Recovery:
    """Two rivals of one question."""
    rows = []
    for sharper, right in ((1.0, 0.93 if recovered else 0.518), (20.0, 0.54)):
        row = {"question": "why", "rival": "kin", "other": "nobody", "method": CLASSIFIER}
        row |= {"sharper": sharper, "cases": 4000, "right": right, "right_low": right - 0.015}
        row |= {"right_high": right + 0.015, "right_if_rival": right, "right_if_other": right}
        row |= {"log_score": -0.69, "recovered": recovered if sharper == 1.0 else None}
        rows.append(row | {"reason": RECOVERED if recovered else ALIKE})
    titles = {("why", "kin"): "Kin", ("why", "nobody"): "Nobody"}
    return Recovery(pd.DataFrame(rows, columns=list(recovery.COLUMNS)), titles)


def _movers() -> pd.DataFrame:
    rows = []
    for name, size, relative in (("departures_default", 2.1, 0.8), ("diaspora", 0.0, 0.0)):
        row = {"answer": "stock", "row": 0, "figure": "1992", "unit": "persons", "scale": "log"}
        row |= {"parameter": name, "mu_star": size, "mu_star_low": 0.9 * size}
        row |= {"mu_star_high": 1.1 * size, "sigma": 0.2, "mu": size, "relative": relative}
        rows.append(row | {"trajectories": 32})
    return pd.DataFrame(rows, columns=list(SENSITIVITY_COLUMNS))


def known_run(folder: Path, *, recovered: bool = False) -> RunResult:
    """The small run, with what could be told of it."""
    result = small_run(folder)
    row = ["departures_default + diaspora", "departures_default;diaspora", "1.00;1.00"]
    together = pd.DataFrame(
        [[*row, 0.8, "departures_default", 0.48, "sum"]], columns=list(combinations.COLUMNS)
    )
    rivals = found(recovered=recovered)
    identified = Identified(_table(), _predicted(), rivals, together, _movers())
    comparisons = [rivals.withheld(c) for c in result.comparisons]
    return replace(result, identified=identified, comparisons=comparisons)
