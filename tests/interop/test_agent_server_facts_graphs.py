"""What the real Agent Server says of its graphs, and what their runs see of an assistant."""

import pytest

pytestmark = pytest.mark.interop

P = {"p": 1}


def test_the_graph_changes_by_patch_and_the_rest_stays(alice):
    made = alice.make(context=P)
    path = f"/assistants/{made['assistant_id']}"
    after = alice.patch(made["assistant_id"], graph_id="plain")
    assert (after["graph_id"], after["config"], after["context"]) == ("plain", made["config"], P)
    assert alice.http.get(f"{path}/schemas").json()["graph_id"] == "plain"
    unknown = alice.http.patch(path, json={"graph_id": "nope"})
    assert unknown.status_code == 404
    expected = "Graph 'nope' not found. Expected one of: ['agent', 'plain', 'writer']"
    assert unknown.json() == {"detail": expected}
    assert alice.http.get(path).json() == after


def test_the_schemas_of_a_graph_with_a_context(alice):
    found = alice.http.get(f"/assistants/{alice.make()['assistant_id']}/schemas").json()
    assert next(iter(found)) == "graph_id"
    assert set(found) == {
        "graph_id",
        *(f"{part}_schema" for part in ("input", "output", "state", "config", "context")),
    }
    properties = found["context_schema"]["properties"]
    assert {key: item.get("type") for key, item in properties.items()} == {
        "system_prompt": "string",
        "model": "string",
        "temperature": "number",
        "tools": "array",
        "limits": None,
    }
    assert properties["tools"]["items"] == {"type": "string"}
    assert properties["limits"] == {"$ref": "#/$defs/Limits"}
    limits = found["context_schema"]["$defs"]["Limits"]["properties"]
    assert limits["max_steps"]["type"] == "integer"
    assert "additionalProperties" not in found["context_schema"]
    assert "required" not in found["context_schema"]
    assert found["config_schema"] == found["context_schema"]


def test_the_schemas_of_a_graph_without_a_context(alice):
    made = alice.make(graph_id="plain")
    found = alice.http.get(f"/assistants/{made['assistant_id']}/schemas").json()
    assert found["context_schema"] is None
    assert found["config_schema"] == {}


def test_the_schema_of_a_nested_prompt(alice):
    made = alice.make(graph_id="writer")
    found = alice.http.get(f"/assistants/{made['assistant_id']}/schemas").json()["context_schema"]
    assert list(found["properties"]) == ["style", "language"]
    assert found["properties"]["style"] == {"$ref": "#/$defs/Style"}
    assert found["$defs"]["Style"]["properties"]["instructions"]["type"] == "string"


def test_a_context_is_not_held_to_the_schema(alice):
    assert alice.make(context={"temperature": "hot", "other": 1})["context"]["temperature"] == "hot"


def test_a_run_sees_an_old_configurable_when_only_the_context_was_cleared(alice):
    def seen(path):
        body = {"assistant_id": path, "input": {"question": "?"}}
        return alice.http.post("/runs/wait", json=body).json()["seen"]

    told = {"system_prompt": "Be kind."}
    path = alice.make(context=told)["assistant_id"]
    assert seen(path) == {"context": told, "configurable": told}
    alice.patch(path, context={})
    assert seen(path) == {"context": None, "configurable": told}
    alice.patch(path, context={}, config={"configurable": {}})
    assert seen(path) == {"context": None, "configurable": {}}
