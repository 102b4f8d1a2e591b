"""A small run for tests of the report: a tiny case, and frames made up for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from marchland.answers import Answer
from marchland.case import load, new
from marchland.evidence import EvidenceBase
from marchland.importance import COLUMNS, NOISE
from marchland.inference.calibrate import Comparison
from marchland.run import RunResult

EVIL = '<script>alert("x")</script> & "quotes"'
QUANTILES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")

TEXTS = {
    "case.yaml": """\
title: '<script>alert("x")</script> & "quotes"'
period: 1990/1994
as_of: 1994
states: [EST, WST]
regions: [east, west]
populations: {east: 1000000, west: 3000000}
groups: {westerners: {label: Westerners, state: WST}}
borders: {EST-WST: {states: [EST, WST], regions: [east, west]}}
corridors: [{id: west_to_east, group: westerners, origin: west, destination: east, border: EST-WST}]
questions:
  - {id: stock, text: "How many westerners were in the east?", kind: level,
     measure: migrants_stock, place: east, group: westerners, times: ["1992"],
     against: {measure: paid_share, place: EST-WST}}
  - {id: shut, text: "How many trips had the border been shut?", kind: scenario,
     scenario: border_shut, period: 1992/1993,
     figures: [{measure: border_crossings, place: east}]}
""",
    "measures.csv": """\
measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation
migrants_stock,persons,stock,region,yes,no,level,People away from home.,E1-E6
border_crossings,trips_per_year,flow,region,no,no,mean,Trips.,E1
""",
    "sources.bib": "@book{reg99, title = {A {B}order <b>Register</b>}, year = {1999}}\n",
    "drivers.csv": """\
driver,place,start,end,value,low,high,unit,quality,source,note
population,west,1990,,3000000,2700000,3300000,persons,D,own judgement,
income,east,1990,1994,2,,,index,A,reg99,
""",
    "evidence/quantities.csv": """\
id,measure,statistic,place,group,start,value,low,high,unit,bound,source,locator,quality,use,note
Q1,migrants_stock,level,east,westerners,1992-06,12000,,,persons,about,reg99,reg99:2,B,calibrate,<b>note</b>
Q2,migrants_stock,level,east,westerners,1993,,9000,15000,persons,range,reg99,reg99:3,C,check,
Q3,border_crossings,mean,east,,1993,0,,,trips_per_year,exact,reg99,reg99:4,A,check,a stated zero
""",
    "evidence/targets.csv": """\
target,form,quantities,measure,place,period,informs,cannot_tell
t1,single,Q1,migrants_stock,east,1992-06,E1 departures,how many came and went
""",
    "evidence/assertions.csv": """\
id,group,cause,effect,sign,delay,status,equation,switch,source,locator
A01,pull,income gap,migration,+,,stated,E1,diaspora,reg99,reg99:2
""",
    "model.yaml": """\
parameters:
  departures_default: {prior: {lognormal: [0.5, 1]}, unit: "per 1,000", equation: E1, reason: guess}
  diaspora: {prior: {normal: [0.4, 0.2]}, unit: elasticity, equation: E2, reason: networks}
  opening: {prior: {fixed: 2.5}, unit: log entries, equation: E5, reason: held}
""",
    "explanations.yaml": """\
questions:
  why:
    text: Why did they come?
    rivals: {kin: {title: Kin}, nobody: {title: Nobody, off: [diaspora]}}
""",
    "scenarios.yaml": """\
border_shut:
  title: The border is shut
  changes: [{rule: EST-WST, from: 1992, to: 1994, set: {closure: 1}}]
