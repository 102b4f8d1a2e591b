"""A run as the terminal shows it: what is known early, how far it is, and what went wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from marchland.api import Case
    from marchland.run import Options, RunResult

out = Console()
err = Console(stderr=True)


def run_to(
    case: Case, options: Options, folder: Path, sources: Path | None, *, fresh: bool = False
) -> tuple[RunResult, Path]:
    """Run a case into a folder, with the progress on the terminal; go on where it was stopped.

    Parameters
    ----------
    case : Case
        What is run.
    options : Options
        How.
    folder : Path
        Where the run is written.
    sources : Path, optional
        Folder with the texts.
    fresh : bool
        Begin anew, whatever a run that was stopped left in the folder.

    Returns
    -------
    tuple of RunResult and Path
        What was found, and the report.
    """
    from marchland.unfinished import Unfinished, key_of
    from marchland.write import write_run

    with bar() as progress:

        def tell(sentence: str) -> None:
            progress.console.print(escape(sentence), highlight=False, soft_wrap=True)

        kept = Unfinished(folder, key_of(case.files, replace(options, workers=1)), tell)
        if fresh:
            kept.close()
        task = progress.add_task("reading the case", total=1.0)

        def say(stage: str) -> None:
            progress.update(task, description=stage, completed=0.0)

        def temperature(beta: float, acceptance: float, log_evidence: float) -> None:
            told = f"log evidence so far {log_evidence:.1f}"
            progress.update(task, description=told, completed=max(beta, 1e-3) ** 0.3)

        result = case.run(options, say=say, progress=temperature, stages=kept, tell=tell)
        progress.update(task, description="write", completed=1.0)
        kept.writes()
        report = write_run(result, folder, sources=sources)
        kept.close()
        return result, report


def warn(result: RunResult) -> None:
    """Say that a fit failed its own checks."""
    failed = result.fit["failed"]
    if failed:
        err.print(f"\n[bold red]The fit must not be trusted:[/bold red] {escape(str(failed))}")


def bar() -> Progress:
    """A bar of progress on the terminal."""
    columns = (TextColumn("{task.description:>28}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True)


def show(table: pd.DataFrame, title: str) -> None:
    """Print a table; what is absent is an empty cell."""
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
