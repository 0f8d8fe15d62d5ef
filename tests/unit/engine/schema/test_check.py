"""What `check` says of an API that moved on; each case bends the tiny API one way."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from agentsync.engine import schema
from agentsync.errors import UsageError

Api = dict[str, Any]
Bend = Callable[[Api], object]


def _requests(api: Api) -> list[Api]:
    # Both requests of the tiny API share one map of fields, and Agent has its own.
    return [api["components"]["schemas"]["CreateAgentRequest"]["properties"]]


def _answer(api: Api) -> Api:
    answer: Api = api["components"]["schemas"]["Agent"]["allOf"][1]["properties"]
    return answer


def _everywhere(name: str, field: Any) -> Bend:
    def bend(api: Api) -> None:
        for fields in (*_requests(api), _answer(api)):
            fields[name] = field

    return bend


def _asked(name: str, field: Any) -> Bend:
    return lambda api: [fields.update({name: field}) for fields in _requests(api)]


def _gone(name: str) -> Bend:
    return lambda api: [fields.pop(name, None) for fields in (*_requests(api), _answer(api))]


def _backend(**keywords: Any) -> Bend:
    return lambda api: api["components"]["schemas"]["Backend"]["properties"]["type"].update(
        keywords
    )


def _subagent(**fields: Any) -> Bend:
    return lambda api: _requests(api)[0]["subagents"]["items"]["properties"].update(fields)


def _create(**keywords: Any) -> Bend:
    return lambda api: api["components"]["schemas"]["CreateAgentRequest"].update(keywords)


OBJECT = {"type": "object"}
TEXT = {"type": "string"}
COUNTS = {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("bend", "sentences"),
    [
        (
            _everywhere("memory", OBJECT),
            ["agent: new request field `memory` (object): not managed yet"],
        ),
        (
            _everywhere("memory", COUNTS),
            ["agent: new request field `memory` (list of map of integer): not managed yet"],
        ),
        (
            _everywhere("memory", {"type": ["string", "null"]}),
            ["agent: new request field `memory` (string or null): not managed yet"],
        ),
        (
            _asked("token", TEXT),
            ["agent: new request field `token` (string): write-only, stays out"],
        ),
        (
            lambda api: _answer(api).update(etag=TEXT),
            ["agent: new response field `etag` (string): server-owned, stays out"],
        ),
        (_gone("backend"), ["agent: request field `backend` (object) is gone from the API"]),
        (
            lambda api: _requests(api)[0].pop("backend"),
            ["agent: `backend` can no longer be set: it is server-owned now"],
        ),
        (
            _asked("revision", TEXT),
            ["agent: new request field `revision` (string): not managed yet (it was server-owned)"],
        ),
        (
            lambda api: api["components"]["schemas"]["Summary"]["properties"].pop("revision"),
            ["agent: response field `revision` (string) is gone from the API"],
        ),
        (
            lambda api: api["components"]["schemas"]["Summary"]["properties"].update(
                revision={"type": "integer"}
            ),
            ["agent: `revision` was string and is now integer (response only)"],
        ),
        (
            lambda api: _answer(api).pop("tools"),
            ["agent: `tools` is no longer returned: write-only now"],
        ),
        (
            lambda api: _answer(api).update(
                secret={"type": "object", "additionalProperties": True}
            ),
            ["agent: `secret` is now returned"],
        ),
        (
            _backend(enum=["sandbox", "vm"]),
            [
                "agent: `backend.type` now also takes `vm`",
                "agent: `backend.type` no longer takes `state`",
            ],
        ),
        (_backend(enum=["sandbox", "state"]), []),
        (_backend(default="sandbox"), ["agent: default of `backend.type` was `state` and is now"]),
        (_backend(maxLength=9), ["agent: `backend.type` now has the maxLength `9`"]),
        (_backend(deprecated=True), ["agent: `backend.type` is now marked deprecated"]),
        (_backend(type="integer"), ["agent: `backend.type` was string and is now integer"]),
        (_backend(description="New."), ["agent: description of `backend.type` changed, read it"]),
        (
            _asked("name", {"type": "string", "description": "Its\n  name."}),
            [],
        ),
        (
            _asked("name", {"type": "string", "description": "Its name, at most 9 letters."}),
            ["agent: description of `name` changed, read it"],
        ),
        (_create(description="Read me."), ["agent: description of the requests changed, read it"]),
        (_create(required=[]), ["agent: `name` is no longer required"]),
        (_create(required=["backend", "name"]), ["agent: `backend` is now required"]),
        (_create(required=["name", "secret"]), ["agent: `secret` is now required: agentsync does"]),
        (
            lambda api: (_asked("token", TEXT)(api), _create(required=["name", "token"])(api)),
            [
                "agent: new request field `token` (string): write-only, stays out",
                "agent: `token` is now required: agentsync does not send it, so creating an agent",
            ],
        ),
        (
            _create(additionalProperties=False),
            ["agent: requests that create now refuse fields that the API does not list"],
        ),
        (
            lambda api: _requests(api)[0]["subagents"]["items"].update(additionalProperties=False),
            ["agent: `subagents[]` now refuses keys that the API does not list"],
        ),
        (
            lambda api: api["components"]["schemas"]["Backend"].update(additionalProperties=False),
            ["agent: `backend` now refuses keys that the API does not list"],
        ),
        (
            _subagent(memory=TEXT),
            ["subagent: new request field `memory` (string): not managed yet"],
        ),
        (
            _subagent(model_id={"type": "string", "description": "New."}),
            ["subagent: description of `model_id` changed, read it"],
        ),
        (
            lambda api: _requests(api)[0]["files"]["additionalProperties"]["properties"].pop(
                "commit_id"
            ),
            ["file: request field `commit_id` (string) is gone from the API"],
        ),
        (
            lambda api: _requests(api)[0]["tools"]["properties"]["interrupts"].update(
                additionalProperties=TEXT
            ),
            [
                "agent: `tools.interrupts` was map of boolean and is now map of string",
                "agent: `tools.interrupts{}` was boolean and is now string",
            ],
        ),
        (
            lambda api: api["paths"]["/agents"]["post"].update(description="Make two."),
            ["operations: description of `POST /agents` changed, read it"],
        ),
        (
            lambda api: api["paths"]["/agents"].update(put={}),
            ["operations: `PUT /agents` is new: not used yet"],
        ),
        (
            lambda api: api.update(paths={}),
            ["operations: `POST /agents` is gone from the API"],
        ),
        (lambda api: api["paths"].update({"/threads/{id}": {"get": {}}}), []),
        (lambda api: api.update(info={"version": "9"}), []),
    ],
)
def test_says(bend: Bend, sentences: list[str], tiny_api: Api) -> None:
    known = schema.derive(copy.deepcopy(tiny_api))
    newer = copy.deepcopy(tiny_api)
    bend(newer)
    found = schema.check(newer, known)
    assert len(found) == len(sentences), found
    for sentence, expected in zip(found, sentences, strict=True):
        assert sentence.startswith(expected)


def test_update_alone_may_move(tiny_api: Api) -> None:
    known = schema.derive(copy.deepcopy(tiny_api))
    update = tiny_api["components"]["schemas"]["UpdateAgentRequest"]
    update["properties"] = {**update["properties"], "backend": TEXT, "removals": TEXT}
    del update["properties"]["name"]
    assert schema.check(tiny_api, known) == (
        "agent: new request field `removals` (string): write-only, stays out",
        "agent: `backend` changed in updates, read it",
        "agent: `name` is now taken on create only",
    )


def test_what_was_closed_may_open(tiny_api: Api) -> None:
    closed = copy.deepcopy(tiny_api)
    for name in ("CreateAgentRequest", "UpdateAgentRequest", "Backend"):
        closed["components"]["schemas"][name]["additionalProperties"] = False
    assert schema.check(closed, schema.derive(closed)) == ()
    assert schema.check(tiny_api, schema.derive(closed)) == (
        "agent: requests that create now take fields that the API does not list",
        "agent: requests that update now take fields that the API does not list",
        "agent: `backend` now takes keys that the API does not list",
    )


def test_the_committed_schemas_know_all_of_the_api(committed: Any, real_api: Api) -> None:
    assert schema.check(real_api, committed) == ()


def test_a_schema_changed_by_hand_is_told(committed: Any, real_api: Api) -> None:
    bent = copy.deepcopy(committed)
    bent["agent"]["properties"]["name"]["description"] = "Name."
    del bent["subagent"]
    assert schema.check(real_api, bent) == (
        "agent: the committed schema is not what agentsync derives: derive it again",
        "subagent: there is no committed schema: derive it",
    )


def test_even_an_api_without_subagents_gets_an_answer(committed: Any, real_api: Api) -> None:
    for component in ("CreateAgentRequest", "UpdateAgentRequest"):
        del real_api["components"]["schemas"][component]["properties"]["subagents"]
    assert schema.check(real_api, committed) == (
        "agent: `subagents` can no longer be set: it is server-owned now",
    )


@pytest.mark.parametrize("committed_schemas", [{}, {"agent": {"type": "object"}}])
def test_without_facts_there_is_nothing_to_compare(committed_schemas: Any, tiny_api: Api) -> None:
    with pytest.raises(UsageError, match="not an agent schema of agentsync"):
        schema.check(tiny_api, committed_schemas)


def test_an_unusable_document_is_refused(committed: Any) -> None:
    with pytest.raises(UsageError, match="not a usable OpenAPI document"):
        schema.check({"openapi": "2.0"}, committed)
