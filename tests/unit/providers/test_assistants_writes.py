"""How assistants are changed and deleted, and what a refusal or a lost answer means."""

from contextlib import closing
from typing import Any

import pytest
from assistantserver import BASE, IDS, AssistantServer, landed, lost, refusing

from agentsync.engine.normalise import desired
from agentsync.errors import (
    ForbiddenError,
    NotFoundError,
    ProviderError,
    RefusedError,
)
from agentsync.providers.assistants import RULES, Assistants
from agentsync.providers.base import Connection

ONE = IDS[0]
MARKER = {"v": 1, "project": "p", "target": "t", "agent": "a", "applied_at": "1"}


def provider() -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1), print))


def value(**more: Any) -> dict[str, Any]:
    return desired({"graph_id": "agent", "name": "A", **more}, RULES)


def serving(**more: Any) -> AssistantServer:
    server = AssistantServer()
    server.create({"graph_id": "agent", "name": "A", **more})
    return server


def written(server: AssistantServer, **more: Any) -> None:
    with provider() as found, server.reached():
        held = found.hold(ONE, files=False)
        found.write_metadata(held, {**held.live.value, **more}, MARKER)


def test_a_change_is_one_request() -> None:
    server = serving(context={"m": 1})
    written(server, name="B", system_prompt="p")
    assert server.bodies("patch") == [
        {
            "name": "B",
            "context": {"m": 1, "system_prompt": "p"},
            "config": {"configurable": {}},
            "metadata": {"agentsync": MARKER},
        }
    ]
    assert server.names() == ["versions", "read", "patch"]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    ("metadata", "whose"),
    [({"owner": "bob"}, ", whose owner is bob: "), ({}, "agent: "), ({"owner": 3}, "agent: ")],
)
def test_a_change_that_is_refused_though_it_can_be_read(
    status: int, metadata: Any, whose: str
) -> None:
    server = serving(metadata=metadata)
    server.hooks["patch"] = refusing(status)
    with pytest.raises(RefusedError, match="may only read this agent") as caught:
        written(server, name="B")
    assert whose in caught.value.message
    assert f"answered {status}: no" in caught.value.message
    assert "its owner" in caught.value.hint
    assert server.found[ONE]["name"] == "A"


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (404, NotFoundError)])
@pytest.mark.parametrize("then", [403, 404, 500])
def test_a_change_that_is_refused_and_cannot_be_read_either(
    status: int, error: Any, then: int
) -> None:
    server = serving()
    server.hooks["patch"] = refusing(status)
    server.hooks["read"] = [lambda request: None, *refusing(then)]
    with pytest.raises(error, match=f"PATCH .* answered {status}") as caught:
        written(server, name="B")
    assert caught.value.sent is False


@pytest.mark.parametrize("failure", [lost, *refusing(500), landed])
def test_a_change_without_an_answer_may_have_taken_effect(failure: Any) -> None:
    server = serving()
    server.hooks["patch"] = [landed(server) if failure is landed else failure]
    with pytest.raises(ProviderError) as caught:
        written(server, name="B")
    assert caught.value.sent is True
    assert len(server.bodies("patch")) == 1
    assert (server.found[ONE]["name"] == "B") == (failure is landed)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_change_that_is_no_good_had_no_effect(status: int) -> None:
    server = serving()
    server.hooks["patch"] = refusing(status)
    with pytest.raises(ProviderError) as caught:
        written(server, name="B")
    assert caught.value.sent is False


def test_what_the_mirror_cannot_keep_is_refused_before_anything_is_sent() -> None:
    server = serving(context={"n": 1})
    server.patch(ONE, {"context": {"n": 2}})
    server.step_back(ONE, 1)
    with pytest.raises(RefusedError, match=r"config\.configurable"):
        written(server, context={"n": 3})
    assert "patch" not in server.names()
    written(server, context={"n": 3}, config={})
    assert server.found[ONE]["context"] == server.found[ONE]["config"]["configurable"] == {"n": 3}


def test_there_is_no_file_tree_to_write() -> None:
    server = serving()
    with provider() as found, server.reached():
        held = found.hold(ONE, files=True)
        with pytest.raises(AssertionError, match="no file tree"):
            found.write_files(held, held.live.value)


def test_a_graph_that_there_is_not() -> None:
    server = serving()
    with pytest.raises(NotFoundError, match="Graph 'nope' not found") as caught:
        written(server, graph_id="nope")
    assert "`graph_id`" in caught.value.hint
    assert caught.value.sent is False


# Deletion.


def deleted(server: AssistantServer) -> None:
    with provider() as found, server.reached():
        found.delete(ONE)


def test_a_deletion_is_one_request() -> None:
    server = serving()
    deleted(server)
    assert server.names() == ["delete"]
    assert server.found == {}


def test_one_that_is_gone_is_as_good_as_deleted() -> None:
    server = AssistantServer()
    deleted(server)
    assert server.names() == ["delete", "read"]


@pytest.mark.parametrize("status", [403, 404])
def test_a_deletion_that_is_refused_though_it_is_there(status: int) -> None:
    server = serving(metadata={"owner": "bob"})
    server.hooks["delete"] = refusing(status)
    with pytest.raises(RefusedError, match="whose owner is bob"):
        deleted(server)
    assert ONE in server.found


@pytest.mark.parametrize("then", [403, 404, 500])
def test_a_deletion_that_is_forbidden_and_nobody_can_tell(then: int) -> None:
    server = serving()
    server.hooks["delete"] = refusing(403)
    server.hooks["read"] = refusing(then)
    with pytest.raises(ForbiddenError, match="DELETE"):
        deleted(server)


def test_a_deletion_without_an_answer_may_have_taken_effect() -> None:
    server = serving()
    server.hooks["delete"] = [lost]
    with pytest.raises(ProviderError) as caught:
        deleted(server)
    assert caught.value.sent is True


def test_what_is_sent_to_make_one_can_be_shown_before() -> None:
    body = Assistants.request_body(value(system_prompt="p", description="", metadata={"m": 1}))
    assert body == {
        **{"graph_id": "agent", "name": "A", "metadata": {"m": 1}},
        "context": {"system_prompt": "p"},
    }
