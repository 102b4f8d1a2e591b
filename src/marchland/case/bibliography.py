"""Sources of a case, from BibTeX."""

from __future__ import annotations

import logging
import re
from typing import Any

import bibtexparser

from marchland.case.schema import Source
from marchland.errors import Problem

# The library also logs what it could not read; the problems below say it once.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())

_KEY = re.compile(r"[^\s,;:{}]+")


def read_bibliography(
    text: str, name: str, problems: list[Problem]
) -> tuple[dict[str, Source], bool]:
    """Read the entries of a bibliography.

    Parameters
    ----------
    text : str
        BibTeX.
    name : str
        The file, for the problems.
    problems : list of Problem
        Receives what is wrong.

    Returns
    -------
    sources : dict of str to Source
        By key.
    whole : bool
        Whether every entry could be read.
    """
    library = bibtexparser.parse_string(text)
    sources: dict[str, Source] = {}
    for entry in library.entries:
        fields = {key.lower(): str(field.value) for key, field in entry.fields_dict.items()}
        sources[entry.key] = Source(
            key=entry.key,
            title=_plain(fields.get("title")),
            author=_plain(fields.get("author") or fields.get("editor")),
            year=_year(fields.get("year") or fields.get("date")),
            entry={"type": str(entry.entry_type), **fields},
            line=_line(entry),
        )
        if not _KEY.fullmatch(entry.key):
            message = f'"{entry.key}" cannot be a key; a key has no spaces, commas or colons'
            problems.append(Problem(name, _line(entry), message))
    for block in library.failed_blocks:
        problems.append(Problem(name, _line(block), _sentence(block)))
    if text.strip() and not library.blocks:
        problems.append(Problem(name, 1, "holds no BibTeX entry such as @book{key, title = {...}}"))
    whole = not library.failed_blocks and all(_KEY.fullmatch(key) for key in sources)
    return sources, whole


def _line(block: Any) -> int:
    return int(block.start_line or 0) + 1


def _sentence(block: Any) -> str:
    kind = type(block).__name__
    if kind == "DuplicateBlockKeyBlock":
        return f'duplicate key "{block.key}"; every source has a key of its own'
    reason = " ".join(str(block.error).split())
    return f"malformed BibTeX: {reason}"


def _plain(value: str | None) -> str | None:
    return re.sub(r"[{}]", "", value) if value else None


def _year(value: str | None) -> int | None:
    found = re.search(r"[0-9]{4}", value or "")
    return int(found.group()) if found else None
