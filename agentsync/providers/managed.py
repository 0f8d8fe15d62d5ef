"""Managed Deep Agents, LangSmith's hosted agents.

Source: the API's OpenAPI file, version 0.1.0; what it leaves open is read so that either reading
is safe.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from agentsync.canonical import Json
from agentsync.engine.normalise import ShapeError, live, split_tool_key
from agentsync.engine.rules import Rules
from agentsync.errors import BadAnswerError, NotFoundError
from agentsync.model import AgentSummary, LiveAgent
from agentsync.providers.base import Connection, Provider

_API: Final = "/v1/deepagents"
_PAGE_SIZE: Final = "100"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")

_TOOLSETS: Final = ("/tools", "/subagents/*/tools")

RULES: Final = Rules(
    sections={
        "name": "plain",
        "description": "plain",
        "runtime": "plain",
        "backend": "backend",
        "permissions": "permissions",
        "extras": "extras",
        "system_prompt": "prompt",
        "tools": "toolset",
        "subagents": "subagents",
        "skills": "skills",
        "files": "files",
    },
    aliases={"instructions": "system_prompt"},
    defaults={
        "description": "",
        "runtime": {},
        "backend": {},
        "extras": {},
        "permissions": {
            "identity": "personal",
            "visibility": "tenant",
            "tenant_access_level": "read",
            "shared_users": {"read": [], "run": [], "update": []},
        },
    },
    server_owned=frozenset(
        {"id", "owner_id", "created_at", "updated_at", "revision", "access_level", "is_owner"}
    ),
    write_only=frozenset({"configurable"}),
    owned=(
        "/system_prompt",
        *(f"{at}/tools/*" for at in _TOOLSETS),
        *(f"{at}/tools/*/mcp_server_name" for at in _TOOLSETS),
        *(f"{at}/tools/*/display_name" for at in _TOOLSETS),
        *(f"{at}/interrupt_config/*" for at in _TOOLSETS),
        "/subagents/*",
        "/subagents/*/description",
        "/subagents/*/model_id",
        "/subagents/*/files/skills~1*",
        "/skills/*",
        "/skills/*/description",
        "/skills/*/front_matter/*",
        "/skills/*/files/*",
        "/skills/*/repo_handle",
    ),
    whole=("/extras/*",),
    # A linked skill's pin is kept, forgotten or resolved to the newest commit: not documented.
    said=("/skills/*/commit_id",),
    backends={
        "default": ("state", ""),
        "thread_scoped_sandbox": ("sandbox", "thread"),
        "agent_scoped_sandbox": ("sandbox", "agent"),
    },
)


class ManagedDeepAgents(Provider):
    """The agents of one workspace."""

    rules: ClassVar[Rules] = RULES
    official_origins: ClassVar[tuple[str, ...]] = ("https://api.smith.langchain.com",)
    endpoint_variable: ClassVar[str] = "LANGSMITH_ENDPOINT"
    key_variables: ClassVar[tuple[str, ...]] = ("LANGSMITH_API_KEY",)
    workspace_variable: ClassVar[str] = "LANGSMITH_WORKSPACE_ID"

    def __init__(self, connection: Connection, report_wait: Callable[[str], None]) -> None:
        from agentsync.providers.http import Http

        headers = {
            "X-Api-Key": connection.key,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": connection.user_agent,
        }
        if connection.workspace_id:
            headers["X-Tenant-Id"] = connection.workspace_id
        self._http = Http(connection, headers, report_wait)

    @property
    def connection(self) -> Connection:
        """Where requests go, and who asks."""
        return self._http.connection

    def list(self) -> Iterator[AgentSummary]:
        """Every agent this key can list, each once, oldest first.

        Walked by time of creation: the API's own order skips and repeats while agents change.
        """
        params = {"page_size": _PAGE_SIZE, "sort_by": "created_at", "sort_order": "asc"}
        seen: set[str] = set()
        while True:
            page = self._page(params)
            fresh = [item for item in map(_summary, _items(page)) if item.agent_id not in seen]
            seen.update(item.agent_id for item in fresh)
            yield from fresh
            cursor = page.get("next_cursor")
            if not cursor:
                return
            if not fresh or not isinstance(cursor, str):
                raise _bad_answer(
                    "the list of agents has a cursor that leads nowhere", f"{_API}/agents"
                )
            params["cursor"] = cursor

    def _page(self, params: Mapping[str, str]) -> Json:
        try:
            return self._http.get(f"{_API}/agents", params)
        except NotFoundError as error:
            raise NotFoundError(
                error.message,
                hint="is the endpoint right? This API has no list of agents",
                request=error.request,
            ) from None

    def read(self, agent_id: str) -> LiveAgent:
        """The agent as it is now, its whole file tree included."""
        path = f"{_API}/agents/{agent_id}"
        answer = self._http.get(path, {"include_files": "true"})
        if not isinstance(answer, dict) or not isinstance(answer.get("name"), str):
            raise _bad_answer("the answer is no agent: it has no name", path)
        if answer.get("id", agent_id) != agent_id:
            raise _bad_answer(f"the answer is another agent: {answer.get('id')!r}", path)
        try:
            value, hidden = live(answer, self.rules)
        except ShapeError as error:
            raise _bad_answer(f"the answer is no agent: {error}", path) from None
        except RecursionError:
            raise _bad_answer("the answer is nested too deeply", path) from None
        level = answer.get("access_level")
        return LiveAgent(
            agent_id=agent_id,
            revision=str(answer.get("revision") or ""),
            value=value,
            hidden=hidden,
            writable=level in (None, "WRITE") or answer.get("is_owner") is True,
        )

    @classmethod
    def request_body(cls, value: Mapping[str, Json]) -> Mapping[str, Json]:
        """What `POST /agents` is sent to make an agent of this canonical form."""
        body = dict(value)
        files = dict(body.pop("files", {}))
        if "tools" in value:
            body["tools"] = _toolset(value["tools"])
        if "subagents" in value:
            found = value["subagents"].items()
            body["subagents"] = [_subagent(name, spec, files) for name, spec in found]
        if "skills" in value:
            made = (_skill(name, item, files) for name, item in value["skills"].items())
            body["skills"] = [spec for spec in made if spec]
        if files:
            body["files"] = files
        return body

    def close(self) -> None:
        """Close every connection, of all threads."""
        self._http.close()


def _bad_answer(message: str, path: str) -> BadAnswerError:
    return BadAnswerError(message, request=f"GET {path}")


def _items(page: Json) -> list[Any]:
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise _bad_answer("the answer is no list of agents: it has no items", f"{_API}/agents")
    return items


def _summary(item: Json) -> AgentSummary:
    if not isinstance(item, dict) or not _ID.fullmatch(str(item.get("id", ""))):
        raise _bad_answer("the list holds something that is no agent", f"{_API}/agents")
    return AgentSummary(agent_id=item["id"], name=str(item.get("name") or ""))


def _toolset(value: Mapping[str, Json]) -> dict[str, Json]:
    """A tools configuration in the API's shape, from its canonical form."""
    tools = []
    for key, spec in value["tools"].items():
        url, name = split_tool_key(key)
        tools.append({"name": name, "mcp_server_url": url, **spec})
    return {**value, "tools": tools}


