"""YAML as people write it: block style, texts of several lines as block scalars."""

from collections.abc import Mapping
from math import isfinite

from agentsync.canonical import Json, same
from agentsync.engine.advice import field_name, shown
from agentsync.engine.yaml.nodes import MAX_DEPTH
from agentsync.engine.yaml.strict import parse
from agentsync.engine.yaml.writing.fresh import Layout, mapping_lines


class NotEditableError(ValueError):
    """A text cannot be edited, or not be written, safely; the message says why.

    Units: line and column from 1; 0 when it is not about one place of a text.
    """

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def emitted(value: Mapping[str, Json]) -> str:
    """The YAML text of a mapping; it ends with a newline.

    Errors: NotEditableError for what YAML, or a strict reader of it, does not have.
    """
    wanted = dict(value)
    check_writable(wanted)
    lines = mapping_lines(wanted, Layout()) if wanted else ["{}"]
    text = "".join(f"{line}\n" for line in lines)
    parsed = parse(text)
    if parsed.problems or not same(parsed.value, wanted):
        why = f": {parsed.problems[0].message}" if parsed.problems else ""
        raise NotEditableError(f"this cannot be written as YAML{why}")
    return text


def check_writable(value: Json) -> None:
    """Return only when all of `value` can be said in YAML.

    Errors: NotEditableError for halves of characters, numbers beyond 64 bits, and more levels
    than are read.
    """
    pending: list[tuple[tuple[str | int, ...], Json]] = [((), value)]
    while pending:
        path, found = pending.pop()
        if isinstance(found, dict | list) and len(path) >= MAX_DEPTH:
            raise NotEditableError(f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(found, dict):
            pending += (((*path, key), key) for key in found)
            pending += (((*path, key), item) for key, item in found.items())
        elif isinstance(found, list):
            pending += (((*path, index), item) for index, item in enumerate(found))
        elif trouble := _trouble(found):
            raise NotEditableError(f"`{field_name(path)}` {trouble}")


def _trouble(value: Json) -> str:
    if isinstance(value, str):
        half = next((letter for letter in value if "\ud800" <= letter <= "\udfff"), "")
        return f"holds half a character (U+{ord(half):04X})" if half else ""
    if isinstance(value, float):
        return "" if isfinite(value) else f"is {value}, which JSON does not have"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return f"is a number that does not fit into 64 bits: {shown(value, 30)}"
    return ""
