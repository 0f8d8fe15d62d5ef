"""What one write makes of a file tree: typed fields, raw files and removals, all or nothing."""

import hashlib
import json
from typing import Any, Final

from agentsync.emulator.answers import Failure, invalid
from agentsync.emulator.readings import Readings
from agentsync.emulator.rendering import (
    Rendering,
    front_matter_text,
    prose,
    skill_text,
    tools_text,
)
from agentsync.emulator.tree import (
    PROMPT,
    SKILL,
    TOOLS,
    Entry,
    Tree,
    skill_names,
    subagent_names,
)

_AGENT_JSON: Final = "agent.json"
_CONFIG_JSON: Final = "config.json"
_IN_AGENT_JSON: Final = ("description", "permissions", "extras", "backend")


def with_fields(tree: Tree, body: dict[str, Any], style: Rendering, readings: Readings) -> Tree:
    """The tree after a create or a patch of an agent.

    Removals first, then what the typed fields generate, then the raw files.
    Errors: Failure 422 when a typed field and a raw file name the same path, or when a path
    would be a file and a folder at once.
    """
    made = _generated(body, style)
    files: dict[str, dict[str, Any] | None] = body.get("files", {})
    clash = sorted(made.keys() & files.keys())
    if clash:
        raise invalid(f"files[{clash[0]!r}] and a typed field both set the same path")
    after = dict(tree)
    for path in body.get("deleted_paths", []):
        after.pop(path, None)
    for field in ("subagents", "skills"):
        if field in body:
            _remove(after, field, {spec["name"] for spec in body[field]}, readings)
    after.update(made)
    for path, entry in files.items():
        if entry is None:
            after.pop(path, None)
        else:
            after[path] = as_entry(entry)
    check_folders(after, [*made, *files])
    return after


def as_entry(entry: dict[str, Any]) -> Entry:
    """An entry as sent, as the tree keeps it."""
    if entry.get("type", "file") != "skill":
        return str(entry.get("content", ""))
    pin = entry.get("commit_id")
    link = {"repo_handle": str(entry["repo_handle"])}
    return {**link, "commit_id": str(pin)} if pin else link


def check_folders(tree: Tree, written: list[str]) -> None:
    """Refuses a path that is a file or a link, and a folder of others as well.

    Errors: Failure 422.
    """
    fresh = {path for path in written if path in tree}
    if not fresh:
        return
    for path in tree:
        above = path.rfind("/")
        while above > 0:
            folder = path[:above]
            if folder in tree and (path in fresh or folder in fresh):
                raise invalid(f"{folder!r} cannot be an entry and the folder of {path!r}")
            above = path.rfind("/", 0, above)


def with_metadata(tree: Tree, name: str, metadata: dict[str, Any]) -> Tree:
    """The tree with the metadata as files at its root."""
    shown = {key: metadata[key] for key in _IN_AGENT_JSON if metadata.get(key)}
    config = {key: metadata[key] for key in ("runtime",) if metadata.get(key)}
    return {
        **tree,
        _AGENT_JSON: json.dumps({"name": name, **shown}, indent=2, ensure_ascii=False),
        _CONFIG_JSON: json.dumps(config, indent=2, ensure_ascii=False),
    }


def metadata_of(tree: Tree, name: str, metadata: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and metadata as the files at the tree's root say; a lost file loses its fields."""
    agent, config = _object(tree.get(_AGENT_JSON)), _object(tree.get(_CONFIG_JSON))
    hidden = {key: metadata[key] for key in ("configurable",) if key in metadata}
    kinds = {"description": str, "permissions": dict, "extras": dict, "backend": dict}
    found = {key: agent[key] for key, kind in kinds.items() if isinstance(agent.get(key), kind)}
    if isinstance(config.get("runtime"), dict):
        found["runtime"] = config["runtime"]
    found["permissions"] = metadata["permissions"] | found.get("permissions", {})
    title = agent.get("name")
    return title if isinstance(title, str) and title.strip() else name, {**found, **hidden}


def _object(entry: Entry | None) -> dict[str, Any]:
    try:
        value = json.loads(entry) if isinstance(entry, str) else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _generated(body: dict[str, Any], style: Rendering) -> dict[str, str]:
    made: dict[str, str] = {}
    if "system_prompt" in body:
        made[PROMPT] = prose(body["system_prompt"], style)
    if "tools" in body:
        made[TOOLS] = tools_text(body["tools"], style)
    for spec in body.get("subagents", []):
        base = f"subagents/{spec['name']}"
        front = {key: spec[key] for key in ("description", "model_id") if spec.get(key)}
        instructions = spec.get("instructions", "")
        made[f"{base}/{PROMPT}"] = front_matter_text(front, instructions, style)
        if "tools" in spec:
            made[f"{base}/{TOOLS}"] = tools_text(spec["tools"], style)
    for spec in body.get("skills", []):
        base = f"skills/{spec['name']}"
        front = {"name": spec["name"], "description": spec.get("description", "")}
        for rel, text in spec.get("files", {}).items():
            made[f"{base}/{rel}"] = text
        if f"{base}/{SKILL}" in made:
            raise Failure(422, "validation_failed", f"skills: files must not hold {SKILL}")
        made[f"{base}/{SKILL}"] = skill_text(front, spec.get("instructions", ""), style)
    return made


def _remove(tree: Tree, field: str, named: set[str], readings: Readings) -> None:
    """Takes out what a replaced field showed; a link gives way to an inline skill of its name."""
    if readings.replace_removes == "directory":
        gone = {path for path in tree if path.startswith(f"{field}/")}
    elif field == "subagents":
        bases = [f"subagents/{name}" for name in subagent_names(tree)]
        gone = {f"{base}/{leaf}" for base in bases for leaf in (PROMPT, TOOLS)}
    else:
        inline = tuple(f"skills/{name}/" for name in skill_names(tree))
        gone = {path for path in tree if inline and path.startswith(inline)}
    for path in gone | {f"{field}/{name}" for name in named}:
        tree.pop(path, None)


def token(text: str) -> str:
    """An opaque token for `text`, of the same look as a commit's hash."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
