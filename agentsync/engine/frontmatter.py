"""The YAML header between two `---` lines at the start of a Markdown file."""

import re
from dataclasses import dataclass
from typing import Final

from agentsync.canonical import Json
from agentsync.engine.yaml.strict import Parsed, parse

_LINE: Final = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A text in its two parts.

    Shape: `header` is the YAML between the lines, None when the text does not start with `---`
    or the header is never closed; `body` is all that follows, or the whole text.
    Units: `body_line` is the line, from 1, on which the body starts; the header's first line is
    always line 2.
    """

    header: str | None
    body: str
    body_line: int = 1
    unclosed: bool = False


HEADER_LINE: Final = 2
"""The line of a file, from 1, on which its header's first line stands."""


def split(text: str) -> FrontMatter:
    """`text` as header and body; never fails. A byte order mark at the start is dropped."""
    text = text.removeprefix("\ufeff")
    opening = _LINE.match(text)
    if opening is None:
        return FrontMatter(None, text)
    start = opening.end() + 1
    closing = _LINE.search(text, start)
    if closing is None:
        return FrontMatter(None, text, unclosed=True)
    header = text[start : closing.start()]
    return FrontMatter(header, text[closing.end() + 1 :], header.count("\n") + 3)


def read(text: str) -> tuple[dict[str, Json] | None, str]:
    """The header's values and the body of a text from outside, without complaints.

    The values are None, and the body is the whole text, when there is no header that says
    `key: value`; an empty header is an empty mapping.
    """
    parts = split(text)
    if parts.header is None:
        return None, parts.body
    parsed = parse(parts.header)
    if isinstance(parsed.value, dict):
        return parsed.value, parts.body
    if parsed.value is None and not parsed.problems:
        return {}, parts.body
    return None, text.removeprefix("\ufeff")


def parse_header(parts: FrontMatter) -> Parsed:
    """The header's values, strictly read; problems count lines from the file's start."""
    return parse(parts.header or "", HEADER_LINE)
