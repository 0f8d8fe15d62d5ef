"""Deriving: what a document may look like, and what is said of one that cannot be used."""

import json
from typing import Any

import pytest

from agentsync.engine import schema
from agentsync.engine.schema.managed import MANAGED
from agentsync.errors import UsageError

Api = dict[str, Any]


def _create(api: Api) -> Api:
    request: Api = api["components"]["schemas"]["CreateAgentRequest"]["properties"]
    return request


def _with(api: Api, field: Any) -> Any:
    """The derived schema of a field `extra` that this API has besides."""
    for name in ("CreateAgentRequest", "UpdateAgentRequest"):
        api["components"]["schemas"][name]["properties"]["extra"] = field
    agent = api["components"]["schemas"]["Agent"]["allOf"][1]
    agent["properties"] = {**agent["properties"], "extra": field}
    return schema.derive(api)["agent"]["properties"]["extra"]


def test_a_tiny_api(tiny_api: Api) -> None:
    derived = schema.derive(tiny_api)
    agent = derived["agent"]
    assert list(agent["properties"]) == ["id", "name", "model", "backend", "tools", "skills"]
    assert agent["required"] == ["name"]
    assert agent["properties"]["backend"]["properties"]["type"]["default"] == "state"
    assert agent["x-agentsync"]["write_only"] == ["secret"]
    assert sorted(agent["x-agentsync"]["server_owned"]) == ["id", "revision"]
    assert list(agent["x-agentsync"]["operations"]) == ["POST /agents"]
    assert list(derived["subagent"]["properties"]) == ["model_id"]


def test_nothing_of_the_document_is_changed(tiny_api: Api) -> None:
    before = json.dumps(tiny_api)
    schema.derive(tiny_api)
    assert json.dumps(tiny_api) == before


def test_rebuild_needs_no_document(tiny_api: Api) -> None:
    derived = schema.derive(tiny_api)
    stored = json.loads(schema.render(derived["agent"]))
    assert schema.rebuild(stored) == derived


def test_rebuild_says_when_there_is_nothing_to_build_from() -> None:
    with pytest.raises(UsageError, match="no `x-agentsync` block"):
        schema.rebuild({"type": "object"})


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"type": "string"}, {"type": "string"}),
        ({"type": ["string", "null"]}, {"type": "string"}),
        ({"type": ["integer", "string"]}, {"type": ["integer", "string"]}),
        ({"type": "string", "nullable": True}, {"type": "string"}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, {}),
        ({"type": "string", "maxLength": 9, "x-more": 1}, {"type": "string", "maxLength": 9}),
        ({"type": "object"}, {"type": "object"}),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"type": "object", "additionalProperties": {"type": "integer"}},
        ),
        (
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
        ),
        (
            {
                "allOf": [
                    {"properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
                    {"properties": {"a": {"type": "string"}, "b": True}, "required": ["b"]},
                ]
            },
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {}},
                "required": ["a", "b"],
                "additionalProperties": False,
            },
        ),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Backend"}},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "type": {
                            "type": "string",
                            "default": "state",
                            "enum": ["state", "sandbox"],
                        }
                    },
                    "additionalProperties": False,
                },
            },
        ),
    ],
)
def test_a_field_nobody_knew_is_taken_as_the_api_says(
    field: Any, expected: Any, tiny_api: Api
) -> None:
    assert _without_words(_with(tiny_api, field)) == expected


def _without_words(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_words(item) for key, item in part.items() if key != "description"}
    return part


