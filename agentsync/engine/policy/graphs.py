"""What an agent's graph is, and what it is given: only the graph knows what it makes of that."""

from collections.abc import Iterator, Mapping
from typing import Final

from agentsync.canonical import ABSENT, Json, join, resolve, same
from agentsync.engine.policy.hits import Hit, mapping, text

_NAMED: Final = 5
_COPY: Final = "/config/configurable"


def graph_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """Another graph, and other settings for it than its prompt."""
    was, graph = text(before.get("graph_id")), text(after.get("graph_id"))
    if was and graph and was != graph:
        yield Hit("graph-changed", "/graph_id", f"{was} → {graph}")
    then, now = mapping(before.get("context")), mapping(after.get("context"))
    keys = [key for key in sorted(then.keys() | now.keys()) if _differs(then, now, key)]
    if keys:
        more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
        names = f"{', '.join(keys[:_NAMED])}{more}"
        says = f"its graph is given other settings: {names}" if was else f"it is given {names}"
        yield Hit("context-changed", join(("context", keys[0])), says)
    copy = resolve(after, _COPY, ABSENT)
    if copy is not ABSENT and not same(resolve(before, _COPY, ABSENT), copy):
        yield Hit("context-changed", _COPY, "its graph is given settings beside its context")


def _differs(then: Mapping[str, Json], now: Mapping[str, Json], key: str) -> bool:
    return not same(then.get(key, ABSENT), now.get(key, ABSENT))
