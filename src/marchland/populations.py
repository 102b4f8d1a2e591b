"""Who is where when a case begins: residents of regions, people of groups at home."""

from __future__ import annotations

import numpy as np

from marchland.case import CaseFiles
from marchland.grid import Axis, Grid, first_day


def start_population(files: CaseFiles, region: str) -> float:
    """Residents of a region when it is first followed: its last population in drivers.csv.

    Where drivers.csv gives none, case.yaml does. The order of rows does not count.
    """
    rows = [row for row in files.drivers if (row.driver, row.place) == ("population", region)]
    if rows:
        return max(rows, key=first_day).value
    return files.config.populations.get(region, 0.0)


def start_people(
    files: CaseFiles, axis: Axis, pools: list[tuple[str, str]]
) -> tuple[list[float], list[float]]:
    """Residents of each region and people of each pool at the start, persons."""
    grid = Grid(files, axis)
    populations = [start_population(files, region) for region in files.config.regions]
    homes = []
    for group, region in pools:
        first = min(
            grid.axis.index(c.start.start) if c.start and c.start.start else 0
            for c in files.config.corridors
            if (c.group, c.origin) == (group, region)
        )
        share = grid.series("group_share", region)
        people = grid.series("population", region)
        there = populations[list(files.config.regions).index(region)]
        if people is not None and not np.isnan(people[max(first, 0)]):
            there = float(people[max(first, 0)])
        homes.append(there if share is None else there * float(share[max(first, 0)]))
    return populations, homes
