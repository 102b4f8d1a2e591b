"""Change one term of a mechanism, and see whether a test fails: `make mutants`.

For every term of every function of `src/marchland/mechanisms` two mutants: its sign flipped,
and the term deleted. Terms are the operands of sums and differences, what is added or
taken by `+=` and `-=`, products with a coefficient `p.…` that stand alone, values under a
unary minus, and values written to the state or returned. Each mutant takes the
place of its mechanism, the compiler off, and meets the checks of `tests/mechanisms`, those
of its own family first. A mutant that no check notices is listed with file and line.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import json
import os
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"

ROOT = Path(__file__).resolve().parents[1]
MECHANISMS = ROOT / "src" / "marchland" / "mechanisms"
CHECKS = ROOT / "tests" / "mechanisms"
SECONDS = 20

# Fields of the syntax tree that hold no terms; `args` are the parameters of a function.
NO_TERMS = ("decorator_list", "slice", "annotation", "target", "targets")

# Mutants that mean the same: (family, function, term, change) -> why.
EQUIVALENT: dict[tuple[str, str, str, str], str] = {}


class Mutant(NamedTuple):
    """One change of one term: where it stands, what is done, and the changed module."""

    family: str
    function: str
    line: int
    term: str
    change: str
    tree: ast.Module

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the mutant whatever its line."""
        return self.family, self.function, self.term, self.change


def is_sum(node: ast.AST) -> bool:
    """Whether a node adds or takes away."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def is_product(node: ast.AST) -> bool:
    """Whether a node is a product or quotient."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)


def has_coefficient(node: ast.AST) -> bool:
    """Whether one factor of a product is a coefficient `p.name`."""
    if is_product(node):
        assert isinstance(node, ast.BinOp)
        return has_coefficient(node.left) or has_coefficient(node.right)
    if isinstance(node, ast.UnaryOp):
        return has_coefficient(node.operand)
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "p"
    )


