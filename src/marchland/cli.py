"""The command line: each command a few lines over the facade."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.markup import escape

from marchland.case import new as new_case
from marchland.errors import MarchlandError
from marchland.foreknowledge import identify, sensitivity
from marchland.terminal import bar, err, run_to, show, warn

app = App(
    name="marchland",
    help="Relations across a border, from documents to a tested model.",
    suppress_keyboard_interrupt=False,  # `main` says what was left
)
out = Console()
DEFAULT_CASE = "northeast-asia"
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Port = Annotated[int, Parameter(validator=Number(gte=0, lt=2**16))]
Seed = Annotated[int, Parameter(validator=Number(gte=0, lt=2**32))]
Year = Annotated[int, Parameter(validator=Number(gte=1, lte=9999))]


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
    as_of: Year | None = None,
    until: Year | None = None,
    drivers: Path | None = None,
    fresh: bool = False,
) -> None:
    """Calibrate a case, simulate it, answer its questions and write the run's folder.

    A run that was stopped goes on where it stood when the same command is given again.

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
    as_of
        Year whose knowledge counts: nothing later enters the model; that of case.yaml by default.
    until
        Last year, after the vintage: what comes from outside then goes on by stated rules.
    drivers
        Table of drivers after the vintage, with the columns of drivers.csv; what it gives is taken
        as known, and the projection is labelled conditional.
    fresh
        Begin anew, whatever a run that was stopped left in the folder.
    """
    from marchland.api import Case
    from marchland.case.supplied import load_supplied
    from marchland.run import MEMBERS, QUICK_MEMBERS, Options

    opened = Case.open(case, as_of=as_of)
    wanted = members or (QUICK_MEMBERS if quick else MEMBERS)
    options = Options(
        members=wanted,
        seed=seed,
        workers=_workers(workers),
        quick=quick,
        until=until,
        supplied=load_supplied(drivers, opened.files) if drivers else None,
    )
    result, report = run_to(opened, options, out_dir, sources, fresh=fresh)
    for answer in result.answers:
        out.print(f"\n[bold]{escape(answer.question)}[/bold] ({answer.verdict})")
        out.print(escape(answer.text))
    if result.projection is not None and result.projection.sentence:
        out.print(f"\n{escape(result.projection.sentence)}")
    warn(result)
    seconds = sum(result.seconds.values())
    out.print(f"\n{seconds:.0f} seconds. Report: {escape(str(report))}")


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
        result, _ = run_to(opened, options, out_dir, sources)
        warn(result)
    elif sources is not None or quick:
        err.print(escape(f"{out_dir} holds a finished run, which is shown as it was made."))
    finished = FinishedRun.open(out_dir, opened.files)

    def say(address: str) -> None:
        # Plain, at once and on one line, also where another program reads it.
        print(f"{address}\nCtrl-C ends it.", flush=True)

    start(finished, port=port, workers=_workers(workers), browser=browser, say=say)
    err.print("Stopped.")


@app.command
def scorecard(
    case: str = DEFAULT_CASE,
    /,
    *,
    outcomes: Path,
    out_dir: Annotated[Path, Parameter(name="--out")] = Path("out"),
    as_of: Year | None = None,
    drivers: Path | None = None,
    workers: Count | None = None,
    quick: bool = False,
    sources: Path | None = None,
) -> None:
    """Score the sources' forecasts and the model's projections against later outcomes.

    The draws of a finished run of the case in the folder are projected; otherwise the case is run
    first. The case has no outcomes: they are yours.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    outcomes
        Table of what came later, after the vintage.
    out_dir
        Folder of the run, to which the scorecard is added.
    as_of
        Year whose knowledge counts, the vintage; that of case.yaml by default.
    drivers
        Table of drivers after the vintage that are taken as known; the projection is conditional.
    workers
        Threads; no figure depends on it. All cores by default.
    quick
        Where the case has to be run: fewer particles and members, a first look.
    sources
        Folder with the texts, KEY.txt; the pages then show the passages.
    """
    from marchland.api import Case
    from marchland.case.supplied import load_supplied
    from marchland.report.scorecard import headline
    from marchland.run import MEMBERS, QUICK_MEMBERS, Options
    from marchland.scorecard import read_outcomes
    from marchland.scorecard.fit import finished_draws
    from marchland.scorecard.write import write_scorecard

    opened = Case.open(case, as_of=as_of)
    read_outcomes(outcomes, opened.files)
    supplied = load_supplied(drivers, opened.files) if drivers else None
    members = QUICK_MEMBERS if quick else MEMBERS
    options = Options(members=members, workers=_workers(workers), quick=quick)
    reason = finished_draws(out_dir, opened.files)
    if isinstance(reason, str):
        err.print(escape(f"{reason}, so the case is run first."), soft_wrap=True)
        result, _ = run_to(opened, options, out_dir, sources)
        warn(result)
    with bar() as progress:
        task = progress.add_task("project", total=None)
        card = opened.scorecard(
            outcomes,
            folder=out_dir,
            options=options,
            supplied=supplied,
            say=lambda stage: progress.update(task, description=stage),
        )
    page = write_scorecard(card, out_dir, sources=sources)
    for sentence in headline(card):
        out.print(escape(sentence))
    out.print(f"Scorecard: {escape(str(page))}")


@app.command
def calibrate(
    case: str = DEFAULT_CASE,
    /,
    *,
    folds: int = 0,
    seed: Seed = 1,
    workers: Count | None = None,
    as_of: Year | None = None,
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
    as_of
        Year whose knowledge counts; that of case.yaml by default.
    quick
        Fewer particles.
    """
    from marchland.api import Case
    from marchland.inference.folds import held_out

    opened = Case.open(case, as_of=as_of)
    if folds:
        scores = held_out(
            opened.model(),
            folds=folds,
            seed=seed,
            workers=_workers(workers),
            quick=quick,
            say=lambda line: err.print(escape(line)),
        )
        show(scores.table, "Held-out targets")
        out.print(escape(scores.sentence))
        return
    posterior = opened.calibrate(seed=seed, workers=_workers(workers), quick=quick)
    table = posterior.table(opened.model())
    columns = ["name", "prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95", "contraction"]
    show(table[[*columns, "probability_positive", "informed"]], "Prior beside posterior")
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
    as_of: Year | None = None,
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
    as_of
        Year whose knowledge counts; that of case.yaml by default.
    """
    from marchland.api import Case

    opened = Case.open(case, as_of=as_of)
    known = list(opened.files.explanations.questions)
    if question is not None and question not in known:
        raise MarchlandError(f"unknown question {question!r}; choose from {', '.join(known)}")
    for name in [question] if question else known:
        result = opened.compare(name, seed=seed, workers=_workers(workers))
        show(result.table, opened.files.explanations.questions[name].text)


app.command(identify)
app.command(sensitivity)


@app.command
def mechanisms(case: str = DEFAULT_CASE, /) -> None:
    """List every assertion with its status, equation and switch.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    """
    from marchland.api import Case

    show(Case.open(case).mechanisms(), "Assertions")


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
        err.print("Stopped; nothing half-written was left. A run goes on when started again.")
        sys.exit(130)


if __name__ == "__main__":
    main()
