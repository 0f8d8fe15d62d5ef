"""Which of the differing fields come home, and which wait for somebody to decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from agentsync.canonical import covers
from agentsync.engine.rules import Rules
from agentsync.model import FieldChange, Origin
from agentsync.ops.merging.mergeable import can_merge


class Clash(StrEnum):
    """What pull does with a field that changed in git too, or of which nobody knows.

    ours     git's stays
    theirs   what is live comes home
    merge    texts are merged line by line; all else waits
    """

    OURS = "ours"
    THEIRS = "theirs"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An agent's differing fields, less those that only git changed.

    Shape: `home` are to be as they are live, `stay` as git says, `merge` both; `undecided` wait.
    """

    home: tuple[FieldChange, ...] = ()
    stay: tuple[FieldChange, ...] = ()
    merge: tuple[FieldChange, ...] = ()
    undecided: tuple[FieldChange, ...] = ()


def decided(fields: Iterable[FieldChange], choice: Clash | None, rules: Rules) -> Decided:
    """What becomes of every field; without a choice nothing is decided for anybody."""
    places: dict[str, list[FieldChange]] = {name: [] for name in Decided.__slots__}
    for item in _as_one(tuple(fields), rules):
        if item.origin is not Origin.GIT:
            places[_place(item, choice)].append(item)
    return Decided(**{name: tuple(items) for name, items in places.items()})


def _as_one(fields: tuple[FieldChange, ...], rules: Rules) -> Iterator[FieldChange]:
    """The fields, those of one decision with one origin.

    What git says anew only makes sense with a value that somebody changed outside it: then both
    are in conflict, or nobody knows about either.
    """
    clashing: dict[str, Origin] = {}
    for pattern, (other, value) in rules.only_with.items():
        new = [it for it in fields if it.origin is Origin.GIT and covers(pattern, it.pointer)]
        for item in fields:
            if new and item.pointer == other and item.before != value:
                origin = Origin.UNKNOWN if item.origin is Origin.UNKNOWN else Origin.BOTH
                if item.origin is not Origin.GIT:
                    clashing.update((it.pointer, origin) for it in (item, *new))
    for item in fields:
        yield replace(item, origin=clashing.get(item.pointer, item.origin))


def _place(item: FieldChange, choice: Clash | None) -> str:
    if item.origin is Origin.LIVE or choice is Clash.THEIRS:
        return "home"
    if choice is Clash.OURS:
        return "stay"
    return "merge" if choice is Clash.MERGE and can_merge(item) else "undecided"
