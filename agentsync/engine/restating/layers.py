"""An agent.yaml and the overlay of one target: what they say together, and which says it.

RFC 7396 (engine/overlay.py), but for the model, which the overlay may spell the other way.
"""

from collections.abc import Mapping

from agentsync.canonical import Json, same
from agentsync.engine.forms import AGENT
from agentsync.engine.overlay import merge, uncovered
from agentsync.engine.restating.placing import Layers, placed
from agentsync.engine.restating.spelling import inserted


def overlaid(
    base: Mapping[str, Json], patch: Mapping[str, Json], keys: tuple[str, ...] = AGENT.fields
) -> dict[str, Json]:
    """What the agent.yaml `base` says below the overlay `patch`.

    Shape: `keys` are those of an agent.yaml in the order in which people write them.
    """
    merged: dict[str, Json] = merge(uncovered(base, patch), patch)
    said = {key: merged[key] for key in base if key in merged}
    for key in (key for key in merged if key not in said):
        said = inserted(said, key, merged[key], keys)
    return said


def layered(
    base: Mapping[str, Json],
    patch: Mapping[str, Json],
    wanted: Mapping[str, Json],
    keys: tuple[str, ...] = AGENT.fields,
) -> Layers | None:
    """Both, changed as little as possible, so that together they say `wanted`.

    None when a model that they spell differently stands in the way.
    """
    if same(overlaid(base, patch, keys), dict(wanted)):
        return dict(base), dict(patch)
    below = uncovered(base, patch)
    low, high = placed(below, patch, wanted)
    low = _restored(base, below, low)
    # To the model in other words, a null in the overlay is what takes it out, and what hides it.
    bare = {key: item for key, item in high.items() if key != "model" or item is not None}
    for above in (high, {**high, "model": None}, bare):
        if same(overlaid(low, above, keys), dict(wanted)):
            return low, above
    return None


def _restored(
    base: Mapping[str, Json], below: Mapping[str, Json], low: dict[str, Json]
) -> dict[str, Json]:
    """The base as it is to be written: with the model that the overlay says in other words."""
    if "model" in base and "model" not in below:
        return inserted(low, "model", base["model"], tuple(base))
    hidden, left = _runtime(base), _runtime(below)
    if "model" in hidden and "model" not in left:
        runtime = inserted(_runtime(low), "model", hidden["model"], tuple(hidden))
        return inserted(low, "runtime", runtime, tuple(base))
    return low


def _runtime(side: Mapping[str, Json]) -> Mapping[str, Json]:
    runtime = side.get("runtime")
    return runtime if isinstance(runtime, Mapping) else {}
