"""The MCP servers that a workspace has registered, and the tools that each lists."""

from collections.abc import Mapping
from typing import Final

from agentsync.canonical import Json
from agentsync.errors import BadAnswerError
from agentsync.providers.http import Http

_SERVERS: Final = "/v1/deepagents/mcp-servers"
_TOOLS: Final = "/v1/deepagents/mcp/tools"


def servers(http: Http) -> Mapping[str, bool]:
    """Whether the user of the key may call each server, by URL; without a word of it, they may."""
    listed = _listed(http.get(_SERVERS), _SERVERS)
    return {
        item["url"].strip().rstrip("/").lower(): item.get("can_invoke") is not False
        for item in listed
        if isinstance(item.get("url"), str)
    }


def tools_of(http: Http, server: str) -> frozenset[str]:
    """The names of the tools that the API has from one of the servers."""
    answer = http.get(_TOOLS, {"url": server})
    listed = _listed(answer.get("tools") if isinstance(answer, dict) else None, _TOOLS)
    return frozenset(item["name"] for item in listed if isinstance(item.get("name"), str))


def _listed(answer: Json, path: str) -> list[dict[str, Json]]:
    if not isinstance(answer, list):
        raise BadAnswerError(
            f"GET {path}: the answer is no list",
            hint="is the endpoint right?",
            request=f"GET {path}",
        )
    return [item for item in answer if isinstance(item, dict)]
