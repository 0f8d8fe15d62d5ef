"""What the provider writes is what was intended, and nothing else.

Runs against the emulator over a socket, under every reading of the API's documents and both
renderings, with the hub and without it.
"""

import copy
from contextlib import closing, contextmanager
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from furnished import edits, furnished
from hypothesis import HealthCheck, given, settings

from agentsync.canonical import canonical_json
from agentsync.emulator.faults import Fault
from agentsync.emulator.keys import ALL, Key
from agentsync.emulator.readings import Readings, every
from agentsync.emulator.serve import Options, running
from agentsync.engine.marker import to_json
from agentsync.engine.normalise import desired, live, normalise
from agentsync.engine.tree import completed
from agentsync.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    StaleError,
    UnauthorizedError,
    UnreachableError,
)
from agentsync.model import Guarantee, Marker, Owner
from agentsync.providers.base import Connection
from agentsync.providers.http import Http
from agentsync.providers.managed import RULES, ManagedDeepAgents

API = "/v1/deepagents/agents"
HUB = "/v1/platform/hub/repos/-"
SECTIONS = ("system_prompt", "tools", "subagents", "skills", "files")
OWNER = Owner(project="acme", target="staging", address="helper")
MARKER = to_json(Marker(owner=OWNER, commit="c0ffee", base={"name": "abcdefghijkl"}))
NEXT = to_json(Marker(owner=OWNER, commit="decaf0", base={"name": "lkjihgfedcba"}))
KEYS = (Key(key="every-right"), Key(key="no-hub", permissions=ALL - {"hub:read", "hub:write"}))
# Files that the server itself keeps, and that a running agent writes.
METADATA_FILES = ("agent.json", "config.json")
MEMORY = {
    "memories/notes.md": {"type": "file", "content": "what the agent wrote itself  \r\n"},
    "skills/loose.md": {"type": "file", "content": "beside the skills"},
    "subagents/nobody/notes.md": {"type": "file", "content": "beside the subagents"},
}
UNMANAGED = {*METADATA_FILES, *MEMORY}


def name_of(reading: Readings) -> str:
    changed = [
        f"{item}={getattr(reading, item)}"
        for item in Readings.__slots__
        if getattr(reading, item) != getattr(Readings(), item)
    ]
    return ",".join(changed) or "plain"


SERVERS = [
    (reading, style, key)
    for reading in every()
    for style, key in (("plain", "every-right"), ("perverse", "every-right"), ("plain", "no-hub"))
]


@contextmanager
def speaking_to(server, key="every-right", **settings):
    """The provider under one key, and the client of somebody who may do everything."""
    connection = Connection(base_url=server.url, key=key, **settings)
    with (
        httpx.Client(base_url=server.url, headers={"X-Api-Key": "every-right"}) as client,
        closing(ManagedDeepAgents(connection, lambda _: None)) as provider,
    ):
        provider._http.pause = lambda _: None
        yield SimpleNamespace(server=server, client=client, provider=provider)


@pytest.fixture(
    scope="module", params=SERVERS, ids=lambda each: f"{name_of(each[0])}-{each[1]}-{each[2]}"
)
def every_api(request):
    reading, rendering, key = request.param
    with (
        running(Options(readings=reading, rendering=rendering, keys=KEYS)) as server,
        speaking_to(server, key) as api,
    ):
        api.reading, api.key = reading, key
        yield api


@pytest.fixture(scope="module")
def plain_server():
    with running(Options(keys=KEYS)) as server:
        yield server


@pytest.fixture
def api(plain_server):
    with speaking_to(plain_server) as found:
        yield found
    plain_server.clear_faults()


def tree_of(api, agent_id):
    return api.client.get(f"{HUB}/{agent_id}/directories").json()["files"]


def comparable(value, *, shown=True):
    """A canonical form without what some reading lets the server forget, or does not show."""
    found = copy.deepcopy(value)
    for path in METADATA_FILES:
        found["files"].pop(path, None)
    links = [*found["skills"].values(), *found["files"].values()]
    for spec in found["subagents"].values():
        links.extend(item for item in spec["files"].values() if isinstance(item, dict))
    for link in links:
        link.pop("commit_id", None)
    if "sandbox_config" in found.get("backend", {}):
        found["backend"]["sandbox_config"].setdefault("policy_ids", [])
    if not shown:
        for spec in (*found["skills"].values(), *found["subagents"].values()):
            spec.pop("front_matter", None)
        for holder in (found, *found["subagents"].values()):
            tools = holder["tools"]
            typed = ("display_name", "mcp_server_name")
            for key, spec in tools["tools"].items():
                tools["tools"][key] = {k: v for k, v in spec.items() if k in typed}
            holder["tools"] = {key: tools[key] for key in ("tools", "interrupt_config")}
    return canonical_json(found)


