"""The flagship case: the contradictions that its documentation names are found."""

import sqlite3

import pytest

from marchland.case import find_case, load
from marchland.evidence import EvidenceBase

FOUND = {
    "1897 shares": ("share", {"Q008", "Q009", "Q010", "Q011"}),
    "provinces of 1998": ("total", {"Q029", "Q031", "Q033", "Q035"}),
    "105 or 150 million": ("stock", {"Q035", "Q194"}),
    "784, 3 per cent, 150,000 to 200,000": ("definition", {"Q044", "Q051", "Q197"}),
    "20.3 or 21.3 per cent": ("total", {"Q102", "Q141", "Q144"}),
    "29 per cent or a third": ("value", {"Q108", "Q218"}),
    "24 aircraft in 1991 or 1992": ("date", {"Q185", "Q186"}),
    "fourth in arms sales": ("rank", {"Q259", "Q268"}),
    "visas in 1993 or 1994": ("date", {"E107", "E108"}),
    "fall of 1994": ("change", {"Q018", "Q199", "Q200"}),
    "barter of 1991": ("value", {"Q251", "Q252"}),
    "content residents or the surveys": ("noted", {"F05"}),
}


@pytest.fixture(scope="module")
def base():
    return EvidenceBase(load(find_case("northeast-asia")))


@pytest.mark.parametrize("name", FOUND)
def test_a_known_contradiction_is_found(base, name):
    kind, records = FOUND[name]
    assert (kind, records) in [(one.kind, set(one.records)) for one in base.found]


def test_false_alarms_stay_few(base):
    computed = [one for one in base.found if one.computed]
    assert len(computed) <= len(FOUND) + 3
    assert len(base.found) - len(computed) <= 6


def test_each_says_what_is_done_about_it(base):
    for one in base.found:
        assert one.statement
        assert one.treatment
        for record in one.records:
            assert record in one.treatment


def test_the_misprint_is_measured(base):
    (found,) = (one for one in base.found if "Q029" in one.records)
    assert (found.difference, found.unit) == (43000, "persons")
    assert "misprint" in found.treatment


def test_a_printed_zero_is_kept_and_an_absent_value_is_not_zero(base):
    table = base.quantities.set_index("id")["value"]
    assert table["Q062"] == 0
    assert table.isna()["Q051"]


def test_the_file_links_every_record(base, tmp_path):
    path = base.write_sqlite(tmp_path / "evidence.sqlite")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        count = connection.execute("SELECT count(*) FROM quantities").fetchone()[0]
    assert count == len(base.files.quantities)
