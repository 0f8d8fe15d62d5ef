"""Keys, workspaces, permissions, and who may see which agent."""

import pytest

from agentsync.emulator.auth import access_level
from agentsync.emulator.keys import ALL, DEFAULT_WORKSPACE, READ, Key
from agentsync.emulator.readings import Readings

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"
ANN = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
ONE = "aaaaaaaa-0000-4000-8000-000000000001"
TWO = "aaaaaaaa-0000-4000-8000-000000000002"

KEYS = (
    Key(key="ann", user_id=ANN, workspaces=(ONE, TWO)),
    Key(key="bob", user_id=BOB, workspaces=(ONE,)),
    Key(key="look", user_id=BOB, workspaces=(ONE,), permissions=READ),
    Key(key="nothing", user_id=ANN, workspaces=(ONE,), permissions=frozenset()),
    Key(key="no-hub", user_id=ANN, workspaces=(ONE,), permissions=ALL - {"hub:read"}),
    Key(key="org", user_id=ANN),
)


@pytest.mark.parametrize("path", [f"{API}/agents", f"{HUB}/x/directories", f"{API}/mcp-servers"])
def test_no_key_is_401_everywhere(start, path):
    api = start(key="")
    for headers in ({}, {"X-Api-Key": ""}):
        answer = api.request("GET", path, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_any_key_will_do_by_default(start):
    api = start(key="one")
    agent = api.create()
    other = start.connect(api.server, key="two")
    assert other.get(agent["id"])["is_owner"] is True


def test_an_unknown_key_is_403(start):
    api = start(keys=KEYS, key="eve")
    answer = api.request("GET", f"{API}/agents")
    assert (answer.status_code, answer.json()) == (403, {"error": "Forbidden"})


@pytest.mark.parametrize("workspace", [TWO, "acme", DEFAULT_WORKSPACE])
def test_a_workspace_that_is_not_the_keys_is_403(start, workspace):
    api = start(keys=KEYS, key="bob", workspace=workspace)
    answer = api.request("GET", f"{API}/agents")
    assert (answer.status_code, answer.json()) == (403, {"error": "Forbidden"})


def test_workspaces_do_not_see_each_other(start):
    first = start(keys=KEYS, key="ann", workspace=ONE)
    second = start.connect(first.server, key="ann", workspace=TWO)
    agent = first.create()
    assert second.request("GET", f"{API}/agents").json()["items"] == []
    for method, path in (
        ("GET", f"{API}/agents/{agent['id']}"),
        ("PATCH", f"{API}/agents/{agent['id']}"),
        ("POST", f"{API}/agents/{agent['id']}/clone"),
        ("GET", f"{HUB}/{agent['id']}/directories"),
        ("POST", f"{HUB}/{agent['id']}/directories/commits"),
    ):
        assert second.request(method, path, json={}).status_code == 404
    second.delete(agent["id"])
    assert first.get(agent["id"]) == agent


def test_without_a_header_the_keys_first_workspace_is_meant(start):
    api = start(keys=KEYS, key="ann")
    agent = api.create()
    assert start.connect(api.server, key="ann", workspace=ONE).get(agent["id"]) == agent


def test_an_organisation_wide_key_chooses_any_workspace(start):
    api = start(keys=KEYS, key="org", workspace=TWO)
    agent = api.create()
    assert start.connect(api.server, key="ann", workspace=TWO).get(agent["id"]) == agent
    assert start.connect(api.server, key="org").request("GET", f"{API}/agents").json() == {
        "items": [],
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", f"{API}/agents", "agents:read"),
        ("POST", f"{API}/agents", "agents:create"),
        ("PATCH", f"{API}/agents/{ANN}", "agents:update"),
        ("DELETE", f"{API}/agents/{ANN}", "agents:delete"),
        ("GET", f"{API}/mcp-servers", "mcp-servers:read"),
        ("POST", f"{API}/mcp-servers", "mcp-servers:create"),
        ("PATCH", f"{API}/mcp-servers/{ANN}", "mcp-servers:update"),
        ("DELETE", f"{API}/mcp-servers/{ANN}", "mcp-servers:delete"),
    ],
)
def test_a_missing_permission_is_403_in_plain_text(start, method, path, permission):
    api = start(keys=KEYS, key="nothing")
    answer = api.request(method, path)
    assert (answer.status_code, answer.text) == (403, f"missing permission {permission}")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_hub_without_permission_is_403_in_its_own_shape(start):
    owner = start(keys=KEYS, key="ann")
    agent = owner.create()
    api = start.connect(owner.server, key="no-hub")
    answer = api.request("GET", f"{HUB}/{agent['id']}/directories")
    assert (answer.status_code, answer.json()) == (403, {"error": "missing permission hub:read"})
    assert api.get(agent["id"])["id"] == agent["id"]


