"""A case as a model that runs: parameters in, figures and series out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from marchland.case import CaseFiles, Change
from marchland.case.vintage import known_in
from marchland.engine.ensemble import run_members
from marchland.engine.types import Records
from marchland.errors import MarchlandError
from marchland.grid import Known
from marchland.inputs import Inputs, build_inputs, reference_quarter, stacked
from marchland.projection import Projection, Supplied
from marchland.readings import Atlas, Reading, pack
from marchland.vocabulary import PARAMETERS
from marchland.world import DEFAULT_DEPARTURES, build_axis, build_index, build_world

Floats = NDArray[np.float64]
SCALARS = tuple(PARAMETERS)
RECORD = np.dtype([(name, np.float64) for name in SCALARS])
NEUTRAL = np.array([PARAMETERS[name].neutral for name in SCALARS])


@dataclass(frozen=True)
class Setting:
    """Under which explanation and scenario a model runs.

    Parameters
    ----------
    name : str
        Name of the scenario, `baseline` for none.
    off : tuple of str
        Switches at 0: the effect of their terms is exactly nothing.
    fixed : dict of str to float
        Parameters held at a value.
    changes : tuple
        Changes of drivers and rules.
    """

    name: str = "baseline"
    off: tuple[str, ...] = ()
    fixed: tuple[tuple[str, float], ...] = ()
    changes: tuple[Change, ...] = ()


BASELINE = Setting()


class Model:
    """The executable model of a case.

    Parameters
    ----------
    files : CaseFiles
        A case that has been checked. The model sees what of it was known by `as_of`, and no more.
    until : int, optional
        Last year, after the vintage: what comes from outside is then continued by stated rules.
    courses : int
        Courses of the outside world that members are dealt to in turn; 0 for the central one.
        What comes before the projection is the same in all.
    seed : int
        Seed of the courses.
    supplied : Supplied, optional
        Drivers after the vintage that are taken as known; the projection depends on them.

    Examples
    --------
    >>> from marchland.case import find_case, load
    >>> model = Model(load(find_case("northeast-asia")))
    >>> model.axis.label(model.axis.quarters - 1)
    '2003Q4'
    """

    def __init__(
        self,
        files: CaseFiles,
        *,
        until: int | None = None,
        courses: int = 0,
        seed: int = 1,
        supplied: Supplied | None = None,
    ) -> None:
        # Cut here, so that no one who builds or fits a model can let in what came later.
        self.files = files = known_in(files)
        self.axis = build_axis(files, until)
        self.index = build_index(files)
        self.world = build_world(files, self.index, self.axis)
        self.atlas = Atlas(files, self.index, self.world, self.axis)
        self.base = reference_quarter(files, self.axis)
        self.projection = Projection(
            files, self.axis, courses=courses, seed=seed, supplied=supplied
        )
        self._known: Known = {}
        self._inputs: dict[tuple[tuple[str, ...], tuple[str, ...]], Inputs] = {}
        self._centre_employment()

    def _centre_employment(self) -> None:
        """Centre expected employment on the reference: destination less origin (E1)."""
        corridor = self.world.corridor
        employed = np.log1p(-self.inputs(BASELINE).region.unemployment[self.base])
        corridor.reference_employment[:] = (
            employed[corridor.destination] - employed[corridor.origin]
        )

    def inputs(self, setting: Setting) -> Inputs:
        """Drivers, rules and acts under a setting; of the first course of a projection."""
        return Inputs(*(cast(Records, table[0]) for table in self.courses(setting)))

    def courses(self, setting: Setting) -> Inputs:
        """The same for every course, (courses, quarters, ...) each; built once."""
        acts = tuple(sorted(name for name in setting.off if name.startswith("act_")))
        # By what changes and not by name: an edited scenario keeps its name.
        key = (tuple(map(repr, setting.changes)), acts)
        if key not in self._inputs:
            adjoins = (self.world.region.border >= 0).astype(float)
            self._inputs[key] = stacked(
                build_inputs(
                    self.files,
                    self.axis,
                    adjoins=adjoins,
                    changes=list(setting.changes),
                    switches=dict.fromkeys(acts, 0.0),
                    course=course,
                    known=self._known,
                )
                for course in self.projection.courses
            )
        return self._inputs[key]

    def columns(self, names: Sequence[str]) -> tuple[list[int], list[int]]:
        """Positions of parameters among the scalars and among the case's own, -1 where not."""
        scalar = {name: n for n, name in enumerate(SCALARS)}
        own = {name: n for n, name in enumerate(self.index.own)}
        return [scalar.get(name, -1) for name in names], [own.get(name, -1) for name in names]

    def arrange(
        self, names: Sequence[str], values: Floats, setting: Setting
    ) -> tuple[NDArray[np.void], Floats]:
        """Parameters as the compiled part wants them.

        Parameters
        ----------
        names : sequence of str
            Names of the columns of `values`.
        values : (members, names) array
            Values in the units of the case's model.yaml.
        setting : Setting
            Switches and held parameters are applied here, so one program serves all.
        """
        members = values.shape[0]
        scalars = np.repeat(NEUTRAL[None, :], members, axis=0)
        own = np.zeros((members, len(self.index.own)))
        held = dict(setting.fixed) | dict.fromkeys(setting.off, 0.0)
        for n, (scalar, mine) in enumerate(zip(*self.columns(names), strict=True)):
            if scalar >= 0:
                scalars[:, scalar] = values[:, n]
            elif mine >= 0:
                own[:, mine] = values[:, n]
        for name, value in held.items():
            if name in PARAMETERS:
                scalars[:, SCALARS.index(name)] = value
        record = np.ascontiguousarray(scalars).view(RECORD)[:, 0].view(np.recarray)
        return record, own

    def run(
        self,
        names: Sequence[str],
        values: Floats,
        readings: Sequence[Reading] = (),
        lines: Sequence[Reading] = (),
        *,
        setting: Setting = BASELINE,
        stochastic: bool = False,
        seed: int = 1,
        first: int = 0,
        workers: int = 1,
        strict: bool = True,
    ) -> tuple[Floats, Floats]:
        """Simulate members and read figures and series from them.

        Parameters
        ----------
        names, values
            Parameters, as in `arrange`.
        readings, lines : sequences of Reading
            Figures to read, and measures to read in every quarter.
        setting : Setting
            Explanation and scenario.
        stochastic : bool
            Draw people as counts; otherwise the mean model.
        seed, first : int
            Seed of the run and number of the first member: the keys of the draws.
        workers : int
            Threads; the result does not depend on it.
        strict : bool
            Stop at a value that is not finite; otherwise the member's figures are NaN, as a
            sampler wants it whose proposals reach far out.

        Returns
        -------
        figures : (members, readings) array
        series : (members, lines, quarters) array
            NaN where a measure has no value.

        Raises
        ------
        MarchlandError
            Where a value is not finite, with the mechanism, the quarter and the parameters.
        """
        record, own = self.arrange(names, values, setting)
        numba.set_num_threads(min(max(workers, 1), numba.config.NUMBA_NUM_THREADS))
        # Never one vector alone: NumPy would call it contiguous, and another program be compiled.
        vectors, spaces = self.atlas.layout.workspace(max(workers, 2))

        def members(a: int, b: int, figures: Sequence[Reading], series: Sequence[Reading]) -> Any:
            return run_members(
                vectors,
                spaces,
                self.atlas.layout.counts,
                self.world,
                self.courses(setting),
                record[a:b],
                own[a:b],
                int(stochastic),
                seed,
                first + a,
                self.base,
                pack(figures),
                self.atlas.answers,
                pack(series),
            )

        figures, series, broken = members(0, len(record), readings, lines)
        if strict and (broken >= 0).any():
            member = int(np.argmax(broken >= 0))
            members(member, member + 1, (), ())  # leaves its state as it broke in the last vector
            used = dict(zip(names, values[member], strict=True)) | dict(setting.fixed)
            used |= dict.fromkeys(setting.off, 0.0)
            self._explain_break(int(broken[member]), vectors[-1], used)
        return figures, series

    def _explain_break(self, where: int, state: Floats, parameters: dict[str, float]) -> None:
        quarter = where // self.atlas.layout.length
        block = self.atlas.layout.first_written(state)
        what = "is not finite"
        if block is None:
            block = self.atlas.layout.block(int(np.argmax(np.abs(state))))
            what = "grows beyond all measure"
        values = ", ".join(f"{name}={value:.6g}" for name, value in parameters.items())
        raise MarchlandError(
            f"{block.mechanism}: {block.name} ({block.unit}) {what} in "
            f"{self.axis.label(quarter)}; check the priors of the parameters it reads. "
            f"Parameters: {values}"
        )

    def prior_names(self) -> list[str]:
        """Parameters of the case that the model reads, in the order of model.yaml."""
        names = list(self.files.parameters)
        if DEFAULT_DEPARTURES in self.index.own and DEFAULT_DEPARTURES not in names:
            names.append(DEFAULT_DEPARTURES)
        return names
