"""A whole scorecard: the same for any workers, without a trace of outcomes in the case."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scorecard_case import judged, stock, write_outcomes

from marchland.case import CaseFiles, find_case, load, parse_period
from marchland.errors import MarchlandError
from marchland.scorecard import (
    FORECAST_ENTRIES,
    PROJECTION_ENTRIES,
    Draws,
    Scorecard,
    forecast_table,
    make_scorecard,
    summary_of,
    write_tables,
)
from marchland.scorecard.projections import PROJECTION_COLUMNS
from marchland.scorecard.tables import FORECAST_COLUMNS

ROWS = (
    stock(2008, 1500),
    stock(2010, 2500),
    "border_crossings,mean,east,,,2006,2006,3333,,,trips_per_year,invented,",
    "mood,mean,east,,,2010,2010,0.3,,,index,invented,",
    judged("F2", 2005, 2005, 1),
    judged("F2:condition", 2004, 2006, 1),
)
NAMES = ("scorecard.csv", "scorecard_projections.csv", "scorecard.json")


def draws() -> Draws:
    rng = np.random.default_rng(2)
    return Draws(["departures_default"], np.exp(rng.normal(-1, 0.4, (40, 1))), 60, seed=9)


@pytest.fixture(scope="module")
def card(files: CaseFiles, tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    path = write_outcomes(tmp_path_factory.mktemp("told"), *ROWS)
    return make_scorecard(files, path, draws(), workers=1)


def test_every_forecast_has_a_verdict_and_a_chance_or_a_reason(card: Scorecard) -> None:
    table = forecast_table(card)
    assert table["verdict"].tolist() == ["early", "hit", "hit", "cannot tell"]
    assert (table["reason"].str.len() > 10).all() and (table["chance_of"].str.len() > 5).all()
    first = table.iloc[0]
    assert 0.0 <= first["chance_low"] <= first["chance"] <= first["chance_high"] <= 1.0
    assert first["brier"] == pytest.approx((first["chance"] - 1.0) ** 2)
    assert first["seen"] == "Q3;outcomes.csv:2;outcomes.csv:3"
    assert table["brier"].notna().tolist() == [True, False, True, False]


def test_counts_add_up(card: Scorecard) -> None:
    assert sum(card.counts().values()) == len(card.verdicts) == 4
    assert card.counts("fear")["hit"] == 1 and card.counts("question")["cannot tell"] == 1


def test_the_tables_are_the_same_for_any_workers(
    card: Scorecard, files: CaseFiles, folder: Path
) -> None:
    again = make_scorecard(files, write_outcomes(folder, *ROWS), draws(), workers=2)
    for name, one in (("one", card), ("two", again)):
        (folder / name).mkdir()
        write_tables(one, folder / name)
    for name in NAMES:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


def test_every_column_is_explained(card: Scorecard, folder: Path) -> None:
    write_tables(card, folder)
    for name, entries, wanted in (
        ("scorecard.csv", FORECAST_ENTRIES, FORECAST_COLUMNS),
        ("scorecard_projections.csv", PROJECTION_ENTRIES, PROJECTION_COLUMNS),
    ):
        header = list(pd.read_csv(folder / name).columns)
        assert header == list(wanted) and set(header) == set(entries)
        assert all(meaning for _, meaning in entries.values())


def test_the_summary_counts_what_the_tables_hold(card: Scorecard) -> None:
    said = json.loads(json.dumps(summary_of(card), allow_nan=False))
    assert said["forecasts"]["verdicts"] == card.counts()
    assert said["projections"]["scored"] == 3 and said["projections"]["not_scored"] == 1
    assert [c["level"] for c in said["projections"]["coverage"]] == [0.5, 0.9]
    assert (said["as_of"], said["until"], said["outcomes"]["last_day"]) == (
        2003,
        2010,
        "2010-12-31",
    )


def test_a_far_horizon_does_not_touch_the_scores(
    card: Scorecard, files: CaseFiles, folder: Path
) -> None:
    far = files.forecasts[0].model_copy(update={"id": "F9", "horizon": parse_period("2030")})
    more = replace(files, forecasts=[*files.forecasts, far])
    again = make_scorecard(more, write_outcomes(folder, *ROWS), draws())
    pd.testing.assert_frame_equal(again.projected.table, card.projected.table)
    chance = again.chances["F9"]
    assert chance.share is not None and chance.said == "by 2030"
    assert chance.share >= (again.chances["F1"].share or 0.0)


def test_problems_of_the_outcomes_stop_everything(files: CaseFiles, folder: Path) -> None:
    with pytest.raises(MarchlandError, match="the model has seen that time"):
        make_scorecard(files, write_outcomes(folder, stock(2002, 5)), draws())


def test_the_flagship_says_how_each_forecast_is_judged_and_has_no_outcome() -> None:
    files = load(find_case("northeast-asia"))
    assert len(files.forecasts) == 39
    assert all(one.kind for one in files.forecasts)
    figured = [one.id for one in files.forecasts if one.number]
    assert figured == ["F01", "F02", "F03", "F04", "F10", "F15", "F22"]
    assert {one.stance for one in files.forecasts} == {
        *("forecast", "goal", "plan", "hope", "fear", "question")
    }
    conditional = [one.id for one in files.forecasts if one.condition]
    assert conditional == ["F04", "F06", "F07", "F13", "F14", "F19", "F25", "F39"]
    assert not [path for path in files.path.rglob("*") if "outcome" in path.name]
