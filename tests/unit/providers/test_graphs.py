"""What a graph says of the context it takes, and who is asked for that."""

import threading
from contextlib import closing
from typing import Any

import pytest
from assistantserver import BASE, IDS, AssistantServer, refusing

from agentsync.engine.normalise import desired
from agentsync.errors import ServerError, UnauthorizedError
from agentsync.providers.assistants import RULES, Assistants
from agentsync.providers.base import Connection, Objection

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
SCHEMA = {
    "type": "object",
    "properties": {
        **{"system_prompt": TEXT, "temperature": NUMBER, "limits": {"$ref": "#/$defs/Limits"}},
        "a/b": {"type": "array", "items": TEXT},
    },
    "$defs": {"Limits": {"properties": {"steps": {"type": "integer"}}}},
}


def provider(**more: Any) -> Any:
    return closing(Assistants(Connection(base_url=BASE, key="k", tries=1, **more), print))


def serving(schema: Any = None, count: int = 1) -> AssistantServer:
    server = AssistantServer(schemas={"agent": schema, "plain": None})
    for _ in range(count):
        server.create({"graph_id": "agent"})
    return server


def value(graph: str = "agent", **more: Any) -> dict[str, Any]:
    return desired({"graph_id": graph, "name": "A", **more}, RULES)


def objected(schema: Any, prompt: str = "", **more: Any) -> list[Objection]:
    with provider(prompt=prompt) as found, serving(schema).reached():
        return list(found.objections(value(**more)))


def pointers(schema: Any, prompt: str = "", **more: Any) -> list[str]:
    return [item.pointer for item in objected(schema, prompt, **more)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"system_prompt": "p"}, []),
        ({"context": {"temperature": 0.5, "limits": {"steps": 3}, "a/b": ["x"]}}, []),
        ({"context": {"unheard_of": 1}}, []),
        ({"context": {"temperature": "hot"}}, ["/context/temperature"]),
        ({"context": {"limits": {"steps": "x"}}}, ["/context/limits/steps"]),
        ({"context": {"a/b": ["x", 1]}}, ["/context/a~1b/1"]),
        (
            {"context": {"temperature": None, "limits": {"steps": 1.5}}},
            ["/context/limits/steps", "/context/temperature"],
        ),
    ],
)
def test_each_fault_is_told_once_and_where(said: Any, expected: list[str]) -> None:
    assert sorted(pointers(SCHEMA, **said)) == expected


def test_a_fault_says_what_and_where_to_look() -> None:
    (found,) = objected(SCHEMA, context={"temperature": "hot"})
    assert found.message.startswith("the graph `agent` does not take this: ")
    assert "number" in found.message
    assert "/schemas" in found.hint


def test_a_fault_of_the_prompt_is_told_at_the_prompt() -> None:
    strict = {"properties": {"system_prompt": {"maxLength": 2}, "style": {}}}
    assert pointers(strict, system_prompt="long") == ["/system_prompt"]
    nested = {"properties": {"style": {"properties": {"text": {"maxLength": 2}}}}}
    at = "/context/style/text"
    assert pointers(nested, at, system_prompt="long") == ["/system_prompt"]
    assert pointers(nested, at, system_prompt="ok") == []


def test_the_whole_context_may_be_at_fault() -> None:
    (found,) = objected({"required": ["model"]})
    assert found.pointer == "/context"
    closed = {"properties": {"model": TEXT}, "additionalProperties": False}
    assert pointers(closed, "/context/text", system_prompt="p") == ["/context"]


@pytest.mark.parametrize(
    ("schema", "prompt", "said", "expected"),
    [
        (SCHEMA, "", {"system_prompt": "p"}, []),
        ({"properties": {"model": TEXT}}, "", {"system_prompt": "p"}, ["/system_prompt"]),
        ({"properties": {}}, "", {"system_prompt": "p"}, ["/system_prompt"]),
        ({"properties": {"model": TEXT}}, "", {}, []),
        # The project itself says where: then it is for the project to know.
        ({"properties": {"model": TEXT}}, "/context/style/text", {"system_prompt": "p"}, []),
        # A schema that lists no properties says nothing of any.
        ({"type": "object"}, "", {"system_prompt": "p"}, []),
        ({"$ref": "#/$defs/C", "$defs": {"C": SCHEMA}}, "", {"system_prompt": "p"}, []),
        ({}, "", {"system_prompt": "p"}, []),
    ],
)
def test_a_graph_without_a_place_for_the_prompt(
    schema: Any, prompt: str, said: Any, expected: list[str]
) -> None:
    found = objected(schema, prompt, **said)
    assert [item.pointer for item in found] == expected
    for item in found:
        assert "no /context/system_prompt" in item.message
        assert "AGENTS.md" in item.hint


@pytest.mark.parametrize("schema", [None, [], "x", 3, True, {}])
def test_a_graph_that_says_nothing_objects_to_nothing(schema: Any) -> None:
    assert objected(schema, system_prompt="p", context={"a": 1}) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"a": 3}},
        {"properties": {"a": {"$ref": "#/$defs/absent"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"$schema": "https://elsewhere.example/meta", "type": "string"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"properties": {"a": {"$ref": "http://169.254.169.254/latest"}}},
        {"$id": "https://elsewhere.example/", "$ref": "other.json"},
        {"$ref": "file:///etc/passwd"},
    ],
)
def test_what_is_no_schema_or_lies_elsewhere_is_not_fetched(schema: Any) -> None:
    """Nothing but the server itself is asked: respx refuses every other request."""
    server = serving(schema)
    with provider() as found, server.reached():
        assert list(found.objections(value(context={"a": 1}))) == []
    assert server.names() == ["search", "schemas"]


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 503])
def test_a_schema_that_is_not_told_is_no_objection(status: int) -> None:
    server = serving(SCHEMA)
    server.hooks["schemas"] = refusing(status)
    with provider() as found, server.reached():
        for _ in range(2):
            assert list(found.objections(value(context={"temperature": "hot"}))) == []
    assert server.names() == ["search", "schemas"], "and it is not asked for again"


def test_a_key_that_is_refused_is_no_silence() -> None:
    server = serving(SCHEMA)
    server.hooks["schemas"] = refusing(401)
    server.hooks["search"] = [lambda request: None, *refusing(500)]
    with provider() as found, server.reached():
        with pytest.raises(UnauthorizedError):
            found.objections(value())
        with pytest.raises(ServerError):
            found.objections(value())


def test_an_unknown_graph_is_not_judged_here() -> None:
    server = serving(SCHEMA)
    with provider() as found, server.reached():
        assert list(found.objections(value("nope", context={"temperature": "hot"}))) == []
        assert list(found.objections(value("plain", context={"temperature": "hot"}))) == []
    assert server.names() == ["search", "search"]


def test_each_graph_is_asked_once_and_by_an_assistant_that_was_seen() -> None:
    server = serving(SCHEMA, count=3)
    server.create({"graph_id": "plain"})
    with provider() as found, server.reached():
        found.read(IDS[1])
        list(found.list())
        before = len(server.log)
        for _ in range(3):
            assert len(list(found.objections(value(context={"temperature": "hot"})))) == 1
            assert list(found.objections(value("plain"))) == []
    assert server.names()[before:] == ["schemas", "schemas"]


def test_many_threads_make_one_request() -> None:
    server = serving(SCHEMA)
    with provider() as found, server.reached():
        together = threading.Barrier(8)
        told = []

        def ask() -> None:
            together.wait()
            told.append(len(list(found.objections(value(context={"temperature": "hot"})))))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert told == [1] * 8
    assert server.names() == ["search", "schemas"]
