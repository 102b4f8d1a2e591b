"""A toy posterior by the No-U-Turn Sampler: what the project's own sampler is compared against.

The toy has twelve parameters and every form of likelihood that evidence can have. Here its priors
and its likelihood are written once more with NumPyro's distributions, so that nothing but the
figures and the equations of the toy is shared with the program. The summary is kept, dated, in
`tests/reference/nuts_toy.csv`, and the fast tests compare against it.

`make nuts` samples anew and writes the file; it needs the extra `check`, which is large.

References: Hoffman and Gelman 2014 (NUTS); Vehtari and others 2021 (rank-normalised diagnostics).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

REFERENCE = Path(__file__).parents[1] / "tests" / "reference" / "nuts_toy.csv"
SEED, CHAINS, WARMUP, DRAWS = 20031231, 4, 2000, 25_000
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
Values = Mapping[str, Any]

# name: family and arguments, as in model.yaml
PRIORS: dict[str, tuple[str, tuple[float, ...]]] = {
    "level": ("lognormal", (6.0, 0.4)),
    "elasticity": ("normal", (1.0, 0.2)),
    "cut": ("half_normal", (0.5,)),
    "share": ("beta", (3.0, 4.0)),
    "rate": ("uniform", (0.2, 2.0)),
    "hostility": ("normal", (0.0, 0.7)),
    "answer_first": ("normal", (-0.7, 0.7)),
    "answer_second": ("normal", (0.0, 0.8)),
    "answer_named": ("normal", (0.0, 0.8)),
    "acts_level": ("normal", (1.5, 0.7)),
    "bias:other": ("normal", (0.0, 0.2)),
    "untold": ("normal", (0.0, 1.0)),
}
# Figures by name: unit, statistic, bound, value, low, high, error, weight.
FIGURES: dict[str, tuple[str, str, str, float | None, float | None, float | None, float, float]] = {
    "early": ("billion USD", "level", "exact", 6.9, None, None, 0.12, 1.0),
    "late": ("billion USD", "level", "about", 8.1, None, None, 0.25, 1.0),
    "late_other": ("billion USD", "level", "exact", 10.4, None, None, 0.12, 0.5),
    "change": ("percent", "change_pct", "exact", -34.0, None, None, 0.15, 1.0),
    "stayers": ("share", "share", "exact", 0.22, None, None, 0.3, 1.0),
    "trips": ("persons", "level", "range", None, 14.0, 22.0, 0.3, 1.0),
    "crossers": ("persons", "level", "more_than", None, 5.0, None, 0.3, 1.0),
    "deaths": ("persons", "level", "at_most", None, None, 40.0, 0.6, 1.0),
    "incidents": ("incidents", "sum", "exact", 7.0, None, None, 0.3, 1.0),
}
ASSESSED = (0.44, 0.19, 0.37)  # multinomial, 100 interviews
NAMED = (0.30, 0.42, 0.25)  # two items, and the answer that excludes them; 80 interviews
INTERVIEWS = (100.0, 80.0)
PULLS = (-1.5, -0.5, 0.3, 1.2)
COOPERATIVE, CONFLICTUAL = (2.0, 5.0, 4.0, 6.0), (4.0, 2.0, 1.0, 0.0)


def figures(p: Values, xp: ModuleType) -> dict[str, Any]:
    """Single figures of the toy, by NumPy or by what has its functions."""
    cut = xp.exp(-p["cut"] * (0.5 + p["share"]))
    late = p["level"] * 1.7 ** p["elasticity"] * cut
    trips = 15.0 * p["rate"] * xp.exp(0.4 * p["hostility"])
    return {
        "early": p["level"],
        "late": late,
        "late_other": late,
        "change": 100.0 * (cut * xp.exp(-0.2 * p["rate"]) - 1.0),
        "stayers": p["share"] * p["rate"] / (0.5 + p["rate"]),
        "trips": trips,
        "crossers": 0.5 * trips * p["share"],
        "deaths": trips * (1.0 + p["share"]),
        "incidents": 6.0 * p["rate"] * xp.exp(0.6 * p["hostility"]),
    }


def assessed(p: Values, xp: ModuleType) -> Any:
    """Shares of the answers of which one is given, last axis the answers."""
    first = xp.exp(p["answer_first"] + 0.5 * p["hostility"])
    second = xp.exp(p["answer_second"] - p["hostility"])
    total = 1.0 + first + second
    return xp.stack([second / total, first / total, 1.0 / total], axis=-1)


def named(p: Values, xp: ModuleType) -> Any:
    """Shares of two items that may both be named, and of nothing named."""
    none = 1.0 / (1.0 + xp.exp(p["answer_named"] + 0.5 * p["hostility"]))
    first = (1.0 - none) / (1.0 + xp.exp(-p["answer_first"]))
    second = (1.0 - none) / (1.0 + xp.exp(-p["answer_second"] - p["hostility"] ** 2))
    return xp.stack([first, second, none], axis=-1)


def relation(p: Values, xp: ModuleType) -> Any:
    """Relation in the quarters with reported acts."""
    return xp.stack([pull * p["hostility"] for pull in PULLS], axis=-1)


def posterior() -> None:
    """The toy as a program of NumPyro."""
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist

    families = {
        "lognormal": lambda a: dist.LogNormal(jnp.log(a[0]), a[1]),
        "normal": lambda a: dist.Normal(a[0], a[1]),
        "half_normal": lambda a: dist.HalfNormal(a[0]),
        "beta": lambda a: dist.Beta(a[0], a[1]),
        "uniform": lambda a: dist.Uniform(a[0], a[1]),
    }
    p = {name: numpyro.sample(name, families[f](a)) for name, (f, a) in PRIORS.items()}
    for name, says in figures(p, jnp).items():
        bias = p["bias:other"] if name == "late_other" else 0.0
        numpyro.factor(name, FIGURES[name][-1] * _figure(name, says, bias))
    counts = jnp.array(ASSESSED) * INTERVIEWS[0]
    numpyro.factor("assessed", jnp.sum(counts * jnp.log(assessed(p, jnp))))
    numpyro.factor("named", _named(named(p, jnp)))
    good, bad = jnp.array(COOPERATIVE), jnp.array(CONFLICTUAL)
    law = dist.Binomial(good + bad, logits=p["acts_level"] + relation(p, jnp))
    numpyro.factor("acts", law.log_prob(good).sum())


def _figure(name: str, says: Any, bias: Any) -> Any:
    """Log likelihood of a point, a range, a bound or a count."""
    import jax.numpy as jnp
    import numpyro.distributions as dist
    from jax.scipy.special import ndtr

    unit, statistic, _, value, low, high, error, _ = FIGURES[name]

    def scale(x: Any) -> Any:
        if unit == "share":
            return jnp.log(x) - jnp.log1p(-x)
        return jnp.log1p(x / 100.0) if statistic == "change_pct" else jnp.log(x)

    if unit == "incidents":
        return dist.NegativeBinomial2(says, 1.0 / error**2).log_prob(value)
    mean = scale(says) + bias
    if value is not None:
        return dist.Normal(mean, error).log_prob(scale(value))
    above = 1.0 if high is None else ndtr((scale(high) - mean) / error)
    below = 0.0 if low is None else ndtr((scale(low) - mean) / error)
    return jnp.log(above - below)


def _named(answers: Any) -> Any:
    """Log likelihood of answers of which several may be given, in two stages."""
    import jax.numpy as jnp

    some = INTERVIEWS[1] * (1.0 - NAMED[2])
    term = INTERVIEWS[1] * NAMED[2] * jnp.log(answers[2]) + some * jnp.log1p(-answers[2])
    for k in range(2):
        yes, chance = INTERVIEWS[1] * NAMED[k], answers[k] / (1.0 - answers[2])
        term += yes * jnp.log(chance) + (some - yes) * jnp.log1p(-chance)
    return term


def sample() -> list[dict[str, object]]:
    """Summary of the posterior, a row a parameter, with Monte Carlo errors."""
    import jax
    import numpyro
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
    from numpyro.infer import MCMC, NUTS

    jax.config.update("jax_enable_x64", True)
    kernel = NUTS(posterior, target_accept_prob=0.95)
    chains = MCMC(
        kernel,
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="sequential",
        progress_bar=False,
    )
    chains.run(jax.random.PRNGKey(SEED))
    divergent = int(np.asarray(chains.get_extra_fields()["diverging"]).sum())
    rows = []
    for name, drawn in chains.get_samples(group_by_chain=True).items():
        x = np.asarray(drawn)
        row: dict[str, object] = {"parameter": name, "mean": x.mean(), "sd": x.std()}
        row |= {f"q{round(100 * q):02d}": np.quantile(x, q) for q in QUANTILES}
        row["effective"] = float(effective_sample_size(x))
        row["rhat"] = float(split_gelman_rubin(x))
        rows.append(
            {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
            | {
                "divergent": divergent,
                "chains": CHAINS,
                "draws": DRAWS,
                "seed": SEED,
                "numpyro": numpyro.__version__,
                "jax": jax.__version__,
                "date": date.today().isoformat(),
            }
        )
    return rows


def main() -> None:
    """Sample and write the reference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=REFERENCE)
    out = parser.parse_args().out
    rows = sample()
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(f"{out}: {len(rows)} parameters")


if __name__ == "__main__":
    main()
