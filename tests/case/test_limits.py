"""Limits of drivers: those that the model needs, and no others that it could do without."""

from __future__ import annotations

import math
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from marchland.case import CaseFiles, DriverChange, find_case, load, parse_period
from marchland.case.casefiles import digest_of
from marchland.case.limits import LOGGED, START_ONLY, Limits, limits
from marchland.inputs import Inputs, build_inputs
from marchland.vocabulary import DRIVERS
from marchland.world import build_axis, build_index, build_world


@pytest.fixture(scope="module")
def files() -> CaseFiles:
    """The bundled case, with every driver of the vocabulary given somewhere."""
    return load(find_case("northeast-asia"))


def inputs_with(files: CaseFiles, driver: str, value: float) -> Inputs:
    axis = build_axis(files)
    world = build_world(files, build_index(files), axis)
    adjoins = (world.region.border >= 0).astype(float)
    period = parse_period("1995/1999")
    place = next(row.place for row in files.drivers if row.driver == driver)
    change = DriverChange(driver=driver, place=place, set=value, start=period, end=period)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return build_inputs(files, axis, adjoins=adjoins, changes=[change])


def same(one: Inputs, other: Inputs) -> bool:
    return all(
        np.array_equal(a[name], b[name], equal_nan=True)
        for a, b in zip(one, other, strict=True)
        for name in a.dtype.names
    )


def infinite(inputs: Inputs) -> bool:
    """Whether a logarithm of 0 is in it, which nan_to_num makes the largest number there is."""
    return any(
        (np.abs(table[name]) > 1e300).any() for table in inputs for name in table.dtype.names
    )


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_zero_breaks_the_inputs_of_logged_drivers_alone(files: CaseFiles, driver: str) -> None:
    assert any(row.driver == driver for row in files.drivers), "the test needs a row of it"
    assert not infinite(inputs_with(files, driver, 0.5))
    broken = infinite(inputs_with(files, driver, 0.0))
    assert broken == (driver in LOGGED)
    assert limits(driver).broken(0.0) == (driver in LOGGED)


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_a_scenario_reaches_every_driver_but_those_of_the_start(
    files: CaseFiles, driver: str
) -> None:
    found = same(inputs_with(files, driver, 0.3), inputs_with(files, driver, 0.7))
    if driver == "leader_term":  # only a rise of the ordinal counts
        found = same(inputs_with(files, driver, 1.0), inputs_with(files, driver, 99.0))
    assert found == (driver in START_ONLY)


def test_every_driver_of_the_bundled_case_lies_within(files: CaseFiles) -> None:
    for row in files.drivers:
        assert not limits(row.driver, row.unit).broken(row.value), row


@pytest.mark.parametrize(
    ("found", "inside", "outside", "words"),
    [
        (Limits(), [0.0, -5.0, 1e9], [math.inf, math.nan], "a number"),
        (Limits(0.0, above=True), [1e-9, 7.0], [0.0, -1.0], "above 0"),
        (Limits(0.0, 1.0), [0.0, 1.0], [-0.1, 1.1], "at least 0 and at most 1"),
        (Limits(0.0, 1.0, below=True), [0.0, 0.9], [1.0], "at least 0 and below 1"),
        (limits("act_nato", "intensity -1 to 1"), [-1.0, 1.0], [1.5], "at least -1 and at most 1"),
        (
            limits("act_nato"),
            [-9.0, 9.0],
            [math.inf, 1e13],
            "a number",
        ),
    ],
)
def test_words_and_edges(
    found: Limits, inside: list[float], outside: list[float], words: str
) -> None:
    assert not any(found.broken(value) for value in inside)
    assert all(found.broken(value) for value in outside)
    assert str(found) == words
    assert found.rule(1e13) == "between -1e+12 and 1e+12"


@pytest.mark.parametrize("name", ["scenarios.yaml", "evidence/positions.csv", "lines.geojson"])
def test_the_digest_is_of_every_file_of_the_case(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "case"
    shutil.copytree(find_case("northeast-asia"), folder)
    before = digest_of(folder)
    assert before == load(folder).digest == digest_of(find_case("northeast-asia"))
    (folder / "diary.txt").write_text("mine")
    assert digest_of(folder) == before
    with (folder / name).open("a") as file:
        file.write("\n")
    assert digest_of(folder) != before
