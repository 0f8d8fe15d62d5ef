"""deepagents-cli 0.3.0's deploy flow against the emulator.

Its commands run unmodified. Three things around them are moved out of the way: https is demanded
of the environment's endpoint only, so `from_env` is given the emulator's; deploy state lives in a
temporary folder; the second it sleeps before a retry is not slept.
"""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from agentsync.emulator.faults import Fault
from agentsync.emulator.keys import ALL, Key

pytestmark = pytest.mark.interop

URL = "https://tools.example.com/mcp"
COMMITS = "*/directories/commits"


class Deployer:
    """One project folder, deployed again and again."""

    def __init__(self, cli: Any, server: Any, recorder: Any, root: Path, capsys: Any) -> None:
        self.cli = cli
        self.server = server
        self.recorder = recorder
        self.root = root
        self._capsys = capsys
        self.client = cli.api_client.ApiClient(endpoint=server.url, api_key="k", transport=recorder)

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def deploy(self, **more: bool) -> str:
        flags = {"dry_run": False, "detach": False, "reset": False, "yes": True, **more}
        try:
            self.cli.commands.execute_deploy_command(Namespace(dir=str(self.root), **flags))
        finally:
            self.output = self._capsys.readouterr().out
        return str(self.output)

    def writes(self) -> list[tuple[str, str]]:
        """Method and last word of the path of every write since the last question."""
        found = [
            (method, path.rsplit("/", 1)[1])
            for method, path, _ in self.recorder.calls
            if method != "GET"
        ]
        self.recorder.calls.clear()
        return found

    def agents(self) -> list[dict[str, Any]]:
        return list(self.client.iter_agents())

    def agent(self) -> dict[str, Any]:
        (summary,) = self.agents()
        return dict(self.client.get_agent(summary["id"], include_files=True))

    def files(self) -> dict[str, Any]:
        return dict(self.client.get_agent_directory(self.agent()["id"])["files"])


@pytest.fixture
def deployer(cli, server, recorder, tmp_path, monkeypatch, capsys):
    """A scaffolded project and an emulator of each world to deploy it to."""
    yield from _deployer(cli, server, recorder, tmp_path, monkeypatch, capsys)


@pytest.fixture
def plain(cli, start, recorder, tmp_path, monkeypatch, capsys):
    """The same with every default."""
    yield from _deployer(cli, start(), recorder, tmp_path, monkeypatch, capsys)


