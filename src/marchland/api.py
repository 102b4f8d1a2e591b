"""The facade: a case, and everything one does with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from marchland.case import CaseFiles, find_case, load
from marchland.case.vintage import at_vintage
from marchland.errors import MarchlandError
from marchland.evidence import EvidenceBase
from marchland.grid import coverage_notes
from marchland.identified import Identified, of
from marchland.inference.calibrate import Comparison, Posterior, calibrate, compare, joint_prior
from marchland.inference.recovery import DRAWS, recovery
from marchland.inference.smc import Progress
from marchland.inference.stages import Stages
from marchland.inference.told import told
from marchland.model import Model
from marchland.outputs import atomic_write
from marchland.projection import COURSES, Supplied
from marchland.run import Options, RunResult, Stage, run
from marchland.sensitivity import TRAJECTORIES, sensitivity, unfitted_answers

if TYPE_CHECKING:
    from marchland.scorecard import Scorecard


@dataclass
class Case:
    """A folder of evidence, rules and assumptions that runs as a model.

    Parameters
    ----------
    files : CaseFiles
        What the folder says; use `Case.open`.

    Examples
    --------
    >>> case = Case.open("northeast-asia")
    >>> len(case.evidence.quantities)
    269
    """

    files: CaseFiles

    @classmethod
    def open(cls, case: str | Path, *, as_of: int | None = None) -> Case:
        """Open and check a case, by folder or by the name of a bundled one.

        Parameters
        ----------
        case : str or Path
            Folder of a case, or name of a bundled one.
        as_of : int, optional
            Year whose knowledge counts; that of case.yaml by default. Later records stay in the
            evidence base, and no model sees them.

        Raises
        ------
        MarchlandError
            With every problem of the case, each with file, line and what to do; or where the case
            cannot be cut to the year.

        Examples
        --------
        >>> later = Case.open("northeast-asia", as_of=2016)
        >>> len(later.model().files.events) - len(Case.open("northeast-asia").model().files.events)
        10
        """
        return cls(at_vintage(load(find_case(case)), as_of))

    @property
    def evidence(self) -> EvidenceBase:
        """The evidence base: search, series, contradictions."""
        return EvidenceBase(self.files)

    def model(self, *, until: int | None = None, seed: int = 1) -> Model:
        """The executable model of the case.

        Parameters
        ----------
        until : int, optional
            Last year, after the vintage: what comes from outside then goes on by stated rules, in
            64 courses.
        seed : int
            Seed of the courses.
        """
        return Model(self.files, until=until, courses=0 if until is None else COURSES, seed=seed)

    def notes(self) -> list[str]:
        """What a reader should know of a case that has no problems: terms left out, series held."""
        return coverage_notes(self.files)

    def calibrate(
        self,
        *,
        seed: int = 1,
        workers: int = 2,
        quick: bool = False,
        progress: Progress | None = None,
    ) -> Posterior:
        """Fit the parameters to the sources' figures."""
        options = Options(quick=quick)
        return calibrate(
            self.model(),
            particles=options.particles,
            moves=options.moves,
            keep=options.keep,
            lessons=options.lessons,
            seed=seed,
            workers=workers,
            progress=progress,
        )

    def compare(self, question: str, *, seed: int = 1, workers: int = 2) -> Comparison:
        """Refit the rival explanations of a question, and weigh them where that is sound.

        Rivals of which simulated evidence does not bring back the true one get no probability.
        """
        model = self.model()
        found = recovery(model, [question], sharper=False, seed=seed, workers=workers)
        return found.withheld(compare(model, question, seed=seed, workers=workers))

    def identify(self, *, draws: int = DRAWS, seed: int = 1, workers: int = 2) -> Identified:
        """What the evidence can be expected to tell, before anything is fitted.

        Parameters
        ----------
        draws : int
            Simulated cases for each rival explanation; classifiers learn more from more.
        seed : int
            Seed of everything drawn.
        workers : int
            Threads; no figure depends on it.

        Examples
        --------
        >>> import tempfile
        >>> from marchland.case import new
        >>> Case.open(new(Path(tempfile.mkdtemp()) / "valley")).identify().sentence[:38]
        'Before any fit: simulated evidence tel'
        """
        model = self.model()
        found = of(told(model, seed=seed, workers=workers))
        found.recovery = recovery(model, draws=draws, seed=seed, workers=workers)
        return found

    def sensitivity(
        self, *, trajectories: int = TRAJECTORIES, seed: int = 1, workers: int = 2
    ) -> pd.DataFrame:
        """Which parameters could move the answers: Morris screening over the priors."""
        model = self.model()
        return sensitivity(
            model,
            unfitted_answers(model, seed=seed, workers=workers),
            trajectories=trajectories,
            seed=seed,
            workers=workers,
        )

    def run(
        self,
        options: Options | None = None,
        *,
        say: Stage | None = None,
        progress: Progress | None = None,
        stages: Stages | None = None,
        tell: Stage | None = None,
    ) -> RunResult:
        """Calibrate, simulate and answer the case's questions; see `marchland.run.run`."""
        return run(self.files, options, say=say, progress=progress, stages=stages, tell=tell)

    def report(
        self,
        path: str | Path = "report.html",
        options: Options | None = None,
        *,
        result: RunResult | None = None,
        sources: str | Path | None = None,
        say: Stage | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write the report of a run as one HTML file that works offline, and nothing else.

        Parameters
        ----------
        path : str or Path
            The file; it appears whole or not at all. A folder that does not exist is made.
        options : Options, optional
            How to run the case; as `marchland run` does where it is not given.
        result : RunResult, optional
            A run of this case, from `Case.run`; then nothing is run again.
        sources : str or Path, optional
            Folder with the texts as ``KEY.txt``; the report then shows the passages.
        say, progress : functions, optional
            Told of every stage and of the sampler's temperature.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        MarchlandError
            Where the path is a folder, or `result` is of another case or comes with `options`.

        Examples
        --------
        >>> import tempfile
        >>> from marchland.case import new
        >>> folder = Path(tempfile.mkdtemp())
        >>> case = Case.open(new(folder / "valley"))
        >>> case.report(folder / "valley.html", Options(members=20, quick=True)).name
        'valley.html'
        """
        from marchland.report import render  # templates and scripts, which only a report needs

        target = Path(path)
        if target.is_dir():
            raise MarchlandError(f"{target} is a folder; name a file, such as report.html.")
        if result is not None and options is not None:
            raise MarchlandError("give options for a new run or the result of one, not both.")
        if result is not None and result.files.digest != self.files.digest:
            raise MarchlandError("the result is of another case, or the case has changed since.")
        made = result or self.run(options, say=say, progress=progress)
        return atomic_write(target, render(made, sources=Path(sources) if sources else None))

    def scorecard(
        self,
        outcomes: str | Path,
        *,
        folder: str | Path | None = None,
        result: RunResult | None = None,
        options: Options | None = None,
        supplied: Supplied | None = None,
        say: Stage | None = None,
        progress: Progress | None = None,
    ) -> Scorecard:
        """Score the sources' forecasts and the model's projections against later outcomes.

        Parameters
        ----------
        outcomes : str or Path
            CSV file of what came later; docs/scorecard.md has its columns. The case has none.
        folder : str or Path, optional
            Folder of a finished run of this case and vintage, whose draws are projected.
        result : RunResult, optional
            A run of this case, from `Case.run`; where neither is given, the case is run.
        options : Options, optional
            How to run the case where it is run, and how many workers project.
        supplied : Supplied, optional
            Drivers after the vintage that are taken as known; the projection is then conditional.
        say, progress : functions, optional
            Told of every stage and of the sampler's temperature.

        Returns
        -------
        Scorecard
            `marchland.scorecard.write.write_scorecard` writes its page and tables.

        Raises
        ------
        MarchlandError
            With every problem of the outcomes; or where the run is of another case or vintage.
        """
        from marchland.scorecard import make_scorecard, read_outcomes
        from marchland.scorecard.fit import draws_of, finished_draws

        read_outcomes(Path(outcomes), self.files)  # what is wrong is said before anything is run
        if result is not None and (
            result.files.digest != self.files.digest
            or result.files.config.as_of != self.files.config.as_of
        ):
            raise MarchlandError("the result is of another case or vintage, or the case changed.")
        if result is None and folder is not None:
            draws = finished_draws(Path(folder), self.files)
            if isinstance(draws, str):
                raise MarchlandError(f"{draws}; run the case again.")
        else:
            draws = draws_of(result or self.run(options, say=say, progress=progress))
        workers = (options or Options()).workers
        return make_scorecard(
            self.files, outcomes, draws, supplied=supplied, workers=workers, say=say
        )

    def mechanisms(self) -> pd.DataFrame:
        """Every assertion with its status, equation and switch."""
        priors = {m.name: m.prior.family for m in joint_prior(self.model()).marginals}
        rows = [
            {
                "id": a.id,
                "status": a.status,
                "cause": a.cause,
                "effect": a.effect,
                "expected_sign": a.sign,
                "equation": a.equation,
                "switch": a.switch,
                "prior": ";".join(priors.get(n, "") for n in (a.switch or "").split(";")) or None,
            }
            for a in self.files.assertions
        ]
        columns = [
            "id",
            "status",
            "cause",
            "effect",
            "expected_sign",
            "equation",
            "switch",
            "prior",
        ]
        return pd.DataFrame(rows, columns=columns)
