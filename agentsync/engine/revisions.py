"""What states of an agent say of each other, of git, and of what apply wrote last.

Shape: a tree is a canonical form with the sections in `rules.past` only: those of the file tree,
or all of them where the API keeps all.
"""

from collections.abc import Mapping
from dataclasses import replace

from agentsync.canonical import ABSENT, Json, covers, join, leaves, resolve, same
from agentsync.engine.diff import differences, in_sync
from agentsync.engine.normalise import normalise
from agentsync.engine.origins import outline
from agentsync.engine.rules import Rules
from agentsync.model import Change, Effect, FieldChange


def content(value: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """The part of a canonical form that a revision shows."""
    return {section: item for section, item in value.items() if section in rules.past}


def steps(
    before: Mapping[str, Json] | None, after: Mapping[str, Json], rules: Rules
) -> tuple[FieldChange, ...]:
    """Everything that differs from the older tree to the newer one; None: there was none before."""
    older = content(normalise({}, rules), rules) if before is None else before
    return tuple(
        FieldChange(pointer=item.pointer, before=item.live, after=item.desired)
        for item in differences(older, after, rules)
    )


def says(
    tree: Mapping[str, Json],
    definition: Mapping[str, Json],
    rules: Rules,
    ignore: tuple[str, ...] = (),
) -> bool:
    """Whether a tree is what a definition says, in everything that git owns there.

    What the API may resolve by itself counts where both say it: two pins are two contents.
    """
    wanted = content(definition, rules)

    def skipped(pointer: str) -> bool:
        if any(covers(glob, pointer) for glob in ignore):
            return True
        told = any(covers(glob, pointer) for glob in rules.said)
        return told and ABSENT in (resolve(side, pointer, ABSENT) for side in (tree, wanted))

    return in_sync(tree, wanted, rules, skipped)


def applied(
    tree: Mapping[str, Json],
    base: Mapping[str, Json],
    rules: Rules,
    ignore: tuple[str, ...] = (),
) -> bool:
    """Whether a tree is what the marker says was applied, in everything that git owned then."""
    return says(outline(dict(tree)), base, rules, ignore)


def declares(
    definition: Mapping[str, Json],
    base: Mapping[str, Json],
    rules: Rules,
    ignore: tuple[str, ...] = (),
) -> bool:
    """Whether a definition says, outside the tree, all that was applied and nothing else."""
    out = (*ignore, *rules.said)

    def told(value: Mapping[str, Json]) -> dict[str, Json]:
        parts = {key: item for key, item in value.items() if key not in rules.past}
        return {
            pointer: item
            for pointer, item in leaves(parts)
            if not any(covers(glob, pointer) for glob in out)
        }

    return same(told(outline(dict(definition))), told(base))


def restored(
    tree: Mapping[str, Json],
    rules: Rules,
    declared: tuple[Mapping[str, Json], ...],
) -> dict[str, Json]:
    """What of a tree is git's: no file that the agent may have written, no metadata of others.

    Shape: `declared` are canonical forms, or bases; what one of them has is git's.
    """

    def owned(pointer: str) -> bool:
        said = any(resolve(form, pointer, ABSENT) is not ABSENT for form in declared)
        return (said or rules.owns(pointer)) and pointer not in rules.unwritable

    def files_of(at: tuple[str, ...], files: Mapping[str, Json]) -> dict[str, Json]:
        return {path: item for path, item in files.items() if owned(join((*at, path)))}

    kept = {name: item for name, item in tree.items() if name in rules.tree}
    for name in tree.keys() - kept.keys():
        item = tree[name]
        if isinstance(item, dict):
            # Of a map that is no file, entries are owned one by one.
            own = {key: each for key, each in item.items() if owned(join((name, key)))}
            kept |= {name: own} if own or owned(f"/{name}") else {}
        elif owned(f"/{name}"):
            kept[name] = item
    if "files" in kept:
        kept["files"] = files_of(("files",), tree["files"])
    if "subagents" in kept:
        kept["subagents"] = {
            name: {**spec, "files": files_of(("subagents", name, "files"), spec["files"])}
            for name, spec in tree["subagents"].items()
        }
    return kept


def leaving_metadata(change: Change, rules: Rules) -> Change:
    """The change with nothing outside the tree done: what differs there stays as it is."""
    fields = tuple(
        item if _section(item.pointer) in rules.past else replace(item, effect=Effect.KEEP)
        for item in change.fields
    )
    return replace(change, fields=fields)


def _section(pointer: str) -> str:
    return pointer.split("/")[1]
