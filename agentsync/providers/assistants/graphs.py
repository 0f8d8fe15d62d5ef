"""What a graph says of the context it takes, and what it would not take of a definition."""

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from agentsync.canonical import Json, join, split
from agentsync.engine.prompts import PROMPT, lowered
from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError, ServerError
from agentsync.providers.assistants.searching import one_of
from agentsync.providers.base import Objection

if TYPE_CHECKING:
    from agentsync.providers.http import Http

# A graph's code may fail to say, and a key may not be allowed to ask: then nobody knows.
_NOT_SHOWN: Final = (BadAnswerError, ForbiddenError, NotFoundError, ServerError)


class Graphs:
    """What is known of a server's graphs; each is asked for its schema once, when needed.

    May be used from any thread.
    """

    def __init__(self, http: "Http") -> None:
        self._http = http
        self._lock = threading.Lock()
        self._assistants: dict[str, str] = {}
        self._schemas: dict[str, Mapping[str, Json] | None] = {}

    def heard(self, assistant: Mapping[str, Json]) -> None:
        """Take note of an assistant, which can be asked for the schema of its graph."""
        self._assistants.setdefault(str(assistant.get("graph_id")), assistant["assistant_id"])

    def context_schema(self, graph: str) -> Mapping[str, Json] | None:
        """The JSON Schema of the context that this graph takes, None when nobody can tell.

        Errors: ProviderError.
        """
        with self._lock:
            if graph not in self._schemas:
                one = self._assistants.get(graph) or one_of(self._http, graph)
                self._schemas[graph] = _schema(self._http, one) if one else None
            return self._schemas[graph]


def _schema(http: "Http", assistant: str) -> Mapping[str, Json] | None:
    try:
        answer = http.get(f"/assistants/{assistant}/schemas")
    except _NOT_SHOWN:
        return None
    found = answer.get("context_schema") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else None


def objections(
    value: Mapping[str, Json], schema: Mapping[str, Json], prompt_at: str, *, told: bool
) -> Iterator[Objection]:
    """What the graph says against the context of a canonical form.

    Shape: `told` says that the project itself said where the prompt goes.
    """
    graph = value.get("graph_id")
    if PROMPT in value and not told and not _has_place(schema, prompt_at):
        yield Objection(
            pointer=f"/{PROMPT}",
            message=f"the graph `{graph}` has no {prompt_at} for a system prompt",
            hint="say where it goes with the target's `prompt:`, or delete AGENTS.md",
        )
    for path, message in _faults(lowered(value, prompt_at).get("context", {}), schema):
        at = join(("context", *path))
        yield Objection(
            pointer=f"/{PROMPT}" if at == prompt_at else at,
            message=f"the graph `{graph}` does not take this: {message}",
            hint="GET /assistants/ID/schemas shows what it takes, under `context_schema`",
        )


def _has_place(schema: Mapping[str, Json], prompt_at: str) -> bool:
    """Whether the schema names the place of the prompt, or names no places at all."""
    properties = schema.get("properties")
    return not isinstance(properties, Mapping) or split(prompt_at)[1] in properties


def _faults(context: Json, schema: Mapping[str, Json]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What of the context does not fit the schema: keys on the way there, and why."""
    from jsonschema_rs import validator_for

    try:
        validator = validator_for(dict(schema), retriever=_nothing)
    except ValueError:
        # Whatever the graph says there, it is no schema.
        return
    for error in validator.iter_errors(context):
        yield tuple(map(str, error.instance_path)), str(error.message)


def _nothing(uri: str) -> Any:
    """A schema that lies elsewhere is not fetched: a server must not choose where we ask."""
    raise ValueError(f"not fetched: {uri}")