def test_a_read_only_key_reads(start):
    owner = start(keys=KEYS, key="bob")
    agent = owner.create()
    api = start.connect(owner.server, key="look")
    assert api.get(agent["id"])["id"] == agent["id"]
    assert api.tree(agent["id"])
    assert api.try_patch(agent["id"], description="x").status_code == 403


@pytest.mark.parametrize(
    ("permissions", "level"),
    [
        ({}, "READ"),
        ({"tenant_access_level": "run"}, "RUN"),
        ({"tenant_access_level": "write"}, "WRITE"),
        ({"visibility": "user"}, None),
        ({"visibility": "user", "tenant_access_level": "write"}, None),
        ({"visibility": "user", "shared_users": {"read": [BOB]}}, "READ"),
        ({"visibility": "user", "shared_users": {"run": [BOB], "read": [BOB]}}, "RUN"),
        ({"visibility": "user", "shared_users": {"update": [BOB]}}, "WRITE"),
        ({"tenant_access_level": "run", "shared_users": {"read": [BOB]}}, "RUN"),
    ],
)
def test_what_a_colleague_may_do(start, permissions, level):
    owner = start(keys=KEYS, key="ann")
    agent = owner.create(permissions=permissions, system_prompt="x")
    api = start.connect(owner.server, key="bob")
    path = f"{API}/agents/{agent['id']}"
    if level is None:
        assert api.request("GET", path).status_code == 404
        assert api.request("GET", f"{HUB}/{agent['id']}/directories").status_code == 404
        api.delete(agent["id"])
    else:
        seen = api.get(agent["id"])
        assert (seen["access_level"], seen["is_owner"]) == (level, False)
        assert seen["owner_id"] == ANN
        assert api.tree(agent["id"])["files"]["AGENTS.md"]
        writes = 200 if level == "WRITE" else 403
        assert api.try_patch(agent["id"], description="by bob").status_code == writes
        assert api.try_commit(agent["id"], {"a": {"content": ""}}).status_code == writes
        if level != "WRITE":
            assert api.request("DELETE", path).json() == {"error": "Forbidden"}
    assert owner.get(agent["id"])["is_owner"] is True


def test_the_list_holds_the_callers_own_agents(start):
    ann = start(keys=KEYS, key="ann")
    ann.create(name="of ann")
    bob = start.connect(ann.server, key="bob")
    bob.create(name="of bob")
    names = [item["name"] for item in bob.request("GET", f"{API}/agents").json()["items"]]
    assert names == ["of bob"]


def test_a_clone_belongs_to_the_caller(start):
    ann = start(keys=KEYS, key="ann")
    agent = ann.create(system_prompt="x")
    bob = start.connect(ann.server, key="bob")
    clone = bob.request("POST", f"{API}/agents/{agent['id']}/clone").json()
    assert (clone["owner_id"], clone["is_owner"]) == (BOB, True)


@pytest.mark.parametrize(
    ("reading", "status", "body"),
    [
        ("404", 404, "agent not found"),
        ("403", 403, '{"error":"Forbidden"}'),
        ("403-text", 403, "missing permission agents:read"),
    ],
)
def test_no_access_as_the_reading_says(start, reading, status, body):
    ann = start(keys=KEYS, key="ann", readings=Readings(no_access=reading))
    agent = ann.create(permissions={"visibility": "user"})
    bob = start.connect(ann.server, key="bob")
    answer = bob.request("GET", f"{API}/agents/{agent['id']}")
    assert answer.status_code == status
    assert body in answer.text
    hub = bob.request("GET", f"{HUB}/{agent['id']}/directories")
    assert hub.status_code == status
    assert hub.json().keys() == {"error"}
    gone = bob.request("DELETE", f"{API}/agents/{agent['id']}")
    assert gone.status_code == (204 if status == 404 else 403)
    assert ann.get(agent["id"])


def test_visible_agents_are_listed_when_the_reading_says_so(start):
    ann = start(keys=KEYS, key="ann", readings=Readings(lists_visible=True))
    ann.create(name="open")
    ann.create(name="closed", permissions={"visibility": "user"})
    bob = start.connect(ann.server, key="bob")
    names = [item["name"] for item in bob.request("GET", f"{API}/agents").json()["items"]]
    assert names == ["open"]


def test_the_owner_may_do_everything():
    assert access_level(ANN, {"visibility": "user"}, ANN) == "WRITE"
