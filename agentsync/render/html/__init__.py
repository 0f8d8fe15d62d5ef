"""The report as one HTML file that needs nothing else, to be kept, sent and read in a browser."""

from agentsync.render.html.document import render

__all__ = ["render"]
