"""The evidence base: tables, search, series and single records."""

from __future__ import annotations

import sqlite3
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from marchland.case import CaseFiles
from marchland.case.naming import suggestion
from marchland.errors import MarchlandError
from marchland.evidence import database
from marchland.evidence.contradiction import Contradiction
from marchland.evidence.contradictions import find_contradictions
from marchland.evidence.figures import Geography
from marchland.evidence.frames import KEYS, TABLES, contradiction_frame, frame, places_with_pairs
from marchland.outputs.atomic import atomic_path

SEARCHED = (
    "quantities",
    "events",
    "assertions",
    "targets",
    "forecasts",
    "measures",
    "places",
    "sources",
    "contradictions",
)
_FACETS = ("measure", "place", "group", "source", "use", "quality")


class EvidenceBase:
    """What the documents say, ready to be searched and compared.

    Parameters
    ----------
    files : CaseFiles
        A loaded case.

    Notes
    -----
    Every table keeps an absent cell absent: NaN in a column of numbers, None elsewhere.
    """

    def __init__(self, files: CaseFiles) -> None:
        self.files = files

    def __repr__(self) -> str:
        counts = (f"{len(self.table(name))} {name}" for name in ("quantities", "events"))
        return f"<EvidenceBase {self.files.config.title!r}: {', '.join(counts)}>"

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        files = self.files
        rows: dict[str, list[Any]] = {
            "places": places_with_pairs(files),
            "measures": list(files.measures.values()),
            "sources": list(files.sources.values()),
            "quantities": files.quantities,
            "events": files.events,
            "assertions": files.assertions,
            "positions": files.positions,
            "targets": files.targets,
            "forecasts": files.forecasts,
            "drivers": files.drivers,
        }
        frames = {name: frame(name, rows[name]) for name in rows}
        frames["contradictions"] = contradiction_frame(self.found)
        return frames

    @cached_property
    def found(self) -> list[Contradiction]:
        """Contradictions, as objects; `contradictions` is the same as a table."""
        return find_contradictions(self.files)

    def table(self, name: str) -> pd.DataFrame:
        """Give a copy of one table, by name."""
        if name not in TABLES:
            raise MarchlandError(f'unknown table "{name}"{suggestion(name, list(TABLES))}')
        return self._frames[name].copy()

    @property
    def places(self) -> pd.DataFrame:
        """Places, with the pairs that figures name."""
        return self.table("places")

    @property
    def measures(self) -> pd.DataFrame:
        """Measures: what is measured, and in which unit."""
        return self.table("measures")

    @property
    def sources(self) -> pd.DataFrame:
        """Sources, by key."""
        return self.table("sources")

    @property
    def quantities(self) -> pd.DataFrame:
        """Figures, one a row."""
        return self.table("quantities")

    @property
    def events(self) -> pd.DataFrame:
        """Dated acts."""
        return self.table("events")

    @property
    def assertions(self) -> pd.DataFrame:
        """Causal assertions."""
        return self.table("assertions")

    @property
    def positions(self) -> pd.DataFrame:
        """What other sources say of an assertion: asserts or denies."""
        return self.table("positions")

    @property
    def targets(self) -> pd.DataFrame:
        """Observations to score."""
        return self.table("targets")

    @property
    def forecasts(self) -> pd.DataFrame:
        """What the sources expect."""
        return self.table("forecasts")

    @property
    def drivers(self) -> pd.DataFrame:
        """Series from outside the model."""
        return self.table("drivers")

    @property
    def contradictions(self) -> pd.DataFrame:
        """What disagrees, numbered from 1."""
        return self.table("contradictions")

    # ------------------------------------------------------------ asking

    def search(
        self,
        text: str = "",
        *,
        kind: str | None = None,
        measure: str | None = None,
        place: str | None = None,
        within: bool = False,
        group: str | None = None,
        source: str | None = None,
        use: str | None = None,
        quality: str | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 50,
    ) -> pd.DataFrame:
        """Search notes, ids, measures and names.

        Parameters
        ----------
        text : str
            Words; a record must have all of them, or words that begin with them.
        kind : str, optional
            Table to search, such as 'quantities' or 'events'.
        measure, place, group, source, use, quality : str, optional
            Value a record must have.
        within : bool
            Whether the parts of `place` count as well.
        start, end : int, optional
            Years; a record must overlap them. What has no date is then left out.
        limit : int
            Most records to give.

        Returns
        -------
        DataFrame
            kind, id, measure, place, source, start, end, text; the best match first.
        """
        if limit < 1:
            raise MarchlandError(f"limit >= 1 must hold, but got limit={limit}")
        if kind is not None and kind not in SEARCHED:
            raise MarchlandError(f'unknown kind "{kind}"{suggestion(kind, SEARCHED)}')
        facets = dict(zip(_FACETS, (measure, place, group, source, use, quality), strict=True))
        hits = []
        for hit in self._matches(text, kind):
            record = self._lookup.get((hit[0], hit[1]), {})
            if self._fits(record, facets, within) and _in_years(record, start, end):
                dates = (record.get("start"), record.get("end"))
                hits.append((*hit[:5], *dates, hit[5]))
            if len(hits) == limit:
                break
        names = ["kind", "id", "measure", "place", "source", "start", "end", "text"]
        return pd.DataFrame(hits, columns=names, dtype="object")

    def _matches(self, text: str, kind: str | None) -> list[tuple[Any, ...]]:
        # Each word is quoted: what a user types is text, never a query of FTS5.
        words = ['"' + word.replace('"', '""') + '"*' for word in text.split()]
        columns = "kind, id, measure, place, source, text"
        where, values = [], []
        if words:
            where.append("records_fts MATCH ?")
            values.append(" ".join(words))
        if kind is not None:
            where.append("kind = ?")
            values.append(kind)
        clause = f" WHERE {' AND '.join(where)}" if where else ""
        order = "bm25(records_fts), rowid" if words else "rowid"
        query = f"SELECT {columns} FROM records_fts{clause} ORDER BY {order}"
        return list(self._index.execute(query, values))

    @cached_property
    def _index(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        database.fill(connection, self._frames)
        return connection

    @cached_property
    def _lookup(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = {}
        for name in SEARCHED:
            key = KEYS.get(name, "number")
            for record in self._frames[name].to_dict("records"):
                clean = {str(k): None if pd.isna(v) else v for k, v in record.items()}
                found[name, str(clean[key])] = clean
        return found

    def _fits(self, record: dict[str, Any], facets: dict[str, str | None], within: bool) -> bool:
        for name, wanted in facets.items():
            if wanted is None:
                continue
            have = record.get(name)
            if name == "place" and within:
                if have not in Geography(self.files.places).within(wanted):
                    return False
            elif name == "group":
                if wanted not in str(have or "").split(";"):
                    return False
            elif have != wanted:
                return False
        return True

    def series(
        self,
        measure: str,
        place: str,
        group: str | None = None,
        counterpart: str | None = None,
    ) -> pd.DataFrame:
        """Figures of one measure at one place, in the order of time.

        Parameters
        ----------
        measure, place : str
            What and where.
        group, counterpart : str, optional
            Of whom, with whom. None takes all; '' takes only figures that name none.

        Returns
        -------
        DataFrame
            Rows of `quantities`; a figure without a date comes last.
        """
        table = self.quantities
        chosen = (table["measure"] == measure) & (table["place"] == place)
        for name, wanted in (("group", group), ("counterpart", counterpart)):
            if wanted is not None:
                chosen &= table[name].fillna("") == wanted
        order = ["start_rank", "end_rank", "id"]
        return table[chosen].sort_values(order, na_position="last").reset_index(drop=True)

    def record(self, id: str) -> dict[str, Any]:
        """Give one record with its table's name under 'kind'; what is not known is None.

        Raises
        ------
        MarchlandError
            Where no record has the id; the message names the nearest one.
        """
        for kind in SEARCHED:
            found = self._lookup.get((kind, id))
            if found is not None and kind != "contradictions":
                return {"kind": kind, **found}
        ids = [key for kind, key in self._lookup if kind != "contradictions"]
        raise MarchlandError(f'no record has the id "{id}"{suggestion(id, ids)}')

    def contradictions_of(self, id: str) -> list[Contradiction]:
        """Contradictions that a record takes part in."""
        return [one for one in self.found if id in one.records]

    def write_sqlite(self, path: Path | str) -> Path:
        """Write the evidence base as one SQLite file, whole or not at all.

        The same case gives the same bytes. The tables are those of `table`, with
        `target_quantities` and `contradiction_records` as links and `records_fts` as
        the full-text index.
        """
        with atomic_path(Path(path)) as temporary:
            database.write(temporary, self._frames)
        return Path(path)


def _in_years(record: dict[str, Any], start: int | None, end: int | None) -> bool:
    if start is None and end is None:
        return True
    first, last = record.get("start_date"), record.get("end_date")
    if first is None and last is None:
        return False
    after = start is not None and last is not None and int(last[:4]) < start
    before = end is not None and first is not None and int(first[:4]) > end
    return not after and not before
