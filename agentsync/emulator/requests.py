"""The bodies the API accepts, and the rules its documents add to their types."""

import json
import re
from math import isfinite
from typing import Any, Final

from agentsync.emulator.answers import bad_body, invalid, missing
from agentsync.emulator.readings import Readings
from agentsync.emulator.shapes import Flag, ListOf, MapOf, Open, Record, Shape, Text, Whole, clean

_TEXT: Final = Text()
_TEXTS: Final = ListOf(item=_TEXT)
_PERMISSIONS: Final = Record(
    fields={
        "identity": Text(enum=("personal", "shared")),
        "visibility": Text(enum=("tenant", "user")),
        "tenant_access_level": Text(enum=("read", "run", "write")),
        "shared_users": Record(fields={"read": _TEXTS, "run": _TEXTS, "update": _TEXTS}),
    }
)
_TOOL: Final = Record(
    fields=dict.fromkeys(("name", "mcp_server_url", "mcp_server_name", "display_name"), _TEXT)
)
_TOOLS: Final = Record(fields={"tools": ListOf(item=_TOOL), "interrupt_config": MapOf(item=Flag())})
_SANDBOX: Final = Record(
    fields={
        "scope": Text(enum=("thread", "agent")),
        "snapshot_id": _TEXT,
        "policy_ids": _TEXTS,
        "idle_ttl_seconds": Whole(),
        "delete_after_stop_seconds": Whole(),
    }
)
_BACKENDS: Final = (
    "state",
    "sandbox",
    "default",
    "thread_scoped_sandbox",
    "agent_scoped_sandbox",
)
_SUBAGENT: Final = Record(
    fields={
        **dict.fromkeys(("name", "description", "model_id", "instructions"), _TEXT),
        "tools": _TOOLS,
    }
)
_SKILL: Final = Record(
    fields={
        "type": Text(enum=("inline",)),
        **dict.fromkeys(("name", "description", "instructions"), _TEXT),
        "files": MapOf(item=_TEXT),
    }
)
_FILE: Final = Record(
    fields={
        "type": Text(enum=("file", "skill")),
        **dict.fromkeys(("content", "repo_handle", "commit_id"), _TEXT),
    }
)
CREATE: Final = Record(
    fields={
        **dict.fromkeys(("name", "description", "instructions", "system_prompt"), _TEXT),
        "permissions": _PERMISSIONS,
        "runtime": Record(fields={"model": Record(fields={"model_id": _TEXT})}),
        "tools": _TOOLS,
        "subagents": ListOf(item=_SUBAGENT),
        "skills": ListOf(item=_SKILL),
        "extras": Open(),
        "configurable": Open(),
        "files": MapOf(item=_FILE, removable=True),
        "backend": Record(
            fields={
                "type": Text(enum=_BACKENDS),
                "sandbox_config": _SANDBOX,
                "sandbox": _SANDBOX,
            }
        ),
    }
)
UPDATE: Final = Record(fields={**CREATE.fields, "deleted_paths": _TEXTS})
CLONE: Final = Record(fields={"name": _TEXT, "permissions": _PERMISSIONS})
COMMIT: Final = Record(fields={"files": Open(), "parent_commit": _TEXT})

METADATA: Final = (
    "name",
    "description",
    "permissions",
    "runtime",
    "extras",
    "backend",
    "configurable",
)
CONTENT: Final = (
    "instructions",
    "system_prompt",
    "tools",
    "subagents",
    "skills",
    "files",
    "deleted_paths",
)
_SLUG: Final = re.compile(r"[A-Za-z0-9 _-]+")
_LONGEST_PATH: Final = 1024
_DEEPEST: Final = 200


