"""The scorecard: forecasts and projections against later outcomes that the user supplies."""

from marchland.scorecard.card import Draws, Scorecard, make_scorecard
from marchland.scorecard.forecasts import VERDICTS, Verdict, judge
from marchland.scorecard.outcomes import Outcomes, read_outcomes
from marchland.scorecard.tables import (
    FORECAST_ENTRIES,
    PROJECTION_ENTRIES,
    forecast_table,
    summary_of,
    write_tables,
)

__all__ = [
    "FORECAST_ENTRIES",
    "PROJECTION_ENTRIES",
    "VERDICTS",
    "Draws",
    "Outcomes",
    "Scorecard",
    "Verdict",
    "forecast_table",
    "judge",
    "make_scorecard",
    "read_outcomes",
    "summary_of",
    "write_tables",
]
