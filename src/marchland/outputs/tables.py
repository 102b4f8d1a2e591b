"""Tables that a run leaves: the same frame gives the same bytes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from marchland.outputs.atomic import atomic_path, atomic_write

QUANTILES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")

PREDICTION_COLUMNS: tuple[str, ...] = (
    "explanation",
    "evidence_id",
    "measure",
    "statistic",
    "place",
    "group",
    "counterpart",
    "start",
    "end",
    "unit",
    "observed",
    "low",
    "high",
    "use",
    *QUANTILES,
    "source",
    "locator",
)
"""Columns of predictions.csv, in order."""

SERIES_COLUMNS: tuple[str, ...] = (
    "explanation",
    "scenario",
    "measure",
    "place",
    "group",
    "counterpart",
    "time",
    "unit",
    "mean",
    *QUANTILES,
    "basis",
)
"""Columns of series.csv, in order."""

_PREDICTION_ORDER = ("explanation", "evidence_id")
_SERIES_ORDER = ("explanation", "scenario", "measure", "place", "group", "counterpart", "time")
_DIGITS = 9


def quarter_text(year: int, quarter: int) -> str:
    """Write a quarter as outputs do: ``1994Q2``.

    Parameters
    ----------
    year : int
        Calendar year.
    quarter : int
        1 to 4.
    """
    if not 1 <= quarter <= 4:
        raise ValueError(f"1 <= quarter <= 4 must hold, but got quarter={quarter}")
    return f"{year:04d}Q{quarter}"


def quarter_of(day: date) -> str:
    """Quarter that a day falls in, as ``1994Q2``."""
    return quarter_text(day.year, (day.month + 2) // 3)


def quarter_parts(text: str) -> tuple[int, int]:
    """Year and quarter of a text such as ``1994Q2``."""
    year, mark, quarter = text.partition("Q")
    if mark != "Q" or not year.isdigit() or quarter not in {"1", "2", "3", "4"}:
        raise ValueError(f"a quarter must be written as 1994Q2, but got {text!r}")
    return int(year), int(quarter)


def cell_text(value: Any) -> str:
    """Write one cell: nine significant digits, no exponent, empty where absent.

    An infinite number is a defect, not a value, and is refused: an open bound is absent.
    """
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, int | str):
        return str(value)
    if pd.isna(value):
        return ""
    return _float_text(float(value)) if hasattr(value, "dtype") else str(value)


def _float_text(value: float) -> str:
    if math.isnan(value):
        return ""
    if math.isinf(value):
        raise ValueError("a cell must be finite or absent, but got an infinite number")
    text = f"{value:.{_DIGITS}g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def column_text(column: pd.Series) -> list[str]:
    """Write the cells of a column, each as `cell_text` does; quickly, for millions of them."""
    if column.dtype != np.float64:
        return [cell if type(cell) is str else cell_text(cell) for cell in column.tolist()]
    # Most differences between scenarios are 0.
    texts = ["0"] * len(column)
    values = column.to_numpy()
    size = np.abs(values)
    plain = (size >= 1e-3) & (size < 1e8)
    for n in np.flatnonzero(plain).tolist():
        texts[n] = f"{values[n]:.{_DIGITS}g}"
    # What may be absent, infinite or written with an exponent.
    for n in np.flatnonzero(~plain & (values != 0.0)).tolist():
        texts[n] = _float_text(float(values[n]))
    return texts


def csv_text(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> str:
    r"""Write a frame as CSV text with '\n' line ends.

    Parameters
    ----------
    frame : DataFrame
        The rows, in the order they are to have.
    columns : sequence of str, optional
        Columns and their order; the frame must have exactly these.
    """
    names = [str(name) for name in (columns if columns is not None else frame.columns)]
    if set(names) != set(map(str, frame.columns)):
        missing = [name for name in names if name not in frame.columns]
        extra = [str(name) for name in frame.columns if name not in names]
        raise ValueError(f"the columns must be {names}, but missing={missing}, extra={extra}")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    texts = [column_text(frame[name]) for name in names]
    writer.writerows(zip(*texts, strict=True))
    return stream.getvalue()


def write_csv(path: Path | str, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> Path:
    """Write a frame as a CSV file, whole or not at all."""
    return atomic_write(path, csv_text(frame, columns))


def write_predictions(path: Path | str, frame: pd.DataFrame) -> Path:
    """Write predictions.csv, sorted by explanation and evidence."""
    return write_csv(path, _sorted(frame, _PREDICTION_ORDER), PREDICTION_COLUMNS)


def write_series(path: Path | str, frame: pd.DataFrame) -> Path:
    """Write series.csv, sorted by what is measured and by time."""
    return write_csv(path, _sorted(frame, _SERIES_ORDER), SERIES_COLUMNS)


def _sorted(frame: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    # Absent cells sort as empty text, so that a mix of None and str has an order.
    keys = frame.loc[:, list(order)].astype("object")
    keys = keys.where(keys.notna(), "").astype(str).reset_index(drop=True)
    rows = keys.sort_values(list(order), kind="stable").index
    return frame.reset_index(drop=True).loc[rows]


def write_draws(path: Path | str, frame: pd.DataFrame) -> Path:
    """Write draws as Parquet, in the order of the frame.

    Parameters
    ----------
    path : Path
        The .parquet file.
    frame : DataFrame
        One row a draw, or a draw and a time. What is absent becomes NULL.
    """
    with atomic_path(path) as temporary, duckdb.connect(":memory:") as connection:
        # One thread and kept order: row groups then do not depend on who finished first.
        connection.execute("SET threads = 1; SET preserve_insertion_order = true")
        connection.register("draws", frame)
        name = str(temporary).replace("'", "''")
        connection.execute(f"COPY draws TO '{name}' (FORMAT parquet, COMPRESSION zstd)")
    return Path(path)
