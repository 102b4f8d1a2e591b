"""The nearest valid name, for messages that say what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process, utils

LEAST_LIKENESS = 60.0


def nearest(
    name: str, choices: Iterable[str], least_likeness: float = LEAST_LIKENESS
) -> str | None:
    """Give the choice most like a name, or ``None`` where nothing is like it."""
    found = process.extractOne(
        name,
        sorted(choices),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=least_likeness,
    )
    return str(found[0]) if found else None


def suggestion(name: str, choices: Collection[str], among: str = "") -> str:
    """Give the end of a message about an unknown name.

    Parameters
    ----------
    name : str
        What was written.
    choices : collection of str
        What could have been.
    among : str
        Where the choices are listed, said when nothing is near.
    """
    near = nearest(name, choices)
    if near is not None:
        return f'; did you mean "{near}"?'
    if among:
        return f"; add it to {among} or correct it"
    if choices and len(choices) <= 16:
        return f"; choose from {', '.join(sorted(choices))}"
    return ""
