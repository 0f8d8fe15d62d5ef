"""What the settings of another tool say in the words of agent.yaml.

What is falsy there is not sent by the official client, so it is not declared here.
"""

from collections.abc import Mapping
from typing import Any, Final

from agentsync.canonical import Json
from agentsync.engine.advice import shown
from agentsync.engine.crosscheck import tool_issues
from agentsync.engine.validate import Issue
from agentsync.files.official.reading import Reading
from agentsync.files.sources import Source, report
from agentsync.model.diagnostics import Severity

_OPTIONAL: Final = ("description", "runtime", "backend", "permissions", "extras")
_KEYS: Final = ("name", "model", "agent_id", *_OPTIONAL)
# What a legacy type of backend means: its scope. The official client gives `sandbox` one too.
_SCOPES: Final = {
    "sandbox": "thread",
    "thread_scoped_sandbox": "thread",
    "agent_scoped_sandbox": "agent",
}
_MARKER: Final = "agentsync"


def metadata(reading: Reading, source: Source) -> dict[str, Json]:
    """What agent.json, or an export's config.json, says of an agent, its `id` included."""
    value = {key: item for key, item in source.value.items() if item is not None}
    for key in [key for key in value if key not in _KEYS]:
        del value[key]
        reading.remark(_name(reading, source), f"has `{shown(key)}`, which was left out")
    for key in _OPTIONAL:
        if not value.get(key, True):
            del value[key]
    if "agent_id" in value:
        value["id"] = _stripped(value.pop("agent_id"))
    if "model" in value:
        value["model"] = _stripped(value["model"])
        if not reading.official and not isinstance(value["model"], str):
            del value["model"]
            reading.remark(_name(reading, source), "has a `model` that is no text: left out")
    if isinstance(value.get("backend"), dict):
        value["backend"] = backend(value["backend"])
    if isinstance(value.get("permissions"), dict):
        given = value["permissions"].items()
        value["permissions"] = {key: item for key, item in given if item not in (None, "")}
    if isinstance(value.get("extras"), dict) and _MARKER in value["extras"]:
        value["extras"] = {k: item for k, item in value["extras"].items() if k != _MARKER}
        reading.remark(_name(reading, source), f"has extras.{_MARKER}, apply's own: left out")
    return reading.known(value, source, reading.agent)


def _name(reading: Reading, source: Source) -> str:
    return source.path.removeprefix(f"{reading.folder}/")


def _stripped(value: Json) -> Json:
    return value.strip() if isinstance(value, str) else value


def backend(given: Mapping[str, Json]) -> dict[str, Json]:
    """A backend with its sandbox in one place, and with the scope that its type stands for."""
    found = dict(given)
    config: dict[str, Any] = {}
    for key in ("sandbox", "sandbox_config"):
        part = found.pop(key, None)
        if isinstance(part, dict):
            config |= {name: item for name, item in part.items() if item is not None}
        elif part is not None:
            found["sandbox_config"] = part
            return found
    kind = found.get("type")
    if kind == "default":
        found["type"] = "state"
    elif isinstance(kind, str) and kind in _SCOPES:
        found["type"] = "sandbox"
        config.setdefault("scope", _SCOPES[kind])
    return {**found, "sandbox_config": config} if config else found


def tools(reading: Reading, path: str) -> dict[str, Json]:
    """The tools that a tools.json declares."""
    source = reading.json(path)
    if source is None:
        return {}
    value = _without_nulls(source.value)
    if "tools" not in value:
        missing = Issue(code="missing-key", message="`tools` is missing", hint='write "tools": []')
        report([missing], source, None, reading.notes)
    value = reading.known(value, source, reading.agent, ("tools",))
    wrong = (item for item in tool_issues(value, ()) if item.severity is Severity.ERROR)
    report(wrong, source, None, reading.notes)
    return value


def _without_nulls(given: Mapping[str, Json]) -> dict[str, Json]:
    value = {key: item for key, item in given.items() if item is not None}
    if isinstance(listed := value.get("tools"), list):
        value["tools"] = [_without_nulls(it) if isinstance(it, dict) else it for it in listed]
    return value
