"""Names for what compiled functions take: for readers and mypy, since Numba infers its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]  # numbers in a row
Table: TypeAlias = NDArray[np.float64]  # (quarters, state) or (members, columns)
Cube: TypeAlias = NDArray[np.float64]  # (members, lines, quarters)
Positions: TypeAlias = NDArray[np.int64]  # where things stand in a vector
Rows: TypeAlias = Any  # an array of records of indices and numbers: `rows[c]`, `rows.field`
Row: TypeAlias = Any  # one of them
Stacks: TypeAlias = Any  # inputs of several courses, one more axis in front


class Record:
    """One record whose fields are numbers: of the state, the inputs or the parameters."""

    if TYPE_CHECKING:

        def __getattr__(self, field: str) -> float: ...
        def __setattr__(self, field: str, value: float) -> None: ...


class Records:
    """An array of records of numbers: `records[c].field`, or `records.field` as an array."""

    if TYPE_CHECKING:
        shape: tuple[int, ...]

        def __getitem__(self, n: int | tuple[int, int]) -> Record: ...
        def __getattr__(self, field: str) -> NDArray[np.float64]: ...
