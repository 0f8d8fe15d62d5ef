"""Who gets what from the real Agent Server with tests/interop/agent_server/auth.py."""

import httpx
import pytest
from agentserver import headers

pytestmark = pytest.mark.interop

READ_ONLY = {"detail": "This assistant is read-only: it is somebody else's"}
WORKSPACE = {"visibility": "workspace"}


def _writes(user, identifier):
    """The answers to each kind of write, the deletion last."""
    path = f"/assistants/{identifier}"
    return [
        user.http.patch(path, json={"name": "theirs"}),
        user.http.patch(path, json={"context": {"system_prompt": "theirs"}}),
        user.http.post(f"{path}/latest", json={"version": 1}),
        user.http.delete(path),
    ]


def _sees(user, identifier):
    found = {each["assistant_id"] for each in user.search()}
    return identifier in found


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Auth-Scheme": ""},
        {"X-Auth-Scheme": "langsmith"},
        {"X-Api-Key": ""},
        {"X-Api-Key": "key-mallory"},
    ],
    ids=["no scheme", "another scheme", "no key", "unknown key"],
)
def test_who_does_not_say_who_they_are_gets_401(agent_server, alice, wrong):
    carried = {key: value for key, value in {**headers("alice"), **wrong}.items() if value}
    path = f"/assistants/{alice.make()['assistant_id']}"
    with httpx.Client(base_url=agent_server.url, headers=carried, trust_env=False) as http:
        answers = [
            http.get(path),
            http.patch(path, json={}),
            http.delete(path),
            http.post("/assistants/search", json={}),
            http.post("/assistants", json={"graph_id": "agent"}),
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert all(isinstance(answer.json()["detail"], str) for answer in answers)
        assert http.get("/ok").status_code == 200


def test_an_assistant_belongs_to_who_made_it_whatever_they_say(alice, bob):
    made = alice.make(metadata={"owner": "bob"})
    assert made["metadata"] == {"owner": "alice"}
    after = alice.patch(made["assistant_id"], metadata={"owner": "bob", "team": "x"})
    assert after["metadata"] == {"owner": "alice", "team": "x"}
    assert not _sees(bob, made["assistant_id"])


def test_a_private_assistant_is_absent_to_others(alice, bob):
    made = alice.make()
    path = f"/assistants/{made['assistant_id']}"
    reads = [bob.http.get(path), bob.http.get(f"{path}/schemas")]
    answers = [*reads, bob.http.post(f"{path}/versions", json={}), *_writes(bob, path[12:])]
    assert {answer.status_code for answer in answers} == {404}
    assert bob.search(metadata={"owner": "alice", "visibility": None}) == []
    assert not _sees(bob, made["assistant_id"])
    assert _sees(alice, made["assistant_id"])
    assert alice.read(made["assistant_id"]) == made


def test_a_workspace_assistant_is_read_by_others_and_not_changed(alice, bob):
    made = alice.make(metadata=WORKSPACE)
    identifier = made["assistant_id"]
    assert bob.read(identifier) == made
    assert len(bob.versions(identifier)) == 1
    assert _sees(bob, identifier)
    answers = _writes(bob, identifier)
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all(answer.json() == READ_ONLY for answer in answers)
    assert alice.read(identifier) == made
    assert alice.patch(identifier, name="mine")["name"] == "mine"


def test_where_read_only_is_told_as_404(start_agent_server):
    server = start_agent_server(READ_ONLY_ANSWER="404")
    with server.user("alice") as alice, server.user("bob") as bob:
        made = alice.make(metadata=WORKSPACE)
        assert bob.read(made["assistant_id"]) == made
        answers = _writes(bob, made["assistant_id"])
        assert [answer.status_code for answer in answers] == [404] * 4
        assert alice.read(made["assistant_id"]) == made


def test_others_see_only_the_versions_that_were_shown_to_them(alice, bob):
    identifier = alice.make()["assistant_id"]
    alice.patch(identifier, metadata=WORKSPACE)
    alice.patch(identifier, name="three")
    assert [entry["version"] for entry in bob.versions(identifier)] == [3, 2]
    assert [entry["version"] for entry in alice.versions(identifier)] == [3, 2, 1]


def test_an_id_that_a_stranger_has_is_taken(alice, bob):
    taken = alice.make()["assistant_id"]
    body = {"graph_id": "agent", "assistant_id": taken}
    for more in ({}, {"if_exists": "do_nothing"}):
        answer = bob.http.post("/assistants", json={**body, **more})
        assert answer.status_code == 409
        assert answer.json() == {"detail": f"Assistant {taken} already exists"}
    # And still nobody but the owner can tell whose it is.
    assert bob.http.get(f"/assistants/{taken}").status_code == 404


def test_a_patch_is_read_before_it_is_asked_whether_it_may(alice, bob):
    private = f"/assistants/{alice.make()['assistant_id']}"
    shown = f"/assistants/{alice.make(metadata=WORKSPACE)['assistant_id']}"
    both = {"config": {"configurable": {"p": 1}}, "context": {"p": 1}}
    for path, clash in ((private, 400), (shown, 403)):
        assert bob.http.patch(path, json={"name": None}).status_code == 422
        unknown = bob.http.patch(path, json={"graph_id": "nope"})
        assert unknown.json()["detail"].startswith("Graph 'nope' not found.")
        # A refusal comes before this one, a filter after it.
        assert bob.http.patch(path, json=both).status_code == clash


def test_the_servers_own_assistants_are_hidden(alice):
    assert alice.search(metadata={"created_by": "system"}) == []


def test_where_the_servers_own_assistants_are_shown(start_agent_server):
    server = start_agent_server(SYSTEM_VISIBLE="1")
    with server.user("alice") as alice:
        found = alice.search()
        assert sorted(each["name"] for each in found) == ["agent", "plain", "writer"]
        for each in found:
            assert each["graph_id"] == each["name"]
            assert each["metadata"] == {"created_by": "system"}
            assert alice.read(each["assistant_id"]) == each
            answers = _writes(alice, each["assistant_id"])
            assert [answer.status_code for answer in answers] == [403] * 4
