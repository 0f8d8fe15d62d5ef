"""The difference of two texts as hunks of lines, with the changed words marked.

Its time is bounded for any pair of texts: lines that occur once on both sides anchor the rest,
what lies between them is compared only while a budget lasts, and what is left after that counts
as replaced as a whole. The answer is then coarser, never wrong.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal

from agentsync.engine.wordmarks import Budget, Segment, bag, likeness, marked, matching_cost

Kind = Literal["context", "removed", "added"]

_LINE_BUDGET = 4_000_000
_WORD_BUDGET = 1_500_000
# What comparing two lines' bags of words costs, beyond one per word of each.
_LIKENESS_COST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a hunk, without its newline; `ended` is False where the text stops without one.

    Shape: `segments` join to the line; none is empty; words are marked only in a removed or added
    line that has a similar counterpart.
    """

    kind: Kind
    segments: tuple[Segment, ...]
    ended: bool = True

    @property
    def text(self) -> str:
        """The line as it stands in its text."""
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Neighbouring changes with their context.

    Units: lines, counted from 1; a side without lines names the line before it, as `diff -u` does.
    """

    before_start: int
    before_count: int
    after_start: int
    after_count: int
    lines: tuple[Line, ...]

    @property
    def header(self) -> str:
        """The place of the hunk, as `diff -u` writes it."""
        before = _place(self.before_start, self.before_count)
        return f"@@ -{before} +{_place(self.after_start, self.after_count)} @@"


# A changed region: lines[left_start:left_end] become lines[right_start:right_end].
_Region = tuple[int, int, int, int]


def unified(before: str, after: str, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks that turn `before` into `after`, each with `context` unchanged lines around it.

    Only a line feed ends a line; a carriage return is part of it. Within a changed block a removed
    line is followed by the added line it became, so that the two can be read together.
    """
    if before == after:
        return ()
    left, right = _lines(before), _lines(after)
    words = Budget(_WORD_BUDGET)
    groups = _grouped(_regions(left, right), context)
    return tuple(_hunk(left, right, group, context, words) for group in groups)


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    last = parts.pop()
    lines = [part + "\n" for part in parts]
    return [*lines, last] if last else lines


