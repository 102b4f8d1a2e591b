"""Reading the bytes of a case: text, tables and YAML, with the line of everything that was read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from marchland.case.naming import suggestion
from marchland.errors import Problem

LARGEST_TABLE_BYTES = 20_000_000
LARGEST_TEXT_BYTES = 1_000_000
# Aliases let a few lines stand for millions of values; a case needs few of them.
MOST_VALUES = 50_000
DEEPEST = 40
_TAG = "tag:yaml.org,2002:"
_TEXTS = {f"{_TAG}{kind}" for kind in ("str", "timestamp", "value", "merge")}


class LinedMap(dict[str, Any]):
    """A mapping that remembers the line of each of its keys."""

    def __init__(self, values: dict[str, Any], line: int, lines: dict[str, int] | None = None):
        super().__init__(values)
        self.line = line
        self.lines = lines or {}

    def without(self, keys: set[str]) -> LinedMap:
        """Give a copy that lacks some keys."""
        return LinedMap({k: v for k, v in self.items() if k not in keys}, self.line, self.lines)

    def with_value(self, key: str, value: Any) -> LinedMap:
        """Give a copy with one more value, at the line of the mapping."""
        return LinedMap({**self, key: value}, self.line, self.lines)


class LinedList(list[Any]):
    """A list that remembers the line of each of its items."""

    def __init__(self, values: list[Any], line: int, lines: list[int]):
        super().__init__(values)
        self.line = line
        self.lines = lines


class Unreadable(Exception):
    """A file that cannot be read as what it should be; carries the problem to report."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


def read_text(folder: Path, name: str, largest_bytes: int = LARGEST_TEXT_BYTES) -> str | None:
    """Read a file of the case as UTF-8.

    Parameters
    ----------
    folder : Path
        The case.
    name : str
        The file in it, with forward slashes.
    largest_bytes : int
        The size above which a file is refused unread.

    Returns
    -------
    str or None
        ``None`` where there is no such file.
    """
    path = folder / name
    if not path.exists() and not path.is_symlink():
        return None
    try:
        if not path.is_file():
            raise Unreadable(Problem(name, 0, "is not a file; a plain text file must stand here"))
        size = path.stat().st_size
        if size > largest_bytes:
            rule = f"size <= {largest_bytes} bytes must hold, but got {size}; split or thin it"
            raise Unreadable(Problem(name, 0, f"the file is too large: {rule}"))
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(Problem(name, 0, f"cannot be read: {error.strerror}")) from error
    return _decode(raw, name)


