"""The facade: a case, and everything one does with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from marchland.case import CaseFiles, find_case, load
from marchland.errors import MarchlandError
from marchland.evidence import EvidenceBase
from marchland.inference.calibrate import Comparison, Posterior, calibrate, compare, joint_prior
from marchland.inference.smc import Progress
from marchland.inputs import coverage_notes
from marchland.model import Model
from marchland.outputs import atomic_write
from marchland.run import Options, RunResult, Stage, run


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
    def open(cls, case: str | Path) -> Case:
        """Open and check a case, by folder or by the name of a bundled one.

        Raises
        ------
        MarchlandError
            With every problem of the case, each with file, line and what to do.
        """
        return cls(load(find_case(case)))

    @property
    def evidence(self) -> EvidenceBase:
        """The evidence base: search, series, contradictions."""
        return EvidenceBase(self.files)

    def model(self) -> Model:
        """The executable model of the case."""
        return Model(self.files)

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
            chains=options.chains,
            sweeps=options.sweeps,
            keep=options.keep,
            seed=seed,
            workers=workers,
            progress=progress,
        )

    def compare(self, question: str, *, seed: int = 1, workers: int = 2) -> Comparison:
        """Weigh the rival explanations of a question."""
        return compare(self.model(), question, seed=seed, workers=workers)

    def run(
        self,
        options: Options | None = None,
        *,
        say: Stage | None = None,
        progress: Progress | None = None,
    ) -> RunResult:
        """Calibrate, simulate and answer the case's questions."""
        return run(self.files, options, say=say, progress=progress)

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
