"""Agents that the official clients made come into git, and so do the folders they came from."""

import json
import shutil
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import httpx
import pytest
from generated import documents
from hypothesis import HealthCheck, given, settings
from stage import Checkout, Stage, differing

from agentsync.errors import ExitCode
from agentsync.files.check import check_project
from agentsync.model import PatchStatus, Report, Severity
from agentsync.ops.importing import ImportOptions, import_agents
from agentsync.ops.watch import Watch

pytestmark = pytest.mark.interop

URL = "https://tools.acme.example/mcp"
MANY = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def stage(server, tmp_path):
    headers = {"X-Api-Key": "k"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield Stage(server=server, client=client, home=tmp_path)


@pytest.fixture
def client(cli, server, monkeypatch, tmp_path):
    """The official client, as its own command makes it but for the address."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(cli.state, "_STATE_ROOT", tmp_path / ".deepagents" / "deployments")
    found = cli.api_client.ApiClient(endpoint=server.url, api_key="k")
    monkeypatch.setattr(cli.api_client.ApiClient, "from_env", lambda: found)
    yield found
    found.close()


def imported(checkout: Checkout, **options: Any) -> Report:
    options = {"everything": "source" not in options, **options}
    environ = {**checkout.environ, "HOME": str(checkout.root.parent)}
    return import_agents(ImportOptions(directory=checkout.root, **options), environ, Watch())


def whole(report: Report, checkout: Checkout) -> None:
    """Everything is written, and all of it is valid."""
    assert report.exit_code is ExitCode.OK, [(it.address, it.message) for it in report.patches] + [
        f"{note.span}: {note.message}" for note in report.diagnostics
    ]
    assert {item.status for item in report.patches} == {PatchStatus.WRITTEN}
    _, notes = check_project(checkout.root)
    assert [str(note) for note in notes if note.severity is Severity.ERROR] == []


# -- live agents


@MANY
@given(document=documents())
def test_an_agent_of_the_sdk(sdk, stage, document):
    checkout = stage.checkout(key="k")
    with sdk.Client(api_url=stage.server.url, api_key="k") as client:
        made = client.agents.create(document)
    whole(imported(checkout), checkout)
    assert differing(checkout.plan()) == []
    stage.client.delete(f"/v1/deepagents/agents/{made['id']}")
    shutil.rmtree(checkout.root)


@MANY
@given(document=documents())
def test_an_agent_of_the_command_line_and_the_folder_it_came_from(cli, client, stage, document):
    readable(document)
    folder = Path(tempfile.mkdtemp(dir=stage.home))
    write_deploy_project(folder, document)
    deploy(cli, folder)
    live, moved = stage.checkout(key="k"), stage.checkout(key="k")
    whole(imported(live), live)
    assert differing(live.plan()) == []
    # The folder is bound to the agent that the official client remembers to have made of it.
    whole(imported(moved, source=folder), moved)
    assert differing(moved.plan()) == []
    deploy(cli, folder)
    assert differing(live.plan()) == []
    assert differing(moved.plan()) == []
    stage.forget()
    for place in (live.root, moved.root, folder):
        shutil.rmtree(place)


def readable(document: dict[str, Any]) -> None:
    """Only plain words survive its reader of front matter and its writer of it."""
    for number, spec in enumerate([*document["skills"], *document["subagents"]]):
        if "description" in spec:
            spec["description"] = f"Number {number}"


def deploy(cli: Any, root: Path) -> None:
    flags = {"dry_run": False, "detach": True, "reset": False, "yes": True}
    resolve = cli.mcp_resolver.resolve_referenced_servers
    # Whether the workspace has the tools' servers is another story.
    cli.mcp_resolver.resolve_referenced_servers = lambda client, payload, *, cache: cache
    try:
        cli.commands.execute_deploy_command(Namespace(dir=str(root), **flags))
    finally:
        cli.mcp_resolver.resolve_referenced_servers = resolve


def write_deploy_project(root: Path, document: dict[str, Any]) -> None:
    kept = ("name", "description", "runtime", "backend", "permissions", "extras")
    put(root / "agent.json", {key: document[key] for key in kept if key in document})
    put(root / "AGENTS.md", document["system_prompt"])
    put(root / "tools.json", document["tools"])
    for spec in document["subagents"]:
        at = root / "subagents" / spec["name"]
        put(at / "agent.json", {"description": spec.get("description"), "model": spec.get("m")})
        put(at / "AGENTS.md", spec["instructions"])
        put(at / "tools.json", spec["tools"])
    for spec in document["skills"]:
        at = root / "skills" / spec["name"]
        header = f"---\nname: {spec['name']}\ndescription: {spec['description']}\n---\n"
        put(at / "SKILL.md", header + spec["instructions"])
        for path, content in spec["files"].items():
            put(at / path, content)


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8", newline="")


# -- folders, one trait each


BASE: dict[str, Any] = {
    "agent.json": {"name": "Bot", "description": "Helps.", "model": "openai:gpt-5.5"},
    "AGENTS.md": "You help.\r\n\r\nAlways.\n",
}
TOOLS = {
    "tools": [
        {"name": "search", "mcp_server_url": URL + "/", "display_name": "search"},
        {"name": "mail", "mcp_server_url": URL, "mcp_server_name": "Fleet"},
    ],
    "interrupt_config": {f"{URL}::mail": True, f"{URL}::search::Fleet": False},
}
FOLDERS: dict[str, dict[str, Any]] = {
    "the smallest": {"agent.json": {"name": "Bot"}},
    "nothing but empty values": {
        "agent.json": {
            **{"name": "Bot", "description": "", "model": None, "runtime": {}, "backend": {}},
            **{"permissions": {}, "extras": {}},
        }
    },
    "tools": {"tools.json": TOOLS},
    "a runtime": {"agent.json": {"name": "Bot", "runtime": {"model": {"model_id": "m:x"}}}},
    "a model with white space": {"agent.json": {"name": "Bot", "model": " m:x "}},
    "the oldest backend": {"agent.json": {"name": "Bot", "backend": {"type": "default"}}},
    "a sandbox per thread": {
        "agent.json": {
            "name": "Bot",
            "backend": {"type": "thread_scoped_sandbox", "sandbox": {"policy_ids": ["b", "a"]}},
        }
    },
    "a sandbox per agent": {
        "agent.json": {
            "name": "Bot",
            "backend": {
                "type": "agent_scoped_sandbox",
                "sandbox": {"idle_ttl_seconds": 1},
                "sandbox_config": {"idle_ttl_seconds": 60},
            },
        }
    },
    "a sandbox without a scope": {
        "agent.json": {"name": "Bot", "backend": {"type": "sandbox", "sandbox_config": {}}}
    },
    "some permissions": {
        "agent.json": {
            "name": "Bot",
            "permissions": {"visibility": "user", "shared_users": {"read": ["b", "a", "b"]}},
        }
    },
    "extras": {"agent.json": {"name": "Bot", "extras": {"a": [1, {"b": None}], "c": ""}}},
    "a subagent without anything": {
        "subagents/critic/agent.json": {},
        "subagents/critic/AGENTS.md": "Find holes.",
    },
    "a whole subagent": {
        "subagents/Critic 2/agent.json": {"description": 'Holes: "all"', "model_id": "m:y"},
        "subagents/Critic 2/AGENTS.md": "# Critic\n\nFind holes.\n\n",
        "subagents/Critic 2/tools.json": TOOLS,
        "subagents/Critic 2/skills/deep/SKILL.md": "---\nname: deep\ndescription: d\n---\nDig",
        "subagents/Critic 2/skills/deep/more/notes.txt": "x\r\ny",
    },
    "a subagent's prompt with front matter": {
        "subagents/critic/agent.json": {"description": "Holes."},
        "subagents/critic/AGENTS.md": "---\ncolour: red\n---\nFind holes.",
    },
    "a prompt with front matter": {"AGENTS.md": "---\ncolour: red\n---\nYou help."},
    "a skill with files": {
        "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: 'Reads: them'\n---\n\n# PDF\r\n",
        "skills/pdf/scripts/run.py": "print('ü😀')\n",
        "skills/pdf/inner/SKILL.md": "left out",
    },
    "a skill in a folder of another name": {
        "skills/a/SKILL.md": "---\nname: pdf\ndescription: Reads them\n---\nx",
        "skills/a/more.txt": "x",
    },
    "a skill whose header is no YAML": {
        "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Use when: asked\n---\nx"
    },
    "what belongs to nothing": {".env": "K=1", "notes.txt": "x", "skills/README.md": "x"},
}
# What the file says and what the first deploy makes of it differ; the second one uploads the file.
LATER: dict[str, dict[str, Any]] = {
    "a folded description": {
        "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: >-\n  Reads\n  them.\n---\nx"
    },
    "more front matter": {
        "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: d\nlicense: MIT\n---\nx"
    },
}


@pytest.mark.parametrize("trait", FOLDERS)
def test_a_folder_becomes_what_the_official_client_made_of_it(cli, client, stage, trait):
    root = stage.home / "bot"
    for path, content in {**BASE, **FOLDERS[trait]}.items():
        put(root / path, content)
    deploy(cli, root)
    checkout = stage.checkout(key="k")
    report = imported(checkout, source=root)
    whole(report, checkout)
    assert report.patches[0].agent_id == stage.only()
    assert differing(checkout.plan()) == []
    stage.server.reset_stats()
    deploy(cli, root)
    if trait != "a skill whose header is no YAML":
        assert differing(checkout.plan()) == []


@pytest.mark.parametrize("trait", LATER)
def test_what_a_second_deploy_makes_of_a_folder(cli, client, stage, readings, trait):
    root = stage.home / "bot"
    for path, content in {**BASE, **LATER[trait]}.items():
        put(root / path, content)
    deploy(cli, root)
    checkout = stage.checkout(key="k")
    report = imported(checkout, source=root)
    whole(report, checkout)
    assert any("skills/pdf/SKILL.md" in note for note in report.patches[0].notes)
    if readings.include_files == "all" or trait == "a folded description":
        assert differing(checkout.plan()) != []
    deploy(cli, root)
    assert differing(checkout.plan()) == []


def test_the_scaffold_of_the_official_client(cli, client, stage, monkeypatch):
    monkeypatch.chdir(stage.home)
    cli.commands._scaffold(name="project", force=False)
    deploy(cli, stage.home / "project")
    checkout = stage.checkout(key="k")
    report = imported(checkout, source=stage.home / "project")
    whole(report, checkout)
    (patch,) = report.patches
    (note,) = patch.notes
    assert f"agent {patch.agent_id}" in note
    assert differing(checkout.plan()) == []
    # Nothing is left to apply but whose it is from now on.
    assert checkout.apply().exit_code is ExitCode.OK
    assert differing(checkout.plan()) == []


def test_an_id_in_the_project_counts_before_what_is_remembered(cli, client, stage):
    root = stage.home / "bot"
    for path, content in BASE.items():
        put(root / path, content)
    deploy(cli, root)
    other = client.create_agent({"name": "other"})["id"]
    put(root / "agent.json", {**BASE["agent.json"], "agent_id": other})
    checkout = stage.checkout(key="k")
    assert imported(checkout, source=root).patches[0].agent_id == other
