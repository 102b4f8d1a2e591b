"""Figures made by hand, a case of ten lines with one figure, and the flagship case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from marchland.case import find_case, load, new
from marchland.case.schema import Quantity
from marchland.model import Model

FILES = {
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1995-34,500,persons,a,a:1,A,calibrate\n"
    ),
    "evidence/targets.csv": (
        "target,form,quantities,measure,place,period,informs,cannot_tell\n"
        "stock,single,Q1,migrants_stock,east,1995-34,departures,\n"
    ),
}


@pytest.fixture
def quantity() -> Callable[..., Quantity]:
    """Make a record with whatever matters to a test."""

    def make(**fields: object) -> Quantity:
        given = {
            "line": 1,
            "id": "Q1",
            "measure": "migrants_stock",
            "statistic": "level",
            "place": "east",
            "unit": "persons",
            "source": "a",
            "locator": "a:1",
            "quality": "A",
            "use": "calibrate",
        }
        return Quantity.model_validate(given | fields)

    return make


@pytest.fixture(scope="session")
def one_figure() -> dict[str, str]:
    """The files that give the ten-line case its one figure."""
    return FILES


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The ten-line case with one figure: 500 westerners in the east in 1995."""
    folder: Path = new(tmp_path_factory.mktemp("small") / "case")
    (folder / "evidence").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return Model(load(folder))


@pytest.fixture(scope="session")
def flagship() -> Model:
    """The flagship case."""
    return Model(load(find_case("northeast-asia")))
