"""A changed sign or a deleted term makes a check fail, for every term of every mechanism."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "mutants.py"
SOURCE = '''
def f(state, p, x, y):
    """A term - not one."""
    total = p.a * x - y
    total += exp(-y / 2.0)
    state.held = p.b * (x + 1.0)
    state.seen = x
    return max(total, 0.0)
'''


def tool():
    """The tool as a module."""
    spec = importlib.util.spec_from_file_location("mutants", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module
    spec.loader.exec_module(module)
    return module


def test_which_terms_a_function_has():
    mutants = tool()
    terms = mutants.Terms()
    terms.visit(ast.parse(SOURCE).body[0])
    assert sorted(ast.unparse(term) for term in terms.found.values()) == sorted(
        [
            *("p.a * x", "y", "exp(-y / 2.0)", "-y", "p.b * (x + 1.0)"),
            *("x", "1.0", "x", "max(total, 0.0)"),
        ]
    )


def test_every_mutant_of_every_mechanism_is_noticed():
    done = subprocess.run([sys.executable, str(TOOL)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (ROOT / "src" / "marchland" / "mechanisms").glob("[a-z]*.py"):
        assert f"\n{path.stem} " in f"\n{done.stdout}", path.stem
