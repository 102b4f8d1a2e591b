import random

from evidence_records import case, event, quantity
from hypothesis import given, settings
from hypothesis import strategies as st

from marchland.case import Assertion, Target
from marchland.evidence import find_contradictions
from marchland.evidence.figures import figures


def kinds(files):
    return {(one.kind, one.records) for one in find_contradictions(files)}


def share(id, value, **cells):
    return quantity(id, "poor", "EST", value, unit="share", statistic="share", **cells)


def answer(id, code, value, place="town", when="2000", **cells):
    return quantity(
        id,
        "survey_share",
        place,
        value,
        statistic="share",
        unit="share",
        group="locals",
        counterpart=f"view:{code}",
        when=when,
        **cells,
    )


def turnover(id, value, when, **cells):
    row = {"statistic": "mean", "unit": "usd_billion_per_year", "locator": "book:68"} | cells
    return quantity(id, "trade_turnover", "EST-WST", value, when=when, **row)


# ---------------------------------------------------------------- one thing twice


def test_two_values_for_one_thing():
    files = case(share("a", 0.29), share("b", 1 / 3, bound="more_than", when="1998~/1999~"))
    (found,) = find_contradictions(files)
    assert (found.kind, found.records) == ("value", ("a", "b"))
    assert "29 per cent" in found.statement
    assert "more than 33.33 per cent" in found.statement


def test_about_and_bounds_are_given_their_width():
    assert not kinds(case(share("a", 0.29), share("b", 0.3, bound="about")))
    assert not kinds(case(share("a", 0.29), share("b", 0.2, bound="more_than")))


def test_other_places_times_groups_and_bases_are_not_compared():
    assert not kinds(case(share("a", 0.29), share("b", 0.5, when="2001")))
    assert not kinds(
        case(
            quantity("a", "migrants_stock", "EST", 10, group="x"),
            quantity("b", "migrants_stock", "EST", 10000, group="y"),
        )
    )
    change = {"statistic": "change_pct", "unit": "percent"}
    assert not kinds(
        case(
            turnover("a", -30, "1994", base="1993", **change),
            turnover("b", 10, "1994", base="1990", **change),
        )
    )


def test_a_rate_over_a_part_of_a_period_may_differ():
    assert not kinds(case(turnover("a", 5, "1993"), turnover("b", 9, "1990/1999")))


def test_a_total_over_a_year_is_its_rate():
    total = turnover("b", 9, "1993", statistic="sum", unit="usd_billion_per_year")
    assert ("value", ("a", "b")) in kinds(case(turnover("a", 5, "1993"), total))


def test_residents_do_not_jump_but_migrants_may():
    jump = [("a", 105074000, "1998", {}), ("b", 150e6, "2001~", {"bound": "about"})]
    people = [quantity(i, "population", "EST", v, when=w, **c) for i, v, w, c in jump]
    assert kinds(case(*people)) == {("stock", ("a", "b"))}
    away = [quantity(i, "migrants_stock", "EST", v, when=w, group="x", **c) for i, v, w, c in jump]
    assert not kinds(case(*away))


def test_two_hold_one_rank():
    rank = {"statistic": "rank", "unit": "rank", "counterpart": "world"}
    one = quantity("a", "aircraft_ordered", "EST", 4, **rank)
    assert kinds(case(one, quantity("b", "aircraft_ordered", "WST", 4, **rank)))
    assert not kinds(case(one, quantity("b", "aircraft_ordered", "WST", 5, **rank)))


def test_partners_of_two_states_may_have_one_rank():
    rank = {"statistic": "rank", "unit": "rank"}
    assert not kinds(
        case(
            quantity("a", "trade_turnover", "EST", 6, counterpart="WST", **rank),
            quantity("b", "trade_turnover", "WST", 6, counterpart="EST", **rank),
        )
    )


