"""A small case with scenarios, and its finished run, for tests of the server."""

from __future__ import annotations

from pathlib import Path

from marchland.api import Case
from marchland.case import new
from marchland.run import Options
from marchland.serving import FinishedRun
from marchland.write import write_run

SCENARIOS = """\
poorer: {title: A poorer west, why: people leave for wages, changes: \
[{driver: income, place: west, from: 1998, to: 2003, scale: 0.5}]}
shut: {title: "The border <shut> & sealed", changes: \
[{rule: EST-WST, from: 1996, set: {closure: 1, restrictiveness: 0.5}}]}
wages_do_nothing: {title: Wages do nothing, changes: [{switch: income, set: 0}]}
"""
FILES = {
    "model.yaml": """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: share, equation: E1, reason: a guess}
  income: {prior: {fixed: 1}, unit: elasticity, equation: E1, reason: a guess}
  opening: {prior: {fixed: 2.5}, unit: log entries, equation: E5, reason: held}
""",
    "drivers.csv": (
        "driver,place,start,end,value,unit,quality,source\n"
        "income,east,1990,2003,2,index,A,\n"
        "income,west,1990,2003,1,index,A,\n"
    ),
    "scenarios.yaml": SCENARIOS,
}


def serve_case(folder: Path) -> Case:
    """Write the case and open it."""
    made = new(folder / "valley")
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return Case.open(made)


def serve_run(folder: Path) -> FinishedRun:
    """Run the case into `folder/out`."""
    case = serve_case(folder)
    write_run(case.run(Options(members=30, seed=4, workers=1, quick=True)), folder / "out")
    return FinishedRun.open(folder / "out", case.files)
