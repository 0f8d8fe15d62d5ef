"""What the provider asks the API, and what it makes of the answers."""

import json
from contextlib import closing

import pytest
import respx

from agentsync.engine.normalise import desired
from agentsync.errors import BadAnswerError, NotFoundError, ServerError, UnauthorizedError
from agentsync.model import Guarantee, LiveAgent
from agentsync.providers.base import Connection, Held
from agentsync.providers.managed import RULES, ManagedDeepAgents

BASE = "https://agents.example"
AGENTS = f"{BASE}/v1/deepagents/agents"
HUB = f"{BASE}/v1/platform/hub/repos/-/a/directories"
HEAD = "0123456789abcdef"
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


@pytest.mark.parametrize(
    ("answer", "marker", "damage"),
    [
        ({}, False, False),
        ({"extras": None}, False, False),
        ({"extras": {"agentsync": {"project": "p", "target": "", "agent": "a"}}}, True, False),
        ({"extras": {"agentsync": "?"}}, False, True),
    ],
)
def test_the_marker_is_read_and_is_no_part_of_the_value(answer, marker, damage):
    found = written(updated_at="2026-01-01T00:00:00Z", **answer)
    assert (found.marker is not None, found.marker_damage != "") == (marker, damage)
    assert found.value["extras"] == {}
    assert found.updated_at == "2026-01-01T00:00:00Z"
    assert written(updated_at=3).updated_at == ""


@respx.mock
def test_a_summary_says_whose_the_agent_is_and_who_may_write():
    named = {"project": "p", "target": "t", "agent": "a"}
    items = [
        {"id": "a", "name": "A", "extras": {"agentsync": named}, "access_level": "READ"},
        {"id": "b", "extras": [], "created_at": "1", "updated_at": "2"},
        {"id": "c", "extras": {"agentsync": 3}, "created_at": 5},
    ]
    respx.get(AGENTS).respond(json={"items": items})
    with provider() as found:
        a, b, c = found.list()
    assert (str(a.owner), a.writable) == ("p/t/a", False)
    assert (b.owner, b.name, b.writable, b.created_at, b.updated_at) == (None, "", True, "1", "2")
    assert (c.owner, c.created_at) == (None, "")


# The file tree's token.


def directory(**answer):
    return {"commit_hash": HEAD, "files": {"AGENTS.md": {"content": "p"}}, **answer}


@respx.mock
def test_the_token_is_read_before_the_agent():
    respx.get(HUB).respond(json=directory())
    respx.get(f"{AGENTS}/a").respond(json={"name": "A", "extras": {"x": 1.0}})
    with provider() as found:
        held = found.hold("a", files=True)
        assert [call.request.url.path for call in respx.calls] == [
            "/v1/platform/hub/repos/-/a/directories",
            "/v1/deepagents/agents/a",
        ]
        assert (held.head, held.tree) == (HEAD, {"AGENTS.md": {"content": "p"}})
        assert held.answer["extras"] == {"x": 1.0}
        assert found.hold("a", files=False) == Held(live=held.live, answer=held.answer)
    assert len(respx.calls) == 3


@respx.mock
def test_the_hub_lies_beside_the_api():
    respx.get(f"{BASE}/prefix/v1/platform/hub/repos/-/a/directories").respond(json=directory())
    respx.get(f"{BASE}/prefix/v1/deepagents/agents/a").respond(json={"name": "A"})
    with closing(ManagedDeepAgents(Connection(base_url=f"{BASE}/prefix", key="k"), print)) as found:
        assert found.hold("a", files=True).head == HEAD


@pytest.mark.parametrize("status", [403, 404])
@respx.mock
def test_a_hub_that_cannot_be_read_is_no_error(status):
    respx.get(HUB).respond(status)
    respx.get(f"{AGENTS}/a").respond(json={"name": "A"})
    with provider() as found:
        held = found.hold("a", files=True)
    assert (held.head, held.tree) == ("", {})


@pytest.mark.parametrize(("status", "error"), [(401, UnauthorizedError), (500, ServerError)])
@respx.mock
def test_a_hub_that_fails_is_one(status, error):
    respx.get(HUB).respond(status)
    with provider(tries=1) as found, pytest.raises(error):
        found.hold("a", files=True)


@respx.mock
def test_an_agent_that_is_gone_is_told_though_its_tree_is_not():
    respx.get(HUB).respond(json=directory())
    respx.get(f"{AGENTS}/a").respond(404)
    with provider() as found, pytest.raises(NotFoundError):
        found.hold("a", files=True)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "text",
        3,
        {},
        directory(commit_hash=None),
        directory(commit_hash=12345678),
        directory(commit_hash="1234567"),
        directory(commit_hash="x" * 65),
        directory(files=[1]),
        directory(files={"a": None}),
        directory(files={"a": "text"}),
        directory(files={"a": {"content": 3}}),
    ],
)
@respx.mock
def test_an_answer_that_is_no_file_tree(answer):
    respx.get(HUB).respond(json=answer)
    with provider() as found, pytest.raises(BadAnswerError, match="no file tree") as caught:
        found.hold("a", files=True)
    assert caught.value.request == "GET /v1/platform/hub/repos/-/a/directories"
    assert not caught.value.sent


