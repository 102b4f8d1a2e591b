"""The rules of a case that join one file to another."""

from __future__ import annotations

from marchland.case.casefiles import PLACES_FILE, CaseFiles
from marchland.case.checking_evidence import check_evidence
from marchland.case.checking_forecasts import check_forecasts
from marchland.case.checking_model import check_model
from marchland.case.names import Names
from marchland.errors import Problem
from marchland.vocabulary import VOCABULARY, Vocabulary


def check_case(files: CaseFiles, vocabulary: Vocabulary | None = None) -> list[Problem]:
    """Check a case against itself and against what the model knows.

    Parameters
    ----------
    files : CaseFiles
        The case.
    vocabulary : Vocabulary, optional
        What the model knows; the program's own where none is given.

    Returns
    -------
    list of Problem
        Sorted by file and line; empty where nothing has to be mended.
    """
    names = Names(files, vocabulary or VOCABULARY)
    _check_places(names)
    check_evidence(names)
    check_forecasts(names)
    check_model(names)
    return sorted(set(names.problems))


def _check_places(names: Names) -> None:
    """Every whole is known, and no place is part of itself."""
    places = names.files.places
    for place in places.values():
        for whole in place.part_of or []:
            names.known(PLACES_FILE, place.line, "place", whole, places, PLACES_FILE)
        seen: set[str] = set()
        above = list(place.part_of or [])
        while above:
            whole = above.pop()
            if whole == place.id:
                message = f'"{place.id}" is part of itself through part_of'
                names.report(PLACES_FILE, place.line, message)
                break
            if whole not in seen and whole in places:
                seen.add(whole)
                above.extend(places[whole].part_of or [])
