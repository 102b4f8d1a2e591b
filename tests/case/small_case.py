"""The texts of a small valid case, and the writer of a folder."""

# The lines of the tables are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from marchland.errors import Problem

VALID: dict[str, str] = {
    "case.yaml": """\
title: Two banks
period: 1988/2003
as_of: 2002
base_quarter: 1994-33
states: [CHN, RUS]
regions: [heilongjiang, amurskaia]
populations: {heilongjiang: 35000000, amurskaia: 1050000}
groups:
  chinese: {label: Chinese citizens, state: CHN}
  russians: {label: Russian citizens, state: RUS}
borders:
  CHN-RUS: {states: [CHN, RUS], regions: [heilongjiang, amurskaia]}
corridors:
  - id: over_the_amur
    group: chinese
    origin: heilongjiang
    destination: amurskaia
    border: CHN-RUS
    departures: departures_amur
    distance_km: 600
dyads: [CHN-RUS]
questions:
  - id: crossings
    text: How many trips without the visa?
    kind: counterfactual
    measure: border_crossings
    place: amurskaia
    scenario: no_visa
    rivals: crossings
    switches: [visa]
""",
    "places.csv": """\
id,name,kind,part_of,weight,iso3166,cow,note
RUS,Russia,state,,,RUS,365,
CHN,China,state,,,CHN,710,
amurskaia,Amur oblast,oblast,RUS,,,,
heilongjiang,Heilongjiang,province,CHN,,,,
blagoveshchensk,Blagoveshchensk,city,amurskaia,1,,,
CHN-RUS,Border of China and Russia,border,,,,,
""",
    "measures.csv": """\
measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation
border_crossings,trips_per_year,flow,oblast;border,optional,no,mean;sum;change_pct,Trips both ways,E1
migrants_stock,persons,stock,oblast;city,yes,no,level;share,People away from home,E1
survey_share,share,share,city,yes,yes: question:answer,share,Share who gave an answer,E9
trade_turnover,usd_billion_per_year,flow,pair;state,no,optional: partner,mean;sum;rank,Trade both ways,E7
""",
    "sources.bib": """\
@article{wishnick2003,
  title = {A {S}tudy},
  author = {Wishnick, E.},
  year = {2003}
}

@book{smith2012, title = {Papers}, author = {Smith, H.}, year = 2012}
""",
    "evidence/quantities.csv": """\
id,measure,statistic,place,group,counterpart,start,end,base_start,base_end,value,low,high,unit,bound,target,source,locator,reported_by,quality,use,note
Q1,border_crossings,mean,amurskaia,,,1988,1988,,,6233,,,trips_per_year,exact,,wishnick2003,wishnick2003:39,,B,calibrate,
Q2,border_crossings,change_pct,amurskaia,,,1992,1992,1988,1988,900,,,percent,about,,wishnick2003,wishnick2003:39-41,,C,calibrate,
Q3,migrants_stock,share,amurskaia,chinese,,1997~,1997~,,,,,0.03,share,less_than,,wishnick2003,wishnick2003:21,,C,check,
Q4,survey_share,share,blagoveshchensk,russians,threat:yes,2000~,2001~,,,0.46,,,share,exact,,smith2012,smith2012:p.12,,B,calibrate,
Q5,trade_turnover,sum,CHN-RUS,,,1994-33,1994-34,,,2.5,2.1,2.9,usd_billion,about,,smith2012,smith2012:xiv,,B,driver,
""",
    "evidence/events.csv": """\
id,start,end,source_actor,target_actor,type,mode,goldstein,role,driver,source,locator,note
E1,1994-01-29,,RUS;CHN,CHN,AGREE,treaty,3.5,act,regime,wishnick2003,wishnick2003:45,visas
""",
    "evidence/assertions.csv": """\
id,group,cause,effect,sign,delay,status,equation,switch,source,locator
A1,regimes,visas,crossings,-,immediate,stated,E5,visa,wishnick2003,wishnick2003:45
""",
    "evidence/positions.csv": """\
assertion,source,position,locator,note
A1,smith2012,denies,smith2012:30,says that few were kept out
""",
    "evidence/targets.csv": """\
target,form,quantities,measure,place,period,informs,cannot_tell
crossings,series,Q1;Q2,border_crossings,amurskaia,1988; 1992,departures,nationality
threat,single,Q4,survey_share,blagoveshchensk,2000,hostility,causes
""",
    "evidence/forecasts.csv": """\
id,who,made,horizon,statement,measure,bound,source,locator
F1,observers,1997,2000,trade grows,trade_turnover,,smith2012,smith2012:68
""",
    "evidence/rules.yaml": """\
regimes:
  - border: CHN-RUS
    start: 1988
    end: 1994-01-28
    regime: visa_free
    restrictiveness: 0.3
    closure: 0.2
    visa: 0
    source: wishnick2003
    locator: wishnick2003:45
treaties:
  - id: friendship
    title: Treaty of Good Neighbourliness
    parties: [CHN, RUS]
    signed: 2001-07-16
    term_years: 20
    stage: consultation
    provisions:
      - {article: 9, subject: consultation, facts: [threat], consequence: contact}
stays:
  - {state: RUS, group: chinese, months: 1, start: 1994-01-29}
""",
    "drivers.csv": """\
driver,place,start,end,value,low,high,unit,quality,source,note
unemployment,heilongjiang,1990,1990,0.03,0.02,0.05,share,C,from memory,
act_nato,RUS,1999-03-24,1999-06-10,1,0.8,1,intensity,D,from memory,
""",
    "model.yaml": """\
parameters:
  visa:
    prior: {half_normal: [0.5]}
    unit: log
    equation: E5
    reason: visas deter some
    source: wishnick2003
  departures_amur:
    prior: {lognormal: [0.001, 1.0]}
    unit: per quarter
    reason: few people leave in a quarter
observation:
  errors: {A: 0.05, B: 0.1, C: 0.3, D: 0.6}
  about: 0.1
  survey:
    threat: {base: 200, overdispersion: 1.5}
  weights: {crossings: 0.5, Q4: 1}
""",
    "explanations.yaml": """\
questions:
  crossings:
    text: Why did crossings fall?
    rivals:
      visas: {title: Visas, off: [unemployment_rival]}
      acts: {title: Outside powers, off: [act_nato], set: {visa: 0}}
""".replace("unemployment_rival", "income"),
    "scenarios.yaml": """\
no_visa:
  title: The border stays free of visas
  why: To see what the visa did
  changes:
    - rule: CHN-RUS
      from: 1994-01-29
      to: 1996
      set: {visa: 0}
    - {driver: unemployment, place: heilongjiang, from: 1994, scale: 0.5}
    - {switch: act_nato, set: 0}
""",
    "notes.md": "# Notes\n\nNothing yet.\n",
}

Break = Callable[..., list[Problem]]


def write_case(folder: Path, files: dict[str, str]) -> Path:
    """Write a case from texts."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder
