"""What may be left out of a definition without the next apply touching it.

Metadata that git does not declare is unmanaged, and so are the settings of tools that agentsync
has no key for. All else git owns in full: what is left out there would be removed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from agentsync.canonical import ABSENT, Json, covers, join, leaves, matching, resolve, split
from agentsync.engine.origins import put
from agentsync.engine.rules import Rules
from agentsync.engine.secrets import findings_of
from agentsync.model import Finding

Value = Mapping[str, Json]

_TOOLSET: Final = ("tools", "interrupt_config")
_TOOL: Final = ("mcp_server_name", "display_name")


def unmanaged_at(pointer: str, rules: Rules) -> str:
    """The pointer of what goes when what stands at `pointer` is left out, "" when it may not."""
    match split(pointer):
        case ("name" | "graph_id" | "system_prompt" | "context", *_) | ():
            return ""
        case ("extras" | "metadata" | "config" as field, key, *_):
            at = join((field, key))
            return "" if rules.owns(at) else at
        case ("permissions" | "description" as field, *_):
            # Inside permissions, what is not declared has its default.
            return join((field,))
        case ("subagents", name, "tools", *rest):
            return _in_toolset(("subagents", name, "tools"), rest)
        case ("tools", *rest):
            return _in_toolset(("tools",), rest)
        case (field, *_) if field in rules.tree:
            return ""
    return pointer


def _in_toolset(at: tuple[str, ...], rest: list[str]) -> str:
    match rest:
        case ("tools", tool, setting, *_) if setting not in _TOOL:
            return join((*at, "tools", tool, setting))
        case (setting, *_) if setting not in _TOOLSET:
            return join((*at, setting))
    return ""


def without(value: Value, pointer: str, rules: Rules) -> dict[str, Json]:
    """`value` without what stands at `pointer`, and without maps of metadata that this empties."""
    left = put(value, pointer, ABSENT)
    above = split(pointer)[:-1]
    while above and above[0] not in rules.tree and resolve(left, join(above)) == {}:
        left, above = put(left, join(above), ABSENT), above[:-1]
    return left


def without_noted(value: Value, rules: Rules) -> Value:
    """`value` without the notes that the server keeps for itself."""
    for pattern in rules.noted:
        for pointer, _ in tuple(matching(value, pattern)):
            value = without(value, pointer, rules)
    return value


def without_ignored(value: Value, ignore: tuple[str, ...], rules: Rules) -> Value:
    """`value` without the metadata that agentsync.yaml keeps out of plans."""
    metadata = {key: item for key, item in value.items() if key not in (*rules.tree, "name")}
    for pointer, _ in leaves(metadata) if ignore else ():
        # What is not declared inside permissions would not be ignored, but have its default.
        if any(covers(glob, pointer) for glob in ignore) and split(pointer)[0] != "permissions":
            value = without(value, pointer, rules)
    return value


def without_secrets(
    address: str, value: Value, rules: Rules
) -> tuple[Value, tuple[Finding, ...], bool]:
    """The value that may be written, a finding per secret, and whether one could not be left out.

    Shape: in the last case nothing of the value may be written or shown.
    """
    findings = findings_of(address, dict(value))
    stuck = False
    told: list[Finding] = []
    for finding in findings:
        cut = unmanaged_at(finding.pointer, rules)
        stuck = stuck or not cut
        told.append(_left_out(finding) if cut else finding)
        value = without(value, cut, rules) if cut else value
    return value, tuple(told), stuck


def _left_out(finding: Finding) -> Finding:
    return replace(finding, message=f"{finding.message}: left out of the definition")


def tool_settings(value: Value) -> Iterator[str]:
    """Pointers of the settings of tools that agent.yaml has no key for."""
    yield from _settings(("tools",), value.get("tools", {}))
    for name, spec in value.get("subagents", {}).items():
        yield from _settings(("subagents", name, "tools"), spec.get("tools", {}))


def _settings(at: tuple[str, ...], toolset: Mapping[str, Any]) -> Iterator[str]:
    yield from (join((*at, key)) for key in toolset if key not in _TOOLSET)
    for tool, spec in toolset.get("tools", {}).items():
        yield from (join((*at, "tools", tool, key)) for key in spec if key not in _TOOL)
