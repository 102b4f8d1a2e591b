import sqlite3

import pandas as pd
import pytest
from evidence_records import case, event, quantity

from marchland.case import Assertion, DriverRow, Target
from marchland.errors import MarchlandError
from marchland.evidence import EvidenceBase


def files():
    driver = {"driver": "act_storm", "place": "WST", "start": "1994-34", "end": "1994-34"}
    driver |= {"value": 0.5, "unit": "index", "quality": "D"}
    assertion = {"id": "A1", "cause": "visas", "effect": "crossings", "source": "book"}
    target = {"target": "people", "form": "series", "quantities": "q1;q2"}
    return case(
        quantity("q2", "population", "north", 120.0, when="1999", note="an undercount, they say"),
        quantity("q1", "population", "north", 150.0, when="1994-33/1994-34"),
        quantity("q3", "migrants_stock", "town", None, group="x", low=5, high=9, bound="range"),
        quantity("q4", "trade_turnover", "EST-XXX", 2.0, statistic="mean", unit="usd_billion"),
        quantity("q5", "population", "north", None, when="1998", note="an illegible figure"),
        quantity("q6", "population", "north", 240.0, when="1999", use="check", group="x"),
        quantity("q7", "population", "north", 180.0, when="1999"),
        events=[event("E1", "1994", "tighter visas")],
        assertions=[Assertion.model_validate(assertion | {"locator": "book:1"})],
        targets=[Target.model_validate(target)],
        drivers=[DriverRow.model_validate(driver)],
    )


@pytest.fixture
def base():
    return EvidenceBase(files())


def test_absent_is_never_zero(base):
    row = base.quantities.set_index("id").loc["q3"]
    assert pd.isna(row["value"])
    assert row["low"] == 5
    assert row["counterpart"] is None
    assert base.record("q5")["value"] is None
    assert pd.isna(base.contradictions["difference"]).sum() == 0


def test_dates_can_be_sorted(base):
    row = base.quantities.set_index("id").loc["q1"]
    assert (row["start_date"], row["end_date"]) == ("1994-01-01", "1994-06-30")
    assert row["end_rank"] - row["start_rank"] == 180


def test_a_table_is_a_copy(base):
    table = base.quantities
    table.loc[0, "value"] = -1.0
    assert base.quantities.loc[0, "value"] == 120.0


def test_series_in_the_order_of_time(base):
    assert list(base.series("population", "north", group="")["id"]) == ["q1", "q5", "q2", "q7"]
    assert list(base.series("population", "north", group="x")["id"]) == ["q6"]
    assert len(base.series("population", "north")) == 5
    assert base.series("population", "nowhere").empty


def test_a_record_from_any_table(base):
    assert base.record("E1")["kind"] == "events"
    assert base.record("A1")["cause"] == "visas"
    with pytest.raises(MarchlandError, match=r'no record has the id "q33"; did you mean "q3'):
        base.record("q33")


def test_search_by_words_and_facets(base):
    assert list(base.search("undercount")["id"]) == ["q2"]
    assert list(base.search("visa", kind="events")["id"]) == ["E1"]
    assert set(base.search("visas")["kind"]) == {"events", "assertions"}
    assert list(base.search(kind="quantities", place="north", use="check")["id"]) == ["q6"]
    assert list(base.search(measure="migrants_stock", place="EST", within=True)["id"]) == ["q3"]
    assert list(base.search(kind="quantities", start=1999)["id"]) == ["q2", "q6", "q7"]
    assert list(base.search(kind="quantities", end=1994)["id"]) == ["q1"]
    assert len(base.search(limit=2)) == 2


@pytest.mark.parametrize("text", ['"', "*", "a AND", "NEAR(", "-", "col:x", "'; DROP TABLE", "()"])
def test_search_takes_any_text_as_words(base, text):
    assert list(base.search(text).columns)[:2] == ["kind", "id"]


def test_search_says_what_to_try(base):
    with pytest.raises(MarchlandError, match="did you mean"):
        base.search("x", kind="event")
    with pytest.raises(MarchlandError, match="limit >= 1 must hold"):
        base.search("x", limit=0)


def test_contradictions_of_a_record(base):
    assert [one.records for one in base.contradictions_of("q7")] == [("q2", "q7")]
    assert base.contradictions_of("E1") == []


def test_sqlite_opens_and_is_searched(base, tmp_path):
    path = base.write_sqlite(tmp_path / "evidence.sqlite")
    with sqlite3.connect(path) as connection:
        query = "SELECT id FROM records_fts WHERE records_fts MATCH 'undercount'"
        assert connection.execute(query).fetchall() == [("q2",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT value, low FROM quantities WHERE id = 'q3'").fetchall()
        assert rows == [(None, 5.0)]
        joined = connection.execute(
            "SELECT q.id FROM target_quantities t JOIN quantities q ON q.id = t.quantity"
        )
        assert joined.fetchall() == [("q1",), ("q2",)]
        linked = connection.execute("SELECT quantity FROM contradiction_records ORDER BY 1")
        assert ("q7",) in linked.fetchall()
        kind = connection.execute("SELECT kind FROM places WHERE id = 'EST-XXX'").fetchone()
        assert kind == ("pair",)
    assert [p.name for p in tmp_path.iterdir()] == ["evidence.sqlite"]


def test_the_same_case_gives_the_same_bytes(tmp_path):
    one = EvidenceBase(files()).write_sqlite(tmp_path / "one.sqlite").read_bytes()
    two = EvidenceBase(files()).write_sqlite(tmp_path / "two.sqlite").read_bytes()
    assert one == two


def test_a_base_shows_what_it_holds(base):
    assert repr(base) == "<EvidenceBase 'Two banks': 7 quantities, 1 events>"
