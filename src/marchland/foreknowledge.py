"""Commands that ask what a case could tell, before anything is fitted to it."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.markup import escape

from marchland.errors import MarchlandError
from marchland.terminal import err, out, show

DEFAULT_CASE = "northeast-asia"
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Seed = Annotated[int, Parameter(validator=Number(gte=0, lt=2**32))]
Sharper = Annotated[float, Parameter(validator=Number(gte=1))]
MOST_ROWS = 20


def identify(
    case: str = DEFAULT_CASE,
    /,
    *,
    draws: Count = 1500,
    fits: int = 0,
    question: str | None = None,
    sharper: Sharper = 1.0,
    seed: Seed = 1,
    workers: Count | None = None,
    as_of: int | None = None,
) -> None:
    """Show what the evidence can be expected to tell, from simulated evidence.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    draws
        Simulated cases for each rival; classifiers learn more from more.
    fits
        Check rivals by real fits too: so many simulated cases for each rival. Slow.
    question
        Key of explanations.yaml whose rivals are fitted; all of them by default.
    sharper
        Divide the errors of observation by this in those fits.
    seed
        Seed of everything drawn.
    workers
        Threads; no figure depends on it. All cores by default.
    as_of
        Year whose knowledge counts; that of case.yaml by default.
    """
    from marchland.api import Case
    from marchland.inference.recovery_fits import recovery_by_fits

    opened = Case.open(case, as_of=as_of)
    known = list(opened.files.explanations.questions)
    if question is not None and question not in known:
        raise MarchlandError(f"unknown question {question!r}; choose from {', '.join(known)}")
    threads = workers or max(os.cpu_count() or 1, 1)
    found = opened.identify(draws=draws, seed=seed, workers=threads)
    show(found.together[["parameter", "expected", "local", "verdict"]], "All targets together")
    alone = found.table[found.table["lost_without"] > 0.0]
    best = alone.sort_values("lost_without", ascending=False, kind="stable").head(MOST_ROWS)
    show(best[["target", "parameter", "expected", "lost_without"]], "What one target tells alone")
    columns = ["question", "rival", "other", "sharper", "right", "right_low", "right_high"]
    show(found.recovered[[*columns, "log_score", "reason"]], "Rivals: the true one is chosen")
    out.print(escape(found.sentence))
    for name in known:
        sentence = found.recovery.sentence(name) if found.recovery else ""
        out.print(escape(f"{name}: {sentence or 'every pair of rivals is recovered.'}"))
    if fits:
        table = recovery_by_fits(
            opened.model(),
            [question] if question else known,
            fits=fits,
            sharper=sharper,
            seed=seed,
            workers=threads,
            say=lambda line: err.print(escape(line)),
        )
        show(table[[*columns, "log_score"]], f"The same by {fits} fits a rival")


def sensitivity(
    case: str = DEFAULT_CASE,
    /,
    *,
    trajectories: Count = 32,
    seed: Seed = 1,
    workers: Count | None = None,
    as_of: int | None = None,
) -> None:
    """Show which parameters could move the answers, by Morris screening over the priors.

    Parameters
    ----------
    case
        Folder of a case, or name of a bundled one.
    trajectories
        Each costs one run more than there are parameters; intervals narrow with their root.
    seed
        Seed of the trajectories.
    workers
        Threads; no figure depends on it. All cores by default.
    as_of
        Year whose knowledge counts; that of case.yaml by default.
    """
    from marchland.api import Case

    opened = Case.open(case, as_of=as_of)
    threads = workers or max(os.cpu_count() or 1, 1)
    table = opened.sensitivity(trajectories=trajectories, seed=seed, workers=threads)
    columns = ["figure", "parameter", "scale", "mu_star", "mu_star_low", "mu_star_high", "sigma"]
    for answer, rows in table.groupby("answer", sort=False):
        first = rows.groupby("row", sort=False, group_keys=False)
        top = first.apply(lambda part: part.nlargest(3, "mu_star"))
        show(top[[*columns, "relative"]], str(answer))