def test_figures_that_count_different_people():
    files = case(
        quantity("a", "migrants_official", "north", 784, group="x", when="1989"),
        quantity("b", "migrants_official", "EST", None, group="x", low=150e3, high=200e3,
                 bound="range", when="2002"),
        quantity("c", "migrants_stock", "north", 0.03, group="x", statistic="share",
                 unit="share", bound="less_than", when="1997"),
        quantity("d", "population", "north", 6680000, when="2002"),
    )  # fmt: skip
    assert ("definition", ("a", "b", "c")) in kinds(files)


# ---------------------------------------------------------------- wholes and parts


def provinces(total):
    return [
        quantity("n", "population", "north", 37773000),
        quantity("s", "population", "south", 67344000),
        quantity("t", "population", "EST", total),
    ]


def test_parts_that_miss_their_total():
    (found,) = find_contradictions(case(*provinces(105074000)))
    assert (found.kind, found.records, found.difference) == ("total", ("n", "s", "t"), 43000)
    assert "105,117,000 persons" in found.statement
    assert not kinds(case(*provinces(105117000)))


def test_no_total_without_all_parts():
    assert not kinds(case(*provinces(105074000)[1:]))


def test_a_part_exceeds_its_whole():
    files = case(
        quantity("n", "population", "north", 20e6), quantity("t", "population", "EST", 10e6)
    )
    assert kinds(files) == {("total", ("n", "t"))}


def test_answers_must_add_up_unless_several_are_allowed():
    codes = {"yes": 0.5, "no": 0.3, "unsure": 0.12}
    column = [answer(code, code, value, target="view_town") for code, value in codes.items()]
    assert kinds(case(*column)) == {("answers", ("no", "unsure", "yes"))}
    items = Target.model_validate(
        {"target": "view_town", "form": "items", "quantities": "yes;no;unsure"}
    )
    assert not kinds(case(*column, targets=[items]))


def test_rounding_of_a_table_is_no_contradiction():
    codes = {"yes": 0.333, "no": 0.333, "unsure": 0.333}
    assert not kinds(case(*(answer(c, c, v, target="view_town") for c, v in codes.items())))


def test_joined_answers_against_the_table():
    rows = [answer("a", "negative", 0.156), answer("b", "extremely_negative", 0.047)]
    joint = answer("c", "negative_or_extremely", 0.213)
    (found,) = find_contradictions(case(*rows, joint))
    assert found.records == ("a", "b", "c")
    assert "20.3 per cent" in found.statement
    assert not kinds(case(*rows, answer("c", "negative_or_extremely", 0.203)))


def test_a_share_that_its_part_and_whole_do_not_give():
    rows = [
        quantity("a", "population", "EST", 213287, group="locals"),
        quantity("b", "migrants_stock", "EST", 43000, group="x"),
        quantity("c", "migrants_stock", "EST", 26000, group="y"),
    ]
    cells = {"statistic": "share", "unit": "share", "group": "x;y"}
    assert kinds(case(*rows, quantity("d", "migrants_stock", "EST", 0.32, **cells))) == {
        ("share", ("a", "b", "c", "d"))
    }
    assert not kinds(case(*rows, quantity("d", "migrants_stock", "EST", 0.244, **cells)))


def test_a_change_against_its_levels():
    levels = [turnover("a", 7.8, "1993"), turnover("b", 5, "1994")]
    change = {"statistic": "change_pct", "unit": "percent", "base": "1993", "locator": "other:1"}
    (found,) = find_contradictions(case(*levels, turnover("c", -34, "1994", **change)))
    assert (found.kind, found.records) == ("change", ("a", "b", "c"))
    assert round(found.difference, 1) == 1.9
    assert not kinds(case(*levels, turnover("c", -36, "1994", **change)))


def test_a_ratio_between_two_places():
    rows = [quantity("a", "population", "EST", 130e6), quantity("b", "population", "WST", 13e6)]
    cells = {"statistic": "ratio", "unit": "ratio", "counterpart": "WST"}
    assert not kinds(case(*rows, quantity("c", "population", "EST", 10, **cells)))
    assert kinds(case(*rows, quantity("c", "population", "EST", 8, **cells)))


