"""Random values, one edit of them at a time, and the lines of a text that the edit lets stand."""

import copy
import random
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from yamlwritten import Line, Path, Written

from agentsync.canonical import same

KEYS = (
    "a",
    "b",
    "c",
    "d",
    "e",
    "name",
    "url",
    "x y",
    "1",
    "yes",
    "é",
    "k: v",
    "",
    "<<",
    "#",
    "- a",
)
TEXTS = (
    "",
    "a",
    "b c",
    "x y z",
    "yes",
    "12",
    "1e3",
    "null",
    "# h",
    "- q",
    "k: v",
    "[x]",
    "a, b",
    "{{x}}",
    "\t",
    "é😀",
    "'q' \"d\"",
    "https://h.x/y::z",
    "long text with many words in it",
    "line\n",
    "multi\nline\n",
    "one\n\ntwo\n\n\n",
    " lead\nx",
    "t \nb",
    "w\n# no comment\n  deeper\n",
)
OTHERS = (None, True, False, 0, 1, -5, 2.5, 1e22, 10**12)


def value(chance: random.Random, depth: int = 4) -> Any:
    """Any JSON, small, with the texts that YAML makes hard."""
    kind = chance.random()
    if depth and kind < 0.25:
        return {chance.choice(KEYS): value(chance, depth - 1) for _ in range(chance.randrange(4))}
    if depth and kind < 0.45:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return chance.choice(OTHERS if kind < 0.55 else TEXTS)


def mapping(chance: random.Random) -> dict[str, Any]:
    """A mapping of such values."""
    return {chance.choice(KEYS): value(chance, 3) for _ in range(chance.randrange(7))}


@dataclass(frozen=True)
class Edit:
    """What a value becomes: `kind` is what was done at `path`."""

    old: Any
    new: Any
    kind: str
    path: Path


def edit(old: Any, chance: random.Random) -> Edit:
    """One random change of a value that is not empty."""
    tries = [_set, _set, _retell, _add, _remove, _insert, _shuffle]
    while True:
        new = copy.deepcopy(old)
        path = chance.choice(list(_paths(new)))
        how = chance.choice(tries)
        done = how(new, path, chance)
        if done is not None and not same(new, old):
            return Edit(old, new, how.__name__.strip("_"), done)


def _paths(found: Any, path: Path = ()) -> Any:
    yield path
    if isinstance(found, dict | list):
        for key, item in found.items() if isinstance(found, dict) else enumerate(found):
            yield from _paths(item, (*path, key))


def at(found: Any, path: Path) -> Any:
    for part in path:
        found = found[part]
    return found


def _set(new: Any, path: Path, chance: random.Random) -> Path | None:
    if path:
        at(new, path[:-1])[path[-1]] = value(chance, chance.choice((0, 0, 2)))
    return path or None


def _retell(new: Any, path: Path, chance: random.Random) -> Path | None:
    """One line of a text of several changes."""
    lines = at(new, path).split("\n") if isinstance(at(new, path), str) else []
    if len(lines) < 2:
        return None
    lines[chance.randrange(len(lines))] = chance.choice(("new", "", "  indented", "a b c", "# h"))
    at(new, path[:-1])[path[-1]] = "\n".join(lines)
    return path


def _add(new: Any, path: Path, chance: random.Random) -> Path | None:
    where, key = at(new, path), chance.choice(KEYS)
    if not isinstance(where, dict) or key in where:
        return None
    items = list(where.items())
    items.insert(chance.randrange(len(items) + 1), (key, value(chance, 2)))
    where.clear()
    where.update(items)
    return (*path, key)


def _remove(new: Any, path: Path, chance: random.Random) -> Path | None:
    if path:
        del at(new, path[:-1])[path[-1]]
    return path or None


def _insert(new: Any, path: Path, chance: random.Random) -> Path | None:
    where = at(new, path)
    if not isinstance(where, list):
        return None
    index = chance.randrange(len(where) + 1)
    where.insert(index, value(chance, 2))
    return (*path, index)


def _shuffle(new: Any, path: Path, chance: random.Random) -> Path | None:
    where = at(new, path)
    if not isinstance(where, list):
        return None
    chance.shuffle(where)
    return path


def standing(written: Written, done: Edit) -> list[Line]:
    """The lines that hold nothing of what changed; a blank line inside of what went may go too."""
    free = [line.says is not None and _may_change(line, done, written) for line in written.lines]
    found = []
    for index, line in enumerate(written.lines):
        is_blank = line.says is None and "#" not in line.text
        before = _nearest(written.lines[:index][::-1], free[:index][::-1])
        after = _nearest(written.lines[index + 1 :], free[index + 1 :])
        if not free[index] and not (is_blank and before and after):
            found.append(line)
    return found


def _nearest(lines: tuple[Line, ...], free: list[bool]) -> bool:
    noise = len(list(takewhile(lambda line: line.says is None, lines)))
    return noise < len(lines) and free[noise]


def _may_change(line: Line, done: Edit, written: Written) -> bool:
    return any(_concerns(path, done, written) for path in line.says or ())


def _concerns(path: Path, done: Edit, written: Written) -> bool:
    """Whether what stands at `path` has a part in the edit."""
    where, around = done.path, done.path[:-1]
    # An item with another name is another item.
    named = [
        n for n in range(1, len(where)) if where[n] == "name" and isinstance(where[n - 1], int)
    ]
    if named:
        return path[: named[0]] == where[: named[0]]
    if done.kind in ("set", "retell", "shuffle"):
        return path[: len(where)] == where
    siblings = at(done.old, around)
    if done.kind == "remove":
        # Which one of two that are the same goes, nobody can tell; the last one leaves `{}`.
        twin = isinstance(siblings, list) and path[: len(around)] == around != path
        return (
            path[: len(where)] == where
            or (path == around and len(siblings) == 1)
            or (twin and same(siblings[path[len(around)]], siblings[where[-1]]))
        )
    if around in written.in_brackets:
        return path[: len(around)] == around
    # The first item of a list that starts behind another `-` moves to a line of its own.
    moves = done.kind == "insert" and around in written.compact and where[-1] == 0
    return (path == around and not siblings) or (moves and path == (*around, 0))