def assert_is(api, agent_id, value):
    """The agent is `value`, as its tree says it and as the API answers."""
    read = api.provider.read(agent_id)
    shown = api.reading.include_files == "all"
    assert comparable(read.value, shown=shown) == comparable(value, shown=shown)
    tree = live({"files": tree_of(api, agent_id)}, RULES)[0]
    parts = {key: value[key] for key in SECTIONS}
    # Without the hub, what an answer hides cannot be known, nor kept in a file that is rewritten.
    whole = shown or api.key == "every-right"
    found = {key: tree[key] for key in SECTIONS}
    assert comparable(found, shown=whole) == comparable(parts, shown=whole)
    return read


def given_documents(*arguments, **named):
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return lambda test: settings(max_examples=5, suppress_health_check=checks)(
        given(*arguments, **named)(test)
    )


@given_documents(document=furnished())
def test_what_is_created_is_what_was_meant(every_api, document):
    value = normalise({**RULES.defaults, **desired(document, RULES)}, RULES)
    agent_id = every_api.provider.create(desired(document, RULES), MARKER)
    read = assert_is(every_api, agent_id, value)
    assert read.marker.owner == OWNER
    assert (read.marker.commit, read.marker_damage) == ("c0ffee", "")


@given_documents(edit=edits())
def test_what_is_written_is_what_was_intended(every_api, edit):
    before, after = edit
    client, provider = every_api.client, every_api.provider
    agent_id = provider.create(desired(before, RULES), MARKER)
    others = {"files": MEMORY, "extras": {"ui": {"x": 1.5}, "agentsync": MARKER}}
    client.patch(f"{API}/{agent_id}", json=others).raise_for_status()
    found = tree_of(every_api, agent_id)

    held = provider.hold(agent_id, files=True)
    assert bool(held.head) == (every_api.key == "every-right")
    wanted = desired(after, RULES)
    theirs = {path: item for path, item in held.live.value["files"].items() if path in UNMANAGED}
    intended = {**held.live.value, **wanted, "files": {**theirs, **wanted["files"]}}
    guarantee = provider.write_files(held, intended)
    provider.write_metadata(held, intended, NEXT)

    expected = intended
    if every_api.reading.include_files == "untyped" and held.head:
        # What the answer hides is in the tree, and stays there.
        expected = completed(intended, held.live.value, live({"files": found}, RULES)[0])
    read = assert_is(every_api, agent_id, expected)
    assert guarantee is (Guarantee.ATOMIC if held.head else Guarantee.CHECKED)
    assert read.marker.commit == "decaf0"
    assert read.value["extras"] == intended["extras"]
    tree = tree_of(every_api, agent_id)
    assert {path: tree[path] for path in MEMORY} == {path: found[path] for path in MEMORY}

    total = every_api.server.stats()["total_requests"]
    assert provider.write_files(provider.hold(agent_id, files=True), read.value) is guarantee
    assert every_api.server.stats()["total_requests"] == total + 2


# What only the tree says.


@pytest.fixture
def untyped():
    reading = Readings(include_files="untyped")
    with (
        running(Options(readings=reading, keys=KEYS)) as server,
        speaking_to(server) as found,
    ):
        yield found


def test_front_matter_and_settings_that_the_answer_hides_survive_an_edit(untyped):
    tool = {"name": "t", "mcp_server_url": "https://t.example", "timeout": 3}
    critic = {"name": "critic", "description": "d", "front_matter": {"color": "red"}}
    document = {
        "name": "a",
        "tools": {"tools": [tool], "budget": 1},
        "subagents": [{**critic, "instructions": "i", "tools": {"tools": [tool]}}],
        "skills": [{"name": "pdf", "instructions": "i", "front_matter": {"license": "MIT"}}],
    }
    agent_id = untyped.provider.create(desired(document, RULES), MARKER)
    held = untyped.provider.hold(agent_id, files=True)
    assert held.live.hidden == {"/skills/pdf/front_matter"}
    other = {"name": "u", "mcp_server_url": "https://t.example"}
    plain = {key: tool[key] for key in other}
    edited = {
        "tools": {"tools": [plain, other]},
        "subagents": [{**critic, "front_matter": {}, "instructions": "j", "tools": {}}],
        "skills": [{"name": "pdf", "instructions": "j"}],
    }
    wanted = desired({"name": "a", **edited}, RULES)
    untyped.provider.write_files(held, {**held.live.value, **wanted})
    tree = live({"files": tree_of(untyped, agent_id)}, RULES)[0]
    assert tree["skills"]["pdf"]["front_matter"] == {"license": "MIT"}
    assert tree["skills"]["pdf"]["instructions"] == "j"
    assert tree["subagents"]["critic"]["front_matter"] == {"color": "red"}
    assert tree["subagents"]["critic"]["tools"]["tools"] == {}
    assert tree["tools"]["budget"] == 1
    assert tree["tools"]["tools"]["https://t.example::t"] == {"timeout": 3}
    assert tree["tools"]["tools"]["https://t.example::u"] == {}


