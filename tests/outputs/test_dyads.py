import pandas as pd
from outputs_case import series

from marchland.outputs.dyads import dyad_columns, dyad_table, quarters, write_dyads


def row(files, quarter):
    table = dyad_table(series(), files, times=["1993Q4", *quarters("1994Q1", "1994Q3")])
    return table.set_index("quarter").loc[quarter]


def test_keys_and_codes(files):
    found = row(files, "1994Q1")
    assert list(found[["pair", "iso3_a", "iso3_b"]]) == ["CHN-RUS", "CHN", "RUS"]
    assert list(found[["cow_a", "cow_b", "year", "quarter_of_year"]]) == [710, 365, 1994, 1]


def test_acts_of_a_known_quarter(files):
    found = row(files, "1994Q1")
    assert (found["acts_cooperative"], found["acts_conflictual"]) == (1, 1)
    assert found["goldstein_mean"] == 3


def test_no_record_is_not_no_act(files):
    found = row(files, "1994Q3")
    assert found[["acts_cooperative", "acts_conflictual", "goldstein_mean"]].isna().all()


def test_the_rule_in_force_on_most_days(files):
    assert row(files, "1993Q4")["border_regime"] == "visa_free"
    assert row(files, "1994Q1")["border_regime"] == "visa"
    assert row(files, "1994Q1")["border_restrictiveness"] == 0.6


def test_medians_of_the_model_each_way(files):
    found = row(files, "1994Q2")
    assert found["trade_turnover"] == 5
    assert (found["trust_a_in_b"], found["trust_b_in_a"]) == (0.75, 0.25)
    assert pd.isna(found["threat_b_from_a"])
    assert pd.isna(found["relation"])
    assert pd.isna(row(files, "1994Q3")["trade_turnover"])


def test_drivers_only_where_they_are_stated(files):
    assert row(files, "1993Q4")["driver_gdp_b"] == 400
    assert pd.isna(row(files, "1994Q1")["driver_gdp_b"])
    assert row(files, "1994Q1")["driver_gdp_a"] == 500
    assert row(files, "1994Q3")["driver_border_dispute"] == 0.4


def test_the_file_is_the_same_whatever_the_order(files, tmp_path):
    one = write_dyads(tmp_path / "1.csv", dyad_table(series(), files)).read_text()
    two = write_dyads(tmp_path / "2.csv", dyad_table(series().iloc[::-1], files)).read_text()
    assert one == two
    lines = one.splitlines()
    assert lines[0].split(",") == dyad_columns(files)
    assert [line.split(",")[5] for line in lines[1:]] == ["1994Q1", "1994Q2"]


def test_quarters_run_over_the_year():
    assert quarters("1994Q3", "1995Q2") == ["1994Q3", "1994Q4", "1995Q1", "1995Q2"]
