"""The evidence base: store, search, series and contradictions."""

from marchland.evidence.contradiction import KINDS, Contradiction
from marchland.evidence.contradictions import find_contradictions
from marchland.evidence.ranges import Range, stated_range
from marchland.evidence.store import EvidenceBase

__all__ = [
    "KINDS",
    "Contradiction",
    "EvidenceBase",
    "Range",
    "find_contradictions",
    "stated_range",
]