def _subagent(name: str, value: Mapping[str, Json], files: dict[str, Json]) -> dict[str, Json]:
    for path, content in value["files"].items():
        entry = content if isinstance(content, dict) else {"content": content}
        files[f"subagents/{name}/{path}"] = entry
    spec = {key: item for key, item in value.items() if key not in ("files", "front_matter")}
    return {**spec, "name": name, "tools": _toolset(value["tools"])}


def _skill(name: str, value: Mapping[str, Json], files: dict[str, Json]) -> dict[str, Json] | None:
    """An inline skill in the API's shape; one that only the file tree can say goes to `files`."""
    if "repo_handle" in value:
        files[f"skills/{name}"] = {"type": "skill", **value}
        return None
    if value.get("front_matter"):
        files[f"skills/{name}/SKILL.md"] = {"content": _skill_text(name, value)}
        for path, content in value["files"].items():
            files[f"skills/{name}/{path}"] = {"content": content}
        return None
    return {**value, "name": name}


def _skill_text(name: str, value: Mapping[str, Json]) -> str:
    header = {"name": name, "description": value.get("description", ""), **value["front_matter"]}
    # JSON is YAML of every version: unquoted, the text 1e3 is a number in 1.2 and none in 1.1.
    lines = "".join(f"{json.dumps(key)}: {_yaml(item)}\n" for key, item in header.items())
    return f"---\n{lines}---\n\n{value['instructions']}\n"


def _yaml(value: Json) -> str:
    """`value` as one line of YAML: JSON, with what YAML does not print as escapes."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(letter):04x}" if letter in _UNPRINTED else letter for letter in text)


# Line breaks and controls that JSON leaves as they are.
_UNPRINTED: Final = frozenset(
    [*map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"]
)
