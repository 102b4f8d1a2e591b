"""The command line: each command a few lines over the facade."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from marchland.case import new as new_case
from marchland.errors import MarchlandError

if TYPE_CHECKING:
    from marchland.api import Case
    from marchland.run import Options, RunResult

app = App(
    name="marchland",
    help="Relations across a border, from documents to a tested model.",
    suppress_keyboard_interrupt=False,  # `main` says what was left
)
out = Console()
err = Console(stderr=True)
DEFAULT_CASE = "northeast-asia"
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Port = Annotated[int, Parameter(validator=Number(gte=0, lt=2**16))]
Seed = Annotated[int, Parameter(validator=Number(gte=0, lt=2**32))]


def _workers(workers: int | None) -> int:
    return workers if workers is not None else max(os.cpu_count() or 1, 1)


@app.command
def check(case: str = DEFAULT_CASE, /) -> None:
    """Report every problem of a case at once, with file, line and what to do.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    """
    from marchland.api import Case

    opened = Case.open(case)
    files = opened.files
    out.print(
        f"{escape(str(files.path))}: no problems; {len(files.quantities)} figures, "
        f"{len(files.events)} events, {len(files.assertions)} assertions, "
        f"{len(files.parameters)} parameters."
    )
    found = opened.evidence.found
    if found:
        out.print(f"{len(found)} contradictions in the evidence, kept side by side:")
    for contradiction in found:
        out.print(f"  {', '.join(contradiction.records)}: {escape(contradiction.statement)}")
    for note in opened.notes():
        out.print(f"  note: {escape(note)}")


@app.command
def new(directory: Path, /) -> None:
    """Write a ten-line case that runs at once.

    Parameters
    ----------
    directory
        Folder to make; it must not exist or be empty.
    """
    made = new_case(directory)
    out.print(f"A new case stands in {escape(str(made))}. Next: marchland run {escape(str(made))}")


@app.command
def run(
    case: str = DEFAULT_CASE,
    /,
    *,
    out_dir: Annotated[Path, Parameter(name="--out")] = Path("out"),
    members: Count | None = None,
    seed: Seed = 1,
    workers: Count | None = None,
    quick: bool = False,
    sources: Path | None = None,
) -> None:
    """Calibrate a case, simulate it, answer its questions and write the run's folder.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    out_dir
        Folder for the report and the tables.
    members
        Members of the ensembles.
    seed
        Seed of everything drawn; the same seed gives the same tables.
    workers
        Threads; no figure depends on it. All cores by default.
    quick
        Fewer particles and members: a first look.
    sources
        Folder with the texts, KEY.txt; the report then shows the passages.
    """
    from marchland.api import Case
    from marchland.run import MEMBERS, QUICK_MEMBERS, Options

    opened = Case.open(case)
    wanted = members or (QUICK_MEMBERS if quick else MEMBERS)
    options = Options(members=wanted, seed=seed, workers=_workers(workers), quick=quick)
    result, report = _run_to(opened, options, out_dir, sources)
    for answer in result.answers:
        out.print(f"\n[bold]{escape(answer.question)}[/bold] ({answer.verdict})")
        out.print(escape(answer.text))
    _warn(result)
    seconds = sum(result.seconds.values())
    out.print(f"\n{seconds:.0f} seconds. Report: {escape(str(report))}")


def _run_to(
    case: Case, options: Options, folder: Path, sources: Path | None
) -> tuple[RunResult, Path]:
    """Run a case into a folder, with the progress on the terminal."""
    from marchland.write import write_run

    with _bar() as progress:
        task = progress.add_task("reading the case", total=1.0)

        def say(stage: str) -> None:
            progress.update(task, description=stage, completed=0.0)

        def temperature(beta: float, acceptance: float, steps: int) -> None:
            progress.update(task, completed=max(beta, 1e-3) ** 0.3)

        result = case.run(options, say=say, progress=temperature)
        progress.update(task, description="write", completed=1.0)
        return result, write_run(result, folder, sources=sources)


def _warn(result: RunResult) -> None:
    """Say that a fit failed its own checks."""
    failed = result.fit["failed"]
    if failed:
        err.print(f"\n[bold red]The fit must not be trusted:[/bold red] {escape(str(failed))}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description:>18}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True)


@app.command
def serve(
    case: str = DEFAULT_CASE,
    /,
    *,
    out_dir: Annotated[Path, Parameter(name="--out")] = Path("out"),
    port: Port = 0,
    sources: Path | None = None,
    workers: Count | None = None,
    quick: bool = False,
    browser: bool = True,
) -> None:
    """Show a run's report on this machine, and rerun scenarios with one value changed.

    A finished run of the case in the folder is shown; otherwise the case is run first. Nothing is
    written outside the folder. Ctrl-C ends it.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    out_dir
        Folder of the run.
    port
        Port on the loopback address; 0 takes a free one.
    sources
        Folder with the texts, KEY.txt; a run that is made now then shows the passages.
    workers
        Threads; no figure depends on it. All cores by default.
    quick
        Where the case has to be run: fewer particles and members, a first look.
    browser
        Open the page in the browser.
    """
    from marchland.api import Case
    from marchland.run import MEMBERS, QUICK_MEMBERS, Options
    from marchland.serving import FinishedRun, why_unfinished
    from marchland.serving import serve as start

    opened = Case.open(case)
    reason = why_unfinished(out_dir, opened.files)
    if reason:
        err.print(escape(f"{reason}, so the case is run first."), soft_wrap=True)
        members = QUICK_MEMBERS if quick else MEMBERS
        options = Options(members=members, workers=_workers(workers), quick=quick)
        result, _ = _run_to(opened, options, out_dir, sources)
        _warn(result)
    elif sources is not None or quick:
        err.print(escape(f"{out_dir} holds a finished run, which is shown as it was made."))
    finished = FinishedRun.open(out_dir, opened.files)

    def say(address: str) -> None:
        # Plain, at once and on one line, also where another program reads it.
        print(f"{address}\nCtrl-C ends it.", flush=True)

    start(finished, port=port, workers=_workers(workers), browser=browser, say=say)
    err.print("Stopped.")


@app.command
def calibrate(
    case: str = DEFAULT_CASE,
    /,
    *,
    folds: int = 0,
    seed: Seed = 1,
    workers: Count | None = None,
    quick: bool = False,
) -> None:
    """Fit a case and show prior beside posterior; with --folds, score held-out targets.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    folds
        Number of folds of the targets; 0 for none.
    seed
        Seed of the sampler.
    workers
        Threads.
    quick
        Fewer particles.
    """
    from marchland.api import Case
    from marchland.inference.folds import held_out

    opened = Case.open(case)
    if folds:
        scores = held_out(
            opened.model(),
            folds=folds,
            seed=seed,
            workers=_workers(workers),
            quick=quick,
            say=lambda line: err.print(escape(line)),
        )
        _print(scores.table, "Held-out targets")
        out.print(escape(scores.sentence))
        return
    posterior = opened.calibrate(seed=seed, workers=_workers(workers), quick=quick)
    table = posterior.table(opened.model())
    columns = ["name", "prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95", "contraction"]
    _print(table[[*columns, "probability_positive", "informed"]], "Prior beside posterior")
    drawn = posterior.sample
    out.print(f"log evidence {drawn.log_evidence:.2f} +- {drawn.log_evidence_error:.2f}")
    out.print(escape(drawn.failed) or "The sampler reports no failure.")


@app.command
def compare(
    case: str = DEFAULT_CASE,
    /,
    *,
    question: str | None = None,
    seed: Seed = 1,
    workers: Count | None = None,
) -> None:
    """Refit the rival explanations of a question and weigh them.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    question
        Key of explanations.yaml; all of them by default.
    seed
        Seed of the sampler.
    workers
        Threads.
    """
    from marchland.api import Case

    opened = Case.open(case)
    known = list(opened.files.explanations.questions)
    if question is not None and question not in known:
        raise MarchlandError(f"unknown question {question!r}; choose from {', '.join(known)}")
    for name in [question] if question else known:
        result = opened.compare(name, seed=seed, workers=_workers(workers))
        _print(result.table, opened.files.explanations.questions[name].text)


@app.command
def mechanisms(case: str = DEFAULT_CASE, /) -> None:
    """List every assertion with its status, equation and switch.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    """
    from marchland.api import Case

    _print(Case.open(case).mechanisms(), "Assertions")


def _print(table: object, title: str) -> None:
    import pandas as pd

    assert isinstance(table, pd.DataFrame)
    shown = Table(title=title)
    for column in table.columns:
        shown.add_column(str(column))
    for row in table.itertuples(index=False):
        shown.add_row(*(_cell(value) for value in row))
    out.print(shown)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return "" if value is None else escape(str(value))


def _interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: out of compiled code it comes as a SystemError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def main() -> None:
    """Run the command line; what a user can mend ends in a sentence and status 1."""
    try:
        app(result_action="return_value")
    except MarchlandError as problem:
        err.print(escape(str(problem)), highlight=False, soft_wrap=True)
        sys.exit(1)
    except (KeyboardInterrupt, SystemError) as stop:
        if not _interrupted(stop):
            raise
        err.print("Stopped; nothing half-written was left.")
        sys.exit(130)


if __name__ == "__main__":
    main()
