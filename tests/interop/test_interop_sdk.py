"""managed-deepagents 0.1.2 against the emulator."""

import asyncio
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.interop

AGENT: dict[str, Any] = {
    "name": "research-assistant",
    "description": "Finds things out",
    "model": "openai:gpt-5.5",
    "system_prompt": "You are careful.\n",
    "permissions": {"visibility": "user", "shared_users": {"read": ["u1"]}},
    "tools": {
        "tools": [{"name": "search", "mcp_server_url": "https://tools.example.com"}],
        "interrupt_config": {"https://tools.example.com::search": True},
    },
    "subagents": [
        {
            "name": "critic",
            "description": "Finds: holes",
            "model_id": "m:x",
            "instructions": "Hm.\n",
        }
    ],
    "skills": [
        {
            "name": "pdf",
            "description": "Reads 'PDF' files",
            "instructions": "Use it.",
            "files": {"run.py": "print(1)\n"},
        }
    ],
    "extras": {"team": "x"},
    "backend": {"type": "thread_scoped_sandbox", "sandbox": {"idle_ttl_seconds": 60}},
    "files": {"notes.md": "plain text", "data.json": {"content": "{}"}},
}


@pytest.fixture
def client(sdk, server, recorder):
    with httpx.Client(transport=recorder) as http:
        yield sdk.Client(api_url=server.url, api_key="k", http_client=http)


def _names(config: dict[str, Any]) -> list[str]:
    return sorted(tool["name"] for tool in config["tools"])


def test_the_life_of_an_agent(client, readings):
    made = client.agents.create(AGENT, include_files=True, user_timezone="Europe/Berlin")
    assert made["runtime"] == {"model": {"model_id": "openai:gpt-5.5"}}
    assert made["system_prompt"] == made["instructions"] == AGENT["system_prompt"]
    assert made["files"]["notes.md"] == {"type": "file", "content": "plain text"}
    assert ("AGENTS.md" in made["files"]) is (readings.include_files == "all")
    assert _names(made["tools"]) == ["search"]
    assert made["tools"]["interrupt_config"] == AGENT["tools"]["interrupt_config"]
    assert made["subagents"][0]["description"] == "Finds: holes"
    assert made["skills"][0]["files"] == {"run.py": "print(1)\n"}
    assert made["skills"][0]["instructions"] == "Use it."
    assert made["backend"]["sandbox_config"] == {"idle_ttl_seconds": 60, "scope": "thread"}
    assert made["permissions"]["tenant_access_level"] == "read"

    seen = client.agents.get(made["id"])
    assert seen == {key: value for key, value in made.items() if key != "files"}

    after = client.agents.update(made["id"], description="", system_prompt="New.", skills=[])
    assert after.get("description", "") == ""
    assert after["system_prompt"] == "New."
    assert after.get("skills", []) == []
    assert after["subagents"] == made["subagents"]

    copy = client.agents.clone(made["id"], name="copy")
    assert copy["subagents"] == made["subagents"]
    assert copy.get("extras", {}) == {}
    health = client.agents.health(made["id"])
    assert health["mcp_check"]["servers"] == [{"url": "https://tools.example.com", "ok": False}]

    for agent_id in (made["id"], made["id"], copy["id"]):
        assert client.agents.delete(agent_id) is None
    assert client.agents.list()["items"] == []


def test_pages(client):
    made = [client.agents.create(name=f"a{number}")["id"] for number in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = client.agents.list(
            page_size=2, cursor=cursor, sort_by="created_at", sort_order="asc"
        )
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made
    assert [item["name"] for item in client.agents.list(name="a3")["items"]] == ["a3"]


def test_a_hub_commit_shows_in_the_next_read(client, server):
    made = client.agents.create(AGENT)
    url = f"{server.url}/v1/platform/hub/repos/-/{made['id']}/directories"
    with httpx.Client(headers={"X-Api-Key": "k"}, trust_env=False) as hub:
        parent = hub.get(url).json()["commit_hash"]
        text = "---\ndescription: |-\n  Two\n  lines\nmodel_id: 'm:y'\n---\nBody"
        files = {"subagents/critic/AGENTS.md": {"type": "file", "content": text}}
        body = {"files": files, "parent_commit": parent[:8]}
        assert hub.post(f"{url}/commits", json=body).status_code == 200
    (critic,) = client.agents.get(made["id"])["subagents"]
    assert (critic["description"], critic["model_id"]) == ("Two\nlines", "m:y")
    assert critic["instructions"] == "Body"


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda agents: agents.create(name=" "), 400, "missing_required_field"),
        (lambda agents: agents.create(name=5), 400, "invalid_request_body"),
        (
            lambda agents: agents.create(name="a", system_prompt="x", files={"AGENTS.md": "y"}),
            422,
            "validation_failed",
        ),
        (lambda agents: agents.get("nothing"), 400, "invalid_agent_id"),
        (lambda agents: agents.get(f"{'0' * 8}-0000-4000-8000-{'0' * 12}"), 404, "agent_not_found"),
        (lambda agents: agents.list(page_size=1000), 400, "invalid_query_parameter"),
    ],
)
def test_errors_arrive_in_the_sdks_own_exception(sdk, client, call, status, code):
    with pytest.raises(sdk.ManagedDeepAgentsAPIError) as caught:
        call(client.agents)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert caught.value.detail


@pytest.mark.parametrize(("key", "status", "body"), [(None, 401, "Unauthorized")])
def test_no_key(sdk, start, recorder, monkeypatch, key, status, body):
    monkeypatch.delenv("LANGSMITH_API_KEY", raising=False)
    with httpx.Client(transport=recorder) as http:
        client = sdk.Client(api_url=start().url, api_key=key, http_client=http)
        with pytest.raises(sdk.ManagedDeepAgentsAPIError) as caught:
            client.agents.list()
    assert (caught.value.status_code, caught.value.body) == (status, {"error": body})


def test_a_workspace(sdk, start, recorder):
    server = start()
    workspace = "aaaaaaaa-0000-4000-8000-000000000001"
    with httpx.Client(transport=recorder) as http:
        inside = sdk.Client(
            api_url=server.url, api_key="k", workspace_id=workspace, http_client=http
        )
        outside = sdk.Client(api_url=server.url, api_key="k", http_client=http)
        inside.agents.create(name="a")
        assert len(inside.agents.list()["items"]) == 1
        assert outside.agents.list()["items"] == []


def test_mcp_servers(client):
    made = client.mcp_servers.create(
        name="tavily",
        url="https://mcp.example.com/mcp/",
        headers=[{"key": "Authorization", "value": "Bearer x"}],
    )
    assert client.mcp_servers.list() == [made]
    assert client.mcp_servers.get(made["id"]) == made
    changed = client.mcp_servers.update(made["id"], headers=[])
    assert changed["headers"] == []
    assert client.mcp_servers.delete(made["id"]) is None
    assert client.mcp_servers.list() == []


def test_the_asynchronous_client(sdk, start):
    url = start().url

    async def story() -> list[str]:
        async with sdk.AsyncClient(api_url=url, api_key="k") as client:
            made = await client.agents.create(name="a", system_prompt="x")
            after = await client.agents.update(made["id"], system_prompt="y")
            await client.agents.delete(made["id"])
            return [made["system_prompt"], after["system_prompt"]]

    assert asyncio.run(story()) == ["x", "y"]


def test_the_answers_were_compared(client, contract, contract_module):
    if contract is None:
        pytest.skip(contract_module.WHY_NOT)
    before = contract.compared
    client.agents.list()
    assert contract.compared == before + 1
