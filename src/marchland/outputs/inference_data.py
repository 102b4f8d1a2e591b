"""The fit as a netCDF file that ArviZ reads: groups of draws with names, units and diagnostics."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marchland.inference.calibrate import Posterior
from marchland.inference.likelihood import by_target, predictive
from marchland.model import Model
from marchland.outputs.atomic import atomic_path

if TYPE_CHECKING:
    import pandas as pd
    import xarray

Floats = NDArray[np.float64]
Groups = dict[str, "xarray.Dataset"]
MOST_PRIOR = 1024
LIBRARY = "marchland"
PACKED = {"zlib": True, "complevel": 4, "shuffle": True}
ABOUT = (
    "Chains are the islands of a tempered sequential Monte Carlo sampler, which never exchanged "
    "particles; log_evidence in sample_stats gives each island's weight in the posterior of the "
    "run, while the draws here count alike. Figures are those of the mean model; predictive ones "
    "have the error of observation."
)


def inference_groups(
    model: Model,
    posterior: Posterior,
    parameters: pd.DataFrame,
    *,
    seed: int,
    workers: int,
    attributes: Mapping[str, object],
) -> Groups:
    """Groups of an ArviZ InferenceData: what was assumed, observed, drawn and foretold.

    Parameters
    ----------
    model : Model
        The model that was fitted.
    posterior : Posterior
        The fit.
    parameters : DataFrame
        As in parameters.csv: unit, meaning and reason of each parameter.
    seed, workers : int
        As in the run.
    attributes : mapping
        Case, version and the like; every group carries them.

    Returns
    -------
    dict of str to Dataset
        posterior, prior, log_likelihood (by target), observed_data, prior_predictive,
        posterior_predictive and sample_stats.

    Notes
    -----
    Distrust comparisons of rival explanations by leave-one-out from `log_likelihood`: targets are
    few and share trends.

    References
    ----------
    Kumar, Carroll, Hartikainen and Martin 2019, 'ArviZ: a unified library for exploratory analysis
    of Bayesian models in Python'.
    """
    after = _drawn(posterior)
    before = posterior.pick_prior(min(MOST_PRIOR, len(posterior.prior_values)))[None]
    groups = {
        "posterior": _parameters(posterior, after, parameters),
        "prior": _parameters(posterior, before, parameters),
        "sample_stats": _statistics(posterior),
        "observed_data": _observed(posterior),
    }
    for name, values, stream in (("posterior", after, 7), ("prior", before, 8)):
        flat = values.reshape(-1, values.shape[2])
        evidence = posterior.evidence
        figures, _ = model.run(
            posterior.names,
            flat,
            evidence.readings,
            setting=posterior.setting,
            workers=workers,
            strict=False,
        )
        observed = evidence.observed(posterior.names, flat)
        seen = predictive(evidence, figures, np.random.default_rng([seed, stream]))
        groups[f"{name}_predictive"] = _table("figure", "record", values, seen, _records(posterior))
        if name == "posterior" and evidence.targets:
            with np.errstate(all="ignore"):
                parts = by_target(evidence, figures, observed)
            terms = np.stack(list(parts.values()), axis=1)
            groups["log_likelihood"] = _table(
                "target", "target_name", values, terms, {"target_name": list(parts)}
            )
    for group in groups.values():
        group.attrs = {**attributes, "inference_library": LIBRARY, "about": ABOUT}
    return dict(sorted(groups.items()))


def _drawn(posterior: Posterior) -> Floats:
    """Draws in the units of model.yaml, (islands, draws, parameters)."""
    chains = posterior.sample.chains
    if not chains.size:
        return posterior.values[None]
    values = posterior.prior.values(chains.reshape(-1, chains.shape[2]))
    return np.asarray(values.reshape(*chains.shape[:2], -1))


def _parameters(posterior: Posterior, values: Floats, parameters: pd.DataFrame) -> xarray.Dataset:
    import xarray

    rows = parameters.set_index("name")
    data = {}
    for n, name in enumerate(posterior.names):
        said = {key: str(rows.loc[name, key]) for key in ("unit", "meaning", "reason", "family")}
        data[name] = (("chain", "draw"), values[:, :, n], said)
    return xarray.Dataset(data, coords=_coordinates(values))


def _coordinates(values: Floats) -> dict[str, NDArray[np.int64]]:
    return {"chain": np.arange(values.shape[0]), "draw": np.arange(values.shape[1])}


def _table(
    name: str, dimension: str, values: Floats, table: Floats, coordinates: Mapping[str, object]
) -> xarray.Dataset:
    """Columns of a table of draws along a dimension of their own, in single precision."""
    import xarray

    shaped = table.reshape(*values.shape[:2], -1).astype(np.float32)
    return xarray.Dataset(
        {name: (("chain", "draw", dimension), shaped)},
        coords={**_coordinates(values), **coordinates},
    )


def _records(posterior: Posterior) -> dict[str, object]:
    """What each figure is, by the id of its record."""
    records = posterior.evidence.records
    told: dict[str, object] = {"record": [q.id for q in records]}
    for key in ("measure", "place", "unit"):
        told[key] = ("record", [str(getattr(q, key) or "") for q in records])
    return told


def _observed(posterior: Posterior) -> xarray.Dataset:
    """What the sources print; what is absent is not a number."""
    import xarray

    def printed(key: str) -> tuple[str, Floats]:
        values = [getattr(q, key) for q in posterior.evidence.records]
        return "record", np.array([np.nan if v is None else v for v in values], dtype=float)

    scored = {item.quantity.id for item in posterior.evidence.items}
    scored |= {q.id for survey in posterior.evidence.surveys for q in survey.quantities}
    data: dict[str, object] = {
        name: printed(key) for name, key in (("figure", "value"), ("low", "low"), ("high", "high"))
    }
    data["scored"] = ("record", [q.id in scored for q in posterior.evidence.records])
    return xarray.Dataset(data, coords=_records(posterior))


def _statistics(posterior: Posterior) -> xarray.Dataset:
    """What the sampler says of itself."""
    import xarray

    sample = posterior.sample
    data: dict[str, object] = {"acceptance": ("temperature", sample.acceptance)}
    if len(sample.islands):
        data["log_evidence"] = ("chain", sample.islands)
    for column, values in posterior.convergence().items():
        if values:
            data[column] = ("parameter", list(values.values()))
    coordinates: dict[str, object] = {"temperature": sample.temperatures}
    if posterior.prior.free_names:
        coordinates["parameter"] = posterior.prior.free_names
    if len(sample.islands):
        coordinates["chain"] = np.arange(len(sample.islands))
    return xarray.Dataset(data, coords=coordinates)


def write_inference(path: Path | str, groups: Groups) -> Path:
    """Write groups as one netCDF-4 file, whole or not at all; the same draws, the same bytes."""
    import xarray

    tree = xarray.DataTree.from_dict(dict(groups))
    packing = {
        f"/{name}": {
            variable: PACKED
            for variable, values in group.data_vars.items()
            if values.ndim == 3  # tables of figures; a parameter alone is small
        }
        for name, group in groups.items()
    }
    with atomic_path(path) as temporary:
        tree.to_netcdf(temporary, engine="h5netcdf", encoding=packing)
    return Path(path)
