"""What is true of a live agent, read from its metadata and its file tree without agentsync's help.

A test that asks agentsync whether agentsync did damage would learn nothing.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from agentsync.canonical import escape, leaves

METADATA = ("name", "description", "runtime", "backend", "permissions", "extras")
_MIRRORS = ("agent.json", "config.json")
"""Where one reading of the API keeps a copy of the metadata."""


def facts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Every leaf of an agent by its JSON Pointer into the canonical form; the marker is left out.

    Shape: `content` has the metadata by name, and `files`: path to text, or to a link.
    """
    found = dict(_metadata(content))
    files = {path: _text(entry) for path, entry in content["files"].items()}
    for path, entry in files.items():
        if path not in _MIRRORS:
            found |= _leaves(_place(path, files), entry)
    return found


def same_but(before: Mapping[str, Any], after: Mapping[str, Any], *prefixes: str) -> dict[str, Any]:
    """What differs between two agents' facts outside these prefixes: pointer → (before, after)."""
    return {
        pointer: (before.get(pointer), after.get(pointer))
        for pointer in sorted(before.keys() | after.keys())
        if before.get(pointer, _NONE) != after.get(pointer, _NONE)
        and not pointer.startswith(prefixes or "\n")
    }


_NONE = object()


def _metadata(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in METADATA:
        value = content.get(field)
        if field == "extras":
            value = {key: item for key, item in (value or {}).items() if key != "agentsync"}
            if not value:
                continue
        for pointer, leaf in leaves(value, f"/{field}"):
            # Of what has a default, empty and absent are one; an extras key is what it is.
            if leaf not in (None, "", {}, []) or field == "extras":
                yield (
                    pointer,
                    sorted(set(leaf))
                    if field == "permissions" and isinstance(leaf, list)
                    else leaf,
                )


def _text(entry: Any) -> Any:
    if isinstance(entry, dict) and entry.get("type", "file") == "file" and "content" in entry:
        entry = entry["content"]
    if isinstance(entry, dict):
        return {key: item for key, item in entry.items() if key != "type"}
    return entry.replace("\r\n", "\n")


def _place(path: str, files: Mapping[str, Any]) -> tuple[str, str]:
    """What kind of thing a path is, and the pointer it stands at."""
    match path.split("/"):
        case ["AGENTS.md"]:
            return "prompt", "/system_prompt"
        case ["tools.json"]:
            return "tools", "/tools"
        case ["skills", name] if not isinstance(files[path], str):
            return "link", f"/skills/{escape(name)}"
        case ["skills", name, *rest] if f"skills/{name}/SKILL.md" in files:
            return _beside(f"/skills/{escape(name)}", rest, "SKILL.md")
        case ["subagents", name, *rest] if f"subagents/{name}/AGENTS.md" in files:
            return _beside(f"/subagents/{escape(name)}", rest, "AGENTS.md")
    return "file", f"/files/{escape(path)}/content"


def _beside(at: str, rest: list[str], markdown: str) -> tuple[str, str]:
    if rest == [markdown]:
        return "markdown", at
    if rest == ["tools.json"] and markdown == "AGENTS.md":
        return "tools", f"{at}/tools"
    return "file", f"{at}/files/{escape('/'.join(rest))}"


def _leaves(place: tuple[str, str], entry: Any) -> dict[str, Any]:
    kind, at = place
    if kind == "prompt":
        return {at: entry.rstrip()} if entry.strip() else {}
    if kind == "tools":
        return dict(leaves(_toolset(entry), at)) if _toolset(entry) else {}
    if kind == "markdown":
        return dict(leaves(_described(entry), at))
    return dict(leaves(entry, at))


def _toolset(text: str) -> dict[str, Any]:
    config = json.loads(text)
    tools = {}
    for spec in config.pop("tools", []):
        url, name = spec.pop("mcp_server_url").rstrip("/"), spec.pop("name")
        if spec.get("display_name") in (name, ""):
            del spec["display_name"]
        if str(spec.get("mcp_server_name", "")).rstrip("/") in (url, ""):
            spec.pop("mcp_server_name", None)
        tools[f"{url}::{name}"] = spec
    asking = {_rule(key): True for key, flag in config.pop("interrupt_config", {}).items() if flag}
    found = {**config, "tools": tools, "interrupt_config": asking}
    return {key: item for key, item in found.items() if item not in ({}, None)}


def _rule(key: str) -> str:
    url, _, name = key.removesuffix("::Fleet").rpartition("::")
    return f"{url.rstrip('/')}::{name}"


def _described(text: str) -> dict[str, Any]:
    header, body = {}, text
    if text.startswith("---\n"):
        block, _, body = text[4:].partition("---\n")
        header = yaml.safe_load(block) or {}
    header.pop("name", None)
    kept = {key: header.pop(key) for key in ("description", "model_id") if key in header}
    kept = {key: item for key, item in kept.items() if item}
    return {**kept, **({"front_matter": header} if header else {}), "instructions": body.strip()}
