"""The report: one offline HTML file with answers, charts, tables and the way to the sources."""

from marchland.report.render import render

__all__ = ["render"]
