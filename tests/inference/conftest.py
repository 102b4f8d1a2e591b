"""Figures made by hand, a case of ten lines with one figure, and the flagship case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from marchland.case import find_case, load, new
from marchland.case.schema import Quantity
from marchland.model import Model

HEADER = (
    "id,measure,statistic,place,group,counterpart,start,end,base_start,base_end,value,low,high,"
    "unit,bound,target,source,locator,reported_by,quality,use,note"
)
ROW = "Q1,migrants_stock,level,east,westerners,,1995,,,,{stock},,,persons,exact,stock,a,a:1,,{q},"
TARGETS = "target,form,quantities,measure,place,period,informs,cannot_tell\n"


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
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The ten-line case with one figure: 5,000 westerners in the east in 1995."""
    folder: Path = new(tmp_path_factory.mktemp("small") / "case")
    (folder / "evidence").mkdir()
    row = ROW.format(stock=5000, q="A") + "calibrate,"
    (folder / "evidence" / "quantities.csv").write_text(f"{HEADER}\n{row}\n")
    (folder / "evidence" / "targets.csv").write_text(
        TARGETS + "stock,single,Q1,migrants_stock,east,1995,departures,\n"
    )
    (folder / "sources.bib").write_text("@book{a, title = {A}, author = {B}, year = {2000}}\n")
    return Model(load(folder))


@pytest.fixture(scope="session")
def flagship() -> Model:
    """The flagship case."""
    return Model(load(find_case("northeast-asia")))
