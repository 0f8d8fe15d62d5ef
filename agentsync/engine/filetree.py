"""An API answer as a document: the raw file map folded into the typed fields it belongs to.

The typed fields of an answer are parsed from the agent's file tree, and `include_files=true` adds
the tree itself, or only the part of it that no typed field covers (both readings are possible).
The typed value is the server's own understanding and wins; the files add what it cannot say:
further front matter, linked skills, a subagent's own skills, and every other path.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentsync.canonical import Json, canonical_json, join
from agentsync.engine import frontmatter

_SUBAGENT_FIELDS = frozenset({"name", "description", "model_id"})
_SKILL_FIELDS = frozenset({"name", "description"})
_TOOLSET_FIELDS = frozenset({"tools", "interrupt_config"})
_TOOL_FIELDS = frozenset({"name", "mcp_server_url", "mcp_server_name", "display_name"})


class ShapeError(ValueError):
    """The answer is not what the API promises; the message says where."""


def document(answer: Mapping[str, Json]) -> tuple[dict[str, Json], frozenset[str]]:
    """The document that `answer` stands for, and pointers of the parts it does not show.

    Shape: see engine/normalise.py for the document; the pointers are into the canonical form.
    Errors: ShapeError when a field has another type than the API promises.
    """
    files = mapping(answer.get("files"), "files")
    tree = _Tree(
        document={key: value for key, value in answer.items() if key != "files"},
        subagents=_by_name(answer.get("subagents"), "subagents"),
        skills=_by_name(answer.get("skills"), "skills"),
    )
    for name in _subagents_in(files):
        tree.subagents.setdefault(name, {})
    entries = {path: mapping(entry, f"files[{path}]") for path, entry in files.items()}
    # Links last: one takes the place of an inline skill of its name, in whatever order they come.
    for path, entry in sorted(entries.items(), key=lambda pair: pair[1].get("type") == "skill"):
        tree.place(path, entry)
    return tree.document_with_files(), tree.hidden(files)


def _subagents_in(files: Mapping[str, Json]) -> Iterator[str]:
    """The folders below subagents/ that are subagents: those with instructions."""
    for path in files:
        match path.split("/"):
            case ["subagents", name, "AGENTS.md"]:
                yield name


def kind_of(value: Json) -> str:
    """What sort of JSON value it is, in words."""
    if isinstance(value, bool) or value is None:
        return canonical_json(value)
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "text" if isinstance(value, str) else "a number"


def mapping(value: Json, where: str) -> Mapping[str, Json]:
    """`value` as a map; null counts as empty, as servers write an unset one.

    Errors: ShapeError for any other type.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ShapeError(f"`{where}` is {kind_of(value)}, expected an object")
    return value


