"""The file tree of an agent, and the typed fields read from it.

The tree is the store: `system_prompt`, `tools`, `subagents` and `skills` are views of files,
parsed again for every answer, whoever wrote the files.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from agentsync.emulator import frontmatter
from agentsync.emulator.readings import Readings

Entry = str | dict[str, str]
"""A file's text, or a link to a skill: `{"repo_handle", "commit_id"?}`."""

Tree = dict[str, Entry]
"""Every entry by its relative path."""

PROMPT: Final = "AGENTS.md"
TOOLS: Final = "tools.json"
SKILL: Final = "SKILL.md"
_TOOL_FIELDS: Final = ("name", "mcp_server_url", "mcp_server_name", "display_name")

Heads = Callable[[str], str | None]
"""The newest commit of a skill repository by its handle, None when there is none."""


def typed_fields(tree: Tree, readings: Readings, heads: Heads) -> dict[str, Any]:
    """The content fields of an agent's answer, as this tree has them.

    Shape: `system_prompt` and its alias `instructions`, `tools` when there is a readable
    tools.json, `subagents` and `skills` sorted by name; empty values as the readings say.
    """
    prompt = tree.get(PROMPT)
    text = prompt if isinstance(prompt, str) else ""
    found: dict[str, Any] = {
        "system_prompt": text,
        "instructions": text,
        "subagents": [_subagent(tree, name, readings) for name in subagent_names(tree)],
        "skills": _skills(tree, readings, heads),
    }
    if readings.empty_fields == "omitted":
        found = without_empty(found)
    tools = read_tools(tree.get(TOOLS), readings)
    return found if tools is None else {**found, "tools": tools}


def without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` without empty texts, lists and maps (one level)."""
    return {key: value for key, value in fields.items() if value not in ("", [], {}, None)}


def subagent_names(tree: Tree) -> list[str]:
    """The folders of subagents/ that hold an AGENTS.md."""
    return _folders(tree, "subagents", PROMPT)


def skill_names(tree: Tree) -> list[str]:
    """The folders of skills/ that hold a SKILL.md."""
    return _folders(tree, "skills", SKILL)


def covered(tree: Tree) -> set[str]:
    """The paths that a typed field shows."""
    paths = {PROMPT, TOOLS}
    for name in subagent_names(tree):
        paths |= {f"subagents/{name}/{PROMPT}", f"subagents/{name}/{TOOLS}"}
    inline = tuple(f"skills/{name}/" for name in skill_names(tree))
    paths |= {path for path in tree if path.startswith(inline)} if inline else set()
    return {path for path in paths if isinstance(tree.get(path), str)}


def entries(
    tree: Tree, paths: Iterable[str], readings: Readings, heads: Heads
) -> dict[str, dict[str, str]]:
    """These paths as the API shows entries: `{"type": "file", …}` or `{"type": "skill", …}`."""
    shown: dict[str, dict[str, str]] = {}
    for path in sorted(paths):
        entry = tree[path]
        if isinstance(entry, str):
            shown[path] = {"type": "file", "content": entry}
        else:
            shown[path] = {"type": "skill", **link(entry, readings, heads)}
    return shown


def link(entry: dict[str, str], readings: Readings, heads: Heads) -> dict[str, str]:
    """A link as answered, its pin treated as the readings say."""
    handle = entry["repo_handle"]
    if readings.linked_pin == "pinned":
        return dict(entry)
    newest = heads(handle) if readings.linked_pin == "resolved" else None
    return {"repo_handle": handle, "commit_id": newest} if newest else {"repo_handle": handle}


def read_tools(entry: Entry | None, readings: Readings) -> dict[str, Any] | None:
    """The ToolsConfig in a tools.json; None when the file is absent or unreadable.

    Parts of the wrong type are left out, as a typed reader would.
    """
    if not isinstance(entry, str):
        return None
    try:
        value = json.loads(entry)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    whole = readings.unknown_fields == "kept"
    config: dict[str, Any] = dict(value) if whole else {}
    if isinstance(value.get("tools"), list):
        config["tools"] = [_tool(tool, whole) for tool in value["tools"] if isinstance(tool, dict)]
    if isinstance(value.get("interrupt_config"), dict):
        rules = value["interrupt_config"].items()
        config["interrupt_config"] = {key: on for key, on in rules if isinstance(on, bool)}
    return config


def _tool(tool: dict[str, Any], whole: bool) -> dict[str, Any]:
    known = {key: tool[key] for key in _TOOL_FIELDS if isinstance(tool.get(key), str)}
    extra = {key: tool[key] for key in tool if key not in _TOOL_FIELDS} if whole else {}
    return known | extra


def _folders(tree: Tree, root: str, marker: str) -> list[str]:
    names = []
    for path, entry in tree.items():
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == root and parts[2] == marker and isinstance(entry, str):
            names.append(parts[1])
    return sorted(names)


def _subagent(tree: Tree, name: str, readings: Readings) -> dict[str, Any]:
    base = f"subagents/{name}"
    front, body = frontmatter.split(str(tree[f"{base}/{PROMPT}"]))
    spec: dict[str, Any] = {
        "name": name,
        "description": front.get("description", ""),
        "model_id": front.get("model_id", ""),
        "instructions": body,
    }
    if readings.empty_fields == "omitted":
        spec = without_empty(spec)
    tools = read_tools(tree.get(f"{base}/{TOOLS}"), readings)
    return spec if tools is None else {**spec, "tools": tools}


def _skills(tree: Tree, readings: Readings, heads: Heads) -> list[dict[str, Any]]:
    found = [_inline(tree, name, readings) for name in skill_names(tree)]
    if readings.linked_in_skills:
        for path, entry in tree.items():
            parts = path.split("/")
            if len(parts) == 2 and parts[0] == "skills" and isinstance(entry, dict):
                found.append({"name": parts[1], **link(entry, readings, heads)})
    return sorted(found, key=lambda skill: str(skill["name"]))


def _inline(tree: Tree, name: str, readings: Readings) -> dict[str, Any]:
    base = f"skills/{name}/"
    front, body = frontmatter.split(str(tree[base + SKILL]))
    spec: dict[str, Any] = {
        "type": "inline",
        "name": name,
        "description": front.get("description", ""),
        "instructions": body,
        "files": {
            path[len(base) :]: entry
            for path, entry in sorted(tree.items())
            if path.startswith(base) and path != base + SKILL and isinstance(entry, str)
        },
    }
    return without_empty(spec) if readings.empty_fields == "omitted" else spec
