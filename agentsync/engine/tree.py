"""The file tree that a canonical form stands for: the way back from engine/filetree.py.

The same value always gives the same texts, so that what two trees differ in is what a commit has
to say. White space around texts is the only thing that is not kept.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from agentsync.canonical import Json, same
from agentsync.engine import frontmatter
from agentsync.engine.normalise import split_tool_key

Tree = dict[str, Json]
"""Every entry by its relative path, as the API has them; None where one is to be deleted."""

_AGENT: Final = "AGENTS.md"
_TOOLS: Final = "tools.json"
_SKILL: Final = "SKILL.md"
_INLINE: Final = {"description", "instructions", "files", "front_matter"}
_TOOLSET_FIELDS: Final = {"tools", "interrupt_config"}
_TOOL_FIELDS: Final = {"mcp_server_name", "display_name"}


def rendered(value: Mapping[str, Json]) -> Tree:
    """The file tree that says what the canonical form says."""
    tree = {path: raw(entry) for path, entry in value.get("files", {}).items()}
    for path, entry in _typed(value):
        # What nobody could read is kept as long as there is nothing to put in its place.
        if path not in tree or entry not in _NOTHING:
            tree[path] = entry
    return tree


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> Tree:
    """What makes the tree `before` the tree `after`; what is deleted comes first."""
    paths = sorted(before.keys() | after.keys(), key=lambda path: (path in after, path))
    return {path: after.get(path) for path in paths if not same(before.get(path), after.get(path))}


def completed(
    value: Mapping[str, Json], shown: Mapping[str, Json], whole: Mapping[str, Json]
) -> dict[str, Json]:
    """`value` with the settings that the whole tree says and the answer did not show.

    A file is written whole, so that what only its text says would be lost otherwise: front matter
    and tool settings that the API has no field for. `shown` is the canonical form of the answer,
    `whole` that of the tree.
    """
    found = {**value, "tools": _filled(value, shown, whole, "tools")}
    for section, keys in (("subagents", ("front_matter", "tools")), ("skills", ("front_matter",))):
        both = shown[section].keys() & whole[section].keys()
        found[section] = {
            name: _revealed(spec, shown[section][name], whole[section][name], keys)
            if name in both and not spec.get("repo_handle")
            else spec
            for name, spec in value[section].items()
        }
    return found


def _revealed(value: Json, shown: Json, whole: Json, keys: tuple[str, ...]) -> dict[str, Json]:
    return {**value, **{k: _filled(value, shown, whole, k) for k in keys if k in whole}}


def _filled(value: Json, shown: Json, whole: Json, key: str) -> dict[str, Json]:
    """The map at `key`, with what `whole` has there, and below, and `shown` does not."""
    found: dict[str, Json] = dict(value.get(key, {}))
    seen = shown.get(key, {})
    for name, item in whole.get(key, {}).items():
        if name not in found and name not in seen:
            found[name] = item
        elif all(isinstance(each, dict) for each in (item, found.get(name), seen.get(name, {}))):
            found[name] = _filled(found, seen, whole[key], name)
    return found


def _typed(value: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    yield _AGENT, _file(_ended(value.get("system_prompt", "")))
    yield _TOOLS, tools_file(value)
    for name, spec in value.get("subagents", {}).items():
        yield from subagent(name, spec)
    for name, spec in value.get("skills", {}).items():
        yield from skill(name, spec)


def raw(entry: Mapping[str, Json]) -> dict[str, Json]:
    """A raw file's entry with its type, which the canonical form leaves out for a plain file."""
    return {"type": "file", **entry}


def subagent(name: str, spec: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The paths and entries of one subagent."""
    at = f"subagents/{name}"
    header = {key: spec[key] for key in ("description", "model_id") if key in spec}
    yield f"{at}/{_AGENT}", _markdown(header, spec)
    yield f"{at}/{_TOOLS}", tools_file(spec)
    yield from beside(at, spec)


def skill(name: str, spec: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The paths and entries of one skill, linked or inline."""
    at = f"skills/{name}"
    if spec.get("repo_handle"):
        link = {key: item for key, item in spec.items() if key not in _INLINE}
        yield at, {**link, "type": "skill"}
        return
    header = {"name": name, "description": spec.get("description", "")}
    yield f"{at}/{_SKILL}", _markdown(header, spec)
    yield from beside(at, spec)


def toolset(value: Mapping[str, Json]) -> dict[str, Json]:
    """A tools configuration as the API has it, from its canonical form."""
    specs = value.get("tools", {})
    tools = [_tool(key, specs) for key in sorted(specs)]
    return {"interrupt_config": {}, **value, "tools": tools}


def is_typed(spec: Mapping[str, Json]) -> bool:
    """Whether the API's typed fields can say all of a subagent or a skill, its files aside."""
    further = spec.get("front_matter") or spec.get("repo_handle")
    return not further and has_typed_tools(spec)


def has_typed_tools(value: Mapping[str, Json]) -> bool:
    """Whether the API's typed fields can say all of the tools of an agent or a subagent."""
    tools = value.get("tools", {})
    known = all(spec.keys() <= _TOOL_FIELDS for spec in tools.get("tools", {}).values())
    return known and tools.keys() <= _TOOLSET_FIELDS


def _tool(key: str, specs: Mapping[str, Any]) -> dict[str, Json]:
    first, _, number = key.rpartition("#")
    # The canonical form numbers the further ones of a name (normalise.py); the name is without.
    whole = first if number.isdecimal() and first in specs else key
    url, name = split_tool_key(whole)
    if not url:
        url, _, name = whole.partition("::")
    server = {"mcp_server_url": url} if url else {}
    return {"name": name, **server, **specs[key]}


def beside(at: str, spec: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The paths and entries of the files that lie in the folder `at` of a subagent or a skill."""
    for path, content in spec.get("files", {}).items():
        yield f"{at}/{path}", content if isinstance(content, dict) else _file(content)


def _markdown(header: dict[str, Json], spec: Mapping[str, Json]) -> Json:
    further = spec.get("front_matter", {})
    whole = header | {key: further[key] for key in sorted(further)}
    return _file(frontmatter.write(whole, spec.get("instructions", "")))


def tools_file(value: Mapping[str, Json]) -> Json:
    """The entry that says the tools of an agent or a subagent."""
    text = json.dumps(toolset(value.get("tools", {})), indent=2, ensure_ascii=False, sort_keys=True)
    return _file(_ended(text))


def _file(content: str) -> Json:
    return {"type": "file", "content": content}


def _ended(text: str) -> str:
    return f"{text}\n" if text else ""


_NOTHING: Final = (_file(""), tools_file({}))