def test_a_component_may_hold_itself(tiny_api: Api) -> None:
    node = {
        "type": "object",
        "properties": {
            "label": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    tiny_api["components"]["schemas"]["Node"] = node
    tree = _without_words(_with(tiny_api, {"$ref": "#/components/schemas/Node"}))
    assert tree["properties"]["children"] == {"type": "array", "items": {"type": "object"}}


@pytest.mark.parametrize("mark", ["readOnly", "writeOnly", "deprecated"])
def test_a_field_so_marked_stays_out(mark: str, tiny_api: Api) -> None:
    with pytest.raises(KeyError, match="extra"):
        _with(tiny_api, {"type": "string", mark: True})


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "it is not an object"),
        ({}, "`openapi` must say version 3, it says None"),
        ({"swagger": "2.0"}, "`openapi` must say version 3"),
        ({"openapi": 3}, "it says 3"),
        ({"openapi": "3.1.0"}, "components.schemas is missing"),
        ({"openapi": "3.1.0", "components": []}, "components.schemas is missing"),
        (
            {"openapi": "3.1.0", "components": {"schemas": {"Agent": {}}}},
            "components.schemas lacks CreateAgentRequest, UpdateAgentRequest",
        ),
        (
            {"openapi": "3.1.0", "components": {"schemas": {"AssistantPatch": {}, "Thread": {}}}},
            "components.schemas lacks AssistantCreate, Assistant",
        ),
        (
            {"openapi": "3.1.0", "components": {"schemas": {"Thread": {}}}},
            "components.schemas has neither CreateAgentRequest, UpdateAgentRequest, Agent (Managed "
            "Deep Agents) nor AssistantCreate, AssistantPatch, Assistant (Agent Server)",
        ),
        (
            {
                "openapi": "3.1.0",
                "components": {
                    "schemas": {name: {"type": "object"} for name in MANAGED.components}
                },
            },
            "components.schemas.CreateAgentRequest has no properties",
        ),
    ],
)
def test_no_usable_document(document: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        schema.derive(document)
    assert says in caught.value.message
    assert caught.value.hint == (
        "give the OpenAPI 3 document of the Managed Deep Agents API or of an Agent Server, as JSON"
    )


NAMED = "components.schemas.CreateAgentRequest.extra"


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("string", f"{NAMED} is not a schema"),
        (None, f"{NAMED} is not a schema"),
        (False, f"{NAMED} is not a schema"),
        ({"$ref": "#/components/schemas/Gone"}, "refers to #/components/schemas/Gone, which does"),
        ({"$ref": "other.json#/Node"}, "refers to 'other.json#/Node', which is not in the"),
        ({"$ref": ["x"]}, "which is not in the document"),
        ({"$ref": "#/components/schemas/Round"}, f"{NAMED} refers to itself: "),
        ({"allOf": {"type": "string"}}, f"{NAMED} has an allOf that is not a list"),
        ({"allOf": [{"type": "string"}, {"type": "array"}]}, "contradict each other: string, arr"),
        ({"type": 3}, "has a type that is neither a word nor a list of words"),
        ({"properties": []}, "has properties that are not an object"),
        ({"properties": {}, "required": "a"}, "has a `required` that is not a list of names"),
        ({"enum": "abc"}, "has an enum that is not a list"),
        ({"type": "number", "default": float("nan")}, "it holds NaN or an infinity"),
    ],
)
def test_a_field_that_makes_no_sense_is_named(field: Any, says: str, tiny_api: Api) -> None:
    schemas = tiny_api["components"]["schemas"]
    schemas["Round"] = {"allOf": [{"$ref": "#/components/schemas/About"}]}
    schemas["About"] = {"$ref": "#/components/schemas/Round"}
    with pytest.raises(UsageError) as caught:
        _with(tiny_api, field)
    assert says in caught.value.message


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"type": "array", "items": inner},
        lambda inner: {"allOf": [inner]},
        lambda inner: {"properties": {"a": inner}},
    ],
)
def test_endless_nesting_is_named(wrap: Any, tiny_api: Api) -> None:
    field: Any = {"type": "string"}
    for _ in range(2000):
        field = wrap(field)
    with pytest.raises(UsageError, match=r"nested (more than|too deep)"):
        _with(tiny_api, field)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("subagents", "the requests do not say what `subagents` holds"),
        ("files", "the requests do not say what `files` holds"),
    ],
)
def test_what_our_files_are_made_of_must_be_there(name: str, says: str, tiny_api: Api) -> None:
    del _create(tiny_api)[name]
    with pytest.raises(UsageError, match=says):
        schema.derive(tiny_api)


def test_a_link_needs_its_handle(tiny_api: Api) -> None:
    del _create(tiny_api)["files"]["additionalProperties"]["properties"]["repo_handle"]
    with pytest.raises(UsageError, match="no `repo_handle`"):
        schema.derive(tiny_api)


def test_what_the_api_comes_to_require_adds_to_our_rules(real_api: Api) -> None:
    real_api["components"]["schemas"]["ToolSpec"]["required"] = ["display_name"]
    tools = schema.derive(real_api)["agent"]["properties"]["tools"]["properties"]["tools"]
    assert tools["items"]["required"] == ["name", "mcp_server_url", "display_name"]
