"""What the sources say: rows of the evidence, contradictions, positions, and the timeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from marchland.case import Event, Period, Quantity
from marchland.report.disputes import KIND_LABELS, Dispute, disputes
from marchland.report.names import title, words
from marchland.report.numbers import stated, unit_words
from marchland.report.positions import Matrix, matrix
from marchland.report.records import USE_WORDS, Evidence, Link
from marchland.run import RunResult

Json = dict[str, Any]
# The four quarters of PLOVER; REQUEST asks for cooperation, CONCEDE and RETREAT give something.
QUARTERS = {
    "Verbal cooperation": ("AGREE", "CONSULT", "SUPPORT", "REQUEST"),
    "Material cooperation": ("COOPERATE", "AID", "CONCEDE", "RETREAT", "YIELD"),
    "Verbal conflict": ("ACCUSE", "REJECT", "THREATEN", "DISAPPROVE"),
    "Material conflict": ("COERCE", "MOBILIZE", "SANCTION", "ASSAULT", "PROTEST"),
}
UNSORTED = "Facts and acts of no type"
ROLES = {"act": "an act of the pair", "driver": "an act from outside", "context": "context"}


@dataclass(frozen=True)
class Row:
    """A figure or an event, as the table of the evidence shows it."""

    id: str
    anchor: str
    explain: str
    figure: bool
    what: str
    detail: str
    when: str
    value: str
    unit: str
    quality: str
    use: str
    reported_by: str
    note: str
    source: Link
    passage: str
    clashes: list[Link]


@dataclass(frozen=True)
class Sources:
    """The view as its template reads it."""

    rows: list[Row]
    disputes: list[Dispute]
    matrix: Matrix
    figures: int
    events: int
    undated: int
    first: int | None
    last: int | None
    facets: list[Facet]
    kinds: list[tuple[str, str, int]]
    labels: dict[str, str]


@dataclass(frozen=True)
class Facet:
    """A filter of the table, with every value that occurs and how often."""

    key: str
    label: str
    options: list[tuple[str, str, int]]


def view(result: RunResult, evidence: Evidence) -> Sources:
    """Everything that the view shows as text.

    Parameters
    ----------
    result : RunResult
        What the run found.
    evidence : Evidence
        Records, events and sources as the page shows them.
    """
    found = matrix(result, evidence)
    told = disputes(result, evidence, found)
    back: dict[str, list[Link]] = {}
    for dispute in told:
        link = Link(f"contradiction {dispute.number}", "#" + dispute.anchor)
        for name in dispute.records:
            back.setdefault(name, []).append(link)
    files = result.files
    rows = [_figure(q, evidence, back.get(q.id, [])) for q in files.quantities]
    rows += [_event(e, evidence, n, back.get(e.id, [])) for n, e in enumerate(files.events)]
    machine = _rows(result, evidence)
    first, last = _extent(result, machine)
    counts = Counter(dispute.kind for dispute in told)
    return Sources(
        rows,
        told,
        found,
        len(files.quantities),
        len(files.events),
        sum(row["from"] is None and row["to"] is None for row in machine),
        first,
        last,
        _facets(result, evidence, machine),
        [(kind, KIND_LABELS[kind], counts[kind]) for kind in KIND_LABELS if counts[kind]],
        evidence.labels,
    )


def island(result: RunResult, evidence: Evidence) -> Json:
    """What the scripts of the view read: dates, lanes and facets of every row.

    Parameters
    ----------
    result : RunResult
        What the run found.
    evidence : Evidence
        As for `view`.
    """
    rows = _rows(result, evidence)
    first, last = _extent(result, rows)
    told = disputes(result, evidence, matrix(result, evidence))
    keys = [work.key for work in evidence.works]
    return {
        "rows": rows,
        "lanes": [*QUARTERS, UNSORTED],
        "sources": evidence.labels,
        "order": keys,
        "wholes": _wholes(result),
        "case": _case_years(result),
        "first": first,
        "last": last,
        "disputes": [
            {
                "anchor": one.anchor,
                "kind": one.kind,
                "records": one.records,
                "sources": [cell.source for cell in one.positions],
            }
            for one in told
        ],
    }


# ---------------------------------------------------------------- rows of the table


def _figure(q: Quantity, evidence: Evidence, clashes: list[Link]) -> Row:
    r = evidence.records[q.id]
    return Row(
        r.id,
        r.anchor,
        f"record:{r.id}",
        True,
        r.what,
        "",
        r.period,
        r.value,
        r.unit,
        r.quality,
        r.use,
        r.reported_by,
        r.note,
        r.source,
        r.passage,
        clashes,
    )


def _event(e: Event, evidence: Evidence, number: int, clashes: list[Link]) -> Row:
    shown = evidence.events[number]
    detail = "; ".join(part for part in (shown.who, shown.what) if part)
    return Row(
        shown.id,
        shown.anchor,
        f"event:{shown.id}",
        False,
        title(shown.note) or detail,
        detail if shown.note else "",
        shown.period,
        "",
        "",
        "",
        ROLES[e.role],
        "",
        f"bears on {words(e.driver).replace(';', ', ')}" if e.driver else "",
        shown.source,
        shown.passage,
        clashes,
    )


# ---------------------------------------------------------------- rows of the scripts


def _rows(result: RunResult, evidence: Evidence) -> list[Json]:
    files = result.files
    names = evidence.names
    rows = []
    for q in files.quantities:
        places = [q.place]
        if q.counterpart in files.places:
            places.append(str(q.counterpart))
        dated = _dated(q.start, q.end)
        head = {"id": q.id, "kind": "figure", "lane": q.source, "source": q.source}
        more = {"measure": q.measure, "places": places, "quality": q.quality, "use": q.use}
        said = {"value": q.value if q.value is not None else q.low, "unit": q.unit}
        label = {"label": title(words(q.measure)), "place": names.place(q.place)}
        rows.append({**head, **more, **said, **label, **dated, "amount": _amount(q)})
    for e in files.events:
        places = [*(e.source_actor or []), *(e.target_actor or [])]
        source = (e.source or "").split(";")[0].strip()
        head = {"id": e.id, "kind": "event", "lane": _lane(e.type), "source": source}
        more = {"measure": "", "places": places, "quality": "", "use": e.role}
        said = {"value": None, "unit": "", "label": title(e.note or words(e.type)), "place": ""}
        rows.append({**head, **more, **said, **_dated(e.start, e.end or e.start), "amount": ""})
    return rows


def _amount(q: Quantity) -> str:
    return f"{stated(q)} {unit_words(q.unit)}"


def _lane(kind: str | None) -> str:
    for name, kinds in QUARTERS.items():
        if (kind or "").upper() in kinds:
            return name
    return UNSORTED


def _dated(start: Period | None, end: Period | None) -> Json:
    """First and last day, whether the date is one day, approximate, or open at an end."""
    first, last = start or end, end or start
    low = first.start if first else None
    high = last.end if last else None
    near = any(p.approximate for p in (start, end) if p is not None)
    # A date of which only one side is stated, or an interval with "..", is open there.
    opened = [
        first is not None and (start is None or start.start is None),
        last is not None and (end is None or end.end is None),
    ]
    texts = list(dict.fromkeys(p.text for p in (start, end) if p is not None))
    return {
        "from": _day(low),
        "to": _day(high),
        "day": low is not None and low == high,
        "about": near,
        "open": opened,
        "when": "/".join(texts),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _extent(result: RunResult, rows: list[Json]) -> tuple[int | None, int | None]:
    """Years that the timeline spans: what is expected after the last source is no event of it."""
    days = [row[name] for row in rows for name in ("from", "to") if row[name]]
    years = [int(day[:4]) for day in days]
    if not years:
        return None, None
    written = [s.year for s in result.files.sources.values() if s.year is not None]
    limit = max(written, default=max(years))
    within = [year for year in years if year <= limit] or years
    return min(within), max(within)


def _case_years(result: RunResult) -> list[int] | None:
    """First and last year of the case."""
    period = result.files.config.period
    if period.start is None or period.end is None:
        return None
    return [period.start.year, period.end.year]


def _wholes(result: RunResult) -> dict[str, list[str]]:
    """Each place with all wholes around it, itself first."""
    places = result.files.places
    found: dict[str, list[str]] = {}
    for name in places:
        seen = [name]
        for one in seen:
            place = places.get(one)
            seen += [whole for whole in (place.part_of if place else []) if whole not in seen]
        found[name] = seen
    return found


def _facets(result: RunResult, evidence: Evidence, rows: list[Json]) -> list[Facet]:
    names = evidence.names
    wholes = _wholes(result)
    inside: Counter[str] = Counter()
    for row in rows:
        inside.update({w for place in row["places"] for w in wholes.get(place, [place])})
    labels = evidence.labels
    levels = {"A": "A: counted or signed", "B": "B", "C": "C", "D": "D: judgement"}
    uses = {**USE_WORDS, "act": ROLES["act"], "driver-event": ROLES["driver"]}

    def counted(key: str, said: dict[str, str]) -> list[tuple[str, str, int]]:
        counts = Counter(_facet_value(row, key) for row in rows)
        options = [(v, said.get(v, title(words(v))), n) for v, n in counts.items() if v]
        order = list(said)
        return sorted(
            options,
            key=lambda o: (order.index(o[0]) if o[0] in order else len(order), o[1].lower()),
        )

    places = [(p, names.place(p), n) for p, n in inside.items() if n]
    found = [
        Facet("kind", "Kind", counted("kind", {"figure": "Figures", "event": "Events"})),
        Facet("source", "Source", counted("source", labels)),
        Facet("measure", "Measure", counted("measure", {})),
        Facet("place", "Place, with its parts", sorted(places, key=lambda o: o[1].lower())),
        Facet("quality", "Quality", counted("quality", levels)),
        Facet("use", "Use", counted("use", uses)),
    ]
    return [facet for facet in found if facet.options]


def _facet_value(row: Json, key: str) -> str:
    # "driver" means two things: a figure given to the model, and an act from outside the pair.
    if key == "use" and row["kind"] == "event" and row["use"] == "driver":
        return "driver-event"
    return str(row[key] or "")
