"""JSON values as text for people: scalars as YAML writes them, the rest as small YAML blocks."""

import json
import re
from collections.abc import Iterator
from typing import Final

from agentsync.canonical import Json
from agentsync.render.visible import visible, visible_lines

SHORT: Final = 60
"""Characters: what is longer, or has several lines, gets lines of its own."""

# Everything that YAML, or a reader, would not take for the text that it is.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~=<→][^\n→]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
# What YAML writes before a text of several lines: with a line feed at its end, or without.
_TEXT: Final = ("|", "|-")


def as_text(value: Json, *, flow: bool = True) -> str:
    """What stands for `value` on the page: the one way for values of agents to get there.

    Shape: a text of several lines, or a long one, is itself; a short one is quoted where it could
    be taken for something else. Nothing in it acts on a terminal, and only line feeds are left of
    the control characters. Short lists stand on one line unless `flow` is off.
    """
    if isinstance(value, str):
        return visible_lines(value) if is_long(value) else _scalar(value)
    return "\n".join(_block(value, flow))


def is_long(text: str) -> bool:
    """Whether a text gets lines of its own."""
    return "\n" in text or len(text) > SHORT


def _scalar(value: Json) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    return visible(value if _is_plain(value) else json.dumps(value, ensure_ascii=False))


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or text != text.strip() or text.endswith(":"):
        return False
    return not (
        text.lower() in _WORDS or _is_number(text) or ": " in text or " #" in text or "##[" in text
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _block(value: Json, flow: bool) -> Iterator[str]:
    """The lines of a value, the keys of maps sorted."""
    one = _one_line(value, flow)
    if one is not None:
        yield one
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _entry(f"{_scalar(key)}:", value[key], flow)
    elif isinstance(value, list):
        for item in value:
            yield from _item_lines(list(_block(item, flow)))
    else:
        yield _TEXT[0] if value.endswith("\n") else _TEXT[1]
        for text in visible_lines(value.removesuffix("\n")).split("\n"):
            yield _inner(text)


def _entry(key: str, value: Json, flow: bool) -> Iterator[str]:
    lines = list(_block(value, flow))
    if _one_line(value, flow) is not None or lines[0] in _TEXT:
        yield f"{key} {lines[0]}"
        yield from lines[1:]
    else:
        yield key
        yield from map(_inner, lines)


def _item_lines(lines: list[str]) -> Iterator[str]:
    yield f"- {lines[0]}"
    yield from lines[1:] if lines[0] in _TEXT else map(_inner, lines[1:])


def _inner(text: str) -> str:
    return f"  {text}" if text else ""


def _one_line(value: Json, flow: bool) -> str | None:
    """A scalar, an empty map or list, or, with `flow`, a short list of scalars, on one line."""
    if isinstance(value, str) and is_long(value):
        return None
    if isinstance(value, list):
        if not value:
            return "[]"
        if not flow or any(isinstance(it, dict | list) or len(str(it)) > SHORT for it in value):
            return None
        text = f"[{', '.join(_item(item) for item in value)}]"
        return text if len(text) <= SHORT else None
    if isinstance(value, dict):
        return None if value else "{}"
    return _scalar(value)


def _item(value: Json) -> str:
    if isinstance(value, str) and _is_plain(value) and not set(value) & set(",[]{}"):
        return visible(value)
    return visible(json.dumps(value, ensure_ascii=False))