def _place(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _regions(left: Sequence[str], right: Sequence[str]) -> list[_Region]:
    top = _shared(left, right)
    bottom = _shared(left[top:][::-1], right[top:][::-1])
    budget = Budget(_LINE_BUDGET)
    found: list[_Region] = []
    at, to = top, top
    ends = (len(left) - bottom, len(right) - bottom)
    for i, j in [*_anchors(left, right, top, *ends), ends]:
        if at < i or to < j:
            for a1, a2, b1, b2 in _compared(left[at:i], right[to:j], budget):
                found.append((at + a1, at + a2, to + b1, to + b2))
        at, to = i + 1, j + 1
    return found


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    """How many first items both have in common."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _anchors(
    left: Sequence[str], right: Sequence[str], start: int, left_end: int, right_end: int
) -> list[tuple[int, int]]:
    """Lines that occur once on either side, as the longest sequence in the order of both."""
    once = Counter(left[start:left_end])
    places = {line: j for j, line in enumerate(right[start:right_end], start)}
    twice = Counter(right[start:right_end])
    pairs = [
        (i, places[line])
        for i, line in enumerate(left[start:left_end], start)
        if once[line] == 1 and twice.get(line) == 1
    ]
    return _ascending(pairs)


def _ascending(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs`, sorted by their first, whose second ascends as well."""
    tails: list[int] = []
    chain: list[int] = []
    previous: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        previous.append(chain[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        chain[at : at + 1] = [index]
    found: list[tuple[int, int]] = []
    index = chain[-1] if chain else -1
    while index >= 0:
        found.append(pairs[index])
        index = previous[index]
    return found[::-1]


def _compared(left: Sequence[str], right: Sequence[str], budget: Budget) -> list[_Region]:
    """The changed regions of a stretch without anchors; all of it when that costs too much."""
    if not left or not right or not budget.spend(matching_cost(left, right)):
        return [(0, len(left), 0, len(right))]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    codes = matcher.get_opcodes()
    return [(a1, a2, b1, b2) for kind, a1, a2, b1, b2 in codes if kind != "equal"]


def _grouped(regions: list[_Region], context: int) -> Iterator[list[_Region]]:
    group: list[_Region] = []
    for region in regions:
        if group and region[0] - group[-1][1] > 2 * context:
            yield group
            group = []
        group.append(region)
    if group:
        yield group


def _hunk(
    left: Sequence[str], right: Sequence[str], group: list[_Region], context: int, words: Budget
) -> Hunk:
    first, last = group[0], group[-1]
    # Both sides have the same lines before the first region, so the context is as long on both.
    lead = min(context, first[0], first[2])
    tail = min(context, len(left) - last[1])
    lines: list[Line] = []
    at = first[0] - lead
    for a1, a2, b1, b2 in group:
        lines += (_plain("context", line) for line in left[at:a1])
        lines += _replaced(left[a1:a2], right[b1:b2], words)
        at = a2
    lines += (_plain("context", line) for line in left[at : at + tail])
    before_count, after_count = (
        (last[1] - first[0]) + lead + tail,
        (last[3] - first[2]) + lead + tail,
    )
    return Hunk(
        before_start=first[0] - lead + (before_count > 0),
        before_count=before_count,
        after_start=first[2] - lead + (after_count > 0),
        after_count=after_count,
        lines=tuple(lines),
    )


def _plain(kind: Kind, line: str) -> Line:
    ended = line.endswith("\n")
    text = line[:-1] if ended else line
    return Line(kind=kind, segments=(Segment(text=text),) if text else (), ended=ended)


def _replaced(removed: Sequence[str], added: Sequence[str], words: Budget) -> Iterator[Line]:
    """The lines of one changed region: each pair together, the others where they stand."""
    at, to = 0, 0
    for i, j in _pairs(removed, added, words):
        old, new = _plain("removed", removed[i]), _plain("added", added[j])
        both = marked(old.text, new.text, words)
        if both is None:
            continue
        yield from (_plain("removed", line) for line in removed[at:i])
        yield from (_plain("added", line) for line in added[to:j])
        yield replace(old, segments=both[0])
        yield replace(new, segments=both[1])
        at, to = i + 1, j + 1
    yield from (_plain("removed", line) for line in removed[at:])
    yield from (_plain("added", line) for line in added[to:])


def _pairs(
    removed: Sequence[str], added: Sequence[str], words: Budget
) -> Iterable[tuple[int, int]]:
    """Which removed line probably became which added one, in the order of both."""
    if not removed or not added:
        return ()
    if len(removed) == len(added) == 1:
        return ((0, 0),)
    if _LIKENESS_COST * len(removed) * len(added) <= words.left:
        alike = _likenesses(removed, added, words)
        if alike:
            return _aligned(alike)
    by_place = zip(range(len(removed)), range(len(added)), strict=False)
    return takewhile(lambda _: not words.spent, by_place) if len(removed) == len(added) else ()


def _aligned(alike: list[list[float]]) -> list[tuple[int, int]]:
    """The pairs, ascending on both sides, that are most alike in sum."""
    rows, columns = len(alike), len(alike[0])
    # best[i][j]: the likeness within reach of rows from i and columns from j.
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            paired = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _likenesses(removed: Sequence[str], added: Sequence[str], words: Budget) -> list[list[float]]:
    """How alike every removed line is to every added one; empty when that costs too much."""
    left, right = list(map(bag, removed)), list(map(bag, added))
    sizes = len(right) * sum(map(len, left)) + len(left) * sum(map(len, right))
    if not words.spend(_LIKENESS_COST * len(left) * len(right) + sizes):
        return []
    return [[likeness(one, other) for other in right] for one in left]
