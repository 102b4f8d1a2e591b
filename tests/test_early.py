"""What a run tells before it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from marchland.api import Case
from marchland.case import find_case, load, new
from marchland.early import MOST_FIGURES, counted, first_figures
from marchland.inference.calibrate import calibrate
from marchland.model import Model
from marchland.run import Options
from test_run import FILES, QUESTION


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder: Path = new(tmp_path_factory.mktemp("early") / "valley")
    config = folder / "case.yaml"
    config.write_text(config.read_text() + QUESTION)
    (folder / "evidence").mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content)
    return Case.open(folder)


def test_the_evidence_is_counted_without_a_model():
    said = counted(load(find_case("northeast-asia")))
    assert said == (
        "269 figures and 157 events from 5 sources; 16 contradictions, kept side by side; "
        "33 targets for the fit."
    )


def ends(sentence: str) -> tuple[float, float]:
    found = re.search(r"\(([\d,.]+) to ([\d,.]+)\)", sentence)
    assert found, sentence
    low, high = (float(part.replace(",", "")) for part in found.groups())
    return low, high


def test_figures_are_told_before_and_after_the_fit(case):
    model = case.model()
    (before,) = first_figures(model)
    (after,) = first_figures(model, posterior=calibrate(model, particles=128))
    assert before.startswith("people away from home, all statuses, east 1997")
    assert before.endswith("before the fit; a prints 500 persons")
    assert after.endswith("after it; a prints 500 persons")
    (low, high), (lower, upper) = ends(after), ends(before)
    assert lower < low < 500.0 < high < upper


def test_one_figure_a_measure():
    model = Model(load(find_case("northeast-asia")))
    said = first_figures(model, workers=2)
    assert len(said) == MOST_FIGURES
    measures = [line.partition(",")[0] for line in said]
    assert len(set(measures)) == len(measures)
    assert not any("Russian Far East 1997" in line for line in said)  # 'less than', no figure


def test_a_run_tells_in_order(case):
    told: list[str] = []
    case.run(Options(members=20, quick=True, workers=1), tell=told.append)
    kinds = [
        next(k for k in ("targets for the fit", "before the fit", "after it") if k in line)
        for line in told
        if "the fit" in line or "after it" in line
    ]
    assert kinds == ["targets for the fit", "before the fit", "after it"]
