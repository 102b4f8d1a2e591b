"""Outcomes: what came later, as the user supplies it, read and checked in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from marchland.case import CaseFiles, Outcome, Quantity
from marchland.case.building import build
from marchland.case.checking_evidence import check_naming, check_numbers
from marchland.case.files import LARGEST_TABLE_BYTES, Unreadable, read_table, read_text
from marchland.case.loading import CaseError
from marchland.case.names import Names
from marchland.case.naming import suggestion
from marchland.case.schema import columns
from marchland.errors import MarchlandError, Problem
from marchland.vocabulary import VOCABULARY

COLUMNS = (
    *("measure", "statistic", "place", "group", "counterpart"),
    *("start", "end", "value", "low", "high", "unit", "source"),
)
"""Columns that an outcomes file must have; `base_start`, `base_end`, `quality`, `forecast` and
`note` may stand in it too."""
CONDITION = ":condition"
_CELLS = ("measure", "statistic", "place", "group", "counterpart", "unit", "low", "high")


@dataclass(frozen=True)
class Outcomes:
    """A checked file of outcomes.

    Parameters
    ----------
    name : str
        Name of the file.
    figures : list of Outcome
        Later figures of measures.
    judgements : list of Outcome
        Rows that judge a forecast or its condition.
    """

    name: str
    figures: list[Outcome]
    judgements: list[Outcome]

    @property
    def last_day(self) -> date:
        """Last day that any outcome speaks of."""
        return max(last_day(row) for row in (*self.figures, *self.judgements))

    def label(self, row: Outcome) -> str:
        """Where a row stands, `outcomes.csv:5`."""
        return f"{self.name}:{row.line}"


def last_day(row: Outcome | Quantity) -> date:
    """Last day of a row's period; the earliest of dates where it has none."""
    period = row.end or row.start
    return period.end if period is not None and period.end is not None else date.min


def first_day(row: Outcome | Quantity) -> date:
    """First day of a row's period; the last of dates where it has none."""
    period = row.start or row.end
    return period.start if period is not None and period.start is not None else date.max


def read_outcomes(path: Path, files: CaseFiles) -> Outcomes:
    """Read a file of outcomes and check it against the case.

    Parameters
    ----------
    path : Path
        A CSV file with the columns `COLUMNS`; a cell that is not known is empty.
    files : CaseFiles
        The case, as of the vintage that is scored.

    Returns
    -------
    Outcomes

    Raises
    ------
    MarchlandError
        With every problem of the file: what is misnamed, a unit that does not fit, a period that
        ends within the vintage, no outcome at all.
    """
    name = path.name
    if not path.is_file():
        raise MarchlandError(f"there is no file {path}; --outcomes takes a CSV file of outcomes.")
    problems: list[Problem] = []
    rows: list[Outcome] = []
    try:
        text = read_text(path.parent, name, LARGEST_TABLE_BYTES) or ""
        raw = read_table(text, name, columns(Outcome), list(COLUMNS), problems)
        built = [build(Outcome, row, name, problems) for row in raw]
        rows = [row for row in built if row is not None]
        if not raw and not problems:
            problems.append(Problem(name, 0, "has no outcome; give at least one row"))
    except Unreadable as error:
        problems.append(error.problem)
    problems += _Checks(files, name, {p.line for p in problems}).of(rows)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise CaseError(f"{name}: {count}; mend and score again.", sorted(set(problems)))
    figures = [row for row in rows if row.forecast is None]
    return Outcomes(name, figures, [row for row in rows if row.forecast is not None])


