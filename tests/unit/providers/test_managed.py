from functools import reduce

import httpx
import pytest
from furnished import furnished
from hypothesis import given

from agentsync.emulator.serve import Options, running
from agentsync.engine.apis import APIS
from agentsync.engine.filetree import document as lifted
from agentsync.engine.normalise import desired, normalise
from agentsync.errors import BadAnswerError, NotFoundError, UsageError
from agentsync.providers import provider_class
from agentsync.providers.base import Connection
from agentsync.providers.managed import RULES, ManagedDeepAgents

API = "/v1/deepagents"


@pytest.fixture(scope="module")
def api():
    with (
        running(Options(admin=True)) as server,
        httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client,
    ):
        yield server, client


@pytest.fixture
def provider(api):
    server, _ = api
    found = ManagedDeepAgents(Connection(base_url=server.url, key="k"), print)
    yield found
    found.close()


def create(api, **body):
    answer = api[1].post(f"{API}/agents", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_list_holds_every_agent_once_over_all_its_pages(api, provider):
    made = {create(api, name=f"paged {number}")["id"] for number in range(205)}
    listed = [item.agent_id for item in provider.list() if item.name.startswith("paged")]
    assert len(listed) == 205
    assert set(listed) == made


def test_reading_brings_content_and_revision(api, provider):
    made = create(api, name="A", system_prompt="p", files={"notes.md": {"content": "n"}})
    found = provider.read(made["id"])
    assert found.revision == made["revision"]
    assert found.value["system_prompt"] == "p"
    assert found.value["files"] == {"notes.md": {"content": "n"}}
    assert found.writable


def test_an_agent_that_is_not_there(provider):
    with pytest.raises(NotFoundError, match="404"):
        provider.read("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "text",
        {},
        {"name": 3},
        {"name": "a", "tools": []},
        {"name": "a", "files": {"x": 1}},
    ],
)
def test_an_answer_that_is_no_agent(provider, monkeypatch, answer):
    monkeypatch.setattr(type(provider._http), "get", lambda *_: answer)
    with pytest.raises(BadAnswerError) as caught:
        provider.read("a")
    assert caught.value.request.startswith("GET /v1/deepagents/agents/a")


def test_an_answer_that_is_nested_too_deeply(provider, monkeypatch):
    answer = {"name": "a", "new": reduce(lambda inner, _: [inner], range(5000), 0)}
    monkeypatch.setattr(type(provider._http), "get", lambda *_: answer)
    with pytest.raises(BadAnswerError, match="nested too deeply"):
        provider.read("a")


@pytest.mark.parametrize(
    "page",
    [
        [],
        {},
        {"items": {}},
        {"items": [3]},
        {"items": [{"name": "a"}]},
        {"items": [{"id": "a b\n/..", "name": "a"}]},
        {"items": [], "next_cursor": 3},
    ],
)
def test_a_page_that_is_no_list_of_agents(provider, monkeypatch, page):
    monkeypatch.setattr(type(provider._http), "get", lambda *_: page)
    with pytest.raises(BadAnswerError):
        list(provider.list())


def test_a_cursor_that_leads_nowhere_ends_the_walk(provider, monkeypatch):
    page = {"items": [], "next_cursor": "again"}
    monkeypatch.setattr(type(provider._http), "get", lambda *_: page)
    with pytest.raises(BadAnswerError, match="nowhere"):
        list(provider.list())


@given(furnished())
def test_a_create_request_says_what_the_canonical_form_says(document):
    value = desired(document, RULES)
    body = dict(ManagedDeepAgents.request_body(value))
    assert normalise(lifted(body)[0], RULES) == value


def test_what_typed_fields_can_say_is_said_by_them_and_the_rest_by_files():
    tool = {"name": "t", "mcp_server_url": "https://t.example"}
    plain = {"name": "plain", "instructions": "i", "files": {"notes.md": "n"}}
    more = {"name": "more", "instructions": "i", "front_matter": {"color": "red"}}
    odd = {"name": "odd", "instructions": "i", "tools": {"tools": [{**tool, "timeout": 3}]}}
    document = {"name": "a", "tools": {"tools": [tool]}, "subagents": [plain, more, odd]}
    value = desired(document, RULES)
    body = dict(ManagedDeepAgents.request_body(value))
    assert [spec["name"] for spec in body["subagents"]] == ["plain"]
    assert body["tools"]["tools"] == [tool]
    assert body["files"].keys() == {
        "subagents/plain/notes.md",
        *(
            f"subagents/{name}/{file}"
            for name in ("more", "odd")
            for file in ("AGENTS.md", "tools.json")
        ),
    }
    assert normalise(lifted(body)[0], RULES) == value


def test_front_matter_that_is_text_in_one_yaml_and_a_number_in_another_stays_text():
    header = {"version": "1e3", "mode": "0o14", "on": "yes", "break": "a\u2028b\x85c", "n": 1.5}
    skill = {"name": "pdf", "description": "0x1: #", "instructions": "i", "front_matter": header}
    value = desired({"name": "a", "skills": [skill]}, RULES)
    body = dict(ManagedDeepAgents.request_body(value))
    assert "skills/pdf/SKILL.md" in body["files"]
    assert normalise(lifted(body)[0], RULES) == value


def test_every_provider_in_the_registry_is_there():
    for name in APIS:
        assert provider_class(name).rules.sections
    with pytest.raises(UsageError, match="no provider"):
        provider_class("nope")
