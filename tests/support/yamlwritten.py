"""A value as YAML in the many ways that people write it, and what each line was written for."""

import random
from dataclasses import dataclass, field
from typing import Any

from yamltexts import folded, key_text, scalar_text

from agentsync.canonical import ABSENT, same
from agentsync.engine.yaml.strict import parse

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Line:
    """One line with its break.

    `says` holds the paths of what starts or goes on in it; it is None for comments and blanks.
    """

    text: str
    says: frozenset[Path] | None


@dataclass(frozen=True)
class Written:
    """A text, its lines, the collections that stand in brackets, and those that share a line."""

    text: str
    lines: tuple[Line, ...]
    in_brackets: frozenset[Path]
    compact: frozenset[Path]


@dataclass(frozen=True)
class Ways:
    """What may occur; all of it is valid."""

    comments: bool = True
    blanks: bool = True
    block_scalars: bool = True
    brackets: bool = True
    breaks: tuple[str, ...] = ("\n", "\n", "\r\n")
    anchors: bool = False
    """Values that occur twice may be anchored, repeated by an alias, and merged by `<<`."""
    frame: bool = True
    """Byte order mark, `---`, `...`, and no break at the end."""


def written(value: dict[str, Any], chance: random.Random, ways: Ways | None = None) -> Written:
    """`value` written at random, so that the strict reader reads it back."""
    return _Pen(chance, ways or Ways()).whole(value)


