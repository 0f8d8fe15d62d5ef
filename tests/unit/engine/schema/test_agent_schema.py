"""What the committed schemas of agent.yaml take and refuse; both validators are asked."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Judge = Callable[[str, Any], list[str]]

UUID = "dfa71115-c971-4197-8f02-20826fbc6f40"
TOOL = {"name": "search", "mcp_server_url": "https://tools.example.com"}
FULL = {
    "id": UUID,
    "name": "Research assistant",
    "description": "",
    "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
    "backend": {
        "type": "sandbox",
        "sandbox_config": {
            "scope": "thread",
            "snapshot_id": "s",
            "policy_ids": ["p"],
            "idle_ttl_seconds": 0,
            "delete_after_stop_seconds": 1200,
        },
    },
    "permissions": {
        "identity": "shared",
        "visibility": "user",
        "tenant_access_level": "write",
        "shared_users": {"read": ["a"], "run": [], "update": ["b"]},
    },
    "tools": {
        "tools": [{**TOOL, "mcp_server_name": "", "display_name": "Search"}],
        "interrupt_config": {"https://tools.example.com::search": True, "bare": False},
    },
    "skills": [{"repo_handle": "acme/pdf", "commit_id": "abc", "name": "pdf tools"}],
    "extras": {"team": "support", "deep": {"list": [1, None, 1.5, True]}},
}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "A"},
        FULL,
        {"name": "Ünïcode 名前 🤖", "model": "saved playground"},
        {"name": "A", "model": "openai:gpt-5.5", "runtime": {}},
        {"name": "A", "id": UUID.upper()},
        {"name": "A", "backend": {}},
        {"name": "A", "backend": {"type": "state"}},
        {"name": "A", "tools": {"tools": [{**TOOL, "mcp_server_url": "http://[::1]:80/x?y=1#z"}]}},
        {"name": "A", "tools": {"tools": [], "interrupt_config": {}}},
        {"name": "A", "extras": {}},
        {"name": "A", "extras": {"agentsync-team": 1}},
        {"name": "A", "backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": 1.0}}},
    ],
)
def test_takes(document: Any, errors: Judge) -> None:
    assert errors("agent", document) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": None}, "$.name: None is not of type 'string'"),
        ({"name": ""}, "$.name: '' does not match"),
        ({"name": " \u3000"}, "$.name: ' \\u3000' does not match"),
        ({"name": "a\n"}, "$.name: 'a\\n' should not be valid"),
        ({"name": "a\u0085b"}, "$.name: 'a\\x85b' should not be valid"),
        ({"name": 7}, "$.name: 7 is not of type 'string'"),
        ({"id": "dfa71115"}, "$.id: 'dfa71115' does not match"),
        ({"id": UUID + "\n"}, "$.id: "),
        ({"id": f"{{{UUID}}}"}, "$.id: "),
        ({"nmae": "x"}, "$: Additional properties are not allowed ('nmae' was unexpected)"),
        ({"system_prompt": "x"}, "$: Additional properties"),
        ({"instructions": "x"}, "$: Additional properties"),
        ({"subagents": []}, "$: Additional properties"),
        ({"files": {}}, "$: Additional properties"),
        ({"configurable": {}}, "$: Additional properties"),
        ({"deleted_paths": []}, "$: Additional properties"),
        ({"revision": "x"}, "$: Additional properties"),
        ({"owner_id": UUID}, "$: Additional properties"),
        ({"$schema": "x"}, "$: Additional properties"),
        ({"model": "a"}, "$.runtime.model: {'model_id': 'openai:gpt-5.5'} is not one of []"),
        ({"model": " ", "runtime": {}}, "$.model: ' ' does not match"),
        ({"runtime": {"model": "openai:gpt-5.5"}}, "$.runtime.model: 'openai:gpt-5.5' is not of"),
        ({"runtime": {"modle": {}}}, "$.runtime: Additional properties"),
        ({"backend": {"type": "default"}}, "$.backend.type: 'default' is not one of"),
        ({"backend": {"type": "state", "sandbox_config": {}}}, "$.backend.type: 'sandbox' was"),
        ({"backend": {"sandbox_config": {}}}, "$.backend: 'type' is a required property"),
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": -1}}},
            "$.backend.sandbox_config.idle_ttl_seconds: -1 is less than the minimum of 0",
        ),
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": 2**53}}},
            "$.backend.sandbox_config.idle_ttl_seconds: 9007199254740992 is greater than",
        ),
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": True}}},
            "$.backend.sandbox_config.idle_ttl_seconds: True is not of type 'integer'",
        ),
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": 1.5}}},
            "$.backend.sandbox_config.idle_ttl_seconds: 1.5 is not of type 'integer'",
        ),
        ({"permissions": {"visibility": "everyone"}}, "$.permissions.visibility: 'everyone' is"),
        ({"permissions": {"shared_users": {"write": []}}}, "$.permissions.shared_users: Addit"),
        ({"tools": [TOOL]}, "$.tools: [{"),
        ({"tools": {"tools": [{"name": "a"}]}}, "$.tools.tools[0]: 'mcp_server_url' is a required"),
        ({"tools": {"tools": [{**TOOL, "name": " "}]}}, "$.tools.tools[0].name: ' ' does not"),
        ({"tools": {"tools": [{**TOOL, "url": "x"}]}}, "$.tools.tools[0]: Additional properties"),
        *(
            ({"tools": {"tools": [{**TOOL, "mcp_server_url": url}]}}, "$.tools.tools[0].mcp_server")
            for url in ("", "tools.example.com", "ftp://x", "https://", "https:///x", "https://a b")
        ),
        ({"tools": {"interrupt_config": {"a": "yes"}}}, "$.tools.interrupt_config.a: 'yes' is not"),
        ({"tools": {"interrupt_config": []}}, "$.tools.interrupt_config: [] is not of"),
        ({"skills": [{"name": "x"}]}, "$.skills[0]: 'repo_handle' is a required property"),
        ({"skills": [{"repo_handle": "x", "name": "a/b"}]}, "$.skills[0].name: 'a/b' does not"),
        ({"skills": [{"repo_handle": "x", "files": {}}]}, "$.skills[0]: Additional properties"),
        ({"skills": ["x"]}, "$.skills[0]: 'x' is not of type 'object'"),
        ({"extras": {"agentsync": {}}}, "$.extras.agentsync: {} is not one of []"),
        ({"extras": []}, "$.extras: [] is not of type 'object'"),
    ],
)
def test_refuses_once_and_says_where(change: Any, error: str, errors: Judge) -> None:
    found = errors("agent", {**FULL, **change})
    assert len(found) == 1, found
    assert found[0].startswith(error)


def test_a_name_is_needed(errors: Judge) -> None:
    assert errors("agent", {}) == ["$: 'name' is a required property"]


@pytest.mark.parametrize("document", [None, [], "name: x", 3, True])
def test_only_an_object_is_an_agent(document: Any, errors: Judge) -> None:
    assert len(errors("agent", document)) == 1
    assert len(errors("subagent", document)) == 1


@pytest.mark.parametrize(
    ("document", "good"),
    [
        ({}, True),
        ({"description": "d", "model_id": "", "tools": FULL["tools"]}, True),
        ({"name": "critic"}, False),
        ({"instructions": "x"}, False),
        ({"model": "openai:gpt-5.5"}, False),
        ({"tools": {"tools": [{"name": "a"}]}}, False),
    ],
)
def test_a_subagent(document: Any, good: bool, errors: Judge) -> None:
    assert (errors("subagent", document) == []) is good


def test_what_is_no_key_has_a_way_out(committed: Mapping[str, Any]) -> None:
    block = committed["agent"]["x-agentsync"]
    fields = block["request"]["fields"].keys()
    keys = committed["agent"]["properties"].keys()
    out = {*block["elsewhere"], *block["write_only"]}
    assert fields - out == keys - {"id", "model"}
    assert not out & keys
    assert block["write_only"] == ["configurable"]
    assert block["server_owned"].keys() == {
        *("access_level", "created_at", "id", "is_owner", "owner_id", "revision", "updated_at")
    }
