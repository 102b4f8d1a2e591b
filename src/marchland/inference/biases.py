"""Parameters by which sources are off: what each means, in which unit, and why it is there."""

from __future__ import annotations

from typing import NamedTuple

from marchland.inference.scored import Evidence


class Bias(NamedTuple):
    """What a reader wants to know of a bias.

    Parameters
    ----------
    meaning, unit, reason : str
        As in parameters.csv.
    """

    meaning: str
    unit: str
    reason: str


def described(evidence: Evidence) -> dict[str, Bias]:
    """Every bias of the sources in some evidence, by the parameter's name."""
    told: dict[str, Bias] = {}
    for item in evidence.items:
        if not item.bias or item.bias in told:
            continue
        _, speaker, measure = item.bias.split(":", 2)
        words = measure.replace("_", " ")
        told[item.bias] = Bias(
            f"how far the figures of {speaker} on {words} lie above what happened",
            "log odds" if item.quantity.unit == "share" else "log of the figure",
            f"another source tells of the same {words}, place and time; normal, with the "
            f"deviation {evidence.biases[item.bias]:g} (bias in observation.structure, else 0.2)",
        )
    return told
