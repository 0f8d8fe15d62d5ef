"""The states an apply moves an agent through: as it was planned for, and as it shall be."""

from collections.abc import Iterable, Mapping

from agentsync.canonical import ABSENT, Absent, Json, covers, digest, join, leaves, resolve, split
from agentsync.engine.diff import differences
from agentsync.engine.origins import base_of, put
from agentsync.engine.rules import Rules
from agentsync.model import Change, Effect, FieldChange, LiveAgent, Marker, Owner


def fingerprint(
    live: LiveAgent,
    desired: Mapping[str, Json] | None,
    rules: Rules,
    ignore: tuple[str, ...] = (),
) -> str:
    """The digest of all that git owns or a write would replace, and of the marker.

    Files that a running agent writes, what is ignored, and what the API resolves by itself are no
    part of it: they may change between plan and apply without making the plan stale.
    """
    marker = live.marker
    shown = [str(marker.owner), marker.base, marker.damage] if marker else live.marker_damage
    return digest({"value": guarded(live, desired, rules, ignore), "marker": shown})


def guarded(
    live: LiveAgent,
    desired: Mapping[str, Json] | None,
    rules: Rules,
    ignore: tuple[str, ...] = (),
) -> Json:
    """The live value without what is none of an apply's business."""
    base = live.marker.base if live.marker else None
    out = (*ignore, *rules.said)

    def left_out(pointer: str) -> bool:
        hidden = any(pointer == item or pointer.startswith(item + "/") for item in live.hidden)
        return hidden or any(covers(glob, pointer) for glob in out)

    def declared(pointer: str) -> bool:
        return any(resolve(tree, pointer, ABSENT) is not ABSENT for tree in (desired, base) if tree)

    def kept(value: Json, pointer: str) -> Json:
        if not isinstance(value, dict):
            return value
        files = _holds_files(pointer, desired)
        inside = ((key, item, pointer + join((key,))) for key, item in value.items())
        return {
            key: kept(item, at)
            for key, item, at in inside
            if at == "/name"
            or not (left_out(at) or (files and not declared(at) and not rules.owns(at)))
        }

    return kept(dict(live.value), "")


def _holds_files(pointer: str, desired: Mapping[str, Json] | None) -> bool:
    """Whether a running agent may write files of its own there: into the agent's or a subagent's.

    A subagent that git does not declare is removed with all its files, so they count.
    """
    parts = split(pointer)
    if parts[:1] == ("subagents",) and parts[2:] == ("files",):
        return desired is None or resolve(desired, join(parts[:2]), ABSENT) is not ABSENT
    return parts == ("files",)


def intended(
    live: Mapping[str, Json], fields: Iterable[FieldChange], desired: Mapping[str, Json]
) -> dict[str, Json]:
    """The live canonical form with these fields as git wants them, and nothing else changed.

    A map that a removal has emptied goes too, unless git declares it.
    """
    value = dict(live)
    for item in fields:
        value = put(value, item.pointer, item.after)
        if isinstance(item.after, Absent):
            value = _without_empty(value, item.pointer, desired)
    return value


def _without_empty(
    value: dict[str, Json], pointer: str, desired: Mapping[str, Json]
) -> dict[str, Json]:
    parts = split(pointer)
    for number in range(len(parts) - 1, 1, -1):
        above = join(parts[:number])
        declared = resolve(desired, above, ABSENT) is not ABSENT
        if declared or resolve(value, above, None) != {}:
            break
        value = put(value, above, ABSENT)
    return value


def next_marker(
    change: Change, live: LiveAgent | None, owner: Owner, *, commit: str, at: str
) -> Marker:
    """The marker that applying `change` leaves; `live` is the agent as it is before.

    Shape: `at` is an RFC 3339 time. What is kept as somebody edited it keeps its old base.
    """
    kept = tuple(item.pointer for item in change.fields if item.effect is Effect.KEEP)
    before = live.marker if live else None
    ours = before and (before.owner.project, before.owner.target) == (owner.project, owner.target)
    return Marker(
        owner=owner,
        commit=commit,
        applied_at=at,
        revision=live.revision if live else "",
        base=base_of(change.desired or {}, before.base if before and ours else None, kept),
    )


def missed(
    live: Mapping[str, Json],
    wanted: Mapping[str, Json],
    desired: Mapping[str, Json],
    rules: Rules,
    skipped: Iterable[str] = (),
) -> list[str]:
    """Pointers where a live agent is not as it shall be; empty when it is.

    What the server has filled in and git does not own is no difference. `skipped` holds JSON
    Pointer globs.
    """
    out = (*skipped, *rules.said)

    def ignored(pointer: str) -> bool:
        return any(covers(glob, pointer) for glob in out)

    return [
        item.pointer
        for item in differences(live, wanted, rules, ignored)
        if not isinstance(item.desired, Absent) or rules.removes(item.pointer, desired)
    ]


def verified(value: Mapping[str, Json]) -> int:
    """How many fields a canonical form has: what a receipt counts."""
    return sum(1 for _ in leaves(dict(value)))