def _decode(raw: bytes, name: str) -> str:
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise Unreadable(Problem(name, line, "has a NUL byte; this is not a text file"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"byte {raw[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise Unreadable(Problem(name, line, message)) from error


def read_table(
    text: str, name: str, columns: list[str], required: list[str], problems: list[Problem]
) -> list[LinedMap]:
    """Read a CSV text as one mapping a row; empty cells become ``None``.

    Parameters
    ----------
    text : str
        The table, with its header.
    name : str
        The file, for the problems.
    columns, required : list of str
        The columns that may stand in the table, and those that must.
    problems : list of Problem
        Receives what is wrong.

    Returns
    -------
    list of LinedMap
        The rows that have as many cells as the header.
    """
    rows = _records(text, name, problems)
    line, header = next(rows, (1, []))
    header = [cell.strip() for cell in header]
    if not set(header) & set(columns):
        message = f"the first line must be a header: {', '.join(columns)}"
        raise Unreadable(Problem(name, line, message))
    problems.extend(_header_problems(header, line, name, columns, required))
    table = []
    for line, cells in rows:
        if len(cells) != len(header):
            counts = f"the row has {len(cells)} cells, but the header has {len(header)}"
            problems.append(Problem(name, line, f"{counts}; quote a cell that holds a comma"))
            continue
        pairs = zip(header, (cell.strip() or None for cell in cells), strict=True)
        table.append(LinedMap({key: cell for key, cell in pairs if key in columns}, line))
    return table


def _records(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # What follows cannot be told apart any more: an open quote swallows the lines after it.
            problems.append(Problem(name, line, f"malformed CSV: {error}; mend the quotes"))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header_problems(
    header: list[str], line: int, name: str, columns: list[str], required: list[str]
) -> Iterator[Problem]:
    for position, column in enumerate(header):
        if column not in columns:
            message = f'unknown column "{column}"{suggestion(column, columns)}'
            yield Problem(name, line, message)
        elif column in header[:position]:
            yield Problem(name, line, f'the column "{column}" stands twice')
    for column in required:
        if column not in header:
            yield Problem(name, line, f'the column "{column}" is missing')


def read_yaml(text: str, name: str, problems: list[Problem]) -> LinedMap:
    """Read a YAML text whose top is a mapping.

    Dates stay text, because a case writes them in EDTF. Aliases may repeat a value, but not swell
    the file beyond ``MOST_VALUES`` values.
    """
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = str(error.problem or error.context or "it cannot be parsed")
        line = mark.line + 1 if mark else 0
        raise Unreadable(Problem(name, line, f"malformed YAML: {what}")) from error
    except (YAMLError, RecursionError, ValueError) as error:
        what = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise Unreadable(Problem(name, 0, f"malformed YAML: {what}")) from error
    if node is None:
        return LinedMap({}, 1)
    if not isinstance(node, MappingNode):
        message = "the file must be a mapping of `key: value` lines"
        raise Unreadable(Problem(name, _line(node), message))
    _refuse_swelling(node, name)
    value = _convert(node, name, problems)
    assert isinstance(value, LinedMap)
    return value


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _refuse_swelling(top: Node, name: str) -> None:
    """Count the values that the text stands for, each shared part once, before any is made."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: Node, depth: int) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        if id(node) in open_nodes:
            raise Unreadable(Problem(name, _line(node), "an alias stands inside its own anchor"))
        if depth > DEEPEST:
            raise Unreadable(Problem(name, _line(node), f"nested deeper than {DEEPEST} levels"))
        open_nodes.add(id(node))
        total = 1 + sum(size(child, depth + 1) for child in _children(node))
        open_nodes.discard(id(node))
        sizes[id(node)] = total
        if total > MOST_VALUES:
            rule = f"at most {MOST_VALUES:,} values must hold, aliases written out"
            message = f"the file stands for too many values: {rule}; write fewer aliases"
            raise Unreadable(Problem(name, _line(node), message))
        return total

    size(top, 0)


def _convert(node: Node, name: str, problems: list[Problem]) -> Any:
    if isinstance(node, ScalarNode):
        return _scalar(node, name, problems)
    if isinstance(node, SequenceNode):
        items = [_convert(child, name, problems) for child in node.value]
        return LinedList(items, _line(node), [_line(child) for child in node.value])
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if key is None:
            problems.append(Problem(name, _line(key_node), "a key must be a single word or text"))
        elif key == "<<":
            message = "merge keys (<<) are not read; write the values out"
            problems.append(Problem(name, _line(key_node), message))
        elif key in values:
            message = f'the key "{key}" stands twice; it is first on line {lines[key]}'
            problems.append(Problem(name, _line(key_node), message))
        else:
            value = _convert(value_node, name, problems)
            if isinstance(value, LinedMap):
                # An entry stands where its name stands, also when its keys begin a line below.
                value.line = _line(key_node)
            values[key] = value
            lines[key] = _line(key_node)
    return LinedMap(values, _line(node), lines)


def _scalar(node: ScalarNode, name: str, problems: list[Problem]) -> Any:
    text, tag = str(node.value), str(node.tag)
    if tag == f"{_TAG}null":
        return None
    if tag == f"{_TAG}bool":
        return text.lower() == "true"
    try:
        if tag == f"{_TAG}int":
            prefixed = text.lstrip("+-")[:2] in ("0x", "0o", "0b")
            return int(text.replace("_", ""), 0 if prefixed else 10)
        if tag == f"{_TAG}float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    if tag not in _TEXTS:
        problems.append(Problem(name, _line(node), f"the tag {tag} is not read; remove it"))
    return text
