"""What a run found: figures beside the sources', assertions weighed, the limits of the evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marchland.case import CaseFiles, Quantity
from marchland.case.vintage import known_by
from marchland.ensembles import Ensembles
from marchland.inference.calibrate import Posterior
from marchland.inference.likelihood import LOWER, UPPER, predictive
from marchland.inference.scored import Evidence
from marchland.lines import QUANTILES
from marchland.model import Model
from marchland.outputs import PREDICTION_COLUMNS

Floats = NDArray[np.float64]
SUPPORT = 0.9


def later_checks(files: CaseFiles) -> list[Quantity]:
    """Figures of a case from after its vintage that a projection is set beside.

    What would calibrate a later vintage is a check of this one.
    """
    later = [row for row in files.quantities if not known_by(row, files.config.as_of)]
    return [
        row.model_copy(update={"use": "check"})
        for row in later
        if row.use in ("check", "calibrate")
    ]


def predictions_of(ensembles: Ensembles, later: Sequence[Quantity] = ()) -> pd.DataFrame:
    """What would have been observed, before and after the evidence, beside what was.

    Parameters
    ----------
    ensembles : Ensembles
        Of the calibrated model.
    later : sequence of Quantity
        Figures from after the vintage, which no model has seen; those that the run does not reach
        are left out.
    """
    evidence = ensembles.posterior.evidence
    atlas = ensembles.model.atlas
    reached = [(row, reading) for row in later if (reading := atlas.read(row)) is not None]
    after = [row for row, _ in reached]
    projected = [reading for _, reading in reached]
    rng = np.random.default_rng([ensembles.seed, 2])
    frames = []
    for explanation, read in (("posterior", ensembles.read), ("prior", ensembles.read_prior)):
        figures = read(evidence.readings)
        seen = predictive(evidence, figures, rng)
        frames.append(_prediction_table(evidence.records, seen, explanation))
        if projected:
            frames.append(_prediction_table(after, read(projected), explanation))
    return pd.concat(frames, ignore_index=True)


def _prediction_table(records: list[Quantity], seen: Floats, explanation: str) -> pd.DataFrame:
    rows = []
    for n, q in enumerate(records):
        quantiles = np.nanquantile(seen[:, n], QUANTILES)
        end = q.end or q.start
        rows.append(
            {
                "explanation": explanation,
                "evidence_id": q.id,
                "measure": q.measure,
                "statistic": q.statistic,
                "place": q.place,
                "group": q.group,
                "counterpart": q.counterpart,
                "start": q.start.text if q.start else None,
                "end": end.text if end else None,
                "unit": q.unit,
                "observed": q.value,
                "low": q.low,
                "high": q.high,
                "use": q.use,
                **{f"q{round(100 * p):02d}": v for p, v in zip(QUANTILES, quantiles, strict=True)},
                "source": q.source,
                "locator": q.locator,
            }
        )
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def is_inside(row: pd.Series, bound: str | None, low: str = "q05", high: str = "q95") -> bool:
    """Whether an observed figure, range or bound agrees with a predictive interval."""
    values = [row[k] for k in ("observed", "low", "high") if not pd.isna(row[k])]
    if not values:
        return False
    above = row[high] >= min(values)
    below = row[low] <= max(values)
    if bound in LOWER:
        return bool(above)
    if bound in UPPER:
        return bool(below)
    return bool(above and below)


def targets_of(files: CaseFiles, evidence: Evidence, predictions: pd.DataFrame) -> pd.DataFrame:
    """Every target: how many of its figures lie inside their predictive interval."""
    scored = {i.quantity.id: i.target for i in evidence.items}
    scored |= {q.id: s.target for s in evidence.surveys for q in s.quantities}
    bounds = {q.id: q.bound for q in evidence.records}
    after = (
        predictions[predictions["explanation"] == "posterior"] if len(predictions) else predictions
    )
    inside: dict[str, list[bool]] = {}
    for _, row in after.iterrows():
        name = str(row["evidence_id"])
        if name in scored:
            inside.setdefault(scored[name], []).append(is_inside(row, bounds[name]))
    rows = []
    for target in files.targets:
        found = inside.get(target.target, [])
        rows.append(
            {
                "target": target.target,
                "form": target.form,
                "records": len(found),
                "inside": sum(found) if found else None,
                "left_out": ";".join(q for q in target.quantities if q in evidence.left_out),
                "informs": target.informs,
                "cannot_tell": target.cannot_tell,
            }
        )
    columns = ["target", "form", "records", "inside", "left_out", "informs", "cannot_tell"]
    return pd.DataFrame(rows, columns=columns)


def assertions_of(files: CaseFiles, parameters: pd.DataFrame) -> pd.DataFrame:
    """Every assertion with what the evidence says of its coefficient."""
    known = {str(row["name"]): row for _, row in parameters.iterrows()}
    rows = []
    for a in files.assertions:
        names = [n.strip() for n in (a.switch or "").split(";") if n.strip()]
        terms = [known[n] for n in names if n in known and known[n]["family"] != "fixed"]
        support, probability, informed = "not in the model", np.nan, False
        if names:
            support = "cannot tell"
        if terms:
            signs = [t["probability_positive"] for t in terms if t["sign_in_question"]]
            probability = float(np.mean(signs)) if signs else np.nan
            informed = any(bool(t["informed"]) for t in terms)
            support = _support(terms)
        rows.append(
            {
                "id": a.id,
                "group": a.group,
                "cause": a.cause,
                "effect": a.effect,
                "sign": a.sign,
                "status": a.status,
                "equation": a.equation,
                "switch": a.switch,
                "source": a.source,
                "locator": a.locator,
                "support": support,
                "probability": probability,
                "informed": informed,
            }
        )
    columns = ["id", "group", "cause", "effect", "sign", "status", "equation", "switch", "source"]
    return pd.DataFrame(rows, columns=[*columns, "locator", "support", "probability", "informed"])


def _support(terms: list[pd.Series]) -> str:
    """Whether every coefficient has the asserted sign, the opposite one, or neither for sure.

    A coefficient whose sign the prior had settled tells nothing about the assertion: where the
    evidence narrowed it, its strength is informed and its sign is still assumed.
    """
    told = [t for t in terms if t["sign_in_question"]]
    if not told:
        return "sign assumed" if any(t["informed"] for t in terms) else "cannot tell"
    if all(t["probability_positive"] >= SUPPORT for t in told):
        return "supports"
    if all(t["probability_positive"] <= 1.0 - SUPPORT for t in told):
        return "contradicts"
    return "cannot tell"


def boundary_of(
    posterior: Posterior,
    parameters: pd.DataFrame,
    assertions: pd.DataFrame,
    together: pd.DataFrame,
) -> list[str]:
    """Sentences on what the evidence cannot tell; `together` is that of combinations.csv."""
    said = []
    free = parameters[parameters["family"] != "fixed"]
    silent = free[~free["informed"]]
    if len(silent):
        names = ", ".join(str(name) for name in silent["name"])
        said.append(
            f"Of {len(free)} free parameters the evidence informs {len(free) - len(silent)}. "
            f"For the others it does not tell, posterior and prior are much the same: {names}."
        )
    said += [
        f"Known together but not apart, as a {row['kind']}: {row['combination']} has "
        f"{100 * (1 - row['contraction']):.0f} per cent of the width that was assumed, and "
        f"{row['best_alone']}, the best known of these, "
        f"{100 * (1 - row['best_alone_contraction']):.0f} per cent."
        for _, row in together.iterrows()
    ]
    if len(assertions):
        inside = assertions[assertions["support"] != "not in the model"]
        told = int(assertions["informed"].sum())
        said.append(
            f"{len(assertions)} assertions stand in the sources; {len(inside)} are terms of this "
            f"model, and the evidence informs {told} of them."
        )
    if posterior.evidence.left_out:
        said.append(
            "Nothing in the model computes these figures, which stand in targets: "
            + ", ".join(sorted(posterior.evidence.left_out))
            + "."
        )
    if posterior.sample.failed:
        said.insert(0, f"The fit failed: {posterior.sample.failed}")
    return said


def fit_of(posterior: Posterior, predictions: pd.DataFrame) -> dict[str, object]:
    """What the sampler says of itself, and how many figures it fits."""
    sample = posterior.sample
    bounds = {q.id: q.bound for q in posterior.evidence.records}
    scored = {i.quantity.id for i in posterior.evidence.items}
    scored |= {q.id for s in posterior.evidence.surveys for q in s.quantities}
    inside = [
        is_inside(row, bounds[str(row["evidence_id"])])
        for _, row in predictions.iterrows()
        if row["explanation"] == "posterior" and row["evidence_id"] in scored
    ]
    return {
        "log_evidence": sample.log_evidence,
        "log_evidence_error": sample.log_evidence_error,
        "particles": len(sample.z),
        "temperatures": len(sample.temperatures),
        "acceptance_lowest": min(sample.acceptance),
        "steps": sample.steps,
        "unique_ancestors": sample.unique,
        "remembered": sample.remembered,
        "islands_apart": sample.apart,
        "islands_log_evidence": [float(value) for value in sample.islands],
        "rhat_worst": _known(sample.convergence.worst_rhat),
        "ess_least": _known(sample.convergence.least_ess),
        "evaluations": sample.evaluations,
        "failed": sample.failed,
        "parameters_free": posterior.prior.dimension,
        "targets": len(posterior.evidence.targets),
        "records_scored": len(inside),
        "records_inside_90": sum(inside),
    }


def _known(value: float) -> float | None:
    """A number, or None where there is none."""
    return value if np.isfinite(value) else None


def checks_of(model: Model, ensembles: Ensembles, predictions: pd.DataFrame) -> dict[str, object]:
    """Whether the prior predicts nothing absurd and rules out no target."""
    above = above_residents(model, ensembles.posterior, ensembles.workers)
    bounds = {q.id: q.bound for q in ensembles.posterior.evidence.records}
    before = predictions[predictions["explanation"] == "prior"] if len(predictions) else predictions
    scored = {i.quantity.id for i in ensembles.posterior.evidence.items}
    outside = [
        str(row["evidence_id"])
        for _, row in before.iterrows()
        if row["evidence_id"] in scored and not is_inside(row, bounds[str(row["evidence_id"])])
    ]
    return {
        "prior_share_with_more_migrants_than_residents": above,
        "prior_figures_outside_central_90": outside,
    }


def above_residents(model: Model, posterior: Posterior, workers: int) -> float:
    """Share of prior draws that ever put more migrants than residents in a host region."""
    hosts = [
        model.index.regions[r]
        for r in range(len(model.index.regions))
        if model.world.region[r].host
    ]
    groups = sorted({c.group for c in model.files.config.corridors if c.kind == "sojourners"})
    pairs = []
    for region in hosts:
        for group in groups:
            stock = model.atlas.line("migrants_stock", region, group)
            people = model.atlas.line("population", region)
            if stock is not None and people is not None:
                pairs.append((stock, people))
    if not pairs:
        return 0.0
    lines = [stock for stock, _ in pairs] + [people for _, people in pairs]
    _, series = model.run(posterior.names, posterior.prior_values, (), lines, workers=workers)
    stocks, people_there = series[:, : len(pairs)], series[:, len(pairs) :]
    known = ~np.isnan(stocks) & ~np.isnan(people_there)
    return float(((stocks > people_there) & known).any(axis=(1, 2)).mean())
