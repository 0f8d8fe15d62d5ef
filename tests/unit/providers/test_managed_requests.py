"""What the provider asks the API, and what it makes of the answers."""

from contextlib import closing

import pytest
import respx

from agentsync.providers.base import Connection
from agentsync.providers.managed import ManagedDeepAgents

BASE = "https://agents.example"
AGENTS = f"{BASE}/v1/deepagents/agents"
WALK = {"page_size": "100", "sort_by": "created_at", "sort_order": "asc"}


def provider(**settings):
    return closing(ManagedDeepAgents(Connection(base_url=BASE, key="k", **settings), print))


def listed(*pages):
    """The ids that `list` finds on these pages, and the query of each request it made."""
    answers = [
        {
            "items": [{"id": each, "name": each} for each in page],
            "next_cursor": f"after-{number}" if number < len(pages) else None,
        }
        for number, page in enumerate(pages, start=1)
    ]
    with provider() as found, respx.mock:
        route = respx.get(AGENTS).mock(side_effect=[respx.MockResponse(json=a) for a in answers])
        ids = [item.agent_id for item in found.list()]
    return ids, [dict(call.request.url.params) for call in route.calls]


def written(**answer):
    with provider() as found, respx.mock:
        respx.get(f"{AGENTS}/a").respond(json={"id": "a", "name": "A", **answer})
        return found.read("a")


@pytest.mark.parametrize(
    ("settings", "sent"),
    [({"workspace_id": "w-1"}, "w-1"), ({"workspace_id": ""}, None), ({}, None)],
)
@respx.mock
def test_the_workspace_is_named_when_there_is_one(settings, sent):
    route = respx.get(f"{AGENTS}/a").respond(json={"name": "A"})
    lists = respx.get(AGENTS).respond(json={"items": []})
    with provider(**settings) as found:
        found.read("a")
        assert list(found.list()) == []
    for each in (route, lists):
        assert each.calls.last.request.headers.get("x-tenant-id") == sent


@respx.mock
def test_every_request_says_who_asks_and_what_for():
    route = respx.get(f"{AGENTS}/a").respond(json={"name": "A"})
    with provider(user_agent="agentsync/7") as found:
        found.read("a")
    request = route.calls.last.request
    assert request.headers["x-api-key"] == "k"
    assert request.headers["user-agent"] == "agentsync/7"
    assert dict(request.url.params) == {"include_files": "true"}


def test_the_list_is_walked_by_creation_in_large_pages():
    ids, queries = listed(["a"], ["b"], ["c"])
    assert ids == ["a", "b", "c"]
    assert queries == [WALK, {**WALK, "cursor": "after-1"}, {**WALK, "cursor": "after-2"}]


def test_an_agent_that_comes_again_is_listed_once():
    ids, queries = listed(["a", "b"], ["b", "c", "a"], ["c", "d"], ["a", "e"])
    assert ids == ["a", "b", "c", "d", "e"]
    assert len(queries) == 4


@pytest.mark.parametrize(
    ("answer", "writable"),
    [
        ({}, True),
        ({"access_level": None}, True),
        ({"access_level": "WRITE"}, True),
        ({"access_level": "WRITE", "is_owner": False}, True),
        ({"access_level": "READ"}, False),
        ({"access_level": "READ", "is_owner": False}, False),
        ({"access_level": "READ", "is_owner": None}, False),
        ({"access_level": "READ", "is_owner": True}, True),
        ({"is_owner": True}, True),
    ],
)
def test_who_may_write_is_read_from_the_answer(answer, writable):
    assert written(**answer).writable is writable


def test_the_revision_is_a_text_also_when_absent():
    assert (written(revision="r1").agent_id, written(revision="r1").revision) == ("a", "r1")
    assert written().revision == written(revision=None).revision == ""


@respx.mock
def test_the_connection_says_where_requests_go():
    route = respx.get(url__startswith=f"{BASE}/prefix/").respond(json={"name": "A"})
    connection = Connection(base_url=f"{BASE}/prefix", key="k")
    with closing(ManagedDeepAgents(connection, print)) as found:
        found.read("a")
        assert found.connection == connection
    assert route.calls.last.request.url.path == "/prefix/v1/deepagents/agents/a"
