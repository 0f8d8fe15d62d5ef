"""The list of assistants: page by page, while others make and delete some."""

import json
from contextlib import closing
from typing import Any

import pytest
import respx
from assistantserver import BASE, AssistantServer, refusing

from agentsync.errors import BadAnswerError, ForbiddenError, ServerError
from agentsync.model import AgentSummary, Owner
from agentsync.providers.assistants import Assistants
from agentsync.providers.assistants.searching import one_of
from agentsync.providers.base import Connection

SEARCH = f"{BASE}/assistants/search"
FIELDS = ["assistant_id", "graph_id", "name", "metadata", "created_at", "updated_at"]
ASKED = {"limit": 1000, "select": FIELDS, "sort_by": "created_at", "sort_order": "asc"}


def provider(**more: Any) -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1, **more), print))


def serving(count: int) -> AssistantServer:
    server = AssistantServer()
    for number in range(count):
        server.create({"graph_id": "agent", "assistant_id": str(number), "name": f"n{number}"})
    return server


def listed(server: AssistantServer, **more: Any) -> list[str]:
    with provider(**more) as found, server.reached():
        return [item.agent_id for item in found.list()]


def nothing(request: Any) -> None:
    return None


def without(server: AssistantServer, *numbers: int) -> Any:
    """A hook: somebody deletes these just before the call."""

    def delete(request: Any) -> None:
        for number in numbers:
            server.delete(str(number))

    return delete


def offsets(server: AssistantServer) -> list[int]:
    return [body["offset"] for body in server.bodies("search")]


@pytest.mark.parametrize(
    ("count", "asked"),
    [
        (0, [0]),
        (1, [0]),
        (999, [0]),
        (1000, [0, 999]),
        (1001, [0, 999]),
        (1999, [0, 999, 1998]),
        (2500, [0, 999, 1998]),
    ],
)
def test_pages_overlap_by_one(count: int, asked: list[int]) -> None:
    server = serving(count)
    assert listed(server) == [str(number) for number in range(count)]
    assert server.bodies("search") == [{**ASKED, "offset": offset} for offset in asked]


@pytest.mark.parametrize("gone", [(0,), (500,), (999,), (998, 999), tuple(range(1000))])
def test_one_that_goes_between_two_pages_hides_no_other(gone: tuple[int, ...]) -> None:
    server = serving(1500)
    server.hooks["search"] = [nothing, without(server, *gone)]
    assert listed(server) == [str(number) for number in range(1500) if number not in gone]
    assert offsets(server) == [0, 999, 0, *([999] if len(gone) <= 500 else [])]


def test_one_that_goes_before_an_empty_page_is_noticed_too() -> None:
    server = serving(1000)
    server.hooks["search"] = [nothing, without(server, 3)]
    assert len(listed(server)) == 999
    assert offsets(server) == [0, 999, 0]


def test_one_that_comes_between_two_pages_is_listed() -> None:
    server = serving(1000)

    def more(request: Any) -> None:
        server.create({"graph_id": "agent", "assistant_id": "new"})

    server.hooks["search"] = [nothing, more]
    assert listed(server)[-2:] == ["999", "new"]


def test_a_list_that_never_holds_still_is_given_up() -> None:
    server = serving(1500)
    for number in range(8):
        server.hooks["search"] += [nothing, without(server, number)]
    with pytest.raises(BadAnswerError, match="changes faster") as caught:
        listed(server)
    assert caught.value.request == "POST /assistants/search"
    assert offsets(server) == [0, 999] * 4


def test_a_list_that_holds_still_in_the_end_is_read() -> None:
    server = serving(1500)
    for number in range(3):
        server.hooks["search"] += [nothing, without(server, number)]
    assert len(listed(server)) == 1497


def test_a_list_that_fails_halfway_is_no_short_list() -> None:
    server = serving(1500)
    server.hooks["search"] = [nothing, *refusing(500)]
    with pytest.raises(ServerError):
        listed(server)


