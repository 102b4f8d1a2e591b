"""The passage behind a figure, where the reader has the source's text at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from marchland.case import Quantity

_LOCATOR = re.compile(r"(?P<key>[\w.-]+):(?P<first>\d+)(?:-(?P<last>\d+))?")
_SCALES = {"million": 1e6, "billion": 1e9, "trillion": 1e12, "thousand": 1e3}
_UNIT_SCALE = {"usd_billion": 1e9, "rub_trillion": 1e12, "m3_billion": 1e9, "tiv_billion": 1e9}
_SMALL_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty
"""
_TENS_WORDS = "thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_SMALL = _SMALL_WORDS.split()
_TENS = dict(zip(range(30, 100, 10), _TENS_WORDS.split(), strict=True))
_ORDINALS = dict(enumerate(_ORDINAL_WORDS.split(), start=1))
_FRACTIONS = {
    1 / 2: ["half"],
    1 / 3: ["one-third", "one third", "1/3", "a third", "third"],
    2 / 3: ["two-thirds", "two thirds", "2/3"],
    1 / 4: ["one-quarter", "one-fourth", "a quarter", "1/4"],
    3 / 4: ["three-fourths", "three-quarters", "three quarters", "3/4"],
}


@dataclass(frozen=True)
class Passage:
    """Lines of a source, with the figure's words marked as far as found.

    Parameters
    ----------
    key : str
        Key of the source.
    line : int
        First line, counted from 1.
    text : str
        The lines, as they stand in the reader's own copy.
    marks : tuple of (int, int)
        Start and end of each marked stretch of `text`; they do not overlap.
    """

    key: str
    line: int
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def locator(self) -> str:
        """Where the passage stands, as ``key:line``."""
        return f"{self.key}:{self.line}"

    def html(self) -> str:
        """Give the text as safe HTML, the marked words in ``<mark>``."""
        pieces, at = [], 0
        for start, end in self.marks:
            pieces += [escape(self.text[at:start]), f"<mark>{escape(self.text[start:end])}</mark>"]
            at = end
        return "".join([*pieces, escape(self.text[at:])])


def find_passage(
    folder: Path | str | None, locator: str | None, words: list[str] | None = None
) -> Passage | None:
    """Find the passage that a locator points at.

    Parameters
    ----------
    folder : Path or None
        Folder that holds the texts as ``key.txt``; None where the reader has none.
    locator : str or None
        ``key:line``, or ``key:line-line``.
    words : list of str, optional
        Words to mark, as from `figure_forms`.

    Returns
    -------
    Passage or None
        None where the folder, the text or the line is not there.
    """
    found = _LOCATOR.match(locator or "")
    if folder is None or found is None:
        return None
    path = Path(folder) / f"{found['key']}.txt"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    first, last = int(found["first"]), int(found["last"] or found["first"])
    text = "\n".join(lines[first - 1 : last]) if first >= 1 else ""
    if not text.strip():
        return None
    return Passage(found["key"], first, text, _marks(text, words or []))


def passage_of(folder: Path | str | None, quantity: Quantity) -> Passage | None:
    """Find the passage of a figure and mark its number."""
    return find_passage(folder, quantity.locator, figure_forms(quantity))


def figure_forms(quantity: Quantity) -> list[str]:
    """Ways in which a source may print a figure: 28028 as '28,028', 0.64 as '64%'."""
    numbers = [n for n in (quantity.value, quantity.low, quantity.high) if n is not None]
    forms: dict[str, None] = {}
    for number in dict.fromkeys(abs(n) for n in numbers):
        if quantity.unit == "share":
            forms.update(dict.fromkeys(_percent(100 * number) + _fraction(number)))
        elif quantity.unit == "percent":
            forms.update(dict.fromkeys(_percent(number)))
        else:
            scale = _UNIT_SCALE.get(quantity.unit.removesuffix("_per_year"), 1.0)
            forms.update(dict.fromkeys(_amount(number * scale)))
            if scale != 1.0:
                forms.update(dict.fromkeys(_plain(number)))
            if quantity.unit == "rank" and number in _ORDINALS:
                forms[_ORDINALS[int(number)]] = None
    for printed in re.findall(r"printed as[^;0-9]*?(\d[\d,.]*\d|\d)", quantity.note or ""):
        forms[printed] = None
    return list(forms)


def _trim(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _plain(number: float) -> list[str]:
    forms = [_trim(number)]
    if number >= 1000 and number == int(number):
        forms.insert(0, f"{int(number):,}")
    if number == int(number) and 2 <= number <= 20:
        forms.append(_SMALL[int(number)])
    return forms + ([_TENS[int(number)]] if number in _TENS else [])


def _amount(number: float) -> list[str]:
    forms = []
    for word, scale in _SCALES.items():
        if scale <= number < 1000 * scale:
            forms += [f"{form} {word}" for form in _plain(round(number / scale, 6))]
    return forms + _plain(number)


def _percent(number: float) -> list[str]:
    # A table prints 3 per cent as 3.0, so the digit may follow.
    forms = [_trim(number)]
    if number == int(number):
        forms.append(f"{number:.1f}")
    words = [f"{form}{mark}" for form in forms for mark in ("%", " percent", " per cent")]
    return [*words, *forms, *_plain(number)]


def _fraction(number: float) -> list[str]:
    return [
        word for value, words in _FRACTIONS.items() if abs(value - number) < 1e-6 for word in words
    ]


def _marks(text: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        # Not inside a longer number: 28 must not mark the 28 of 28,028.
        pattern = rf"(?<![\w.,]){re.escape(word)}(?![\w]|[.,]\d)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            start, end = match.span()
            if not any(start < stop and begin < end for begin, stop in found):
                found.append((start, end))
    return tuple(sorted(found))
