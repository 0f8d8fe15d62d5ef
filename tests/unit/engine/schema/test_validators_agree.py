"""A law: jsonschema-rs, which accepts, and jsonschema, which explains, never disagree."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

SCHEMAS = Path(__file__).resolve().parents[4] / "schemas"
Judge = Callable[[str, Any], list[str]]

TRAPS = st.sampled_from(
    [
        *(
            "",
            " ",
            "a\n",
            "\n",
            "a\r",
            "\x00",
            "a\x85",
            "\u2028",
            "\u00a0",
            "\ufeff",
            "\u200b",
            "é",
        ),
        *("..", "a/..", "../a", "a/b", "/a", "a\\b", ".a", "...", "https://a", "https://a/b\n"),
        *("http://a@b", "https://", "HTTPS://a", "dfa71115-c971-4197-8f02-20826fbc6f40", "١٢٣"),
        *("dfa71115-c971-4197-8f02-20826fbc6f40\n", "sandbox", "state", "managed", "0a" * 32),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 1.0, 1.5, 1e30, 10**30, 2**53, 2**64, -0.0]),
    TRAPS,
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "type", "agentsync", "é\n"]), inside, max_size=2)
    ),
    max_leaves=4,
)

TOOL = {"name": "t", "mcp_server_url": "https://a"}
TOOLS = {"tools": [TOOL], "interrupt_config": {"https://a::t": True}}
SPAN = {"path": "a", "line": 1, "column": 1}
FIELD = {
    **{"pointer": "/name", "op": "add", "origin": "git", "effect": "keep"},
    **{"base": None, "span": SPAN, "after": 1},
}
GOOD: dict[str, Any] = {
    "agent": {
        "id": "dfa71115-c971-4197-8f02-20826fbc6f40",
        "name": "A",
        "runtime": {"model": {"model_id": "m"}},
        "backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": 1, "scope": "agent"}},
        "permissions": {"identity": "shared", "shared_users": {"read": ["a"]}},
        "tools": TOOLS,
        "skills": [{"repo_handle": "a/b", "name": "b"}],
        "extras": {"a": 1},
    },
    "assistant": {
        **{"id": "dfa71115-c971-4197-8f02-20826fbc6f40", "graph_id": "g", "name": "A"},
        "description": "d",
        "config": {"tags": ["a"], "recursion_limit": 1, "run_name": "r"},
        "context": {"a": [1, None]},
        "metadata": {"a": {"b": None}},
    },
    "subagent": {"description": "d", "model_id": "m", "tools": TOOLS},
    "project": {
        "version": 1,
        "project": "a",
        "agents": "a/b",
        "targets": {"a": {"url": "https://a", "protect": True, "provider": "managed"}},
        "ignore": ["/a"],
        "limits": {"max_deletes": 1},
        "policy": {
            "fail_on": "low",
            "rules": {
                "prompt-grew": {"reason": "r", "threshold": 3, "severity": "low", "agents": ["a"]},
                "secret": {"reason": "r", "enabled": False},
            },
        },
    },
    "plan": {
        "format_version": 1,
        "kind": "plan",
        **dict.fromkeys(
            [
                *("tool_version", "project", "target", "provider", "endpoint", "workspace_id"),
                *("prompt", "commit"),
            ],
            "",
        ),
        "changes": [
            {
                **{
                    "address": "a",
                    "name": "a",
                    "action": "update",
                    "reason": "r",
                    "agent_id": None,
                },
                "precondition": {"revision": "", "digest": "0a" * 32},
                **{"fields": [FIELD], "unmanaged": [], "notes": ["n"], "desired": {}},
                **{"state": "ahead", "refusals": ["r"], "updated_at": "", "read_only": False},
                "last": {"commit": "", "at": "", "revision": ""},
            }
        ],
        "choices": {
            "on_drift": "keep",
            "on_conflict": "fail",
            "adopt": False,
            "take_over": True,
            "delete": ["a"],
        },
        **{"ignore": ["/a"], "protect": True, "refusals": ["r"]},
        "limits": {"max_deletes": 0, "max_changes": None},
        "orphans": [
            dict.fromkeys(["agent_id", "name", "address", "reason", "updated_at"], ""),
        ],
        "findings": [
            {
                **{"rule": "secret", "severity": "high", "address": "a", "pointer": "/name"},
                **{"message": "m", "span": SPAN, "line": 0, "note": ""},
            }
        ],
        "policy": {
            "fail_on": "high",
            "settings": [
                {
                    **{"rule": "secret", "reason": "r", "enabled": True, "severity": None},
                    **{"threshold": 3, "agents": ["a"]},
                }
            ],
        },
        "digest": "0a" * 32,
    },
}


def _steps(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the document."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [path, *(deep for key, item in items for deep in _steps(item, (*path, key)))]


@st.composite
def bent(draw: st.DrawFn) -> tuple[str, Any]:
    """A good document with up to three places replaced, removed, or given one key more."""
    name = draw(st.sampled_from(sorted(GOOD)))
    document: Any = [copy.deepcopy(GOOD[name])]
    for _ in range(draw(st.integers(0, 3))):
        *above, last = draw(st.sampled_from(_steps(document)[1:]))
        holder = document
        for step in above:
            holder = holder[step]
        what = draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "add" and isinstance(holder[last], dict):
            key = draw(st.sampled_from(["model", "name", "agentsync", "type"]) | TRAPS)
            holder[last][key] = draw(VALUES)
        elif what == "remove" and above:
            del holder[last]
        else:
            holder[last] = draw(VALUES)
    return name, document[0]


@given(case=bent())
def test_on_bent_documents(case: tuple[str, Any], errors: Judge) -> None:
    errors(*case)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_unbent_documents_are_good(name: str, errors: Judge) -> None:
    assert errors(name, GOOD[name]) == []


def _definitions() -> dict[str, Any]:
    found = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        document = json.loads(path.read_text("utf-8"))
        for name, part in document["$defs"].items():
            if "pattern" in part or "not" in part:
                found[name] = {"$schema": document["$schema"], "$defs": document["$defs"], **part}
    return found


DEFINITIONS = _definitions()


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@given(data=st.data())
def test_on_every_named_pattern(name: str, data: st.DataObject) -> None:
    definition = DEFINITIONS[name]
    near = st.from_regex(definition.get("pattern", "."))
    text = data.draw(st.tuples(TRAPS, near, TRAPS).map("".join) | near | TRAPS)
    if any("\ud800" <= char <= "\udfff" for char in text):
        return  # not text in any encoding; the YAML reader refuses it before
    slow = jsonschema.Draft202012Validator(definition).is_valid(text)
    assert jsonschema_rs.validator_for(definition).is_valid(text) is slow
