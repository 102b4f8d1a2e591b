"""Write a run's folder: every file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

from marchland.evidence import EvidenceBase
from marchland.grid import Axis
from marchland.identified import ENTRIES as IDENTIFIED
from marchland.outputs import (
    atomic_folder,
    write_csv,
    write_draws,
    write_predictions,
    write_series,
)
from marchland.outputs.citation import write_citation
from marchland.outputs.codebook import write_codebook
from marchland.outputs.dyads import dyad_table, write_dyads
from marchland.outputs.inference_data import write_inference
from marchland.report import render
from marchland.run import RunResult
from marchland.scorecard.tables import ENTRIES
from marchland.summary import summary

EXTRA = {
    "parameters.csv": {
        "name": ("", "parameter, as in model.yaml"),
        "equation": ("", "equation that reads it"),
        "meaning": ("", "direction of a positive value"),
        "unit": ("", "unit of the values"),
        "reason": ("", "reason or reference of the prior"),
        "switch": ("", "whether 0 removes exactly its term"),
        "family": ("", "family of the prior; fixed where it is held"),
        "prior_q05": ("parameter's unit", "quantile of the prior"),
        "prior_q50": ("parameter's unit", "quantile of the prior"),
        "prior_q95": ("parameter's unit", "quantile of the prior"),
        "q05": ("parameter's unit", "quantile of the posterior"),
        "q50": ("parameter's unit", "quantile of the posterior"),
        "q95": ("parameter's unit", "quantile of the posterior"),
        "contraction": (
            "share",
            "1 - posterior over prior deviation, in the prior's standard normal coordinates",
        ),
        "rhat": ("", "rank-normalised split R-hat over the sampler's islands; 1 where they agree"),
        "ess_bulk": ("draws", "independent draws that would tell as much of the middle"),
        "ess_tail": ("draws", "the same of the 5 and 95 per cent quantiles"),
        "probability_positive": ("share", "posterior probability of the asserted sign"),
        "sign_in_question": ("", "whether the prior left the sign open, between 0.1 and 0.9"),
        "informed": ("", "contraction of a fifth, or an open sign settled above 0.9"),
    },
    "assertions.csv": {
        "id": ("", "assertion, as in evidence/assertions.csv"),
        "group": ("", "field of knowledge that it belongs to"),
        "cause": ("", "what acts"),
        "effect": ("", "what it acts on"),
        "sign": ("", "asserted direction"),
        "status": ("", "what became of it in the model"),
        "equation": ("", "equation that carries it"),
        "switch": ("", "parameters that are 0 where it does not hold"),
        "source": ("", "source that asserts it"),
        "locator": ("", "place in the source"),
        "support": ("", "supports, contradicts, sign assumed, cannot tell, or not in the model"),
        "probability": (
            "share",
            "mean posterior probability of the asserted signs that the prior left open",
        ),
        "informed": ("", "whether the evidence informed any of its parameters"),
    },
    "importance.csv": {
        "kind": ("", "driver, prior, or held: a parameter held fixed"),
        "name": ("", "driver, as in drivers.csv, or parameter, as in model.yaml"),
        "place": ("", "place at which a driver is moved"),
        "quality": ("", "worst quality of a driver's rows at the place"),
        "informed": ("", "whether the evidence informed a parameter; empty for drivers"),
        "answer": ("", "question of the case, as in case.yaml"),
        "row": ("", "row of the answer's figures, from 0"),
        "figure": ("", "figure of the answer"),
        "unit": ("", "unit of the figure and its changes"),
        "move": (
            "",
            "way of moving a driver that reaches further: level (all rows low, all high), "
            "trend (falling within the ranges, rising)",
        ),
        "change_low": (
            "figure's unit",
            "change of the figure with a driver low or falling, or in the lowest fifth of the "
            "draws by a parameter; empty where there is no range",
        ),
        "change_high": ("figure's unit", "the same, high or rising, or in the highest fifth"),
        "relative": ("share", "swing of the figure over the width of its 90 per cent interval"),
        "noise": ("share", "swing that chance explains for a parameter, in 99 of 100 cases"),
        "note": ("", "no range stated; held fixed; within the noise of the draws"),
    },
}


def write_run(result: RunResult, folder: Path, *, sources: Path | None = None) -> Path:
    """Write report, tables and evidence of a run; gives the report's path.

    Parameters
    ----------
    result : RunResult
        What the run found.
    folder : Path
        Where to write; made if it does not exist, other files in it are kept.
    sources : Path, optional
        Folder with the texts, for the passages in the report.
    """
    files = result.files
    with atomic_folder(folder, last="summary.json") as work:
        (work / "draws").mkdir(exist_ok=True)
        write_predictions(work / "predictions.csv", result.predictions)
        write_series(work / "series.csv", result.series)
        write_csv(work / "parameters.csv", result.parameters)
        write_csv(work / "assertions.csv", result.assertions)
        write_csv(work / "importance.csv", result.importance)
        write_csv(work / "prior_predictive.csv", result.identified.predicted)
        write_csv(work / "identification.csv", result.identified.table)
        write_csv(work / "combinations.csv", result.identified.combinations)
        write_csv(work / "recovery.csv", result.identified.recovered)
        write_csv(work / "sensitivity.csv", result.identified.sensitivity)
        write_draws(work / "draws" / "parameters.parquet", result.draws)
        write_inference(work / "draws" / "posterior.nc", result.inference)
        axis = Axis(files.config.period.start.year, result.until)  # type: ignore[union-attr]
        times = [axis.label(q) for q in range(axis.quarters)]
        dyads = dyad_table(
            result.series, files, explanation="posterior", scenario="baseline", times=times
        )
        write_dyads(work / "dyads.csv", dyads)
        EvidenceBase(files).write_sqlite(work / "evidence.sqlite")
        write_codebook(work / "codebook.md", files, extra=EXTRA | IDENTIFIED | ENTRIES)
        write_citation(
            work / "citation.bib",
            files,
            version=result.version,
            seed=result.seed,
            members=result.members,
        )
        (work / "summary.json").write_text(summary(result), encoding="utf-8")
        (work / "report.html").write_text(render(result, sources=sources), encoding="utf-8")
    return folder / "report.html"