# Somebody else writes.


def made(api, **document):
    agent_id = api.provider.create(desired({"name": "a", **document}, RULES), MARKER)
    return agent_id, api.provider.hold(agent_id, files=True)


def edited(held, **document):
    wanted = desired({"name": "a", **document}, RULES)
    return {**held.live.value, **{key: wanted[key] for key in document}}


@pytest.mark.parametrize("status", [None, 409, 412])
def test_a_tree_that_moved_is_not_written(api, status):
    agent_id, held = made(api, system_prompt="one")
    if status:
        api.server.add_fault(Fault(kind="status", method="POST", path="*/commits", status=status))
    else:
        edit = {"files": {"AGENTS.md": {"content": "theirs"}}, "parent_commit": held.head}
        api.client.post(f"{HUB}/{agent_id}/directories/commits", json=edit).raise_for_status()
    before = tree_of(api, agent_id)
    with pytest.raises(StaleError, match="moved") as caught:
        api.provider.write_files(held, edited(held, system_prompt="two"))
    assert "plan again" in caught.value.hint
    assert tree_of(api, agent_id) == before


def test_somebody_who_writes_between_the_two_reads_is_found_out(api):
    agent_id, _ = made(api, system_prompt="one")
    api.server.add_fault(Fault(kind="race", method="GET", path=f"{API}/*"))
    held = api.provider.hold(agent_id, files=True)
    assert "somebody else" in held.live.value["system_prompt"]
    with pytest.raises(StaleError):
        api.provider.write_files(held, edited(held, system_prompt="two"))


def test_a_tree_that_did_not_move_is_written_whatever_the_metadata_did(api):
    agent_id, held = made(api, system_prompt="one")
    api.client.patch(f"{API}/{agent_id}", json={"description": "d"}).raise_for_status()
    guarantee = api.provider.write_files(held, edited(held, system_prompt="two"))
    assert guarantee is Guarantee.ATOMIC
    assert api.provider.read(agent_id).value["system_prompt"] == "two"


# Metadata.


def test_a_patch_says_what_differs_and_the_extras(api, monkeypatch):
    backend = {"type": "sandbox", "sandbox_config": {"scope": "agent"}}
    extras = {"ui": {"pos": 1.0, "text": "a\r\nb"}, "gone": 1}
    agent_id, _ = made(api, description="d", backend=backend)
    api.client.patch(f"{API}/{agent_id}", json={"extras": extras}).raise_for_status()
    held = api.provider.hold(agent_id, files=False)
    assert (held.head, held.tree, held.answer["extras"]) == ("", {}, extras)
    sent = []
    monkeypatch.setattr(Http, "send", lambda self, *call: sent.append(call))
    intended = {
        **edited(held, description="", permissions={"visibility": "user"}),
        "backend": {**held.live.value["backend"], "type": "state"},
        "extras": {"ui": held.live.value["extras"]["ui"], "new": True},
    }
    api.provider.write_metadata(held, intended, NEXT)
    ((method, path, body),) = sent
    assert (method, path) == ("PATCH", f"{API}/{agent_id}")
    assert body == {
        "description": "",
        "backend": {"type": "state"},
        "permissions": {
            "identity": "personal",
            "visibility": "user",
            "tenant_access_level": "read",
            "shared_users": {"read": [], "run": [], "update": []},
        },
        "extras": {"ui": extras["ui"], "new": True, "agentsync": NEXT},
    }
    assert type(body["extras"]["ui"]["pos"]) is float
    sent.clear()
    api.provider.write_metadata(held, held.live.value, NEXT)
    assert sent == [("PATCH", f"{API}/{agent_id}", {"extras": {**extras, "agentsync": NEXT}})]


# Deleting, and limits.


def test_deleting_is_done_once_and_for_all(api):
    agent_id, _ = made(api)
    api.provider.delete(agent_id)
    with pytest.raises(NotFoundError):
        api.provider.hold(agent_id, files=True)
    api.provider.delete(agent_id)
    api.server.add_fault(Fault(kind="status", method="DELETE", status=404))
    api.provider.delete(agent_id)


def test_an_agent_that_is_gone_while_its_tree_is_kept_is_gone():
    reading = Readings(deleted_repo="kept")
    with running(Options(readings=reading, keys=KEYS)) as server, speaking_to(server) as api:
        agent_id, held = made(api)
        api.provider.delete(agent_id)
        with pytest.raises(NotFoundError):
            api.provider.hold(agent_id, files=True)
        with pytest.raises(NotFoundError) as caught:
            api.provider.write_metadata(held, held.live.value, MARKER)
        assert not caught.value.sent


