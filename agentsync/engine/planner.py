"""What is to happen to one agent: its live and desired canonical forms → a `Change`.

    live agent     found by     differs    action
    there is one   `id:`        no         no-op
    there is one   `id:`        yes        update
    there is one   its name     either     adopt
    none                        –          create

Origins are `unknown` here until a base is known (the ownership marker).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentsync.canonical import (
    ABSENT,
    Absent,
    Json,
    covers,
    digest,
    join,
    leaves,
    matching,
    resolve,
    same,
)
from agentsync.engine.diff import Difference, differences, in_sync
from agentsync.engine.rules import Rules
from agentsync.model import Action, Change, Definition, FieldChange, LiveAgent, Precondition


def compare(
    definition: Definition,
    live: LiveAgent | None,
    rules: Rules,
    *,
    ignore: tuple[str, ...] = (),
    show_unmanaged: bool = False,
) -> Change:
    """The change that takes `live` (None: there is no such agent) to `definition`.

    Shape: `ignore` holds JSON Pointer globs; what they cover is in no change, nor in `desired`.
    """
    if ignore:
        definition = replace(definition, value=_without(definition.value, ignore, rules))
    if live is None:
        return _create(definition, rules)

    def skipped(pointer: str) -> bool:
        hidden = any(pointer == item or pointer.startswith(item + "/") for item in live.hidden)
        return hidden or any(covers(glob, pointer) for glob in (*ignore, *rules.said))

    if not show_unmanaged and in_sync(live.value, definition.value, rules, skipped):
        return _change(definition, live, rules, (), ())
    fields: list[FieldChange] = []
    unmanaged: list[FieldChange] = []
    for item in differences(live.value, definition.value, rules, skipped):
        kept = isinstance(item.desired, Absent) and not rules.removes(
            item.pointer, definition.value
        )
        (unmanaged if kept else fields).append(_field(item))
    told = _worth_telling(unmanaged, rules) if show_unmanaged else ()
    return _change(definition, live, rules, tuple(fields), tuple(told))


def _field(item: Difference) -> FieldChange:
    return FieldChange(pointer=item.pointer, before=item.live, after=item.desired)


def _worth_telling(fields: Iterable[FieldChange], rules: Rules) -> list[FieldChange]:
    """Unmanaged fields without those that hold what the API documents for "not set"."""
    defaults = dict(leaves(dict(rules.defaults)))
    return [
        item
        for item in fields
        if item.before not in ([], {}) and not same(item.before, defaults.get(item.pointer, ABSENT))
    ]


def _change(
    definition: Definition,
    live: LiveAgent,
    rules: Rules,
    fields: tuple[FieldChange, ...],
    unmanaged: tuple[FieldChange, ...],
) -> Change:
    if definition.agent_id is None:
        action = Action.ADOPT
        reason = "the one live agent of this name; it is not bound to this definition yet"
    elif fields:
        action = Action.UPDATE
        reason = "1 field differs" if len(fields) == 1 else f"{len(fields)} fields differ"
    else:
        action, reason = Action.NO_OP, "in sync"
    return Change(
        address=definition.address,
        name=definition.name,
        action=action,
        reason=reason,
        agent_id=live.agent_id,
        fields=fields,
        precondition=Precondition(
            revision=live.revision,
            digest=None if action is Action.NO_OP else digest(live.value),
        ),
        desired=None if action is Action.NO_OP else definition.value,
        unmanaged=unmanaged,
        notes=tuple(_notes(definition, live, rules, bool(fields))),
    )


def _notes(definition: Definition, live: LiveAgent, rules: Rules, differs: bool) -> Iterable[str]:
    if (differs or definition.agent_id is None) and not live.writable:
        yield "this key may read the agent but not change it"
    for pointer in sorted(live.hidden):
        if resolve(definition.value, pointer) is not None:
            yield f"{pointer} is not shown by the API and was not compared"
    for pattern in rules.said:
        there, here = dict(matching(live.value, pattern)), dict(matching(definition.value, pattern))
        for pointer in sorted(there.keys() | here.keys()):
            left, right = there.get(pointer, "not set"), here.get(pointer, "not set")
            if left != right:
                yield f"{pointer} is {right} in git and {left} live: the API may resolve it itself"


def _without(
    value: Mapping[str, Json], ignore: tuple[str, ...], rules: Rules, at: str = ""
) -> dict[str, Json]:
    """What git says, less what is ignored: that is out of the plan and out of the apply.

    A map that ignoring has emptied is gone too, unless its being there says something. The name
    stays: an agent cannot be created without one.
    """
    kept: dict[str, Json] = {}
    for key, item in value.items():
        pointer = at + join((key,))
        if pointer != "/name" and any(covers(glob, pointer) for glob in ignore):
            continue
        if isinstance(item, dict):
            rest = _without(item, ignore, rules, pointer)
            if rest or not item or rules.owns(pointer):
                kept[key] = rest
        else:
            kept[key] = item
    return kept


def _create(definition: Definition, rules: Rules) -> Change:
    found = differences({}, definition.value, rules)
    return Change(
        address=definition.address,
        name=definition.name,
        action=Action.CREATE,
        reason="no agent that this key lists has this name; bind one that exists with `id:`",
        fields=tuple(_field(item) for item in found if not _says_nothing(item, rules)),
        desired=definition.value,
    )


def _says_nothing(item: Difference, rules: Rules) -> bool:
    """Whether creating the agent without it comes to the same; a bare tool is `{}` but counts."""
    return item.desired == "" or (item.desired == {} and not rules.owns(item.pointer))
