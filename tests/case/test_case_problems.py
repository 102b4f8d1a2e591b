"""One thing broken at a time: the file, the line and what the message says."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_case import Break

from marchland.case import CaseError, load
from marchland.errors import Problem

QUANTITIES = "evidence/quantities.csv"
RULES = "evidence/rules.yaml"
Q1 = "Q1,border_crossings,mean,amurskaia,,,1988,1988,,,6233,,,trips_per_year,exact,"

# file, old, new, line, what the message must hold
BREAKS: dict[str, tuple[str, str, str, int, str]] = {
    # places, measures and sources that are not there
    "unknown place": (
        *(QUANTITIES, "mean,amurskaia", "mean,Amurskaja", 2),
        'unknown place "Amurskaja"; did you mean "amurskaia"?',
    ),
    "unknown place with nothing near": (
        *(QUANTITIES, "mean,amurskaia", "mean,xqz", 2),
        'unknown place "xqz"; add it to places.csv or correct it',
    ),
    "pair the wrong way round": (
        *(QUANTITIES, "sum,CHN-RUS", "sum,RUS-CHN", 6),
        'unknown pair "RUS-CHN"; a pair is in alphabetical order: "CHN-RUS"',
    ),
    "whole that is unknown": ("places.csv", "oblast,RUS", "oblast,RUZ", 4, 'did you mean "RUS"'),
    "part of itself": (
        *("places.csv", "Russia,state,,", "Russia,state,blagoveshchensk,", 2),
        '"RUS" is part of itself',
    ),
    "unknown measure": (
        *(QUANTITIES, "Q1,border_crossings", "Q1,border_crosings", 2),
        'unknown measure "border_crosings"; did you mean "border_crossings"?',
    ),
    "unknown group": (
        *(QUANTITIES, "chinese,,1997~", "chinesse,,1997~", 4),
        'unknown group "chinesse"; did you mean "chinese"?',
    ),
    "missing source": (
        *(QUANTITIES, "wishnick2003,wishnick2003:39,", "wishnick2004,wishnick2004:39,", 2),
        'unknown source "wishnick2004"; did you mean "wishnick2003"?',
    ),
    "empty source": (
        *(QUANTITIES, "wishnick2003,wishnick2003:39,", ",wishnick2003:39,", 2),
        '"source" is missing; it must be given',
    ),
    "locator without a key": (
        *(QUANTITIES, "wishnick2003:39,", "page 39,", 2),
        'the locator "page 39" leads nowhere; write key:line or key:page',
    ),
    "locator of another source": (
        *(QUANTITIES, "wishnick2003:39,", "smith2012:39,", 2),
        'is in "smith2012", but the source is "wishnick2003"',
    ),
    "measure without its group": (
        *(QUANTITIES, "amurskaia,chinese,", "amurskaia,,", 4),
        "migrants_stock needs a group",
    ),
    "counterpart of a measure that has none": (
        *(QUANTITIES, "mean,amurskaia,,,", "mean,amurskaia,,CHN,", 2),
        'border_crossings has no counterpart, but got counterpart="CHN"',
    ),
    "survey without an answer": (
        *(QUANTITIES, "threat:yes", "", 5),
        "survey_share needs a counterpart (question:answer)",
    ),
    "measure of another kind of place": (
        *(QUANTITIES, "mean,amurskaia", "mean,blagoveshchensk", 2),
        "border_crossings is stated of oblast, border, but blagoveshchensk is a city",
    ),
    # dates
    "impossible date": (
        *(QUANTITIES, "1988,1988,,,6233", "1994-02-31,1994,,,6233", 2),
        'impossible date "1994-02-31": day is out of range for month',
    ),
    "month that does not exist": (
        *(QUANTITIES, "1988,1988,,,6233", "1994-13,1995,,,6233", 2),
        'impossible date "1994-13"',
    ),
    "season": (QUANTITIES, "1994-33", "1994-21", 6, "not a quarter"),
    "end before start": (
        *(QUANTITIES, "1988,1988,,,6233", "1988,1987,,,6233", 2),
        "the end is before the start: start <= end must hold, but got start=1988, end=1987",
    ),
    "base that ends before it starts": (
        *(QUANTITIES, "1992,1992,1988,1988", "1992,1992,1988,1986", 3),
        "base_start <= base_end must hold",
    ),
    "interval that ends before it starts": (
        *("case.yaml", "1988/2003", "2003/1988", 2),
        '"2003/1988" ends before it starts',
    ),
    "open period of the case": (
        *("case.yaml", "1988/2003", "1988/..", 2),
        "the period needs a start and an end",
    ),
    "base quarter that is a year": (
        *("case.yaml", "1994-33", "1994", 4),
        "base_quarter must be one quarter",
    ),
    "base quarter outside the period": (
        *("case.yaml", "1994-33", "1984-33", 4),
        "base_quarter must lie in the period 1988/2003",
    ),
    "later than as_of": (
        *(QUANTITIES, "1988,1988,,,6233", "2003,2003,,,6233", 2),
        "evidence that calibrates must end by as_of (2002), but got end=2003; use check instead",
    ),
    "calibrates without a period": (
        *(QUANTITIES, "1988,1988,,,6233", ",,,,6233", 2),
        "evidence that calibrates needs a period",
    ),
    # units, statistics, numbers
    "unit that does not fit": (
        *(QUANTITIES, "trips_per_year", "persons_per_year", 2),
        'the unit "persons_per_year" does not fit: a mean of border_crossings is in trips_per_year',
    ),
    "total in a yearly unit": (
        *(QUANTITIES, "usd_billion,about", "usd_billion_per_year,about", 6),
        "a sum of trade_turnover is in usd_billion",
    ),
    "change in the measure's unit": (
        *(QUANTITIES, "percent,about", "trips_per_year,about", 3),
        "a change_pct of border_crossings is in percent",
    ),
    "statistic that the measure lacks": (
        *(QUANTITIES, "Q1,border_crossings,mean", "Q1,border_crossings,rank", 2),
        "border_crossings allows mean, sum, change_pct, but got statistic=rank",
    ),
    "unknown statistic": (
        *(QUANTITIES, "Q1,border_crossings,mean", "Q1,border_crossings,meen", 2),
        'unknown statistic "meen"; did you mean "mean"?',
    ),
    "unknown statistic of a measure": (
        *("measures.csv", "mean;sum;change_pct", "mean;summ;change_pct", 2),
        'unknown statistics "summ"; did you mean "sum"?',
    ),
    "low above value": (
        *(QUANTITIES, "2.5,2.1,2.9", "2.5,2.7,2.9", 6),
        "low <= value must hold, but got low=2.7, value=2.5",
    ),
    "value above high": (
        *(QUANTITIES, "2.5,2.1,2.9", "3.5,2.1,2.9", 6),
        "value <= high must hold, but got value=3.5, high=2.9",
    ),
    "low above high": (
        *(QUANTITIES, "2.5,2.1,2.9", ",3.1,2.9", 6),
        "low <= high must hold, but got low=3.1, high=2.9",
    ),
    "no number at all": (QUANTITIES, ",6233,", ",,", 2, "a figure needs a value, a low or a high"),
    "value that is no number": (
        *(QUANTITIES, ",6233,", ",many,", 2),
        'value must be a number, but got "many"',
    ),
    "value that is not finite": (QUANTITIES, ",6233,", ",nan,", 2, "value must be a number"),
    "share above one": (QUANTITIES, "0.46", "46", 5, "a share lies between 0 and 1"),
    "change without a base": (
        *(QUANTITIES, "1992,1992,1988,1988", "1992,1992,,", 3),
        "a change_pct needs a base",
    ),
    "base of a mean": (
        *(QUANTITIES, "1988,1988,,,6233", "1988,1988,1987,1987,6233", 2),
        "only change_pct and ratio have a base, not mean",
    ),
    "quality": (QUANTITIES, ",B,calibrate", ",E,calibrate", 2, 'unknown quality "E"; choose from'),
    "use": (
        *(QUANTITIES, "B,calibrate", "B,calibration", 2),
        'unknown use "calibration"; did you mean "calibrate"?',
    ),
    "bound": (QUANTITIES, "exact", "exakt", 2, 'unknown bound "exakt"; did you mean "exact"?'),
    # identity and targets
    "duplicate id": (QUANTITIES, "Q2,", "Q1,", 3, 'duplicate id "Q1"; it is first on line 2'),
    "duplicate place": (
        *("places.csv", "blagoveshchensk,Bla", "amurskaia,Bla", 6),
        'duplicate id "amurskaia"; it is first on line 4',
    ),
    "id with a space": (QUANTITIES, "Q1,", "Q 1,", 2, '"Q 1" cannot be a name'),
    "target of an unknown quantity": (
        *("evidence/targets.csv", "Q1;Q2", "Q1;Q9", 2),
        'unknown quantity "Q9"',
    ),
    "driver that is a target": (
        *("evidence/targets.csv", "Q1;Q2", "Q1;Q5", 2),
        "a figure is a target or a driver, never both: Q5 has use=driver",
    ),
    "driver with the cell of a target": (
        *(QUANTITIES, "usd_billion,about,", "usd_billion,about,crossings", 6),
        'a figure is a target or a driver, never both: use=driver, target="crossings"',
    ),
    "calibrates an unknown target": (
        *(QUANTITIES, "trips_per_year,exact,", "trips_per_year,exact,crossing", 2),
        'unknown target "crossing"; did you mean "crossings"?',
    ),
    "figure scored twice": (
        *("evidence/targets.csv", "single,Q4", "single,Q4;Q1", 3),
        "Q1 is already in the target crossings on line 2",
    ),
    "form of a target": (
        *("evidence/targets.csv", "single", "singel", 3),
        'unknown form "singel"; did you mean "single"?',
    ),
    # events, assertions, forecasts
    "role": ("evidence/events.csv", ",act,regime", ",deed,regime", 2, 'unknown role "deed"'),
    "actor": (
        *("evidence/events.csv", "RUS;CHN,", "RUS;CHM,", 2),
        'unknown actor "CHM"; did you mean "CHN"?',
    ),
    "goldstein": (
        *("evidence/events.csv", "3.5", "35", 2),
        "goldstein <= 10 must hold, but got goldstein=35",
    ),
    "switch of an assertion": (
        *("evidence/assertions.csv", "E5,visa", "E5,vissa", 2),
        'unknown switch "vissa": no mechanism has it; did you mean "visa"?',
    ),
    "measure of a forecast": (
        *("evidence/forecasts.csv", "trade_turnover", "trade_turnovers", 2),
        'unknown measure "trade_turnovers"; did you mean "trade_turnover"?',
    ),
    # positions
    "assertion of a position": (
        *("evidence/positions.csv", "A1,", "A9,", 2),
        'unknown assertion "A9"',
    ),
    "source of a position": (
        *("evidence/positions.csv", "smith2012,denies,smith2012:30", "smith,denies,smith:30", 2),
        'unknown source "smith"; did you mean "smith2012"?',
    ),
    "unknown position": (
        *("evidence/positions.csv", "denies", "doubts", 2),
        'unknown position "doubts"',
    ),
    "locator of a position": (
        *("evidence/positions.csv", "smith2012:30", "wishnick2003:30", 2),
        'is in "wishnick2003", but the source is "smith2012"',
    ),
    "position without a locator": (
        *("evidence/positions.csv", "smith2012:30", "", 2),
        '"locator" is missing',
    ),
    "position given twice": (
        *("evidence/positions.csv", "out\n", "out\nA1,smith2012,denies,smith2012:31,\n", 3),
        'duplicate position of "smith2012" on "A1"; it is first on line 2',
    ),
    "position against itself": (
        *("evidence/positions.csv", "out\n", "out\nA1,smith2012,asserts,smith2012:31,\n", 3),
        "smith2012 cannot both assert and deny A1; it denies it on line 2",
    ),
    "position that the assertion has": (
        *(
            "evidence/positions.csv",
            "smith2012,denies,smith2012:30",
            "wishnick2003,asserts,wishnick2003:30",
            2,
        ),
        "wishnick2003 asserts A1 already in evidence/assertions.csv",
    ),
    # drivers
    "driver cell": (
        *("drivers.csv", "0.03,0.02", "high,0.02", 2),
        'value must be a number, but got "high"',
    ),
    "empty driver cell": ("drivers.csv", "0.03,", ",", 2, '"value" is missing'),
    "driver out of order": ("drivers.csv", "1,0.8,1", "2,0.8,1", 3, "value <= high must hold"),
    "unknown driver": (
        *("drivers.csv", "unemployment", "unemploymint", 2),
        'unknown driver "unemploymint": the model reads none so named; '
        'did you mean "unemployment"?',
    ),
    "place of a driver": ("drivers.csv", "t,heilong", "t,heilung", 2, 'mean "heilongjiang"?'),
    "unit of a driver": (
        *("drivers.csv", "share,C", "percent,C", 2),
        'the unit "percent" does not fit: unemployment is in share',
    ),
    "driver of a region at a state": (
        *("drivers.csv", "unemployment,heilongjiang", "unemployment,CHN", 2),
        "unemployment is given for a region of case.yaml, but got CHN",
    ),
    "act felt by a region": (
        *("drivers.csv", "act_nato,RUS", "act_nato,amurskaia", 3),
        "act_nato is given for a state, but got amurskaia",
    ),
    "two populations from one day": (
        *(
            "drivers.csv",
            "act_nato,",
            "population,amurskaia,1990,,1,,,persons,D,a,\n"
            "population,amurskaia,1990-01,,2,,,persons,D,a,\nact_nato,",
            4,
        ),
        "population of amurskaia is given twice from 1990-01; "
        "it has another value from the same day on line 3",
    ),
    # rules
    "regime of an unknown border": (
        *(RULES, "border: CHN-RUS", "border: CHN-RUZ", 2),
        'unknown border "CHN-RUZ"; did you mean "CHN-RUS"?',
    ),
    "kind of regime": (
        *(RULES, "visa_free", "visafree", 5),
        'unknown regime "visafree"; did you mean "visa_free"?',
    ),
    "restrictiveness": (
        *(RULES, "restrictiveness: 0.3", "restrictiveness: 1.3", 6),
        "restrictiveness <= 1 must hold, but got restrictiveness=1.3",
    ),
    "unknown key of a regime": (
        *(RULES, "closure: 0.2", "closures: 0.2\n    closure: 0", 7),
        'unknown key "closures"; did you mean "closure"?',
    ),
    "party": (RULES, "parties: [CHN, RUS]", "parties: [CHN, RUZ]", 12, 'unknown party "RUZ"'),
    "group of a stay": (RULES, "group: chinese", "group: chinesse", 21, 'unknown group "chinesse"'),
    "top key of the rules": (RULES, "stays:", "stay:", 20, 'unknown key "stay"; did you mean'),
    # model
    "prior with a negative scale": (
        *("model.yaml", "half_normal: [0.5]", "half_normal: [-0.5]", 3),
        "half_normal: sd > 0 must hold, but got sd=-0.5",
    ),
    "prior with a negative median": (
        *("model.yaml", "[0.001, 1.0]", "[-0.001, 1.0]", 9),
        "lognormal: median > 0 must hold, but got median=-0.001",
    ),
    "beta": ("model.yaml", "half_normal: [0.5]", "beta: [0, 2]", 3, "beta: a > 0 must hold"),
    "uniform": (
        *("model.yaml", "half_normal: [0.5]", "uniform: [2, 1]", 3),
        "uniform: low < high must hold, but got low=2, high=1",
    ),
    "number of arguments": (
        *("model.yaml", "half_normal: [0.5]", "normal: [0.5]", 3),
        "normal takes 2 numbers (mean, sd), but got 1",
    ),
    "family": (
        *("model.yaml", "half_normal: [0.5]", "half_norm: [0.5]", 3),
        'unknown family "half_norm"; did you mean "half_normal"?',
    ),
    "prior that is not finite": ("model.yaml", "[0.5]", "[.inf]", 3, "must be a number"),
    "parameter without a reason": (
        *("model.yaml", "    reason: visas deter some\n", "", 2),
        '"reason" is missing',
    ),
    "unknown parameter": (
        *("model.yaml", "  visa:", "  visas:", 2),
        'unknown parameter "visas": the model reads none so named; did you mean "visa"?',
    ),
    "survey of an unknown target": (
        *("model.yaml", "    threat:", "    threats:", 16),
        'unknown target "threats"; did you mean "threat"?',
    ),
    "weight of nothing": (
        *("model.yaml", "{crossings: 0.5", "{crosings: 0.5", 17),
        'unknown target or quantity "crosings"; did you mean "crossings"?',
    ),
    "quality without an error": (
        *("model.yaml", "C: 0.3, ", "", 13),
        "errors lacks C, a quality of evidence that calibrates",
    ),
    # explanations and scenarios
    "switch that no mechanism has": (
        *("explanations.yaml", "off: [income]", "off: [incom]", 5),
        'unknown switch "incom": no mechanism has it; did you mean "income"?',
    ),
    "act that no driver brings": (
        *("explanations.yaml", "off: [act_nato]", "off: [act_nata]", 6),
        'did you mean "act_nato"?',
    ),
    "fixed parameter": ("explanations.yaml", "{visa: 0}", "{visum: 0}", 6, "unknown parameter"),
    "scenario that changes an unknown driver": (
        *("scenarios.yaml", "driver: unemployment", "driver: unemploiment", 9),
        'unknown driver "unemploiment"; did you mean "unemployment"?',
    ),
    "rule of an unknown border": (
        *("scenarios.yaml", "rule: CHN-RUS", "rule: CHN-RSU", 5),
        'rule of an unknown border "CHN-RSU"; did you mean "CHN-RUS"?',
    ),
    "unknown key of a rule": (
        *("scenarios.yaml", "set: {visa: 0}", "set: {visas: 0}", 8),
        'did you mean "visa"?',
    ),
    "change of nothing": (
        *("scenarios.yaml", "{switch: act_nato, set: 0}", "{set: 0}", 10),
        "a change must have one of the keys rule, driver and switch",
    ),
    "two ways at once": (
        *("scenarios.yaml", "scale: 0.5", "scale: 0.5, add: 1", 9),
        "one of set, scale and add, but got scale and add",
    ),
    "switch with dates": (
        *(
            "scenarios.yaml",
            "{switch: act_nato, set: 0}",
            "{switch: act_nato, from: 1995, set: 0}",
            10,
        ),
        'the switch "act_nato" cannot be dated: a term is off for the whole run',
    ),
    "switch that is on as it is": (
        *("scenarios.yaml", "act_nato, set: 0", "act_nato, set: 1", 10),
        'the switch "act_nato" is on as it is; set it to 0',
    ),
    "scenario before the period": (
        *("scenarios.yaml", "from: 1994-01-29", "from: 1980", 5),
        "from must lie in the period 1988/2003, but got 1980",
    ),
    "scenario after the period": (
        *("scenarios.yaml", "to: 1996", "to: 2004", 5),
        "to must lie in the period 1988/2003, but got 2004",
    ),
    "scenario from an open date": (
        *("scenarios.yaml", "from: 1994-01-29", "from: ../1994", 5),
        "from must be a date, but got ../1994; leave it out where it is open",
    ),
    "driver that the case does not give": (
        *("scenarios.yaml", "driver: unemployment", "driver: income", 9),
        "drivers.csv gives no income of heilongjiang, so there is nothing to change",
    ),
    "place for which a driver is not given": (
        *("scenarios.yaml", "place: heilongjiang", "place: amurskaia", 9),
        "drivers.csv gives no unemployment of amurskaia, so there is nothing to change; "
        "choose from heilongjiang",
    ),
    "driver of the start": (
        *("scenarios.yaml", "driver: unemployment", "driver: population", 9),
        "a scenario cannot change population: it is read once, for the start",
    ),
    "driver set outside its unit": (
        *("scenarios.yaml", "scale: 0.5", "set: 1.5", 9),
        "unemployment must be at least 0 and below 1, but got set=1.5",
    ),
    "driver scaled outside its unit": (
        *("scenarios.yaml", "scale: 0.5", "scale: 100", 9),
        "unemployment must be at least 0 and below 1, but scale=100 makes it 3 in heilongjiang",
    ),
    "driver lowered outside its unit": (
        *("scenarios.yaml", "scale: 0.5", "add: -0.1", 9),
        "but add=-0.1 makes it -0.07 in heilongjiang",
    ),
    "driver outside its unit": (
        *("drivers.csv", "0.03,0.02,0.05", "3,2,5", 2),
        "unemployment must be at least 0 and below 1, but got value=3",
    ),
    "half a switch": ("scenarios.yaml", "act_nato, set: 0", "act_nato, set: 0.5", 10, "set"),
    "scenario that ends before it starts": (
        *("scenarios.yaml", "to: 1996", "to: 1992", 5),
        "the end is before the start",
    ),
    # case.yaml
    "corridor of an unknown group": (
        *("case.yaml", "group: chinese\n", "group: chinesse\n", 14),
        'unknown group "chinesse"; did you mean "chinese"?',
    ),
    "region without people": (
        *("case.yaml", "heilongjiang: 35000000, ", "", 14),
        'the region "heilongjiang" has no population; add it to populations',
    ),
    "people of an unknown region": (
        *("case.yaml", "{heilongjiang: 35000000", "{heilungjiang: 35000000", 7),
        'unknown region "heilungjiang"; did you mean "heilongjiang"?',
    ),
    "negative population": (
        *("case.yaml", "heilongjiang: 35000000", "heilongjiang: -1", 7),
        "heilongjiang >= 0 must hold, but got heilongjiang=-1",
    ),
    "corridor from an unknown place": (
        *("case.yaml", "origin: heilongjiang", "origin: heilungjiang", 14),
        'unknown place "heilungjiang"; did you mean "heilongjiang"?',
    ),
    "corridor from a place that is no region": (
        *("case.yaml", "origin: heilongjiang", "origin: blagoveshchensk", 14),
        "is a place, but not one of the regions",
    ),
    "corridor over an unknown border": (
        *("case.yaml", "border: CHN-RUS", "border: CHN-RU", 14),
        'unknown border "CHN-RU"; did you mean "CHN-RUS"?',
    ),
    "corridor without a border": (
        *("case.yaml", "    border: CHN-RUS\n", "", 14),
        '"border" is missing; it must be given',
    ),
    "corridor with an unknown parameter": (
        *("case.yaml", "departures: departures_amur", "departures: departure_amur", 14),
        'unknown parameter "departure_amur"',
    ),
    "corridor without a prior": (
        *("case.yaml", "departures: departures_amur", "departures: departures_amor", 14),
        'model.yaml has no prior of "departures_amor"; did you mean "departures_amur"?',
    ),
    "dyad": ("case.yaml", "dyads: [CHN-RUS]", "dyads: [RUS-CHN]", 21, "not a pair of states"),
    "question about an unknown measure": (
        *("case.yaml", "measure: border_crossings", "measure: border_crosings", 23),
        'unknown measure "border_crosings"',
    ),
    "question about an unknown scenario": (
        *("case.yaml", "scenario: no_visa", "scenario: no_visas", 23),
        'unknown scenario "no_visas"; did you mean "no_visa"?',
    ),
    "question about unknown rivals": (
        *("case.yaml", "rivals: crossings", "rivals: crosings", 23),
        'unknown question of rivals "crosings"; did you mean "crossings"?',
    ),
    "unknown key of the case": (
        *("case.yaml", "dyads:", "dyad:", 21),
        'unknown key "dyad"; did you mean "dyads"?',
    ),
    "step": ("case.yaml", "as_of: 2002", "as_of: 2002\nstep: year", 4, 'unknown step "year"'),
    # malformed files
    "malformed YAML": ("case.yaml", "dyads: [CHN-RUS]", "dyads: [CHN-RUS", 22, "malformed YAML"),
    "key that stands twice": (
        *("case.yaml", "as_of: 2002", "as_of: 2002\nas_of: 2001", 4),
        'the key "as_of" stands twice; it is first on line 3',
    ),
    "tab in YAML": ("model.yaml", "    unit: log", "\tunit: log", 4, "malformed YAML"),
    "tag": ("model.yaml", "unit: log", "unit: !!python/name:os.system log", 4, "is not read"),
    "missing header": (
        *("drivers.csv", "driver,place,start,end,value,low,high,unit,quality,source,note\n", "", 1),
        "the first line must be a header: driver, place, start",
    ),
    "unknown column": (
        *("places.csv", "part_of,weight", "part_off,weight", 1),
        'unknown column "part_off"; did you mean "part_of"?',
    ),
    "column twice": ("places.csv", "part_of,weight", "part_of,part_of", 1, "stands twice"),
    "column that is missing": (
        *("drivers.csv", ",unit,quality,", ",unit,grade,", 1),
        'the column "quality" is missing',
    ),
    "row with too many cells": (
        *(QUANTITIES, "Q1,border", "Q1,x,border", 2),
        "the row has 23 cells, but the header has 22",
    ),
    "open quote": (QUANTITIES, Q1, f'"{Q1}', 2, "malformed CSV: unexpected end of data"),
    "malformed BibTeX": ("sources.bib", "(2003)".strip("()"), "{20", 1, "malformed BibTeX"),
    "key of a source with a space": (
        *("sources.bib", "@article{wishnick2003", "@article{wishnick 2003", 1),
        '"wishnick 2003" cannot be a key',
    ),
    "message that would steer the terminal": (
        *(QUANTITIES, "mean,amurskaia", "mean,amur\x1b[31mskaia", 2),
        'unknown place "amur [31mskaia"; did you mean "amurskaia"?',
    ),
    "duplicate source": (
        *("sources.bib", "@book{smith2012,", "@book{wishnick2003,", 7),
        'duplicate key "wishnick2003"',
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_one_thing_broken(problems_of: Break, name: str) -> None:
    file, old, new, line, message = BREAKS[name]
    problems = problems_of((file, old, new))
    here = [problem for problem in problems if (problem.file, problem.line) == (file, line)]
    assert any(message in problem.message for problem in here), [str(p) for p in problems]


def test_most_breaks_have_one_problem_only(problems_of: Break) -> None:
    assert problems_of((QUANTITIES, "mean,amurskaia", "mean,Amurskaja")) == [
        Problem(QUANTITIES, 2, 'unknown place "Amurskaja"; did you mean "amurskaia"?')
    ]
    assert str(problems_of((QUANTITIES, "migrants_stock,share", "migrants_stock,level"))[1]) == (
        'evidence/quantities.csv:4: the unit "share" does not fit: '
        "a level of migrants_stock is in persons"
    )


@pytest.mark.parametrize(
    ("file", "content", "line", "message"),
    [
        ("case.yaml", b"title: \xff\xfe", 1, "byte 0xff is not UTF-8; save the file as UTF-8"),
        ("case.yaml", b"title: a\nx: \0", 2, "has a NUL byte; this is not a text file"),
        ("case.yaml", b"", 0, "is missing or empty"),
        ("case.yaml", b"- a\n- b\n", 1, "the file must be a mapping"),
        ("case.yaml", b"a: [" + b"[" * 1000, 0, "malformed YAML"),
        ("case.yaml", b"a: " + b"[" * 60 + b"]" * 60, 1, "nested deeper than 40 levels"),
        ("case.yaml", b"a: &a [*a]\n", 1, "an alias stands inside its own anchor"),
        ("case.yaml", b"? [a, b]\n: c\n", 1, "a key must be a single word or text"),
        ("case.yaml", b"a: &a {b: 1}\nc:\n  <<: *a\n", 3, "merge keys (<<) are not read"),
        ("case.yaml", b"a: \x07\n", 0, "malformed YAML"),
        ("case.yaml", b"%YAML 9.9\n---\na: 1\n", 1, "malformed YAML"),
        ("evidence/quantities.csv", b"\x89PNG\r\n\x1a\n\0\0", 3, "has a NUL byte"),
        ("evidence/quantities.csv", b"id,measure\nQ1,caf\xe9\n", 2, "byte 0xe9 is not UTF-8"),
        ("evidence/quantities.csv", b"\n\n\n", 1, "the first line must be a header"),
        ("evidence/quantities.csv", b"", 1, "the first line must be a header"),
        ("evidence/rules.yaml", b"regimes: closed\n", 1, "regimes must be a list"),
        ("evidence/rules.yaml", b"regimes: [closed]\n", 1, "must be a mapping"),
        ("model.yaml", b"parameters: [1]\n", 1, "must be a mapping of names to entries"),
        ("model.yaml", b"parameters: {visa: 1}\n", 1, '"visa" must be a mapping'),
        ("model.yaml", b"observation: 1\n", 1, "observation must be a mapping"),
        ("sources.bib", b"nothing here but @ {{{ words", 1, "malformed BibTeX"),
        ("notes.md", b"\xff", 1, "is not UTF-8"),
    ],
)
def test_rubbish(valid_case: Path, file: str, content: bytes, line: int, message: str) -> None:
    (valid_case / file).write_bytes(content)
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    here = [p for p in caught.value.problems if (p.file, p.line) == (file, line)]
    assert any(message in problem.message for problem in here), str(caught.value)


def test_a_yaml_bomb_is_refused_before_it_swells(valid_case: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (valid_case / "model.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    (problem,) = [p for p in caught.value.problems if p.file == "model.yaml"]
    assert problem.message.startswith("the file stands for too many values: at most 50,000")


def test_an_alias_may_repeat_a_value(valid_case: Path) -> None:
    path = valid_case / "model.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("{A: 0.05, B: 0.1", "{A: &small 0.05, B: *small")
    path.write_text(text, encoding="utf-8")
    assert load(valid_case).observation.errors["B"] == 0.05


def test_files_that_are_too_large_are_not_read(valid_case: Path) -> None:
    for name, size in (("model.yaml", 1_000_001), ("drivers.csv", 20_000_001)):
        with (valid_case / name).open("wb") as file:
            file.truncate(size)
    with pytest.raises(CaseError) as caught:
        load(valid_case)
    assert [problem.file for problem in caught.value.problems] == ["drivers.csv", "model.yaml"]
    assert all("the file is too large" in p.message for p in caught.value.problems)


def test_a_folder_where_a_file_should_be(valid_case: Path) -> None:
    (valid_case / "notes.md").unlink()
    (valid_case / "notes.md").mkdir()
    with pytest.raises(CaseError, match="is not a file"):
        load(valid_case)


def test_a_link_that_leads_nowhere(valid_case: Path) -> None:
    (valid_case / "notes.md").unlink()
    (valid_case / "notes.md").symlink_to(valid_case / "gone.md")
    with pytest.raises(CaseError, match="is not a file"):
        load(valid_case)


def test_windows_line_ends_and_a_byte_order_mark(valid_case: Path) -> None:
    for name in ("case.yaml", "evidence/quantities.csv"):
        path = valid_case / name
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    files = load(valid_case)
    assert [row.line for row in files.quantities] == [2, 3, 4, 5, 6]
