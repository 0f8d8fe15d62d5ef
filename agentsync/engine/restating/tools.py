"""The `tools:` of an agent or a subagent, changed as little as possible to say something else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agentsync.canonical import ABSENT, Json, same
from agentsync.engine.normalise import normalise, split_tool_key, tool_key
from agentsync.engine.restating.spelling import blended, inserted
from agentsync.engine.rules import Rules
from agentsync.engine.tree import toolset

_KEYS: Final = ("tools", "interrupt_config")
_TOOL_KEYS: Final = ("name", "mcp_server_url", "mcp_server_name", "display_name")


def restated_tools(
    raw: Json, before: Mapping[str, Json], wanted: Mapping[str, Json], rules: Rules
) -> dict[str, Json]:
    """`raw`, whose canonical form is `before`, changed so that its canonical form is `wanted`.

    Tools are told apart by server and name, rules by the tool they are about, however spelled.
    What a removal empties goes as a whole.
    """
    given: dict[str, Json] = dict(raw or {})
    rest, kept = ({k: v for k, v in side.items() if k not in _KEYS} for side in (wanted, before))
    said: dict[str, Json] = blended(given, kept, rest)
    tools = _tools(given.get("tools"), before.get("tools", {}), wanted.get("tools", {}))
    said = _settled(said, "tools", tools)
    asked = _interrupts(
        given.get("interrupt_config") or {},
        before.get("interrupt_config", {}),
        wanted.get("interrupt_config", {}),
        wanted.get("tools", {}),
    )
    return _settled(said, "interrupt_config", _without_surprises(said, asked, wanted, rules))


def _settled(said: dict[str, Json], key: str, value: Json) -> dict[str, Json]:
    if value or same(said.get(key), value):
        return inserted(said, key, value, _KEYS)
    return {name: item for name, item in said.items() if name != key}


def _tools(
    raw: Json, before: Mapping[str, Json], wanted: Mapping[str, Json]
) -> list[Mapping[str, Json]]:
    """The list of tools; a new one stands behind the last of its server, or else at the end."""
    said: list[Mapping[str, Json]] = []
    known: set[str] = set()
    for item in raw or ():
        key = _identity(item)
        if key in wanted and key not in known:
            known.add(key)
            said.append(blended(item, before.get(key, ABSENT), wanted[key]))
    urls = {url.rstrip("/"): url for url in map(_url, reversed(said))}
    for key, tool in _entries(wanted):
        if key not in known:
            url = _url(tool)
            new = {**tool, "mcp_server_url": urls.get(url, url)} if url else tool
            said.insert(_place(said, url), new)
    return said


def _entries(wanted: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Every tool by its key, sorted, as the API has it."""
    for key, tool in zip(sorted(wanted), toolset({"tools": wanted})["tools"], strict=True):
        yield key, {name: tool[name] for name in sorted(tool, key=_tool_rank)}


def _tool_rank(key: str) -> tuple[int, str]:
    return (_TOOL_KEYS.index(key) if key in _TOOL_KEYS else len(_TOOL_KEYS), key)


def _place(said: Sequence[Mapping[str, Json]], url: str) -> int:
    neighbours = (number for number, tool in enumerate(said, 1) if _url(tool).rstrip("/") == url)
    return max(neighbours, default=len(said))


def _url(tool: Mapping[str, Json]) -> str:
    return str(tool.get("mcp_server_url") or "")


def _identity(tool: Mapping[str, Json]) -> str:
    return f"{_url(tool).rstrip('/')}::{tool.get('name')}"


def _interrupts(
    raw: Mapping[str, Json],
    before: Mapping[str, Json],
    wanted: Mapping[str, Json],
    tools: Mapping[str, Json],
) -> dict[str, Json]:
    """The rules, each under the keys it has, or under the canonical one."""
    said: dict[str, Json] = {}
    means = {key: _meaning(key, tools) for key in raw}
    for key, flag in raw.items():
        new = wanted.get(means[key], ABSENT)
        if same(before.get(means[key], ABSENT), new):
            said[key] = flag
        elif means[key] in wanted:
            said[key] = new
        elif flag is True and means[key] in tools:
            # No rule says no more than `false` does, and in its place it says what was decided.
            said[key] = False
    missing = wanted.keys() - means.values()
    return {**said, **{key: wanted[key] for key in sorted(missing)}}


def _without_surprises(
    said: Mapping[str, Json], asked: dict[str, Json], wanted: Mapping[str, Json], rules: Rules
) -> dict[str, Json]:
    """The rules without those that decide nothing until a rule for all servers was added."""
    toolset = {**said, "interrupt_config": asked}
    shown: Mapping[str, Any] = normalise({"tools": toolset}, rules)["tools"]["interrupt_config"]
    tools, meant = wanted.get("tools", {}), wanted.get("interrupt_config", {})
    means = {key: _meaning(key, tools) for key in asked}
    return {
        key: flag for key, flag in asked.items() if means[key] in meant or means[key] not in shown
    }


def _meaning(key: str, tools: Mapping[str, Json]) -> str:
    whole = "::".join(part for part in split_tool_key(key) if part)
    return whole if whole in tools else tool_key(key)
