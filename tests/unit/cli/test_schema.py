"""`agentsync schema`, for both kinds of API, over small documents of each."""

import json
from pathlib import Path

import pytest
from command import agentsync

from agentsync.engine import schema
from agentsync.errors import ExitCode
from agentsync.files import shipped

TEXT = {"type": "string"}
LINK = {"type": "object", "properties": {"repo_handle": TEXT}}
HELPER = {"type": "object", "properties": {"name": TEXT}}
ASKED = {
    "agent": {
        "name": TEXT,
        "subagents": {"type": "array", "items": HELPER},
        "files": {"type": "object", "additionalProperties": LINK},
    },
    "assistant": {"graph_id": TEXT, "name": TEXT},
}
COMPONENTS = {
    "agent": ("CreateAgentRequest", "UpdateAgentRequest", "Agent"),
    "assistant": ("AssistantCreate", "AssistantPatch", "Assistant"),
}
DERIVED = {"agent": ("agent", "subagent"), "assistant": ("assistant",)}


@pytest.fixture
def document(tmp_path):
    """Writes the OpenAPI document of one kind, with these fields in its requests."""

    def write(components, fields):
        schemas = {name: {"properties": fields} for name in components}
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps({"openapi": "3.1.0", "components": {"schemas": schemas}}))
        return path

    return write


@pytest.mark.parametrize("name", ["agent", "assistant", "subagent"])
def test_show_prints_the_shipped_text(name):
    assert agentsync("schema", "show", name).out == shipped.schema_text(name)


def test_show_names_all_there_are():
    done = agentsync("schema", "show", "assistent")
    assert done.code == ExitCode.USAGE
    assert "agent, assistant, plan, project, report, subagent" in done.err
    told = " ".join(agentsync("schema", "show", "--help").out.split())
    assert "agent, subagent, assistant, project, plan or report" in told


@pytest.mark.parametrize("kind", ["agent", "assistant"])
def test_derive_writes_the_schemas_of_that_api_and_our_own(kind, document, tmp_path):
    path, folder = document(COMPONENTS[kind], ASKED[kind]), tmp_path / "out"
    done = agentsync("schema", "derive", path, "--directory", folder)
    assert (done.code, done.err) == (ExitCode.OK, "")
    names = sorted((*DERIVED[kind], *schema.documents()))
    assert sorted(each.name for each in folder.iterdir()) == [f"{n}.schema.json" for n in names]
    derived = schema.derive(json.loads(path.read_text()))
    for name in DERIVED[kind]:
        assert (folder / f"{name}.schema.json").read_text("utf-8") == schema.render(derived[name])
    assert done.out.count("written") == len(names)
    again = agentsync("schema", "derive", path, "--directory", folder).out
    assert again.count("unchanged") == len(names)


@pytest.mark.parametrize("kind", ["agent", "assistant"])
def test_check_tells_what_is_new_and_ends_in_2(kind, document):
    fields = {**ASKED[kind], "memory": TEXT}
    done = agentsync("schema", "check", document(COMPONENTS[kind], fields))
    assert done.code == ExitCode.DIFFERENCES
    assert f"{kind}: new request field `memory` (string): not managed yet" in done.out
    other = {"agent": "assistant: ", "assistant": "agent: "}[kind]
    assert not [line for line in done.out.splitlines() if line.startswith(other)]


@pytest.mark.parametrize("name", ["managed-deep-agents-openapi.json", "agent-server-openapi.json"])
def test_check_is_content_with_the_api_of_today(name):
    path = Path(__file__).resolve().parents[4] / "shared" / "api" / name
    if not path.exists():
        pytest.skip(f"the API's OpenAPI document is not here (../shared/api/{name})")
    done = agentsync("schema", "check", path)
    assert (done.code, done.out) == (ExitCode.OK, "The schemas are current with this API.\n")


@pytest.mark.parametrize("command", ["derive", "check"])
def test_a_document_of_neither_is_refused(command, document, tmp_path):
    where = ("--directory", tmp_path / "out") if command == "derive" else ()
    done = agentsync("schema", command, document(("Thread",), {"a": TEXT}), *where)
    assert done.code == ExitCode.USAGE
    assert done.out == ""
    assert "(Managed Deep Agents) nor AssistantCreate" in done.err
    assert not (tmp_path / "out").exists()
