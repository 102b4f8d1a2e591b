"""A case loads whole, or says everything that has to be mended."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest
from small_case import VALID, Break, write_case

from marchland.case import CaseError, Measure, expected_unit, find_case, load
from marchland.case.settings import DriverChange, RuleChange, SwitchChange
from marchland.errors import MarchlandError, Problem

ROOT = Path(__file__).parents[2]
FLAGSHIP = ROOT / "src" / "marchland" / "cases" / "northeast-asia"


def test_a_valid_case_has_every_file(valid_case: Path) -> None:
    files = load(valid_case)
    assert files.config.title == "Two banks"
    assert files.config.period.end == date(2003, 12, 31)
    assert files.config.groups["chinese"].state == "CHN"
    assert files.config.borders["CHN-RUS"].regions == ["heilongjiang", "amurskaia"]
    assert files.places["blagoveshchensk"].part_of == ["amurskaia"]
    assert files.measures["border_crossings"].statistics == ["mean", "sum", "change_pct"]
    assert files.sources["wishnick2003"].title == "A Study"
    assert files.sources["smith2012"].year == 2012
    assert files.quantities[2].value is None, "an empty cell is not zero"
    assert files.quantities[4].end is not None
    assert files.quantities[4].end.end == date(1994, 6, 30)
    assert files.events[0].source_actor == ["RUS", "CHN"]
    assert files.targets[0].quantities == ["Q1", "Q2"]
    assert files.regimes[0].start.text == "1988"
    assert files.treaties[0].provisions[0].article == "9"
    assert files.stays[0].months == 1
    assert files.parameters["visa"].prior.family == "half_normal"
    assert files.parameters["visa"].prior.arguments == (0.5,)
    assert files.observation.errors["C"] == 0.3
    assert files.observation.survey["threat"].base == 200
    assert files.explanations.questions["crossings"].rivals["acts"].set == {"visa": 0}
    kinds = [type(change) for change in files.scenarios["no_visa"].changes]
    assert kinds == [RuleChange, DriverChange, SwitchChange]
    assert files.notes.startswith("# Notes")
    assert not files.unread


def test_rows_know_their_lines(valid_case: Path) -> None:
    files = load(valid_case)
    assert [row.line for row in files.quantities] == [2, 3, 4, 5, 6]
    assert files.config.corridors[0].line == 14
    assert files.regimes[0].line == 2
    assert files.parameters["visa"].prior.line == 3
    assert files.parameters["departures_amur"].line == 8
    assert files.scenarios["no_visa"].changes[1].line == 9
    assert files.sources["smith2012"].line == 7


def test_a_cell_of_several_lines_keeps_the_count(problems_of: Break) -> None:
    problems = problems_of(
        ("evidence/quantities.csv", "B,calibrate,\nQ2", 'B,calibrate,"two\nlines"\n\nQ2'),
        ("evidence/quantities.csv", "Q3,migrants_stock", "Q3,migrant_stock"),
    )
    assert [(problem.line, problem.message) for problem in problems] == [
        (6, 'unknown measure "migrant_stock"; did you mean "migrants_stock"?')
    ]


def test_case_yaml_is_enough(tmp_path: Path) -> None:
    minimal = {"case.yaml": "title: Little\nperiod: 1990/1991\nas_of: 1991\n"}
    files = load(write_case(tmp_path, minimal))
    assert files.quantities == []
    assert files.parameters == {}
    assert files.notes == ""


def test_states_regions_and_borders_of_case_yaml_are_places(valid_case: Path) -> None:
    (valid_case / "places.csv").unlink()
    shutil.rmtree(valid_case / "evidence")
    edited = (valid_case / "model.yaml").read_text(encoding="utf-8").split("observation:")[0]
    (valid_case / "model.yaml").write_text(edited, encoding="utf-8")
    files = load(valid_case)
    assert {name: place.kind for name, place in files.places.items()} == {
        "CHN": "state",
        "RUS": "state",
        "heilongjiang": "region",
        "amurskaia": "region",
        "CHN-RUS": "border",
    }
    assert files.places["amurskaia"].part_of == ["RUS"]


@pytest.mark.parametrize("absent", sorted(set(VALID) - {"case.yaml"}))
def test_a_missing_file_never_ends_in_a_traceback(valid_case: Path, absent: str) -> None:
    (valid_case / absent).unlink()
    try:
        load(valid_case)
    except CaseError as error:
        assert all(problem.message for problem in error.problems)


def test_several_problems_come_at_once_and_in_order(problems_of: Break) -> None:
    problems = problems_of(
        ("case.yaml", "as_of: 2002", "as_of: soon"),
        ("case.yaml", "group: chinese\n", "group: chinesse\n"),
        ("places.csv", "heilongjiang,Heilongjiang,province,CHN", "heilongjiang,H,province,CHM"),
        ("evidence/quantities.csv", "Q1,border_crossings,mean", "Q1,border_crossings,median"),
        ("evidence/quantities.csv", "wishnick2003,wishnick2003:39,,B", "wishnik2003,,,E"),
        ("model.yaml", "half_normal: [0.5]", "half_normal: [-0.5]"),
        ("scenarios.yaml", "switch: act_nato", "switch: act_nata"),
        ("drivers.csv", "1990,1990,0.03", "1990-13,1990,many"),
    )
    assert problems == sorted(problems)
    found = {(problem.file, problem.line) for problem in problems}
    assert found == {
        ("case.yaml", 3),
        ("case.yaml", 14),
        ("places.csv", 5),
        ("evidence/quantities.csv", 2),
        ("model.yaml", 3),
        ("scenarios.yaml", 10),
        ("drivers.csv", 2),
    }
    row = [problem.message for problem in problems if problem.file == "evidence/quantities.csv"]
    assert len(row) == 4, "statistic, source, locator and quality of one row"
    assert len([problem for problem in problems if problem.file == "drivers.csv"]) == 2


def test_a_broken_row_is_still_checked_against_other_files(problems_of: Break) -> None:
    problems = problems_of(
        ("evidence/quantities.csv", "amurskaia,,,1988,1988", "Amurskaja,,,1988-02-31,1988"),
    )
    assert [problem.message for problem in problems] == [
        'impossible date "1988-02-31": day is out of range for month; write 1994, 1994-06, '
        "1994-06-30, a quarter 1994-33 to 1994-36, an interval 1990/1999 or ../1963, with ~ where "
        "it is approximate",
        'unknown place "Amurskaja"; did you mean "amurskaia"?',
    ]


def test_names_of_an_unreadable_file_are_not_called_unknown(valid_case: Path) -> None:
    (valid_case / "places.csv").write_bytes(b"id,name\xff")
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    assert [problem.file for problem in caught.value.problems] == ["places.csv"]


def test_the_text_of_the_error_is_capped_and_counts_the_rest(valid_case: Path) -> None:
    rows = [f"P{n},Place {n},city,nowhere{n},,,," for n in range(250)]
    with (valid_case / "places.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    assert len(caught.value.problems) == 250
    lines = str(caught.value).splitlines()
    assert len(lines) == 202
    assert lines[0].startswith('places.csv:8: unknown place "nowhere0"')
    assert lines[-2] == "... and 50 more"
    assert "250 problems" in lines[-1]


def test_loading_writes_nothing(valid_case: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in valid_case.rglob("*")}
    load(valid_case)
    assert {path: path.stat().st_mtime_ns for path in valid_case.rglob("*")} == before


def test_find_case(valid_case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_case(valid_case) == valid_case
    assert find_case(valid_case / "case.yaml") == valid_case
    assert find_case("northeast-asia") == FLAGSHIP
    with pytest.raises(MarchlandError, match='did you mean "northeast-asia"'):
        find_case("north-east-asia")
    with pytest.raises(MarchlandError, match="marchland new DIR"):
        find_case("zzz")
    with pytest.raises(MarchlandError):
        find_case("x\0y")
    with pytest.raises(MarchlandError):
        find_case("x" * 5000)


def test_a_folder_without_case_yaml(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        load(tmp_path)
    assert caught.value.problems == [
        Problem(
            "case.yaml", 0, "is missing or empty; a case needs at least title, period and as_of"
        )
    ]


@pytest.mark.parametrize(
    ("misnamed", "meant"),
    [
        ("quantities.csv", "evidence/quantities.csv"),
        ("scenario.yaml", "scenarios.yaml"),
        ("evidence/target.csv", "evidence/targets.csv"),
    ],
)
def test_a_file_that_would_be_passed_over(valid_case: Path, misnamed: str, meant: str) -> None:
    (valid_case / meant).rename(valid_case / misnamed)
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    assert Problem(misnamed, 0, f'is not read; did you mean "{meant}"?') in caught.value.problems


@pytest.mark.shared
def test_the_unit_rule_fits_every_figure_of_the_sources() -> None:
    shared = ROOT.parent / "shared" / "evidence"
    if not shared.exists():
        pytest.skip("the tables of ../shared/evidence are not here")
    with (shared / "measures.csv").open(encoding="utf-8", newline="") as file:
        measures = {row["measure"]: Measure.model_validate(row) for row in csv.DictReader(file)}
    with (shared / "quantities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 269
    for row in rows:
        unit = expected_unit(measures[row["measure"]], row["statistic"])
        assert row["unit"] == unit, row["id"]


def test_the_flagship_case_has_no_problem() -> None:
    if not (FLAGSHIP / "case.yaml").exists():
        pytest.skip("the flagship case has no case.yaml yet")
    files = load("northeast-asia")
    assert len(files.quantities) > 200
    assert len(files.targets) > 25
