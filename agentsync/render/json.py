"""The report as JSON, for programs: schemas/report.schema.json says what is in it."""

import json

from agentsync.model import Report
from agentsync.render import RenderOptions


def render(report: Report, options: RenderOptions) -> str:
    """One JSON document, the same bytes for the same report: indented when a person looks.

    Nobody looks where nothing is wrapped (`width` 0: a pipe or a file), and there one line is
    written by C code, ten times as fast.

    `##[`, which a CI runner obeys in a log, has its bracket escaped: only strings can hold it.

    Plain ASCII: whatever stands in an agent (a lone surrogate, a terminal escape, a character
    that reverses the line) is harmless on any terminal and survives any encoding.
    """
    indent = 2 if options.width else None
    text = json.dumps(report.to_json(), indent=indent, sort_keys=True, allow_nan=False)
    return text.replace("##[", "##\\u005b") + "\n"
