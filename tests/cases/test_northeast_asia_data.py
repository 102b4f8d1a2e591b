"""The tables of the flagship case: sound, and faithful to what they were written from."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import marchland
from marchland.case.dates import parse_period
from marchland.vocabulary import VOCABULARY

CASE = Path(marchland.__file__).parent / "cases" / "northeast-asia"
SHARED = Path(__file__).resolve().parents[3] / "shared"
COUNTS = {
    "places": 87,
    "measures": 86,
    "evidence/quantities": 269,
    "evidence/events": 157,
    "evidence/assertions": 130,
    "evidence/targets": 33,
    "evidence/forecasts": 39,
}
# An actor that the compiled tables name but do not list; what the map names besides.
ADDED_PLACES = {"insurgents_central_asia", "argun"}
MAPPED_KINDS = {"crossing", "contested"}
# Days that the sources do not print.
# Almost a decade is near ten years and not any number below: read as about ten.
JUDGED_ANEW = {("Q164", "bound"), ("Q164", "high")}
CORRECTED_EVENTS = {"E091", "E112"}
RUN_LENGTH = 8
# Shorter ones are dates, names and figures.
SHORTEST_QUOTE = 5

needs_shared = pytest.mark.skipif(
    not (SHARED / "evidence").is_dir() or not (SHARED / "sources").is_dir(),
    reason="needs the documents and tables of ../shared, which are not here",
)


@cache
def table(name: str, root: Path = CASE) -> list[dict[str, str]]:
    with (root / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def rules() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(CASE / "evidence" / "rules.yaml")
    return loaded


def by_id(rows: list[dict[str, str]], key: str = "id") -> dict[str, dict[str, str]]:
    return {row[key]: row for row in rows}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def own_texts() -> list[Path]:
    # The titles in sources.bib are the documents' own.
    kinds = {".csv", ".yaml", ".md"}
    return sorted(path for path in CASE.rglob("*") if path.suffix in kinds)


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN_LENGTH]) for i in range(len(found) - RUN_LENGTH + 1)}


# ------------------------------------------------------------------ sound in themselves


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_every_row_is_there_once(name: str) -> None:
    rows = table(name)
    key = next(iter(rows[0]))
    assert len(rows) == COUNTS[name]
    assert len({row[key] for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["quantities", "events", "assertions", "forecasts"])
def test_every_record_has_its_passage(name: str) -> None:
    keys = set(re.findall(r"^@\w+\{(\w+),", (CASE / "sources.bib").read_text(), re.MULTILINE))
    assert len(keys) == 5
    for row in table(f"evidence/{name}"):
        if row["id"] == "E154":
            assert "outside the sources" in row["note"]
            continue
        assert row["source"] in keys, row["id"]
        assert re.fullmatch(rf"{row['source']}:\d+", row["locator"]), row["id"]


def test_every_assertion_has_an_equation_and_a_switch_the_model_has() -> None:
    acts = {row["driver"] for row in table("drivers") if row["driver"].startswith("act_")}
    for row in table("evidence/assertions"):
        assert row["equation"], row["id"]
        assert row["sign"] in {"+", "-", "+/-", "0", "=", "?"}, row["id"]
        for switch in filter(None, row["switch"].split(";")):
            assert switch in VOCABULARY.switches | acts, row["id"]


def test_the_dates_of_all_tables_can_be_read() -> None:
    for name in ("evidence/quantities", "evidence/events", "drivers"):
        for row in table(name):
            for column in ("start", "end", "base_start", "base_end"):
                if row.get(column):
                    parse_period(row[column])
    for row in table("evidence/targets"):
        parse_period(row["period"])
    for row in table("evidence/forecasts"):
        parse_period(row["made"])
        parse_period(row["horizon"])


def test_no_driver_knows_what_came_after_2003() -> None:
    for row in table("drivers"):
        end = parse_period(row["end"] or row["start"]).end
        assert end is not None and end <= date(2003, 12, 31), row


def test_drivers_are_those_of_the_model_in_its_units() -> None:
    for row in table("drivers"):
        low, value, high = (float(row[name]) for name in ("low", "value", "high"))
        assert low <= value <= high, row
        assert row["source"], row
        assert VOCABULARY.knows_driver(row["driver"]), row
        if row["driver"] in VOCABULARY.drivers:
            assert row["unit"] == VOCABULARY.drivers[row["driver"]].unit, row
    assert set(VOCABULARY.drivers) <= {row["driver"] for row in table("drivers")}


def test_every_region_of_the_model_starts_with_its_people() -> None:
    start = {
        row["place"]: float(row["value"])
        for row in table("drivers")
        if row["driver"] == "population" and row["start"] in ("1980", "1985", "1990")
    }
    assert len(start) == 13
    assert all(100_000 < people < 1e9 for people in start.values())
    russia = ("primorye", "khabarovsk", "amurskaia", "other_rfe", "european_russia")
    assert sum(start[place] for place in russia) == pytest.approx(138e6, rel=0.01)


def test_a_figure_is_a_target_or_a_driver_and_targets_name_known_figures() -> None:
    quantities = by_id(table("evidence/quantities"))
    for row in table("evidence/targets"):
        for name in row["quantities"].split(";"):
            assert quantities[name]["use"] == "calibrate", name


@pytest.mark.parametrize(("year", "excess"), [("1988", 0), ("1998", 43_000)])
def test_provinces_add_up_as_far_as_the_source_lets_them(year: str, excess: int) -> None:
    people = {
        row["place"]: float(row["value"])
        for row in table("evidence/quantities")
        if row["target"] == f"pop_northeast_{year}"
    }
    total = people.pop("northeast_china")
    assert sum(people.values()) - total == excess


def test_answers_of_which_each_person_gives_one_add_up_to_all() -> None:
    sums: dict[str, float] = {}
    for row in table("evidence/quantities"):
        if row["target"].startswith(("assess_", "marry_", "child_visit_")):
            sums[row["target"]] = sums.get(row["target"], 0.0) + float(row["value"])
    assert len(sums) == 11
    assert all(total == pytest.approx(1, abs=0.0055) for total in sums.values()), sums


@pytest.mark.parametrize("border", ["CHN-RUS", "CHN-PRK"])
def test_regimes_follow_each_other_without_a_gap(border: str) -> None:
    spans = [
        (parse_period(row["start"]).start, parse_period(row["end"]).end)
        for row in rules()["regimes"]
        if row["border"] == border
    ]
    assert spans[0][0] == date(1950, 1, 1) and spans[-1][1] == date(2003, 12, 31)
    for (_, end), (start, _) in pairwise(spans):
        assert end is not None and start == end + timedelta(days=1)


def test_a_rule_without_a_source_says_that_it_is_a_judgement() -> None:
    for row in rules()["regimes"]:
        assert row.get("locator") or "judgement" in row["note"], row


def test_the_protocol_has_the_articles_that_the_model_switches() -> None:
    protocol = next(t for t in rules()["treaties"] if t["id"] == "protocol_1964")
    assert [p["article"] for p in protocol["provisions"]] == ["4", "5"]
    assert all(p["lenient"] and p["strict"] for p in protocol["provisions"])


# ------------------------------------------------------------------ faithful to the compiled tables


@needs_shared
@pytest.mark.shared
def test_quantities_agree_with_the_compiled_table() -> None:
    ours = by_id(table("evidence/quantities"))
    theirs = by_id(table("quantities", SHARED / "evidence"))
    assert list(ours) == list(theirs)
    for name, row in theirs.items():
        for column in set(row) - {"quote", "note"}:
            if (name, column) not in JUDGED_ANEW:
                assert ours[name][column] == row[column], (name, column)


@needs_shared
@pytest.mark.shared
def test_events_agree_with_the_compiled_table() -> None:
    ours = by_id(table("evidence/events"))
    theirs = by_id(table("events", SHARED / "evidence"))
    assert list(ours) == list(theirs)
    same = {
        "source_actor": "source_actor",
        "target_actor": "target_actor",
        "type": "plover_type",
        "mode": "mode",
        "goldstein": "goldstein_suggested",
        "role": "role",
        "driver": "driver",
        "source": "source",
    }
    for name, row in theirs.items():
        for column, compiled in same.items():
            assert ours[name][column] == row[compiled], (name, column)
        if name not in CORRECTED_EVENTS:
            assert (ours[name]["start"], ours[name]["end"]) == (row["start"], row["end"]), name
        if row["source"]:
            assert ours[name]["locator"] == f"{row['source']}:{row['line']}", name
        if row["date_from"] == "outside the sources":
            assert "outside the sources" in ours[name]["note"], name


@needs_shared
@pytest.mark.shared
def test_assertions_agree_with_the_compiled_table() -> None:
    ours = by_id(table("evidence/assertions"))
    theirs = by_id(table("assertions", SHARED / "evidence"))
    assert list(ours) == list(theirs)
    for name, row in theirs.items():
        assert ours[name]["locator"] == f"{row['source']}:{row['line']}", name
        assert ours[name]["equation"].split(";") == row["equation"].split(","), name
        assert (ours[name]["group"], ours[name]["cause"]) == (row["group"], row["cause"]), name
        assert row["sign"].startswith(ours[name]["sign"]) or name == "M05", name


@needs_shared
@pytest.mark.shared
def test_targets_places_and_measures_agree_with_the_compiled_tables() -> None:
    ours = by_id(table("evidence/targets"), "target")
    theirs = by_id(table("targets", SHARED / "evidence"), "target")
    assert list(ours) == list(theirs)
    for name, row in theirs.items():
        for column in ("form", "quantities", "informs", "cannot_tell"):
            assert ours[name][column] == row[column], (name, column)
    places = {row["id"] for row in table("places") if row["kind"] not in MAPPED_KINDS}
    assert places - ADDED_PLACES == {row["id"] for row in table("places", SHARED / "evidence")}
    assert table("measures") == table("measures", SHARED / "evidence")
    forecasts = table("forecasts", SHARED / "evidence")
    assert [row["id"] for row in table("evidence/forecasts")] == [row["id"] for row in forecasts]


@needs_shared
@pytest.mark.shared
def test_no_sentence_of_the_sources_is_in_the_case() -> None:
    printed: set[tuple[str, ...]] = set()
    for path in (SHARED / "sources").glob("*.txt"):
        printed |= runs(path.read_text(encoding="utf-8"))
    assert len(printed) > 10_000
    for path in own_texts():
        # A sentence may break over lines of prose, but not over rows of a table.
        text = path.read_text(encoding="utf-8")
        for part in text.splitlines() if path.suffix == ".csv" else [text]:
            copied = runs(part) & printed
            assert not copied, f"{path.name}: {' '.join(min(copied))}"


@needs_shared
@pytest.mark.shared
def test_no_quotation_of_the_compiled_tables_is_in_the_case() -> None:
    texts = {path.name: " ".join(words(path.read_text(encoding="utf-8"))) for path in own_texts()}
    for name in ("quantities", "events", "assertions", "forecasts"):
        for row in table(name, SHARED / "evidence"):
            quote = words(row["quote"])
            if len(quote) >= SHORTEST_QUOTE:
                for file, text in texts.items():
                    assert f" {' '.join(quote)} " not in text, (name, row["id"], file)


@needs_shared
@pytest.mark.shared
def test_every_locator_is_a_line_with_text() -> None:
    lines = {
        path.stem: path.read_text(encoding="utf-8").split("\n")
        for path in (SHARED / "sources").glob("*.txt")
    }
    for name in ("quantities", "events", "assertions", "forecasts"):
        for row in table(f"evidence/{name}"):
            if row["locator"]:
                key, _, line = row["locator"].partition(":")
                assert lines[key][int(line) - 1].strip(), row["id"]
