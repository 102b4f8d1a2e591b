"""What the checks of the sampler share: simulated cases, processes, and results that are kept.

Results are written after every replication, so that a check that was killed goes on from there.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from marchland.case import find_case, load
from marchland.case.settings import Parameter, Prior
from marchland.inference.calibrate import joint_prior
from marchland.inference.priors import JointPrior
from marchland.inference.scored import Evidence, gather
from marchland.inference.simulate import simulate_evidence
from marchland.inference.told import told
from marchland.model import BASELINE, Model, Setting

CASE = "northeast-asia"
ATTEMPTS = 200
Row = dict[str, object]


def flagship() -> tuple[Model, Evidence]:
    """The bundled case and its evidence."""
    model = Model(load(find_case(CASE)))
    return model, gather(model)


def most_told(model: Model, evidence: Evidence, number: int) -> list[str]:
    """Parameters that all the evidence is expected to tell most of, before any fit."""
    table = told(model, evidence).together
    own = table[~table["parameter"].isin(list(evidence.biases))]
    return [str(name) for name in own.nlargest(number, "expected")["parameter"]]


def reduced(model: Model, evidence: Evidence, free: Sequence[str]) -> tuple[Model, Evidence]:
    """The same case with all other parameters at their prior medians, and no bias of sources."""
    prior = joint_prior(model)
    medians = dict(zip(prior.names, prior.values(np.zeros((1, prior.dimension)))[0], strict=True))
    unknown = sorted(set(free) - set(prior.free_names))
    if unknown:
        raise SystemExit(f"not free in {CASE}: {', '.join(unknown)}")
    parameters = {
        name: known if name in free else _held(known, medians[name])
        for name, known in model.files.parameters.items()
    }
    items = [replace(item, bias="") for item in evidence.items]
    files = replace(model.files, parameters=parameters)
    return Model(files), replace(evidence, items=items, biases={})


def _held(parameter: Parameter, median: float) -> Parameter:
    fixed = Prior(line=0, family="fixed", arguments=(float(median),))
    return parameter.model_copy(update={"prior": fixed})


@dataclass(frozen=True)
class Simulated:
    """Parameters drawn from the prior, and evidence drawn from them.

    Parameters
    ----------
    prior : JointPrior
        Of the setting.
    z : (parameters,) array
        True values, standard normal.
    evidence : Evidence
        To be fitted.
    """

    prior: JointPrior
    z: np.ndarray
    evidence: Evidence


def simulated(
    model: Model,
    evidence: Evidence,
    seeds: Sequence[int],
    *,
    setting: Setting = BASELINE,
    sharper: float = 1.0,
) -> Simulated:
    """Draw until the model holds: where it breaks, parameters are impossible in every fit too."""
    rng = np.random.default_rng(list(seeds))
    prior = prior_of(model, evidence, setting)
    scored = scored_columns(evidence)
    for _ in range(ATTEMPTS):
        z = prior.sample(1, rng)
        values = prior.values(z)
        figures, _ = model.run(
            prior.names, values, evidence.readings, setting=setting, strict=False
        )
        if np.isfinite(figures[0, scored]).all():
            observed = evidence.observed(prior.names, values)
            told_of = {name: float(value[0]) for name, value in observed.items()}
            drawn = simulate_evidence(evidence, figures[0], told_of, rng, sharper=sharper)
            return Simulated(prior, z[0], drawn)
    raise SystemExit(f"the model breaks in {ATTEMPTS} of {ATTEMPTS} draws of the prior")


def prior_of(model: Model, evidence: Evidence, setting: Setting) -> JointPrior:
    """Prior of an explanation: what is off is held at 0, as `calibrate` has it."""
    prior = joint_prior(model, evidence)
    zero = Prior(line=0, family="fixed", arguments=(0.0,))
    return JointPrior(
        [replace(m, prior=zero) if m.name in setting.off else m for m in prior.marginals]
    )


def scored_columns(evidence: Evidence) -> list[int]:
    """Readings that the likelihood uses."""
    columns = [item.column for item in evidence.items]
    columns += [column for survey in evidence.surveys for column in survey.columns]
    return columns + (list(evidence.acts.columns) if evidence.acts is not None else [])


class Results:
    """A table of results on disk, rewritten whole after every replication.

    Parameters
    ----------
    path : Path
        A .csv file; what it already holds is not made again.
    columns : sequence of str
        The first one is the number of the replication.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns = path, list(columns)
        self.rows = read(path) if path.exists() else []
        if self.rows and list(self.rows[0]) != self.columns:
            raise SystemExit(f"{path} has other columns: move it away")

    @property
    def done(self) -> set[int]:
        """Replications that are finished."""
        return {int(str(row[self.columns[0]])) for row in self.rows}

    def add(self, rows: Sequence[Row]) -> None:
        """Keep the rows of one replication."""
        self.rows += [{key: str(row.get(key, "")) for key in self.columns} for row in rows]
        self.rows.sort(key=lambda row: int(str(row[self.columns[0]])))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, self.columns, lineterminator="\n")
            table.writeheader()
            table.writerows(self.rows)
        partial.replace(self.path)


def read(path: Path) -> list[Row]:
    """Rows of a table of results."""
    with path.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def replicate(
    work: Callable[[int], list[Row]],
    begin: Callable[..., None],
    given: tuple[object, ...],
    results: Results,
    replications: int,
    processes: int,
) -> None:
    """Do what is not done yet, a process a core, and keep every result as it comes."""
    left = [n for n in range(replications) if n not in results.done]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, begin, given) as pool:
        asked = {pool.submit(work, n): n for n in left}
        for number, future in enumerate(as_completed(asked), start=1):
            results.add(future.result())
            print(f"{number} of {len(left)}: replication {asked[future]}", flush=True)


def write_block(path: Path, name: str, text: str) -> None:
    """Replace the block of a page that is marked with a name."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    old = path.read_text(encoding="utf-8")
    if start not in old or end not in old:
        raise SystemExit(f"{path} has no block between '{start}' and '{end}'")
    before, after = old.partition(start)[0], old.partition(end)[2]
    path.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


def options(description: str | None, folder: str) -> argparse.ArgumentParser:
    """Options that the checks have in common."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=Path(folder), help="folder of the results")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", type=Path, help="page whose marked block is replaced")
    parser.add_argument("--only-report", action="store_true", help="report what is there")
    return parser
