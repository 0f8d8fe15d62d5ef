"""The canonical form: what git says and what the API returns, brought to one shape by one function.

Everything else (diff, plan, digests) works on this form only. A document has the API's own field
names; files/ assembles it from disk, engine/filetree.py from an answer:

    document                              canonical form
    tools.tools        list               map by "<url>::<tool>", url without trailing slash
    interrupt_config   map                the same keys; further "::" parts and `false` dropped
    subagents, skills  list               map by name
    files              map by path        the same, `type: file` dropped
    policy_ids, shared_users.*            sorted, each once
    system_prompt      text               CRLF → LF, no white space at the end
    instructions       text               CRLF → LF, none at either end
    metadata           map                without the keys that are null: gone, where null says so
    every other list                      as it is: ordered and atomic

The canonical form of a canonical form is itself. Enumerated permission defaults are spelled out,
so that a reader and a policy rule see what is in effect; a display name that repeats another field
is dropped. A field the schema does not know is kept.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from agentsync.canonical import Json, same
from agentsync.engine.filetree import ShapeError, document, kind_of, mapping, text
from agentsync.engine.rules import Rules

__all__ = ["ShapeError", "desired", "live", "normalise"]

# A URL may hold "::" itself, in an IPv6 host; the separator is the first one after that.
_KEY: Final = re.compile(
    r"(?P<url>[A-Za-z][A-Za-z0-9+.-]*://(?:\[[^\]]*\])?.*?)::(?P<tool>.+)", re.S
)

# Levels of lists and maps in a value; the deepest thing the API's own fields need is 6.
_DEEPEST: Final = 100


def desired(source: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """The canonical form of what git says; fields it does not declare stay undeclared."""
    return normalise(source, rules)


def live(answer: Mapping[str, Json], rules: Rules) -> tuple[dict[str, Json], frozenset[str]]:
    """The canonical form of an API answer, and pointers of the parts that it does not show.

    Errors: ShapeError when the answer is not what the API promises.
    """
    source, hidden = document(answer)
    shown = {key: value for key, value in source.items() if value is not None}
    value = normalise({**rules.defaults, **shown}, rules)
    config = mapping(value.get("backend"), "backend").get("sandbox_config")
    if isinstance(config, dict):
        # No policies and an empty list of them are one thing to a server that omits what is empty.
        config.setdefault("policy_ids", [])
    return value, hidden


def normalise(source: Mapping[str, Json], rules: Rules) -> dict[str, Json]:
    """The canonical form of a document.

    Errors: ShapeError when a field has another type than the API promises.
    """
    named = dict(source)
    for alias, field in rules.aliases.items():
        value = named.pop(alias, None)
        if value is not None and named.get(field) is None:
            named[field] = value
    canonical: dict[str, Json] = {}
    for field, kind in rules.sections.items():
        if (kind in _ALWAYS and (kind != "prompt" or rules.form.needs_prompt)) or field in named:
            canonical[field] = _KINDS[kind](named.pop(field, None), rules)
    for field, value in named.items():
        if field not in rules.server_owned and field not in rules.write_only:
            canonical[field] = plain(value)
    return canonical


def plain(value: Json, rules: Rules | None = None, depth: int = 0) -> Json:
    """Any JSON value with CRLF as LF in its texts and whole floats as integers.

    Errors: ShapeError beyond `_DEEPEST` levels; how far the interpreter itself gets is luck.
    """
    if depth > _DEEPEST:
        raise ShapeError(f"nested too deeply, more than {_DEEPEST} levels")
    if isinstance(value, str):
        return value.replace("\r\n", "\n") if "\r" in value else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item, rules, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, rules, depth + 1) for item in value]
    return value


def _prompt(value: Json, rules: Rules) -> str:
    return str(plain(text(value, "system_prompt"))).rstrip()


def _body(value: Json) -> str:
    return str(plain(text(value, "instructions"))).strip()


def _backend(value: Json, rules: Rules) -> dict[str, Json]:
    backend = dict(mapping(value, "backend"))
    config = {
        **mapping(backend.pop("sandbox", None), "backend.sandbox"),
        **mapping(backend.pop("sandbox_config", None), "backend.sandbox_config"),
    }
    kind = backend.get("type")
    if isinstance(kind, str) and kind in rules.backends:
        backend["type"], scope = rules.backends[kind]
        if scope:
            config.setdefault("scope", scope)
    if "policy_ids" in config:
        config["policy_ids"] = _set(config["policy_ids"], "backend.sandbox_config.policy_ids")
    if config:
        backend["sandbox_config"] = config
    return {key: plain(item) for key, item in backend.items()}


def _permissions(value: Json, rules: Rules) -> dict[str, Json]:
    given = {k: v for k, v in mapping(value, "permissions").items() if v is not None}
    defaults = mapping(rules.defaults.get("permissions"), "permissions")
    users = mapping(given.get("shared_users"), "permissions.shared_users")
    filled = {key: plain(item) for key, item in {**defaults, **given}.items()}
    filled["shared_users"] = {
        key: _set(users.get(key), f"permissions.shared_users.{key}")
        for key in {**mapping(defaults.get("shared_users"), "shared_users"), **users}
    }
    return filled


def _set(value: Json, where: str) -> list[Json]:
    if not isinstance(value, list | None) or not all(isinstance(item, str) for item in value or ()):
        raise ShapeError(f"`{where}` is not a list of texts")
    return sorted(set(value or ()))


def _extras(value: Json, rules: Rules) -> dict[str, Json]:
    return {k: plain(v) for k, v in mapping(value, rules.marker_in).items() if k != rules.marker}


def _metadata(value: Json, rules: Rules) -> dict[str, Json]:
    return {key: item for key, item in _extras(value, rules).items() if item is not None}


def _map(where: str) -> Callable[[Json, Rules], dict[str, Json]]:
    return lambda value, rules: {key: plain(item) for key, item in mapping(value, where).items()}


def _toolset(value: Json, rules: Rules) -> dict[str, Json]:
    config = mapping(value, "tools")
    rest = {k: plain(v) for k, v in config.items() if k not in ("tools", "interrupt_config")}
    tools: dict[str, Json] = {}
    for key, spec in _tool_entries(config.get("tools")):
        _put(tools, key, spec)
    interrupts: dict[str, Json] = {}
    for key, flag in mapping(config.get("interrupt_config"), "tools.interrupt_config").items():
        # A tool's own name may hold "::"; what follows is only dropped when no tool is called so.
        whole = _whole_key(key)
        _put(interrupts, whole if whole in tools else tool_key(key), flag, otherwise=key)
    return {**rest, "tools": tools, "interrupt_config": _deciding(interrupts)}


def _deciding(interrupts: dict[str, Json]) -> dict[str, Json]:
    """The rules that decide anything: `false` says what no rule says too.

    Unless a bare tool name asks for approval: then the longer key's `false` is an exception.
    """
    bare = {key for key, flag in interrupts.items() if flag is True and "::" not in key}
    return {
        key: flag
        for key, flag in interrupts.items()
        if flag is not False or split_tool_key(key)[1] in bare
    }


def _tool_entries(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(value, dict):
        yield from ((key, dict(mapping(spec, f"tools[{key}]"))) for key, spec in value.items())
        return
    if not isinstance(value, list | None):
        raise ShapeError(f"`tools.tools` is {kind_of(value)}, expected a list")
    for number, item in enumerate(value or ()):
        spec = {k: plain(v) for k, v in mapping(item, f"tools.tools[{number}]").items()}
        name = text(spec.pop("name", None), f"tools.tools[{number}].name")
        url = text(spec.pop("mcp_server_url", None), f"tools.tools[{number}].mcp_server_url")
        if spec.get("display_name") in (name, "", None):
            spec.pop("display_name", None)
        if str(spec.get("mcp_server_name") or "").rstrip("/") in (url.rstrip("/"), ""):
            spec.pop("mcp_server_name", None)
        yield f"{url.rstrip('/')}::{name}", spec


def tool_key(key: str) -> str:
    """An interrupt key as it names its tool: `<url>::<tool>`, or a bare tool name as it is."""
    url, tool = split_tool_key(key)
    return f"{url}::{tool.partition('::')[0]}" if url else key


def split_tool_key(key: str) -> tuple[str, str]:
    """The server's URL without trailing slash, "" when there is none, and the rest of the key."""
    found = _KEY.fullmatch(key)
    return (found["url"].rstrip("/"), found["tool"]) if found else ("", key)