def text(value: Json, where: str) -> str:
    """`value` as text; null counts as empty.

    Errors: ShapeError for any other type.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ShapeError(f"`{where}` is {kind_of(value)}, expected text")
    return value


def _by_name(value: Json, where: str) -> dict[str, dict[str, Json]]:
    if not isinstance(value, list | None):
        raise ShapeError(f"`{where}` is {kind_of(value)}, expected a list")
    named: dict[str, dict[str, Json]] = {}
    for number, item in enumerate(value or ()):
        spec = dict(mapping(item, f"{where}[{number}]"))
        name = text(spec.get("name"), f"{where}[{number}].name")
        if not name or name in named:
            raise ShapeError(f"`{where}[{number}].name` is {'a repeated' if name else 'no'} name")
        named[name] = spec
    return named


@dataclass(slots=True)
class _Tree:
    """A document in the making."""

    document: dict[str, Json]
    subagents: dict[str, dict[str, Json]]
    skills: dict[str, dict[str, Json]]
    files: dict[str, Json] = field(default_factory=dict)

    def place(self, path: str, entry: Mapping[str, Json]) -> None:
        """Put one file where it belongs; what belongs nowhere stays a raw file."""
        content = text(entry.get("content"), f"files[{path}].content")
        head, _, rest = path.partition("/")
        name, _, inner = rest.partition("/")
        if entry.get("type") == "skill":
            placed = self._link(head, name, inner, entry)
        elif path == "AGENTS.md":
            placed = self._place_prompt(content)
        elif path == "tools.json":
            placed = _typed_tools(self.document, content)
        elif head == "subagents" and inner:
            placed = self._place_subagent(name, inner, content)
        else:
            placed = head == "skills" and bool(inner) and self._place_skill(name, inner, content)
        if not placed:
            self.files[path] = entry

    def _link(self, head: str, name: str, inner: str, entry: Mapping[str, Json]) -> bool:
        if head == "subagents" and name in self.subagents and inner.startswith("skills/"):
            spec = self.subagents[name]
            spec["files"] = {**mapping(spec.get("files"), "files"), inner: entry}
            return True
        if head != "skills" or not name or inner:
            return False
        self.skills[name] = {key: entry[key] for key in entry if key != "type"}
        return True

    def _place_prompt(self, content: str) -> bool:
        if self.document.get("system_prompt") is None:
            self.document.setdefault("instructions", content)
        return True

    def _place_subagent(self, name: str, inner: str, content: str) -> bool:
        spec = self.subagents.get(name)
        if spec is None:
            return False
        if inner == "AGENTS.md":
            _fill(spec, content, _SUBAGENT_FIELDS, name)
        elif inner == "tools.json":
            return _typed_tools(spec, content)
        else:
            spec["files"] = {**mapping(spec.get("files"), "files"), inner: content}
        return True

    def _place_skill(self, name: str, inner: str, content: str) -> bool:
        spec = self.skills.setdefault(name, {})
        if inner == "SKILL.md":
            _fill(spec, content, _SKILL_FIELDS, name)
        else:
            spec["files"] = {**mapping(spec.get("files"), "files"), inner: content}
        return True

    def document_with_files(self) -> dict[str, Json]:
        """The finished document."""
        self.document["subagents"] = [{**s, "name": name} for name, s in self.subagents.items()]
        self.document["skills"] = [{**s, "name": name} for name, s in self.skills.items()]
        self.document["files"] = self.files
        return self.document

    def hidden(self, files: Mapping[str, Json]) -> frozenset[str]:
        """Pointers of what the answer leaves out: front matter beyond the typed fields."""
        skills = (
            join(("skills", name, "front_matter"))
            for name, spec in self.skills.items()
            if not spec.get("repo_handle") and f"skills/{name}/SKILL.md" not in files
        )
        return frozenset(skills)


def _typed_tools(spec: dict[str, Any], content: str) -> bool:
    """Whether tools.json is covered by the typed field, now if not before.

    Settings that the file has and the typed field does not know are kept.
    """
    typed = spec.get("tools")
    try:
        parsed = json.loads(content)
    except ValueError:
        return typed is not None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("tools"), list):
        return typed is not None
    if typed is None:
        spec["tools"] = parsed
    elif isinstance(typed, dict):
        raw = {_tool_id(tool): tool for tool in parsed["tools"] if isinstance(tool, dict)}
        tools = typed.get("tools")
        both = {key: item for key, item in parsed.items() if key not in _TOOLSET_FIELDS} | typed
        if isinstance(tools, list) and raw:
            both["tools"] = [_completed(tool, raw) for tool in tools]
        spec["tools"] = both
    return True


def _tool_id(tool: Mapping[str, Json]) -> tuple[str, str]:
    return str(tool.get("mcp_server_url")).rstrip("/"), str(tool.get("name"))


def _completed(tool: Json, raw: Mapping[tuple[str, str], Mapping[str, Json]]) -> Json:
    """A typed tool with the settings that only the file says of it."""
    if not isinstance(tool, dict):
        return tool
    more = raw.get(_tool_id(tool), {})
    return {key: more[key] for key in more if key not in _TOOL_FIELDS} | tool


def _fill(spec: dict[str, Any], content: str, typed: frozenset[str], folder: str) -> None:
    """Complete what the typed fields say by what the file's front matter and body say."""
    header, body = frontmatter.read(content)
    for key, value in (header or {}).items():
        if key not in typed:
            spec.setdefault("front_matter", {})[key] = value
        elif key == "name":
            if value != folder:
                spec.setdefault("front_matter", {})[key] = value
        elif spec.get(key) is None and isinstance(value, str):
            spec[key] = value
    if spec.get("instructions") is None:
        spec["instructions"] = body