def is_negative(node: ast.AST) -> bool:
    """Whether a value is under a unary minus."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def written(node: ast.AST) -> ast.expr | None:
    """What a statement writes to the state or returns, where that is a value of its own."""
    writes = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute)
    value = node.value if writes or isinstance(node, ast.Return) else None  # type: ignore[attr-defined]
    if value is None or isinstance(value, ast.Constant | ast.Tuple) or is_sum(value):
        return None
    return value


class Terms(ast.NodeVisitor):
    """Paths to the terms of a function; a path is a list of (field, position)."""

    def __init__(self) -> None:
        self.found: dict[tuple[tuple[str, int | None], ...], ast.expr] = {}
        self.path: list[tuple[str, int | None]] = []

    def generic_visit(self, node: ast.AST) -> None:
        """Visit the children, keeping the path to each."""
        for name, value in ast.iter_fields(node):
            if name in NO_TERMS or (name == "args" and not isinstance(node, ast.Call)):
                continue
            children = value if isinstance(value, list) else [value]
            for n, child in enumerate(children):
                if isinstance(child, ast.AST):
                    self.path.append((name, n if isinstance(value, list) else None))
                    self.look(node, name, child)
                    self.visit(child)
                    self.path.pop()

    def look(self, parent: ast.AST, name: str, child: ast.AST) -> None:
        """Keep a child that is a term of its parent."""
        if not isinstance(child, ast.expr) or is_sum(child):
            return
        above = tuple(self.path[:-1])
        covered = above in self.found and (is_product(parent) or is_negative(parent))
        added = is_sum(parent) or (isinstance(parent, ast.AugAssign) and name == "value")
        alone = has_coefficient(child) and is_product(child) and not covered
        minus = is_negative(child) and not covered
        if added or alone or minus or written(parent) is child:
            self.found[tuple(self.path)] = child


def at(tree: ast.AST, path: tuple[tuple[str, int | None], ...]) -> tuple[ast.AST, str, int | None]:
    """The parent of the node at a path, and the field and position in it."""
    node: ast.AST = tree
    for name, n in path[:-1]:
        value = getattr(node, name)
        node = value if n is None else value[n]
    return node, *path[-1]


def put(tree: ast.AST, path: tuple[tuple[str, int | None], ...], value: ast.expr) -> None:
    """Replace the node at a path."""
    parent, name, n = at(tree, path)
    if n is None:
        setattr(parent, name, value)
    else:
        getattr(parent, name)[n] = value


def mutants_of(family: str) -> Iterator[Mutant]:
    """Every mutant of one mechanism."""
    tree = parsed(family)
    for n, function in enumerate(tree.body):
        if not isinstance(function, ast.FunctionDef):
            continue
        terms = Terms()
        terms.path.append(("body", n))
        terms.visit(function)
        for place, term in terms.found.items():
            flipped = term.operand if is_negative(term) else ast.UnaryOp(ast.USub(), term)  # type: ignore[attr-defined]
            for change, value in (("flip", flipped), ("delete", ast.Constant(0.0))):
                changed = copy.deepcopy(tree)
                put(changed, place, copy.deepcopy(value))
                ast.fix_missing_locations(changed)
                text = ast.unparse(term)
                yield Mutant(family, function.name, term.lineno, text, change, changed)


class Trial:
    """The checks, and how to run them against one mutant after another.

    Each mutant takes the place of its module's functions, and the functions as they are
    written come back after it.
    """

    def __init__(self) -> None:
        warnings.simplefilter("ignore")
        sys.path.insert(0, str(CHECKS))
        self.equations = importlib.import_module("equations")
        families = list(self.equations.families())
        self.checks = [(f, n, c) for f in families for n, c in self.equations.checks_of(f).items()]

    def load(self, family: str, tree: ast.Module) -> None:
        """Define the functions of a mechanism anew."""
        module = importlib.import_module(f"marchland.mechanisms.{family}")
        exec(compile(tree, str(MECHANISMS / f"{family}.py"), "exec"), vars(module))

    def survives(self, mutant: Mutant) -> bool:
        """Whether no check notices; those named after the function and its family come first."""
        first, own = f"check_{mutant.function}", f"test_{mutant.family}"
        order = sorted(self.checks, key=lambda check: (check[1] != first, check[0] != own))
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(SECONDS)
        try:
            self.load(mutant.family, mutant.tree)
            return all(self.equations.failure(check) is None for *_, check in order)
        except TimeoutError:
            return False
        finally:
            signal.alarm(0)
            self.load(mutant.family, parsed(mutant.family))


def stop(*_: object) -> None:
    """End a mutant that never ends by itself: it is noticed."""
    raise TimeoutError


def parsed(family: str) -> ast.Module:
    """A mechanism as it is written."""
    return ast.parse((MECHANISMS / f"{family}.py").read_text(encoding="utf-8"))


def run(names: list[str]) -> tuple[list[Mutant], list[Mutant]]:
    """All mutants of some mechanisms, and those that survive; one process each processor."""
    trial = Trial()
    if not trial.survives(Mutant(names[0], "", 0, "", "nothing", parsed(names[0]))):
        raise SystemExit("a check fails though nothing is changed: run `make test`")
    mutants = [mutant for name in names for mutant in mutants_of(name)]
    workers = min(os.cpu_count() or 1, len(mutants))
    pipes = []
    for w in range(workers):
        reading, writing = os.pipe()
        if os.fork() == 0:
            with os.fdopen(writing, "w") as out:
                json.dump(
                    [n for n in range(w, len(mutants), workers) if trial.survives(mutants[n])], out
                )
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    survivors = []
    for reading in pipes:
        with os.fdopen(reading) as answer:
            survivors += json.load(answer)
        os.wait()
    return mutants, [mutants[n] for n in sorted(survivors)]


def mechanism_names() -> list[str]:
    """Names of the files of mechanisms."""
    return [path.stem for path in sorted(MECHANISMS.glob("*.py")) if path.stem != "__init__"]


def main() -> int:
    """Print the survivors; status 1 where one is not known to mean the same."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mechanisms", nargs="*", help="names of mechanisms; all by default")
    names = parser.parse_args().mechanisms or mechanism_names()
    began = time.perf_counter()
    mutants, survivors = run(names)
    terms = Counter(m.family for m in mutants if m.change == "flip")
    lost = Counter(m.family for m in survivors)
    for name in names:
        print(f"{name:12s} {terms[name]:4d} terms, {2 * terms[name] - lost[name]:4d} killed")
    unknown = [m for m in survivors if m.key not in EQUIVALENT]
    for m in survivors:
        why = EQUIVALENT.get(m.key, "SURVIVES")
        print(f"src/marchland/mechanisms/{m.family}.py:{m.line}: {m.change} {m.term!r}: {why}")
    print(
        f"{terms.total()} terms, {len(mutants)} mutants, {len(mutants) - len(survivors)} killed, "
        f"{len(survivors) - len(unknown)} equivalent, {len(unknown)} survive, "
        f"{time.perf_counter() - began:.0f} s"
    )
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
