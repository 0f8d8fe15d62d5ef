"""YAML read strictly: one document, the YAML 1.2 core schema, JSON values only.

No value changes behind the writer's back: `yes`, `12:30` and `2026-01-01` stay the texts they
are, and what YAML 1.1 and 1.2 read differently (`012`) is an error. Positions are looked up only
when somebody asks (engine/yaml/nodes.py).
"""

import re
from dataclasses import dataclass
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from agentsync.canonical import Json
from agentsync.engine.advice import shown
from agentsync.engine.yaml.nodes import (
    MAX_DEPTH,
    MAX_EXPANSION,
    Place,
    Places,
    TooDeepError,
    compose,
    locate,
    place_of,
    unbounded,
)
from agentsync.engine.yaml.scalars import UNUSUAL, WORDS, plain_value

__all__ = ["Parsed", "Place", "Places", "YamlProblem", "locate", "parse", "place_of"]

MAX_PROBLEMS: Final = 100
"""How many problems of one text are told; more help nobody."""

_CORE: Final = "tag:yaml.org,2002:"
_CASTS: Final[dict[str, tuple[type, ...]]] = {
    "!!int": (int,),
    "!!float": (float, int),
    "!!bool": (bool,),
    "!!null": (type(None),),
}
# YAML 1.1 takes these for line breaks, 1.2 and every editor do not: values would change.
_ODD_BREAKS: Final = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlProblem:
    """One thing that is wrong with a YAML text, and where (line and column from 1)."""

    code: str
    message: str
    hint: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a YAML text says.

    Shape: `value` is plain JSON; None for an empty text and when the syntax is broken. With
    problems it holds whatever could be made of the rest.
    """

    value: Json
    problems: tuple[YamlProblem, ...] = ()


def parse(text: str, first_line: int = 1) -> Parsed:
    """The value of a YAML text, with every problem that can be found in one reading.

    Units: `first_line` is the number that the text's first line has for its reader.
    """
    build = _Build(text, first_line)
    if not text.isascii() and build.has_odd_breaks():
        return Parsed(None, tuple(build.problems))
    try:
        root = compose(text)
    except (yaml.YAMLError, RecursionError) as error:
        from agentsync.engine.yaml.syntax import explain

        index = error.index if isinstance(error, TooDeepError) else 0
        if isinstance(error, TooDeepError | RecursionError):
            build.complain(index, *_TOO_DEEP)
        else:
            build.complain(*explain(text, error))
        return Parsed(None, tuple(build.problems))
    value = None
    if root is not None and "*" in text and (endless := unbounded(root)):
        build.complain(endless[0].start_mark.index, *_UNBOUNDED[endless[1]])
    elif root is not None:
        value = build.value(root, 0)
    if not build.problems:
        return Parsed(value)
    return Parsed(value, tuple(sorted(dict.fromkeys(build.problems), key=_position)))


def _position(problem: YamlProblem) -> tuple[int, int]:
    return problem.line, problem.column


class _Build:
    """Values from nodes, and the problems met on the way."""

    __slots__ = ("first_line", "problems", "text")

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self.problems: list[YamlProblem] = []

    def complain(self, index: int, code: str, message: str, hint: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            line, column = self.place(index)
            self.problems.append(
                YamlProblem(code=code, message=message, hint=hint, line=line, column=column)
            )

    def place(self, index: int) -> Place:
        line, column = place_of(self.text, index)
        return Place(line + self.first_line - 1, column)

    def has_odd_breaks(self) -> bool:
        """Whether the text has invisible line separators, each of them a problem."""
        for match in _ODD_BREAKS.finditer(self.text):
            name = f"{ord(match.group()):04X}"
            self.complain(
                match.start(),
                "line-separator",
                f"the invisible line separator U+{name} is not allowed in YAML here",
                f'delete it, or write \\u{name} inside "double quotes"',
            )
        return bool(self.problems)

    def value(self, node: Node, depth: int) -> Json:
        if node.tag is not None:
            return self.tagged(node, depth)
        kind = node.__class__
        if kind is ScalarNode:
            text = node.value
            if not node.style and (not text or text[0] in UNUSUAL):
                return self.plain(node)
            return text
        if depth >= MAX_DEPTH:
            self.complain(node.start_mark.index, *_TOO_DEEP)
            return None
        if kind is SequenceNode:
            return [self.value(item, depth + 1) for item in node.value]
        return self.mapping(node, depth + 1)

    def mapping(self, node: Node, depth: int) -> dict[str, Json]:
        result: dict[str, Json] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag is not None or key_node.__class__ is not ScalarNode:
                key = self.odd_key(key_node)
            elif not key_node.style:
                if key == "<<":
                    merged.append(value_node)
                    continue
                if key in WORDS or key[0] in "0123456789+-.":
                    key = self.odd_key(key_node)
            if key in result:
                self.duplicate(node, key_node)
            result[key] = self.value(value_node, depth)
        for source in merged:
            self.merge(result, source, depth)
        return result

    def odd_key(self, node: Node) -> str:
        """The key as text; one that is no text in YAML is a problem."""
        at = node.start_mark.index
        if not isinstance(node, ScalarNode):
            what = "a list" if isinstance(node, SequenceNode) else "a mapping"
            doubled = at > 0 and self.text[at - 1 : at + 1] == "{{"
            hint = "put the `{{ … }}` in quotes" if doubled else "write a text as the key"
            self.complain(at, "key-not-text", f"{what} cannot be a key", hint)
            return f"?{at}"
        key, known = str(node.value), len(self.problems)
        if not isinstance(self.value(node, 0), str):
            said = f"the key `{shown(key)}`" if key else "an empty key"
            self.complain(
                at, "key-not-text", f"{said} is not text in YAML", f'write "{shown(key)}": …'
            )
        elif len(self.problems) > known and '"' not in key:
            del self.problems[known:]
            self.complain(
                at,
                "key-not-text",
                f"the key `{shown(key)}` is read as a number",
                f'write "{shown(key)}": …',
            )
        return key

    def duplicate(self, node: Node, key_node: Node) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            first = next(key for key, _ in node.value if key.value == key_node.value)
            line, column = self.place(first.start_mark.index)
            self.complain(
                key_node.start_mark.index,
                "duplicate-key",
                f"`{shown(key_node.value)}` is already given at {line}:{column}",
                "keep one of the two",
            )

    def merge(self, result: dict[str, Json], source: Node, depth: int) -> None:
        """Fill `result` with the keys of `source` that it does not have."""
        for node in source.value if isinstance(source, SequenceNode) else (source,):
            if isinstance(node, MappingNode) and depth < MAX_DEPTH:
                for key, value in self.mapping(node, depth + 1).items():
                    result.setdefault(key, value)
            else:
                self.complain(
                    node.start_mark.index,
                    "bad-merge",
                    "`<<` merges mappings, and this is not one",
                    "name an anchored mapping: `<<: *anchor`",
                )

    def plain(self, node: Node) -> Json:
        """The value of an unquoted scalar that may be no text."""
        value, trouble = plain_value(node.value)
        if trouble:
            self.complain(node.start_mark.index, *trouble)
        return value

    def tagged(self, node: Node, depth: int) -> Json:
        """The value of a node with a tag of its own: only the core ones mean anything."""
        tag, kind = str(node.tag), node.__class__
        plain: Node = kind(None, node.value, node.start_mark, node.end_mark)  # type: ignore[arg-type]
        if kind is ScalarNode:
            if tag == _CORE + "str":
                return node.value
            if tag.replace(_CORE, "!!") in _CASTS:
                return self.cast(plain, tag.replace(_CORE, "!!"))
        elif tag == _CORE + ("seq" if kind is SequenceNode else "map"):
            return self.value(plain, depth)
        self.complain(
            node.start_mark.index,
            "unknown-tag",
            f"the tag `{shown(tag.replace(_CORE, '!!', 1))}` has no meaning here",
            "delete it: !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are all there is",
        )
        return self.value(plain, depth)

    def cast(self, node: Node, tag: str) -> Json:
        known = len(self.problems)
        value = self.plain(node)
        if isinstance(value, _CASTS[tag]) and isinstance(value, bool) == (tag == "!!bool"):
            return float(value) if tag == "!!float" and isinstance(value, int) else value
        if len(self.problems) == known:
            self.complain(
                node.start_mark.index,
                "tag-mismatch",
                f"`{shown(node.value)}` is not what its tag {tag} says",
                "delete the tag, or correct the value",
            )
        return value


_TOO_DEEP: Final = (
    "too-deep",
    f"nested more than {MAX_DEPTH} levels deep",
    "flatten it: no field of an agent needs such depth",
)
_UNBOUNDED: Final = {
    "recursive-alias": (
        "recursive-alias",
        "the value anchored here contains an alias to itself, so it would never end",
        "write the inner value out instead of the `*alias`",
    ),
    "alias-bomb": (
        "alias-bomb",
        f"with its aliases written out, this is more than {MAX_EXPANSION:,} characters",
        "use fewer aliases, or write the values out",
    ),
}
