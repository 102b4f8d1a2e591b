import csv
import io
import math
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs_case import series

from marchland.outputs import (
    PREDICTION_COLUMNS,
    SERIES_COLUMNS,
    csv_text,
    quarter_of,
    quarter_parts,
    quarter_text,
    write_draws,
    write_predictions,
    write_series,
)
from marchland.outputs.tables import cell_text


def test_columns_are_those_of_the_design():
    assert ",".join(PREDICTION_COLUMNS) == (
        "explanation,evidence_id,measure,statistic,place,group,counterpart,start,end,unit,observed,"
        "low,high,use,q05,q10,q25,q50,q75,q90,q95,source,locator"
    )
    assert ",".join(SERIES_COLUMNS) == (
        "explanation,scenario,measure,place,group,counterpart,time,unit,mean,"
        "q05,q10,q25,q50,q75,q90,q95,basis"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (105074000.0, "105074000"),
        (0.1, "0.1"),
        (1 / 3, "0.333333333"),
        (1e-7, "0.0000001"),
        (-0.0, "0"),
        (0, "0"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        (True, "true"),
        (None, ""),
        (math.nan, ""),
        (pd.NA, ""),
        ("a", "a"),
    ],
)
def test_cells(value, text):
    assert cell_text(value) == text


def test_an_infinite_number_is_refused():
    with pytest.raises(ValueError, match="finite or absent"):
        cell_text(math.inf)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_nine_digits(value):
    assert float(cell_text(value)) == pytest.approx(value, rel=1e-8, abs=0)
    assert "e" not in cell_text(value)


def test_absent_is_an_empty_cell_and_zero_is_zero():
    frame = pd.DataFrame({"a": [0.0, math.nan], "b": [None, "x,y"]})
    assert csv_text(frame) == 'a,b\n0,\n,"x,y"\n'


def test_wrong_columns_are_named():
    with pytest.raises(ValueError, match=r"missing=\['b'\], extra=\['c'\]"):
        csv_text(pd.DataFrame({"a": [1], "c": [2]}), ["a", "b"])


def test_series_do_not_depend_on_the_order_of_rows(tmp_path):
    frame = series()
    one = write_series(tmp_path / "one.csv", frame).read_bytes()
    two = write_series(tmp_path / "two.csv", frame.sample(frac=1, random_state=3)).read_bytes()
    assert one == two
    rows = list(csv.reader(io.StringIO(one.decode())))
    assert tuple(rows[0]) == SERIES_COLUMNS
    assert [row[6] for row in rows[1:3]] == ["1994Q1", "1994Q2"]
    assert b"\r" not in one


def test_predictions_have_their_columns(tmp_path):
    row = dict.fromkeys(PREDICTION_COLUMNS)
    frame = pd.DataFrame([row | {"explanation": "all", "evidence_id": i} for i in ("Q2", "Q1")])
    lines = write_predictions(tmp_path / "p.csv", frame).read_text().splitlines()
    assert lines[0] == ",".join(PREDICTION_COLUMNS)
    assert [line.split(",")[1] for line in lines[1:]] == ["Q1", "Q2"]


def test_draws_keep_their_order_and_what_is_absent(tmp_path):
    frame = pd.DataFrame({"member": [2, 0, 1], "income": [0.5, math.nan, 1.5]})
    one = write_draws(tmp_path / "it's one.parquet", frame)
    two = write_draws(tmp_path / "two.parquet", frame)
    assert one.read_bytes() == two.read_bytes()
    found = duckdb.sql(f"SELECT * FROM '{two}'").fetchall()
    assert [row[0] for row in found] == [2, 0, 1]
    assert found[1][1] is None or math.isnan(found[1][1])


def test_quarters():
    assert quarter_text(1994, 2) == "1994Q2"
    assert quarter_of(date(1994, 6, 30)) == "1994Q2"
    assert quarter_parts("1994Q2") == (1994, 2)
    with pytest.raises(ValueError, match="1994Q2"):
        quarter_parts("1994-34")
    with pytest.raises(ValueError, match="quarter <= 4 must hold"):
        quarter_text(1994, 5)
