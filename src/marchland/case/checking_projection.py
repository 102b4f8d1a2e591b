"""Rules of `projection` in model.yaml: by which rule what comes from outside goes on."""

from __future__ import annotations

from marchland.case import casefiles as cf
from marchland.case.continuation import Continuation
from marchland.case.names import Names
from marchland.vocabulary import CONTINUED, RULES, continues, possible_rules

ANY_ACT = "act_"
_ARGUMENTS = ("drift", "volatility", "half_life", "rate", "window")


def check_projection(names: Names) -> None:
    """Report what a projection cannot follow, or would pass over in silence.

    Parameters
    ----------
    names : Names
        The names of the case; receives the problems.
    """
    for name, stated in names.files.projection.items():
        at = (cf.MODEL_FILE, stated.line)
        choices = {*names.vocabulary.drivers, *names.act_drivers, *CONTINUED, ANY_ACT}
        if not names.known(*at, "driver", name, choices, cf.DRIVERS_FILE):
            continue
        if continues(name) == "start":
            names.report(*at, f"{name} is read once, for the start: nothing continues it")
            continue
        rule = stated.rule or continues(name)
        possible = possible_rules(name)
        if rule not in possible:
            line = stated.line_of("rule")
            allowed = " or ".join(possible)
            names.report(cf.MODEL_FILE, line, f"{name} is continued by {allowed}, not by {rule}")
            continue
        _check_arguments(names, stated, rule)


def _check_arguments(names: Names, stated: Continuation, rule: str) -> None:
    """A rule has its own arguments; a return to a mean has no drift besides."""
    for key in _ARGUMENTS:
        if getattr(stated, key) is not None and key not in RULES[rule]:
            line = stated.line_of(key)
            allowed = ", ".join(RULES[rule])
            names.report(cf.MODEL_FILE, line, f"the rule {rule} has {allowed}, but no {key}")
    if stated.half_life is not None and stated.drift:
        line = stated.line_of("drift")
        message = "what returns to its mean has no drift, but got"
        names.report(cf.MODEL_FILE, line, f"{message} drift={stated.drift}; leave one out")
    window = stated.window
    if window is not None and (window.start is None or window.end is None):
        line = stated.line_of("window")
        names.report(cf.MODEL_FILE, line, f"a window needs a start and an end, but got {window}")
