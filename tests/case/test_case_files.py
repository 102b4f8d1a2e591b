"""Tables and YAML: any bytes end in rows or in problems, never in a traceback."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_case import VALID, write_case

from marchland.case import load
from marchland.case.files import Unreadable, read_table, read_text, read_yaml
from marchland.case.naming import nearest, suggestion
from marchland.errors import MarchlandError, Problem

SCRAPS = [":", ",", '"', "[", "{", "null", "-1", "1e999", "true", "\n", "&a *a"]
COLUMNS = ["id", "place", "value"]
SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_is_a_table_or_a_problem(text: str) -> None:
    problems: list[Problem] = []
    try:
        rows = read_table(text, "x.csv", COLUMNS, ["id"], problems)
    except Unreadable as error:
        assert error.problem.message
        return
    last = len(text.splitlines()) + 1
    assert all(1 < row.line <= last + 1 for row in rows)
    assert all(problem.line >= 1 for problem in problems)


@given(
    st.lists(
        st.tuples(*[st.text(alphabet=st.characters(codec="utf-8"), max_size=12)] * 3), max_size=8
    )
)
def test_what_a_csv_writer_wrote_comes_back(cells: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(cells)
    problems: list[Problem] = []
    rows = read_table(out.getvalue(), "x.csv", COLUMNS, ["id"], problems)
    expected = [[cell.strip() or None for cell in row] for row in cells]
    assert [list(row.values()) for row in rows] == [row for row in expected if any(row)]
    assert problems == []


@pytest.mark.parametrize("name", ["case.yaml", "evidence/quantities.csv", "sources.bib"])
@SLOW
@given(content=st.binary(max_size=200))
def test_any_bytes_in_a_file_of_the_case(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    folder = write_case(tmp_path_factory.mktemp("case"), VALID)
    (folder / name).write_bytes(content)
    try:
        load(folder)
    except MarchlandError as error:
        assert error.problems
        assert str(error)


@pytest.mark.parametrize("name", sorted(VALID))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_valid_file_with_one_part_overwritten(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    text = VALID[name]
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 12))
    scrap = data.draw(
        st.one_of(
            st.text(max_size=6),
            st.sampled_from(SCRAPS),
        )
    )
    folder = write_case(tmp_path_factory.mktemp("case"), VALID)
    changed = text[:start] + scrap + text[start + length :]
    (folder / name).write_bytes(changed.encode("utf-8", "surrogatepass"))
    try:
        load(folder)
    except MarchlandError as error:
        assert error.problems
        assert all("\n" not in problem.message for problem in error.problems)


def test_yaml_keeps_dates_and_words_as_text() -> None:
    text = "a: 1994-01-29\nb: no\nc: 1961\n1962: [1.5, true, ~, 0x10, 1_000, '7']\n"
    value = read_yaml(text, "x.yaml", [])
    assert value == {
        "a": "1994-01-29",
        "b": "no",
        "c": 1961,
        "1962": [1.5, True, None, 16, 1000, "7"],
    }
    assert value.lines == {"a": 1, "b": 2, "c": 3, "1962": 4}


def test_an_absent_file_is_none(tmp_path: Path) -> None:
    assert read_text(tmp_path, "nothing.csv") is None


def test_the_nearest_name() -> None:
    assert nearest("Amurskaja", ["amurskaia", "primorye"]) == "amurskaia"
    assert nearest("xyz", ["amurskaia", "primorye"]) is None
    assert suggestion("xyz", ["amurskaia"], "places.csv").startswith("; add it to places.csv")
    assert suggestion("xyz", ["amurskaia", "moscow"]) == "; choose from amurskaia, moscow"
    assert suggestion("xyz", [f"place{n}" for n in range(20)]) == ""