def test_what_the_server_made_by_itself_is_not_listed() -> None:
    server = serving(1)
    kinds: list[Any] = ["system", "user", "", None, 3, "System", ["system"]]
    for number, kind in enumerate(kinds, start=1):
        metadata = {"created_by": kind}
        server.create({"graph_id": "agent", "assistant_id": str(number), "metadata": metadata})
    assert listed(server) == [str(number) for number in range(len(kinds) + 1) if number != 1]


def test_a_summary_says_whose_the_assistant_is() -> None:
    server = AssistantServer()
    owner = {"project": "p", "target": "t", "agent": "a"}
    made = [
        {"owner": "alice", "agentsync": owner},
        {"owner": "bob"},
        {"owner": 3, "agentsync": "?"},
        {"owner": ""},
        {},
    ]
    for number, metadata in enumerate(made):
        body = {"graph_id": "agent", "assistant_id": str(number), "metadata": metadata}
        server.create({**body, "name": "A"})
    server.found["4"] |= {"name": None, "created_at": 3, "updated_at": None}
    with provider(owner="alice") as found, server.reached():
        alice, bob, odd, empty, none = found.list()
    with provider() as found, server.reached():
        anybody = list(found.list())
    assert alice == AgentSummary(
        agent_id="0",
        name="A",
        owner=Owner(project="p", target="t", address="a"),
        owner_id="alice",
        mine=True,
        writable=True,
        created_at=server.found["0"]["created_at"],
        updated_at=server.found["0"]["updated_at"],
    )
    assert (bob.owner_id, bob.mine, bob.writable) == ("bob", False, False)
    for each in (odd, empty, none):
        assert (each.owner, each.owner_id, each.mine, each.writable) == (None, "", False, True)
    assert (none.name, none.created_at, none.updated_at) == ("", "", "")
    assert {(each.mine, each.writable) for each in anybody} == {(False, True)}


@pytest.mark.parametrize(
    "page",
    [
        {},
        "x",
        3,
        None,
        [1],
        [{}],
        [{"assistant_id": "a"}],
        [{"metadata": {}}],
        [{"assistant_id": None, "metadata": {}}],
        [{"assistant_id": 3, "metadata": {}}],
        *([{"assistant_id": odd, "metadata": {}}] for odd in ("", "..", "a/b", "a b", "a\n")),
        [{"assistant_id": "a", "metadata": None}],
        [{"assistant_id": "a", "metadata": []}],
        [{"assistant_id": "a", "metadata": {}}, None],
    ],
)
@respx.mock
def test_an_answer_that_is_no_list_of_assistants(page: Any) -> None:
    respx.post(SEARCH).respond(content=json.dumps(page))
    with provider() as found, pytest.raises(BadAnswerError, match="no list") as caught:
        list(found.list())
    assert caught.value.request == "POST /assistants/search"
    assert not caught.value.sent


# Any assistant of a graph.


def test_any_assistant_of_a_graph_will_do() -> None:
    server = serving(2)
    server.create({"graph_id": "plain", "assistant_id": "other"})
    with provider() as found, server.reached():
        assert one_of(found._http, "plain") == "other"
        assert one_of(found._http, "agent") == "0"
        assert one_of(found._http, "nope") == ""
    asked = {"graph_id": "plain", "limit": 1, "select": FIELDS}
    assert server.bodies("search")[0] == asked


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_graph_that_may_not_be_asked_for_has_none(status: int) -> None:
    server = serving(1)
    server.hooks["search"] = refusing(status)
    with provider() as found, server.reached():
        assert one_of(found._http, "agent") == ""


@pytest.mark.parametrize("page", [[], {}, 3, [1], [{}], [{"assistant_id": 3, "metadata": {}}]])
@respx.mock
def test_an_odd_answer_is_none_either(page: Any) -> None:
    respx.post(SEARCH).respond(json=page)
    with provider() as found:
        assert one_of(found._http, "agent") == ""


def test_a_list_that_may_not_be_read_is_said_so() -> None:
    server = serving(1)
    server.hooks["search"] = refusing(403)
    with pytest.raises(ForbiddenError):
        listed(server)
