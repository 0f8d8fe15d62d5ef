"""Reads the front matter of a Markdown file as a typed server would: real YAML, text values."""

from typing import Final

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS: Final = ("", "~", "null", "Null", "NULL")


def split(text: str) -> tuple[dict[str, str], str]:
    """The front matter's top-level text values, and the body below it.

    A scalar is taken as written (`1.0` stays "1.0", `yes` stays "yes"), null is "", and nested
    values are left out. A file without a block, or with one that is no YAML mapping, is all body.
    """
    found = _blocks(text)
    if found is None:
        return {}, text
    block, body = found
    values = _scalars(block)
    return ({}, text) if values is None else (values, body)


def _blocks(text: str) -> tuple[str, str] | None:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            body = lines[number + 1 :]
            if len(body) > 1 and not body[0].strip("\r"):
                body = body[1:]
            return "\n".join([*lines[1:number], ""]), "\n".join(body)
    return None


def _scalars(block: str) -> dict[str, str] | None:
    """The top-level scalars, read from events: nesting can be as deep as it likes."""
    found = _TopLevel()
    try:
        for event in yaml.parse(block, Loader=_Loader):
            if not found.take(event):
                return None
    except (yaml.YAMLError, ValueError):
        return None
    return found.values


class _TopLevel:
    """Collects `key: scalar` pairs of the outermost mapping."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._depth = 0
        self._key: str | None = None
        self._at_key = True

    def take(self, event: yaml.Event) -> bool:
        """Whether the document can still be a mapping."""
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            return self._depth > 1 or isinstance(event, yaml.MappingStartEvent)
        if isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
            self._node(None)
        elif isinstance(event, yaml.ScalarEvent):
            self._node(_text(event))
            return self._depth > 0
        elif isinstance(event, yaml.AliasEvent):
            self._node(None)
        return True

    def _node(self, text: str | None) -> None:
        if self._depth != 1:
            return
        if self._at_key:
            self._key = text
        elif self._key is not None and text is not None:
            self.values[self._key] = text
        self._at_key = not self._at_key


def _text(event: yaml.ScalarEvent) -> str:
    plain = event.implicit[0] and not event.style
    return "" if plain and event.value in _NULLS else str(event.value)
