"""What `check` says of an Agent Server that moved on; each case bends the tiny one one way."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from agentsync.engine import schema
from agentsync.errors import UsageError

Api = dict[str, Any]
Bend = Callable[[Api], object]

TEXT = {"type": "string"}
ASKED = ("AssistantCreate", "AssistantPatch")
ALL = (*ASKED, "Assistant")


def _fields(api: Api, component: str) -> Api:
    fields: Api = api["components"]["schemas"][component]["properties"]
    return fields


def _set(name: str, field: Any, components: tuple[str, ...] = ALL) -> Bend:
    return lambda api: [_fields(api, each).update({name: field}) for each in components]


def _gone(name: str, components: tuple[str, ...] = ALL) -> Bend:
    return lambda api: [_fields(api, each).pop(name) for each in components]


def _create(**keywords: Any) -> Bend:
    return lambda api: api["components"]["schemas"]["AssistantCreate"].update(keywords)


@pytest.mark.parametrize(
    ("bend", "sentences"),
    [
        (lambda api: None, []),
        (_set("memory", TEXT), ["new request field `memory` (string): not managed yet"]),
        (
            _set("token", TEXT, ASKED),
            ["new request field `token` (string): write-only, stays out"],
        ),
        (
            _set("etag", TEXT, ("Assistant",)),
            ["new response field `etag` (string): server-owned, stays out"],
        ),
        (_gone("context"), ["request field `context` (object) is gone from the API"]),
        (
            _gone("version", ("Assistant",)),
            ["response field `version` (integer) is gone from the API"],
        ),
        (
            _gone("name", ASKED),
            ["`name` can no longer be set: it is server-owned now"],
        ),
        (
            _set("version", TEXT, ("Assistant",)),
            ["`version` was integer and is now string (response only)"],
        ),
        (_set("name", {"type": "integer"}), ["`name` was string and is now integer"]),
        (
            _set("context", {"type": "object", "description": "New."}),
            ["description of `context` changed, read it"],
        ),
        (_create(required=[]), ["`graph_id` is no longer required"]),
        (_create(required=["graph_id", "name"]), ["`name` is now required"]),
        (
            _create(required=["graph_id", "if_exists"]),
            ["`if_exists` is now required: agentsync does not send it, so creating an agent"],
        ),
        (
            _set("if_exists", {"type": "string", "enum": ["raise", "replace"]}, ALL[:1]),
            ["`if_exists` now also takes `replace`"],
        ),
        (
            _create(additionalProperties=False),
            ["requests that create now refuse fields that the API does not list"],
        ),
        (
            lambda api: _fields(api, "Config").update(run_name=TEXT),
            ["`config` changed in the API's answers, read it"],
        ),
        # The graphs of the next server are no news, however its document lists them.
        (_set("graph_id", {"type": "string", "enum": ["third"]}), []),
        (_set("graph_id", TEXT), []),
        (_set("graph_id", {**TEXT, "enum": ["third"]}, ("Assistant",)), []),
        (_set("graph_id", {"type": "integer"}), ["`graph_id` was string and is now integer"]),
    ],
)
def test_says(bend: Bend, sentences: list[str], tiny_server: Api) -> None:
    known = schema.derive(copy.deepcopy(tiny_server))
    bend(tiny_server)
    found = schema.check(tiny_server, known)
    assert len(found) == len(sentences), found
    for sentence, expected in zip(found, sentences, strict=True):
        assert sentence.startswith(f"assistant: {expected}")


def test_calls_are_compared_too(tiny_server: Api) -> None:
    known = schema.derive(copy.deepcopy(tiny_server))
    tiny_server["paths"]["/assistants"] = {"post": {"description": "Make two."}, "put": {}}
    tiny_server["paths"]["/agents"] = {"get": {}}
    assert schema.check(tiny_server, known) == (
        "operations: description of `POST /assistants` changed, read it",
        "operations: `PUT /assistants` is new: not used yet",
    )


def test_a_part_of_a_managed_agent_is_no_part_of_an_assistant(tiny_server: Api) -> None:
    item = {"type": "object", "properties": {"a": TEXT}}
    _set("skills", {"type": "array", "items": item})(tiny_server)
    known = schema.derive(copy.deepcopy(tiny_server))
    item["properties"] = {"a": TEXT, "b": TEXT}
    assert schema.check(tiny_server, known) == (
        "assistant: new request field `skills[].b` (string): not managed yet",
    )


def test_each_document_is_held_against_its_own_schema(tiny_server: Api, tiny_api: Api) -> None:
    known = {**schema.derive(tiny_api), **schema.derive(tiny_server)}
    assert schema.check(tiny_server, known) == schema.check(tiny_api, known) == ()


def test_the_committed_schema_knows_all_of_the_api(committed: Any, real_server: Api) -> None:
    assert schema.check(real_server, committed) == ()


def test_a_schema_changed_by_hand_is_told(committed: Any, real_server: Api) -> None:
    bent = copy.deepcopy(committed)
    bent["assistant"]["properties"]["name"]["description"] = "Name."
    assert schema.check(real_server, bent) == (
        "assistant: the committed schema is not what agentsync derives: derive it again",
    )


@pytest.mark.parametrize("committed_schemas", [{}, {"assistant": {"type": "object"}}])
def test_without_facts_there_is_nothing_to_compare(
    committed_schemas: Any, tiny_server: Api
) -> None:
    with pytest.raises(UsageError, match="not an assistant schema of agentsync"):
        schema.check(tiny_server, committed_schemas)