# ---------------------------------------------------------------- dates


def aircraft(id, when, value=24, **cells):
    row = {"statistic": "sum", "unit": "pieces", "counterpart": "WST"} | cells
    return quantity(id, "aircraft_ordered", "EST", value, when=when, **row)


def test_one_count_with_two_dates():
    assert kinds(case(aircraft("a", "1991-05"), aircraft("b", "1992-03"))) == {("date", ("a", "b"))}
    assert not kinds(case(aircraft("a", "1991-05"), aircraft("b", "1992-03", 30)))
    assert not kinds(case(aircraft("a", "1991-05"), aircraft("b", "1999-03")))


def test_one_act_in_two_neighbouring_years():
    one = event("E1", "1993", "open borders reversed, strict visas")
    assert kinds(case(events=[one, event("E2", "1994", "posts and tighter visas")])) == {
        ("date", ("E1", "E2"))
    }
    assert not kinds(case(events=[one, event("E2", "1994", "a loan")]))
    assert not kinds(case(events=[one, event("E2", "1994-03", "tighter visas")]))
    assert not kinds(case(events=[one, event("E2", "1996", "tighter visas")]))


# ---------------------------------------------------------------- notes, treatment, order


def test_a_note_declares_what_arithmetic_cannot_find():
    rows = [share("a", 0.2, note="disagrees with b, another territory"), share("b", 0.2)]
    (found,) = find_contradictions(case(*rows))
    assert (found.kind, found.records, found.computed) == ("noted", ("a", "b"), False)


def test_a_note_adds_nothing_to_what_was_computed():
    rows = [share("a", 0.2, note="disagrees with b"), share("b", 0.4)]
    assert kinds(case(*rows)) == {("value", ("a", "b"))}


def test_a_status_declares_it():
    row = {"id": "A1", "cause": "trade", "effect": "calm", "sign": "+", "source": "book"}
    row |= {"locator": "book:1", "status": "contradicted by the survey"}
    files = case(assertions=[Assertion.model_validate(row)])
    assert kinds(files) == {("noted", ("A1",))}


def test_the_treatment_says_who_is_scored_and_with_which_weight():
    rows = [share("a", 0.2, note="disagrees with b; other words"), share("b", 0.4, use="check")]
    (found,) = find_contradictions(case(*rows, weights={"a": 0.5}))
    assert found.treatment.startswith("a: scored with weight 0.5; b: compared, not scored.")
    assert "a: disagrees with b." in found.treatment
    assert "other words" not in found.treatment


BOUNDS = ("exact", "about", "more_than", "less_than", "at_least", "at_most")
figure_cells = st.tuples(
    st.floats(0.01, 0.99).map(lambda x: round(x, 3)),
    st.sampled_from(BOUNDS),
    st.sampled_from(["1998", "1999", "1998~/1999~", "1998-33/1998-34"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(figure_cells, min_size=2, max_size=6))
def test_ranges_that_meet_are_never_reported(cells):
    files = case(*(share(f"q{i}", v, bound=b, when=w) for i, (v, b, w) in enumerate(cells)))
    known = {item.id: item.range for item in figures(files)}
    for found in find_contradictions(files):
        one, other = (known[record] for record in found.records)
        assert not one.meets(other)


@settings(max_examples=60, deadline=None)
@given(st.lists(figure_cells, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(cells, chance):
    rows = [share(f"q{i}", v, bound=b, when=w) for i, (v, b, w) in enumerate(cells)]
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert find_contradictions(case(*rows)) == find_contradictions(case(*shuffled))


def test_order_does_not_matter_across_rules():
    rows = [*provinces(105074000), aircraft("x", "1991-05"), aircraft("y", "1992-03")]
    rows += [share("u", 0.2), share("v", 0.4)]
    straight = find_contradictions(case(*rows))
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert find_contradictions(case(*rows)) == straight
    assert len(straight) == 3


def test_an_empty_case_has_none():
    assert find_contradictions(case()) == []
