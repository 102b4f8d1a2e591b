"""The report of a finished run on the loopback address, with scenarios that a reader may edit."""

from marchland.serving.app import application
from marchland.serving.finished import FinishedRun, why_unfinished
from marchland.serving.server import serve

__all__ = ["FinishedRun", "application", "serve", "why_unfinished"]
