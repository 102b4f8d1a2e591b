"""Recovery of the true explanation from evidence that is twenty times sharper.

`make recovery` takes each rival of each question as the truth in turn, on a reduced model: its
parameters come from the prior, its evidence from the likelihood with errors of observation divided
by 20, and every rival of the question is fitted to that evidence. The true one has to have the
highest log evidence in 95 per cent of the pairs.

Where rivals say the same, no evidence can tell them apart. Before any fit, the log evidence of
each rival is foretold for evidence without chance, from the closest that the rival can come to it
and Laplace's approximation there, with slopes by finite differences. Rivals differ in a case if
that foretells odds of 20 to 1 or more for the true one. How often they do is reported; only these
pairs are fitted and counted. A check that was killed goes on from the results in the folder.

References: Kass and Raftery 1995 (Bayes factors, Laplace's approximation); Navarro, Pitt and Myung
2004 (which models can be told apart).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import replications as shared
from replications import Results, Row

from marchland.errors import MarchlandError
from marchland.inference.calibrate import RIVAL_LESSONS, RIVAL_PARTICLES, calibrate
from marchland.inference.likelihood import LOWER, UPPER
from marchland.inference.recovery import setting_of
from marchland.inference.scored import Evidence
from marchland.inference.smc import MOVES
from marchland.inference.terms import Terms
from marchland.model import Model, Setting

FREE = 12
SEED = 43
SHARPER = 20.0
ROUNDS = 6
ODDS = np.log(20.0)
STEP = 1e-3
NEWTON = 30
BAR = 0.95
COLUMNS = (
    "case",
    "question",
    "true",
    "rival",
    "foretold",
    "log_evidence",
    "log_evidence_error",
    "true_log_evidence",
    "true_log_evidence_error",
    "seconds",
    "failed",
)


@dataclass(frozen=True)
class Truth:
    """A rival of a question, taken as true."""

    question: str
    rival: str


@dataclass
class Work:
    """What a process has at hand."""

    model: Model
    evidence: Evidence
    truths: list[Truth]


_at_hand: list[Work] = []


def begin(free: Sequence[str]) -> None:
    """Prepare a process."""
    model, evidence = shared.reduced(*shared.flagship(), free)
    _at_hand[:] = [Work(model, evidence, truths(model))]


def work(number: int) -> list[Row]:
    """One case in a process that `begin` prepared."""
    at_hand = _at_hand[0]
    truth = at_hand.truths[number % len(at_hand.truths)]
    return case(at_hand.model, at_hand.evidence, truth, number)


def truths(model: Model) -> list[Truth]:
    """Every rival of every question."""
    questions = model.files.explanations.questions
    return [
        Truth(question, rival) for question, known in questions.items() for rival in known.rivals
    ]


def switched(model: Model) -> list[str]:
    """Free parameters that some rival holds at 0."""
    free = set(shared.joint_prior(model).free_names)
    questions = model.files.explanations.questions.values()
    off = [name for known in questions for rival in known.rivals.values() for name in rival.off]
    return [name for name in dict.fromkeys(off) if name in free]


def settings_of(model: Model, question: str) -> dict[str, Setting]:
    """Rivals of a question as settings."""
    rivals = model.files.explanations.questions[question].rivals
    return {name: setting_of(rival) for name, rival in rivals.items()}


def case(model: Model, evidence: Evidence, truth: Truth, number: int) -> list[Row]:
    """Simulate one rival, and fit the others where they differ: a row a pair."""
    start = time.perf_counter()
    settings = settings_of(model, truth.question)
    own = settings.pop(truth.rival)
    drawn = shared.simulated(model, evidence, [SEED, number], setting=own, sharper=SHARPER)
    target = Sharp(model, drawn.evidence, own, drawn.z)
    known = {"case": number, "question": truth.question, "true": truth.rival}
    fit_of_truth: Row = {}
    rows: list[Row] = []
    for rival, other in settings.items():
        odds = target.odds_against(other)
        row: Row = {**known, "rival": rival, "foretold": f"{odds:.4g}"}
        if odds >= ODDS:
            fit_of_truth = fit_of_truth or fitted(model, drawn.evidence, own, number, "true_")
            row |= fit_of_truth | fitted(model, drawn.evidence, other, number)
            failures = (row.pop("true_failed"), row["failed"])
            row["failed"] = "; ".join(str(one) for one in failures if one)
            row["seconds"] = f"{time.perf_counter() - start:.0f}"
        rows.append(row)
    return rows


def fitted(
    model: Model, evidence: Evidence, setting: Setting, number: int, prefix: str = ""
) -> Row:
    """Log evidence of a rival; minus infinity where no draw agrees with the evidence."""
    try:
        sample = calibrate(
            model,
            evidence=evidence,
            setting=setting,
            particles=RIVAL_PARTICLES,
            moves=MOVES,
            lessons=RIVAL_LESSONS,
            seed=number + 1,
        ).sample
    except MarchlandError as error:
        told: Row = {"log_evidence": -np.inf, "failed": str(error).splitlines()[0]}
        return {f"{prefix}{key}": value for key, value in told.items()}
    return {
        f"{prefix}log_evidence": f"{sample.log_evidence:.6g}",
        f"{prefix}log_evidence_error": f"{sample.log_evidence_error:.3g}",
        f"{prefix}failed": sample.failed,
    }


# ------------------------------------------------------------- what can be told apart


class Sharp:
    """Evidence without chance at a true point, and how close a rival comes to it.

    Parameters
    ----------
    model : Model
        Of the case.
    evidence : Evidence
        Simulated; only its errors are used.
    setting : Setting
        The true rival.
    z : (parameters,) array
        Its parameters.
    """

    def __init__(self, model: Model, evidence: Evidence, setting: Setting, z: np.ndarray) -> None:
        self.model, self.evidence, self.setting = model, evidence, setting
        self.terms = Terms(evidence)
        self.errors = self.terms.errors()
        bounds = (*LOWER, *UPPER, "range")
        points = [item.quantity.bound not in bounds and item.weight > 0 for item in evidence.items]
        self.told = np.ones(len(self.errors), dtype=bool)
        self.told[: len(points)] = points
        self.z = dict(zip(self._prior(setting).free_names, z, strict=True))
        self.aim = self._outputs(setting, z[None, :])[0]
        self.own = self._log_evidence(setting, z)

    def odds_against(self, setting: Setting) -> float:
        """Log odds for the truth against a rival, foretold."""
        names = self._prior(setting).free_names
        z = np.array([self.z.get(name, 0.0) for name in names])
        return self.own - self._log_evidence(setting, self._closest(setting, z))

    def _prior(self, setting: Setting) -> shared.JointPrior:
        return shared.prior_of(self.model, self.evidence, setting)

    def _outputs(self, setting: Setting, z: np.ndarray) -> np.ndarray:
        prior = self._prior(setting)
        values = prior.values(z)
        figures, _ = self.model.run(
            prior.names, values, self.evidence.readings, setting=setting, strict=False
        )
        outputs = self.terms.read(figures, self.evidence.observed(prior.names, values))
        return np.asarray((outputs / self.errors)[:, self.told])

    def _around(self, setting: Setting, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs, and their slopes (outputs, parameters)."""
        steps = STEP * np.eye(len(z))
        says = self._outputs(setting, np.concatenate([z[None, :], z + steps, z - steps]))
        up, down = says[1 : 1 + len(z)], says[1 + len(z) :]
        return says[0], np.nan_to_num((up - down).T / (2.0 * STEP))

    def _loss(self, setting: Setting, z: np.ndarray) -> float:
        missed = self._outputs(setting, z[None, :])[0] - self.aim
        loss = float((missed**2).sum() + (z**2).sum())
        return loss if np.isfinite(loss) else np.inf

    def _closest(self, setting: Setting, z: np.ndarray) -> np.ndarray:
        """Most probable parameters of a rival, by Levenberg and Marquardt's steps."""
        damping, loss = 1.0, self._loss(setting, z)
        for _ in range(NEWTON):
            says, slopes = self._around(setting, z)
            gram = slopes.T @ slopes + np.eye(len(z))
            uphill = slopes.T @ (self.aim - says) - z
            step = np.linalg.solve(gram + damping * np.diag(np.diag(gram)), uphill)
            there = self._loss(setting, z + step)
            if there < loss:
                done = loss - there < 1e-3
                z, loss, damping = z + step, there, max(damping / 5.0, 1e-6)
                if done:
                    break
            else:
                damping *= 5.0
        return z

    def _log_evidence(self, setting: Setting, z: np.ndarray) -> float:
        """Laplace's approximation, up to what all rivals share."""
        says, slopes = self._around(setting, z)
        curvature = np.linalg.slogdet(np.eye(len(z)) + slopes.T @ slopes)[1]
        missed = float(((says - self.aim) ** 2).sum())
        return -0.5 * (missed + float((z**2).sum()) + float(curvature))


