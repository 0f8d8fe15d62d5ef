"""What the official clients make of an agent is no difference from the definition of it."""

import json
import tempfile
from pathlib import Path

import pytest
from generated import documents
from hypothesis import HealthCheck, given, settings
from matched import compared

from agentsync.engine.normalise import desired
from agentsync.model import Definition
from agentsync.providers.base import Connection
from agentsync.providers.managed import RULES, ManagedDeepAgents

pytestmark = pytest.mark.interop

MANY = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def differing(server):
    """The fields in which a live agent differs from a document."""
    provider = ManagedDeepAgents(Connection(base_url=server.url, key="k"), print)

    def fields(agent_id, document):
        definition = Definition(address="a", value=desired(document, RULES), agent_id=agent_id)
        found = compared(definition, provider.read(agent_id)).fields
        return [(item.pointer, item.before, item.after) for item in found]

    yield fields
    provider.close()


@MANY
@given(document=documents())
def test_created_through_the_sdk(sdk, server, differing, document):
    with sdk.Client(api_url=server.url, api_key="k") as client:
        made = client.agents.create(document)
    assert differing(made["id"], document) == []


@MANY
@given(document=documents())
def test_deployed_by_the_command_line(cli, server, differing, document):
    # It reads front matter by lines and writes it as JSON, where a character beyond 16 bits is two
    # escapes that no YAML parser puts together: only plain words survive it.
    for number, spec in enumerate([*document["skills"], *document["subagents"]]):
        if "description" in spec:
            spec["description"] = f"Number {number}"
    client = cli.api_client.ApiClient(endpoint=server.url, api_key="k")
    with tempfile.TemporaryDirectory() as folder:
        write_deploy_project(Path(folder), document)
        project = cli.project.Project.load(Path(folder))
        made = client.create_agent(cli.payload.build_payload(project))
        assert differing(made["id"], document) == []
        # A second deploy writes the tree itself, through hub commits.
        client.patch_agent(made["id"], cli.payload.build_metadata_payload(project))
        tree = cli.payload.build_directory_files(project)
        cli.commands._sync_agent_directory(client, made["id"], tree)
    client.close()
    assert differing(made["id"], document) == []


def write_deploy_project(root: Path, document: dict) -> None:
    kept = ("name", "description", "runtime", "backend", "permissions", "extras")
    _write(root / "agent.json", {key: document[key] for key in kept if key in document})
    _write(root / "AGENTS.md", document["system_prompt"])
    _write(root / "tools.json", document["tools"])
    for spec in document["subagents"]:
        at = root / "subagents" / spec["name"]
        header = {"description": spec.get("description"), "model": spec.get("model_id")}
        _write(at / "agent.json", header)
        _write(at / "AGENTS.md", spec["instructions"])
        _write(at / "tools.json", spec["tools"])
    for spec in document["skills"]:
        at = root / "skills" / spec["name"]
        header = f"---\nname: {spec['name']}\ndescription: {spec['description']}\n---\n"
        _write(at / "SKILL.md", header + spec["instructions"])
        for path, content in spec["files"].items():
            _write(at / path, content)


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8", newline="")
