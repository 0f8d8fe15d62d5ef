"""What the provider of assistants asks the server, and what it makes of the answers."""

import copy
import json
from contextlib import closing
from typing import Any

import pytest
import respx
from assistantserver import BASE, IDS, AssistantServer, refusing

from agentsync.errors import BadAnswerError, ForbiddenError, NotFoundError
from agentsync.model import LiveAgent
from agentsync.providers.assistants import Assistants
from agentsync.providers.base import Connection

ONE = IDS[0]
URL = f"{BASE}/assistants/{ONE}"
MARKER = {"v": 1, "project": "p", "target": "t", "agent": "a", "fields": {}}


def provider(base: str = BASE, **more: Any) -> Any:
    return closing(Assistants(Connection(base_url=base, key="k", tries=1, **more), print))


def answer(**more: Any) -> dict[str, Any]:
    return {
        **{"assistant_id": ONE, "graph_id": "agent", "name": "A", "description": None},
        **{"config": {}, "context": {}, "metadata": {}, "version": 3},
        **{"created_at": "2026-01-01T00:00:00+00:00", "updated_at": "2026-01-02T00:00:00+00:00"},
        **more,
    }


def read(body: Any, **more: Any) -> LiveAgent:
    with provider(**more) as found, respx.mock:
        respx.get(URL).respond(content=json.dumps(body))
        return found.read(ONE)


# Who asks.


@respx.mock
def test_every_request_says_who_asks_and_how_the_key_is_meant() -> None:
    respx.get(URL).respond(json=answer())
    respx.post(f"{BASE}/assistants/search").respond(json=[])
    respx.delete(URL).respond(204)
    with provider(workspace_id="w", user_agent="agentsync/7") as found:
        found.read(ONE)
        assert list(found.list()) == []
        found.delete(ONE)
    assert len(respx.calls) == 3
    for call in respx.calls:
        headers = call.request.headers
        assert headers["x-api-key"] == "k"
        assert headers["x-auth-scheme"] == "langsmith-api-key"
        assert headers["user-agent"] == "agentsync/7"
        assert headers["accept"] == "application/json"
        assert not {name for name in headers if "tenant" in name or "workspace" in name}
        assert call.request.url.query == b""


@respx.mock
def test_a_prefix_of_the_server_stands_before_every_path() -> None:
    route = respx.get(f"{BASE}/deep/er/assistants/{ONE}").respond(json=answer())
    with provider(f"{BASE}/deep/er") as found:
        found.read(ONE)
        assert found.connection.base_url == f"{BASE}/deep/er"
    assert route.called


@pytest.mark.parametrize(
    ("agent_id", "path"),
    [("a/../b", "a%2F..%2Fb"), ("a?b#c", "a%3Fb%23c"), ("é", "%C3%A9"), ("", "")],
)
def test_an_id_is_one_part_of_the_path(agent_id: str, path: str) -> None:
    with provider() as found, respx.mock:
        route = respx.route(url__startswith=BASE).respond(404)
        for ask in (
            lambda: found.read(agent_id),
            lambda: list(found.history(agent_id, 1)),
            lambda: found.read_at(agent_id, "1"),
        ):
            with pytest.raises(NotFoundError):
                ask()
    asked = [call.request.url.raw_path.decode() for call in route.calls]
    whole = f"/assistants/{path}"
    assert asked == [whole, f"{whole}/versions", f"{whole}/versions"]


# What is read.


def test_an_assistant_is_read_with_its_version_and_its_marker() -> None:
    live = read(
        answer(
            description="d",
            context={"system_prompt": "p\r\n", "n": 1.0},
            config={"tags": ["t"], "configurable": {"system_prompt": "p\r\n", "n": 1}},
            metadata={"owner": "alice", "gone": None, "agentsync": MARKER},
        )
    )
    assert live.value == {
        **{"graph_id": "agent", "name": "A", "description": "d", "system_prompt": "p"},
        **{"context": {"n": 1}, "config": {"tags": ["t"]}, "metadata": {"owner": "alice"}},
    }
    assert live.marker is not None
    assert str(live.marker.owner) == "p/t/a"
    assert (live.agent_id, live.revision, live.name) == (ONE, "3", "A")
    assert (live.updated_at, live.marker_damage) == ("2026-01-02T00:00:00+00:00", "")
    assert (live.writable, live.read_only, live.hidden) == (True, "", frozenset())


def test_what_a_server_leaves_out_or_shows_as_null_is_empty() -> None:
    expected = {"description": "", "config": {}, "context": {}, "metadata": {}}
    bare = read({"assistant_id": ONE, "metadata": {}})
    assert (bare.value, bare.revision, bare.updated_at, bare.name) == (expected, "", "", "")
    nulls = dict.fromkeys(("name", "description", "config", "context", "graph_id", "updated_at"))
    assert read(answer(**nulls)).value == expected
    assert read(answer(**nulls)).name == ""


@pytest.mark.parametrize(("version", "revision"), [(0, ""), (None, ""), (1, "1"), ("7", "7")])
def test_the_version_is_the_revision(version: Any, revision: str) -> None:
    assert read(answer(version=version)).revision == revision


def test_what_it_does_not_know_is_kept_as_it_is() -> None:
    assert read(answer(shared=True)).value["shared"] is True


