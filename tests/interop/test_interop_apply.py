"""An agent that agentsync applies, and the official clients writing to it in between.

The official command line knows nothing of our marker, and overwrites whoever came before it. Its
deploys must show up as drift or as unknown, must not be overwritten unasked, and must not break
anything; and what it drops, such as the marker, must be said.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from stage import Stage, differing, outcomes
from truth import same_but

from agentsync.errors import ExitCode
from agentsync.model import Action, OnConflict, OnDrift

pytestmark = pytest.mark.interop

URL = "https://tools.acme.example"
OURS: dict[str, Any] = {
    "name": "project",
    "description": "Ours.",
    "system_prompt": "You answer.",
    "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
    "tools": {"tools": [{"name": "search", "mcp_server_url": URL}], "interrupt_config": {}},
    "subagents": [{"name": "critic", "description": "Critic.", "instructions": "Find holes."}],
    "skills": [
        {
            "name": "reading",
            "description": "Reads.",
            "instructions": "Read.",
            "files": {"run.py": "print(1)\n"},
        }
    ],
    "extras": {"team": "ours"},
}
GIT_WINS: dict[str, Any] = {
    "on_drift": OnDrift.REVERT,
    "on_conflict": OnConflict.GIT,
    "adopt": True,
}


@pytest.fixture
def stage(server, tmp_path):
    headers = {"X-Api-Key": "k"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield Stage(server=server, client=client, home=tmp_path)


@pytest.fixture
def checkout(stage):
    """Our project, applied."""
    found = stage.checkout(key="k")
    found.write("a", OURS)
    assert found.apply().exit_code is ExitCode.OK
    return found


@pytest.fixture
def client(cli, server, recorder):
    found = cli.api_client.ApiClient(endpoint=server.url, api_key="k", transport=recorder)
    yield found
    found.close()


def deploy(cli, client, agent_id: str, root: Path, config: dict[str, Any], prompt: str) -> None:
    """A second deploy of the official command line: metadata by PATCH, the tree by commits."""
    root.mkdir(exist_ok=True)
    (root / "agent.json").write_text(json.dumps(config), "utf-8")
    (root / "AGENTS.md").write_text(prompt, "utf-8")
    project = cli.project.Project.load(root)
    client.patch_agent(agent_id, cli.payload.build_metadata_payload(project))
    tree = cli.payload.build_directory_files(project)
    cli.commands._sync_agent_directory(client, agent_id, tree)


PLAIN = {"name": "project", "description": "Theirs.", "model": "openai:gpt-5.5"}


def test_a_deploy_over_our_agent_is_drift_and_is_kept(cli, client, stage, checkout, tmp_path):
    agent_id = stage.only()
    deploy(cli, client, agent_id, tmp_path / "theirs", PLAIN, "You deploy.\n")
    theirs = stage.facts(agent_id)
    drifted = checkout.drift()
    assert drifted.exit_code is ExitCode.DIFFERENCES
    found = {item.pointer: item.origin.value for item in drifted.plan.changes[0].fields}
    assert found["/description"] == found["/system_prompt"] == "live"
    stage.server.reset_stats()
    report = checkout.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.OK, {"a": "unchanged"})
    assert stage.writes() == 0
    assert stage.facts(agent_id) == theirs


def test_what_git_changes_meanwhile_is_a_conflict(cli, client, stage, checkout, tmp_path):
    agent_id = stage.only()
    deploy(cli, client, agent_id, tmp_path / "theirs", PLAIN, "You deploy.\n")
    theirs = stage.facts(agent_id)
    checkout.write("a", {**OURS, "system_prompt": "You answer, shortly."})
    report = checkout.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "refused"})
    assert stage.facts(agent_id) == theirs
    won(stage, checkout, agent_id, {**OURS, "system_prompt": "You answer, shortly."})


def test_a_deploy_that_drops_our_marker_is_unknown(cli, client, stage, checkout, tmp_path):
    agent_id = stage.only()
    config = {**PLAIN, "extras": {"team": "theirs"}}
    deploy(cli, client, agent_id, tmp_path / "theirs", config, "You deploy.\n")
    assert stage.marker(agent_id) == {}
    theirs = stage.facts(agent_id)
    assert checkout.drift().exit_code is ExitCode.OK
    planned = checkout.plan().plan.changes[0]
    assert (planned.action, planned.agent_id) == (Action.ADOPT, agent_id)
    assert {item.origin.value for item in planned.fields} == {"unknown"}
    report = checkout.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.REFUSED, {"a": "refused"})
    assert "--adopt" in report.outcomes[0].message
    assert stage.facts(agent_id) == theirs
    won(stage, checkout, agent_id, OURS)


def won(stage, checkout, agent_id: str, document: dict[str, Any]) -> None:
    """When asked to, git wins: on the same agent, with its marker, and without a trace of drift."""
    report = checkout.apply(**GIT_WINS)
    assert (report.exit_code, outcomes(report)) == (ExitCode.OK, {"a": "applied"})
    assert stage.only() == agent_id
    assert stage.marker(agent_id)["agent"] == "a"
    found = stage.facts(agent_id)
    assert found["/system_prompt"] == document["system_prompt"]
    assert found["/extras/team"] == "ours"
    assert differing(checkout.plan()) == []
    assert checkout.drift().exit_code is ExitCode.OK
    stage.server.reset_stats()
    assert checkout.apply().exit_code is ExitCode.OK
    assert stage.writes() == 0


def test_a_new_deploy_beside_ours_is_never_confused_with_it(cli, client, stage, checkout):
    """It makes a second agent of the same name; ours is still found by its marker."""
    agent_id = stage.only()
    client.create_agent({"name": OURS["name"], "system_prompt": "Another one."})
    before = {each: stage.facts(each) for each in stage.ids()["project"]}
    checkout.write("a", {**OURS, "description": "Ours, changed."})
    report = checkout.apply()
    assert (report.exit_code, outcomes(report)) == (ExitCode.OK, {"a": "applied"})
    moved = {each for each in before if same_but(before[each], stage.facts(each))}
    assert moved == {agent_id}


def test_their_deploy_keeps_what_an_apply_left(cli, client, stage, checkout, tmp_path):
    """Extras that its project does not name are not sent, so that our marker survives."""
    agent_id = stage.only()
    before = stage.marker(agent_id)
    deploy(cli, client, agent_id, tmp_path / "theirs", PLAIN, "You deploy.\n")
    assert stage.marker(agent_id) == before


def test_the_sdk_reads_an_applied_agent(sdk, server, stage, checkout):
    with sdk.Client(api_url=server.url, api_key="k") as client:
        found = client.agents.get(stage.only(), include_files=True)
        assert found["name"] == OURS["name"]
        assert found["description"] == OURS["description"]
        assert found["system_prompt"].rstrip() == OURS["system_prompt"]
        assert found["runtime"] == OURS["runtime"]
        (tool,) = found["tools"]["tools"]
        assert (tool["name"], tool["mcp_server_url"].rstrip("/")) == ("search", URL)
        (critic,) = found["subagents"]
        assert (critic["description"], critic["instructions"].strip()) == ("Critic.", "Find holes.")
        (skill,) = found["skills"]
        assert (skill["description"], skill["files"]) == ("Reads.", {"run.py": "print(1)\n"})
        assert found["extras"]["team"] == "ours"
        changed = {**OURS, "system_prompt": "You answer, shortly.", "subagents": []}
        checkout.write("a", changed)
        assert checkout.apply().exit_code is ExitCode.OK
        found = client.agents.get(stage.only())
        assert found["system_prompt"].rstrip() == "You answer, shortly."
        assert found.get("subagents", []) == []


def test_an_edit_through_the_sdk_is_drift(sdk, server, stage, checkout):
    agent_id = stage.only()
    with sdk.Client(api_url=server.url, api_key="k") as client:
        client.agents.update(agent_id, description="Through the SDK.", system_prompt="Theirs.")
    fields = checkout.drift().plan.changes[0].fields
    assert {item.pointer for item in fields} == {"/description", "/system_prompt"}
    theirs = stage.facts(agent_id)
    assert checkout.apply().exit_code is ExitCode.OK
    assert stage.facts(agent_id) == theirs