def decode(raw: bytes, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in a request body.

    Lone surrogates become U+FFFD, as in every decoder that keeps its texts as UTF-8.
    Errors: Failure 400 for anything but a JSON object, and for a NUL character, which the
    databases behind such an API cannot hold.
    """
    if optional and not raw.strip():
        return {}
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise bad_body() from None
    if not isinstance(value, dict):
        raise bad_body("body must be an object")
    return {_storable(key): _storable(item) for key, item in value.items()}


def agent_body(shape: Shape, body: dict[str, Any], readings: Readings) -> dict[str, Any]:
    """A body for an agent, cleaned, one spelling of each thing, every rule checked.

    Errors: Failure 400 for types and a blank name, 422 for everything else.
    """
    kept: dict[str, Any] = clean(shape, body, readings)
    if "name" in kept and not kept["name"].strip():
        raise missing("name")
    if "instructions" in kept:
        kept["system_prompt"] = kept.get("system_prompt", kept.pop("instructions"))
        kept.pop("instructions", None)
    if "backend" in kept:
        kept["backend"] = _backend(kept["backend"])
    for field in ("subagents", "skills"):
        check_slugs(kept.get(field, []), field)
    for skill in kept.get("skills", []):
        for path in skill.get("files", {}):
            check_path(path, "skills[].files")
    for tools in (kept.get("tools"), *(item.get("tools") for item in kept.get("subagents", []))):
        _check_tools(tools or {})
    for path, entry in kept.get("files", {}).items():
        check_path(path, "files")
        check_entry(path, entry or {})
    for path in kept.get("deleted_paths", []):
        check_path(path, "deleted_paths")
    return kept


def check_path(path: str, where: str) -> None:
    """Refuses a path that is not relative and plain.

    Errors: Failure 422.
    """
    parts = path.split("/")
    if not path or len(path) > _LONGEST_PATH or any(part in ("", ".", "..") for part in parts):
        raise invalid(f"{where}: {path[:100]!r} must be a relative path without '..' segments")
    if "\\" in path or any(ord(char) < 32 for char in path):
        raise invalid(f"{where}: {path[:100]!r} holds a character that paths cannot have")


def check_entry(path: str, entry: dict[str, Any]) -> None:
    """Refuses a link without a handle or with content.

    Errors: Failure 422.
    """
    if entry.get("type", "file") != "skill":
        return
    if not entry.get("repo_handle"):
        raise invalid(f"files[{path!r}].repo_handle is required when type is skill")
    if entry.get("content"):
        raise invalid(f"files[{path!r}].content must be empty when type is skill")


def check_slugs(specs: list[dict[str, Any]], field: str) -> None:
    """Refuses a nameless, misnamed or repeated subagent or skill.

    Errors: Failure 422.
    """
    seen: set[str] = set()
    for index, spec in enumerate(specs):
        name = spec.get("name", "")
        if not name.strip() or not _SLUG.fullmatch(name):
            raise invalid(
                f"{field}[{index}].name must be non-blank and hold only letters, numbers, "
                "spaces, underscores or hyphens"
            )
        if name in seen:
            raise invalid(f"{field}[{index}].name repeats {name!r}")
        seen.add(name)


def _check_tools(config: dict[str, Any]) -> None:
    for index, tool in enumerate(config.get("tools", [])):
        if not tool.get("name", "").strip():
            raise invalid(f"tools[{index}].name must not be blank")


def _backend(backend: dict[str, Any]) -> dict[str, Any]:
    """The backend in today's names, whichever were sent.

    Source: official CLI 0.3.0, deploy/project.py; official SDK 0.1.2, types.AgentBackend.
    """
    rest = {key: item for key, item in backend.items() if key not in ("sandbox", "sandbox_config")}
    config = {**backend.get("sandbox", {}), **backend.get("sandbox_config", {})}
    sent = "sandbox" in backend or "sandbox_config" in backend
    kind = rest.get("type")
    if kind in ("thread_scoped_sandbox", "agent_scoped_sandbox"):
        config.setdefault("scope", kind.partition("_")[0])
        rest["type"], sent = "sandbox", True
    elif kind == "default":
        rest["type"] = "state"
    if sent and rest.get("type") != "sandbox":
        raise invalid("backend.sandbox_config requires backend.type to be sandbox")
    return {**rest, "sandbox_config": config} if sent else rest


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _storable(value: Any, depth: int = 1) -> Any:
    if depth > _DEEPEST:
        raise bad_body(f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(key): _storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, float) and not isfinite(value):
        raise bad_body("a number is out of range")
    return value


def _text(text: str) -> str:
    if "\0" in text:
        raise bad_body("NUL characters cannot be stored")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