@pytest.mark.parametrize("files", [None, {}])
@respx.mock
def test_a_tree_may_be_empty(files):
    respx.get(HUB).respond(json=directory(files=files))
    respx.get(f"{AGENTS}/a").respond(json={"name": "A"})
    with provider() as found:
        assert found.hold("a", files=True).tree == {}


# Writes.


def held(head=HEAD, tree=None, **document):
    value = desired({"name": "A", **document}, RULES)
    return Held(live=LiveAgent(agent_id="a", revision="", value=value), head=head, tree=tree or {})


CRITIC = {"name": "critic", "description": "d", "instructions": "i"}


@respx.mock
def test_a_commit_says_what_changes_and_on_which_parent():
    route = respx.post(f"{HUB}/commits").respond(json={"commit": {}})
    before = held(
        tree={"subagents/critic/AGENTS.md": {"content": "i"}},
        system_prompt="p",
        subagents=[CRITIC],
    )
    after = desired({"name": "A", "system_prompt": "q\n"}, RULES)
    with provider() as found:
        assert found.write_files(before, after) is Guarantee.ATOMIC
    assert json.loads(route.calls.last.request.content) == {
        # No tools.json: there is none in the tree.
        "files": {
            "subagents/critic/AGENTS.md": None,
            "AGENTS.md": {"type": "file", "content": "q\n"},
        },
        "parent_commit": HEAD,
    }


@pytest.mark.parametrize("tools", ['{"tools": [{"name": 3}]}', "[" * 100_000])
@respx.mock
def test_a_tree_that_nobody_can_read_is_no_reason_not_to_write(tools):
    route = respx.post(f"{HUB}/commits").respond(json={"commit": {}})
    before = held(tree={"tools.json": {"content": tools}}, system_prompt="p")
    with provider() as found:
        found.write_files(before, {**before.live.value, "system_prompt": "q"})
    sent = json.loads(route.calls.last.request.content)["files"]
    assert sent == {"AGENTS.md": {"type": "file", "content": "q\n"}}


@respx.mock
def test_without_a_token_raw_paths_are_patched():
    route = respx.patch(f"{AGENTS}/a").respond(json={"name": "A"})
    before = held(head="", system_prompt="p", subagents=[CRITIC])
    after = desired({"name": "A", "system_prompt": "q"}, RULES)
    with provider() as found:
        assert found.write_files(before, after) is Guarantee.CHECKED
    assert json.loads(route.calls.last.request.content) == {
        "files": {"AGENTS.md": {"type": "file", "content": "q\n"}},
        "deleted_paths": ["subagents/critic/AGENTS.md", "subagents/critic/tools.json"],
    }


@pytest.mark.parametrize(("head", "guarantee"), [(HEAD, "atomic"), ("", "checked")])
@respx.mock
def test_nothing_is_sent_when_no_file_differs(head, guarantee):
    before = held(head=head, system_prompt="p")
    with provider() as found:
        assert found.write_files(before, {**before.live.value, "name": "B"}) == guarantee
    assert len(respx.calls) == 0


@pytest.mark.parametrize("answer", [[], {}, {"id": None}, {"id": 3}, {"id": "a/../b"}, {"id": ""}])
@respx.mock
def test_a_create_that_names_no_agent_may_have_made_one(answer):
    respx.post(AGENTS).respond(201, json=answer)
    with provider() as found, pytest.raises(BadAnswerError) as caught:
        found.create(desired({"name": "A"}, RULES), {})
    assert caught.value.sent is True
    assert caught.value.request == "POST /v1/deepagents/agents"


@respx.mock
def test_a_create_carries_the_marker_beside_the_extras():
    route = respx.post(AGENTS).respond(201, json={"id": "a"})
    with provider() as found:
        assert found.create(desired({"name": "A", "extras": {"x": 1}}, RULES), {"v": 1}) == "a"
        assert found.create(desired({"name": "A"}, RULES), {"v": 1}) == "a"
    sent = [json.loads(call.request.content)["extras"] for call in route.calls]
    assert sent == [{"x": 1, "agentsync": {"v": 1}}, {"agentsync": {"v": 1}}]


@respx.mock
def test_metadata_is_never_null_and_never_a_file():
    route = respx.patch(f"{AGENTS}/a").respond(json={"name": "A"})
    before = held(system_prompt="p", description="d", runtime={"model": {"model_id": "m"}})
    after = {
        **desired({"name": "B", "system_prompt": "q"}, RULES),
        "unheard_of": 1,
        "runtime": None,
    }
    with provider() as found:
        found.write_metadata(before, after, {"v": 1})
    body = json.loads(route.calls.last.request.content)
    assert body == {"name": "B", "extras": {"agentsync": {"v": 1}}}


def test_a_create_is_never_told_null():
    assert "runtime" not in ManagedDeepAgents.request_body(
        {**desired({"name": "A"}, RULES), "runtime": None}
    )
