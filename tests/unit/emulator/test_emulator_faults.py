"""Failures on order: each kind does what it says, only where and as often as it was told."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import httpx
import pytest

from agentsync.emulator.faults import Fault, Faults, from_json
from agentsync.emulator.readings import Readings
from agentsync.errors import UsageError

API = "/v1/deepagents"
HUB = "/v1/platform/hub/repos/-"
FAULTS = "/_emulator/faults"


@pytest.fixture
def api(start):
    return start(checked=False)


def test_latency_delays_the_answer(api):
    api.server.add_fault(Fault(kind="latency", seconds=0.2, method="GET"))
    began = perf_counter()
    assert api.request("GET", f"{API}/agents").status_code == 200
    assert perf_counter() - began >= 0.2


def test_latency_by_option_holds_for_every_answer_at_once(start):
    api = start(latency_seconds=0.2)
    began = perf_counter()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.request("GET", f"{API}/agents"), range(8)))
    assert 0.2 <= perf_counter() - began < 8 * 0.2
    assert {answer.status_code for answer in answers} == {200}
    assert api.server.stats()["max_in_flight"] > 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_before_and_after_the_effect(api, when, status):
    api.server.add_fault(
        Fault(kind="status", method="POST", status=status, when=when, retry_after="7")
    )
    answer = api.request("POST", f"{API}/agents", json={"name": "a"})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["retry-after"] == "7"
    items = api.request("GET", f"{API}/agents").json()["items"]
    assert len(items) == (1 if when == "after" else 0)
    api.create()


def test_a_large_body_is_taken_before_the_refusal(api):
    api.server.add_fault(Fault(kind="status", method="POST"))
    body = {"name": "a", "system_prompt": "x" * 8_000_000}
    assert api.request("POST", f"{API}/agents", json=body).status_code == 503
    api.server.add_fault(Fault(kind="status", method="POST"))
    assert api.request("POST", f"{API}/agents", json=body).status_code == 503
    assert api.server.stats()["connections"] == 1


def test_a_status_without_json(api):
    api.server.add_fault(Fault(kind="status", status=502, body="upstream gone"))
    answer = api.request("GET", f"{API}/agents")
    assert (answer.status_code, answer.text) == (502, "upstream gone")
    assert "retry-after" not in answer.headers


def test_the_hub_fails_in_its_own_shape(api):
    api.server.add_fault(Fault(kind="status"))
    answer = api.request("GET", f"{HUB}/x/directories")
    assert answer.status_code == 503
    assert answer.json().keys() == {"error"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection(api, when):
    api.server.add_fault(Fault(kind="drop", method="POST", when=when))
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected") as caught:
        api.request("POST", f"{API}/agents", json={"name": "a", "system_prompt": "x" * 8_000_000})
    assert caught.value
    items = api.request("GET", f"{API}/agents").json()["items"]
    assert len(items) == (1 if when == "after" else 0)


def test_a_truncated_body(api):
    agent = api.create(system_prompt="x" * 1000)
    api.server.add_fault(Fault(kind="truncate"))
    path = f"{API}/agents/{agent['id']}"
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        api.request("GET", path)
    assert api.request("GET", path).status_code == 200


def test_garbage_instead_of_json(api):
    api.server.add_fault(Fault(kind="garbage"))
    answer = api.request("GET", f"{API}/agents")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_racing_writer_comes_first(api):
    agent = api.create(system_prompt="x")
    parent = api.head(agent["id"])
    api.server.add_fault(Fault(kind="race", method="POST", path="*/commits"))
    entry = {"AGENTS.md": {"content": "mine"}}
    assert api.try_commit(agent["id"], entry, parent).status_code == 409
    assert api.text(agent["id"], "AGENTS.md") == "x\nEdited by somebody else.\n"
    assert api.try_commit(agent["id"], entry, api.head(agent["id"])).status_code == 200


def test_a_racing_writer_writes_what_it_is_told(api):
    agent = api.create(system_prompt="x", description="old", files={"gone.md": {"content": ""}})
    fault = Fault(
        kind="race",
        method="PATCH",
        files={"notes.md": "theirs", "gone.md": None},
        metadata={"description": "theirs", "extras": {"by": "ui"}},
    )
    api.server.add_fault(fault)
    after = api.patch(agent["id"], runtime={"model": {"model_id": "m:x"}})
    assert (after["description"], after["extras"]) == ("theirs", {"by": "ui"})
    assert sorted(api.tree(agent["id"])["files"]) == ["AGENTS.md", "notes.md"]
    assert after["runtime"] == {"model": {"model_id": "m:x"}}


def test_a_race_between_the_read_and_the_write(api):
    agent = api.create(system_prompt="x")
    api.server.add_fault(Fault(kind="race", method="GET", when="after"))
    parent = api.head(agent["id"])
    assert parent == agent["revision"]
    entry = {"AGENTS.md": {"content": "mine"}}
    assert api.try_commit(agent["id"], entry, parent).status_code == 409


def test_a_race_that_makes_no_sense_is_counted(api, caplog):
    agent = api.create()
    api.server.add_fault(Fault(kind="race", metadata={"description": 5}))
    assert api.get(agent["id"]) == agent
    assert api.server.stats()["internal_errors"] == 1
    assert "racing writer" in caplog.text


def test_a_race_of_metadata_alone_makes_no_commit(api):
    agent = api.create()
    api.server.add_fault(Fault(kind="race", metadata={"description": "theirs"}))
    assert api.get(agent["id"])["description"] == "theirs"
    assert api.head(agent["id"]) == agent["revision"]


def test_a_race_without_an_agent_is_nothing(api):
    api.server.add_fault(Fault(kind="race", count=None))
    api.create()
    assert (
        api.request("GET", f"{API}/agents/{'0' * 8}-0000-4000-8000-{'0' * 12}").status_code == 404
    )
    assert api.server.stats()["internal_errors"] == 0


def test_faults_add_up(api):
    agent = api.create(system_prompt="x")
    api.server.add_fault(Fault(kind="latency", seconds=0.1))
    api.server.add_fault(Fault(kind="race"))
    api.server.add_fault(Fault(kind="status", when="after", status=500))
    began = perf_counter()
    answer = api.try_patch(agent["id"], description="mine")
    assert perf_counter() - began >= 0.1
    assert answer.status_code == 500
    after = api.get(agent["id"])
    assert after["description"] == "mine"
    assert "somebody else" in after["system_prompt"]


def test_one_request_uses_up_one_spoiling_fault(api):
    for status in (500, 503):
        api.server.add_fault(Fault(kind="status", status=status))
    found = [api.request("GET", f"{API}/agents").status_code for _ in range(3)]
    assert found == [500, 503, 200]


@pytest.mark.parametrize(("when", "agents"), [("before", 0), ("after", 1)])
def test_garbage_before_and_after_the_effect(api, when, agents):
    api.server.add_fault(Fault(kind="garbage", method="POST", when=when))
    answer = api.request("POST", f"{API}/agents", json={"name": "a"})
    assert answer.headers["content-type"].startswith("text/html")
    assert len(api.request("GET", f"{API}/agents").json()["items"]) == agents


def test_faults_by_option(start):
    api = start(checked=False, faults=(Fault(kind="status", status=500),))
    assert api.request("GET", f"{API}/agents").status_code == 500
    assert api.request("GET", f"{API}/agents").status_code == 200


# -- which requests are hit


def test_method_and_path_choose():
    faults = Faults((Fault(kind="drop", method="get", path="/a/*/c", count=None),))
    assert faults.strike("GET", "/a/b/c")
    assert not faults.strike("POST", "/a/b/c")
    assert not faults.strike("GET", "/a/b")


def test_count_and_skip():
    faults = Faults((Fault(kind="drop", count=2, skip=1),))
    assert [bool(faults.strike("GET", "/")) for _ in range(5)] == [False, True, True, False, False]
    assert faults.to_json()[0]["struck"] == 2
    faults.clear()
    assert faults.to_json() == []


def test_probability_follows_its_seed():
    def rolls(seed: int) -> list[bool]:
        faults = Faults((Fault(kind="drop", count=None, probability=0.3, seed=seed),))
        return [bool(faults.strike("GET", "/")) for _ in range(200)]

    assert rolls(1) == rolls(1) != rolls(2)
    assert 30 < sum(rolls(1)) < 90
    assert not any(
        Faults((Fault(kind="drop", count=None, probability=0.0),)).strike("GET", "/")
        for _ in range(50)
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "JSON object"),
        ({}, "kind is required"),
        ({"kind": "meteor"}, "kind must be one of"),
        ({"kind": "drop", "when": "during"}, "when must be"),
        ({"kind": "status", "status": 200}, "status must be"),
        ({"kind": "drop", "probability": 2}, "probability must be"),
        ({"kind": "latency", "seconds": -1}, "seconds must be"),
        ({"kind": "latency", "seconds": True}, "wrong type"),
        ({"kind": "drop", "count": 0}, "count must be"),
        ({"kind": "drop", "count": "2"}, "wrong type"),
        ({"kind": "drop", "pth": "*"}, "no field 'pth'"),
        ({"kind": "race", "files": {"a": 1}}, "files must map"),
    ],
)
def test_a_senseless_fault_is_refused(value, reason):
    with pytest.raises(UsageError, match=reason):
        from_json(value)


# -- admin routes


def test_faults_over_the_wire(start):
    api = start(admin=True, checked=False)
    fault = {"kind": "status", "status": 503, "method": "GET", "count": None}
    assert (
        api.request("POST", FAULTS, json=[fault, {"kind": "drop", "path": "/x"}]).status_code == 201
    )
    assert api.request("GET", f"{API}/agents").status_code == 503
    struck = [item["struck"] for item in api.request("GET", FAULTS).json()]
    assert struck == [1, 0]
    assert api.request("DELETE", FAULTS).status_code == 204
    assert api.request("GET", f"{API}/agents").status_code == 200
    for body in (b"{", b'{"kind": "x"}', b"[1]", b"[" * 5000):
        assert api.request("POST", FAULTS, content=body).status_code == 400
    assert api.request("GET", FAULTS).json() == []


def test_stats_and_reset(start):
    api = start(admin=True, skills=(("r", {"SKILL.md": "x"}),), readings=Readings())
    agent = api.create()
    for _ in range(3):
        api.get(agent["id"])
    api.head(agent["id"])
    api.request("GET", f"{API}/agents/nothing")
    stats = api.request("GET", "/_emulator/stats").json()
    assert stats["requests"] == {
        "GET /v1/deepagents/agents/nothing": 1,
        "GET /v1/deepagents/agents/{id}": 3,
        "GET /v1/platform/hub/repos/-/{id}/directories": 1,
        "POST /v1/deepagents/agents": 1,
    }
    assert stats["total_requests"] == 6
    assert stats["statuses"] == {"200": 4, "201": 1, "400": 1}
    assert (stats["connections"], stats["in_flight"], stats["max_in_flight"]) == (1, 0, 1)
    assert stats == api.server.stats()
    api.server.add_fault(Fault(kind="drop", path="/never"))
    assert api.request("POST", "/_emulator/reset").status_code == 204
    stats = api.server.stats()
    assert (stats["total_requests"], stats["requests"], stats["open_connections"]) == (0, {}, 1)
    assert api.server.faults() == []
    assert api.request("GET", f"{API}/agents").json()["items"] == []
    assert api.text("r", "SKILL.md") == "x"


def test_connections_are_counted(start):
    api = start()
    for _ in range(3):
        with httpx.Client(base_url=api.server.url) as client:
            client.get(f"{API}/agents", headers={"X-Api-Key": "k"})
    api.request("GET", f"{API}/agents")
    stats = api.server.stats()
    assert stats["connections"] == 4
    assert stats["requests"] == {"GET /v1/deepagents/agents": 4}
    api.server.reset_stats()
    assert api.server.stats()["total_requests"] == 0


def test_admin_routes_exist_only_on_request(api):
    for method, path in (("GET", "stats"), ("POST", "reset"), ("POST", "faults")):
        assert api.request(method, f"/_emulator/{path}", json={}).status_code == 404


def test_web_pages_cannot_use_admin_routes(start):
    api = start(admin=True)
    api.create()
    answer = api.request("POST", "/_emulator/reset", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert len(api.request("GET", f"{API}/agents").json()["items"]) == 1
