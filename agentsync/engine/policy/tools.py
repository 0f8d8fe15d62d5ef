"""What an agent may call, and which calls wait for a person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agentsync.canonical import Json, join
from agentsync.engine.policy.hits import Hit, mapping
from agentsync.engine.policy.toolsets import (
    Toolset,
    server_of,
    servers_of,
    tool_name,
    toolset,
    toolsets,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the workspace says of one MCP server.

    Shape: `tools` are the names that the server lists, None where nobody could ask it.
    """

    known: bool
    invocable: bool = True
    tools: frozenset[str] | None = None


def tool_hits(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Hit]:
    """Approvals that are gone, and servers and tools that are new: each tool is told of once."""
    known = servers_of(before)
    for then, now in _pairs(before, after):
        yield from _approvals(then, now)
        for url, keys in _by_server(now.tools.keys() - then.tools.keys()):
            rule, new = ("tool-added", "") if url in known else ("server-added", "the new server ")
            yield Hit(rule, _place(now, keys), f"it gets {_named(now, keys)} of {new}{url}")
        known |= now.servers


def registry_hits(
    before: Mapping[str, Json], after: Mapping[str, Json], registry: Mapping[str, Registered]
) -> Iterator[Hit]:
    """New tools that the workspace has not, or not for the user of this key."""
    for then, now in _pairs(before, after):
        for url, keys in _by_server(now.tools.keys() - then.tools.keys()):
            if server := registry.get(url):
                yield from _unusable(now, url, keys, server)


def new_servers(before: Mapping[str, Json], after: Mapping[str, Json]) -> frozenset[str]:
    """The servers of tools that are new, whether the server is or not."""
    return frozenset(
        server_of(key)
        for then, now in _pairs(before, after)
        for key in now.tools.keys() - then.tools.keys()
    )


def _pairs(
    before: Mapping[str, Json], after: Mapping[str, Json]
) -> Iterator[tuple[Toolset, Toolset]]:
    """The toolsets there are, each with what it was."""
    old = {each.pointer: each for each in toolsets(before)}
    for now in toolsets(after):
        yield old.get(now.pointer, toolset(None, now.pointer)), now


def _approvals(then: Toolset, now: Toolset) -> Iterator[Hit]:
    # A bare name is a tool that every agent has, unless it stands for those of its servers.
    named = then.names | now.names
    built_in = {key for key in then.interrupts if not server_of(key) and key not in named}
    for key in sorted((then.tools.keys() & now.tools.keys()) | built_in):
        if then.asks(key) and not now.asks(key):
            pointer = now.pointer + join(("interrupt_config", key))
            yield Hit("approval-removed", pointer, f"{tool_name(key)} runs without asking anybody")


def _by_server(keys: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        found.setdefault(server_of(key), []).append(key)
    yield from found.items()


def _place(now: Toolset, keys: list[str]) -> str:
    return now.at(keys[0])


def _named(now: Toolset, keys: list[str]) -> str:
    """The tools by name, and whether each asks first."""
    asking = {tool_name(key) for key in keys if now.asks(key)}
    names = [f"{name} (asks first)" if name in asking else name for name in map(tool_name, keys)]
    return ", ".join(names)


def _unusable(now: Toolset, url: str, keys: list[str], server: Registered) -> Iterator[Hit]:
    at = _place(now, keys)
    if not server.known:
        yield Hit("server-unregistered", at, f"{url} is not registered in the workspace")
        return
    if not server.invocable:
        says = f"{url} may not be called by the user of this key"
        yield Hit("server-not-invocable", at, says)
    if server.tools is not None:
        missing = [key for key in keys if tool_name(key) not in server.tools]
        if missing:
            names = ", ".join(map(tool_name, missing))
            yield Hit("tool-unregistered", _place(now, missing), f"{url} does not list {names}")


def removed(before: Mapping[str, Json], after: Mapping[str, Json]) -> Mapping[str, int]:
    """How many tools, skills, subagents and files go, by their noun."""
    tools = sum(len(then.tools.keys() - now.tools.keys()) for then, now in _pairs(before, after))
    counts = {"tool": tools}
    for noun in ("skill", "subagent", "file"):
        old, new = (mapping(side.get(f"{noun}s")) for side in (before, after))
        counts[noun] = len(old.keys() - new.keys())
    return {noun: number for noun, number in counts.items() if number}
