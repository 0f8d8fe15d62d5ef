"""How assistants are made, and made only once."""

from contextlib import closing
from typing import Any

import httpx
import pytest
from assistantserver import BASE, IDS, AssistantServer, landed, refusing

from agentsync.engine.normalise import desired
from agentsync.errors import (
    BadAnswerError,
    ConflictError,
    NotFoundError,
    ServerError,
    StaleError,
    UnreachableError,
)
from agentsync.providers.assistants import RULES, Assistants
from agentsync.providers.base import Connection

ONE = IDS[0]
MARKER = {"v": 1, "project": "p", "target": "t", "agent": "a", "applied_at": "1"}
LATER = {**MARKER, "applied_at": "2"}
OTHERS = {**MARKER, "project": "q"}


def provider(**more: Any) -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1, **more), print))


def value(**more: Any) -> dict[str, Any]:
    return desired({"graph_id": "agent", "name": "A", **more}, RULES)


def created(server: AssistantServer, marker: Any = MARKER, prompt: str = "", **more: Any) -> str:
    with provider(prompt=prompt) as found, server.reached():
        return str(found.create(value(**more), marker))


def test_a_create_is_one_request_that_says_all() -> None:
    server = AssistantServer()
    more = {"description": "d", "metadata": {"team": "x"}, "config": {"tags": ["t"]}}
    agent_id = created(server, system_prompt="p", context={"m": 1}, **more)
    assert server.log == [
        (
            "create",
            {
                **{"graph_id": "agent", "name": "A", "description": "d"},
                **{"context": {"m": 1, "system_prompt": "p"}, "config": {"tags": ["t"]}},
                "metadata": {"team": "x", "agentsync": MARKER},
                **{"assistant_id": agent_id, "if_exists": "raise"},
            },
        )
    ]
    with provider() as found, server.reached():
        live = found.read(agent_id)
    assert live.value == value(system_prompt="p", context={"m": 1}, **more)
    assert live.marker.owner.project == "p"


def test_the_prompt_is_created_where_the_target_says() -> None:
    server = AssistantServer()
    agent_id = created(server, prompt="/context/style/text", system_prompt="p")
    assert server.found[agent_id]["context"] == {"style": {"text": "p"}}


def test_the_id_follows_from_whose_the_agent_is_and_nothing_else() -> None:
    ids = {
        created(AssistantServer(), marker)
        for marker in (MARKER, LATER, dict(reversed(MARKER.items())), {**MARKER, "fields": {}})
    }
    assert len(ids) == 1
    for key in ("project", "target", "agent"):
        ids.add(created(AssistantServer(), {**MARKER, key: "other"}))
    assert len(ids) == 4
    # The names are told apart wherever one ends and the next begins.
    swapped = {**MARKER, "project": "t", "target": "p"}
    assert created(AssistantServer(), swapped) not in ids


def test_a_create_that_was_done_already_is_done() -> None:
    server = AssistantServer()
    first = created(server)
    assert created(server) == first
    assert len(server.found) == 1
    assert server.names() == ["create", "create", "read"]


def test_another_apply_of_the_same_definition_is_stale() -> None:
    server = AssistantServer()
    first = created(server)
    with pytest.raises(StaleError, match=f"created meanwhile, as {first}") as caught:
        created(server, LATER)
    assert caught.value.hint == "plan again to see it"
    assert len(server.found) == 1


@pytest.mark.parametrize("metadata", [{}, {"agentsync": OTHERS}, {"agentsync": "?"}])
def test_an_id_that_is_somebody_elses_is_left_to_them(metadata: Any) -> None:
    server = AssistantServer()
    taken = created(AssistantServer())
    server.create({"graph_id": "agent", "assistant_id": taken, "metadata": metadata})
    made = created(server)
    assert made != taken
    assert server.found[made]["metadata"] == {"agentsync": MARKER}
    assert server.found[taken]["metadata"] == metadata
    assert server.names() == ["create", "read", "create"]


@pytest.mark.parametrize("status", [403, 404])
def test_an_id_of_one_that_cannot_be_seen_is_left_alone(status: int) -> None:
    server = AssistantServer()
    first = created(server)
    server.hooks["read"] = refusing(status)
    second = created(server)
    assert second != first
    assert len(server.found) == 2


def test_nobody_knows_whose_an_id_is_that_cannot_be_asked_for() -> None:
    server = AssistantServer()
    created(server)
    server.hooks["read"] = refusing(500)
    with pytest.raises(ServerError) as caught:
        created(server)
    assert caught.value.sent is False
    assert len(server.found) == 1


def test_two_ids_that_are_both_taken() -> None:
    server = AssistantServer()
    server.hooks["create"] = refusing(409, times=2)
    server.hooks["read"] = refusing(404)
    with pytest.raises(ConflictError) as caught:
        created(server)
    assert caught.value.sent is False
    ids = [body["assistant_id"] for body in server.bodies("create")]
    assert len(set(ids)) == 2


def test_a_create_without_an_answer_may_have_made_it_and_again_finds_it() -> None:
    server = AssistantServer()
    server.hooks["create"] = [landed(server)]
    with pytest.raises(UnreachableError) as caught:
        created(server)
    assert caught.value.sent is True
    (made,) = server.found
    assert created(server) == made
    assert len(server.found) == 1


@pytest.mark.parametrize(
    "answer", [[], {}, "x", 3, {"assistant_id": None}, {"assistant_id": IDS[5]}]
)
def test_a_create_that_answers_with_another_may_have_made_one(answer: Any) -> None:
    server = AssistantServer()
    server.hooks["create"] = [lambda request: httpx.Response(200, json=answer)]
    with pytest.raises(BadAnswerError, match="is not what was sent") as caught:
        created(server)
    assert caught.value.sent is True
    assert caught.value.request == "POST /assistants"


def test_a_graph_that_there_is_not() -> None:
    server = AssistantServer()
    with pytest.raises(NotFoundError, match="Graph 'nope' not found") as caught:
        created(server, graph_id="nope")
    assert "`graph_id`" in caught.value.hint
    assert caught.value.sent is False
