"""Small pictures within a row of a table, drawn without a script."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

WIDTH, HEIGHT = 190, 18
REACH = 3.0
WIDE = 20.0


def dot_interval(
    interval: tuple[float, float, float],
    prior: tuple[float, float] | None,
    seen: tuple[float | None, float | None, float | None],
    bound: str,
) -> Markup:
    """A stated figure against its predictive interval, which is always drawn from -1 to 1.

    Parameters
    ----------
    interval : (low, median, high)
        What the model, held to the evidence, expects to be stated.
    prior : (low, high), optional
        The same before the evidence.
    seen : (value, low, high)
        What is stated; None where it is not.
    bound : str
        `at_least` and `more_than` point up, `at_most` and `less_than` point down.
    """
    low, middle, high = interval
    if not all(math.isfinite(n) for n in interval) or low == high:
        return Markup("")

    def place(value: float) -> float:
        side = high - middle if value >= middle else middle - low
        # A median at the end of its interval leaves no length on that side.
        side = side or (high - low) / 2
        scaled = max(-REACH, min(REACH, (value - middle) / side))
        return WIDTH / 2 + scaled * (WIDTH / 2 - 8) / REACH

    parts = []
    if prior is not None and all(math.isfinite(n) for n in prior):
        parts.append(_line(place(prior[0]), place(prior[1]), "before"))
    left, right = place(low), place(high)
    parts.append(
        f'<rect class="after" x="{left:.1f}" y="5" width="{right - left:.1f}" height="8"/>'
        f'<path class="middle" d="M{WIDTH / 2:.1f} 4v10"/>'
    )
    ends = [place(n) for n in seen[1:] if n is not None]
    if len(ends) == 2:
        parts.append(_line(ends[0], ends[1], "range"))
    value = seen[0] if seen[0] is not None else next((n for n in seen[1:] if n is not None), None)
    if value is not None and (seen[0] is not None or len(ends) < 2):
        parts.append(_mark(place(value), bound, abs(place(value) - WIDTH / 2) > WIDTH / 2 - 9))
    return _svg(parts, "stated figure against the predicted interval")


def before_after(before: tuple[float, float, float], after: tuple[float, float, float]) -> Markup:
    """Prior above posterior on one scale: low, median, high of each."""
    numbers = [*before, *after]
    if not all(math.isfinite(n) for n in numbers) or min(numbers) == max(numbers):
        return Markup("")
    first, span = min(numbers), max(numbers) - min(numbers)

    def place(value: float) -> float:
        return 4 + (WIDTH - 8) * (value - first) / span

    parts = []
    if first < 0 < max(numbers):
        parts.append(f'<path class="zero" d="M{place(0):.1f} 0v{HEIGHT}"/>')
    for (low, middle, high), y, name in ((before, 5, "before"), (after, 12, "posterior")):
        parts.append(f'<path class="{name}" d="M{place(low):.1f} {y}H{place(high):.1f}"/>')
        parts.append(f'<circle class="{name}" cx="{place(middle):.1f}" cy="{y}" r="2.6"/>')
    return _svg(parts, "prior above, posterior below")


def stated_before(
    prior: list[float],
    after: tuple[float, float] | None,
    seen: tuple[float | None, float | None, float | None],
    bound: str,
) -> Markup:
    """A stated figure on the scale of what the priors alone would have stated.

    Parameters
    ----------
    prior : list of five floats
        1, 5, 50, 95 and 99 per cent.
    after : (low, high), optional
        Central 90 per cent after the evidence.
    seen : (value, low, high)
        What is stated; None where it is not.
    bound : str
        As in `dot_interval`.
    """
    given = [n for n in seen if n is not None]
    ends = [*prior, *(after or ()), *given]
    if not all(math.isfinite(n) for n in ends) or min(ends) == max(ends):
        return Markup("")
    log = min(ends) > 0 and max(ends) > WIDE * min(ends)

    def scaled(value: float) -> float:
        return math.log(value) if log else value

    first, span = scaled(min(ends)), scaled(max(ends)) - scaled(min(ends))

    def place(value: float) -> float:
        return 7 + (WIDTH - 14) * (scaled(value) - first) / span

    parts = [
        f'<path class="outer" d="M{place(prior[0]):.1f} 6H{place(prior[4]):.1f}"/>',
        _line(place(prior[1]), place(prior[3]), "before").replace(" 9H", " 6H"),
        f'<path class="middle" d="M{place(prior[2]):.1f} 2v8"/>',
    ]
    if after is not None:
        left, right = place(after[0]), place(after[1])
        width = max(right - left, 1.0)
        parts.append(f'<rect class="after" x="{left:.1f}" y="11" width="{width:.1f}" height="5"/>')
    if len(given) > 1 and seen[0] is None:
        parts.append(_line(place(given[0]), place(given[-1]), "range"))
    elif given:
        parts.append(_mark(place(given[0]), bound, False))
    scale = "logarithmic" if log else "linear"
    return _svg(parts, f"what the priors would state, {scale} scale, with what is stated")


def share_bar(value: float, low: float, high: float) -> Markup:
    """A share from 0 to 1 as a bar with its interval; what is above 1 ends at the edge."""
    if not all(math.isfinite(n) for n in (value, low, high)):
        return Markup("")

    def place(share: float) -> float:
        return 2 + (WIDTH - 4) * min(max(share, 0.0), 1.0)

    parts = [
        f'<rect class="after" x="2" y="4" width="{place(value) - 2:.1f}" height="10"/>',
        _line(place(low), place(high), "range"),
    ]
    return _svg(parts, "share of the width of the figure, with its interval")


def _line(x1: float, x2: float, name: str) -> str:
    return f'<path class="{name}" d="M{x1:.1f} 9H{x2:.1f}"/>'


def _mark(x: float, bound: str, outside: bool) -> str:
    name = "seen out" if outside else "seen"
    if bound in ("at_least", "more_than"):
        return f'<path class="{name}" d="M{x - 4.5:.1f} 13h9l-4.5 -9z"/>'
    if bound in ("at_most", "less_than"):
        return f'<path class="{name}" d="M{x - 4.5:.1f} 5h9l-4.5 9z"/>'
    return f'<circle class="{name}" cx="{x:.1f}" cy="9" r="4"/>'


def _svg(parts: list[str], label: str) -> Markup:
    return Markup(
        f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
