"""Which of two layers says what: the values of a base and of the patch that lies over it."""

from collections.abc import Mapping

from agentsync.canonical import ABSENT, Absent, Json, same
from agentsync.engine.overlay import merge
from agentsync.engine.restating.spelling import inserted

Layers = tuple[dict[str, Json], dict[str, Json]]
"""A base, and the patch to lay over it."""


def placed(
    base: Mapping[str, Json], patch: Mapping[str, Json], wanted: Mapping[str, Json]
) -> Layers:
    """`base` and `patch`, each changed as little as possible, such that merged they are `wanted`.

        said now by       and wanted      changes
        the patch         otherwise       the patch
        the patch         not at all      the patch: null over what the base has, else no key
        the base alone    otherwise       the base, or its key goes
        neither           newly           the base; the patch inside a mapping of its own
        a null there      newly           the patch; without that null if the base says it

    What a patch cannot say, because null means something else there, goes to the base.
    """
    return _layers(base, patch, wanted)


def _layers(
    base: Mapping[str, Json] | None, patch: Mapping[str, Json], wanted: Mapping[str, Json]
) -> Layers:
    below: dict[str, Json] = dict(base or {})
    above: dict[str, Json] = dict(patch)
    for key in [*below, *above, *wanted]:
        low, high = below.get(key, ABSENT), above.get(key, ABSENT)
        new = wanted.get(key, ABSENT)
        if same(_merged(low, high), new):
            continue
        low, high = _layered(low, high, new, own=base is None)
        below, above = (
            _with(side, key, item, wanted) for side, item in ((below, low), (above, high))
        )
    return below, above


def _merged(low: Json | Absent, high: Json | Absent) -> Json | Absent:
    if isinstance(high, Absent):
        return low
    return ABSENT if high is None else merge(low, high)


def _with(
    mapping: dict[str, Json], key: str, value: Json | Absent, order: Mapping[str, Json]
) -> dict[str, Json]:
    if isinstance(value, Absent):
        return {name: item for name, item in mapping.items() if name != key}
    return inserted(mapping, key, value, tuple(order))


def _layered(
    low: Json | Absent, high: Json | Absent, wanted: Json | Absent, *, own: bool
) -> tuple[Json | Absent, Json | Absent]:
    """Both sides of one key that together do not say what is wanted; `own`: no base around it."""
    over = not isinstance(high, Absent)
    if isinstance(wanted, Absent):
        if not over:
            return ABSENT, ABSENT
        return low, ABSENT if isinstance(low, Absent) else None
    if high is None and same(low, wanted):
        return low, ABSENT
    if isinstance(high, Mapping) and isinstance(wanted, Mapping):
        both = _layers(low if isinstance(low, Mapping) else None, high, wanted)
        return _tidy(low, *both)
    patch = _turning(low, wanted) if over or (own and isinstance(low, Absent)) else ABSENT
    return (wanted, ABSENT) if isinstance(patch, Absent) else (low, patch)


def _tidy(
    low: Json | Absent, below: dict[str, Json], above: dict[str, Json]
) -> tuple[Json | Absent, Json | Absent]:
    """Both sides of a mapping; one that says nothing any more, and was not needed, goes."""
    base = below if below or isinstance(low, Mapping) else low
    return base, ABSENT if not above and isinstance(base, Mapping) else above


def _turning(low: Json | Absent, wanted: Json) -> Json | Absent:
    """The patch that turns `low` into `wanted`; ABSENT if no patch can, because it holds a null."""
    if wanted is None:
        return ABSENT
    if not isinstance(wanted, Mapping):
        return wanted
    known = low if isinstance(low, Mapping) else {}
    patch: dict[str, Json] = {key: None for key in known if key not in wanted}
    for key, item in wanted.items():
        if same(known.get(key, ABSENT), item):
            continue
        turned = _turning(known.get(key, ABSENT), item)
        if isinstance(turned, Absent):
            return ABSENT
        patch[key] = turned
    return patch
