"""Loading a case: read every file, check it, and report all problems at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from marchland.case import casefiles as cf
from marchland.case.bibliography import read_bibliography
from marchland.case.building import build
from marchland.case.checking import check_case
from marchland.case.continuation import Continuation
from marchland.case.files import (
    LARGEST_TABLE_BYTES,
    LinedMap,
    Unreadable,
    read_table,
    read_text,
    read_yaml,
)
from marchland.case.naming import nearest
from marchland.case.schema import Row, Source, columns, required_columns
from marchland.case.settings import (
    Config,
    Explanations,
    Observation,
    Parameter,
    Question,
    Regime,
    Scenario,
    Stay,
    Treaty,
)
from marchland.errors import MarchlandError, Problem
from marchland.vocabulary import VOCABULARY, Vocabulary

R = TypeVar("R", bound=Row)
S = TypeVar("S")
MOST_SHOWN = 200
# Stands for a case.yaml that cannot be read, so that the other files are checked all the same.
_NOTHING: dict[str, Any] = {"title": "", "period": None, "as_of": None}
_EMPTY_CONFIG = Config.model_construct(**_NOTHING)
BUNDLED = Path(__file__).parent.parent / "cases"


class CaseError(MarchlandError):
    """A case with problems; ``problems`` has them all, the text shows the first 200."""

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        rest = len(self.problems) - len(shown)
        more = [f"... and {rest} more"] if rest else []
        return "\n".join([*shown, *more, str(self.args[0])])


def find_case(name_or_path: str | Path) -> Path:
    """Find the folder of a case.

    Parameters
    ----------
    name_or_path : str or Path
        A folder, the case.yaml in it, or the name of a case that comes with the program.

    Returns
    -------
    Path

    Raises
    ------
    MarchlandError
        Where there is no such case.
    """
    path = Path(name_or_path)
    try:
        if path.is_dir():
            return path
        if path.name == cf.CONFIG_FILE and path.is_file():
            return path.parent
        bundled = {folder.name: folder for folder in BUNDLED.iterdir() if folder.is_dir()}
    except (OSError, ValueError) as error:
        raise MarchlandError(f"{str(name_or_path)!r} cannot be a case: {error}") from error
    if str(name_or_path) in bundled:
        return bundled[str(name_or_path)]
    near = nearest(path.name, bundled)
    hint = f'did you mean "{near}"?' if near else "`marchland new DIR` makes one"
    raise MarchlandError(f'no case "{name_or_path}": neither a folder nor a bundled case; {hint}')


def load(path: str | Path, *, vocabulary: Vocabulary = VOCABULARY) -> cf.CaseFiles:
    """Read and check a case.

    Parameters
    ----------
    path : str or Path
        The folder, or the name of a bundled case.
    vocabulary : Vocabulary
        What the model knows.

    Returns
    -------
    CaseFiles

    Raises
    ------
    CaseError
        A MarchlandError with every problem of the case, sorted by file and line.
    """
    folder = find_case(path)
    reader = _Reader(folder)
    digest = _digest(folder)
    files = replace(reader.case(), digest=digest)
    problems = sorted({_on_one_line(p) for p in (*reader.problems, *check_case(files, vocabulary))})
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise CaseError(f"{folder.name}: {count}; mend and check again.", problems)
    return files


def _digest(folder: Path) -> str:
    """Digest of the case, empty where a file cannot be read: that is a problem of its own."""
    try:
        return cf.digest_of(folder)
    except OSError:
        return ""


def _on_one_line(problem: Problem) -> Problem:
    """What a message quotes from a file must not break the line or steer the terminal."""
    clean = "".join(mark if mark.isprintable() else " " for mark in problem.message)
    return Problem(problem.file, problem.line, " ".join(clean.split()))


@dataclass
class _Reader:
    """Reads the files of one folder and collects what is wrong with them."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def case(self) -> cf.CaseFiles:
        config = self.config()
        rules = self.yaml(cf.RULES_FILE, ("regimes", "treaties", "stays"))
        model = self.yaml(cf.MODEL_FILE, ("parameters", "observation", "projection"))
        questions = self.yaml(cf.EXPLANATIONS_FILE, ("questions",))
        scenarios = self.yaml(cf.SCENARIOS_FILE)
        tables: dict[str, list[Any]] = {name: self.table(name) for name in cf.TABLES}
        self.misnamed_files()
        places = self.by_id(tables[cf.PLACES_FILE], cf.PLACES_FILE, "id")
        for name in (cf.QUANTITIES_FILE, cf.EVENTS_FILE, cf.ASSERTIONS_FILE, cf.FORECASTS_FILE):
            self.by_id(tables[name], name, "id")
        self.by_id(tables[cf.TARGETS_FILE], cf.TARGETS_FILE, "target")
        return cf.CaseFiles(
            path=self.folder,
            config=config,
            places=cf.with_places_of_config(places, config),
            measures=self.by_id(tables[cf.MEASURES_FILE], cf.MEASURES_FILE, "id"),
            sources=self.sources(),
            quantities=tables[cf.QUANTITIES_FILE],
            events=tables[cf.EVENTS_FILE],
            assertions=tables[cf.ASSERTIONS_FILE],
            positions=tables[cf.POSITIONS_FILE],
            targets=tables[cf.TARGETS_FILE],
            forecasts=tables[cf.FORECASTS_FILE],
            drivers=tables[cf.DRIVERS_FILE],
            regimes=self.listed(rules, "regimes", Regime),
            treaties=self.listed(rules, "treaties", Treaty),
            stays=self.listed(rules, "stays", Stay),
            parameters=self.named(model.get("parameters"), cf.MODEL_FILE, Parameter),
            observation=self.observation(model),
            explanations=Explanations(
                questions=self.named(
                    questions.get("questions"), cf.EXPLANATIONS_FILE, Question, key=None
                )
            ),
            scenarios=self.named(scenarios, cf.SCENARIOS_FILE, Scenario),
            projection=self.named(model.get("projection"), cf.MODEL_FILE, Continuation),
            notes=self.text(cf.NOTES_FILE) or "",
            unread=frozenset(self.unread),
        )

    def text(self, name: str, largest_bytes: int = 1_000_000) -> str | None:
        """Text of a file, or ``None`` where it is missing or cannot be read."""
        return self.guarded(name, lambda: read_text(self.folder, name, largest_bytes))

    def guarded(self, name: str, read: Callable[[], S]) -> S | None:
        """Do a reading; a file that cannot be read at all is a problem and counts as unread."""
        try:
            return read()
        except Unreadable as error:
            self.problems.append(error.problem)
            self.unread.add(name)
            return None

    def table(self, name: str) -> list[Row]:
        model = cf.TABLES[name]
        text = self.text(name, LARGEST_TABLE_BYTES)
        if text is None:
            return []
        before = len(self.problems)
        raw = self.guarded(
            name,
            lambda: read_table(text, name, columns(model), required_columns(model), self.problems),
        )
        if len(self.problems) > before:
            self.unread.add(name)
        built = [build(model, row, name, self.problems) for row in raw or []]
        return [row for row in built if row is not None]

    def yaml(self, name: str, keys: tuple[str, ...] = ()) -> LinedMap:
        text = self.text(name)
        if text is None:
            return LinedMap({}, 0)
        raw = self.guarded(name, lambda: read_yaml(text, name, self.problems))
        if raw is None:
            return LinedMap({}, 0)
        for key in raw:
            if keys and key not in keys:
                near = nearest(key, keys)
                hint = f'did you mean "{near}"?' if near else f"choose from {', '.join(keys)}"
                line = raw.lines.get(key, 0)
                self.problems.append(Problem(name, line, f'unknown key "{key}"; {hint}'))
        return raw

    def config(self) -> Config:
        raw = self.yaml(cf.CONFIG_FILE)
        if not raw and cf.CONFIG_FILE not in self.unread:
            message = "is missing or empty; a case needs at least title, period and as_of"
            self.problems.append(Problem(cf.CONFIG_FILE, 0, message))
            self.unread.add(cf.CONFIG_FILE)
        if cf.CONFIG_FILE in self.unread:
            return _EMPTY_CONFIG
        built = build(Config, raw, cf.CONFIG_FILE, self.problems)
        return built or _EMPTY_CONFIG

    def listed(self, raw: LinedMap, key: str, model: type[R]) -> list[R]:
        entries = raw.get(key) or []
        line = raw.lines.get(key, 0)
        if not isinstance(entries, list):
            self.problems.append(Problem(cf.RULES_FILE, line, f"{key} must be a list"))
            return []
        built = []
        for entry in entries:
            if isinstance(entry, LinedMap):
                built.append(build(model, entry, cf.RULES_FILE, self.problems))
            else:
                message = f"each of {key} must be a mapping of `key: value`"
                self.problems.append(Problem(cf.RULES_FILE, line, message))
        return [entry for entry in built if entry is not None]

    def named(self, raw: Any, file: str, model: type[R], key: str | None = "name") -> dict[str, R]:
        """Entries of a mapping, each told its own name."""
        if raw is None:
            return {}
        if not isinstance(raw, LinedMap):
            line = getattr(raw, "line", 0)
            self.problems.append(Problem(file, line, "must be a mapping of names to entries"))
            return {}
        built: dict[str, R] = {}
        for name, entry in raw.items():
            line = raw.lines.get(name, raw.line)
            if not isinstance(entry, LinedMap):
                message = f'"{name}" must be a mapping of `key: value`'
                self.problems.append(Problem(file, line, message))
                continue
            told = entry.with_value(key, name) if key else entry
            made = build(model, told, file, self.problems)
            if made is not None:
                built[name] = made
        return built

    def observation(self, model: LinedMap) -> Observation:
        raw = model.get("observation")
        if raw is None:
            return Observation()
        if not isinstance(raw, LinedMap):
            line = model.lines.get("observation", 0)
            self.problems.append(Problem(cf.MODEL_FILE, line, "observation must be a mapping"))
            return Observation()
        return build(Observation, raw, cf.MODEL_FILE, self.problems) or Observation()

    def sources(self) -> dict[str, Source]:
        text = self.text(cf.SOURCES_FILE)
        sources, whole = read_bibliography(text or "", cf.SOURCES_FILE, self.problems)
        if not whole:
            self.unread.add(cf.SOURCES_FILE)
        return sources

    def by_id(self, rows: list[Any], file: str, key: str) -> dict[str, Any]:
        """Rows by their id; a second row of the same id is a problem."""
        found: dict[str, Any] = {}
        for row in rows:
            name = getattr(row, key)
            if name is None:
                self.unread.add(file)
            elif name in found:
                message = f'duplicate {key} "{name}"; it is first on line {found[name].line}'
                self.problems.append(Problem(file, row.line, message))
            else:
                found[name] = row
        return found

    def misnamed_files(self) -> None:
        """A file that is nearly one of a case would be passed over in silence."""
        missing = [name for name in cf.FILES if not (self.folder / name).exists()]
        for path in (*self.folder.glob("*.*"), *self.folder.glob("evidence/*.*")):
            name = path.relative_to(self.folder).as_posix()
            same = [known for known in missing if Path(known).name == path.name]
            near = same[0] if same else nearest(name, missing, least_likeness=88)
            if name not in cf.FILES and near is not None and Path(near).suffix == path.suffix:
                self.problems.append(Problem(name, 0, f'is not read; did you mean "{near}"?'))
