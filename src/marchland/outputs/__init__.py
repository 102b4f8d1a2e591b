"""What a run leaves: tables, codebook, citation, passages; whole or not at all."""

from marchland.outputs.atomic import atomic_folder, atomic_path, atomic_write
from marchland.outputs.passages import Passage, figure_forms, find_passage, passage_of
from marchland.outputs.tables import (
    PREDICTION_COLUMNS,
    QUANTILES,
    SERIES_COLUMNS,
    csv_text,
    quarter_of,
    quarter_parts,
    quarter_text,
    write_csv,
    write_draws,
    write_predictions,
    write_series,
)

__all__ = [
    "PREDICTION_COLUMNS",
    "QUANTILES",
    "SERIES_COLUMNS",
    "Passage",
    "atomic_folder",
    "atomic_path",
    "atomic_write",
    "csv_text",
    "figure_forms",
    "find_passage",
    "passage_of",
    "quarter_of",
    "quarter_parts",
    "quarter_text",
    "write_csv",
    "write_draws",
    "write_predictions",
    "write_series",
]
