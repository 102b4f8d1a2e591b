"""Every command line in the documentation is one that the program takes, options included."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from marchland.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:marchland|make|python tools/)[^`\n]*)`")
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands() -> list[tuple[str, str]]:
    """Command lines of the documentation, each with its page."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        lines += INLINE.findall(text)
        found += [(page.name, line.split("#")[0].strip()) for line in lines]
    return list(dict.fromkeys((page, line) for page, line in found if line))


def options() -> list[tuple[str, str]]:
    """Options named alone in the README's table of commands, each with its command."""
    rows = re.findall(r"^\| `marchland (\w+)[^|]*\|(.*)\|$", PAGES[0].read_text(), re.MULTILINE)
    return [(name, o) for name, text in rows for o in re.findall(r"`(--[\w-]+)", text)]


def test_the_readme_has_commands():
    assert len([line for page, line in commands() if page == "README.md"]) >= 5
    assert options()


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_is_known(page, line):
    # Words such as [CASE] and DIR stand for what the reader fills in.
    program, *rest = shlex.split(line.replace("[", "").replace("]", ""))
    if program == "make":
        assert set(rest[:1]) <= TARGETS, f"{page}: {line}"
    elif program == "python":
        assert (ROOT / rest[0]).exists(), f"{page}: {line}"
    elif program == "marchland" and rest:
        try:
            app.parse_args(rest, exit_on_error=False, print_error=False)
        except CycloptsError as error:
            needs_more = type(error).__name__ == "MissingArgumentError"
            assert needs_more, f"{page}: {line}: {error}"


@pytest.mark.parametrize(("command", "option"), options())
def test_an_option_is_known(command, option):
    known = {
        name for argument in app[command].assemble_argument_collection() for name in argument.names
    }
    assert option in known
