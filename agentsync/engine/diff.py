"""Every place where two canonical forms differ.

DeepDiff finds the places; what it must not do is look into long texts and lists (the first costs
a difflib run each, the second are atomic here), so both are replaced by their digests before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from agentsync.canonical import ABSENT, Absent, Json, digest, join, same
from agentsync.engine.rules import Rules

# Shorter than a token, so that no text can be taken for one.
_LONG_TEXT = 64

Skipped = Callable[[str], bool]
"""Whether a pointer is out of the comparison."""

Removes = Callable[[str], bool]
"""Whether what stands live at a pointer, and not in git, is to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where live and desired differ; an absent side is `ABSENT`."""

    pointer: str
    live: Json | Absent
    desired: Json | Absent


def differences(
    live: Mapping[str, Json],
    desired: Mapping[str, Json],
    rules: Rules,
    skipped: Skipped = lambda pointer: False,
) -> list[Difference]:
    """Every differing place, sorted by pointer, without those that are `skipped`.

    Shape: an entry that one side lacks (a tool, a skill, a file) is one difference as a whole;
    anything else is told leaf by leaf.
    """
    found: list[Difference] = []
    for path in _places(_outline(live), _outline(desired)):
        left, right = _at(live, path), _at(desired, path)
        if isinstance(left, Absent):
            found += (
                Difference(pointer=pointer, live=ABSENT, desired=item)
                for pointer, item in _parts(join(path), right, rules)
            )
        elif isinstance(right, Absent):
            found += (
                Difference(pointer=pointer, live=item, desired=ABSENT)
                for pointer, item in _parts(join(path), left, rules)
            )
        else:
            found.append(Difference(pointer=join(path), live=left, desired=right))
    kept = (item for item in found if not skipped(item.pointer))
    return sorted(kept, key=lambda item: item.pointer)


def in_sync(
    live: Mapping[str, Json],
    desired: Mapping[str, Json],
    rules: Rules,
    skipped: Skipped = lambda pointer: False,
    removes: Removes | None = None,
) -> bool:
    """Whether every difference there may be is one that git does not own.

    Shape: `removes` says whether what stands live at a pointer, and not in `desired`, is to go;
    without it, the rules say so.

    The cheap question, asked of every agent; `differences` answers the dear one. Both agree: a
    law in tests/unit/engine/test_planner.py.
    """
    goes = removes or (lambda pointer: rules.removes(pointer, desired))

    def agree(left: Mapping[str, Json], right: Mapping[str, Json], at: tuple[str, ...]) -> bool:
        for key, wanted in right.items():
            found = left.get(key, ABSENT)
            if type(found) is type(wanted) is str and found == wanted:
                continue
            if isinstance(found, dict) and isinstance(wanted, dict):
                if not agree(found, wanted, (*at, key)):
                    return False
            elif not same(found, wanted) and not skipped(join((*at, key))):
                return False
        return left.keys() == right.keys() or not any(
            goes(pointer) and not skipped(pointer)
            for key in left.keys() - right.keys()
            for pointer, _ in _parts(join((*at, key)), left[key], rules)
        )

    return agree(live, desired, ())


def _places(left: Json, right: Json) -> Iterator[list[str]]:
    from deepdiff import DeepDiff

    # DeepDiff's defaults skip keys that start with "__" and report a map whole when it shares few
    # keys with the other; both would hide where the difference is.
    found = DeepDiff(
        left,
        right,
        view="tree",
        ignore_private_variables=False,
        threshold_to_diff_deeper=0,
        cache_size=0,
    )
    for kind in (
        "dictionary_item_added",
        "dictionary_item_removed",
        "values_changed",
        "type_changes",
    ):
        for level in found.get(kind, ()):
            yield level.path(output_format="list")


def _outline(value: Json) -> Json:
    """The tree with every list and long text as a token that is equal exactly when they are."""
    if isinstance(value, dict):
        return {key: _outline(item) for key, item in value.items()}
    if isinstance(value, list):
        return f"\0list {digest(value)}"
    if isinstance(value, str) and len(value) > _LONG_TEXT:
        return f"\0text {digest(value)}"
    return value


def _at(value: Json, path: list[str]) -> Json | Absent:
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return ABSENT
        value = value[part]
    return value


def _parts(pointer: str, value: Json, rules: Rules) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value and not rules.owns(pointer):
        for key, item in value.items():
            yield from _parts(pointer + join((key,)), item, rules)
    else:
        yield pointer, value
