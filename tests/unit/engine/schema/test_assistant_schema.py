"""What the committed schema of an assistant's agent.yaml takes, and what it says on a no."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agentsync.engine import schema
from agentsync.engine.forms import ASSISTANT
from agentsync.engine.validate import Checker, Issue, without_write_only
from agentsync.errors import UsageError

Judge = Callable[[str, Any], list[str]]

UUID = "dfa71115-c971-4197-8f02-20826fbc6f40"
BARE = {"graph_id": "agent", "name": "Support triage"}
FULL = {
    **BARE,
    "id": UUID,
    "description": "",
    "config": {"tags": ["support"], "recursion_limit": 1, "run_name": "triage"},
    "context": {"model": "openai:gpt-5.5", "tools": ["a"], "limit": None, "configurable": {}},
    "metadata": {"team": "support", "deep": {"list": [1, None, 1.5, True], "none": None}},
}


@pytest.fixture(scope="module")
def checker(committed: Mapping[str, Any]) -> Checker:
    return Checker(committed["assistant"])


@pytest.mark.parametrize(
    "document",
    [
        BARE,
        FULL,
        {**BARE, "name": "Ünïcode 名前 🤖", "graph_id": "my graph"},
        {**BARE, "id": UUID.upper(), "description": "two\nlines"},
        {**BARE, "config": {}, "context": {}, "metadata": {}},
        {**BARE, "config": {"tags": [], "recursion_limit": 2**53 - 1, "max_concurrency": None}},
        {**BARE, "context": {"agentsync": 1, "system_prompt": "x"}},
        {**BARE, "metadata": {"agentsync-team": 1, "created_by": "me", "empty": ""}},
    ],
)
def test_takes(document: Any, errors: Judge, checker: Checker) -> None:
    assert errors("assistant", document) == []
    assert checker.issues(document) == ()
    assert without_write_only(document, checker) == (document, ())


ONE_LINE = "must be one line: no newline, tab or other control character"
TO_CONTEXT = "say what the graph takes for it under `context`"
TO_PROMPT = "write the system prompt into AGENTS.md beside agent.yaml"
NULL = "a key of `metadata` cannot be null: that is how a removed key looks on this server"


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"id": "dfa71115"}, "id", f"`id` must be a UUID such as {UUID}"),
        ({"id": None}, "id", "`id` must be text, not empty (null)"),
        ({"graph_id": " \u3000"}, "graph_id", "`graph_id` is blank"),
        ({"graph_id": "a\tb"}, "graph_id", f"`graph_id` {ONE_LINE}"),
        ({"graph_id": 7}, "graph_id", "`graph_id` must be text, not the number 7"),
        ({"name": ""}, "name", "`name` is blank"),
        ({"name": "a\n"}, "name", f"`name` {ONE_LINE}"),
        ({"description": None}, "description", "`description` must be text, not empty (null)"),
        ({"config": []}, "config", "`config` must be a mapping (`key: value`), not a list"),
        (
            {"config": {"configurable": {}}},
            "config.configurable",
            "`configurable` belongs under `context`: the server mirrors the context into it",
        ),
        (
            {"config": {"tags": "a"}},
            "config.tags",
            '`config.tags` must be a list (`- item`), not the text "a"',
        ),
        (
            {"config": {"tags": ["a", 1]}},
            "config.tags.1",
            "`config.tags[1]` must be text, not the number 1",
        ),
        (
            {"config": {"recursion_limit": 0}},
            "config.recursion_limit",
            "`config.recursion_limit` must be at least 1, not 0",
        ),
        (
            {"config": {"recursion_limit": 2**53}},
            "config.recursion_limit",
            "`config.recursion_limit` must be at most 9007199254740991, not 9007199254740992",
        ),
        (
            {"config": {"recursion_limit": 1.5}},
            "config.recursion_limit",
            "`config.recursion_limit` must be a whole number, not the number 1.5",
        ),
        (
            {"config": {"recursion_limit": True}},
            "config.recursion_limit",
            "`config.recursion_limit` must be a whole number, not `true`",
        ),
        (
            {"context": "x"},
            "context",
            '`context` must be a mapping (`key: value`), not the text "x"',
        ),
        ({"metadata": None}, "metadata", "`metadata` must be a mapping (`key: value`), not empty"),
        ({"metadata": {"a": 1, "team": None}}, "metadata.team", NULL),
        (
            {"metadata": {"agentsync": {}}},
            "metadata.agentsync",
            "`agentsync` is reserved: the ownership marker is kept there",
        ),
        (
            {"metadata": {"agentsync": None}},
            "metadata.agentsync",
            "`agentsync` is reserved: the ownership marker is kept there",
        ),
        ({"nmae": "x"}, "nmae", "unknown key `nmae`"),
    ],
)
def test_refuses_once_and_says_where(
    change: Any, path: str, message: str, errors: Judge, checker: Checker
) -> None:
    assert len(errors("assistant", {**FULL, **change})) == 1
    (issue,) = checker.issues({**FULL, **change})
    assert ".".join(map(str, issue.path)) == path
    assert issue.message.startswith(message)


@pytest.mark.parametrize("key", sorted(BARE))
def test_a_graph_and_a_name_are_needed(key: str, checker: Checker) -> None:
    without = {name: value for name, value in FULL.items() if name != key}
    (issue,) = checker.issues(without)
    assert (issue.code, issue.path, issue.hint) == ("missing-key", (key,), f"add `{key}: …`")


def test_every_null_of_metadata_is_told(checker: Checker) -> None:
    found = checker.issues({**BARE, "metadata": {"a": None, "b": None, "c": 1}})
    assert sorted(issue.path for issue in found) == [("metadata", "a"), ("metadata", "b")]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        *((key, TO_PROMPT) for key in ("system_prompt", "instructions", "prompt", "prompts")),
        ("assistant_id", "call it `id`"),
        ("configurable", "write it under `context`, which the server mirrors into it"),
        *((key, TO_CONTEXT) for key in ("tools", "model", "runtime", "skills", "subagents")),
        *((key, TO_CONTEXT) for key in ("backend", "files", "model_id")),
        ("extras", "write it under `metadata`"),
        *((key, "write it under `config`") for key in ("tags", "recursion_limit")),
        ("permissions", "delete it: who may see and change an assistant is for the server to"),
        ("if_exists", "delete it: agentsync itself decides what to do about an assistant"),
        *((key, "delete it: the server sets it") for key in ("version", "created_at")),
        ("contxt", "did you mean `context`?"),
    ],
)
def test_a_key_from_elsewhere_is_shown_the_way(key: str, hint: str, checker: Checker) -> None:
    (issue,) = checker.issues({**FULL, key: "x"})
    assert isinstance(issue, Issue)
    assert (issue.code, issue.path, issue.at_key) == ("unknown-key", (key,), True)
    assert issue.hint.startswith(hint)


@pytest.mark.parametrize("document", [None, [], "name: x", 3, True])
def test_only_an_object_is_an_assistant(document: Any, errors: Judge) -> None:
    assert len(errors("assistant", document)) == 1


def test_what_is_no_key_has_a_way_out(committed: Mapping[str, Any]) -> None:
    block, keys = committed["assistant"]["x-agentsync"], committed["assistant"]["properties"].keys()
    assert block["request"]["fields"].keys() - block["elsewhere"].keys() == keys - {"id"}
    assert not block["elsewhere"].keys() & keys
    assert block["write_only"] == []
    assert block["server_owned"].keys() == {"created_at", "updated_at", "version"}
    assert tuple(keys) == ASSISTANT.fields


def test_the_graphs_of_one_server_are_no_rule(
    committed: Mapping[str, Any], tiny_server: dict[str, Any]
) -> None:
    derived = schema.derive(tiny_server)["assistant"]
    for document in (derived, committed["assistant"]):
        assert "enum" not in document["properties"]["graph_id"]
        assert "enum" not in document["x-agentsync"]["request"]["fields"]["graph_id"]


def test_a_tiny_server(tiny_server: dict[str, Any]) -> None:
    before = copy.deepcopy(tiny_server)
    derived = schema.derive(tiny_server)
    assert tiny_server == before
    assert list(derived) == ["assistant"]
    assistant = derived["assistant"]
    names = ["id", "graph_id", "name", "config", "context", "metadata"]
    assert list(assistant["properties"]) == names
    assert assistant["required"] == ["graph_id", "name"]
    assert list(assistant["properties"]["config"]["properties"]) == [
        *("tags", "recursion_limit", "configurable")
    ]
    assert list(assistant["x-agentsync"]["operations"]) == ["POST /assistants"]
    assert schema.rebuild(assistant) == derived


def test_a_map_that_the_api_closes_is_closed(tiny_server: dict[str, Any]) -> None:
    closed = {"type": "object", "properties": {"a": {"type": "string"}}}
    for name in ("AssistantCreate", "AssistantPatch"):
        fields = tiny_server["components"]["schemas"][name]["properties"]
        fields["context"] = {**closed, "additionalProperties": False}
        fields["metadata"] = closed
    known = schema.derive(tiny_server)["assistant"]["properties"]
    assert known["context"]["additionalProperties"] is False
    assert known["metadata"]["properties"].keys() == {"a", "agentsync"}
    assert known["metadata"]["additionalProperties"]["if"] == {"type": "null"}


def test_a_schema_of_an_unknown_api_is_not_rebuilt(committed: Mapping[str, Any]) -> None:
    bent = copy.deepcopy(committed["assistant"])
    bent["x-agentsync"]["api"] = "third"
    with pytest.raises(UsageError, match="does not know: 'third'") as caught:
        schema.rebuild(bent)
    assert caught.value.hint == "known: managed, agent-server"
