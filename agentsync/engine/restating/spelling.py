"""Values as somebody spelled them, changed only where their canonical form changes."""

from collections.abc import Mapping, Sequence

from agentsync.canonical import ABSENT, Absent, Json, same


def blended(raw: Json | Absent, before: Json | Absent, wanted: Json) -> Json:
    """`raw`, whose canonical form is `before`, changed so that its canonical form is `wanted`.

    Maps are changed key by key and keep their order; what the canonical form leaves out of them
    stays, what it adds by itself is not written. Anything else is replaced as a whole.
    """
    if same(before, wanted) and not isinstance(raw, Absent):
        return raw
    if not (isinstance(raw, Mapping) and isinstance(wanted, Mapping)):
        return wanted
    known: Mapping[str, Json] = before if isinstance(before, Mapping) else {}
    said = {
        key: blended(item, known.get(key, ABSENT), wanted[key]) if key in wanted else item
        for key, item in raw.items()
        if key in wanted or key not in known
    }
    more = (key for key in wanted if key not in raw)
    for key in more:
        if not same(known.get(key, ABSENT), wanted[key]):
            said[key] = wanted[key]
    return said


def inserted(
    mapping: Mapping[str, Json], key: str, value: Json, order: Sequence[str]
) -> dict[str, Json]:
    """A copy of `mapping` with `value` at `key`: in its old place, or where `order` has it.

    A key that `order` does not know comes last.
    """
    if key in mapping or key not in order:
        return {**mapping, key: value}
    earlier = frozenset(order[: order.index(key)])
    at = max((number for number, name in enumerate(mapping, 1) if name in earlier), default=0)
    items = list(mapping.items())
    return dict([*items[:at], (key, value), *items[at:]])


def ordered_set(raw: Json, wanted: Sequence[str]) -> list[str]:
    """The members of the set `wanted`, those that `raw` lists in the order it has them in."""
    listed = [item for item in raw or () if item in wanted]
    return [*listed, *(item for item in wanted if item not in listed)]
