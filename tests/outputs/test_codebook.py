import re
import sqlite3

from outputs_case import series

from marchland.evidence import EvidenceBase
from marchland.outputs import PREDICTION_COLUMNS, SERIES_COLUMNS
from marchland.outputs.codebook import codebook, write_codebook
from marchland.outputs.dyads import dyad_table, write_dyads


def sections(text):
    """Columns that the codebook names, by file."""
    found = {}
    for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        rows = [line for line in block.splitlines() if line.startswith("| ")][1:]
        found[block.splitlines()[0]] = [row.split("|")[1].strip() for row in rows]
    return found


def test_every_column_of_the_files_and_no_other(files, tmp_path):
    found = sections(codebook(files))
    assert tuple(found["predictions.csv"]) == PREDICTION_COLUMNS
    assert tuple(found["series.csv"]) == SERIES_COLUMNS
    dyads = write_dyads(tmp_path / "dyads.csv", dyad_table(series(), files))
    assert found["dyads.csv"] == dyads.read_text().splitlines()[0].split(",")


def test_every_column_of_the_database(files, tmp_path):
    found = sections(codebook(files))
    path = EvidenceBase(files).write_sqlite(tmp_path / "evidence.sqlite")
    tables = [name.removeprefix("evidence.sqlite: ") for name in found if "sqlite" in name]
    with sqlite3.connect(path) as connection:
        for table in tables:
            header = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            assert found[f"evidence.sqlite: {table}"] == header
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        real = {row[0] for row in connection.execute(query)}
    links = {"target_quantities", "contradiction_records", "records_fts"}
    assert {name for name in real - set(tables) if "fts" not in name} == links - {"records_fts"}
    assert all(f"`{link}`" in codebook(files) for link in links)


def test_every_measure_with_unit_and_equation(files):
    text = codebook(files)
    assert sections(text)["Measures"] == sorted(files.measures)
    assert "| population | persons | stock | level | Residents of a place. | E8 |" in text
    assert "Those who agree \\| of all asked. | not computed: evidence only |" in text


def test_every_column_has_a_meaning(files):
    for line in codebook(files).splitlines():
        if line.startswith("| ") and not line.startswith("| column"):
            assert line.rstrip("| ").count("|") >= 2, line


def test_further_files_can_be_added(files, tmp_path):
    extra = {"mechanisms.csv": {"id": ("", "id of the assertion")}}
    path = write_codebook(tmp_path / "codebook.md", files, extra=extra)
    assert sections(path.read_text())["mechanisms.csv"] == ["id"]
