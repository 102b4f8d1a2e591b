"""Names that a reader sees, and anchors that lead from one part of the page to another."""

from __future__ import annotations

import re
from collections import Counter

from marchland.case import CaseFiles
from marchland.report.numbers import missing

# Statistics that a reader must be told of; a level or a mean speaks for itself.
STATISTICS = {
    "sum": "sum",
    "change_pct": "change",
    "ratio": "ratio",
    "rank": "rank",
    "date": "date",
    "count": "count",
    "cumulative": "so far",
}
TERM_WORDS = {
    "common_threat": "the common threat",
    "threat": "the common threat",
    "arms": "arms traded",
    "trust": "trust",
    "dispute": "the border dispute",
    "bandwagon": "rewards of the West",
    "base": "the constant",
    "share": "the share of migrants",
    "deprivation": "loss of income",
    "region": "relative gains of a border region",
    "unauthorised": "unauthorised stay",
}


def anchor(kind: str, name: object) -> str:
    """Id of a part of the page, such as ``record-Q020``."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_.-]", "_", str(name))


# Names whose words alone would not say what they are.
LABELS = {
    "paid_share": "share of those found who pay officials",
    "downgrade_hazard": "chance a year that a treaty is stepped down",
    "gdp": "GDP",
    "arms_deliveries_tiv": "arms deliveries (TIV)",
}


def words(name: str | None) -> str:
    """A name of the case's files as words: ``trade_turnover`` is ``trade turnover``."""
    return LABELS.get(name or "", (name or "").replace("_", " "))


def title(text: str) -> str:
    """The text with its first letter large; names inside keep theirs."""
    return text[:1].upper() + text[1:]


def _short(name: str) -> str:
    return re.sub(r"\s*\(.*\)$", "", name.split(":")[0].strip())


class Names:
    """Labels of places, groups and counterparts of one case."""

    def __init__(self, files: CaseFiles) -> None:
        self._files = files
        shorts = Counter(_short(place.name) for place in files.places.values())
        self._places = {
            name: _short(place.name) if shorts[_short(place.name)] == 1 else place.name
            for name, place in files.places.items()
        }

    def place(self, place: object) -> str:
        """Name of a place; what follows a colon or stands in brackets is left out."""
        if missing(place):
            return ""
        return self._places.get(str(place)) or str(place)

    def group(self, group: object) -> str:
        """Label of a group, short: what follows a comma is left out."""
        if missing(group):
            return ""
        labels = []
        for name in str(group).split(";"):
            known = self._files.config.groups.get(name.strip())
            labels.append(known.label.split(",")[0] if known is not None else words(name.strip()))
        return " and ".join(labels)

    def counterpart(self, counterpart: object) -> str:
        """Other side of a figure: a place, a survey's answer or a term."""
        if missing(counterpart):
            return ""
        text = str(counterpart)
        if text.startswith("term:"):
            return self.term(text)
        if text in self._files.places:
            return self.place(text)
        return words(text.replace(":", ": "))

    def term(self, counterpart: str) -> str:
        """A term of the model, in words."""
        name = counterpart.removeprefix("term:")
        return TERM_WORDS.get(name, words(name))

    def line(self, measure: str, place: str, group: object = None, other: object = None) -> str:
        """A figure in words: ``Trust, China → Russia``."""
        text = words(measure)
        if not missing(group) and group != "foreigners":
            text += f" ({self.group(group)})"
        text += f", {self.place(place)}"
        if not missing(other):
            arrow = " → " if str(other) in self._files.places else ", "
            text += arrow + self.counterpart(other)
        return title(text)

    def depth(self, place: str) -> int:
        """How many wholes a place lies within, the longest way up."""
        row = self._files.places.get(place)
        wholes = [w for w in (row.part_of if row else []) if w != place]
        return 1 + max((self.depth(whole) for whole in wholes), default=0)

    def nearest(self, place: str, known: set[str]) -> str | None:
        """The place itself, or the smallest whole around it that is known."""
        seen, front = {place}, [place]
        while front:
            for name in front:
                if name in known:
                    return name
            step = []
            for name in front:
                row = self._files.places.get(name)
                step += [w for w in (row.part_of if row else []) if w not in seen]
            seen |= set(step)
            front = step
        return None