def _deployer(cli, server, recorder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(cli.state, "_STATE_ROOT", tmp_path / "state")
    monkeypatch.setattr(cli.api_client, "_RETRY_SLEEP_SECONDS", 0.0)
    monkeypatch.chdir(tmp_path)
    cli.commands._scaffold(name="project", force=False)
    capsys.readouterr()
    found = Deployer(cli, server, recorder, tmp_path / "project", capsys)
    monkeypatch.setattr(cli.api_client.ApiClient, "from_env", lambda: found.client)
    yield found
    found.client.close()


def test_the_first_deploy_creates(deployer):
    output = deployer.deploy()
    agent = deployer.agent()
    assert deployer.writes() == [("POST", "agents")]
    assert f"agent_id: {agent['id']}" in output
    assert "health:   {" in output
    assert agent["name"] == "project"
    assert agent["description"] == "A managed deep agent."
    assert agent["runtime"] == {"model": {"model_id": "openai:gpt-5.5"}}
    assert agent["backend"] == {"type": "state"}
    assert agent["system_prompt"] == (deployer.root / "AGENTS.md").read_text(encoding="utf-8")
    assert [skill["name"] for skill in agent["skills"]] == ["example-skill"]
    (researcher,) = agent["subagents"]
    assert researcher["description"] == "Researches a topic and returns a concise summary."
    assert researcher["model_id"] == "openai:gpt-5.5"
    local = (deployer.root / "subagents/researcher/AGENTS.md").read_text(encoding="utf-8")
    assert researcher["instructions"] == local


def test_later_deploys_patch_and_commit_what_differs(deployer):
    deployer.deploy()
    before = deployer.agent()
    deployer.write("AGENTS.md", "Changed.\n")
    deployer.writes()
    deployer.deploy()
    assert deployer.writes() == [("PATCH", before["id"]), ("POST", "commits")]
    after = deployer.agent()
    assert after["id"] == before["id"]
    assert after["system_prompt"] == "Changed.\n"
    # The typed view of files the client wrote byte for byte is the same as of the server's own.
    assert after["subagents"] == before["subagents"]
    assert [skill["name"] for skill in after["skills"]] == ["example-skill"]
    expected = deployer.cli.payload.build_directory_files(
        deployer.cli.project.Project.load(deployer.root)
    )
    found = {path: entry["content"] for path, entry in deployer.files().items()}
    assert {path: found[path] for path in expected} == expected
    deployer.writes()
    deployer.deploy()
    assert deployer.writes() == [("PATCH", before["id"])]


def test_removed_files_are_removed(deployer):
    deployer.deploy()
    for path in ("skills/example-skill/SKILL.md", "tools.json"):
        (deployer.root / path).unlink()
    (deployer.root / "skills/example-skill").rmdir()
    deployer.deploy()
    agent = deployer.agent()
    assert agent.get("skills", []) == []
    assert "tools" not in agent


def test_everything_a_project_can_hold(deployer):
    config = {
        "name": "full",
        "runtime": {"model": {"model_id": "m:x"}},
        "backend": {"type": "thread_scoped_sandbox", "sandbox": {"idle_ttl_seconds": 60}},
        "permissions": {"identity": "shared", "visibility": "user"},
        "extras": {"team": "x"},
    }
    deployer.write("agent.json", json.dumps(config))
    tools = {
        "tools": [{"name": "search", "mcp_server_url": URL}],
        "interrupt_config": {f"{URL}::search": True},
    }
    deployer.write("tools.json", json.dumps(tools))
    deployer.write("subagents/researcher/tools.json", json.dumps(tools))
    deployer.write("subagents/researcher/skills/deep/SKILL.md", "---\nname: deep\n---\nDig")
    deployer.write("skills/example-skill/scripts/run.py", "print('ü')\n")
    deployer.client.create_mcp_server(name="tools", url=URL + "/")
    for _ in range(2):
        deployer.deploy()
        agent = deployer.agent()
        assert agent["backend"] == {
            "type": "sandbox",
            "sandbox_config": {"idle_ttl_seconds": 60, "scope": "thread"},
        }
        assert agent["permissions"]["identity"] == "shared"
        assert agent["extras"] == {"team": "x"}
        assert agent["tools"]["interrupt_config"] == tools["interrupt_config"]
        assert agent["tools"]["tools"][0]["name"] == "search"
        assert agent["subagents"][0]["tools"]["tools"][0]["mcp_server_url"] == URL
        assert agent["skills"][0]["files"] == {"scripts/run.py": "print('ü')\n"}
        assert "subagents/researcher/skills/deep/SKILL.md" in deployer.files()
    health = deployer.client._request("GET", f"/v1/deepagents/agents/{agent['id']}/health")
    assert health["mcp_check"] == {"ok": True, "servers": [{"url": URL, "ok": True}]}


def test_a_deleted_agent_is_created_again(plain):
    plain.deploy()
    first = plain.agent()["id"]
    plain.client.delete_agent(first)
    assert "creating a new one" in plain.deploy()
    assert plain.agent()["id"] != first


def test_an_agent_id_in_the_project_is_deployed_to(plain):
    made = plain.client.create_agent({"name": "theirs", "system_prompt": "x"})
    config = json.loads((plain.root / "agent.json").read_text(encoding="utf-8"))
    plain.write("agent.json", json.dumps({**config, "agent_id": made["id"]}))
    assert f"Using agent_id from agent.json: {made['id']} (theirs)" in plain.deploy()
    assert plain.agent()["id"] == made["id"]
    assert plain.agent()["name"] == "project"


def test_a_dry_run_says_nothing_to_the_server(plain):
    assert '"directory_files"' in plain.deploy(dry_run=True)
    assert plain.recorder.calls == []


def test_servers_are_looked_up_before_deploying(plain):
    plain.write("tools.json", json.dumps({"tools": [{"name": "t", "mcp_server_url": URL}]}))
    with pytest.raises(SystemExit):
        plain.deploy()
    assert "not registered in this workspace" in plain.output
    assert plain.agents() == []


def test_a_server_that_this_caller_may_not_invoke(cli, start, recorder):
    plain = ALL - {"mcp-servers:invoke"}
    server = start(
        keys=(Key(key="a", user_id="a", permissions=plain), Key(key="k", permissions=plain))
    )
    first = cli.api_client.ApiClient(endpoint=server.url, api_key="a", transport=recorder)
    first.create_mcp_server(name="t", url=URL, headers=[{"key": "A", "value": "secret"}])
    other = cli.api_client.ApiClient(endpoint=server.url, api_key="k", transport=recorder)
    payload = {"tools": {"tools": [{"name": "t", "mcp_server_url": URL}]}}
    assert cli.mcp_resolver.resolve_referenced_servers(first, payload, cache={})
    with pytest.raises(cli.mcp_resolver.UninvokableServersError):
        cli.mcp_resolver.resolve_referenced_servers(other, payload, cache={})
    assert "headers" not in other.list_mcp_servers()[0]
    for client in (first, other):
        client.close()


# -- what it does on a bad day: the emulator's faults are real enough to bring it out


def test_it_overwrites_a_writer_who_came_first(plain):
    plain.deploy()
    plain.write("AGENTS.md", "Mine.\n")
    plain.server.add_fault(Fault(kind="race", method="POST", path=COMMITS))
    plain.writes()
    plain.deploy()
    statuses = [status for _, path, status in plain.recorder.calls if path.endswith("/commits")]
    assert statuses == [409, 200]
    assert plain.agent()["system_prompt"] == "Mine.\n"


def test_it_makes_a_second_agent_when_an_answer_is_lost(plain, recorder):
    fault = Fault(kind="status", status=503, method="POST", path="*/agents", when="after")
    plain.server.add_fault(fault)
    plain.deploy()
    assert [agent["name"] for agent in plain.agents()] == ["project", "project"]


def test_it_makes_a_second_agent_from_a_fresh_checkout(plain, monkeypatch, tmp_path):
    plain.deploy()
    monkeypatch.setattr(plain.cli.state, "_STATE_ROOT", tmp_path / "another home")
    plain.deploy()
    assert len(plain.agents()) == 2


def test_it_never_clears_a_description(plain):
    plain.deploy()
    plain.write("agent.json", json.dumps({"name": "project", "model": "m:x"}))
    plain.deploy()
    assert plain.agent()["description"] == "A managed deep agent."


# -- its other commands


def test_agents_commands(plain, capsys):
    plain.deploy()
    agent_id = plain.agent()["id"]
    run = plain.cli.commands._execute_agents_command
    run(Namespace(agents_cmd="list"), plain.client)
    assert capsys.readouterr().out.startswith(f"{agent_id}\tproject\t")
    run(Namespace(agents_cmd="get", agent_id=agent_id, include_files=True), plain.client)
    assert "AGENTS.md" in json.loads(capsys.readouterr().out)["files"]
    run(Namespace(agents_cmd="delete", agent_id=agent_id, yes=True), plain.client)
    assert plain.agents() == []


def test_it_walks_every_page(plain):
    for number in range(5):
        plain.client.create_agent({"name": f"a{number}"})
    assert len(list(plain.client.iter_agents(page_size=2))) == 5


def test_mcp_servers_commands(cli, start, recorder, capsys):
    tool = {"name": "search", "description": "Finds", "inputSchema": {"type": "object"}}
    server = start(mcp_tools=((URL, (tool,)),))
    client = cli.api_client.ApiClient(endpoint=server.url, api_key="k", transport=recorder)
    run = cli.commands._execute_mcp_servers_command

    def out(**arguments: Any) -> str:
        run(Namespace(**arguments), client)
        return str(capsys.readouterr().out)

    added = out(
        mcp_cmd="add", url=URL, name="tools", header=["Authorization=Bearer x"], auth_type="headers"
    )
    assert "Created mcp_server" in added
    assert '"mcp_server_url": "https://tools.example.com/mcp"' in added
    assert URL in out(mcp_cmd="list")
    shown = json.loads(out(mcp_cmd="get", mcp_server_id="tools"))
    assert shown["headers"] == [{"key": "Authorization", "value": "***"}]
    out(
        mcp_cmd="update",
        mcp_server_id=URL,
        url=None,
        header=None,
        clear_headers=True,
        auth_type=None,
    )
    assert client.get_mcp_server(shown["id"])["headers"] == []
    assert "search" in out(mcp_cmd="tools", mcp_server_id="tools")
    out(mcp_cmd="delete", mcp_server_id="tools", yes=True)
    assert client.list_mcp_servers() == []
    client.close()
