"""What a page is made of: parts that can be shortened, and are never cut in their middle."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeVar

from agentsync.render.markdown.escape import fence, row
from agentsync.render.wording import counted

Shown = TypeVar("Shown")

# Characters of one line in a fence, and of one row of it.
_LONGEST: Final = 4_000
_WIDTH: Final = 92
_GOES_ON: Final = "↪ "
_MORE: Final = "… {} left out here"
# For the sentence that says how much of a list is left out.
_TOLD: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A text of several lines, which stands in a fence.

    Shape: `rows` are visible texts without line feeds.
    """

    rows: tuple[str, ...]
    info: str = "diff"

    def first(self, most: int | None) -> str:
        """The fence with its first rows, and how many more there are."""
        kept = _beginning(self.rows, most)
        left = len(self.rows) - len(kept)
        if not kept:
            return _MORE.format(counted(left, "line"))
        more = (f"  … {counted(left, 'more line')}",) if left else ()
        shown = (row for text in kept for row in _wrapped(_cut(text), self.info))
        return fence((*shown, *more), self.info)

    def fitted(self, room: int, measure: Callable[[str], int]) -> str:
        """The fence with as many rows as fit."""
        number = len(self.rows)
        while number and measure(self.first(number)) > room:
            number = number * 4 // 5
        return self.first(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, each item on a line of its own."""

    texts: tuple[str, ...]

    def first(self, most: int | None) -> str:
        """The list with its first items, and how many more there are."""
        kept = _beginning(self.texts, most)
        left = len(self.texts) - len(kept)
        more = (_MORE.format(left),) if left else ()
        return "\n".join(f"- {text}" for text in (*kept, *more))


Part = str | Fence | Items
"""A block of Markdown, or what one is made of as long as there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table or a list of one kind of thing under a heading of its own, as long as needed.

    Shape: `head` are the titles of a table's columns, () for a list; `rows` are cells, in a list
    one for each item; of more than `opened` the rest is folded; `after` is one more block that
    belongs to it; `noun` is what one row is about.
    Units: `share` is its part of the page, beside those of the others that have rows.
    """

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    noun: str
    share: float
    opened: int | None = None
    after: str = ""

    def written(self, room: int, measure: Callable[[str], int]) -> list[str]:
        """Its blocks, with as many rows as fit; none when not even one does."""
        lines = [self._line(cells) for cells in self.rows]
        room -= 3 * measure(self._table(())) + measure(self.after) + measure(self.heading) + _TOLD
        sizes = accumulate(measure(text) + 1 for text in lines)
        number = sum(size <= room for size in sizes)
        if not lines or not number:
            return []
        return list(self._blocks(lines[:number], len(lines) - number))

    def _blocks(self, lines: Sequence[str], left: int) -> Iterator[str]:
        opened = _beginning(lines, self.opened)
        if self.heading:
            yield f"#### {self.heading}"
        yield self._table(opened)
        if folded := lines[len(opened) :]:
            said = counted(len(folded), f"more {self.noun}")
            yield details(said, [self._table(folded)])
        if left:
            yield _MORE.format(counted(left, f"more {self.noun}"))
        if self.after:
            yield self.after

    def _line(self, cells: Sequence[str]) -> str:
        return row(cells) if self.head else f"- {' '.join(cells)}"

    def _table(self, lines: Sequence[str]) -> str:
        head = (row(self.head), row(("---",) * len(self.head))) if self.head else ()
        return "\n".join((*head, *lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The details of one agent, folded under a line that names it.

    Shape: `summary` is finished HTML on one line; `parts` makes the details, without comparing
    long texts when it is told to be light; `weight` is how many characters it else compares.
    """

    summary: str
    parts: Callable[[bool], Iterable[Part]]
    weight: int = 0

    def fitted(self, room: int, measure: Callable[[str], int], *, light: bool) -> str:
        """The details as whole as they fit, "" when they do not fit at all."""
        parts = list(self.parts(light))
        for step in _STEPS:
            text = details(self.summary, _shortened(parts, *step))
            if measure(text) <= room:
                return text
        return ""


# From all there is to the least: of each fence the rows, of each list the items, and the parts.
_STEPS: Final = (
    (None, None, None),
    *((rows, None, None) for rows in (20_000, 8_000, 3_000, 1_200, 500, 200, 80)),
    (30, 200, None),
    (12, 60, None),
    (0, 60, None),
    (0, 60, 400),
    (0, 20, 60),
    (0, 5, 12),
    (0, 1, 2),
)


def details(summary: str, blocks: Iterable[str]) -> str:
    """Blocks that are folded under a summary, which is finished HTML on one line."""
    inner = "\n\n".join(blocks)
    return f"<details><summary>{summary}</summary>\n\n{inner}\n\n</details>"


def _shortened(
    parts: Sequence[Part], rows: int | None, items: int | None, most: int | None
) -> Iterator[str]:
    kept = _beginning(parts, most)
    for part in kept:
        if isinstance(part, str):
            yield part
        else:
            yield part.first(rows if isinstance(part, Fence) else items)
    if left := len(parts) - len(kept):
        yield _MORE.format(counted(left, "more block"))


def _beginning(every: Sequence[Shown], most: int | None) -> Sequence[Shown]:
    """The first ones; one more takes no more room than to say that it is missing."""
    return every if most is None or (most and len(every) <= most + 1) else every[:most]


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} … {len(text) - _LONGEST:,} more characters"


def _wrapped(text: str, info: str) -> Iterator[str]:
    """The row of a difference as rows that a page shows whole, each with the sign of the first.

    A fence is not wrapped on GitHub, and prompts have long lines: what changed would be out of
    sight.
    """
    sign = f"{text[:1]} {_GOES_ON}"
    while info == "diff" and len(text) > _WIDTH:
        at = text.rfind(" ", len(sign), _WIDTH) + 1 or _WIDTH
        yield text[:at].rstrip(" ")
        text = sign + text[at:]
    yield text
