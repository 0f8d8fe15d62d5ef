"""Managed Deep Agents, LangSmith's hosted agents.

Source: the API's OpenAPI file, version 0.1.0; what it leaves open is read so that either reading
is safe.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from agentsync.canonical import Json
from agentsync.engine import marker as markers
from agentsync.engine.normalise import ShapeError, live
from agentsync.engine.rules import Rules
from agentsync.errors import BadAnswerError, ConflictError, NotFoundError
from agentsync.model import AgentSummary, Guarantee, LiveAgent
from agentsync.providers.base import Commit, Connection, Held, Provider
from agentsync.providers.managed import hub, requests
from agentsync.providers.managed.rules import RULES

_AGENTS: Final = "/v1/deepagents/agents"
_PAGE_SIZE: Final = "100"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


class ManagedDeepAgents(Provider):
    """The agents of one workspace."""

    rules: ClassVar[Rules] = RULES
    official_origins: ClassVar[tuple[str, ...]] = ("https://api.smith.langchain.com",)
    api_paths: ClassVar[tuple[str, ...]] = ("/v1/deepagents", "/v1")
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
                raise _bad_answer("the list of agents has a cursor that leads nowhere", _AGENTS)
            params["cursor"] = cursor

    def _page(self, params: Mapping[str, str]) -> Json:
        try:
            return self._http.get(_AGENTS, params)
        except NotFoundError as error:
            raise NotFoundError(
                error.message,
                hint="is the endpoint right? This API has no list of agents",
                request=error.request,
            ) from None

    def read(self, agent_id: str) -> LiveAgent:
        """The agent as it is now, its whole file tree included."""
        return _agent(agent_id, self._whole(agent_id))

    def hold(self, agent_id: str, *, files: bool) -> Held:
        """The agent as it is now, and the file tree's token from just before."""
        directory = hub.read_directory(self._http, agent_id) if files else hub.Directory()
        answer = self._whole(agent_id)
        return Held(
            live=_agent(agent_id, answer),
            head=directory.head,
            tree=directory.files,
            answer=answer,
        )

    def history(self, agent_id: str, limit: int) -> Iterator[Commit]:
        """The commits of the agent's repository in the hub."""
        return hub.commits(self._http, agent_id, limit)

    def read_at(self, agent_id: str, token: str) -> Mapping[str, Json]:
        """The file tree at one commit, read as an answer that shows all of it."""
        found = hub.read_directory_at(self._http, agent_id, token)
        value = _canonical({"files": found.files}, f"{hub.ROOT}/{agent_id}/directories")[0]
        return {section: value[section] for section in sorted(self.rules.tree)}

    def servers(self) -> Mapping[str, bool]:
        """The MCP servers of the workspace."""
        from agentsync.providers.managed import mcp

        return mcp.servers(self._http)

    def tools_of(self, server: str) -> frozenset[str]:
        """The tools that the API has from one of them."""
        from agentsync.providers.managed import mcp

        return mcp.tools_of(self._http, server)

    def _whole(self, agent_id: str) -> dict[str, Json]:
        path = f"{_AGENTS}/{agent_id}"
        answer = self._http.get(path, {"include_files": "true"})
        if not isinstance(answer, dict) or not isinstance(answer.get("name"), str):
            raise _bad_answer("the answer is no agent: it has no name", path)
        if answer.get("id", agent_id) != agent_id:
            raise _bad_answer(f"the answer is another agent: {answer.get('id')!r}", path)
        return answer

    def create(self, value: Mapping[str, Json], marker: Json) -> str:
        """The id of a new agent; one POST, which is never repeated once it may have counted."""
        extras = {**value.get("extras", {}), self.rules.marker: marker}
        body = self.request_body({**value, "extras": extras})
        try:
            answer = self._http.send("POST", _AGENTS, body, expect=(200, 201))
        except ConflictError as error:
            raise ConflictError(
                error.message,
                hint="the plan allows no more agents: delete one that nobody needs, or upgrade",
                request=error.request,
            ) from None
        agent_id = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(agent_id, str) or not _ID.fullmatch(agent_id):
            lost = _bad_answer("the answer to a create names no agent", _AGENTS, "POST")
            lost.sent = True
            raise lost
        return agent_id

    def write_files(self, held: Held, intended: Mapping[str, Json]) -> Guarantee:
        """One commit on the tree that was held; one PATCH where the hub cannot be read."""
        agent_id = held.live.agent_id
        found = requests.file_changes(held, intended, self.rules)
        if found and held.head:
            hub.commit(self._http, agent_id, found, held.head)
        elif found:
            self._http.send("PATCH", f"{_AGENTS}/{agent_id}", requests.file_patch(found))
        return Guarantee.ATOMIC if held.head else Guarantee.CHECKED

    def write_metadata(self, held: Held, intended: Mapping[str, Json], marker: Json) -> None:
        """One PATCH with the fields that differ and the extras, which hold the marker."""
        body = requests.metadata(held, intended, marker, self.rules)
        self._http.send("PATCH", f"{_AGENTS}/{held.live.agent_id}", body)

    def delete(self, agent_id: str) -> None:
        """One DELETE; an agent that is not there any more is as good."""
        try:
            self._http.send("DELETE", f"{_AGENTS}/{agent_id}", expect=(204,))
        except NotFoundError:
            return

    @classmethod
    def request_body(cls, value: Mapping[str, Json]) -> Mapping[str, Json]:
        """What `POST /agents` is sent to make an agent of this canonical form."""
        return requests.creation(value)

    def close(self) -> None:
        """Close every connection, of all threads."""
        self._http.close()


def _bad_answer(message: str, path: str, method: str = "GET") -> BadAnswerError:
    return BadAnswerError(message, request=f"{method} {path}")


def _items(page: Json) -> list[Any]:
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise _bad_answer("the answer is no list of agents: it has no items", _AGENTS)
    return items


def _summary(item: Json) -> AgentSummary:
    if not isinstance(item, dict) or not _ID.fullmatch(str(item.get("id", ""))):
        raise _bad_answer("the list holds something that is no agent", _AGENTS)
    extras = item.get("extras")
    return AgentSummary(
        agent_id=item["id"],
        name=str(item.get("name") or ""),
        owner=markers.owner_of(extras, RULES) if isinstance(extras, dict) else None,
        owner_id=_text(item, "owner_id"),
        mine=item.get("is_owner") is True,
        writable=_writable(item),
        created_at=_text(item, "created_at"),
        updated_at=_text(item, "updated_at"),
    )


def _agent(agent_id: str, answer: Mapping[str, Json]) -> LiveAgent:
    value, hidden = _canonical(answer, f"{_AGENTS}/{agent_id}")
    marker, damage = markers.parse(answer.get("extras") or {}, RULES)
    return LiveAgent(
        agent_id=agent_id,
        revision=str(answer.get("revision") or ""),
        value=value,
        hidden=hidden,
        marker=marker,
        marker_damage=damage,
        writable=_writable(answer),
        updated_at=_text(answer, "updated_at"),
    )


def _canonical(answer: Mapping[str, Json], path: str) -> tuple[dict[str, Json], frozenset[str]]:
    try:
        return live(answer, RULES)
    except ShapeError as error:
        raise _bad_answer(f"the answer is no agent: {error}", path) from None
    except RecursionError:
        raise _bad_answer("the answer is nested too deeply", path) from None


def _writable(item: Mapping[str, Json]) -> bool:
    return item.get("access_level") in (None, "WRITE") or item.get("is_owner") is True


def _text(item: Mapping[str, Json], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""
