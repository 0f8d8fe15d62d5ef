"""The assistants of an Agent Server: graphs with a context of their own, as Agent Builder makes.

Source: the server's OpenAPI file, and what a real one does, version 0.16.7
(tests/interop/test_agent_server_facts.py).

Nothing here makes a write depend on what it replaces, so every write is checked: read, compared,
written, read back. Two things come close to more: an id that is made from the marker, so that an
agent cannot be created twice, and the numbers of versions, which tell after a write whether it
came over somebody else's; then it is taken back, and whoever was first stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid4, uuid5

from agentsync.canonical import Json, canonical_json, same
from agentsync.engine import marker as markers
from agentsync.engine.filetree import ShapeError
from agentsync.engine.forms import ASSISTANT
from agentsync.engine.normalise import normalise
from agentsync.engine.rules import Rules
from agentsync.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ProviderError,
    RefusedError,
    StaleError,
)
from agentsync.model import AgentSummary, LiveAgent
from agentsync.providers.assistants import graphs, mirror, searching, versions
from agentsync.providers.assistants.overtaking import Overtaking
from agentsync.providers.assistants.rules import RULES
from agentsync.providers.assistants.searching import is_assistant
from agentsync.providers.base import Commit, Connection, Held, Objection, Provider

_ASSISTANTS: Final = "/assistants"
_SYSTEM: Final = ("created_by", "system")
"""What the metadata of the assistants says that the server makes by itself, one for each graph."""


class Assistants(Provider):
    """The assistants of one server."""

    rules: ClassVar[Rules] = RULES
    official_origins: ClassVar[tuple[str, ...]] = ()
    api_paths: ClassVar[tuple[str, ...]] = (_ASSISTANTS,)
    endpoint_variable: ClassVar[str] = "LANGGRAPH_ENDPOINT"
    key_variables: ClassVar[tuple[str, ...]] = ("LANGGRAPH_API_KEY", "LANGSMITH_API_KEY")
    workspace_variable: ClassVar[str] = ""
    unseen: ClassVar[str] = (
        "it is gone, or it is private and the key is not its owner's: a personal access token "
        "finds only the agents of its user, and those that are shared with the workspace"
    )

    def __init__(self, connection: Connection, report_wait: Callable[[str], None]) -> None:
        from agentsync.providers.http import Http

        headers = {
            "X-Api-Key": connection.key,
            "X-Auth-Scheme": "langsmith-api-key",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": connection.user_agent,
        }
        self._http = Http(connection, headers, report_wait)
        self._prompt_at = connection.prompt or ASSISTANT.prompt_at
        self._graphs = graphs.Graphs(self._http)
        self._states: dict[tuple[str, str], Mapping[str, Json]] = {}

    @property
    def connection(self) -> Connection:
        """Where requests go, and who asks."""
        return self._http.connection

    def list(self) -> Iterator[AgentSummary]:
        """Every assistant that people made and this key can list, each once, oldest first."""
        for item in searching.walked(self._http):
            self._graphs.heard(item)
            if item["metadata"].get(_SYSTEM[0]) != _SYSTEM[1]:
                yield self._summary(item)

    def read(self, agent_id: str) -> LiveAgent:
        """The assistant as it is now."""
        return self._live(agent_id, self._answer(agent_id))

    def hold(self, agent_id: str, *, files: bool) -> Held:
        """The assistant as it is now, and the number of its newest version from just before."""
        head = versions.newest(self._http, _path(agent_id))
        answer = self._answer(agent_id)
        live = self._live(agent_id, answer)
        return Held(live=live, head="" if head is None else str(head), answer=answer)

    def history(self, agent_id: str, limit: int) -> Iterator[Commit]:
        """The versions of the assistant."""
        for item in versions.listed(self._http, _path(agent_id), limit):
            token = str(item["version"])
            self._states[agent_id, token] = item
            metadata = item.get("metadata")
            marker, _ = markers.parse(metadata if isinstance(metadata, dict) else {}, RULES)
            yield Commit(token=token, at=_text(item, "created_at"), marker=marker)

    def read_at(self, agent_id: str, token: str) -> Mapping[str, Json]:
        """The assistant as it was at that version."""
        path = _path(agent_id)
        found = self._states.get((agent_id, token))
        if found is None:
            every = versions.listed(self._http, path)
            found = next((item for item in every if str(item["version"]) == token), None)
        if found is None:
            raise NotFoundError(f"there is no version {token}", request=f"POST {path}/versions")
        return self._canonical(found, f"{path}/versions")

    def objections(self, value: Mapping[str, Json]) -> Iterable[Objection]:
        """What the graph itself would not take of this context, as far as it can be asked."""
        schema = self._graphs.context_schema(str(value.get("graph_id")))
        if schema is None:
            return ()
        return graphs.objections(value, schema, self._prompt_at, told=bool(self.connection.prompt))

    def create(self, value: Mapping[str, Json], marker: Json) -> str:
        """The id of a new assistant: one that follows from the marker, so that it is made once."""
        wanted = _id_of(marker)
        body = self._creation(value, marker)
        try:
            return self._created({**body, "assistant_id": wanted})
        except ConflictError:
            return self._taken(wanted, marker) or self._created(
                {**body, "assistant_id": str(uuid4())}
            )

    def _creation(self, value: Mapping[str, Json], marker: Json) -> dict[str, Json]:
        body = mirror.creation(value, self._prompt_at)
        return {**body, "metadata": {**body.get("metadata", {}), RULES.marker: marker}}

    def _created(self, body: Mapping[str, Json]) -> str:
        try:
            answer = self._http.send("POST", _ASSISTANTS, {**body, "if_exists": "raise"})
        except NotFoundError as error:
            raise _no_graph(error) from None
        agent_id = answer.get("assistant_id") if isinstance(answer, dict) else None
        if agent_id != body["assistant_id"]:
            lost = _bad_answer("the answer to a create is not what was sent", "", "POST")
            lost.sent = True
            raise lost
        return str(agent_id)

    def _taken(self, agent_id: str, marker: Json) -> str:
        """The id, when it was this very create that took it; "" when it is somebody else's.

        Errors: StaleError when another apply has made the same agent.
        """
        try:
            metadata = self._answer(agent_id)["metadata"]
        except (ForbiddenError, NotFoundError):
            return ""
        if same(metadata.get(RULES.marker), marker):
            return agent_id
        if markers.owner_of(metadata, RULES) == markers.owner_of({RULES.marker: marker}, RULES):
            raise StaleError(
                f"it was created meanwhile, as {agent_id}", hint="plan again to see it"
            )
        return ""

    def write_metadata(self, held: Held, intended: Mapping[str, Json], marker: Json) -> None:
        """One PATCH with all that differs; taken back when it came over somebody else's write."""
        path = _path(held.live.agent_id)
        body = mirror.patch(held, intended, marker, RULES, self._prompt_at)
        try:
            answer = self._http.send("PATCH", path, body)
        except (ForbiddenError, NotFoundError) as error:
            if "Graph" in error.message and isinstance(error, NotFoundError):
                raise _no_graph(error) from None
            raise self._read_only(held.live.agent_id, error) from None
        version = answer.get("version") if isinstance(answer, dict) else None
        if held.head and isinstance(version, int) and version > int(held.head) + 1:
            write = Overtaking(self._http, path, held, body, version, self._canonical, RULES)
            try:
                write.check(intended)
            except ProviderError as error:
                error.sent = True
                raise

    def _read_only(self, agent_id: str, error: ProviderError) -> Exception:
        """What a refused write means: an agent that is there may only be read with this key."""
        try:
            owner = _text(self._answer(agent_id)["metadata"], "owner")
        except ProviderError:
            return error
        whose = f", whose owner is {owner}" if owner else ""
        return RefusedError(
            f"this key may only read this agent{whose}: {error.message}",
            hint="apply with the key of its owner; diff and drift work with this one",
        )

    def delete(self, agent_id: str) -> None:
        """One DELETE; an assistant that is not there any more is as good."""
        try:
            self._http.send("DELETE", _path(agent_id), expect=(200, 204))
        except (ForbiddenError, NotFoundError) as error:
            refusal = self._read_only(agent_id, error)
            if refusal is not error or isinstance(error, ForbiddenError):
                raise refusal from None

    @classmethod
    def request_body(cls, value: Mapping[str, Json]) -> Mapping[str, Json]:
        """What `POST /assistants` is sent to make an assistant of this canonical form."""
        return mirror.creation(value, ASSISTANT.prompt_at)

    def close(self) -> None:
        """Close every connection, of all threads."""
        self._http.close()

    def _answer(self, agent_id: str) -> dict[str, Any]:
        path = _path(agent_id)
        try:
            answer = self._http.get(path)
        except NotFoundError as error:
            raise NotFoundError(error.message, hint=self.unseen, request=error.request) from None
        if not is_assistant(answer) or answer["assistant_id"].lower() != agent_id.lower():
            raise _bad_answer("the answer is not the assistant that was asked for", agent_id)
        self._graphs.heard(answer)
        return dict(answer)

    def _live(self, agent_id: str, answer: Mapping[str, Any]) -> LiveAgent:
        metadata = answer["metadata"]
        marker, damage = markers.parse(metadata, RULES)
        return LiveAgent(
            agent_id=agent_id,
            revision=str(answer.get("version") or ""),
            value=self._canonical(answer, _path(agent_id)),
            marker=marker,
            marker_damage=damage,
            read_only=self._read_only_for(metadata),
            updated_at=_text(answer, "updated_at"),
        )

    def _canonical(self, answer: Mapping[str, Any], path: str) -> dict[str, Json]:
        try:
            said = {key: item for key, item in answer.items() if item is not None}
            source = mirror.document(said, self._prompt_at)
            return normalise({**RULES.defaults, **source}, RULES)
        except (ShapeError, RecursionError) as error:
            raise BadAnswerError(
                f"the answer is no assistant: {error}", request=f"GET {path}"
            ) from None

    def _read_only_for(self, metadata: Mapping[str, Any]) -> str:
        """Why this target's assistants are not to be applied to it, "" when they are."""
        owner, ours = _text(metadata, "owner"), self.connection.owner
        return f"its owner is {owner}, not {ours}" if owner and ours and owner != ours else ""

    def _summary(self, item: Mapping[str, Any]) -> AgentSummary:
        metadata = item["metadata"]
        owner = _text(metadata, "owner")
        return AgentSummary(
            agent_id=item["assistant_id"],
            name=str(item.get("name") or ""),
            owner=markers.owner_of(metadata, RULES),
            owner_id=owner,
            mine=bool(owner) and owner == self.connection.owner,
            writable=not self._read_only_for(metadata),
            created_at=_text(item, "created_at"),
            updated_at=_text(item, "updated_at"),
        )


def _path(agent_id: str) -> str:
    return f"{_ASSISTANTS}/{quote(agent_id, safe='')}"


def _no_graph(error: NotFoundError) -> NotFoundError:
    hint = "is the graph that `graph_id` names deployed on this server?"
    return NotFoundError(error.message, hint=hint, request=error.request)


def _id_of(marker: Json) -> str:
    """The id of the assistant that this marker is for: the same whoever makes it, and when."""
    owner = [marker.get(key) for key in ("project", "target", "agent")]
    return str(uuid5(NAMESPACE_URL, f"agentsync:{canonical_json(owner)}"))


def _bad_answer(message: str, at: str, method: str = "GET") -> BadAnswerError:
    path = f"{_ASSISTANTS}/{at}" if at else _ASSISTANTS
    return BadAnswerError(message, request=f"{method} {path}")


def _text(item: Mapping[str, Any], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""
