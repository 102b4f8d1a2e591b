"""What can be told of a case: before a fit, by a fit, and of which the answers could depend."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from marchland.findings import is_inside
from marchland.inference import combinations, recovery, told
from marchland.inference.calibrate import Posterior
from marchland.inference.recovery import Recovery
from marchland.inference.told import ALL, LOCAL, SILENT, TOLD, Told

# `sensitivity.py` rests on the answers, which rest on this.
SENSITIVITY_COLUMNS = (
    "answer",
    "row",
    "figure",
    "unit",
    "scale",
    "parameter",
    "mu_star",
    "mu_star_low",
    "mu_star_high",
    "sigma",
    "mu",
    "relative",
    "trajectories",
)


PREDICTED_COLUMNS = (
    "evidence_id",
    "target",
    "measure",
    "unit",
    "bound",
    "observed",
    "low",
    "high",
    "q01",
    "q05",
    "q50",
    "q95",
    "q99",
    "inside_98",
)


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass
class Identified:
    """What can be told, and what was.

    Parameters
    ----------
    table : DataFrame
        Targets against parameters, as in identification.csv.
    predicted : DataFrame
        What the priors alone would have stated, as in prior_predictive.csv.
    recovery : Recovery or None
        Whether the true one of two rivals is recovered; a quick run does not ask.
    combinations : DataFrame
        Parameters known together but not apart, as in combinations.csv.
    sensitivity : DataFrame
        Morris screening of the answers, as in sensitivity.csv; a quick run leaves it out.
    """

    table: pd.DataFrame = field(default_factory=lambda: _empty(told.COLUMNS))
    predicted: pd.DataFrame = field(default_factory=lambda: _empty(PREDICTED_COLUMNS))
    recovery: Recovery | None = None
    combinations: pd.DataFrame = field(default_factory=lambda: _empty(combinations.COLUMNS))
    sensitivity: pd.DataFrame = field(default_factory=lambda: _empty(SENSITIVITY_COLUMNS))

    @property
    def recovered(self) -> pd.DataFrame:
        """Pairs of rivals, as in recovery.csv."""
        return _empty(recovery.COLUMNS) if self.recovery is None else self.recovery.table

    @property
    def together(self) -> pd.DataFrame:
        """Rows of all targets together: expected and actual contraction of each parameter."""
        return self.table[self.table["target"] == ALL]

    @property
    def sentence(self) -> str:
        """How many parameters simulated evidence cannot tell, before anything is fitted."""
        return _sentence(self.together)

    def content(self) -> dict[str, object]:
        """The same in short, for summary.json."""
        together = self.together
        silent = together[together["verdict"] == SILENT]
        said: dict[str, object] = {
            "parameters": len(together),
            "cannot_be_told": [str(name) for name in silent["parameter"]],
            "known_together": [str(c) for c in self.combinations["combination"]],
        }
        if self.recovery is not None:
            said["recovery"] = {
                question: self.recovery.label(question) or "recovered"
                for question in dict.fromkeys(self.recovered["question"])
            }
        return said


def of(found: Told, posterior: Posterior | None = None) -> Identified:
    """What simulated evidence could tell, beside what a fit told."""
    table = found.figures.copy()
    if len(table):
        table["inside_98"] = [
            is_inside(row, row["bound"], "q01", "q99") for _, row in table.iterrows()
        ]
    predicted = table.reindex(columns=list(PREDICTED_COLUMNS))
    return Identified(found.rows(posterior), predicted)


def before_fit(found: Told) -> str:
    """How many parameters simulated evidence is expected to tell."""
    return of(found).sentence


def _sentence(together: pd.DataFrame) -> str:
    if not len(together):
        return ""
    count = together["verdict"].value_counts()
    known, near = (int(count.get(verdict, 0)) for verdict in (TOLD, LOCAL))
    return (
        f"Before any fit: simulated evidence tells a fifth or more of {known} of {len(together)} "
        f"parameters, of {near} more where others are known, and less than a fifth of the other "
        f"{len(together) - known - near}."
    )


CONTRACTION = "share of the prior's deviation, in its standard normal coordinate"
ENTRIES = {
    "prior_predictive.csv": {
        "evidence_id": ("", "record, as in evidence/quantities.csv"),
        "target": ("", "target that it is scored in; empty where it is only compared"),
        "measure": ("", "what is measured"),
        "unit": ("", "unit of observed, low, high and the quantiles"),
        "bound": ("", "exact, about, range, or a bound"),
        "observed": ("as unit", "the figure that the source states"),
        "low": ("as unit", "lower bound that the source states"),
        "high": ("as unit", "upper bound that the source states"),
        **{
            f"q{share:02d}": (
                "as unit",
                f"before the evidence, {share} per cent of what would be stated lies below",
            )
            for share in (1, 5, 50, 95, 99)
        },
        "inside_98": ("", "whether what is stated agrees with the central 98 per cent"),
    },
    "identification.csv": {
        "target": ("", "target, as in evidence/targets.csv; (all) is all of them together"),
        "parameter": ("", "parameter, as in model.yaml"),
        "expected": (
            CONTRACTION,
            "contraction to be expected if only this were observed, from simulated evidence; "
            "0 where chance gives as much",
        ),
        "local": (
            CONTRACTION,
            "contraction if the evidence pointed to one neighbourhood (Fisher information); for "
            "(all) only",
        ),
        "noise": (CONTRACTION, "contraction that chance gives, in 99 of 100 cases"),
        "lost_without": (
            CONTRACTION,
            "contraction that all targets lose without this one; empty for (all)",
        ),
        "lost_noise": (CONTRACTION, "loss that chance explains, in 99 of 100 cases"),
        "actual": (CONTRACTION, "contraction after the fit; for (all) only"),
        "verdict": (
            "",
            "for (all): can be told (expected is a fifth or more), depends on others (local is), "
            "cannot be told",
        ),
    },
    "combinations.csv": {
        "combination": ("", "sum of parameters in prior deviations that is known"),
        "parameters": ("", "its parameters, joined by ;"),
        "weights": ("", "their weights, the largest 1, joined by ;"),
        "contraction": (CONTRACTION, "of the combination, in draws that did not choose it"),
        "best_alone": ("", "the parameter of it that is known best alone"),
        "best_alone_contraction": (CONTRACTION, "of that parameter"),
        "kind": ("", "product where all parameters are lognormal, else sum"),
    },
    "recovery.csv": {
        "question": ("", "question of explanations.yaml"),
        "rival": ("", "rival of the question"),
        "other": ("", "rival that it is compared with"),
        "method": ("", "classifier, or fits of both rivals"),
        "sharper": ("", "what errors of observation are divided by: 1 is as printed"),
        "cases": ("cases", "simulated cases, half of them from each rival"),
        "right": ("share", "cases in which the true rival was chosen; 0.5 is chance"),
        "right_low": ("share", "lower end of its 95 per cent interval (Wilson)"),
        "right_high": ("share", "upper end"),
        "right_if_rival": ("share", "the same where the first rival is true"),
        "right_if_other": ("share", "the same where the second is true"),
        "log_score": ("natural log", "mean log probability of the true rival; -0.69 is chance"),
        "recovered": ("", "whether right is 0.8 or more and its lower end above 0.7"),
        "reason": (
            "",
            "recovered, lost in the errors of observation, often alike, or alike however exact",
        ),
    },
    "sensitivity.csv": {
        "answer": ("", "question of the case, as in case.yaml"),
        "row": ("", "row of the answer's figures, from 0"),
        "figure": ("", "figure of the answer"),
        "unit": ("", "unit of the figure"),
        "scale": ("", "unit, or log where the figure spans more than a factor of ten"),
        "parameter": ("", "parameter, as in model.yaml"),
        "mu_star": (
            "figure's unit or natural log",
            "mean size of the change per central 90 per cent of the prior (Morris screening)",
        ),
        "mu_star_low": ("as mu_star", "lower end of its 95 per cent interval, by bootstrap"),
        "mu_star_high": ("as mu_star", "upper end"),
        "sigma": ("as mu_star", "deviation of the changes: it depends on others, or bends"),
        "mu": ("as mu_star", "mean change, with its sign"),
        "relative": ("share", "mu_star over the width of the figure's central 90 per cent"),
        "trajectories": ("trajectories", "on which the figure has a value"),
    },
}