@dataclass
class _Pen:
    chance: random.Random
    ways: Ways
    lines: list[Line] = field(default_factory=list)
    in_brackets: set[Path] = field(default_factory=set)
    compact: set[Path] = field(default_factory=set)
    numbered: int = 0
    named: int = 0
    anchored: list[tuple[str, Any]] = field(default_factory=list)
    # Columns that a comment may be indented behind a block scalar; None where none stands above.
    limit: int | None = None
    ends_in_blanks: bool = False

    def whole(self, value: dict[str, Any]) -> Written:
        mark = ""
        if self.ways.frame:
            mark = self.pick("", "", "", "\ufeff")
            self.noise(0)
            if self.pick(False, False, True):
                self.emit("---", set())
        step = self.pick(2, 2, 2, 3, 4)
        if value:
            self.mapping(value, (), self.pick(0, 0, 0, 0, 1, 2), step)
        elif self.pick(True, False):
            self.emit("{}", {()})
        is_open = any(line.says is not None for line in self.lines)
        if self.ways.frame and is_open and self.pick(False, False, False, True):
            self.limit = None
            self.add("...", set())
        else:
            self.noise(0)
        return self.joined(value, mark)

    def joined(self, value: dict[str, Any], mark: str) -> Written:
        line_break = self.pick(*self.ways.breaks)
        lines = [Line(line.text + line_break, line.says) for line in self.lines]
        if self.lines and self.lines[-1].text and self.ways.frame and self.pick(False, False, True):
            lines[-1] = Line(lines[-1].text.removesuffix(line_break), lines[-1].says)
        if lines:
            lines[0] = Line(mark + lines[0].text, lines[0].says)
        text = "".join(line.text for line in lines)
        if parse(text).value != (value or None) and value:
            # The break at the end was a part of the last block scalar.
            text += line_break
            lines[-1] = Line(lines[-1].text + line_break, lines[-1].says)
        return Written(text, tuple(lines), frozenset(self.in_brackets), frozenset(self.compact))

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def add(self, text: str, says: set[Path] | None) -> None:
        self.lines.append(Line(text, None if says is None else frozenset(says)))

    def comment(self) -> str:
        self.numbered += 1
        return f"#{self.pick(' ', '')}c{self.numbered}{self.pick('', ': x', ' - y', ' {[', ' é')}"

    def emit(self, text: str, says: set[Path]) -> None:
        """A line of content, with what may stand behind it; a tab may not behind a lone sign."""
        blanks = [" ", "   ", "\t"] if text.strip(" -?:") else [" ", "   "]
        if self.ways.comments and self.pick(False, False, False, True):
            text += self.pick(*blanks) + self.comment()
        elif self.pick(*[False] * 5, True):
            text += self.pick(*blanks)
        self.add(text, says)
        self.limit, self.ends_in_blanks = None, False

    def noise(self, column: int) -> None:
        """Comments and blank lines, before what stands in `column`."""
        while self.chance.random() < 0.25:
            if self.ways.comments and self.pick(True, False):
                most = column if self.limit is None else min(column, self.limit)
                indent = self.pick(most, most, 0, *([] if self.limit is not None else [most + 3]))
                self.add(" " * indent + self.comment(), None)
                self.ends_in_blanks = False
            elif self.ways.blanks and not self.ends_in_blanks:
                self.add("" if self.limit is not None else self.pick("", "", "  "), None)

    # Collections

    def mapping(
        self,
        value: dict[str, Any],
        path: Path,
        column: int,
        step: int,
        head: str = "",
        says: frozenset[Path] = frozenset(),
    ) -> None:
        quote = self.pick("", "", "", "'", '"')
        merged = None if head else self.merged(value)
        if merged:
            self.emit(f"{' ' * column}<<: *{merged[0]}", {path})
        for key, item in value.items():
            if merged and key in merged[1]:
                continue
            start = head
            if not head:
                self.noise(column)
                start, says = " " * column, frozenset()
            at = (*path, key)
            name = key_text(key, quote, self.chance)
            if self.pick(*[False] * 12, True):
                self.emit(f"{start}? {name}", {*says, at})
                start, name, says = " " * column, "", frozenset()
            self.placed(f"{start}{name}:", {*says, at}, item, at, column, step)
            head = ""

    def sequence(
        self,
        value: list[Any],
        path: Path,
        column: int,
        step: int,
        head: str = "",
        says: frozenset[Path] = frozenset(),
    ) -> None:
        for index, item in enumerate(value):
            start = head
            if not head:
                self.noise(column)
                start, says = " " * column, frozenset()
            at = (*path, index)
            self.placed(f"{start}-", {*says, at}, item, at, column, step, is_item=True)
            head = ""

    def placed(
        self,
        start: str,
        says: set[Path],
        value: Any,
        path: Path,
        column: int,
        step: int,
        *,
        is_item: bool = False,
    ) -> None:
        if self.ways.anchors:
            alias = next((name for name, known in self.anchored if same(known, value)), None)
            if alias:
                self.emit(f"{start} *{alias}", says)
                return
            if self.pick(True, False):
                self.named += 1
                name = f"a{self.named}"
                shift = int(is_item and isinstance(value, dict | list))
                self.unanchored(f"{start} &{name}", says, value, path, column + shift, step)
                self.anchored.append((name, value))
                return
        self.unanchored(start, says, value, path, column, step, is_item=is_item)

    def merged(self, value: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """An anchored mapping whose keys all stand in `value` as well, and say the same."""
        for name, known in self.anchored if self.ways.anchors else ():
            shared = known if isinstance(known, dict) and len(known) < len(value) else {}
            if shared and all(same(item, value.get(key, ABSENT)) for key, item in shared.items()):
                return name, shared
        return None

    def unanchored(
        self,
        start: str,
        says: set[Path],
        value: Any,
        path: Path,
        column: int,
        step: int,
        *,
        is_item: bool = False,
    ) -> None:
        if not value or not isinstance(value, dict | list):
            self.leaf(start, says, value, path, column, step)
        elif self.ways.brackets and self.pick(*[False] * 4, True):
            self.brackets(start, says, value, path, column)
        elif is_item and self.pick(True, True, False):
            head = start + " " * self.pick(1, 1, 1, 3)
            self.compact.add(path)
            self.block(value, path, len(head), step, head, frozenset(says))
        else:
            self.emit(start, says)
            least = 0 if isinstance(value, list) and not is_item else 1
            deeper = self.pick(step, step, step, 5, least)
            self.block(value, path, column + max(deeper, least), step)

    def block(
        self,
        value: Any,
        path: Path,
        column: int,
        step: int,
        head: str = "",
        says: frozenset[Path] = frozenset(),
    ) -> None:
        write = self.mapping if isinstance(value, dict) else self.sequence
        write(value, path, column, step, head, says)

    def brackets(self, start: str, says: set[Path], value: Any, path: Path, column: int) -> None:
        """A collection in brackets, on one line or with its entries on lines of their own."""
        self.in_brackets |= {path, *_below(value, path)}
        if self.pick(True, True, False):
            self.emit(f"{start} {self.flow(value)}", {*says, *_below(value, path)})
            return
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        self.emit(f"{start} {opened}", says)
        indent = column + self.pick(1, 2, 4)
        quote = self.pick("", '"')
        items = list(value.items() if isinstance(value, dict) else enumerate(value))
        for n, (key, item) in enumerate(items):
            self.noise(indent)
            name = (
                f"{key_text(key, quote, self.chance, flow=True)}: "
                if isinstance(value, dict)
                else ""
            )
            comma = "," if n + 1 < len(items) else self.pick("", ",")
            at = (*path, key)
            self.emit(f"{' ' * indent}{name}{self.flow(item)}{comma}", {at, *_below(item, at)})
        self.noise(indent)
        self.emit(" " * self.pick(indent, column + 1) + closed, {path})

    def flow(self, value: Any) -> str:
        pad, between = self.pick("", "", " "), self.pick(", ", ", ", ",  ", " , ")
        if value and isinstance(value, dict):
            quote = self.pick("", '"')
            said = [
                f"{key_text(key, quote, self.chance, flow=True)}: {self.flow(item)}"
                for key, item in value.items()
            ]
            return "{" + pad + between.join(said) + self.pick("", "", ",") + pad + "}"
        if value and isinstance(value, list):
            said = [self.flow(item) for item in value]
            return "[" + pad + between.join(said) + self.pick("", "", ",") + pad + "]"
        return scalar_text(value, self.pick("", "", "'", '"'), self.chance, flow=True)

    # Scalars

    def leaf(
        self, start: str, says: set[Path], value: Any, path: Path, column: int, step: int
    ) -> None:
        wants_block = isinstance(value, str) and self.ways.block_scalars and self.pick(True, False)
        if wants_block and self.block_scalar(start, says, value, path, column, step):
            return
        if value is None and self.pick(True, False):
            self.emit(start, says)
            return
        text = scalar_text(value, self.pick("", "", "", "'", '"'), self.chance)
        words = text.split(" ")
        if " " in text and all(words) and "#" not in text and self.pick(True, False, False):
            at = self.chance.randrange(1, len(words))
            self.add(f"{start} {' '.join(words[:at])}", says)
            start, says, text = " " * (column + self.pick(1, 2, 5)), {path}, " ".join(words[at:])
            self.emit(start + text, says)
        elif self.pick(*[False] * 12, True):
            self.emit(start, says)
            self.emit(" " * (column + step) + text, {path})
        else:
            self.emit(start + self.pick(" ", " ", " ", "  ") + text, says)

    def block_scalar(
        self, start: str, says: set[Path], value: str, path: Path, column: int, step: int
    ) -> bool:
        """Whether `value` was written as one."""
        body = value.rstrip("\n")
        ends = len(value) - len(body)
        indent = self.pick(step, step, 1, 3)
        sign = self.pick("", "+") if ends == 1 else "+" if ends else "-"
        digits = str(indent) if body.lstrip("\n")[:1] in " \t" else self.pick("", "", str(indent))
        header = self.pick(digits + sign, sign + digits)
        lines = [" " * indent + line if line else "" for line in body.split("\n")]
        style = self.pick("|", "|", ">")
        if style == ">":
            lines = folded(body, indent, self.chance)
        lines += [""] * (ends - 1)
        if not body or parse(f"a: {style}{header}\n" + "\n".join(lines) + "\nb: 1").value != {
            "a": value,
            "b": 1,
        }:
            return False
        self.emit(f"{start} {style}{header}", says)
        for line in lines:
            self.add(" " * max(column, 0) + line if line else "", {path})
        self.limit, self.ends_in_blanks = column, "+" in sign
        return True


def _below(value: Any, path: Path) -> set[Path]:
    """The paths of a value and of all inside it."""
    found = {path}
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            found |= _below(item, (*path, key))
    return found
