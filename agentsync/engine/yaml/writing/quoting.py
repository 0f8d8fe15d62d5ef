"""One line of YAML for one scalar, which readers of YAML 1.1 and 1.2 read the same."""

import json
import re
from typing import Final

from yaml.resolver import Resolver

from agentsync.canonical import Json
from agentsync.engine.yaml.scalars import plain_value

LONGEST_KEY: Final = 1000
"""Characters of a key as written; YAML looks for the colon within 1024."""

# Beyond what a YAML text may hold: line breaks that only some readers know, and the marks that
# let a line read in another order than it is stored. As an escape a reviewer sees them.
_HIDDEN: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|[\u2028-\u202e\u2066-\u2069]"
)
_UNPRINTED: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_NEVER_FIRST: Final = frozenset(",[]{}#&*!|>'\"%@`")
_NEVER_IN_FLOW: Final = re.compile(r"[,\[\]{}?]|^:")
_NEVER_INSIDE: Final = re.compile(r": |:$| #|^[-?:](?: |$)|^(?:---|\.\.\.)")
# YAML 1.1 has these as booleans; PyYAML alone does not.
_LETTERS: Final = frozenset("yYnN")
_RESOLVERS: Final = Resolver.yaml_implicit_resolvers


def printable(text: str) -> bool:
    """Whether every character can stand in a YAML text as it is, and be seen there."""
    return not _HIDDEN.search(text)


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether `text` without quotes is that same text for every reader.

    Shape: with `flow`, between the brackets of `[…]` or `{…}`.
    """
    if not text or text[0] in _NEVER_FIRST or text != text.strip(" ") or text in _LETTERS:
        return False
    if "\n" in text or "\t" in text or not printable(text) or _NEVER_INSIDE.search(text):
        return False
    if flow and _NEVER_IN_FLOW.search(text):
        return False
    known = _RESOLVERS.get(text[0], []) + _RESOLVERS.get(None, [])
    return not any(pattern.match(text) for _, pattern in known) and plain_value(text) == (
        text,
        None,
    )


def double_quoted(text: str) -> str:
    """`text` as JSON, with what YAML does not print, and what nobody would see, as escapes."""
    return _UNPRINTED.sub(
        lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False)
    )


def scalar(value: Json, style: str = "", *, flow: bool = False) -> str:
    """Text, number, true, false or null on one line.

    Shape: `style` is the quote a text shall have if it can: `'`, `"`, or "" for none.
    """
    if isinstance(value, str):
        if style == "'" and "\n" not in value and "\t" not in value and printable(value):
            return "'" + value.replace("'", "''") + "'"
        if style == "" and is_plain(value, flow=flow):
            return value
        return double_quoted(value)
    if isinstance(value, float):
        # Without the point, YAML 1.1 takes 1e+22 for a text.
        digits = repr(value)
        return digits if "." in digits else digits.replace("e", ".0e")
    return json.dumps(value)


def flow(value: Json, style: str = "") -> str:
    """Any value on one line, collections in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(flow_pair(key, item, style) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, style) for item in value) + "]"
    return scalar(value, style, flow=True)


def flow_pair(key: str, value: Json, style: str = "") -> str:
    """`key: value` for `{…}`; a key that is too long for that is announced by a `?`."""
    name = scalar(key, style, flow=True)
    announced = f"? {name} " if len(name) > LONGEST_KEY else name
    return f"{announced}: {flow(value, style)}"
