"""Records, events and sources as the page shows them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from marchland.case import CaseFiles, Quantity, Source
from marchland.outputs.passages import find_passage, passage_of
from marchland.report.names import STATISTICS, Names, anchor, title, words
from marchland.report.numbers import period_words, stated, unit_words

USE_WORDS = {
    "calibrate": "scored",
    "check": "compared, not scored",
    "driver": "given to the model",
    "rule": "a rule",
    "context": "context",
}


@dataclass(frozen=True)
class Link:
    """A link within the page; without an anchor it is plain text."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Record:
    """A stated figure."""

    id: str
    anchor: str
    what: str
    measure: str
    period: str
    value: str
    unit: str
    quality: str
    use: str
    reported_by: str
    note: str
    source: Link
    passage: str


@dataclass(frozen=True)
class Happening:
    """A dated act or fact."""

    id: str
    anchor: str
    period: str
    who: str
    what: str
    role: str
    note: str
    source: Link
    passage: str


@dataclass(frozen=True)
class Work:
    """A source, with what rests on it."""

    key: str
    anchor: str
    author: str
    year: str
    title: str
    rest: str
    url: str
    records: int
    events: int
    assertions: int


class Evidence:
    """Everything that the sources say, ready for the page.

    Parameters
    ----------
    files : CaseFiles
        The case.
    folder : Path, optional
        Folder with the texts of the sources; passages are shown where it is given.
    """

    def __init__(self, files: CaseFiles, folder: Path | None) -> None:
        self._files = files
        self._folder = folder
        self._names = Names(files)
        self.records = {q.id: self._record(q) for q in files.quantities}
        self.events = [self._event(n) for n in range(len(files.events))]
        self.works = [self._work(source) for source in files.sources.values()]

    @property
    def names(self) -> Names:
        """Labels of the case's places, groups and counterparts."""
        return self._names

    @property
    def labels(self) -> dict[str, str]:
        """Sources as a reader names them; two that would be named alike keep their keys."""
        named = {work.key: short_name(work.author, work.year, work.key) for work in self.works}
        often = Counter(named.values())
        return {key: label if often[label] == 1 else key for key, label in named.items()}

    def record_link(self, name: str) -> Link:
        """Link to a record, an event or an assertion, by id."""
        if name in self.records:
            return Link(name, "#" + anchor("record", name))
        if any(event.id == name for event in self.events):
            return Link(name, "#" + anchor("event", name))
        if any(a.id == name for a in self._files.assertions):
            return Link(name, "#" + anchor("assertion", name))
        return Link(name)

    def source_link(self, source: str | None, locator: str | None) -> Link:
        """Link to a source; the text is the locator."""
        text = locator or source or ""
        known = source in self._files.sources
        return Link(text, "#" + anchor("source", source) if known else "")

    def passage(self, locator: str | None) -> str:
        """The passage at a locator as safe HTML, empty where the texts are not at hand."""
        found = find_passage(self._folder, locator)
        return found.html() if found else ""

    def _record(self, q: Quantity) -> Record:
        found = passage_of(self._folder, q)
        what = self._names.line(q.measure, q.place, q.group, q.counterpart)
        if q.statistic in STATISTICS:
            what += f" ({STATISTICS[q.statistic]})"
        if q.base_start is not None:
            what += f", from {period_words(q.base_start, q.base_end)}"
        return Record(
            q.id,
            anchor("record", q.id),
            what,
            title(words(q.measure)),
            period_words(q.start, q.end),
            stated(q),
            unit_words(q.unit),
            q.quality,
            USE_WORDS[q.use],
            q.reported_by or "",
            q.note or "",
            self.source_link(q.source, q.locator),
            found.html() if found else "",
        )

    def _event(self, number: int) -> Happening:
        e = self._files.events[number]
        actors = ", ".join(self._names.place(name) for name in e.source_actor)
        targets = ", ".join(self._names.place(name) for name in e.target_actor)
        return Happening(
            e.id,
            anchor("event", e.id),
            period_words(e.start, e.end),
            f"{actors} → {targets}" if actors and targets else actors or targets,
            ", ".join(words(part).lower() for part in (e.type, e.mode) if part),
            words(e.driver) if e.driver else e.role,
            e.note or "",
            self.source_link(e.source, e.locator),
            self.passage(e.locator),
        )

    def _work(self, source: Source) -> Work:
        entry = source.entry
        parts = [
            entry.get(name, "")
            for name in ("journal", "booktitle", "institution", "publisher", "organization")
        ]
        parts += [entry.get(name, "") for name in ("volume", "number", "pages", "address", "note")]
        url = entry.get("url") or (f"https://doi.org/{entry['doi']}" if entry.get("doi") else "")
        return Work(
            source.key,
            anchor("source", source.key),
            source.author or "",
            "" if source.year is None else str(source.year),
            source.title or source.key,
            re.sub(r"[{}]", "", ", ".join(part for part in parts if part)),
            url if re.match(r"https?://", url) else "",
            sum(q.source == source.key for q in self._files.quantities),
            sum(e.source == source.key for e in self._files.events),
            sum(a.source == source.key for a in self._files.assertions),
        )


def short_name(author: str, year: str, key: str) -> str:
    """A source as a reader names it: ``Wishnick 2003``."""
    people = [part.split(",")[0].strip() for part in author.split(" and ") if part.strip()]
    surnames = list(dict.fromkeys(people))
    if not surnames or not year:
        return key
    return f"{' and '.join(surnames) if len(surnames) < 3 else surnames[0] + ' et al.'} {year}"
