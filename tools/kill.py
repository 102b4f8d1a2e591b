"""Kill a run with SIGKILL again and again, let the same command go on, and compare its tables.

Usage: kill.py [--kills N] [--seed S] [-- OPTION ...]; what follows `--` goes to `marchland run`,
for example `kill.py --kills 6 -- northeast-asia --quick`. The run is made once without a kill; then
again, each attempt killed after a random share of that time, until it ends. Status 1 where a table
differs. It takes minutes: about three times what the run takes.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

COMMAND = [sys.executable, "-m", "marchland.cli", "run"]
CONTINUES = "continues a run that was stopped: "


def start(options: list[str], out: Path, log: Path) -> subprocess.Popen[bytes]:
    """The command, its words in a file."""
    with log.open("ab") as told:
        return subprocess.Popen(
            [*COMMAND, *options, "--out", str(out)], stdout=told, stderr=subprocess.STDOUT
        )


def finish(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the end of a run that must end well."""
    if process.wait() != 0:
        raise SystemExit(log.read_text())


def killed(options: list[str], out: Path, log: Path, waits: list[float]) -> int:
    """Kill attempts after so many seconds each, then let one end; gives the kills that hit."""
    hits = 0
    for wait in waits:
        process = start(options, out, log)
        try:
            process.wait(wait)
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            hits += 1
            kept = sum(p.stat().st_size for p in (out / ".unfinished").glob("*"))
            print(f"  killed after {wait:.0f} s; {kept / 1e6:.0f} MB kept", flush=True)
    finish(start(options, out, log), log)
    return hits


def different(one: Path, other: Path) -> list[str]:
    """Tables of a run that are not the same bytes in another."""
    tables = sorted(p.relative_to(one) for p in one.rglob("*.csv"))
    if not tables or tables != sorted(p.relative_to(other) for p in other.rglob("*.csv")):
        raise SystemExit(f"{one} and {other} have not the same tables")
    return [str(t) for t in tables if (one / t).read_bytes() != (other / t).read_bytes()]


def main() -> int:
    """Run, kill, compare, and say so in a sentence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=6, help="attempts to kill")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("options", nargs="*", help="options of `marchland run`")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "log"
        begun = time.perf_counter()
        finish(start(chosen.options, folder / "whole", log), log)
        whole = time.perf_counter() - begun
        print(f"without a kill: {whole:.0f} s", flush=True)
        moments = random.Random(chosen.seed)
        # Two seconds of each attempt go by before it has read what was kept.
        waits = [2.0 + moments.uniform(0.02, 0.5) * whole for _ in range(chosen.kills)]
        hits = killed(chosen.options, folder / "killed", log, waits)
        for line in log.read_text().splitlines():
            if line.startswith(CONTINUES):
                print(f"  {line}")
        wrong = different(folder / "whole", folder / "killed")
    told = f"differ: {', '.join(wrong)}" if wrong else "are the same bytes"
    print(f"{date.today().isoformat()}: killed {hits} times; all tables {told}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
