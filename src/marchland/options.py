"""How a run is made, and how long its stages take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from marchland.case.supplied import Supplied
from marchland.inference.calibrate import QUICK_KEEP, QUICK_LESSONS, QUICK_MOVES, QUICK_PARTICLES
from marchland.inference.smc import KEEP, LESSONS, MOVES, PARTICLES

Stage = Callable[[str], None]
MEMBERS = 500
QUICK_MEMBERS = 200


@dataclass(frozen=True)
class Options:
    """How a run is made.

    Parameters
    ----------
    members : int
        Members of the ensembles, posterior draws each with its own luck.
    seed : int
        Seed of everything drawn.
    workers : int
        Threads; no figure depends on it.
    quick : bool
        Fewer particles and members: a first look, not a result to cite.
    until : int, optional
        Last year; by default that of the case's period, or the vintage where it is later.
    supplied : Supplied, optional
        Drivers after the vintage that are taken as known.
    """

    members: int = MEMBERS
    seed: int = 1
    workers: int = 2
    quick: bool = False
    until: int | None = None
    supplied: Supplied | None = None

    @property
    def particles(self) -> int:
        """Survivors of the sampler at each temperature."""
        return QUICK_PARTICLES if self.quick else PARTICLES

    @property
    def moves(self) -> int:
        """Trajectories of each particle at each temperature."""
        return QUICK_MOVES if self.quick else MOVES

    @property
    def keep(self) -> float:
        """Share of particles that stays effective between temperatures."""
        return QUICK_KEEP if self.quick else KEEP

    @property
    def lessons(self) -> int:
        """Batches that the surrogate learns from at each temperature."""
        return QUICK_LESSONS if self.quick else LESSONS


class Clock:
    """Seconds by stage, and word of each stage to the terminal."""

    def __init__(self, say: Stage | None) -> None:
        self.seconds: dict[str, float] = {}
        self._say = say
        self._stage = ""
        self._start = time.perf_counter()

    def stage(self, name: str) -> None:
        """Begin a stage."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = round(now - self._start, 2)
        self._stage, self._start = name, now
        if self._say is not None and name:
            self._say(name)