# ------------------------------------------------------------- report


def page(rows: Sequence[Row], free: Sequence[str], day: date) -> str:
    """The report as Markdown."""
    differ = [row for row in rows if float(str(row["foretold"])) >= ODDS]
    wins = [row for row in differ if won(row)]
    share = len(wins) / len(differ) if differ else float("nan")
    cases = len({row["case"] for row in rows})
    lines = [
        f"Measured on {day.isoformat()} by `make recovery`, seed {SEED}: {cases} cases, "
        f"{len(rows)} pairs. Rivals differ in {len(differ)} pairs; the true one wins in "
        f"{len(wins)} of these, {100.0 * share:.1f} per cent (bar: {100.0 * BAR:.0f}). "
        f"{sum(bool(row['failed']) for row in differ)} pairs have a fit that said it failed.",
        "",
        "| question | true | rival | pairs | rivals differ | true one wins |",
        "|---|---|---|---|---|---|",
    ]
    for key in dict.fromkeys((row["question"], row["true"], row["rival"]) for row in rows):
        own = [row for row in rows if (row["question"], row["true"], row["rival"]) == key]
        told = [row for row in own if row in differ]
        won_by = sum(won(row) for row in told)
        lines.append(f"| {' | '.join(map(str, key))} | {len(own)} | {len(told)} | {won_by} |")
    return "\n".join([*lines, "", "Free parameters: " + ", ".join(f"`{n}`" for n in free) + "."])


def won(row: Row) -> bool:
    """Whether the true rival has the higher log evidence."""
    return float(str(row["true_log_evidence"])) > float(str(row["log_evidence"]))


def main() -> None:
    """Check, print, and write if asked."""
    parser = shared.options(__doc__, "out/checks")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="cases of each true rival")
    chosen = parser.parse_args()
    model, evidence = shared.flagship()
    told = shared.most_told(model, evidence, FREE)
    free = list(dict.fromkeys([*told, *switched(model)]))
    results = Results(chosen.out / "rivals.csv", COLUMNS)
    if not chosen.only_report:
        wanted = chosen.rounds * len(truths(model))
        shared.replicate(work, begin, (free,), results, wanted, chosen.processes)
    text = page(results.rows, free, date.today())
    print(text)
    if chosen.write:
        shared.write_block(chosen.write, "recovery", text)


if __name__ == "__main__":
    main()
