"""What the model costs: runs per CPU second, the fit, scaling, memory, compilation.

`make bench` prints a table beside its bars; `python tools/bench.py --write docs/measured.md`
also replaces the marked block of that page. Times are CPU seconds of one thread, the best of
three, so that other work on the machine disturbs them little. It is no test: it never fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numba
import numpy as np

from marchland.case import find_case, load
from marchland.inference.calibrate import Fitting, calibrate, joint_prior
from marchland.inference.likelihood import log_likelihood
from marchland.inference.scored import gather
from marchland.inference.terms import Terms
from marchland.lines import batches, standard_lines, summarise
from marchland.model import BASELINE, Model

CASE = "northeast-asia"
START, END = "<!-- bench: start -->", "<!-- bench: end -->"
MEMBERS = 400
SIZES = (100, 200, 400, 800)
ENSEMBLE = 1000
Row = tuple[str, str, str]


class Bench:
    """The flagship case, prior draws of its parameters, and the rows measured so far."""

    def __init__(self) -> None:
        self.model = Model(load(find_case(CASE)))
        self.evidence = gather(self.model)
        self.prior = joint_prior(self.model, self.evidence)
        self.rows: list[Row] = []
        self.run(2)

    def values(self, members: int) -> np.ndarray:
        """Parameters drawn from the prior; the first ones are the same for every number."""
        z = self.prior.sample(max(SIZES), np.random.default_rng(1))
        return self.prior.values(z[:members])

    def run(self, members: int, *, stochastic: bool = False) -> np.ndarray:
        """Simulate members on one thread and read every figure of the evidence."""
        figures, _ = self.model.run(
            self.prior.names,
            self.values(members),
            self.evidence.readings,
            stochastic=stochastic,
            workers=1,
        )
        return figures

    def row(self, what: str, measured: str, bar: str) -> None:
        """Keep a row of the table."""
        self.rows.append((what, measured, bar))


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of some work, the best of a few."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def speed(bench: Bench) -> None:
    """Runs and likelihoods per CPU second."""
    seconds = cpu(lambda: bench.run(MEMBERS))
    bench.row("mean-model runs per CPU second", f"{MEMBERS / seconds:,.0f}", "at least 3,000")
    seconds = cpu(lambda: bench.run(MEMBERS, stochastic=True))
    bench.row("stochastic runs per CPU second", f"{MEMBERS / seconds:,.0f}", "at least 300")
    counted = child("draws")
    bench.row(
        "draws a quarter, all corridors used",
        f"{counted['asked']:.0f} asked, {counted['made']:.0f} of them random",
        "printed",
    )
    figures, values = bench.run(MEMBERS), bench.values(MEMBERS)
    observed = bench.evidence.observed(bench.prior.names, values)
    seconds = cpu(lambda: log_likelihood(bench.evidence, figures, observed))
    bench.row("likelihoods of given figures per CPU second", f"{MEMBERS / seconds:,.0f}", "none")
    fitting = Fitting(bench.model, bench.prior, Terms(bench.evidence), BASELINE, 1)
    z = bench.prior.sample(MEMBERS, np.random.default_rng(1))
    seconds = cpu(lambda: fitting.log_likelihood(fitting.outputs(z)))
    what = "likelihoods per CPU second, the model's run included"
    bench.row(what, f"{MEMBERS / seconds:,.0f}", "printed")


def fit(bench: Bench) -> None:
    """One fit of the case: what it takes, and what its draws are worth."""
    wall, start = time.perf_counter(), time.process_time()
    sample = calibrate(bench.model, seed=1, workers=os.cpu_count() or 1).sample
    wall, seconds = time.perf_counter() - wall, time.process_time() - start
    bulk = sample.convergence.ess_bulk
    bench.row(
        f"a fit of {sample.z.shape[1]} parameters, {sample.evaluations:,} runs of the model",
        f"{seconds:.0f} CPU seconds, {wall:.0f} by the clock",
        "under 120 s on two cores",
    )
    bench.row(
        "effective samples per CPU second (bulk)",
        f"{np.median(bulk) / seconds:.1f}, of the parameter told worst {bulk.min() / seconds:.1f}",
        "printed",
    )
    told = f"{sample.log_evidence:.2f} ± {sample.log_evidence_error:.2f}"
    bench.row("its log evidence", f"{told}{'; ' if sample.failed else ''}{sample.failed}", "none")


def scaling(bench: Bench) -> None:
    """Cost against the number of people and against members."""
    people = {}
    start = bench.model.world.pool.people.copy(), bench.model.world.region.people.copy()
    for factor in (1, 100):
        bench.model.world.pool.people[:] = start[0] * factor
        bench.model.world.region.people[:] = start[1] * factor
        people[factor] = cpu(lambda: bench.run(MEMBERS, stochastic=True))
    bench.model.world.pool.people[:], bench.model.world.region.people[:] = start
    bench.row("cost with 100 times the people", f"x {people[100] / people[1]:.2f}", "flat, x 1")
    each = [cpu(lambda n=n: bench.run(n, stochastic=True)) / n for n in SIZES]  # type: ignore[misc]
    told = ", ".join(f"{n}: {1e3 * s:.2f}" for n, s in zip(SIZES, each, strict=True))
    bench.row("CPU milliseconds a member, by members", told, "in step: the same")


def memory(bench: Bench) -> None:
    """Peak memory of an ensemble with the standard lines."""
    used = child("memory")
    bench.row(
        f"peak memory, {ENSEMBLE:,} members, {used['lines']:.0f} lines through time",
        f"{used['peak']:.2f} GB, {used['added']:.2f} of it by the ensemble",
        "under 1 GB",
    )


def compilation(bench: Bench) -> None:
    """Compile time in an empty cache, and the start from a full one."""
    with tempfile.TemporaryDirectory() as folder:
        first, again = child("compile", folder), child("compile", folder)
    bench.row(
        "compile time, once",
        f"{first['cpu']:.1f} CPU seconds, {first['wall']:.1f} by the clock",
        "under 20 s",
    )
    bench.row("the same from the cache", f"{again['cpu']:.1f} CPU seconds", "none")


def child(task: str, cache: str | None = None) -> dict[str, float]:
    """Measure in a process of its own."""
    environment = dict(os.environ)
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    if task == "draws":
        environment["NUMBA_DISABLE_JIT"] = "1"
    done = subprocess.run(
        [sys.executable, __file__, "--child", task],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def child_compile() -> dict[str, float]:
    """First run of a process."""
    model = Model(load(find_case(CASE)))
    prior = joint_prior(model)
    wall, start = time.perf_counter(), time.process_time()
    model.run(prior.names, prior.values(np.zeros((1, prior.dimension))))
    return {"cpu": time.process_time() - start, "wall": time.perf_counter() - wall}


def child_memory() -> dict[str, float]:
    """An ensemble with every standard line, summarised as a run does."""
    import resource

    model = Model(load(find_case(CASE)))
    prior = joint_prior(model)
    lines = standard_lines(model)
    values = prior.values(prior.sample(ENSEMBLE, np.random.default_rng(1)))
    model.run(prior.names, values[:2], stochastic=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for part in batches(lines):
        readings = [line.reading for line in part]
        _, series = model.run(prior.names, values, (), readings, stochastic=True, workers=2)
        summarise(model, part, series, "prior", "baseline")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gigabyte = 1e9 / 1024.0
    return {
        "lines": float(len(lines)),
        "peak": after / gigabyte,
        "added": (after - before) / gigabyte,
    }


def child_draws() -> dict[str, float]:
    """Draws asked for in a quarter, and those that need luck; counted with the compiler off."""
    from marchland.engine import draws

    counts = {"asked": 0, "made": 0}
    by_quarter: dict[int, list[int]] = {}
    drawn = draws.draw

    def counted(luck, n, p, quarter, process, cell):  # type: ignore[no-untyped-def]
        made = int(n > 0.0 and 0.0 < p < 1.0)
        row = by_quarter.setdefault(int(quarter), [0, 0])
        row[0] += 1
        row[1] += made
        return drawn(luck, n, p, quarter, process, cell)

    draws.draw = counted
    model = Model(load(find_case(CASE)))
    prior = joint_prior(model)
    values = prior.values(np.zeros((1, prior.dimension)))
    model.run(prior.names, values, stochastic=True)
    counts["asked"], counts["made"] = max(by_quarter.values())
    return {name: float(n) for name, n in counts.items()}


CHILDREN = {"compile": child_compile, "memory": child_memory, "draws": child_draws}


def processor() -> str:
    """Name of the processor, as Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]}, {len(names)} cores" if names else platform.machine()


def page(rows: list[Row], day: date) -> str:
    """The table as Markdown."""
    head = (
        f"Measured on {day.isoformat()} by `make bench`: {processor()}, "
        f"Python {platform.python_version()}, Numba {numba.__version__}, NumPy {np.__version__}."
    )
    table = ["| what | measured | bar |", "|---|---|---|"]
    table += [f"| {what} | {measured} | {bar} |" for what, measured, bar in rows]
    return "\n".join([head, "", *table])


def write(path: Path, text: str) -> None:
    """Replace the marked block of a page."""
    old = path.read_text(encoding="utf-8")
    if START not in old or END not in old:
        raise SystemExit(f"{path} has no block between '{START}' and '{END}'")
    before, after = old.partition(START)[0], old.partition(END)[2]
    path.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="page whose marked block is replaced")
    parser.add_argument("--child", choices=sorted(CHILDREN), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(CHILDREN[chosen.child]()))
        return
    bench = Bench()
    for part in (speed, fit, scaling, memory, compilation):
        part(bench)
    text = page(bench.rows, date.today())
    print(text)
    if chosen.write:
        write(chosen.write, text)


if __name__ == "__main__":
    main()
