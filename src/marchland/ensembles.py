"""Ensembles of a calibrated model, before and after the evidence, read under any setting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marchland.case import Scenario, SwitchChange
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

    def scenario(self, name: str) -> Setting:
        """Setting of a scenario of the case."""
        return setting_of(self.model.files.scenarios[name])


def setting_of(scenario: Scenario) -> Setting:
    """Setting of a scenario: its switches are off, its drivers and rules changed."""
    off = tuple(c.switch for c in scenario.changes if isinstance(c, SwitchChange))
    changes = tuple(c for c in scenario.changes if not isinstance(c, SwitchChange))
    return Setting(name=scenario.name, off=off, changes=changes)
