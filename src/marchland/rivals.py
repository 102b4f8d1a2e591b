"""What an answer says of rival explanations: their weights, or why they have none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marchland.inference.calibrate import Comparison

# A difference of log evidences is told beyond so many of its errors.
SURE_ERRORS = 3.0


def label_of(comparison: Comparison) -> str:
    """Label of a question whose rivals have no probabilities; empty where they have."""
    labels = comparison.table.get("label")
    return str(labels.iloc[0]) if labels is not None and len(labels) else ""


def weighed(comparison: Comparison) -> str:
    """What the rivals weigh; or why they have no weights, and that their fits may differ."""
    if label_of(comparison):
        table = comparison.table
        return f" {table['note'].iloc[0]}{_lead(table)}"
    parts = [
        f"{row['title'].lower()} {100 * row['probability']:.0f} per cent"
        for _, row in comparison.table.iterrows()
    ]
    spread = comparison.table["log_evidence"].max() - comparison.table["log_evidence"].min()
    error = comparison.table["log_evidence_error"].max()
    doubt = (
        " These differences are within the error of the comparison." if spread < 2 * error else ""
    )
    return " As rival explanations, refitted: " + ", ".join(parts) + "." + doubt


def _lead(table: pd.DataFrame) -> str:
    """A difference between fits beyond their errors: a lead to follow, and no weight."""
    ranked = table.sort_values("log_evidence", ascending=False, kind="stable")
    gap = float(ranked["log_evidence"].iloc[0] - ranked["log_evidence"].iloc[-1])
    error = float(np.hypot(*ranked["log_evidence_error"].iloc[[0, -1]]))
    if not gap > SURE_ERRORS * error:
        return ""
    return (
        f" Fitted to the actual evidence, “{ranked['title'].iloc[0]}” has a log evidence "
        f"{gap:.1f} above “{ranked['title'].iloc[-1]}” (error {error:.1f}): a lead to follow, "
        "and no weight."
    )
