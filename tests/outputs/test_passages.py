import pytest

from marchland.outputs import figure_forms, find_passage, passage_of

TEXT = """\
Of rivers and banks.
There were 28,028 people <here>, not 128,028 nor 28,0281.
Some 64% agreed, or 64 percent of them.
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "smith2001.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_a_passage_with_its_number_marked(files, folder):
    passage = passage_of(folder, files.quantities[0])
    assert passage is not None
    assert passage.locator == "smith2001:2"
    assert [passage.text[a:b] for a, b in passage.marks] == ["28,028"]
    assert "<mark>28,028</mark> people &lt;here&gt;, not 128,028 nor" in passage.html()


def test_a_share_is_printed_as_per_cent(files, folder):
    passage = passage_of(folder, files.quantities[1])
    assert passage is not None
    assert [passage.text[a:b] for a, b in passage.marks] == ["64%", "64 percent"]


def test_what_is_not_at_hand_is_none(files, folder, tmp_path):
    assert passage_of(folder, files.quantities[2]) is None
    assert find_passage(folder, "other2000:1") is None
    assert find_passage(tmp_path / "nowhere", "smith2001:1") is None
    assert find_passage(None, "smith2001:1") is None
    assert find_passage(folder, None) is None
    assert find_passage(folder, "smith2001:p.12") is None
    assert find_passage(folder, "smith2001:0") is None


def test_a_locator_cannot_leave_the_folder(folder):
    (folder / "inner").mkdir()
    assert find_passage(folder / "inner", "../smith2001:1") is None


def test_several_lines(folder):
    passage = find_passage(folder, "smith2001:1-2")
    assert passage is not None
    assert passage.text.splitlines()[0] == "Of rivers and banks."
    assert len(passage.text.splitlines()) == 2
    assert passage.marks == ()


@pytest.mark.parametrize(
    ("value", "unit", "form"),
    [
        (6680000.0, "persons", "6.68 million"),
        (0.4076, "usd_billion_per_year", "407.6 million"),
        (7.8, "usd_billion_per_year", "7.8 billion"),
        (-34.0, "percent", "34 percent"),
        (0.03, "share", "3.0"),
        (1 / 3, "share", "one-third"),
        (4.0, "rank", "fourth"),
        (20.0, "count", "twenty"),
    ],
)
def test_forms_of_a_number(files, value, unit, form):
    quantity = files.quantities[0].model_copy(update={"value": value, "unit": unit})
    assert form in figure_forms(quantity)
