"""Simulation-based calibration of the sampler, and recovery of known parameters.

`make sbc` draws parameters of the flagship case from their priors and evidence from them, fits
the evidence, and ranks the true values among the draws: 200 times on a reduced model, whose other
parameters are held at their prior medians, and 100 times on the whole model as `--quick` fits it.
Ranks must be uniform at the 1 per cent level, all quantities together; 90 per cent intervals must
cover 85 to 95 per cent of the true values. Weights are 1 in the simulated evidence: a likelihood
to a power is no law that evidence could be drawn from.

A check that was killed goes on from the results in the folder. It takes hours.

References: Talts and others 2018; Saeilynoja, Buerkner and Vehtari 2022; Modrak and others 2023.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import replications as shared
from replications import Results, Row

from marchland.errors import MarchlandError
from marchland.inference.calibrate import (
    QUICK_KEEP,
    QUICK_LESSONS,
    QUICK_MOVES,
    QUICK_PARTICLES,
    Posterior,
    calibrate,
    spread,
)
from marchland.inference.ranks import Uniformity, chi_square, holm, rank_of
from marchland.inference.scored import Evidence
from marchland.inference.terms import Terms
from marchland.model import Model

FREE = 12
RANKED = 99
SEED = 41
LEVEL = 0.01
COVER = (0.85, 0.95)
LOG_LIKELIHOOD, LOG_PRIOR = "(log likelihood)", "(log prior)"
COLUMNS = (
    "replication",
    "quantity",
    "rank",
    "truth",
    "q05",
    "q95",
    "log_evidence",
    "log_evidence_error",
    "seconds",
    "failed",
)


@dataclass(frozen=True)
class Plan:
    """One of the two checks.

    Parameters
    ----------
    name, title : str
        Of its file of results, and in the report.
    replications : int
        Fits.
    particles, moves, lessons : int
        Of each fit.
    keep : float
        Of each fit.
    free : tuple of str
        Parameters that are not held; empty for all.
    """

    name: str
    title: str
    replications: int
    particles: int
    moves: int
    keep: float
    lessons: int
    free: tuple[str, ...] = ()


REDUCED = Plan("reduced", "reduced model", 200, 128, QUICK_MOVES, QUICK_KEEP, 60)
QUICK = Plan(
    "quick",
    "whole model, `--quick`",
    100,
    QUICK_PARTICLES,
    QUICK_MOVES,
    QUICK_KEEP,
    QUICK_LESSONS,
)


@dataclass
class Work:
    """What a process has at hand."""

    plan: Plan
    model: Model
    evidence: Evidence


_at_hand: list[Work] = []


def begin(plan: Plan) -> None:
    """Prepare a process."""
    model, evidence = shared.flagship()
    if plan.free:
        model, evidence = shared.reduced(model, evidence, plan.free)
    _at_hand[:] = [Work(plan, model, evidence)]


def work(number: int) -> list[Row]:
    """One replication in a process that `begin` prepared."""
    at_hand = _at_hand[0]
    return replication(at_hand.plan, at_hand.model, at_hand.evidence, number)


def replication(plan: Plan, model: Model, evidence: Evidence, number: int) -> list[Row]:
    """Draw, fit, rank: a row a quantity; one row without a quantity where the fit was refused."""
    start = time.perf_counter()
    case = shared.simulated(model, evidence, [SEED, number])
    try:
        fitted = calibrate(
            model,
            evidence=case.evidence,
            particles=plan.particles,
            moves=plan.moves,
            keep=plan.keep,
            lessons=plan.lessons,
            seed=number + 1,
        )
    except MarchlandError as error:
        return [{"replication": number, "failed": f"refused: {str(error).splitlines()[0]}"}]
    told = {
        "log_evidence": f"{fitted.sample.log_evidence:.6g}",
        "log_evidence_error": f"{fitted.sample.log_evidence_error:.4g}",
        "seconds": f"{time.perf_counter() - start:.1f}",
        "failed": fitted.sample.failed,
    }
    rng = np.random.default_rng([SEED, number, 1])
    return [{"replication": number, **row, **told} for row in ranked(model, case, fitted, rng)]


def ranked(
    model: Model, case: shared.Simulated, fitted: Posterior, rng: np.random.Generator
) -> list[Row]:
    """The true value of each quantity among some draws, far apart in the sample."""
    sample = fitted.sample
    kept = spread(len(sample.z), RANKED)
    rows = []
    quantities = [
        (name, case.z[n], sample.z[:, n]) for n, name in enumerate(fitted.prior.free_names)
    ]
    quantities += [
        (LOG_LIKELIHOOD, true_log_likelihood(model, case), sample.log_likelihood),
        (LOG_PRIOR, -0.5 * (case.z**2).sum(), -0.5 * (sample.z**2).sum(axis=1)),
    ]
    for name, truth, draws in quantities:
        low, high = np.quantile(draws, [0.05, 0.95])
        rows.append(
            {
                "quantity": name,
                "rank": rank_of(float(truth), draws[kept], rng),
                "truth": f"{truth:.6g}",
                "q05": f"{low:.6g}",
                "q95": f"{high:.6g}",
            }
        )
    return rows


def true_log_likelihood(model: Model, case: shared.Simulated) -> float:
    """Log likelihood of simulated evidence at the parameters it was drawn from."""
    values = case.prior.values(case.z[None, :])
    figures, _ = model.run(case.prior.names, values, case.evidence.readings, strict=False)
    terms = Terms(case.evidence)
    outputs = terms.read(figures, case.evidence.observed(case.prior.names, values))
    return float(terms.log_likelihood(outputs)[0])


# ------------------------------------------------------------- report


@dataclass(frozen=True)
class Verdict:
    """What the ranks and intervals of a check say.

    Parameters
    ----------
    fits, failed, refused : int
        Fits that were ranked, how many of them said that they failed, and those not made.
    probabilities : dict of str to float
        Of each quantity's ranks, adjusted for their number.
    counts : dict of str to float
        Of each quantity's ranks by chi-square, not adjusted.
    covered : float
        Share of true parameters in their 90 per cent intervals.
    narrow : dict of str to float
        The same of each parameter.
    """

    fits: int
    failed: int
    refused: int
    probabilities: dict[str, float]
    counts: dict[str, float]
    covered: float
    narrow: dict[str, float]

    @property
    def passes(self) -> bool:
        """At the 1 per cent level, all quantities together; no fit may be left out."""
        return self.refused == 0 and min(self.probabilities.values()) >= LEVEL

    @property
    def covers(self) -> bool:
        """Whether intervals cover what they should."""
        return COVER[0] <= self.covered <= COVER[1]


def verdict(rows: Sequence[Row]) -> Verdict:
    """Judge the results of a check."""
    made = [row for row in rows if row["quantity"]]
    names = list(dict.fromkeys(str(row["quantity"]) for row in made))
    ranks = {n: np.array([int(str(r["rank"])) for r in made if r["quantity"] == n]) for n in names}
    fits = len({str(row["replication"]) for row in made})
    law = Uniformity(fits, RANKED, np.random.default_rng(1))
    adjusted = holm(np.array([law.probability(ranks[name]) for name in names]))
    inside: dict[str, list[bool]] = {}
    for row in made:
        low, truth, high = (float(str(row[key])) for key in ("q05", "truth", "q95"))
        if row["quantity"] not in (LOG_LIKELIHOOD, LOG_PRIOR):
            inside.setdefault(str(row["quantity"]), []).append(low <= truth <= high)
    return Verdict(
        fits,
        len({str(row["replication"]) for row in made if row["failed"]}),
        len([row for row in rows if not row["quantity"]]),
        dict(zip(names, adjusted.tolist(), strict=True)),
        {name: chi_square(ranks[name], RANKED) for name in names},
        float(np.mean(list(inside.values()))),
        {name: float(np.mean(hits)) for name, hits in inside.items()},
    )


def page(found: dict[str, tuple[Plan, Verdict, float]], day: date) -> str:
    """The report as Markdown."""
    lines = [
        f"Measured on {day.isoformat()} by `make sbc`, seed {SEED}, {RANKED} draws a fit.",
        "",
        "| check | fits | parameters | said to have failed | refused | least probability "
        "| ranks uniform at 1 per cent | in 90 per cent intervals | bar: 85 to 95 | minutes |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for plan, told, minutes in found.values():
        worst = min(told.probabilities, key=lambda name: told.probabilities[name])
        lines.append(
            f"| {plan.title} | {told.fits} | {len(told.narrow)} | {told.failed} | {told.refused} "
            f"| {told.probabilities[worst]:.3g} ({worst}) | {_yes(told.passes)} "
            f"| {100.0 * told.covered:.1f} per cent | {_yes(told.covers)} | {minutes:.0f} |"
        )
    for plan, told, _ in found.values():
        lines += ["", *_details(plan, told)]
    return "\n".join(lines)


def _details(plan: Plan, told: Verdict) -> list[str]:
    """What a table of checks does not say."""
    few = min(told.narrow, key=lambda name: told.narrow[name])
    many = max(told.narrow, key=lambda name: told.narrow[name])
    suspect = {name: p for name, p in told.counts.items() if p < LEVEL}
    said = ", ".join(f"{name} {p:.2g}" for name, p in suspect.items()) or "none"
    lines = [
        f"{plan.title[0].upper()}{plan.title[1:]}: {plan.particles} particles, {plan.moves} moves, "
        f"keep {plan.keep:g}. Intervals of single parameters cover {100.0 * told.narrow[few]:.0f} "
        f"({few}) to {100.0 * told.narrow[many]:.0f} per cent ({many}). Chi-square of ten bins, "
        f"not adjusted for {len(told.counts)} quantities, below 1 per cent: {said}."
    ]
    if len(told.narrow) <= FREE:
        lines += ["", "Free parameters: " + ", ".join(f"`{name}`" for name in told.narrow) + "."]
    return lines


def _yes(passes: bool) -> str:
    return "yes" if passes else "no"


def main() -> None:
    """Check, print, and write if asked."""
    parser = shared.options(__doc__, "out/checks")
    parser.add_argument("--check", choices=("reduced", "quick", "both"), default="both")
    parser.add_argument("--replications", type=int, help="fewer or more fits than the bar asks")
    chosen = parser.parse_args()
    found = {}
    for plan in (REDUCED, QUICK):
        if chosen.check not in (plan.name, "both"):
            continue
        results = Results(chosen.out / f"{plan.name}.csv", COLUMNS)
        if not chosen.only_report:
            wanted = chosen.replications or plan.replications
            shared.replicate(work, begin, (planned(plan),), results, wanted, chosen.processes)
        if results.rows:
            seconds = {str(r["replication"]): float(str(r["seconds"] or 0)) for r in results.rows}
            found[plan.name] = (plan, verdict(results.rows), sum(seconds.values()) / 60.0)
    text = page(found, date.today())
    print(text)
    if chosen.write:
        shared.write_block(chosen.write, "sbc", text)


def planned(plan: Plan) -> Plan:
    """A plan with its free parameters: those that the evidence is expected to tell most of."""
    if plan.name != REDUCED.name:
        return plan
    model, evidence = shared.flagship()
    return replace(plan, free=tuple(shared.most_told(model, evidence, FREE)))


if __name__ == "__main__":
    main()