def _whole_key(key: str) -> str:
    return "::".join(part for part in split_tool_key(key) if part)


def _put(entries: dict[str, Json], key: str, value: Json, otherwise: str = "") -> None:
    """Add an entry; one that repeats a key with another value is kept under a key of its own."""
    wanted, number = key, 1
    while key in entries and not same(entries[key], value):
        number += 1
        key = otherwise if otherwise and otherwise not in entries else f"{wanted}#{number}"
    entries[key] = value


def _named(value: Json, where: str) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(value, dict):
        yield from ((name, dict(mapping(spec, f"{where}[{name}]"))) for name, spec in value.items())
        return
    for item in value or ():
        spec = dict(mapping(item, where))
        yield text(spec.pop("name", None), f"{where}.name"), spec


def _subagents(value: Json, rules: Rules) -> dict[str, Json]:
    return {name: _subagent(spec, rules) for name, spec in _named(value, "subagents")}


def _subagent(spec: dict[str, Json], rules: Rules) -> dict[str, Json]:
    tools = _toolset(spec.pop("tools", None), rules)
    return {**_described(spec, ("description", "model_id")), "tools": tools}


def _skills(value: Json, rules: Rules) -> dict[str, Json]:
    return {name: _skill(spec) for name, spec in _named(value, "skills")}


