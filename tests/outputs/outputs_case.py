"""A small case folder for tests of outputs, and model series to go with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from marchland.outputs import QUANTILES

TEXTS = {
    "case.yaml": """\
title: Two banks
period: 1993/2003
as_of: 2003
states: [CHN, RUS]
regions: [left_bank, right_bank]
groups: {chinese: {label: Chinese citizens, state: CHN}}
borders: {CHN-RUS: {states: [CHN, RUS], regions: [left_bank, right_bank]}}
corridors: []
dyads: [CHN-RUS]
""",
    "places.csv": """\
id,name,kind,part_of,weight,iso3166,cow,note
CHN,China,state,,,CHN,710,
RUS,Russia,state,,,RUS,365,
left_bank,Left bank,region,CHN,,,,
right_bank,Right bank,region,RUS,,,,
CHN-RUS,The river,border,,,,,
""",
    "measures.csv": """\
measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation
population,persons,stock,region,no,no,level,Residents of a place.,E8
trade_turnover,usd_billion_per_year,flow,pair,no,no,mean,Goods both ways.,E7
poll,share,share,region,no,no,share,Those who agree | of all asked.,none
""",
    "sources.bib": """\
@book{smith2001,
  title = {The River},
  author = {Smith, A. and Jones, B.},
  year = {2001}
}

@techreport{adams1999, title = {A {B}order Report}, year = 1999, institution = {Office}}
""",
    "evidence/quantities.csv": """\
id,measure,statistic,place,start,end,value,low,high,unit,bound,source,locator,quality,use,note
Q1,population,level,right_bank,1998,1998,28028,,,persons,exact,smith2001,smith2001:2,B,check,
Q2,poll,share,right_bank,1998,1998,0.64,,,share,exact,smith2001,smith2001:3,B,check,
Q3,poll,share,left_bank,1998,1998,0.3333333333,,,share,about,smith2001,smith2001:99,B,check,
""",
    "evidence/events.csv": """\
id,start,end,source_actor,target_actor,type,mode,goldstein,role,driver,source,locator,note
E1,1994-02,1994-02,CHN,RUS,AGREE,,8,act,,smith2001,smith2001:1,a treaty
E2,1994-03-09,1994-03-09,RUS,CHN,ACCUSE,,-2,act,,smith2001,smith2001:1,a quarrel
E3,1994,1994,RUS,CHN,COERCE,,-5,act,,smith2001,smith2001:1,a year and no quarter
E4,1994-05,1994-05,RUS,CHN,COERCE,,-5,context,,smith2001,smith2001:1,not an act of the pair
""",
    "evidence/rules.yaml": """\
regimes:
  - {border: CHN-RUS, start: 1993, end: 1994-01-28, regime: visa_free, restrictiveness: 0.2,
     closure: 0, visa: 0, source: smith2001, locator: "smith2001:1"}
  - {border: CHN-RUS, start: 1994-01-29, regime: visa, restrictiveness: 0.6,
     closure: 0, visa: 1, source: smith2001, locator: "smith2001:1"}
""",
    "drivers.csv": """\
driver,place,start,end,value,low,high,unit,quality,source,note
gdp,RUS,1993,1993,400,,,billion USD a year,C,from memory,
gdp,CHN,1994-33,1994-33,500,,,billion USD a year,C,from memory,
border_dispute,CHN-RUS,1993,2003,0.4,,,index 0 to 1,D,from memory,
""",
}


def write_case(folder: Path) -> Path:
    """Write the texts into a folder."""
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def series() -> pd.DataFrame:
    """Model series of one explanation and scenario, two quarters."""
    rows = []
    for time in ("1994Q2", "1994Q1"):
        for measure, place, other, middle in (
            ("trade_turnover", "CHN-RUS", None, 5.0),
            ("trust", "RUS", "CHN", 0.25),
            ("trust", "CHN", "RUS", 0.75),
            ("threat", "RUS", "CHN", None),
        ):
            row = {"explanation": "all", "scenario": "baseline", "measure": measure}
            row |= {"place": place, "group": None, "counterpart": other, "time": time}
            row |= {"unit": "index", "mean": middle, **dict.fromkeys(QUANTILES, middle)}
            row["basis"] = "known"
            rows.append(row)
    return pd.DataFrame(rows)
