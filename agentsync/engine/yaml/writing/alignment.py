"""Which parts of an old sequence live on in a new one and can stay as they are written."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from agentsync.canonical import Json, canonical_json, same

Pair = tuple[int | None, int | None]

# Elements that occur often on both sides make comparing slow. With more equal pairs than this,
# what lies between the common start and the common end counts as new.
_COMPARABLE: Final = 100_000
# How many new items an old one is held against.
_NEAR: Final = 20
# What tells one item of a list from another, by the field names of the API.
_IDENTITIES: Final = (("name", "mcp_server_url"), ("name",), ("repo_handle",), ("id",))


def matched(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The indexes of equal elements, in the order of both sequences."""
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    rest = shortest - start
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    pairs = [(i, i) for i in range(start)]
    left, right = old[start : len(old) - tail], new[start : len(new) - tail]
    often = Counter(right)
    if 0 < sum(often[item] for item in left) <= _COMPARABLE:
        blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
        pairs += (
            (start + block.a + i, start + block.b + i)
            for block in blocks
            for i in range(block.size)
        )
    pairs += [(len(old) - i, len(new) - i) for i in range(tail, 0, -1)]
    return pairs


def aligned(old: Sequence[Json], new: Sequence[Json]) -> list[Pair]:
    """What becomes of each item of a list, in the order of the lists.

    Shape: both indexes for an item that stays, changed or not; None for the new one of an item
    that goes, and for the old one of an item that comes. What goes stands before what comes.
    """
    found: list[Pair] = []
    before = after = 0
    keys = [_identity(item) for item in old], [_identity(item) for item in new]
    for i, j in [*matched(*keys), (len(old), len(new))]:
        found += _gap(old, new, range(before, i), range(after, j))
        if i < len(old):
            found.append((i, j))
        before, after = i + 1, j + 1
    return found


def in_place(old: Sequence[Json], new: Sequence[Json]) -> list[Pair]:
    """The same, where each new item takes the place of the old one of its index."""
    both, longer = min(len(old), len(new)), max(len(old), len(new))
    found: list[Pair] = [(i, i) for i in range(both)]
    return found + [(i, None) if i < len(old) else (None, i) for i in range(both, longer)]


def _gap(old: Sequence[Json], new: Sequence[Json], left: range, right: range) -> Iterator[Pair]:
    """Items without a counterpart of the same identity: collections may still be one another."""
    coming = right.start
    for i in left:
        near = range(coming, min(coming + _NEAR, right.stop))
        kin = next((j for j in near if _are_kin(old[i], new[j])), None)
        if kin is None:
            yield i, None
            continue
        yield from ((None, j) for j in range(coming, kin))
        yield i, kin
        coming = kin + 1
    yield from ((None, j) for j in range(coming, right.stop))


def _are_kin(old: Json, new: Json) -> bool:
    """Whether one may be the other, changed: collections of a kind that go by no other name."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return isinstance(old, list) and isinstance(new, list)
    names = [fields[0] for fields in _IDENTITIES]
    said = [(old[name], new[name]) for name in names if name in old and name in new]
    return not said or same(*said[0])


def _identity(item: Json) -> Hashable:
    if isinstance(item, Mapping):
        for fields in _IDENTITIES:
            if all(isinstance(item.get(field), str) for field in fields):
                return fields, tuple(item[field].rstrip("/") for field in fields)
    return canonical_json(item)
