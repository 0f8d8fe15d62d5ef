"""JSON files of other tools, with the places of what is wrong in them.

Where a value stands is looked up by the reader of YAML, which JSON is a part of.
"""

import json
from typing import Any, Final

from agentsync.engine.advice import found, shown
from agentsync.files.sources import Source
from agentsync.files.textfile import MAX_YAML, read_text
from agentsync.model.diagnostics import Diagnostic, Span

_MESSAGES: Final = {
    "Expecting value": "a value is missing here",
    "Expecting property name enclosed in double quotes": 'a key in "double quotes" is missing here',
    "Expecting ',' delimiter": "a comma is missing here",
    "Expecting ':' delimiter": "a colon is missing here",
    "Illegal trailing comma before end of object": "nothing follows this comma",
    "Illegal trailing comma before end of array": "nothing follows this comma",
    "Extra data": "the value ends before here, and something follows it",
    "Unterminated string starting at": "this text has no closing quote",
    "Invalid control character at": "a line break or control character inside a text",
    "Invalid \\escape": "a backslash that escapes nothing",
    "Invalid \\uXXXX escape": "a \\u that four hexadecimal digits do not follow",
}


class _NoJsonError(ValueError):
    """What Python's reader takes and JSON does not have."""


def read_json(root: str, path: str, notes: list[Diagnostic], twice: list[str]) -> Source | None:
    """The JSON file root/path, which holds an object; None, and a note, when it does not.

    Shape: `twice` gets the keys that one object has more than once: the last one counts.
    """
    text = read_text(root, path, MAX_YAML, notes)
    if text is None:
        return None

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        named = dict(items)
        if len(named) < len(items):
            names = [name for name, _ in items]
            twice.extend(shown(name) for name in named if names.count(name) > 1)
        return named

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        reason = _MESSAGES.get(error.msg.rstrip(":"), error.msg)
        notes.append(_not_json(path, reason, error.lineno, error.colno))
        return None
    except (RecursionError, ValueError) as error:
        deep = isinstance(error, RecursionError)
        notes.append(_not_json(path, "nested too deeply" if deep else str(error), 1, 1))
        return None
    if not isinstance(value, dict):
        said = f'this must be an object (`{{"key": value}}`), not {found(value)}'
        notes.append(_not_json(path, said, 1, 1, "wrong-type"))
        return None
    return Source(path, text, value)


def _no_constant(name: str) -> Any:
    raise _NoJsonError(f"`{name}` is no JSON number")


def _not_json(path: str, message: str, line: int, column: int, code: str = "json") -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        hint="correct it: the file must be JSON",
        span=Span(path=path, line=line, column=column),
    )
