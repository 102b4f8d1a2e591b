"""codebook.md: every column of every output file, and every measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from marchland.case import CaseFiles
from marchland.evidence.frames import DATED, TABLES, columns
from marchland.evidence.words import unit_words
from marchland.outputs.atomic import atomic_write
from marchland.outputs.dyads import MODEL_COLUMNS, dyad_columns
from marchland.outputs.tables import PREDICTION_COLUMNS, QUANTILES, SERIES_COLUMNS

Entry = tuple[str, str]
"""Unit and meaning of a column."""

_KEYS: dict[str, Entry] = {
    "measure": ("", "what is measured: an id of the table of measures below"),
    "place": ("", "id of the place; a pair of states is written CHN-RUS"),
    "group": ("", "group of people, empty where the measure has none; several joined by ';'"),
    "counterpart": ("", "the other side: a state, a place, or question:answer of a survey"),
    "statistic": ("", "level, sum, mean, change_pct, ratio, share, rank, date, count, cumulative"),
    "source": ("", "key of the source, as in citation.bib"),
    "locator": ("", "where the source says it: key:line or key:page"),
    "use": ("", "driver, rule, calibrate (scored), check (compared only) or context"),
    "explanation": ("", "rival explanation that the model ran under"),
    "scenario": ("", "scenario; 'baseline' has no change"),
}
_QUANTILES: dict[str, Entry] = {
    name: ("as unit", f"{int(name[1:])} per cent of the ensemble lies below this number")
    for name in QUANTILES
}
PREDICTIONS: dict[str, Entry] = {
    **{name: _KEYS[name] for name in ("explanation", "measure", "statistic", "place")},
    **{name: _KEYS[name] for name in ("group", "counterpart", "use", "source", "locator")},
    "evidence_id": ("", "id of the record that the model is compared with"),
    "start": ("EDTF", "first date of the record, as the case writes it"),
    "end": ("EDTF", "last date of the record, as the case writes it"),
    "unit": ("", "unit of observed, low, high and the quantiles"),
    "observed": ("as unit", "the figure that the source states"),
    "low": ("as unit", "lower bound that the source states; empty where it states none"),
    "high": ("as unit", "upper bound that the source states; empty where it states none"),
    **_QUANTILES,
}
SERIES: dict[str, Entry] = {
    **{name: _KEYS[name] for name in ("explanation", "scenario", "measure", "place")},
    **{name: _KEYS[name] for name in ("group", "counterpart")},
    "time": ("quarter", "calendar quarter, as 1994Q2"),
    "basis": (
        "",
        "known: within the vintage; projected: what comes from outside goes on by stated rules; "
        "projected, conditional: some of it is taken from a file",
    ),
    "unit": ("", "unit of mean and quantiles; a flow is an annual rate unless it says otherwise"),
    "mean": ("as unit", "mean of the ensemble"),
    **_QUANTILES,
}
_DYADS: dict[str, Entry] = {
    "pair": ("", "two states, a and b, in the order of their codes"),
    "iso3_a": ("ISO 3166-1 alpha-3", "state a"),
    "iso3_b": ("ISO 3166-1 alpha-3", "state b"),
    "cow_a": ("Correlates of War", "state a; one code for the USSR and Russia"),
    "cow_b": ("Correlates of War", "state b; one code for the USSR and Russia"),
    "quarter": ("quarter", "calendar quarter, as 1994Q2"),
    "year": ("year", "calendar year of the quarter"),
    "quarter_of_year": ("1 to 4", "number of the quarter in its year"),
    "acts_cooperative": (
        "acts",
        "recorded acts between the two with a Goldstein score above 0; empty in a quarter "
        "without any recorded act, since not recorded is not known",
    ),
    "acts_conflictual": ("acts", "the same with a score below 0; empty as above"),
    "goldstein_mean": ("-10 to 10", "mean score of the recorded acts; empty as above"),
    "border_regime": (
        "",
        "regime in force on most days: closed, permit, visa, quota or visa_free",
    ),
    "border_restrictiveness": ("0 to 1", "restrictiveness of that regime by the case's rules"),
    "trust_a_in_b": ("0 to 1", "model median: belief of a that b is trustworthy"),
    "trust_b_in_a": ("0 to 1", "model median: belief of b that a is trustworthy"),
    "threat_a_from_b": ("index", "model median: threat that a perceives from b"),
    "threat_b_from_a": ("index", "model median: threat that b perceives from a"),
}
_EVIDENCE: dict[str, Entry] = {
    **{name: _KEYS[name] for name in ("measure", "place", "group", "counterpart", "statistic")},
    **{name: _KEYS[name] for name in ("source", "locator", "use")},
    "id": ("", "id of the row"),
    "key": ("", "key of the source"),
    "number": ("", "number of the contradiction"),
    "start": ("EDTF", "first date, as the case writes it; 1994-34 is a quarter, ~ approximate"),
    "end": ("EDTF", "last date, as the case writes it"),
    "base_start": ("EDTF", "first date of the base of a change or a ratio"),
    "base_end": ("EDTF", "last date of the base of a change or a ratio"),
    "start_date": ("ISO 8601", "first day of start; empty where it is open or unknown"),
    "end_date": ("ISO 8601", "last day of end; empty where it is open or unknown"),
    "start_rank": ("days", "day number of start_date, for sorting; 1 is 0001-01-01"),
    "end_rank": ("days", "day number of end_date, for sorting"),
    "case_line": ("", "line of the case's file that the row stands on"),
    "name": ("", "name of the place"),
    "kind": ("", "kind of place or contradiction; how a forecast is judged"),
    "part_of": ("", "places that contain this one, joined by ';'"),
    "weight": ("", "1 where the place takes its region's value and carries no totals"),
    "iso3166": ("ISO 3166", "code of the place"),
    "cow": ("Correlates of War", "code of the state"),
    "latitude": ("degrees north", "where a map shows the place; approximate"),
    "longitude": ("degrees east", "where a map shows the place; approximate"),
    "note": ("", "what a reader must know; how the figure was printed"),
    "unit": ("", "unit of the row's numbers"),
    "dimension": ("", "stock, flow, share, index, price, date or event_count"),
    "place_kind": ("", "kinds of place that the measure exists for"),
    "statistics": ("", "statistics that may be stated of the measure"),
    "meaning": ("", "what the measure counts"),
    "equation": ("", "equations of the model that compute or carry it; 'none' where none does"),
    "title": ("", "title of the source"),
    "author": ("", "author of the source"),
    "year": ("year", "year of the source"),
    "value": ("as unit", "the number stated; empty where only a range is"),
    "low": ("as unit", "lower end of what is stated"),
    "high": ("as unit", "upper end of what is stated"),
    "bound": ("", "exact, about, range, more_than, less_than, at_least or at_most"),
    "target": ("", "observation that joins several records into one"),
    "reported_by": ("", "who says so, in the source"),
    "quality": ("", "A (counted or signed) to D (hearsay or judgement)"),
    "source_actor": ("", "who acts, joined by ';'"),
    "target_actor": ("", "on whom, joined by ';'"),
    "type": ("", "kind of act in PLOVER's terms"),
    "mode": ("", "mode of the act in PLOVER's terms"),
    "goldstein": ("-10 to 10", "score of the act; a judgement"),
    "role": ("", "act (of the pair), driver (of an outside power) or context"),
    "driver": ("", "driver that the row belongs to"),
    "cause": ("", "cause that a source asserts"),
    "effect": ("", "effect that a source asserts"),
    "sign": ("", "direction that a source asserts"),
    "delay": ("", "delay that a source asserts"),
    "status": ("", "how the source holds it: stated, reported, rival, contradicted"),
    "switch": ("", "term of the model that carries the assertion and can be switched off"),
    "assertion": ("", "assertion that the source speaks of"),
    "position": ("", "asserts or denies; a source without a row is silent, which is no denial"),
    "form": ("", "single, series, parts, multinomial or items"),
    "quantities": ("", "records that the target joins, by ';'"),
    "period": ("EDTF", "period of the target"),
    "informs": ("", "parameters that the target informs"),
    "cannot_tell": ("", "what the target cannot tell"),
    "who": ("", "who expects it"),
    "made": ("EDTF", "when the forecast was made"),
    "horizon": ("EDTF", "by when it is to come true"),
    "stance": ("", "how the source holds it: forecast, goal, plan, hope, fear or question"),
    "condition": ("", "what has to hold for the forecast to say anything"),
    "statement": ("", "what is expected, or what disagrees, in words with numbers"),
    "records": ("", "records that disagree, by ';'"),
    "difference": ("as unit", "how far apart they are; empty where no number says it"),
    "treatment": ("", "what the case does with each of the records"),
}
_FILES: dict[str, str] = {
    "report.html": "The report: one file that works offline.",
    "summary.json": "Answers, counts, fit, explanations and scenarios, for programs.",
    "citation.bib": "The sources and this run, in BibTeX.",
    "draws/*.parquet": "Draws of the parameters and trajectories: one row a member "
    "(and quarter), one column a parameter or a measure, in the units below.",
}


def evidence_entries(table: str) -> dict[str, Entry]:
    """Unit and meaning of the columns of one table of evidence.sqlite."""
    return {name: _EVIDENCE[name] for name in columns(table)}


def dyad_entries(files: CaseFiles) -> dict[str, Entry]:
    """Unit and meaning of the columns of dyads.csv for a case."""
    return {name: _dyad_entry(files, name) for name in dyad_columns(files)}


def _dyad_entry(files: CaseFiles, name: str) -> Entry:
    if name in _DYADS:
        return _DYADS[name]
    if name in MODEL_COLUMNS:
        measure = files.measures.get(name)
        if measure is None:
            return "", f"model median of {name}"
        return unit_words(measure.unit), f"model median: {_sentence(measure.meaning)}"
    driver = name.removeprefix("driver_")
    for suffix, whose in (("_a", " of state a"), ("_b", " of state b"), ("", " of the pair")):
        rows = [row for row in files.drivers if f"{row.driver}{suffix}" == driver]
        if rows:
            said = f"driver {rows[0].driver}{whose}: mean over the days with a stated value"
            return rows[0].unit, said
    raise KeyError(name)


def _sentence(text: str | None) -> str:
    return (text or "").strip().rstrip(".")


def codebook(files: CaseFiles, *, extra: Mapping[str, Mapping[str, Entry]] | None = None) -> str:
    """Write the codebook of a case's outputs as Markdown.

    Parameters
    ----------
    files : CaseFiles
        The case.
    extra : mapping of str to mapping, optional
        Further files: their columns with unit and meaning.

    Returns
    -------
    str
        Markdown; the same case gives the same text.
    """
    parts = [
        f"# Codebook: {files.config.title}",
        "An empty cell is not known; it never stands for zero. Numbers have at most nine "
        "significant digits. A quarter is written 1994Q2.",
        _section("predictions.csv", PREDICTIONS, PREDICTION_COLUMNS),
        _section("series.csv", SERIES, SERIES_COLUMNS),
        _section("dyads.csv", dyad_entries(files), dyad_columns(files)),
    ]
    for table in TABLES:
        entries = evidence_entries(table)
        parts.append(_section(f"evidence.sqlite: {table}", entries, list(entries)))
    parts += [
        "`target_quantities` and `contradiction_records` of evidence.sqlite join targets and "
        "contradictions to records; `records_fts` is the full-text index. Dates that a program "
        f"can sort stand in {', '.join(DATED)}.",
        *(_section(name, entries, list(entries)) for name, entries in (extra or {}).items()),
        _other_files(),
        _measures(files),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, entries: Mapping[str, Entry], order: Sequence[str]) -> str:
    rows = [f"| {name} | {_cell(entries[name][0])} | {_cell(entries[name][1])} |" for name in order]
    return "\n".join([f"## {title}", "", "| column | unit | meaning |", "|---|---|---|", *rows])


def _cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


def _other_files() -> str:
    rows = [f"| {name} | {what} |" for name, what in _FILES.items()]
    return "\n".join(["## Other files", "", "| file | content |", "|---|---|", *rows])


def _measures(files: CaseFiles) -> str:
    rows = [
        f"| {row.id} | {_cell(row.unit)} | {_cell(row.dimension)} | "
        f"{', '.join(row.statistics)} | {_cell(row.meaning)} | {_computed(row.equation)} |"
        for _, row in sorted(files.measures.items())
    ]
    head = ["| measure | unit | dimension | statistics | meaning | computed by |"]
    return "\n".join(["## Measures", "", *head, "|---|---|---|---|---|---|", *rows])


def _computed(equation: str | None) -> str:
    if not equation or equation == "none":
        return "not computed: evidence only"
    return _cell(equation)


def write_codebook(
    path: Path | str, files: CaseFiles, *, extra: Mapping[str, Mapping[str, Entry]] | None = None
) -> Path:
    """Write codebook.md, whole or not at all."""
    return atomic_write(path, codebook(files, extra=extra))
