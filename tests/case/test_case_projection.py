"""`projection` in model.yaml: what a case may state of it, and what is said where it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_case import VALID

from marchland.case import CaseError, load
from marchland.case.continuation import Continuation
from marchland.vocabulary import CONTINUES, RULES, possible_rules

PAGE = Path(__file__).parents[2] / "docs" / "projection.md"
DRIVERS = VALID["drivers.csv"] + "act_storm,CHN,1999,,0.5,,,intensity -1 to 1,C,,\n"


def case_with(folder: Path, stated: str) -> Path:
    """The small case with some statements; the first stands on the line after `projection`."""
    text = VALID["model.yaml"].rstrip("\n") + "\nprojection:\n" + stated
    for name, content in (VALID | {"model.yaml": text, "drivers.csv": DRIVERS}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


FIRST = VALID["model.yaml"].rstrip("\n").count("\n") + 3

PROBLEMS = {
    "  gpd: {reason: a}\n": (0, 'unknown driver "gpd"; did you mean "gdp"?'),
    "  gdp: {drift: 0}\n": (0, '"reason" is missing'),
    "  population: {reason: a}\n": (0, "population is read once, for the start"),
    "  gdp:\n    reason: a\n    rule: arrivals\n": (
        2,
        "gdp is continued by growth or share or held, not by arrivals",
    ),
    "  acts: {rule: held, reason: a}\n": (0, "acts is continued by acts, not by held"),
    "  regimes: {drift: 0, reason: a}\n": (0, "the rule held has rate, window, but no drift"),
    "  act_storm: {half_life: 3, reason: a}\n": (
        0,
        "the rule arrivals has rate, window, but no half",
    ),
    "  gdp:\n    half_life: 4\n    drift: 0.02\n    reason: a\n": (
        2,
        "what returns to its mean has no drift, but got drift=0.02",
    ),
    "  gdp: {window: 1990/.., reason: a}\n": (0, "a window needs a start and an end"),
    "  gdp: {volatility: -0.1, reason: a}\n": (0, "must be at least 0, but got -0.1"),
    "  gdp: {drift: guessed, reason: a}\n": (0, 'must be a number or "estimated", but got '),
    "  gdp: {half_life: 0, reason: a}\n": (0, "half_life"),
    "  gdp: {rate: 0.1, reason: a}\n": (0, "the rule growth has drift, volatility, half_life"),
    "  gdp: {speed: 0.1, reason: a}\n": (0, 'unknown key "speed"'),
}


@pytest.mark.parametrize("stated", PROBLEMS)
def test_what_cannot_be_followed_is_reported_with_its_line(tmp_path: Path, stated: str) -> None:
    offset, message = PROBLEMS[stated]
    with pytest.raises(CaseError) as caught:
        load(case_with(tmp_path, stated))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("model.yaml", FIRST + offset), str(problem)
    assert message in problem.message


def test_what_can_be_followed_is_read(tmp_path: Path) -> None:
    stated = (
        "  gdp: {drift: estimated, volatility: 0.1, window: 1990/2000, reason: a}\n"
        "  border_dispute: {rule: share, reason: a}\n"
        "  act_: {rate: 0.2, reason: a}\n"
        "  act_storm: {rate: 1, reason: a}\n"
        "  acts: {window: 1990/2000, reason: a}\n"
    )
    read = load(case_with(tmp_path, stated)).projection
    assert list(read) == ["gdp", "border_dispute", "act_", "act_storm", "acts"]
    assert (read["gdp"].drift, read["gdp"].number("drift")) == ("estimated", None)
    assert read["gdp"].number("volatility") == 0.1
    assert read["border_dispute"].rule == "share"


def tables() -> list[list[list[str]]]:
    """Tables of the page on projections, as cells."""
    found: list[list[list[str]]] = [[]]
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table[2:] for table in found if table]


def test_the_page_names_the_rule_of_every_driver() -> None:
    rows = next(table for table in tables() if table[0][0] == "`growth`" and len(table[0]) == 2)
    said = {name: re.findall(r"`(\w+\*?)`", cells) for (name, cells) in rows}
    told = {name: rule.strip("`") for rule, names in said.items() for name in names}
    rules = {name: rule for name, rule in CONTINUES.items() if rule != "start"}
    extra = {"regimes": "held", "acts": "acts", "act_*": "arrivals"}
    assert told == rules | extra


def test_the_page_names_every_key_and_rule() -> None:
    rows = next(table for table in tables() if table[0][0] == "`rule`")
    keys = {name.strip("`"): set(re.findall(r"`(\w+)`", rules)) for name, rules, _ in rows}
    fields = set(Continuation.model_fields) - {"line", "lines", "name"}
    assert set(keys) == fields
    for key in fields - {"rule", "reason", "window"}:
        assert keys[key] == {rule for rule, arguments in RULES.items() if key in arguments}


def test_the_example_of_the_page_can_be_followed(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\nprojection:\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    read = load(case_with(tmp_path, block)).projection
    assert set(read) == {"real_exchange_rate", "supplies", "border_dispute", "act_", "regimes"}
    assert all(one.rule is None or one.rule in possible_rules(name) for name, one in read.items())
