"""Cuts and insertions collected for one YAML text, and applied at once."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from agentsync.engine.yaml.writing.fresh import indented
from agentsync.engine.yaml.writing.lines import (
    end_of_line,
    is_first,
    next_line,
    start_of_line,
    usual_break,
)
from agentsync.engine.yaml.writing.parts import Part

_COMMENT: Final = re.compile(r"^[ \t]*#", re.MULTILINE)


class Splices:
    """What changes in a text whose last line has a line break.

    Shape: all indexes are those of the unchanged text. `comments` are the starts of the lines
    that hold nothing but a comment. With `careful`, comments and blank lines behind what goes may
    change as well, so that a block scalar above cannot take them in.
    """

    __slots__ = ("_columns", "_found", "careful", "comments", "line_break", "text")

    def __init__(self, text: str, root: Part | None, *, careful: bool) -> None:
        self.text = text
        self.line_break = usual_break(text)
        self.careful = careful
        self.comments = _comment_lines(text, root)
        self._found: list[tuple[int, int, str]] = []
        self._columns: dict[int, int] = {}

    def cut(self, start: int, end: int, new: str = "") -> None:
        """Put `new` in the place of text[start:end]."""
        if start < end or new:
            self._found.append((start, end, new))

    def put_lines(self, at: int, lines: Iterable[str], column: int = 0) -> None:
        """Put new lines before the line that starts at `at`, behind what was put there before."""
        new = "".join(line + self.line_break for line in indented(lines, max(column, 0)))
        self.cut(at, at, new)
        self.settle(at, column)

    def put_beside(self, at: int, lines: Iterable[str], column: int) -> None:
        """Put new lines before what stands in `column` of a line that starts with other things."""
        first, *rest = indented(lines, column)
        new = self.line_break.join([first.lstrip(" "), *rest, ""])
        self.cut(at, at, new + " " * column)

    def remove(self, start: int, end: int, column: int, *, comments: bool = True) -> None:
        """Take out what stands from `start` to `end`, with the lines that it fills.

        Shape: comments on lines of their own stay; without `comments` they go as well. What goes
        stands in `column`.
        """
        at = start_of_line(self.text, start)
        if not is_first(self.text, start):
            before = self.text[at:start].rstrip(" \t")
            self.cut(at + len(before), end_of_line(self.text, start))
            at = next_line(self.text, start)
        while at <= end and at < len(self.text):
            behind = next_line(self.text, at)
            if not comments or at not in self.comments:
                self.cut(at, behind)
            elif self.careful:
                self._dedent(at, column)
            at = behind
        self.settle(at, column, blanks=True)

    def settle(self, at: int, column: int, *, blanks: bool = False) -> None:
        """If careful, keep comments behind `at` from being read as more of a block scalar there.

        Shape: with `blanks`, the same for blank lines.
        """
        while self.careful and at < len(self.text):
            behind = next_line(self.text, at)
            if at in self.comments:
                self._dedent(at, column)
            elif self.text[at:behind].strip():
                return
            else:
                self.cut(at, behind if blanks else end_of_line(self.text, at))
            at = behind

    def _dedent(self, at: int, column: int) -> None:
        """Let the comment that starts at `at` be indented no further than the least asked for."""
        column = max(column, 0)
        self._columns[at] = min(self._columns.get(at, column), column)

    def comments_in(self, start: int, end: int) -> str:
        """The comments on lines of their own between two places, and the break before each."""
        found = (at for at in sorted(self.comments) if start <= at < end)
        return "".join(self.line_break + self.text[at : end_of_line(self.text, at)] for at in found)

    def applied(self) -> tuple[str, bool]:
        """The text with all of it done, and whether its end is the old end, or is new.

        Shape: False when the end went and what stood before it is now the last.
        """
        for at, column in self._columns.items():
            line = self.text[at : end_of_line(self.text, at)]
            blanks = len(line) - len(line.lstrip(" \t"))
            if blanks > column:
                self.cut(at, at + blanks, " " * column)
        pieces: list[str] = []
        done = 0
        for start, end, new in sorted(self._found, key=_order):
            # A blank line can go for two reasons.
            if start >= done:
                pieces += (self.text[done:start], new)
                done = end
        pieces.append(self.text[done:])
        last = next((at for at in range(len(pieces), 0, -1) if pieces[at - 1]), 0)
        return "".join(pieces), last in (0, len(pieces)) or last % 2 == 0


def _order(found: tuple[int, int, str]) -> tuple[int, bool, int]:
    """What is put in before what is cut out there, and the longest cut first."""
    start, end, _ = found
    return start, end > start, -end


def _comment_lines(text: str, root: Part | None) -> frozenset[int]:
    spans = sorted(_long_scalars(text, root)) if root else []
    starts = (found.start() for found in _COMMENT.finditer(text.replace("\r", "\n")))
    return frozenset(at for at in starts if not _is_inside(at, spans))


def _is_inside(at: int, spans: list[tuple[int, int]]) -> bool:
    before = bisect_right(spans, (at, 0)) - 1
    return before >= 0 and spans[before][0] < at <= spans[before][1]


def _long_scalars(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """Start and end of each scalar of several lines, keys included."""
    if part.kind == "scalar" and next_line(text, part.start) <= part.end:
        yield part.start, part.end
    for entry in part.entries:
        yield from _long_scalars(text, entry.value)
        if entry.key:
            yield from _long_scalars(text, entry.key)
