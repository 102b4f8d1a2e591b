"""Ensembles of a calibrated model, before and after the evidence, read under any setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marchland.case import Quantity, Scenario, SwitchChange
from marchland.inference.calibrate import Posterior
from marchland.model import BASELINE, Model, Setting
from marchland.readings import Reading

Floats = NDArray[np.float64]


@dataclass
class Ensembles:
    """Draws of the posterior and of the prior, ready to be read under any setting.

    Parameters
    ----------
    model, posterior
        The calibrated model.
    members, seed, workers, stochastic
        As in `Model.run`.
    """

    model: Model
    posterior: Posterior
    members: int
    seed: int
    workers: int
    stochastic: bool = True

    def read(self, readings: list[Reading], setting: Setting = BASELINE) -> Floats:
        """Figures under a setting, (members, readings), with the members' own luck."""
        return self._read(self.posterior.pick(self.members), readings, setting)

    def read_prior(self, readings: list[Reading], setting: Setting = BASELINE) -> Floats:
        """The same before the evidence."""
        return self._read(self.posterior.pick_prior(self.members), readings, setting)

    def _read(self, values: Floats, readings: list[Reading], setting: Setting) -> Floats:
        figures, _ = self.model.run(
            self.posterior.names,
            values,
            readings,
            setting=setting,
            stochastic=self.stochastic,
            seed=self.seed,
            workers=self.workers,
        )
        return figures

    def draws(
        self, outcomes: Sequence[Quantity], setting: Setting = BASELINE, *, prior: bool = False
    ) -> Floats:
        """Projected draws of figures, (members, outcomes).

        Parameters
        ----------
        outcomes : sequence of Quantity
            Measure, statistic, place, group, counterpart and period of each, as in a record of
            the evidence; within the model's axis, so build it with `until`.
        setting : Setting
            Scenario.
        prior : bool
            Draws from before the evidence.

        Returns
        -------
        (members, outcomes) array
            NaN where nothing in the model computes a figure, or its period lies outside the axis.

        Notes
        -----
        They are what the model says, without the error of observation. Members are dealt to the
        courses of the projection in turn: fewer members than courses see only some of them.

        Examples
        --------
        With `posterior` from `calibrate` and `outcomes` of any later time:

        >>> from marchland.case import find_case, load
        >>> ahead = Model(load(find_case("northeast-asia")), until=2010, courses=8)
        >>> ahead.projection.begins
        '2004Q1'

        Then `Ensembles(ahead, posterior, 500, seed=1, workers=2).draws(outcomes)`.
        """
        readings = [self.model.atlas.read(one) for one in outcomes]
        result = np.full((self.members, len(readings)), np.nan)
        known = [n for n, reading in enumerate(readings) if reading is not None]
        wanted = [reading for reading in readings if reading is not None]
        if wanted:
            read = self.read_prior if prior else self.read
            result[:, known] = read(wanted, setting)
        return result

    def scenario(self, name: str) -> Setting:
        """Setting of a scenario of the case."""
        return setting_of(self.model.files.scenarios[name])


def setting_of(scenario: Scenario) -> Setting:
    """Setting of a scenario: its switches are off, its drivers and rules changed."""
    off = tuple(c.switch for c in scenario.changes if isinstance(c, SwitchChange))
    changes = tuple(c for c in scenario.changes if not isinstance(c, SwitchChange))
    return Setting(name=scenario.name, off=off, changes=changes)