@pytest.mark.parametrize("marker", ["?", 3, [], {"project": 3}, {"v": 1}])
def test_a_damaged_marker_is_said_so(marker: Any) -> None:
    live = read(answer(metadata={"agentsync": marker}))
    assert live.marker is None
    assert live.marker_damage
    assert live.value["metadata"] == {}


@pytest.mark.parametrize(
    ("owner", "ours", "expected"),
    [
        ("alice", "alice", ""),
        ("alice", "", ""),
        (None, "alice", ""),
        ("", "alice", ""),
        (3, "alice", ""),
        ("bob", "alice", "its owner is bob, not alice"),
        ("Alice", "alice", "its owner is Alice, not alice"),
    ],
)
def test_what_is_somebody_elses_is_not_to_be_written(owner: Any, ours: str, expected: str) -> None:
    assert read(answer(metadata={"owner": owner}), owner=ours).read_only == expected


def test_the_prompt_stands_where_the_target_says() -> None:
    body = answer(context={"style": {"text": "deep"}, "system_prompt": "shallow"})
    assert read(body).value["system_prompt"] == "shallow"
    live = read(body, prompt="/context/style/text")
    assert live.value["system_prompt"] == "deep"
    assert live.value["context"] == {"system_prompt": "shallow"}


def test_the_letters_of_an_id_may_be_large() -> None:
    with provider() as found, respx.mock:
        respx.get(f"{BASE}/assistants/ABC").respond(json=answer(assistant_id="abc"))
        assert found.read("ABC").agent_id == "ABC"


@pytest.mark.parametrize(
    "body",
    [
        *([], "x", 3, None, {}),
        answer(assistant_id=IDS[1]),
        answer(assistant_id=None),
        answer(assistant_id=3),
        {"assistant_id": ONE},
        answer(metadata=None),
        answer(metadata=[]),
        answer(metadata="x"),
    ],
)
def test_an_answer_that_is_not_the_assistant(body: Any) -> None:
    with pytest.raises(BadAnswerError, match="not the assistant that was asked for") as caught:
        read(body)
    assert caught.value.request == f"GET /assistants/{ONE}"


@pytest.mark.parametrize("field", ["config", "context"])
@pytest.mark.parametrize("kind", ["x", [1], 3, True])
def test_a_field_of_another_kind(field: str, kind: Any) -> None:
    with pytest.raises(BadAnswerError, match=f"no assistant: `{field}`") as caught:
        read(answer(**{field: kind}))
    assert caught.value.request == f"GET /assistants/{ONE}"


@pytest.mark.parametrize("depth", [150, 700])
@pytest.mark.parametrize("field", ["config", "context", "metadata"])
def test_an_answer_that_is_nested_too_deeply(field: str, depth: int) -> None:
    tower: Any = {}
    for _ in range(depth):
        tower = {"a": tower}
    body = answer(**{field: tower})
    if field == "context":
        body["config"] = {"configurable": copy.copy(tower)}
    with pytest.raises(BadAnswerError):
        read(body)


def test_one_that_is_not_found_may_be_somebody_elses() -> None:
    with provider() as found, AssistantServer().reached():
        for ask in (lambda: found.read(ONE), lambda: found.hold(ONE, files=False)):
            with pytest.raises(NotFoundError) as caught:
                ask()
            assert "not its owner's" in caught.value.hint
            assert caught.value.request == f"GET /assistants/{ONE}"
    assert caught.value.hint == Assistants.unseen


def test_one_that_may_not_be_read_is_said_so() -> None:
    server = AssistantServer()
    server.hooks["read"] = refusing(403)
    with provider() as found, server.reached(), pytest.raises(ForbiddenError):
        found.read(ONE)


def test_what_is_held_is_the_answer_to_the_letter() -> None:
    server = AssistantServer()
    server.create({"graph_id": "agent", "context": {"t": "a\r\nb", "n": 1.0}})
    server.patch(ONE, {})
    with provider() as found, server.reached():
        held = found.hold(ONE, files=True)
        assert found.hold(ONE, files=False) == held
    assert server.names() == ["versions", "read"] * 2, "the number is from before the look"
    assert (held.head, held.tree) == ("2", {})
    assert json.dumps(held.answer) == json.dumps(server.found[ONE])
    assert held.live.value["context"] == {"t": "a\nb", "n": 1}


def test_a_step_back_is_read_as_it_is_and_held_with_the_newest_number() -> None:
    server = AssistantServer()
    server.create({"graph_id": "agent", "context": {"n": 1}})
    server.patch(ONE, {"context": {"n": 2}})
    server.step_back(ONE, 1)
    with provider() as found, server.reached():
        held = found.hold(ONE, files=False)
    assert (held.head, held.live.revision) == ("2", "1")
    assert held.live.value["context"] == {"n": 2}
    assert held.live.value["config"] == {"configurable": {"n": 1}}


def test_the_names_of_the_environment() -> None:
    assert Assistants.key_variables == ("LANGGRAPH_API_KEY", "LANGSMITH_API_KEY")
    assert Assistants.endpoint_variable == "LANGGRAPH_ENDPOINT"
    assert (Assistants.workspace_variable, Assistants.official_origins) == ("", ())