def _skill(spec: dict[str, Json]) -> dict[str, Json]:
    if spec.get("type") == "inline":
        del spec["type"]
    if spec.get("repo_handle"):
        return {key: plain(item) for key, item in spec.items() if item not in ("", None)}
    return _described(spec, ("description", "repo_handle", "commit_id"))


def _described(spec: dict[str, Json], optional: tuple[str, ...]) -> dict[str, Json]:
    """What a Markdown file with front matter says, and the files beside it."""
    kept = {k: v for k, v in spec.items() if k not in optional or v not in ("", None)}
    body = _body(kept.pop("instructions", None))
    beside = mapping(kept.pop("files", None), "files")
    header = plain(mapping(kept.pop("front_matter", None), "front_matter"))
    found = {key: plain(item) for key, item in kept.items()}
    found["instructions"] = body
    found["files"] = {path: _beside(item, path) for path, item in beside.items()}
    return {**found, "front_matter": header} if header else found


def _beside(value: Json, path: str) -> Json:
    """A file beside the Markdown; beside a subagent there may also be links to skills."""
    link = isinstance(value, dict) and value.get("type") == "skill"
    return plain(value if link else text(value, path))


def _files(value: Json, rules: Rules) -> dict[str, Json]:
    return {path: _file(entry, path) for path, entry in mapping(value, "files").items()}


def _file(value: Json, path: str) -> dict[str, Json]:
    entry = {key: plain(item) for key, item in mapping(value, path).items()}
    if entry.get("type") in ("file", "", None):
        entry.pop("type", None)
        entry["content"] = text(entry.get("content"), f"files[{path}].content")
    return entry


_KINDS: Final[Mapping[str, Callable[[Json, Rules], Json]]] = {
    "plain": plain,
    "prompt": _prompt,
    "backend": _backend,
    "permissions": _permissions,
    "extras": _extras,
    "metadata": _metadata,
    "config": _map("config"),
    "context": _map("context"),
    "toolset": _toolset,
    "subagents": _subagents,
    "skills": _skills,
    "files": _files,
}
# These are owned in full, so git always says something about them, if only "nothing".
_ALWAYS: Final = frozenset({"prompt", "toolset", "subagents", "skills", "files", "context"})
