"""A YAML text as the parts it is written in, each with the characters it takes up.

nodes.py says what a text means; here is where an edit must cut. Marks of the parser reach beyond
what belongs to a part (comments, blank lines): ends are drawn behind the last character that does.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from agentsync.engine.yaml.nodes import events
from agentsync.engine.yaml.writing.lines import column_of, next_line, split_lines

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_PROPERTY: Final = re.compile(r"[&!][^ \t\r\n]*")
_HEADER: Final = re.compile(r"[|>][-+]?[1-9]?[-+]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A value, or a key, as it is written.

    Shape: `style` is `'`, `"`, `|` or `>` for such scalars, `[` or `{` for collections in
    brackets, "" for all else. `shared` says that an alias elsewhere repeats this part; `text` is
    what a scalar says, before anything is made of it.
    Units: characters from the start of the text. `start` is where an anchor or a tag before it
    starts, `body` where the part itself does, `end` is behind its last character. `column` is the
    column of the innermost block collection around it, -1 for the root. `indent`: the columns
    before each line of a block scalar. `named`: behind its anchor and tag, -1 without them.
    """

    kind: Literal["scalar", "mapping", "list", "alias"]
    start: int
    body: int
    end: int
    column: int
    style: str = ""
    tag: bool = False
    anchor: str = ""
    named: int = -1
    shared: bool = False
    text: str = ""
    indent: int = 0
    entries: tuple["Entry", ...] = ()

    @property
    def in_brackets(self) -> bool:
        """Whether it is a collection in flow style."""
        return self.style in ("[", "{")

    @property
    def is_block(self) -> bool:
        """Whether it is a block mapping or a block list."""
        return self.kind in ("mapping", "list") and not self.style

    @property
    def is_block_scalar(self) -> bool:
        """Whether its lines are the text itself."""
        return self.style in ("|", ">")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key with its value, or one item of a list.

    Shape: `key` is None and `name` "" in a list.
    Units: `start` is where the `-`, the `?` or the key starts; `sign` is behind the `-` or the
    `:`, -1 where there is none; `comma` is that of a `,` behind the entry, or -1.
    """

    start: int
    sign: int
    end: int
    value: Part
    key: Part | None = None
    name: str = ""
    comma: int = -1

    @property
    def merges(self) -> bool:
        """Whether it is `<<`, which takes in the keys of other mappings."""
        return self.name == "<<" and self.key is not None and not self.key.style


def read(text: str) -> tuple[Part | None, int]:
    """The root of a text that strict.py reads without problems, and the index behind its `---`.

    Shape: None for a text without any content; -1 when there is no `---`.
    """
    reader = _Reader(text)
    return reader.root(), reader.opening


class _Reader:
    """Parts from the parser's events, in one pass."""

    __slots__ = ("_at", "_events", "_names", "_shared", "_text", "opening")

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = list(events(text))
        self._at = 0
        self._shared = {event.anchor for event in self._events if isinstance(event, AliasEvent)}
        self._names: dict[str, str] = {}
        self.opening = -1

    def root(self) -> Part | None:
        self._take()
        begin = self._take()
        if not isinstance(begin, DocumentStartEvent):
            return None
        if begin.explicit:
            self.opening = _marks(begin)[1]
        return self.part(-1)

    def _take(self) -> Event:
        self._at += 1
        return self._events[self._at - 1]

    def _closing(self) -> Event | None:
        """The event that ends the collection being read, when it is the next one."""
        event = self._events[self._at]
        if type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
            self._at += 1
            return event
        return None

    def skip(self, index: int) -> int:
        """The index of the next character that is neither blank, nor line break, nor comment."""
        found = _SPACE.match(self._text, index)
        return found.end() if found else index

    def properties(self, start: int, end: int) -> tuple[int, int]:
        """Behind the anchor and the tag at `start`, or -1; and where what they belong to starts."""
        named, body = -1, start
        while body < end and (found := _PROPERTY.match(self._text, body)):
            named = min(found.end(), end)
            body = min(self.skip(named), end)
        return named, body

    def part(self, column: int) -> Part:
        event: Any = self._take()
        start, end = _marks(event)
        if isinstance(event, AliasEvent):
            name = self._names.get(str(event.anchor), "")
            return Part(kind="alias", start=start, body=start, end=end, column=column, text=name)
        is_scalar = isinstance(event, ScalarEvent)
        named, body = self.properties(start, end if is_scalar else len(self._text))
        part = Part(
            kind="scalar",
            start=start,
            body=body,
            end=end,
            column=column,
            tag=event.tag is not None,
            anchor=event.anchor or "",
            named=named,
            shared=event.anchor in self._shared,
        )
        return self.scalar(event, part) if is_scalar else self.collection(event, part)

    def collection(self, event: Any, part: Part) -> Part:
        is_map = isinstance(event, MappingStartEvent)
        style = ("{" if is_map else "[") if event.flow_style else ""
        opened = part.body + 1 if style and self._text[part.body] == style else part.body
        entries, end = self.entries(opened, is_map, style, part.column)
        kind: Literal["mapping", "list"] = "mapping" if is_map else "list"
        return replace(part, kind=kind, end=end, style=style, entries=entries)

    def scalar(self, event: Any, part: Part) -> Part:
        if event.anchor:
            self._names[event.anchor] = event.value
        indent, end = 0, part.end
        if event.style in ("|", ">"):
            indent, end = self.block_scalar(part)
        return replace(part, end=end, style=event.style or "", text=event.value, indent=indent)

    def block_scalar(self, part: Part) -> tuple[int, int]:
        """How far the lines of a block scalar are indented, and where the last of them ends."""
        header = header_at(self._text, part.body)
        first = next_line(self._text, part.body)
        lines = split_lines(self._text[first : part.end])
        digits = header.strip("|>+-")
        filled = next((line for line in lines if line.strip(" \r\n")), "")
        indent = len(filled) - len(filled.lstrip(" "))
        if digits:
            indent = max(part.column, 0) + int(digits)
        at, last = first, part.body + len(header)
        for line in lines:
            said = line.rstrip("\r\n")
            is_more = len(said) > indent and filled
            if "+" in header or said.strip(" ") or is_more:
                last = at + len(said)
            at += len(line)
        return indent, last

    def entries(
        self, at: int, is_map: bool, style: str, column: int
    ) -> tuple[tuple[Entry, ...], int]:
        """The entries of a collection whose first one starts behind `at`, and where it ends."""
        found: list[Entry] = []
        while (closing := self._closing()) is None:
            start = self.skip(at)
            if not style:
                column = column_of(self._text, start)
            entry = self.pair(start, style, column) if is_map else self.item(start, style, column)
            found.append(entry)
            at = entry.comma + 1 if entry.comma >= 0 else entry.end
        return tuple(found), _marks(closing)[1] if style else at

    def pair(self, start: int, style: str, column: int) -> Entry:
        key = self.part(column)
        sign = self.skip(key.end)
        value = self.part(column)
        sign = sign + 1 if self._text[sign : sign + 1] == ":" else -1
        if value.start == value.end:
            at = max(sign, key.end)
            value = replace(value, start=at, body=at, end=at)
        return Entry(
            start=start,
            sign=sign,
            end=value.end,
            value=value,
            key=key,
            name=key.text,
            comma=self.comma(value.end) if style else -1,
        )

    def item(self, start: int, style: str, column: int) -> Entry:
        value = self.part(column)
        if style:
            comma = self.comma(value.end)
            return Entry(start=start, sign=-1, end=value.end, value=value, comma=comma)
        return Entry(start=start, sign=start + 1, end=value.end, value=value)

    def comma(self, end: int) -> int:
        """The index of the `,` behind an entry that ends at `end`, or -1."""
        at = self.skip(end)
        return at if self._text[at : at + 1] == "," else -1


def _marks(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def header_at(text: str, body: int) -> str:
    """The header of the block scalar whose `|` or `>` stands at `body`."""
    found = _HEADER.match(text, body)
    return found.group() if found else ""
