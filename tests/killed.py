"""Runs the command line and kills itself with SIGKILL at the n-th change of a file under a folder.

Usage: killed.py FOLDER N COMMAND..., with N 0 for never. What is killed is a process of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR


def main() -> None:
    folder, number = str(Path(sys.argv[1]).resolve()), int(sys.argv[2])
    seen = [0]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event not in CHANGES or not isinstance(arguments[0], str | os.PathLike):
            return
        if not os.path.abspath(os.fspath(arguments[0])).startswith(folder):  # noqa: PTH100
            return
        if event == "open" and not int(str(arguments[2] or 0)) & WRITING:
            return
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    sys.argv = ["marchland", *sys.argv[3:]]
    from marchland.cli import main as marchland

    marchland()
    print(f"changes: {seen[0]}")


if __name__ == "__main__":
    main()
