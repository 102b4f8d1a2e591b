"""citation.bib: the sources of a case and the run itself."""

from __future__ import annotations

from pathlib import Path

import bibtexparser
from bibtexparser.model import Entry, Field

from marchland.case import CaseFiles, Source
from marchland.outputs.atomic import atomic_write

_KNOWN_KINDS = """
    article book booklet collection conference inbook incollection inproceedings manual
    mastersthesis misc online phdthesis proceedings report software techreport thesis unpublished
"""
_KINDS = frozenset(_KNOWN_KINDS.split())


def citation_bib(files: CaseFiles, *, version: str, seed: int, members: int | None = None) -> str:
    """Write the sources, by key, and an entry for the run.

    Parameters
    ----------
    files : CaseFiles
        The case.
    version : str
        Version of the program.
    seed : int
        Seed of the run.
    members : int, optional
        Members of the ensemble.

    Returns
    -------
    str
        BibTeX. It has no date of the run, so that the same run gives the same bytes.
    """
    library = bibtexparser.Library()
    for key in sorted(files.sources):
        library.add(_source(key, files.sources[key]))
    library.add(_run(files, version, seed, members))
    return str(bibtexparser.write_string(library))


def _source(key: str, source: Source) -> Entry:
    fields = {name: text for name, text in source.entry.items() if name != "type" and text}
    kind = source.entry.get("type", "misc")
    if kind not in _KINDS:
        # A report may have a field 'type', which then stands where the entry's kind stood.
        fields["type"], kind = kind, "misc"
    fields = fields or {"title": source.title or key}
    return Entry(kind, key, [Field(name, text) for name, text in fields.items()])


def _run(files: CaseFiles, version: str, seed: int, members: int | None) -> Entry:
    size = f", {members} members" if members is not None else ""
    fields = {
        "title": f"Marchland: {files.config.title}",
        "author": "{The Marchland authors}",
        "version": version,
        "note": f"Computed with marchland {version}, case {files.path.resolve().name}, "
        f"evidence as of {files.config.as_of}, seed {seed}{size}",
    }
    key = f"marchland_{files.path.resolve().name}".replace(" ", "_")
    return Entry("software", key, [Field(name, text) for name, text in fields.items()])


def write_citation(
    path: Path | str, files: CaseFiles, *, version: str, seed: int, members: int | None = None
) -> Path:
    """Write citation.bib, whole or not at all."""
    text = citation_bib(files, version=version, seed=seed, members=members)
    return atomic_write(path, text)
