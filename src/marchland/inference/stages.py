"""Stages of a run: whoever makes them may keep what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from marchland.inference.smc import Keeper

T = TypeVar("T")


class Stages(Protocol):
    """What makes the stages of a run.

    Parameters
    ----------
    seconds : dict of str to float
        What was spent on each stage before a run was stopped.
    """

    seconds: dict[str, float]

    def stage(self, name: str, make: Callable[[Keeper | None], T]) -> T:
        """What a stage gives.

        Parameters
        ----------
        name : str
            Of the stage; a part of one is named `stage/part`.
        make : function
            Makes it, given a keeper for the state of a sampler.
        """


class Anew:
    """Stages of a run that keeps nothing."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def stage(self, name: str, make: Callable[[Keeper | None], T]) -> T:
        """What a stage gives, made now."""
        return make(None)
