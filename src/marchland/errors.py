"""The one exception for what a user can mend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing in a case that has to be mended.

    Parameters
    ----------
    file : str
        Path relative to the case folder, with forward slashes.
    line : int
        Line of the file, counted from 1; 0 where the whole file is meant.
    message : str
        The rule, the value and, where there is one, the nearest valid choice.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class MarchlandError(Exception):
    """What a user can mend; everything else is a defect and may show a traceback.

    Parameters
    ----------
    message : str
        One sentence that says what is wrong and what to do.
    problems : sequence of Problem
        All the places to mend, where there are several.
    """

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        self.problems = sorted(problems or [])
        super().__init__(message)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        return "\n".join([*lines, super().__str__()])
