"""The YAML header between two `---` lines at the start of a Markdown file."""

import json
import re
from collections.abc import Mapping
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


def write(header: Mapping[str, Json], body: str) -> str:
    """The text that `read` brings apart again into this header and, white space aside, this body.

    A line per key, in JSON: YAML of every version reads the same from it, where the unquoted text
    1e3 is a number in 1.2 and none in 1.1.
    """
    ended = f"{body}\n" if body else ""
    if not header and not body.startswith(("---", "\ufeff")):
        return ended
    lines = "".join(_pair(key, item, "\n") + "\n" for key, item in header.items())
    return f"---\n{lines}---\n\n{ended}"


def _pair(key: str, value: Json, between: str = " ") -> str:
    """A key and its value; a key that is too long for `key: value` is announced by a `?`."""
    quoted = _quoted(key)
    if len(quoted) > _LONGEST_KEY:
        return f"? {quoted}{between}: {_flow(value)}"
    return f"{quoted}: {_flow(value)}"


def _flow(value: Json) -> str:
    """`value` on one line that is JSON and YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(_pair(key, value[key]) for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return json.dumps(value)


def _number(value: int | float) -> str:
    """A number as one: for YAML 1.1, 1e+22 is a text, and beyond 64 bits there are no integers."""
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return str(value)
    digits = repr(float(value))
    return digits if "." in digits else digits.replace("e", ".0e")


def _quoted(text: str) -> str:
    """`text` as JSON, with what YAML does not print as escapes; half a character is none."""
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(letter: str) -> str:
    if "\ud800" <= letter <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(letter):04x}" if letter in _UNPRINTED else letter


_LONGEST_KEY: Final = 1000
"""Characters; YAML looks for the colon within 1024."""

# Line breaks and controls that JSON leaves as they are.
_UNPRINTED: Final = frozenset(
    [*map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"]
)
