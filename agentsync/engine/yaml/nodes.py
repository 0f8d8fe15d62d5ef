"""YAML texts as trees of nodes, and where in the text each part of the tree stands.

libyaml composes; which value a node stands for is strict.py's business.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import Event
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError
from yaml.scanner import ScannerError

MAX_DEPTH: Final = 64
"""Levels of nesting, as written and after aliases."""
MAX_EXPANSION: Final = 1_000_000
"""Characters of all values, and 8 for each, once aliases are written out."""

# Older versions of libyaml nest without a bound until the C stack is gone. This many levels fit
# into the smallest stack that threads get (512 KiB on macOS).
_SURELY_SHALLOW: Final = 1000
# What newer ones say, who have a bound: they read ahead, and meet it before a level is counted.
_LIBYAML_DEPTH: Final = "exceeded maximum nesting depth"
_MERGES_FOLLOWED: Final = 8


class Place(NamedTuple):
    """Line and column, from 1, in characters; (0, 0) means the text as a whole."""

    line: int
    column: int


class TooDeepError(yaml.YAMLError):
    """More than MAX_DEPTH levels; `index` is the character where the last good one starts."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


# The parser asks its resolver for the tag of every node that carries none. None is the answer
# here: the constructor decides by the node's style and text.
class _Untagged:
    def resolve(self, kind: object, value: object, implicit: object) -> None:
        return None

    def descend_resolver(self, parent: Any, index: object) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None


class _Counting(_Untagged):
    depth = 0

    def descend_resolver(self, parent: Any, index: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH + 1:
            raise TooDeepError(parent.start_mark.index)

    def ascend_resolver(self) -> None:
        self.depth -= 1


try:
    from yaml._yaml import CParser as _Parser
except ImportError:
    from agentsync.engine.yaml.slow import Parser as _Parser  # type: ignore[assignment]


class _FastParser(_Untagged, _Parser):
    pass


class _CountingParser(_Counting, _Parser):
    pass


def compose(text: str) -> Node | None:
    """The root node of a text with one document, None when the text is empty.

    Errors: yaml.YAMLError; TooDeepError, which is one.
    """
    # Every level of nesting needs one of these characters, so few of them mean no depth that
    # could exhaust the C stack; counting levels in Python costs a quarter more.
    count = text.count
    indicators = count(":") + count("-") + count("[") + count("{") + count("?")
    kind = _FastParser if indicators < _SURELY_SHALLOW else _CountingParser
    try:
        root: Node | None = kind(text).get_single_node()
    except UnicodeEncodeError as error:
        # A lone surrogate, as live JSON may hold it, does not even get as far as the parser.
        raise ReaderError("text", error.start, ord(text[error.start]), "utf-8", "") from None
    except ScannerError as error:
        if _LIBYAML_DEPTH in str(error.problem):
            _find_depth(text)
        raise
    return root


def _find_depth(text: str) -> None:
    """Nothing; TooDeepError tells where the text is too deep, which the slow parser finds."""
    from agentsync.engine.yaml.slow import Parser

    class Counting(_Counting, Parser):
        pass

    Counting(text).get_single_node()


def events(text: str) -> Iterator[Event]:
    """What the parser meets in a text that `compose` reads, in order; marks count characters."""
    parser = _FastParser(text)
    while (event := parser.get_event()) is not None:
        yield event


class _UnboundedError(Exception):
    def __init__(self, node: Node, code: str) -> None:
        super().__init__(code)
        self.found = node, code


def unbounded(root: Node) -> tuple[Node, str] | None:
    """The first node that does not end, or does not stay small, with its aliases written out.

    Shape: with the node `recursive-alias` or `alias-bomb`.
    """
    try:
        _expanded_size(root, {}, set(), 0)
    except _UnboundedError as error:
        return error.found
    return None


def _expanded_size(node: Node, sizes: dict[int, int], above: set[int], depth: int) -> int:
    if id(node) in above:
        raise _UnboundedError(node, "recursive-alias")
    if id(node) in sizes or depth > MAX_DEPTH:
        return sizes.get(id(node), 0)
    if isinstance(node, ScalarNode):
        return 8 + len(node.value)
    above.add(id(node))
    children: Iterable[Node] = node.value
    if isinstance(node, MappingNode):
        children = chain.from_iterable(node.value)
    total = 8 + sum(_expanded_size(child, sizes, above, depth + 1) for child in children)
    above.discard(id(node))
    if total > MAX_EXPANSION:
        raise _UnboundedError(node, "alias-bomb")
    sizes[id(node)] = total
    return total


def is_merge(key: Node) -> bool:
    """Whether a mapping's key is the merge key `<<`; in quotes it is an ordinary one."""
    return bool(key.value == "<<" and isinstance(key, ScalarNode) and not key.style)


def place_of(text: str, index: int) -> Place:
    """Line and column of the character at `index`; a line ends at LF, CRLF or CR."""
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class Places:
    """Where the parts of one YAML text stand; a broken text has no places."""

    __slots__ = ("_root", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Node | None = None
        try:
            self._root = compose(text)
        except (yaml.YAMLError, RecursionError):
            return

    def find(self, path: Iterable[str | int], *, key: bool = False) -> Place | None:
        """Where `path` stands, or None when the text does not have it.

        Shape: `path` holds keys and list indexes. With `key`, the place of the last key itself
        instead of its value's.
        """
        node = at = self._root
        for part in path:
            entry = _entry(node, part, _MERGES_FOLLOWED)
            if entry is None:
                return None
            at, node = entry if key else (entry[1], entry[1])
        return place_of(self._text, at.start_mark.index) if at is not None else None

    def nearest(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where `path`, or else the closest thing around it, stands."""
        for end in range(len(path), -1, -1):
            if place := self.find(path[:end], key=key):
                return place
        return Place(0, 0)


def locate(text: str, path: Sequence[str | int], *, key: bool = False) -> Place:
    """Where `path`, or else the closest thing around it, stands in a YAML text."""
    return Places(text).nearest(path, key=key)


def _entry(node: Node | None, part: str | int, merges: int) -> tuple[Node, Node] | None:
    """The key's node and the value's node; both are the item's in a list."""
    if isinstance(node, SequenceNode):
        inside = isinstance(part, int) and part < len(node.value)
        return (node.value[part], node.value[part]) if inside else None
    if not isinstance(node, MappingNode):
        return None
    sources: list[Node] = []
    for key, value in node.value:
        if key.value == part and isinstance(key, ScalarNode):
            return key, value
        if is_merge(key):
            sources += value.value if isinstance(value, SequenceNode) else [value]
    for source in sources if merges else ():
        if (entry := _entry(source, part, merges - 1)) is not None:
            return entry
    return None
