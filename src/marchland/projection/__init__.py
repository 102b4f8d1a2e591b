"""Projection: what comes from outside, continued after the vintage by stated rules."""

from marchland.case.supplied import Supplied
from marchland.projection.continued import COURSES, Projection

__all__ = ["COURSES", "Projection", "Supplied"]
