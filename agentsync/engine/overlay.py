"""A target's overlay laid over a definition: RFC 7396, JSON Merge Patch."""

from collections.abc import Iterator, Mapping

from agentsync.canonical import Json


def merge(base: Json, patch: Json) -> Json:
    """`base` with `patch` laid over it; neither is changed.

        base       patch      result
        value      absent     value
        anything   null       absent
        mapping    mapping    merged key by key
        anything   value      the patch's value, lists included

    Source: RFC 7396, section 2.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def useless_removals(
    base: Json, patch: Mapping[str, Json], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The path of every null in `patch` that removes nothing, because `base` has no such key."""
    known = base if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None and key not in known:
            yield (*above, key)
        elif isinstance(value, Mapping):
            yield from useless_removals(known.get(key), value, (*above, key))


def uncovered(base: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
    """The base without the model that the overlay says in other words."""
    below, runtime = dict(base), base.get("runtime")
    if "model" in patch and isinstance(runtime, Mapping):
        below["runtime"] = {key: item for key, item in runtime.items() if key != "model"}
        if not below["runtime"]:
            del below["runtime"]
    elif isinstance(patch.get("runtime"), Mapping) and "model" in patch["runtime"]:
        below.pop("model", None)
    return below
