"""Projections beside outcomes: read from the model, scored, and never from what came later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scorecard_case import judged, stock, told

from marchland.case import CaseFiles
from marchland.model import Model
from marchland.scorecard.naive import Rivals
from marchland.scorecard.projections import PROJECTION_COLUMNS, Asked, asked_of, score
from marchland.scorecard.scales import scale_of, seen_at
from marchland.scorecard.scores import crps_of_draws

CROSSINGS = "border_crossings,{statistic},east,,,{start},{end},{value},,,{unit},invented,"
MOOD = "mood,mean,east,,,2010,2010,0.3,,,index,invented,"


@pytest.fixture(scope="module")
def model(files: CaseFiles) -> Iterator[Model]:
    yield Model(files, until=2012)


def asked(model: Model, folder: Path, files: CaseFiles, *rows: str) -> list[Asked]:
    return asked_of(model, told(folder, files, *rows))


def draws(middle: float, members: int = 400, spread: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.asarray(middle * np.exp(spread * rng.standard_normal((members, 1))))


def test_the_model_reads_an_outcome_as_it_reads_a_record(
    model: Model, folder: Path, files: CaseFiles
) -> None:
    half = CROSSINGS.format(statistic="sum", start="2010-01", end="2010-06", value=9, unit="trips")
    found = asked(model, folder, files, stock(2010, 900), half, MOOD)
    assert [one.label for one in found] == [f"outcomes.csv:{n}" for n in (2, 3, 4)]
    readings = [one.reading for one in found if one.reading is not None]
    assert [r.form for r in readings] == ["mean", "sum"] and found[2].reading is None
    values = np.full((3, 1), 0.5)
    figures, _ = model.run(["departures_default"], values, readings, stochastic=False)
    assert figures.shape == (3, 2) and (figures > 0).all()


def test_every_row_has_scores_or_a_reason(model: Model, folder: Path, files: CaseFiles) -> None:
    rows = [stock(2010, 1000), MOOD, stock(2011, "").replace(",,,,", ",,900,,")]
    found = asked(model, folder, files, *rows)
    scored = score(files, found, np.column_stack([draws(1000.0), draws(1000.0)]), seed=1)
    table = scored.table
    assert list(table.columns) == list(PROJECTION_COLUMNS) and len(table) == 3
    assert table["note"].tolist() == [
        "",
        "nothing in the model computes it",
        "a bound alone has no score",
    ]
    assert table["crps"].notna().tolist() == [True, False, False]
    first = table.iloc[0]
    assert first["inside_50"] and first["inside_90"] and 0.3 < first["rank"] < 0.7
    assert first["q05"] < first["q25"] < first["q50"] < first["q75"] < first["q95"]
    assert [c.outcomes for c in scored.coverage] == [1, 1] and scored.lines == 1


def test_the_score_is_of_what_would_be_observed(
    model: Model, folder: Path, files: CaseFiles
) -> None:
    (one,) = asked(model, folder, files, stock(2010, 1300))
    row = score(files, [one], draws(1000.0), seed=3).table.iloc[0]
    noise = np.random.default_rng([3, 7]).standard_normal(400)
    observed = np.log1p(draws(1000.0)[:, 0]) + 0.12 * noise  # quality B
    assert row["error"] == pytest.approx(0.12)
    assert row["crps_scale"] == pytest.approx(crps_of_draws(np.log1p(1300.0), observed))
    assert row["crps"] == pytest.approx(crps_of_draws(1300.0, np.expm1(observed)))
    assert row["inside_50"] == bool(
        np.quantile(observed, 0.25) <= np.log1p(1300.0) <= np.quantile(observed, 0.75)
    )


def test_a_better_projection_has_more_skill(model: Model, folder: Path, files: CaseFiles) -> None:
    found = asked(model, folder, files, stock(2010, 1000), stock(2012, 1000))
    good = score(files, found, np.column_stack([draws(1000.0)] * 2), seed=1)
    bad = score(files, found, np.column_stack([draws(9000.0)] * 2), seed=1)
    assert {s.rival for s in good.skills} == {"last value", "trend", "random walk"}
    for one, other in zip(good.skills, bad.skills, strict=True):
        assert one.skill > other.skill and one.other == other.other
    assert all(s.outcomes == 2 and s.lines == 1 and np.isnan(s.low) for s in good.skills)


def test_a_range_is_its_middle_with_its_width_as_error(
    model: Model, folder: Path, files: CaseFiles
) -> None:
    ranged = "migrants_stock,level,east,westerners,,2010,2010,,500,2000,persons,invented,"
    (one,) = asked(model, folder, files, ranged)
    row = score(files, [one], draws(1000.0), seed=1).table.iloc[0]
    width = np.log1p(2000.0) - np.log1p(500.0)
    assert row["error"] == pytest.approx(width / (2 * 1.6449), rel=1e-3)
    assert seen_at(one.quantity, scale_of("persons", "level")) == pytest.approx(
        (np.log1p(500.0) + np.log1p(2000.0)) / 2
    )
    assert row["inside_90"] and np.isnan(float(row["observed"] or np.nan))


def test_members_without_a_value_are_left_out(model: Model, folder: Path, files: CaseFiles) -> None:
    (one,) = asked(model, folder, files, stock(2010, 1000))
    some = draws(1000.0)
    some[:50] = np.nan
    assert score(files, [one], some, seed=1).table.iloc[0]["members"] == 350
    some[:350] = np.nan
    note = score(files, [one], some, seed=1).table.iloc[0]["note"]
    assert note == "most members of the ensemble have no value there"


def test_rivals_do_not_see_the_outcomes(model: Model, folder: Path, files: CaseFiles) -> None:
    alone = asked(model, folder, files, stock(2010, 1000))
    one = score(files, alone, draws(1000.0), seed=1).table.iloc[0]
    both = asked(model, folder, files, stock(2010, 1000), stock(2006, 77_000))
    two = score(files, both, np.column_stack([draws(1000.0)] * 2), seed=1).table.iloc[0]
    for column in ("trend_q50", "random_walk_q95", "last_value_crps"):
        assert one[column] == two[column]
    later = replace(files, config=files.config.model_copy(update={"as_of": 1999}))
    assert len(next(iter(Rivals(later).known.values())).times) == 3  # 1995, 1996 and 1998


@pytest.mark.parametrize(
    ("unit", "statistic", "name"),
    [
        ("usd_billion_per_year", "mean", "log"),
        ("persons", "level", "log of 1 +"),
        ("trips_per_year", "mean", "log of 1 +"),
        ("share", "share", "logit"),
        ("percent", "change_pct", "log ratio"),
        ("index", "mean", "linear"),
    ],
)
def test_a_scale_has_its_inverse(unit: str, statistic: str, name: str) -> None:
    scale = scale_of(unit, statistic)
    values = np.array([0.02, 0.5, 0.9])
    assert scale.name == name
    assert scale.back(scale.forward(values)) == pytest.approx(values)


def test_judgements_alone_leave_nothing_to_project(
    model: Model, folder: Path, files: CaseFiles
) -> None:
    found = asked(model, folder, files, judged("F2", 2010, 2010, 1))
    scored = score(files, found, np.empty((400, 0)), seed=1)
    assert (len(scored.table), scored.coverage, scored.skills) == (0, [], [])
