"""Priors under which no draw agrees with the evidence: what cannot be reached, and no traceback."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from marchland.case import load, new
from marchland.errors import MarchlandError
from marchland.inference.calibrate import calibrate
from marchland.inference.reach import out_of_reach
from marchland.inference.scored import gather
from marchland.inference.smc import LEAST
from marchland.model import Model

LATER = "Q2,migrants_stock,level,east,westerners,1998-34,1000,persons,a,a:1,A,calibrate\n"
Make = Callable[..., Model]


@pytest.fixture
def make(tmp_path: Path, one_figure: dict[str, str]) -> Make:
    """The ten-line case with one figure or two, under another prior or other errors."""

    def made(prior: str = "lognormal: [0.5, 1]", error: str = "0.05", more: str = "") -> Model:
        folder = new(tmp_path / "case")
        (folder / "evidence").mkdir()
        for name, text in one_figure.items():
            (folder / name).write_text(text)
        if more:
            with (folder / "evidence" / "quantities.csv").open("a") as table:
                table.write(more)
            with (folder / "evidence" / "targets.csv").open("a") as table:
                table.write("later,single,Q2,migrants_stock,east,1998-34,departures,\n")
        path = folder / "model.yaml"
        text = path.read_text().replace("lognormal: [0.5, 1]", prior)
        path.write_text(f"{text}observation: {{errors: {{A: {error}}}}}\n")
        return Model(load(folder))

    return made


def refused(model: Model) -> MarchlandError:
    with pytest.raises(MarchlandError) as caught:
        calibrate(model, particles=32)
    return caught.value


@pytest.mark.parametrize("error", ["1.0e-9", "1.0e-200"])
def test_a_target_that_no_draw_reaches_is_named(make: Make, error: str) -> None:
    """Whether its likelihood is hopelessly small or nothing at all."""
    stopped = refused(make(error=error))
    (problem,) = stopped.problems
    assert (problem.file, problem.line) == ("evidence/targets.csv", 2)
    assert problem.message.startswith('no draw from the priors can reach "stock"')
    assert "Q1 is 500 persons, the draws say" in problem.message
    assert re.search(rf"Fewer than {LEAST} of \d+ draws", str(stopped))
    assert "widen the priors in model.yaml" in str(stopped)


def test_only_what_is_missed_is_named(make: Make) -> None:
    """The second figure is of a quality that allows much."""
    model = make(error="1.0e-9, D: 0.6", more=LATER.replace(",A,", ",D,"))
    assert [p.message.split(";")[0] for p in refused(model).problems] == [
        'no draw from the priors can reach "stock"'
    ]


def test_figures_that_no_draw_reaches_together(make: Make) -> None:
    """Each is within reach of half the draws, and none gives both."""
    model = make(more=LATER)
    figures = np.array([[500.0, 1.0]] * 12 + [[1.0, 1000.0]] * 8 + [[np.nan, np.nan]])
    stopped = out_of_reach(model, gather(model), figures, {}, LEAST)
    assert [str(problem) for problem in stopped.problems] == [
        'evidence/targets.csv:2: only 12 of 21 draws from the priors can reach "stock"; '
        "Q1 is 500 persons, the draws say 1 to 500",
        'evidence/targets.csv:3: only 8 of 21 draws from the priors can reach "later"; '
        "Q2 is 1000 persons, the draws say 1 to 1000",
    ]


def test_a_figure_that_has_no_value_in_any_draw(make: Make) -> None:
    model = make(more=LATER)
    figures = np.array([[500.0, np.nan]] * 20)
    (problem,) = out_of_reach(model, gather(model), figures, {}, LEAST).problems
    assert 'no draw from the priors can reach "later"' in problem.message
    assert problem.message.endswith("Q2 is 1000 persons, the draws say no value")


def test_surveys_and_acts_are_told_too(flagship: Model) -> None:
    """Every target of a case, where the model says nothing at all."""
    evidence = gather(flagship)
    figures = np.full((9, len(evidence.readings)), np.nan)
    stopped = out_of_reach(flagship, evidence, figures, {"acts_level": np.zeros(9)}, LEAST)
    assert len(stopped.problems) == len(evidence.targets)
    assert {"evidence/targets.csv", "evidence/events.csv"} == {p.file for p in stopped.problems}


def test_a_model_that_breaks_in_every_draw_says_where(make: Make) -> None:
    stopped = refused(make("uniform: [-1000, 0.001]"))
    assert "departures_default=" in str(stopped)
    assert "nan" not in str(stopped)