""",
}


def small_case(folder: Path) -> Path:
    """Write the case."""
    path = new(folder / "valley")
    for name, text in TEXTS.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


def _line(scenario: str, measure: str, unit: str, middle: float, **more: object) -> pd.DataFrame:
    times = [f"{year}Q{q}" for year in range(1990, 1995) for q in range(1, 5)]
    rise = middle * (1.0 + 0.05 * np.arange(len(times)))
    frame = pd.DataFrame({"time": times, "unit": unit, "mean": rise})
    for name, factor in zip(QUANTILES, (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3), strict=True):
        frame[name] = rise * factor
    head = {"explanation": "posterior", "scenario": scenario, "measure": measure}
    head |= {"place": "east", "group": None, "counterpart": None, "basis": "known", **more}
    return frame.assign(**head)


def series() -> pd.DataFrame:
    """Lines of the baseline and of a scenario; the trips have no value in two quarters."""
    trips = _line("baseline", "border_crossings", "trips_per_year", 300.0)
    gap = ~trips["time"].isin(["1991Q3", "1991Q4"])
    return pd.concat(
        [
            _line("baseline", "migrants_stock", "persons", 9000.0, group="westerners"),
            _line("baseline", "paid_share", "share", 0.3, place="EST-WST"),
            trips[gap],
            _line("border_shut", "border_crossings", "trips_per_year", 100.0),
            _line("border_shut - baseline", "border_crossings", "trips_per_year", -200.0),
            _line("baseline", "hostility", "index", 0.5),
            _line("baseline", "hostility", "index", 0.2, counterpart="term:share"),
        ],
        ignore_index=True,
    )


def _predictions(case: Path) -> pd.DataFrame:
    rows = []
    for explanation, width in (("posterior", 0.2), ("prior", 0.8)):
        for q in load(case).quantities:
            row: dict[str, object] = {"explanation": explanation, "evidence_id": q.id}
            row |= {name: getattr(q, name) for name in ("measure", "statistic", "place", "group")}
            row |= {"counterpart": None, "unit": q.unit, "observed": q.value}
            row |= {"low": q.low, "high": q.high, "use": q.use}
            row |= {"start": "1992", "end": "1993", "source": q.source, "locator": q.locator}
            spread = zip(QUANTILES, (-1, -0.8, -0.4, 0, 0.4, 0.8, 1), strict=True)
            row |= {name: 12000.0 * (1.0 + width * shift) for name, shift in spread}
            rows.append(row)
    return pd.DataFrame(rows)


def _parameters() -> pd.DataFrame:
    rows = []
    for name, equation, family in (
        ("departures_default", "E1", "lognormal"),
        ("diaspora", "E2", "normal"),
        ("opening", "E5", "fixed"),
    ):
        row = {"name": name, "equation": equation, "meaning": "", "unit": "", "reason": "a guess"}
        row |= {"switch": True, "family": family, "contraction": 0.3, "informed": True}
        row |= {"probability_positive": 0.95, "sign_in_question": False}
        row |= dict(zip(("prior_q05", "prior_q50", "prior_q95"), (-0.1, 0.4, 0.9), strict=True))
        row |= dict(zip(("q05", "q50", "q95"), (0.1, 0.5, 0.8), strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _answer(name: str, question: str, measure: str, equation: str, records: list[str]) -> Answer:
    row = {"label": "1992", "value": 9100.0, "low": 8000.0, "high": 9900.0, "unit": "persons"}
    curve = pd.DataFrame()
    if name == "stock":
        band = {"time": "1992", "from": 0.0, "to": 0.5, "draws": 40}
        curve = pd.DataFrame([band | {"q05": 8000.0, "q50": 9000.0, "q95": 9900.0}])
    return Answer(
        name,
        question,
        f"9,100 persons (8,000 to 9,900). {EVIL}",
        "answered" if name == "stock" else "cannot tell",
        9100.0,
        8000.0,
        9900.0,
        "persons",
        pd.DataFrame([row | {"told": name == "stock"}]),
        measure,
        equation,
        [],
        records,
        "One register cannot tell. One register cannot tell.",
        curve,
    )


def importance() -> pd.DataFrame:
    """A driver without a range, one that moves a figure, and the priors."""
    rows = []
    for kind, name, place, quality, informed, low, high, relative, noise, note in (
        ("driver", "population", "west", "D", "", -400.0, 450.0, 0.45, np.nan, ""),
        ("driver", "income", "east", "A", "", np.nan, np.nan, np.nan, np.nan, "no range stated"),
        ("prior", "departures_default", "", "", True, -300.0, 500.0, 0.42, 0.1, ""),
        ("prior", "diaspora", "", "", False, -100.0, 40.0, 0.07, 0.1, NOISE),
        ("held", "opening", "", "", "", np.nan, np.nan, np.nan, np.nan, "held fixed"),
    ):
        row = {"kind": kind, "name": name, "place": place, "quality": quality}
        row |= {"informed": informed, "answer": "stock", "row": 0, "figure": "1992"}
        row |= {"unit": "persons", "move": "level" if kind == "driver" else ""}
        row |= {"change_low": low, "change_high": high, "relative": relative}
        rows.append(row | {"noise": noise, "note": note})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def small_run(folder: Path, *, failed: str = "") -> RunResult:
    """A run of the small case."""
    case = small_case(folder)
    files = load(case)
    assertion = {c: getattr(files.assertions[0], c) for c in ("id", "group", "cause", "effect")}
    assertion |= {c: getattr(files.assertions[0], c) for c in ("sign", "status", "equation")}
    assertion |= {c: getattr(files.assertions[0], c) for c in ("switch", "source", "locator")}
    verdict = {"support": "supports", "probability": 0.95, "informed": True}
    target = {"target": "t1", "form": "single", "records": 1, "inside": 1}
    target |= {"left_out": "", "informs": "E1 departures", "cannot_tell": "what came and went"}
    rival = {"log_evidence": -3.0, "log_evidence_error": 0.2, "probability": 0.5, "failed": ""}
    named = {"kin": "Kin", "nobody": "Nobody"}
    table = [{"rival": key, "title": title} | rival for key, title in named.items()]
    return RunResult(
        files=files,
        version="0.1.0",
        seed=1,
        members=20,
        until=1994,
        predictions=_predictions(case),
        series=series(),
        parameters=_parameters(),
        assertions=pd.DataFrame([assertion | verdict]),
        targets=pd.DataFrame([target]),
        answers=[
            _answer("stock", files.config.questions[0].text, "migrants_stock", "E1-E6", ["Q1"]),
            _answer("shut", files.config.questions[1].text, "border_crossings", "E1", ["Q3"]),
        ],
        boundary=["These figures have no model: Q1, Q2, Q3, Q4, Q5, Q6, Q7.", "A sentence."],
        contradictions=EvidenceBase(files).found,
        comparisons=[Comparison("why", pd.DataFrame(table))],
        fit={"log_evidence": -3.0, "failed": failed},
        checks={"prior_figures_outside_central_90": ["Q1"]},
        draws=pd.DataFrame(),
        importance=importance(),
    )


def empty_run(folder: Path) -> RunResult:
    """A run of the ten-line case as `marchland.run` gives it: no evidence, no questions."""
    files = load(new(folder / "first"))
    parameters = _parameters().iloc[:1].assign(equation="")
    return RunResult(
        files=files,
        version="0.1.0",
        seed=1,
        members=20,
        until=2003,
        predictions=pd.DataFrame(),
        series=_line("baseline", "migrants_stock", "persons", 90.0, group="westerners"),
        parameters=parameters,
        assertions=pd.DataFrame(columns=["id", "support", "informed"]),
        targets=pd.DataFrame(columns=["target"]),
        answers=[],
        boundary=[],
        contradictions=[],
        comparisons=[],
        fit={"failed": ""},
        checks={},
        draws=pd.DataFrame(),
        importance=pd.DataFrame(columns=list(COLUMNS)),
    )