class _Checks:
    """The rules of an outcomes file."""

    def __init__(self, files: CaseFiles, name: str, broken: set[int]) -> None:
        self.files, self.file = files, name
        self.names = Names(files, VOCABULARY)
        self.forecasts = {row.id: row for row in files.forecasts}
        self.vintage = date(files.config.as_of, 12, 31)
        self.broken = broken

    def of(self, rows: Iterable[Outcome]) -> list[Problem]:
        """All that is wrong with the rows."""
        seen: dict[tuple[object, ...], int] = {}
        for row in rows:
            if row.forecast is None:
                self._figure(row)
            else:
                self._judgement(row)
            key = tuple(str(getattr(row, name)) for name in columns(Outcome) if name != "note")
            first = seen.setdefault(key, row.line)
            if first != row.line:
                self._report(row, f"the same outcome stands on line {first}")
        return self.names.problems

    def _report(self, row: Outcome, message: str) -> None:
        self.names.report(self.file, row.line, message)

    def _figure(self, row: Outcome) -> None:
        wanted = ("measure", "statistic", "place", "unit", "start")
        missing = [name for name in wanted if getattr(row, name) is None]
        if missing and row.line not in self.broken:
            self._report(row, f"an outcome needs {', '.join(missing)}; or it judges a forecast")
        if row.place is not None or row.measure is not None:
            check_naming(self.names, self.file, row)
        if row.line not in self.broken:
            check_numbers(self.names, self.file, row)
        self._after(row, self.vintage)

    def _after(self, row: Outcome, vintage: date) -> None:
        """What the case could know by its vintage is no outcome."""
        if row.start is None:
            return
        end = (row.end or row.start).end
        if end is None:
            self._report(row, f"an outcome needs an end, but got end={row.end or row.start}")
        elif end <= vintage:
            rule = f"an outcome must end after the vintage ({vintage.year})"
            told = f"but got end={row.end or row.start}"
            self._report(row, f"{rule}, {told}: the model has seen that time")

    def _judgement(self, row: Outcome) -> None:
        name = (row.forecast or "").removesuffix(CONDITION)
        forecast = self.forecasts.get(name)
        if forecast is None:
            hint = suggestion(name, set(self.forecasts), "evidence/forecasts.csv")
            self._report(row, f'unknown forecast "{name}"{hint}')
        extra = [column for column in _CELLS if getattr(row, column) is not None]
        if extra:
            rule = "a row that judges a forecast has no"
            self._report(row, f"{rule} {', '.join(extra)}; only start, end, value and source")
        if row.value not in (0.0, 1.0) and row.line not in self.broken:
            got = "" if row.value is None else f", but got value={row.value:.10g}"
            self._report(row, f"a judgement is 1 (it held) or 0 (it did not){got}")
        if row.start is None and row.line not in self.broken:
            self._report(row, "a judgement needs a period: fill start and end")
            return
        self.names.order(self.file, row.line, row.start, row.end)
        if forecast is None:
            return
        if row.forecast != name and forecast.condition is None:
            self._report(row, f"{name} has no condition; judge {name} itself")
        end, made = (row.end or row.start).end if row.start else None, forecast.made.start
        if row.start is not None and end is None:
            self._report(row, f"an outcome needs an end, but got end={row.end or row.start}")
        elif end is not None and made is not None and end < made:
            rule = f"what came of {name} is later than it was made ({forecast.made})"
            self._report(row, f"{rule}, but got end={row.end or row.start}")


def quantity_of(row: Outcome, name: str) -> Quantity:
    """Give an outcome as a record, so that it can be read from the model.

    Its error of observation is that of its quality, unless it has a range.
    """
    given = {
        name: getattr(row, name) for name in columns(Outcome) if name not in ("forecast", "note")
    }
    ranged = row.value is None and row.low is not None and row.high is not None
    bound = "range" if ranged else "exact" if row.value is not None else "at_least"
    if row.value is None and row.low is None:
        bound = "at_most"
    told: dict[str, object] = {
        "id": re.sub(r"[\s;,/]", "_", name)[-80:],
        "bound": bound,
        "use": "check",
    }
    told |= {"locator": name, "line": row.line}
    return Quantity.model_validate({**given, **told})
