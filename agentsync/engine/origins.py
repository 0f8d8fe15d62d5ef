"""Who made a field differ: git, somebody outside it, both, or nobody knows.

The base is what apply last wrote, kept in the agent's own marker as a tree in the shape of the
canonical form whose leaves are tokens: short digests, so that the marker stays small and says
nothing of the values.

    live = base     desired ≠ base     git
    live ≠ base     desired = base     live: somebody edited it outside git
    live ≠ base     desired ≠ base     both: a conflict
    no base                            unknown

Both sides changed to the same value is no difference, so it is never asked about.
"""

import hashlib
from binascii import b2a_base64
from collections.abc import Mapping
from typing import Final

from agentsync.canonical import ABSENT, Absent, Json, canonical_json, join, resolve, same, split
from agentsync.engine.rules import Rules
from agentsync.model import Origin

# Bytes of a sha256 in a token: a chance collision takes 2^36 values, a forged one 2^72 tries.
_TOKEN_BYTES: Final = 9
_QUOTE: Final = b'"'
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def token(leaf: Json) -> str:
    """The short digest of one leaf: 12 characters that any JSON store keeps."""
    # Most leaves are texts, prompts among them, and all of every agent are digested: a text goes
    # in as it is, behind the quote that no other leaf's canonical text begins with.
    said = (
        _QUOTE + leaf.encode("utf-8", "surrogatepass")
        if isinstance(leaf, str)
        else (canonical_json(leaf).encode("ascii"))
    )
    whole = hashlib.sha256(said).digest()
    return b2a_base64(whole[:_TOKEN_BYTES], newline=False).translate(_URL_SAFE).decode("ascii")


_TRUE: Final = token(True)


def outline(value: Json) -> Json:
    """A canonical tree with every leaf (scalar or list) as its token; maps stay maps."""
    if isinstance(value, dict):
        return {key: outline(item) for key, item in value.items()}
    return _TRUE if value is True else token(value)


def base_of(
    desired: Mapping[str, Json], before: Mapping[str, Json] | None, kept: tuple[str, ...]
) -> dict[str, Json]:
    """The base after an apply: what git says, but the base from before where `kept` points.

    What was left as somebody edited it stays an edit that way.
    """
    after: dict[str, Json] = outline(dict(desired))
    for pointer in kept:
        old = resolve(before, pointer, ABSENT) if before else ABSENT
        after = put(after, pointer, old)
    return after


def put(tree: Mapping[str, Json], pointer: str, value: Json | Absent) -> dict[str, Json]:
    """A copy of `tree` with `value` at `pointer`; ABSENT takes out what stands there."""

    def at(node: Json, parts: tuple[str, ...]) -> dict[str, Json]:
        copy = dict(node) if isinstance(node, Mapping) else {}
        key, rest = parts[0], parts[1:]
        if rest and (key in copy or not isinstance(value, Absent)):
            copy[key] = at(copy.get(key), rest)
        elif not rest and isinstance(value, Absent):
            copy.pop(key, None)
        elif not rest:
            copy[key] = value
        return copy

    return at(tree, split(pointer))


def origin(
    pointer: str,
    live: Mapping[str, Json],
    desired: Mapping[str, Json],
    base: Mapping[str, Json] | None,
    rules: Rules,
) -> Origin:
    """Who made live and desired differ at `pointer`."""
    if base is None:
        return Origin.UNKNOWN
    here = resolve(live, pointer, ABSENT)
    applied = resolve(base, pointer, ABSENT)
    if isinstance(applied, Absent) and not _owned_then(pointer, base, rules):
        # Git begins to declare a field that was never its own.
        return Origin.GIT if not_set(pointer, here, rules) else Origin.UNKNOWN
    wanted = resolve(desired, pointer, ABSENT)
    if _agrees(here, applied, pointer, base, rules):
        return Origin.GIT
    untouched = not isinstance(wanted, Absent) and same(outline(wanted), applied)
    if untouched or (isinstance(wanted, Absent) and isinstance(applied, Absent)):
        return Origin.LIVE
    return Origin.BOTH


def base_token(base: Mapping[str, Json] | None, pointer: str) -> str | None:
    """What was applied at `pointer` as one token, None when nothing was."""
    found = resolve(base, pointer, ABSENT) if base is not None else ABSENT
    if isinstance(found, Absent):
        return None
    return found if isinstance(found, str) else token(found)


def _owned_then(pointer: str, base: Mapping[str, Json], rules: Rules) -> bool:
    """Whether git owned `pointer` at the last apply, so that its absence means something."""
    parts = split(pointer)
    above = (join(parts[:number]) for number in range(1, len(parts) + 1))
    return rules.removes(pointer, base) or any(map(rules.owns, above))


def not_set(pointer: str, value: Json | Absent, rules: Rules) -> bool:
    """Whether a live value is what the API documents for a field that nobody has set."""
    return (
        isinstance(value, Absent)
        or value in ([], {})
        or same(value, resolve(rules.defaults, pointer, ABSENT))
    )


def _agrees(
    live: Json | Absent, base: Json | Absent, pointer: str, root: Mapping[str, Json], rules: Rules
) -> bool:
    """Whether live is still what was applied; what git did not own may have come since."""
    if isinstance(base, Absent) or isinstance(live, Absent):
        return isinstance(base, Absent) and isinstance(live, Absent)
    if not isinstance(base, Mapping):
        return not isinstance(live, Mapping) and token(live) == base
    if not isinstance(live, Mapping):
        return False
    if any(
        not _agrees(live.get(key, ABSENT), item, pointer + join((key,)), root, rules)
        for key, item in base.items()
    ):
        return False
    more = (key for key in live if key not in base)
    return not any(_owns_some(pointer + join((key,)), live[key], root, rules) for key in more)


def _owns_some(pointer: str, value: Json, root: Mapping[str, Json], rules: Rules) -> bool:
    """Whether git owned anything that is at or below `pointer`, had it been there."""
    if rules.removes(pointer, root):
        return True
    return isinstance(value, Mapping) and any(
        _owns_some(pointer + join((key,)), item, root, rules) for key, item in value.items()
    )
