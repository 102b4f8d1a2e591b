"""Forecasts: what each kind needs to be judged, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_case import VALID, write_case

from marchland.case import CaseError, load

HEADER = (
    "id,who,made,horizon,statement,kind,stance,condition,measure,statistic,place,group,"
    "counterpart,value,low,high,unit,bound,source,locator"
)
GIVEN = {
    "id": "F1",
    "who": "observers",
    "made": "1997",
    "horizon": "2000",
    "statement": "trade reaches so much",
    "kind": "reach",
    "measure": "trade_turnover",
    "statistic": "mean",
    "place": "CHN-RUS",
    "value": "9",
    "unit": "usd_billion_per_year",
    "bound": "at_least",
    "source": "smith2012",
    "locator": "smith2012:68",
}
FREE = {"value": "", "unit": "", "bound": "", "statistic": "", "place": "", "measure": ""}
GOOD = {
    "a value to be reached": {},
    "a level": {"kind": "level", "bound": "exact"},
    "a figure alone is a level": {"kind": ""},
    "words alone are an event": FREE | {"kind": ""},
    "a change": {"kind": "rise", "value": "", "bound": ""},
    "what stays, without a figure": FREE | {"kind": "stay"},
    "a condition and a stance": {"condition": "nothing changes", "stance": "goal"},
    "no end": {"horizon": "1997/.."},
    "a measure alone": FREE | {"kind": "event", "measure": "trade_turnover"},
}
BAD = {
    "unknown kind": ({"kind": "reech"}, 'unknown kind "reech"; did you mean "reach"?'),
    "unknown stance": ({"stance": "gaol"}, 'unknown stance "gaol"; did you mean "goal"?'),
    "past": ({"horizon": "1995"}, "made <= horizon must hold, but got made=1997, horizon=1995"),
    "no date": ({"horizon": "soon"}, '"soon" is not a date'),
    "no place": ({"place": ""}, "a reach needs place"),
    "no figure": ({"value": ""}, "a reach needs a value, a low or a high; else it is an event"),
    "unknown place": ({"place": "RUS-CHN"}, 'a pair is in alphabetical order: "CHN-RUS"'),
    "unknown measure": ({"measure": "trade_turnove"}, 'did you mean "trade_turnover"?'),
    "unit": ({"unit": "persons"}, 'the unit "persons" does not fit'),
    "statistic": ({"statistic": "share"}, "trade_turnover allows mean, sum, rank"),
    "range": ({"low": "12", "high": "10", "value": ""}, "low <= high must hold"),
    "change with a figure": ({"kind": "fall"}, "a fall is from when it was made and has no figure"),
    "open with a figure": ({"kind": "open"}, "a forecast that is left open has no figure"),
    "change without a statistic": (
        {"kind": "rise", "value": "", "unit": "", "bound": "", "statistic": ""},
        "a rise needs statistic",
    ),
    "source": ({"source": "smth2012"}, 'unknown source "smth2012"'),
}


def write(folder: Path, changed: dict[str, str]) -> Path:
    row = GIVEN | changed
    text = f"{HEADER}\n{','.join(row.get(name, '') for name in HEADER.split(','))}\n"
    return write_case(folder / "two-banks", VALID | {"evidence/forecasts.csv": text})


@pytest.mark.parametrize("name", GOOD)
def test_what_can_be_judged_is_accepted(name: str, tmp_path: Path) -> None:
    (one,) = load(write(tmp_path, GOOD[name])).forecasts
    wanted = GIVEN | GOOD[name]
    assert one.judged == (wanted["kind"] or ("level" if wanted["value"] else "event"))
    assert one.stance == wanted.get("stance", "forecast")
    assert one.number == bool(wanted["value"])


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_judged_is_a_problem(name: str, tmp_path: Path) -> None:
    changed, message = BAD[name]
    with pytest.raises(CaseError) as caught:
        load(write(tmp_path, changed))
    told = [str(p) for p in caught.value.problems if p.file == "evidence/forecasts.csv"]
    assert any(message in text for text in told), told
    assert all(text.startswith("evidence/forecasts.csv:2: ") for text in told)


def test_the_columns_of_before_are_enough(tmp_path: Path) -> None:
    (one,) = load(write_case(tmp_path / "two-banks", VALID)).forecasts
    assert (one.judged, one.stance, one.condition) == ("event", "forecast", None)
