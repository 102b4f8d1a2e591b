"""Every rule of docs/scorecard.md that gives a verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from scorecard_case import forecast, judged, stock, told

from marchland.case import CaseFiles
from marchland.scorecard import VERDICTS, judge

REACH = {"kind": "reach", "value": 1000, "bound": "at_least"}
FALLS = {"bound": "at_most", "value": 700}
RANGE = {"kind": "reach", "low": 1000, "high": 2000, "bound": "range"}
LEVEL = {"kind": "level", "value": 1000, "bound": "about"}
STAY = {"kind": "stay", "value": 1000, "bound": "less_than"}
EVENT = {"kind": "event"}
OPEN = {"horizon": "2000/.."}
LONG = {"horizon": "2008/2010"}
RULES = {
    # what is to come to pass by a horizon
    "reached within": (REACH, [stock(2008, 900), stock(2010, 1100)], "hit"),
    "reached before": (REACH, [stock(2006, 1100)], "early"),
    "reached after": (REACH, [stock(2010, 900), stock(2012, 1100)], "late"),
    "reached, nobody knows when": (REACH, [stock(2006, 900), stock(2012, 1100)], "cannot tell"),
    "not reached": (REACH, [stock(2010, 900)], "miss"),
    "not reached, seen later": (REACH, [stock(2014, 900)], "miss"),
    "not reached yet": (REACH, [stock(2009, 900)], "not yet"),
    "seen only long before": (
        REACH,
        [stock(2007, 900), judged("F2", 2012, 2012, 0)],
        "cannot tell",
    ),
    "reached, no date": (REACH | OPEN, [stock(2030, 1100)], "hit"),
    "not reached, no date": (REACH | OPEN, [stock(2030, 900)], "not yet"),
    "passed and left": (REACH, [stock(2010, 1100), stock(2011, 800)], "hit"),
    "exactly the value": (REACH, [stock(2010, 1000)], "hit"),
    "more than the value": (REACH | {"bound": "more_than"}, [stock(2010, 1000)], "miss"),
    "within the range": (RANGE, [stock(2010, 1500)], "hit"),
    "below the range": (RANGE, [stock(2010, 900)], "miss"),
    "beyond the range": (RANGE, [stock(2010, 2500)], "miss"),
    "beyond after within": (RANGE | LONG, [stock(2008, 1500), stock(2010, 2500)], "hit"),
    "falls to it": (REACH | FALLS, [stock(2010, 600)], "hit"),
    "does not fall to it": (REACH | FALLS, [stock(2010, 900)], "miss"),
    # a figure at the horizon
    "agrees": (LEVEL, [stock(2010, 1200)], "hit"),
    "does not agree": (LEVEL, [stock(2010, 1500)], "miss"),
    "agreed too soon": (LEVEL, [stock(2005, 1000)], "not yet"),
    "seen after only": (LEVEL, [stock(2012, 1000)], "cannot tell"),
    "latest within counts": (LEVEL | LONG, [stock(2008, 1000), stock(2010, 3000)], "miss"),
    "exact rounds": (LEVEL | {"bound": "exact"}, [stock(2010, "1000.4")], "hit"),
    "exact does not round": (LEVEL | {"bound": "exact"}, [stock(2010, 1001)], "miss"),
    # what is to stay
    "stayed to the end": (STAY, [stock(2010, 900)], "hit"),
    "stayed so far": (STAY | LONG, [stock(2009, 900)], "not yet"),
    "broken once": (STAY | LONG, [stock(2008, 1100), stock(2010, 900)], "miss"),
    "broken after": (STAY, [stock(2010, 900), stock(2012, 1100)], "hit"),
    "stays without end": (STAY | OPEN, [stock(2030, 900)], "not yet"),
    "broken without end": (STAY | OPEN, [stock(2030, 1100)], "miss"),
    # a change from when it was made; the case's last figure then is 700 in 1998
    "rises": ({"kind": "rise"}, [stock(2010, 800)], "hit"),
    "does not rise": ({"kind": "rise"}, [stock(2010, 600)], "miss"),
    "rises, no date": ({"kind": "rise"} | OPEN, [stock(2010, 800)], "hit"),
    "does not rise, no date": ({"kind": "rise"} | OPEN, [stock(2010, 600)], "not yet"),
    "falls": ({"kind": "fall"}, [stock(2010, 600)], "hit"),
    "does not fall": ({"kind": "fall"}, [stock(2010, 700)], "miss"),
    "no figure when made": ({"kind": "rise", "made": "1994"}, [stock(2010, 800)], "cannot tell"),
    # events, by judgement
    "came": (EVENT, [judged("F1", 2010, 2010, 1)], "hit"),
    "came early": (EVENT, [judged("F1", 2005, 2005, 1)], "early"),
    "came late": (EVENT, [judged("F1", 2001, 2010, 0), judged("F1", 2012, 2012, 1)], "late"),
    "did not come": (EVENT, [judged("F1", 2001, 2010, 0)], "miss"),
    "has not come yet": (EVENT, [judged("F1", 2001, 2009, 0)], "not yet"),
    "nobody judged, open": (EVENT, [stock(2005, 1)], "not yet"),
    "nobody judged, over": (EVENT, [stock(2015, 1)], "cannot tell"),
    "nobody judged, no end": (EVENT | OPEN, [stock(2015, 1)], "cannot tell"),
    "a judgement comes before figures": (
        REACH,
        [stock(2010, 5000), judged("F1", 2001, 2010, 0)],
        "miss",
    ),
    "left open": ({"kind": "open"}, [stock(2010, 1)], "cannot tell"),
    "a question": (EVENT | {"stance": "question"}, [judged("F1", 2010, 2010, 1)], "cannot tell"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_verdict_of_every_rule(rule: str, folder: Path, files: CaseFiles) -> None:
    given, rows, verdict = RULES[rule]
    made = forecast(**given)
    found = judge(made, files, told(folder, replace(files, forecasts=files.forecasts), *rows))
    assert (found.verdict, bool(found.reason)) == (verdict, True), found.reason


def test_every_verdict_is_some_rule_s() -> None:
    assert {verdict for _, _, verdict in RULES.values()} == set(VERDICTS)


@pytest.mark.parametrize(
    ("rows", "verdict", "said"),
    [
        ([], "cannot tell", "F1:condition"),
        ([judged("F1:condition", 2005, 2005, 0)], "cannot tell", "did not hold"),
        ([judged("F1:condition", 2005, 2005, 1)], "hit", "its condition was judged to hold"),
    ],
)
def test_a_condition_has_to_be_judged(
    rows: list[str], verdict: str, said: str, folder: Path, files: CaseFiles
) -> None:
    made = forecast(**REACH, condition="the border is open")
    known = replace(files, forecasts=[made])
    found = judge(made, known, told(folder, known, stock(2010, 1100), *rows))
    assert found.verdict == verdict and said in found.reason


def test_what_was_seen_before_a_condition_held_does_not_count(
    folder: Path, files: CaseFiles
) -> None:
    made = forecast(**REACH, condition="the border is open")
    known = replace(files, forecasts=[made])
    rows = [stock(2006, 1100), judged("F1:condition", 2008, 2010, 1)]
    assert judge(made, known, told(folder, known, *rows)).verdict == "cannot tell"
    rows += [stock(2010, 900)]
    assert judge(made, known, told(folder, known, *rows)).verdict == "miss"


def test_a_figure_too_wide_to_say_settles_nothing(folder: Path, files: CaseFiles) -> None:
    wide = "migrants_stock,level,east,westerners,,2010,2010,,800,1200,persons,invented,"
    assert judge(forecast(**REACH), files, told(folder, files, wide)).verdict == "cannot tell"


def test_figures_that_disagree_settle_nothing(folder: Path, files: CaseFiles) -> None:
    rows = [stock(2010, 1000), stock(2010, 3000)]
    assert judge(forecast(**LEVEL), files, told(folder, files, *rows)).verdict == "cannot tell"


def test_the_case_s_own_later_figures_speak_but_none_after_the_vintage(
    folder: Path, files: CaseFiles
) -> None:
    made = forecast(**LEVEL | {"value": 900, "horizon": "2001"})
    outcomes = told(folder, files, judged("F2", 2010, 2010, 0))
    found = judge(made, files, outcomes)
    assert found.verdict == "hit" and [one.by for one in found.seen] == ["Q3"]
    earlier = replace(files, config=files.config.model_copy(update={"as_of": 2000}))
    assert judge(made, earlier, outcomes).verdict == "cannot tell"


def test_a_total_is_told_as_a_yearly_rate(folder: Path, files: CaseFiles) -> None:
    cell = {"measure": "border_crossings", "statistic": "mean", "unit": "trips_per_year"}
    made = forecast(**LEVEL | cell | {"group": None, "value": 5000})
    half = "border_crossings,sum,east,,,2010-01,2010-06,{},,,trips,invented,"
    after = stock(2012, 1)
    assert judge(made, files, told(folder, files, half.format(2500), after)).verdict == "hit"
    assert judge(made, files, told(folder, files, half.format(5000), after)).verdict == "miss"


def test_other_places_and_groups_do_not_speak(folder: Path, files: CaseFiles) -> None:
    other = "migrants_stock,level,west,westerners,,2008,2008,5000,,,persons,invented,"
    found = judge(forecast(**REACH), files, told(folder, files, other, stock(2004, 900)))
    assert found.verdict == "not yet" and len(found.seen) == 2  # Q3 of the case, and 2004


def test_the_documentation_has_every_kind_and_verdict() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scorecard.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", page, re.MULTILINE)
    assert {name for name, _ in rows} >= {"level", "reach", "stay", "rise", "event", "open"}
    assert [name for name in VERDICTS if name not in page] == []