def test_the_plans_limit_of_agents_is_said_so():
    with running(Options(max_agents=0, keys=KEYS)) as server, speaking_to(server) as api:
        with pytest.raises(ConflictError, match="The plan allows 0 agents") as caught:
            api.provider.create(desired({"name": "a"}, RULES), MARKER)
        assert "no more agents" in caught.value.hint
        assert not caught.value.sent


def test_a_key_that_may_only_read_writes_nothing():
    keys = (*KEYS, Key(key="reader", permissions=frozenset({"agents:read", "hub:read"})))
    with (
        running(Options(keys=keys)) as server,
        speaking_to(server) as api,
        speaking_to(server, "reader") as reader,
    ):
        agent_id, _ = made(api, system_prompt="one")
        held = reader.provider.hold(agent_id, files=True)
        for write in writes(reader.provider, held):
            with pytest.raises(ForbiddenError) as caught:
                write()
            assert not caught.value.sent
            assert "permission" in caught.value.hint
        assert api.provider.read(agent_id) == held.live


def test_the_list_says_who_owns_an_agent_and_when_it_changed(api):
    agent_id, _ = made(api)
    found = {item.agent_id: item for item in api.provider.list()}[agent_id]
    assert found.owner == OWNER
    assert found.writable
    assert found.created_at <= found.updated_at == api.provider.read(agent_id).updated_at
    assert found.created_at.startswith("2")


# Bad days.


def writes(provider, held):
    """Every write there is, each to be made by calling it."""
    intended = edited(held, system_prompt="two")
    yield lambda: provider.create(desired({"name": "b"}, RULES), MARKER)
    yield lambda: provider.write_files(held, intended)
    yield lambda: provider.write_files(replace(held, head="", tree={}), intended)
    yield lambda: provider.write_metadata(held, held.live.value, NEXT)
    yield lambda: provider.delete(held.live.agent_id)


METHODS = ("POST", "POST", "PATCH", "PATCH", "DELETE")
FAULTS = [
    (Fault(kind="drop"), UnreachableError, True, False),
    (Fault(kind="drop", when="after"), UnreachableError, True, True),
    (Fault(kind="status", status=503), ServerError, True, False),
    (Fault(kind="status", status=503, when="after"), ServerError, True, True),
    (Fault(kind="status", status=500, body="boom"), ServerError, True, False),
    (Fault(kind="truncate"), UnreachableError, True, True),
    (Fault(kind="garbage"), BadAnswerError, True, False),
    (Fault(kind="garbage", when="after"), BadAnswerError, True, True),
    (Fault(kind="status", status=422), BadAnswerError, False, False),
    (Fault(kind="status", status=400), BadAnswerError, False, False),
    (Fault(kind="status", status=401), UnauthorizedError, False, False),
    (Fault(kind="status", status=403), ForbiddenError, False, False),
    (Fault(kind="status", status=429, count=4), RateLimitedError, False, False),
]
CASES = [
    pytest.param(
        number, *case, id=f"{number}-{method}-{case[0].kind}-{case[0].status}-{case[0].when}"
    )
    for number, method in enumerate(METHODS)
    for case in FAULTS
    # An answer without a body cannot be cut short.
    if (case[0].kind, method) != ("truncate", "DELETE")
]


@pytest.mark.parametrize(("number", "fault", "error", "sent", "landed"), CASES)
def test_a_failed_write_says_whether_it_may_have_taken_effect(
    api, number, fault, error, sent, landed
):
    agent_id, held = made(api, system_prompt="one")
    write, method = list(writes(api.provider, held))[number], METHODS[number]
    agents = len(list(api.provider.list()))
    api.server.add_fault(replace(fault, method=method))
    with pytest.raises(error) as caught:
        write()
    assert caught.value.sent is sent
    assert caught.value.request.startswith(method)
    effects = len(list(api.provider.list())) != agents
    if method != "DELETE":
        after = api.provider.hold(agent_id, files=True)
        effects = effects or (after.head, after.answer) != (held.head, held.answer)
    assert effects is landed


@pytest.mark.parametrize("number", range(len(METHODS)))
def test_a_write_that_was_put_off_is_sent_again(api, number):
    agent_id, held = made(api, system_prompt="one")
    write, method = list(writes(api.provider, held))[number], METHODS[number]
    api.server.add_fault(Fault(kind="status", status=429, method=method, count=3))
    write()
    assert [each["struck"] for each in api.server.faults()] == [3]
    assert len([item for item in api.provider.list() if item.agent_id == agent_id]) == (number != 4)
