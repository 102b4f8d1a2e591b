"""Equations behind the figures: what the mechanisms say of themselves."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from dataclasses import dataclass
from functools import cache

import marchland.mechanisms

_CODE = re.compile(r"\b[EO]\d+[a-z]?\b")
_RANGE = re.compile(r"\b([EO])(\d+)[a-z]?\s*-\s*\1(\d+)[a-z]?\b")


@dataclass(frozen=True)
class Mechanism:
    """A function of the model, in its own words.

    Parameters
    ----------
    name, file : str
        Function, and the file that holds it.
    summary, text : str
        First line of its docstring, and the rest.
    codes : tuple of str
        Equations that the first line names.
    """

    name: str
    file: str
    summary: str
    text: str
    codes: tuple[str, ...]


@cache
def mechanisms() -> tuple[Mechanism, ...]:
    """All mechanisms whose docstring names an equation, in the order of their files."""
    found = []
    for module in pkgutil.iter_modules(marchland.mechanisms.__path__):
        loaded = importlib.import_module(f"marchland.mechanisms.{module.name}")
        for name, item in vars(loaded).items():
            function = getattr(item, "py_func", item)
            if not inspect.isfunction(function) or function.__module__ != loaded.__name__:
                continue
            summary, _, text = inspect.cleandoc(function.__doc__ or "").partition("\n")
            codes = tuple(dict.fromkeys(_CODE.findall(summary)))
            if codes:
                found.append(
                    Mechanism(name, f"mechanisms/{module.name}.py", summary, text.strip(), codes)
                )
    return tuple(found)


def formula_of(mechanism: Mechanism) -> str:
    """The formula at the head of a mechanism's text; empty where it has none."""
    formula = mechanism.text.partition("\n\n")[0]
    return formula if re.search(r"=|^[-+] ", formula) else ""


def order(code: str) -> tuple[str, int, str]:
    """Sort key: E before O, E5 before E5b before E10."""
    match = re.fullmatch(r"([A-Z]+)(\d+)([a-z]?)", code)
    return (match[1], int(match[2]), match[3]) if match else (code, 0, "")


def codes_in(text: object, known: frozenset[str] = frozenset()) -> list[str]:
    """Codes that a cell names, in order; `E1-E6` stands for all known ones between.

    Parameters
    ----------
    text : str or None
        Such as ``E1;E7`` or ``E1-E6``; nothing and ``none`` give no code.
    known : frozenset of str
        Codes that a range may stand for.
    """
    if not isinstance(text, str):
        return []
    found = set(_CODE.findall(text))
    for letter, first, last in _RANGE.findall(text):
        found |= {
            code
            for code in known
            if code[0] == letter and int(first) <= order(code)[1] <= int(last)
        }
    return sorted(found, key=order)
