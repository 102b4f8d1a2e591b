"""An outcomes file: all its problems at once, and nothing that the vintage knew."""

from __future__ import annotations

from pathlib import Path

import pytest
from scorecard_case import HEADER, judged, stock, told, write_outcomes

from marchland.case import CaseFiles
from marchland.errors import MarchlandError
from marchland.scorecard import read_outcomes
from marchland.scorecard.outcomes import quantity_of

GOOD = stock(2010, 900)
BAD = {
    GOOD.replace("migrants_stock", "migrant_stock"): 'did you mean "migrants_stock"?',
    GOOD.replace("east", "easst"): 'unknown place "easst"; did you mean "east"?',
    GOOD.replace("persons", "trips"): "a level of migrants_stock is in persons",
    GOOD.replace("level", "sum"): "migrants_stock allows level, but got statistic=sum",
    GOOD.replace("westerners", "westener"): 'did you mean "westerners"?',
    GOOD.replace("2010", "2003"): "an outcome must end after the vintage (2003), but got end=2003",
    GOOD.replace("2010", "20x0"): "is not a date",
    GOOD.replace(",900,,,", ",,900,800,"): "low <= high must hold, but got low=900, high=800",
    GOOD.replace(",900,,,", ",,,,"): "unknown is not zero",
    GOOD.replace("900", "many"): 'value must be a number, but got "many"',
    GOOD.replace("invented", ""): '"source" is missing',
    GOOD.replace("2010,2010", "2010,2009"): "the end is before the start",
    GOOD.replace("2010,2010", "2010,2010/.."): "an outcome needs an end",
    judged("F9", 2010, 2010, 1): 'unknown forecast "F9"',
    judged("F1", 2010, 2010, 1).replace(",1,,", ",7,,"): "1 (it held) or 0 (it did not)",
    judged("F1:condition", 2010, 2010, 1): "F1 has no condition",
    judged("F1", 1990, 1999, 1): "later than it was made (2000)",
    GOOD.replace("900", "1") + "F1": "a row that judges a forecast has no measure, statistic",
}


def problems(folder: Path, files: CaseFiles, *rows: str, header: str = HEADER) -> MarchlandError:
    with pytest.raises(MarchlandError) as caught:
        read_outcomes(write_outcomes(folder, *rows, header=header), files)
    return caught.value


@pytest.mark.parametrize("row", BAD)
def test_a_problem_has_file_line_rule_and_choice(row: str, folder: Path, files: CaseFiles) -> None:
    found = problems(folder, files, GOOD, row)
    assert len(found.problems) == 1, str(found)
    (one,) = found.problems
    assert (one.file, one.line) == ("outcomes.csv", 3)
    assert BAD[row] in one.message


def test_all_problems_come_at_once(folder: Path, files: CaseFiles) -> None:
    found = problems(folder, files, *BAD)
    lines = {problem.line for problem in found.problems}
    assert lines == set(range(2, 2 + len(BAD)))


def test_missing_and_unknown_columns(folder: Path, files: CaseFiles) -> None:
    header = HEADER.replace("unit,", "").replace("place", "plaice")
    text = str(problems(folder, files, header=header))
    assert 'the column "unit" is missing' in text and 'the column "place" is missing' in text
    assert 'unknown column "plaice"; did you mean "place"?' in text


def test_a_file_without_outcomes(folder: Path, files: CaseFiles) -> None:
    assert "has no outcome" in str(problems(folder, files))
    (folder / "outcomes.csv").write_text("")
    with pytest.raises(MarchlandError, match="the first line must be a header"):
        read_outcomes(folder / "outcomes.csv", files)
    with pytest.raises(MarchlandError, match="there is no file"):
        read_outcomes(folder / "nothing.csv", files)


def test_the_same_outcome_twice(folder: Path, files: CaseFiles) -> None:
    assert "the same outcome stands on line 2" in str(problems(folder, files, GOOD, GOOD))


def test_a_later_vintage_refuses_more(folder: Path, files: CaseFiles) -> None:
    from dataclasses import replace

    later = replace(files, config=files.config.model_copy(update={"as_of": 2010}))
    assert "the model has seen that time" in str(problems(folder, later, GOOD))


def test_a_judgement_may_lie_within_the_vintage(folder: Path, files: CaseFiles) -> None:
    outcomes = told(folder, files, judged("F1", 2001, 2002, 0), GOOD)
    assert (len(outcomes.judgements), len(outcomes.figures)) == (1, 1)
    assert outcomes.last_day.year == 2010


def test_an_outcome_becomes_a_record(folder: Path, files: CaseFiles) -> None:
    ranged = "migrants_stock,level,east,westerners,,2011,2011,,800,900,persons,invented,"
    least = "migrants_stock,level,east,westerners,,2012,2012,,800,,persons,invented,"
    outcomes = told(folder, files, GOOD, ranged, least)
    records = [quantity_of(row, outcomes.label(row)) for row in outcomes.figures]
    assert [record.bound for record in records] == ["exact", "range", "at_least"]
    assert [record.locator for record in records] == [f"outcomes.csv:{n}" for n in (2, 3, 4)]
    assert all(record.use == "check" and record.quality == "B" for record in records)
