"""Canonical JSON, its digest, and JSON Pointers: the arithmetic below everything else.

Two JSON values are the same exactly when their canonical texts are the same: keys sorted, no
spaces, ASCII only (so that a lone surrogate from an API cannot break hashing), `1.0` written as
`1`, and `true` never equal to `1`.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

# Any JSON value. A recursive alias would make every caller cast; the schema is what checks.
Json = Any


class Absent:
    """The type of `ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()
"""No value at all, which is not the same as null."""


def canonical_json(value: Json) -> str:
    """The one text that stands for `value`.

    Errors: ValueError for NaN and infinities, which JSON does not have.
    """
    return json.dumps(_whole_numbers(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Json) -> str:
    """The sha256 of the canonical text, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()


def same(left: Json, right: Json) -> bool:
    """Whether both are the same JSON value; unlike `==`, `True` is not `1`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _whole_numbers(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_numbers(item) for item in value]
    return value


def escape(segment: str) -> str:
    """`segment` as one reference token of a JSON Pointer (RFC 6901)."""
    return segment.replace("~", "~0").replace("/", "~1")


def join(parts: tuple[str, ...] | list[str]) -> str:
    """The JSON Pointer with these unescaped segments; the whole document is ""."""
    return "".join("/" + escape(part) for part in parts)


def split(pointer: str) -> tuple[str, ...]:
    """The unescaped segments of a JSON Pointer.

    Errors: ValueError when it is neither empty nor starts with a slash.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"not a JSON Pointer: {pointer!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def resolve(value: Json, pointer: str, default: Json = None) -> Json:
    """What `pointer` addresses in a canonical tree (maps only), or `default`."""
    for part in split(pointer):
        if not isinstance(value, Mapping) or part not in value:
            return default
        value = value[part]
    return value


def leaves(value: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Every leaf of a canonical tree with its pointer: scalars, lists and empty maps.

    Lists are atomic here: those with identity have become maps before (engine/normalise.py).
    """
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{prefix}/{escape(key)}")
    else:
        yield prefix, value


def matching(value: Json, pattern: str) -> Iterator[tuple[str, Json]]:
    """Every pointer in a canonical tree that `pattern` names, with what stands there.

    Shape: a segment of `pattern` is literal, or `*` for any.
    """
    found = [("", value)]
    for glob in pattern.split("/")[1:]:
        found = [
            (f"{pointer}/{escape(key)}", item[key])
            for pointer, item in found
            if isinstance(item, dict)
            for key in item
            if glob in ("*", escape(key))
        ]
    yield from found


def covers(pattern: str, pointer: str) -> bool:
    """Whether `pointer` is at or below what `pattern` names.

    Shape: `*` is any run of characters inside one segment, `?` any one; all else is literal.
    """
    return _glob(pattern).fullmatch(pointer) is not None


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    wild = {"*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(wild.get(c) or re.escape(c) for c in pattern) + "(?:/.*)?", re.S)
