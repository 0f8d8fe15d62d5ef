"""The report as JSON, for programs: schemas/report.schema.json says what is in it."""

import json

from agentsync.model import Report
from agentsync.render import RenderOptions


def render(report: Report, options: RenderOptions) -> str:
    """One indented JSON document, the same bytes for the same report; `options` change nothing.

    Plain ASCII: whatever stands in an agent (a lone surrogate, a terminal escape, a character
    that reverses the line) is harmless on any terminal and survives any encoding.
    """
    text = json.dumps(report.to_json(), indent=2, sort_keys=True, allow_nan=False)
    # DEL is the one control character that JSON may leave as it is.
    return text.replace("\x7f", "\\u007f") + "\n"
