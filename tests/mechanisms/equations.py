"""A small world with all values different, and how to compare what a mechanism does to it.

Functions named `check_*` in the tests of this folder take a random generator, build a small
world, let a mechanism act on it, and compare every value of the state with the equation,
written anew in NumPy. They run with the compiler off, in one process, several seeds each
(see conftest.py); `tools/mutants.py` runs them against changed mechanisms.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"

import numpy as np

from marchland.engine.draws import Luck
from marchland.engine.state import BLOCKS, Layout, State
from marchland.inputs import as_records
from marchland.vocabulary import PARAMETERS
from marchland.world import (
    BORDER,
    CORRIDOR,
    CROSSERS,
    PAIR,
    POOL,
    REGION,
    SOJOURNERS,
    VISITORS,
    World,
    records,
)

SEEDS = (1, 2, 3)
FOLDER = Path(__file__).resolve().parent
RECORD = np.dtype([(name, np.float64) for name in PARAMETERS])
MEAN = Luck(0, 1, 0)
FIELDS = {
    "corridor": "income_gap hunger discrimination labour_demand opportunity disaster labour_need",
    "region": "natural_increase unemployment layoffs living_cost neglect deprivation dispute"
    " adjoins exposure regional_supplies",
    "border": "closure visa restrictiveness visa_years",
    "pair": "output_first output_second devaluation ban quality supplies conflict arms_need"
    " arms_resources arms_embargo power_change act_of_first act_of_second"
    " chance_of_first chance_of_second",
    "state": "acts reward succession",
}
Inputs = NamedTuple("Inputs", [(name, Any) for name in FIELDS])
SIZES = {
    "pool": 3,
    "corridor": 9,
    "community": 7,
    "region": 6,
    "border": 3,
    "pair": 3,
    "state": 3,
}
QUARTERS = 2


class Small(NamedTuple):
    """A world of a few corridors: the vector of its state and the same as records."""

    vector: np.ndarray
    state: State
    world: World
    inputs: Any
    p: Any
    own: np.ndarray
    q: int

    def copy(self) -> Small:
        """The same world, its state and inputs free to change."""
        vector, state = blank()
        vector[:] = self.vector
        inputs = Inputs(*(table.copy() for table in self.inputs))
        parameters = np.array([self.p], RECORD).view(np.recarray)
        return self._replace(vector=vector, state=state, inputs=inputs, p=parameters[0])

    def expect(self, before: Small, **changes: dict[str, Any]) -> None:
        """Every field named has the values given, and every other is as it was, to the bit."""
        for dimension, table in self.state._asdict().items():
            wanted = changes.get(dimension, {})
            for name in table.dtype.names:
                if name in wanted:
                    agree(table[name], wanted[name], f"{dimension}.{name}")
                else:
                    was = getattr(before.state, dimension)[name]
                    assert np.array_equal(table[name], was), f"{dimension}.{name} is not its own"


def agree(actual: Any, wanted: Any, what: str = "value") -> None:
    """Equal but for rounding."""
    np.testing.assert_allclose(actual, wanted, rtol=1e-9, atol=1e-12, err_msg=what)


def blank() -> tuple[np.ndarray, State]:
    """State of one member, all zero."""
    vectors, spaces = Layout(SIZES).workspace(1)
    return vectors[0], State(*(view[0] for view in spaces))


def topology() -> World:
    """Who borders whom: every kind of corridor, places without a border or level of trade.

    Corridor 4 opens later and 8 is over; 3 and 7 lead to one community; border 2 has neither
    pair nor regions; pair 1 no border and no arms; pair 2 no level of trade, and trades in arms
    from the last quarter on.
    """
    kinds = [SOJOURNERS, SOJOURNERS, VISITORS, CROSSERS, SOJOURNERS, SOJOURNERS, VISITORS]
    return World(
        quarters=QUARTERS,
        society_start=0,
        moving=np.ones(QUARTERS, dtype=bool),
        corridor=records(
            CORRIDOR,
            pool=[0, 0, 1, 2, 0, 2, 1, 2, 2],
            origin=[0, 0, 1, 4, 0, 4, 1, 4, 4],
            destination=[1, 3, 0, 5, 2, 2, 4, 5, 3],
            border=[0, 0, 0, 1, 0, 1, 1, 1, 1],
            community=[0, 1, 2, 3, 4, 5, 6, 3, 1],
            kind=[*kinds, SOJOURNERS, CROSSERS],
            first=[0, 0, 0, 1, QUARTERS, 0, 1, 0, 0],
            last=[1, 9, 1, 1, 9, 1, 1, 1, 0],
            departures=[2] * 9,
            distance=[0.21, -0.13, 0.34, 0.55, 0.16, -0.27, 0.48, 0.62, -0.71],
            reference_community=[0.61, 0.52, 0.43, 0.34, 0.25, 0.66, 0.57, 0.48, 0.39],
            reference_employment=[0.11, -0.12, 0.13, -0.14, 0.15, 0.16, -0.17, 0.18, 0.19],
            settled_share=[0.1] * 9,
        ),
        pool=records(POOL, region=[0, 1, 4], people=[1e5, 2e5, 3e5]),
        region=records(
            REGION,
            border=[-1, 0, 0, -1, 1, 1],
            trade=[-1, 1, -1, 0, 3, 4],
            host=[0, 1, 1, 1, 1, 1],
            people=[1e6] * 6,
        ),
        border=records(BORDER, pair=[0, 2, -1], centre=[3, -1, -1]),
        pair=records(
            PAIR,
            first=[0, 0, 1],
            second=[1, 2, 2],
            border=[0, -1, 1],
            trade=[0, 1, -1],
            supplier=[1, -1, 0],
            stage=[3, 0, 1],
            arms_start=[0, 0, QUARTERS - 1],
        ),
    )


def build(rng: np.random.Generator) -> Small:
    """A small world whose state, drivers and parameters are all different."""
    vector, state = blank()
    for block in BLOCKS:
        table = getattr(state, block.dimension)
        scale = 300.0 if block.unit.startswith("persons") else 1.0
        if block.name in ("home", "others", "residents"):
            scale = 1e5
        table[block.name] = scale * rng.uniform(0.1, 0.9, table.shape)
    inputs = Inputs(
        *(
            as_records(
                {f: rng.uniform(0.1, 0.9, (QUARTERS, SIZES[dimension])) for f in names.split()}
            )
            for dimension, names in FIELDS.items()
        )
    )
    inputs.region.natural_increase *= 0.01
    inputs.region.layoffs *= 0.5
    parameters = np.zeros(1, RECORD).view(np.recarray)
    for name in PARAMETERS:
        parameters[name] = rng.uniform(0.1, 0.9)
    own = rng.uniform(0.5, 2.0, 5)
    return Small(vector, state, topology(), inputs, parameters[0], own, QUARTERS - 1)


def softmin(a: Any, b: Any) -> Any:
    """Power mean of order minus four of exponentials: the smooth lesser of two."""
    return -np.log(0.5 * np.exp(-4.0 * np.asarray(a)) + 0.5 * np.exp(-4.0 * np.asarray(b))) / 4.0


def logistic(x: Any) -> Any:
    """Inverse of the log odds."""
    return 1.0 / (1.0 + np.exp(-np.asarray(x)))


def in_use(world: World, q: int) -> np.ndarray:
    """Which corridors are used in a quarter."""
    return (world.corridor.first <= q) & (q <= world.corridor.last)


def sum_by(index: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Sum of values over those with the same index; -1 counts for nothing."""
    return np.array([values[index == n].sum() for n in range(size)])


# Running the checks ---------------------------------------------------------------------

Check = Callable[[np.random.Generator], None]


def families() -> Iterator[str]:
    """Names of the test modules of this folder that hold checks."""
    for path in sorted(FOLDER.glob("test_*.py")):
        if "def check_" in path.read_text(encoding="utf-8"):
            yield path.stem


def checks_of(family: str) -> dict[str, Check]:
    """The checks of a test module, by name."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    module = importlib.import_module(family)
    return {name: value for name, value in vars(module).items() if name.startswith("check_")}


def failure(check: Check) -> str | None:
    """What a check complains about, over all seeds."""
    for seed in SEEDS:
        try:
            check(np.random.default_rng(seed))
        except Exception:
            return f"seed {seed}\n{traceback.format_exc()}"
    return None


def main() -> None:
    """Run every check and print what failed, by module and check, as JSON."""
    found = {
        family: {name: failure(check) for name, check in checks_of(family).items()}
        for family in families()
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
