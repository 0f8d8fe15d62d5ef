"""What the API is sent: bodies that say what a canonical form says."""

from collections.abc import Mapping

from agentsync.canonical import ABSENT, Json, same
from agentsync.engine import tree
from agentsync.engine.filetree import ShapeError
from agentsync.engine.normalise import live
from agentsync.engine.rules import Rules
from agentsync.providers.base import Held


def creation(value: Mapping[str, Json]) -> dict[str, Json]:
    """The body that makes an agent of this canonical form.

    What the typed fields can say is said by them; tools, subagents and skills that have more go
    into the file map whole, since one path cannot be in both.
    """
    typed = {name: item for name, item in value.items() if item is not None}
    del typed["tools"], typed["files"]
    files = {path: tree.raw(entry) for path, entry in value["files"].items()}
    if tree.has_typed_tools(value):
        typed["tools"] = tree.toolset(value["tools"])
    else:
        files["tools.json"] = tree.tools_file(value)
    typed["subagents"], typed["skills"] = [], []
    for name, spec in value["subagents"].items():
        if tree.is_typed(spec):
            typed["subagents"].append(_subagent(name, spec))
            files.update(tree.beside(f"subagents/{name}", spec))
        else:
            files.update(tree.subagent(name, spec))
    for name, spec in value["skills"].items():
        if tree.is_typed(spec):
            typed["skills"].append({**spec, "name": name})
        else:
            files.update(tree.skill(name, spec))
    return {**typed, "files": files} if files else typed


def _subagent(name: str, spec: Mapping[str, Json]) -> dict[str, Json]:
    said = {key: item for key, item in spec.items() if key != "files"}
    return {**said, "name": name, "tools": tree.toolset(spec["tools"])}


def file_changes(held: Held, intended: Mapping[str, Json], rules: Rules) -> tree.Tree:
    """The entries to write, None for those to delete, so that the tree says what is intended."""
    before = held.live.value
    whole = _whole(held, rules)
    found = tree.changes(
        tree.rendered(tree.completed(before, before, whole)),
        tree.rendered(tree.completed(intended, before, whole)),
    )
    # An empty tools.json is the same as none, so some paths to delete may not be there.
    return {
        path: entry
        for path, entry in found.items()
        if entry is not None or not held.head or path in held.tree
    }


def file_patch(found: tree.Tree) -> dict[str, Json]:
    """The body of a PATCH that makes these changes to the file tree, and touches no other path.

    Typed fields are not used: what replacing one in full removes is not documented.
    """
    return {
        "files": {path: entry for path, entry in found.items() if entry is not None},
        "deleted_paths": [path for path, entry in found.items() if entry is None],
    }


def _whole(held: Held, rules: Rules) -> Mapping[str, Json]:
    """The canonical form of the tree itself: it also holds what an answer may leave out."""
    try:
        return live({"files": held.tree}, rules)[0]
    except (ShapeError, RecursionError):
        # Whoever wrote such a file, the answer says what the server makes of it.
        return held.live.value


def metadata(
    held: Held, intended: Mapping[str, Json], marker: Json, rules: Rules
) -> dict[str, Json]:
    """The sparse body that brings the fields outside the file tree to what is intended.

    Never null, which may clear or be ignored; every field whole, as PATCH replaces it.
    """
    before = held.live.value
    body = {
        field: intended[field]
        for field in rules.sections
        if intended.get(field) is not None
        and field not in rules.tree
        and not same(intended[field], before.get(field))
    }
    if "backend" in body and body["backend"].get("type") != "sandbox":
        body["backend"] = {k: v for k, v in body["backend"].items() if k != "sandbox_config"}
    return {**body, "extras": _extras(held, intended, marker, rules)}


def _extras(held: Held, intended: Mapping[str, Json], marker: Json, rules: Rules) -> Json:
    """The extras to write: what did not change as it is live to the letter, and the marker."""
    before, raw = held.live.value.get("extras", {}), held.answer.get("extras") or {}
    kept = {
        key: raw.get(key, item) if same(before.get(key, ABSENT), item) else item
        for key, item in intended.get("extras", {}).items()
    }
    return {**kept, rules.marker: marker}
