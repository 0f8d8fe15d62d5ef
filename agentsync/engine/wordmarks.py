"""Which words of one line changed on its way to another, for lines that are alike enough."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Lines that share less than this part of their text are two lines, not one that changed.
_ALIKE = 0.5
# What marking one pair of lines costs however short they are, in comparisons.
_PAIR_COST = 600
# A "word" longer than this is base64 or the like: the change may start and end inside it.
_LONGEST_WORD = 64
# Characters: beyond this the words between the shared ends are not told apart.
_LONGEST_MIDDLE = 40_000
_SAMPLE = 2_000

# Scripts without spaces between words change by the character; combining marks stay with theirs.
_UNSPACED = "\u0e00-\u0e7f\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff"
_IN_WORD = re.compile(rf"(?![{_UNSPACED}])[\w{_MARKS}]")
_WORD = re.compile(rf"(?:{_IN_WORD.pattern})+|\s+|.", re.DOTALL)
_WORD_BEFORE = re.compile(rf"(?:{_IN_WORD.pattern})*\Z")
_WORD_AFTER = re.compile(rf"(?:{_IN_WORD.pattern})*")

_Pair = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of one line; `changed` marks words that its counterpart does not have."""

    text: str
    changed: bool = False


class Budget:
    """How much work is left, in comparisons of roughly 0.1 µs."""

    __slots__ = ("left",)

    def __init__(self, amount: int) -> None:
        self.left = amount

    @property
    def spent(self) -> bool:
        """Whether not even one more pair of lines can be marked."""
        return self.left < _PAIR_COST

    def spend(self, amount: int) -> bool:
        """Whether there was enough left; only then it is spent."""
        if amount > self.left:
            return False
        self.left -= amount
        return True


def matching_cost(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """An upper bound of SequenceMatcher's work: a pass over all equal pairs for each match."""
    counts = Counter(right)
    equal = sum(counts[item] for item in left)
    passes = min(equal, len(left), len(right)) + 1
    return (equal + len(left) + len(right)) * passes


def likeness(left: Counter[str], right: Counter[str]) -> float:
    """The share of their text that two bags of words have in common, 0.0 when it is too small."""
    share = 2 * _weight(left & right) / max(1, _weight(left) + _weight(right))
    return share if share >= _ALIKE else 0.0


def bag(line: str) -> Counter[str]:
    """The words of a line; of a very long one, of its beginning."""
    return Counter(_WORD.findall(line[:_SAMPLE]))


def marked(
    before: str, after: str, budget: Budget
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]] | None:
    """Both lines with their changed words marked; None when they are not alike, or at no budget.

    Shape: the segments of each side join to its line; none is empty.
    """
    if not budget.spend(_PAIR_COST):
        return None
    start, end = _shared_ends(before, after)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    head, tail = before[:start], before[len(before) - end :]
    pairs = [(head, head, False), *_middle(old, new, budget), (tail, tail, False)]
    kept = sum(len(one) for one, _, changed in pairs if not changed and not one.isspace())
    if 2 * kept < _ALIKE * (len(before) + len(after)):
        return None
    return _segments((one, changed) for one, _, changed in pairs), _segments(
        (other, changed) for _, other, changed in pairs
    )


def _weight(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items() if not word.isspace())


def _shared_ends(before: str, after: str) -> tuple[int, int]:
    """How much both lines share at their start and end, in characters, cut between words."""
    most = min(len(before), len(after))
    start = _longest(most, lambda n: before[:n] == after[:n])
    if _joins(before, start) or _joins(after, start):
        start -= _word_length(_WORD_BEFORE.search(before, max(0, start - _LONGEST_WORD), start))
    end = _longest(most - start, lambda n: before[len(before) - n :] == after[len(after) - n :])
    at = len(before) - end
    if _joins(before, at) or _joins(after, len(after) - end):
        end -= _word_length(_WORD_AFTER.match(before, at, at + _LONGEST_WORD))
    return start, end


def _joins(line: str, at: int) -> bool:
    """Whether a cut at `at` would go through a word."""
    return 0 < at < len(line) and bool(_IN_WORD.match(line, at - 1) and _IN_WORD.match(line, at))


def _word_length(found: re.Match[str] | None) -> int:
    length = len(found[0]) if found else 0
    return length if length < _LONGEST_WORD else 0


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The greatest number up to `most` that still holds; what holds for n holds below n."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _middle(old: str, new: str, budget: Budget) -> Iterator[_Pair]:
    """The stretch between the shared ends, as equal and changed pairs of texts."""
    if len(old) + len(new) > _LONGEST_MIDDLE:
        yield old, new, True
        return
    left, right = _WORD.findall(old), _WORD.findall(new)
    # Spaces are everywhere; as junk they extend a match of words and never are one, so that two
    # changed words with a space between them are one change.
    if not budget.spend(matching_cost(*(list(filter(_worth, side)) for side in (left, right)))):
        yield old, new, True
        return
    matcher = SequenceMatcher(str.isspace, left, right, autojunk=False)
    for code, a1, a2, b1, b2 in matcher.get_opcodes():
        yield "".join(left[a1:a2]), "".join(right[b1:b2]), code != "equal"


def _worth(word: str) -> bool:
    return not word.isspace()


def _segments(stretches: Iterable[tuple[str, bool]]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for text, changed in stretches:
        if found and found[-1].changed == changed:
            text = found.pop().text + text
        if text:
            found.append(Segment(text=text, changed=changed))
    return tuple(found)
