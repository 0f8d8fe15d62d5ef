"""The toolsets of an agent and of its subagents, and which of their tools wait for a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentsync.canonical import Json, join
from agentsync.engine.normalise import split_tool_key
from agentsync.engine.policy.hits import mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """Tools and approvals of one agent or subagent.

    Shape: `pointer` is the toolset's own, such as `/tools` or `/subagents/x/tools`; `tools` and
    `interrupts` are maps of the canonical form, by `<server URL>::<tool>`.
    """

    pointer: str
    tools: Mapping[str, Json]
    interrupts: Mapping[str, Json]

    @property
    def names(self) -> frozenset[str]:
        """The names of the tools, without their servers."""
        return frozenset(map(tool_name, self.tools))

    @property
    def servers(self) -> frozenset[str]:
        """The URLs of the tools' servers."""
        return frozenset(map(server_of, self.tools))

    def asks(self, key: str) -> bool:
        """Whether a call of this tool waits for a person.

        A rule for the bare name holds for the tool of every server that no longer key excepts.
        """
        if key in self.interrupts:
            return bool(self.interrupts[key])
        return bool(self.interrupts.get(tool_name(key)))

    def at(self, key: str) -> str:
        """The pointer of one tool."""
        return self.pointer + join(("tools", key))


def toolset(value: Json, pointer: str = "/tools") -> Toolset:
    """The toolset in its canonical form; empty where there is none."""
    found = mapping(value)
    return Toolset(
        pointer=pointer,
        tools=mapping(found.get("tools")),
        interrupts=mapping(found.get("interrupt_config")),
    )


def toolsets(agent: Mapping[str, Json]) -> Iterator[Toolset]:
    """The agent's own toolset, and those of its subagents."""
    yield toolset(agent.get("tools"))
    for name, subagent in mapping(agent.get("subagents")).items():
        yield toolset(mapping(subagent).get("tools"), join(("subagents", name, "tools")))


def servers_of(agent: Mapping[str, Json]) -> frozenset[str]:
    """The URLs of all MCP servers that the agent may call."""
    return frozenset(url for each in toolsets(agent) for url in each.servers)


def server_of(key: str) -> str:
    """The server's URL of a tool's key."""
    return split_tool_key(key)[0]


def tool_name(key: str) -> str:
    """The tool's name of its key."""
    return split_tool_key(key)[1]
