import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[4]
SCHEMAS = ROOT / "schemas"
APIS = ROOT.parent / "shared" / "api"
API = APIS / "managed-deep-agents-openapi.json"
SERVER_API = APIS / "agent-server-openapi.json"


@pytest.fixture(scope="session")
def committed() -> dict[str, Any]:
    """The six schemas as they are stored, by name."""
    return {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8"))
        for path in sorted(SCHEMAS.glob("*.schema.json"))
    }


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    return {
        path.name.removesuffix(".schema.json"): path.read_bytes().decode("utf-8")
        for path in sorted(SCHEMAS.glob("*.schema.json"))
    }


def _read(document: Path) -> str:
    if not document.exists():
        pytest.skip(
            f"the API's OpenAPI document is not here (../shared/api/{document.name}), so only the "
            "recorded facts were checked, not the document itself"
        )
    return document.read_text("utf-8")


@pytest.fixture(scope="session")
def real_api_text() -> str:
    return _read(API)


@pytest.fixture
def real_api(real_api_text: str) -> Any:
    return json.loads(real_api_text)


@pytest.fixture(scope="session")
def real_server_text() -> str:
    return _read(SERVER_API)


@pytest.fixture
def real_server(real_server_text: str) -> Any:
    return json.loads(real_server_text)


@pytest.fixture(scope="session")
def errors(committed: Mapping[str, Any]) -> Callable[[str, Any], list[str]]:
    """What jsonschema says of a document, having made sure that jsonschema-rs agrees."""
    slow = {name: jsonschema.Draft202012Validator(schema) for name, schema in committed.items()}
    fast = {name: jsonschema_rs.validator_for(schema) for name, schema in committed.items()}

    def judge(name: str, document: Any) -> list[str]:
        found = [
            f"{error.json_path}: {error.message}" for error in slow[name].iter_errors(document)
        ]
        assert fast[name].is_valid(document) is (not found), (document, found)
        return found

    return judge


@pytest.fixture
def tiny_api() -> dict[str, Any]:
    """A small API of the same kind, in our own words; each test may bend it."""
    text = {"type": "string"}
    tools = {
        "type": "object",
        "properties": {
            "interrupts": {"type": "object", "additionalProperties": {"type": "boolean"}}
        },
    }
    request = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "Its name."},
            "backend": {"$ref": "#/components/schemas/Backend"},
            "tools": tools,
            "subagents": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": text, "model_id": text}},
            },
            "files": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"repo_handle": text, "commit_id": text},
                },
            },
            "secret": {"type": "object", "additionalProperties": True},
        },
    }
    answer = {name: schema for name, schema in request["properties"].items() if name != "secret"}
    backend = {"type": {"type": "string", "enum": ["state", "sandbox"], "default": "state"}}
    return {
        "openapi": "3.1.0",
        "paths": {"/agents": {"post": {"description": "Make one."}}, "/threads": {"get": {}}},
        "components": {
            "schemas": {
                "CreateAgentRequest": request,
                "UpdateAgentRequest": {**request, "required": []},
                "Backend": {"type": "object", "properties": backend},
                "Summary": {"type": "object", "properties": {"id": text, "revision": text}},
                "Agent": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Summary"},
                        {"type": "object", "properties": answer},
                    ]
                },
            }
        },
    }


@pytest.fixture
def tiny_server() -> dict[str, Any]:
    """A small Agent Server, in our own words, that has two graphs; each test may bend it."""
    text, anything = {"type": "string"}, {"type": "object"}
    graph = {"type": "string", "enum": ["agent", "other"]}
    asked = {
        **{"graph_id": graph, "name": text, "config": anything, "metadata": anything},
        **{"context": {"type": "object", "description": "What the graph gets."}},
    }
    config = {
        "tags": {"type": "array", "items": text},
        "recursion_limit": {"type": "integer"},
        "configurable": anything,
    }
    create = {"assistant_id": text, "if_exists": {"type": "string", "enum": ["raise"]}}
    answer = {"assistant_id": text, "config": {"$ref": "#/components/schemas/Config"}}
    owned = {"version": {"type": "integer"}}
    components = {
        "AssistantCreate": {"properties": {**asked, **create}, "required": ["graph_id"]},
        "AssistantPatch": {"properties": dict(asked)},
        "Assistant": {"properties": {**asked, **answer, **owned}},
        "Config": {"type": "object", "properties": config},
    }
    return {
        "openapi": "3.1.0",
        "paths": {"/assistants": {"post": {"description": "Make one."}}, "/runs": {"get": {}}},
        "components": {"schemas": copy.deepcopy(components)},
    }
