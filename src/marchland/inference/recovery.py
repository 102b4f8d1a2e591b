"""Whether the true one of two rival explanations could be recovered, before anything is fitted.

For each pair of rivals of a question, evidence is simulated from each rival's prior and a
classifier is trained to say which rival it came from; it is scored on evidence it has not seen.
Its chance of being right is that with which the true one of the two would be chosen, both held
equally probable, averaged over the evidence that they hold possible. Three classifiers that see
different things are combined: linear discriminants on the figures, linear discriminants on
figures, squares and products, and boosted trees; no single one was best for every pair. A
classifier can be worse than the best one, and never better in the long run: the chance is a lower
bound.

A question has probabilities only where every pair of its rivals is recovered. Otherwise it is
labelled as structural exploration: its rivals show what each would have to assume, and their log
evidences are no ground for preferring one.

What is recovered on average need not be what the actual evidence can tell. Evidence far out may
tell two rivals apart that are alike nearly everywhere, and rivals that differ on average may agree
where the evidence lies. The rule is about the average, since it has to be fixed before the evidence
is looked at.

References
----------
Pudlo and others 2016, 'Reliable ABC model choice via random forests'; Robert and others 2011, 'Lack
of confidence in ABC model choice'; Wilson 1927 (intervals).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from threadpoolctl import threadpool_limits

from marchland.case.settings import Rival
from marchland.inference.calibrate import Comparison, joint_prior
from marchland.inference.features import bends, shared, standardised
from marchland.inference.scored import Evidence, gather
from marchland.inference.simulated import simulate
from marchland.model import Model, Setting

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMNS = (
    "question",
    "rival",
    "other",
    "method",
    "sharper",
    "cases",
    "right",
    "right_low",
    "right_high",
    "right_if_rival",
    "right_if_other",
    "log_score",
    "recovered",
    "reason",
)
DRAWS = 1500
# With both equally probable, a choice that is right in four of five has odds of four to one: a
# little above three to one, from where evidence counts as positive (Kass and Raftery 1995). The
# lower bound matters where cases are few, as with real fits.
RIGHT = 0.8
AT_LEAST = 0.7
SHARPER = 20.0
CLASSIFIER, FITS = "classifier", "fits"
EXPLORATION = "structural exploration"
RECOVERED = "recovered"
LOST = "lost in the errors of observation"
OFTEN = "often alike: not recovered with errors divided by 20 either"
ALIKE = "alike in these figures, however exact"
# Right in fewer cases than this, hardly above chance, with nearly perfect sources.
ALIKE_BELOW = 0.6
MOST_PAIRS = 3
SHRINKAGE, CURVED_SHRINKAGE = 0.02, 0.08


@dataclass(frozen=True)
class Recovery:
    """How often the true one of two rivals would be chosen.

    Parameters
    ----------
    table : DataFrame
        A row a pair of rivals, as in recovery.csv. `sharper` 1 is evidence as the sources print
        it; 20 divides its errors by 20. `right` is the share chosen right, with its 95 per cent
        interval; `log_score` is the mean log probability of the true one, -0.69 by chance.
    titles : dict
        Titles of the rivals, by question and rival.
    """

    table: pd.DataFrame
    titles: dict[tuple[str, str], str]

    def pairs(self, question: str) -> pd.DataFrame:
        """Pairs of a question, with evidence as it is printed."""
        table = self.table
        as_printed = (table["sharper"] == 1.0) & (table["method"] == CLASSIFIER)
        return table[(table["question"] == question) & as_printed]

    def label(self, question: str) -> str:
        """`structural exploration` where some pair is not recovered, else nothing."""
        pairs = self.pairs(question)
        return "" if bool(pairs["recovered"].all()) else EXPLORATION

    def sentence(self, question: str) -> str:
        """Why a question has no probabilities; empty where it has."""
        if not self.label(question):
            return ""
        failed = self.pairs(question)
        failed = failed[~failed["recovered"].astype(bool)].sort_values("right", kind="stable")
        said = [
            f"{self._pair(row)} in {int(100 * row['right'])} of 100 cases"
            for _, row in failed.head(MOST_PAIRS).iterrows()
        ]
        others = len(failed) - len(said)
        rest = f", and {others} other pair{'s' if others > 1 else ''} as little" if others else ""
        return (
            f"Structural exploration: the rival explanations have no probabilities. In evidence "
            f"simulated from rivals the true one of a pair is not chosen often enough (in "
            f"{100 * RIGHT:.0f} of 100 cases, 50 being chance): {'; '.join(said)}{rest}."
        )

    def _pair(self, row: pd.Series) -> str:
        names = [self.titles[str(row["question"]), str(row[key])] for key in ("rival", "other")]
        return f"“{names[0]}” or “{names[1]}”"

    def withheld(self, comparison: Comparison) -> Comparison:
        """A comparison with its label, and without probabilities where the question has none."""
        label = self.label(comparison.question)
        table = comparison.table.assign(label=label, note=self.sentence(comparison.question))
        if label:
            table["probability"] = np.nan
        return replace(comparison, table=table)


def recovery(
    model: Model,
    questions: Sequence[str] | None = None,
    *,
    evidence: Evidence | None = None,
    draws: int = DRAWS,
    sharper: bool = True,
    seed: int = 1,
    workers: int = 1,
) -> Recovery:
    """How often the true one of each pair of rivals would be chosen, from simulated evidence.

    Parameters
    ----------
    model : Model
        The model of the case.
    questions : sequence of str, optional
        Keys of explanations.yaml; all by default.
    evidence : Evidence, optional
        What would be scored; all that the case has by default.
    draws : int
        Simulated cases for each rival.
    sharper : bool
        Also with the errors of observation divided by 20, for questions with a pair that is not
        recovered: whether the errors are to blame, or the rivals alike.
    seed : int
        Seed of everything drawn.
    workers : int
        Threads; no figure depends on it.

    Returns
    -------
    Recovery
        Distrust a failure with `sharper`: evidence that exact is hard to learn from few draws, and
        more of them recover more.
    """
    # The library takes a second to load, which only this needs.
    from marchland.inference.learners import quietly

    scored = evidence if evidence is not None else gather(model)
    asked = model.files.explanations.questions
    wanted = list(asked) if questions is None else [q for q in questions if q in asked]
    bench = _Bench(model, scored, draws, seed, workers)
    bench.simulate({setting_of(r) for q in wanted for r in asked[q].rivals.values()})
    # Threads of linear algebra add up in another order: one, so that the bytes are the same.
    with threadpool_limits(1), quietly(), ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda q: bench.question(q, asked[q].rivals, sharper), wanted)
        rows = [row for part in found for row in part]
    titles = {(q, r): rival.title for q in wanted for r, rival in asked[q].rivals.items()}
    return Recovery(pd.DataFrame(rows, columns=list(COLUMNS)), titles)


def _reason(row: dict[str, object], finer: dict[str, object]) -> str:
    if row["recovered"]:
        return RECOVERED
    if not finer:
        return ""
    if finer["recovered"]:
        return LOST
    return ALIKE if float(str(finer["right"])) < ALIKE_BELOW else OFTEN


def setting_of(rival: Rival) -> Setting:
    """Setting of a rival: its terms off, what it fixes held."""
    return Setting("baseline", off=tuple(rival.off), fixed=tuple(sorted(rival.set.items())))


def scored(chance: Floats, truth: Integers, sharper: float) -> dict[str, object]:
    """How good chances of the second rival are, given the truth (0 the first, 1 the second)."""
    right = (chance > 0.5) == (truth == 1)
    of_truth = np.clip(np.where(truth == 1, chance, 1.0 - chance), 1e-6, 1.0)
    return counted(right, truth, sharper) | {"log_score": float(np.log(of_truth).mean())}


def counted(right: NDArray[np.bool_], truth: Integers, sharper: float) -> dict[str, object]:
    """Share of cases chosen right, with its 95 per cent interval, and whether that will do."""
    share = float(right.mean())
    interval = stats.binomtest(int(right.sum()), len(right)).proportion_ci(0.95, "wilson")
    return {
        "sharper": sharper,
        "cases": len(right),
        "right": share,
        "right_low": float(interval.low),
        "right_high": float(interval.high),
        "right_if_rival": float(right[truth == 0].mean()),
        "right_if_other": float(right[truth == 1].mean()),
        "log_score": np.nan,
        "recovered": bool(share >= RIGHT and interval.low > AT_LEAST),
    }


class _Bench:
    """Simulated evidence of rivals, and the classifiers that are tried on it."""

    def __init__(
        self, model: Model, evidence: Evidence, draws: int, seed: int, workers: int
    ) -> None:
        self._model, self._evidence = model, evidence
        self._prior = joint_prior(model, evidence)
        self._draws, self._seed, self._workers = draws, seed, workers
        # Rivals of several questions may be one: the model with nothing switched off.
        self._run: dict[Setting, tuple[int, Floats, dict[str, Floats]]] = {}

    def question(
        self, question: str, rivals: dict[str, Rival], sharper: bool
    ) -> list[dict[str, object]]:
        """Rows of a question: its pairs as printed and, where some is lost, sharper."""
        pairs = list(itertools.combinations(rivals, 2))
        found = self._judge(rivals, pairs, 1.0)
        sharp = [dict[str, object]()] * len(pairs)
        if sharper and not all(row["recovered"] for row in found):
            sharp = self._judge(rivals, pairs, SHARPER)
        rows: list[dict[str, object]] = []
        for (rival, other), row, finer in zip(pairs, found, sharp, strict=True):
            head = {"question": question, "rival": rival, "other": other, "method": CLASSIFIER}
            rows.append(head | row | {"reason": _reason(row, finer)})
            if finer:
                rows.append(head | finer | {"recovered": None, "reason": ""})
        return rows

    def _judge(
        self, rivals: dict[str, Rival], pairs: list[tuple[str, str]], sharper: float
    ) -> list[dict[str, object]]:
        """Score every pair of some rivals."""
        from marchland.inference import learners

        names = list(rivals)
        seen = [self._simulated(setting_of(rivals[name]), sharper) for name in names]
        truth = np.repeat(np.arange(len(names)), [len(next(iter(s.values()), ())) for s in seen])
        targets = {t: standardised(np.concatenate([s[t] for s in seen])) for t in seen[0]}
        if not sum(x.shape[1] for x in targets.values()):
            return [_blind(self._draws, sharper) for _ in pairs]
        plain = np.concatenate(list(targets.values()), axis=1)
        bent = np.concatenate([plain, *map(bends, targets.values()), shared(targets)], axis=1)
        fold = learners.folds_of(truth, np.random.default_rng([self._seed, 15]))
        whole, few = slice(0, bent.shape[1]), slice(0, plain.shape[1])

        def one(pair: tuple[str, str]) -> dict[str, object]:
            first, second = names.index(pair[0]), names.index(pair[1])
            rows = np.flatnonzero((truth == first) | (truth == second))
            right = (truth[rows] == second).astype(np.int64)
            scores = [
                lines.log_odds(first, second, few, SHRINKAGE),
                lines.log_odds(first, second, whole, CURVED_SHRINKAGE),
            ]
            if several is None:
                scores.append(learners.boosted(plain[rows], right, fold[rows], self._seed))
            else:
                scores.append(several[rows, second] - several[rows, first])
            rng = np.random.default_rng([self._seed, 16])
            return scored(learners.combined(scores, right, rng), right, sharper)

        lines = learners.Discriminants(bent, truth, fold)
        several = learners.network(plain, truth, fold, self._seed) if sharper > 1.0 else None
        return [one(pair) for pair in pairs]

    def simulate(self, settings: set[Setting]) -> None:
        """Run the model under the settings of rivals, from draws of their priors."""
        for number, setting in enumerate(sorted(settings, key=repr)):
            rng = np.random.default_rng([self._seed, 13, number])
            values = self._prior.values(self._prior.sample(self._draws, rng))
            held = dict(setting.fixed) | dict.fromkeys(setting.off, 0.0)
            for n, name in enumerate(self._prior.names):
                if name in held:
                    values[:, n] = held[name]
            figures, _ = self._model.run(
                self._prior.names,
                values,
                self._evidence.readings,
                setting=setting,
                workers=self._workers,
                strict=False,
            )
            whole = np.isfinite(figures).any(axis=1)
            values, figures = values[whole], figures[whole]
            self._run[setting] = number, figures, self._evidence.observed(self._prior.names, values)

    def _simulated(self, setting: Setting, sharper: float) -> dict[str, Floats]:
        """Evidence simulated from a rival's prior, by target."""
        number, figures, observed = self._run[setting]
        rng = np.random.default_rng([self._seed, 14, number, round(sharper)])
        with np.errstate(all="ignore"):
            return simulate(self._evidence, figures, observed, rng, sharper=sharper)


def _blind(draws: int, sharper: float) -> dict[str, object]:
    """Without evidence one chooses by chance."""
    truth = np.repeat([0, 1], draws)
    right = np.arange(2 * draws) % 2 == 0
    return counted(right, truth, sharper) | {"log_score": float(np.log(0.5))}
