import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agentsync.engine.validate import Checker, Issue, without_write_only
from agentsync.model import Severity

SCHEMAS = Path(__file__).parents[3] / "schemas"
NAMES = ("agent", "subagent", "project")
CHECKERS = {
    name: Checker(json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())) for name in NAMES
}

SOUND: dict[str, Any] = {
    "agent": {
        "id": "dfa71115-c971-4197-8f02-20826fbc6f40",
        "name": "Helper",
        "description": "",
        "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
        "backend": {
            "type": "sandbox",
            "sandbox_config": {"scope": "thread", "policy_ids": ["p"], "idle_ttl_seconds": 60},
        },
        "permissions": {"identity": "shared", "shared_users": {"read": ["u"]}},
        "tools": {
            "tools": [{"name": "search", "mcp_server_url": "https://tools.example.com"}],
            "interrupt_config": {"https://tools.example.com::search": True},
        },
        "skills": [{"repo_handle": "acme/pdf", "commit_id": "abc"}],
        "extras": {"team": "support", "nested": [1, {"a": None}]},
    },
    "subagent": {
        "description": "Checks drafts.",
        "model_id": "",
        "tools": {"tools": [{"name": "a", "mcp_server_url": "http://[::1]:80/x"}]},
    },
    "project": {
        "version": 1,
        "project": "acme-agents",
        "agents": "team/agents",
        "targets": {"staging": {"url": "https://eu.example.com", "protect": True}},
        "ignore": ["/extras/ui_*"],
        "limits": {"max_deletes": 0},
        "policy": {"fail_on": "high"},
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_value_has_no_issues(name: str) -> None:
    assert CHECKERS[name].accepts(SOUND[name])
    assert CHECKERS[name].issues(SOUND[name]) == ()
    assert CHECKERS[name].explain(SOUND[name]) == ()


# Texts at which regular expressions and validators like to disagree.
UUID = "dfa71115-c971-4197-8f02-20826fbc6f40"
ODD_TEXTS = st.sampled_from(
    [
        *("", " ", "\n", "a\n", "\u00a0", "\u2028", "é", "a b", ".", "..", "a/../b", "/a", "a/"),
        *("a\\b", "https://x", "https://x\n", "HTTPS://x", "http://", "ftp://x", "https://a b"),
        *("https://ä/ö", UUID.upper(), f"{UUID}\n", "\ufeff", "openai:gpt-5.5", "state"),
        *("sandbox", "/extras", "\x7f", "\x85", "0", "١", "yes"),
    ]
)
ODD = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 1.0, 1.5, 2**53 - 1, 2**53, 2**60, -(2**60), 1e300])
    | ODD_TEXTS
    | st.text(max_size=8)
    # A fresh copy each time: what is drawn may be damaged further.
    | st.sampled_from(["[]", "{}", "[[]]", "[{}]", '{"a": 1}', '["a", 1]']).map(json.loads)
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key, item in inner for found in _paths(item, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, name: str) -> Any:
    """A sound value with up to three things put in, taken out, or replaced."""
    value = json.loads(json.dumps(SOUND[name]))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(_paths(value)))
        if not path:
            continue
        parent = value
        for part in path[:-1]:
            parent = parent[part]
        how = draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "replace":
            parent[path[-1]] = draw(ODD)
        elif how == "remove":
            del parent[path[-1]]
        elif isinstance(parent, dict):
            parent[draw(st.sampled_from(["model", "agentsync", "type", "x"]) | ODD_TEXTS)] = draw(
                ODD
            )
        else:
            parent.append(draw(ODD))
    return value


CASES = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), damaged(name) | ODD))


@given(CASES)
def test_both_validators_are_of_one_opinion(case: tuple[str, Any]) -> None:
    name, value = case
    checker = CHECKERS[name]
    assert checker.accepts(value) is Draft202012Validator(checker.schema).is_valid(value)


@given(CASES)
def test_what_is_refused_is_explained_and_what_is_accepted_is_not(case: tuple[str, Any]) -> None:
    name, value = case
    checker = CHECKERS[name]
    issues = checker.explain(value)
    assert bool(issues) is not checker.accepts(value)
    for issue in issues:
        assert issue.message
        assert "\n" not in issue.message + issue.hint
        assert "does not match" not in issue.message, "a regular expression is no explanation"
        assert issue.severity is Severity.ERROR


def issues_of(value: Any, name: str = "agent") -> dict[str, Issue]:
    found = CHECKERS[name].issues(value)
    return {".".join(map(str, issue.path)): issue for issue in found}


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("nmae", "did you mean `name`?"),
        ("Name", "did you mean `name`?"),
        ("display-name", "did you mean `name`?"),
        ("instructions", "AGENTS.md"),
        ("system_prompt", "AGENTS.md"),
        ("prompt", "AGENTS.md"),
        ("subagents", "subagents/<name>/"),
        ("sub_agents", "subagents/<name>/"),
        ("files", "files/"),
        ("deleted_paths", "remove the file itself"),
        ("revision", "the server sets it"),
        ("owner_id", "the server sets it"),
        ("created_at", "the server sets it"),
        ("model_id", "write `model: …`"),
        ("metadata", "did you mean `extras`?"),
        ("colour", "known: `id`"),
    ],
)
def test_unknown_keys_come_with_a_way_out(key: str, hint: str) -> None:
    issue = issues_of({"name": "x", key: "y"})[key]
    assert issue.code == "unknown-key"
    assert issue.at_key
    assert hint in issue.hint


def test_keys_inside_have_their_own_neighbours() -> None:
    issues = issues_of({"name": "x", "tools": {"tools": [{"name": "a", "mcp_url": "b"}]}})
    assert list(issues) == ["tools.tools.0.mcp_url"]
    assert issues["tools.tools.0.mcp_url"].hint == "did you mean `mcp_server_url`?"


def test_a_missing_key_is_told_when_nothing_was_meant_to_be_it() -> None:
    issue = issues_of({"description": "x"})["name"]
    assert (issue.code, issue.message) == ("missing-key", "`name` is missing")


@pytest.mark.parametrize(
    ("field", "value", "code", "said", "hint"),
    [
        ("name", 7, "wrong-type", "the number 7", "quotes"),
        ("name", True, "wrong-type", "`true`", "quotes"),
        ("name", None, "wrong-type", "empty", "give it a value"),
        ("name", " ", "bad-value", "blank", "must not be empty"),
        ("name", "a\nb", "bad-value", "one line", "one line"),
        ("id", "x", "bad-value", "a UUID such as", '"x"'),
        ("tools", [], "wrong-type", "a list", "`tools: tools:`"),
        ("tools", {"interrupt_config": {"a": "yes"}}, "wrong-type", '"yes"', "write true"),
        ("tools", {"interrupt_config": {"a": "off"}}, "wrong-type", '"off"', "write false"),
        ("tools", {"interrupt_config": {"a": "true"}}, "wrong-type", '"true"', "without quotes"),
        ("tools", {"tools": "search"}, "wrong-type", '"search"', "[search]"),
        ("skills", ["pdf"], "wrong-type", '"pdf"', "- repo_handle: pdf"),
        ("runtime", "openai:x", "wrong-type", "a mapping", "`model: openai:x`"),
        ("permissions", {"visibility": "Tenant"}, "bad-choice", "Tenant", "did you mean `tenant`"),
        ("permissions", {"visibility": "private"}, "bad-choice", "private", "did you mean `user`"),
        ("backend", {"type": "default"}, "bad-choice", "default", "did you mean `state`"),
        (
            "backend",
            {"type": "state", "sandbox_config": {}},
            "bad-choice",
            "state",
            "type: sandbox",
        ),
        ("backend", {"sandbox_config": {}}, "missing-key", "type", "type: sandbox"),
        ("extras", {"agentsync": {}}, "reserved-key", "reserved", "another key"),
    ],
)
def test_values_are_refused_in_plain_words(
    field: str, value: Any, code: str, said: str, hint: str
) -> None:
    (issue,) = CHECKERS["agent"].issues({"name": "x", field: value})
    assert issue.code == code
    assert said in issue.message
    assert hint in issue.hint


def test_the_model_is_given_once() -> None:
    value = {"name": "x", "model": "a:b", "runtime": {"model": {"model_id": "a:b"}}}
    assert issues_of(value)["runtime.model"].code == "contradiction"


def test_an_alternative_is_explained_by_the_nearest_one() -> None:
    checker = Checker({"anyOf": [{"type": "integer"}, {"type": "object", "required": ["a"]}]})
    (issue,) = checker.issues({})
    assert (issue.code, issue.path) == ("missing-key", ("a",))


def test_all_issues_of_one_value_are_told() -> None:
    value = {"nmae": 1, "description": 2, "model": 3, "extras": 4, "tools": {"tools": [5, {}]}}
    assert len(issues_of(value)) == 7


def test_write_only_fields_are_set_aside_with_a_warning() -> None:
    value = {"name": "x", "configurable": {"a": 1}}
    kept, (warning,) = without_write_only(value, CHECKERS["agent"])
    assert kept == {"name": "x"}
    assert warning.severity is Severity.WARNING
    assert warning.path == ("configurable",)
    assert without_write_only({"name": "x"}, CHECKERS["agent"]) == ({"name": "x"}, ())


def test_a_valid_value_is_accepted_without_the_slow_validator() -> None:
    code = (
        "import json, sys\n"
        "from agentsync.engine.validate import Checker\n"
        f"schema = json.loads(open({str(SCHEMAS / 'agent.schema.json')!r}).read())\n"
        "assert Checker(schema).issues({'name': 'x'}) == ()\n"
        "assert 'jsonschema' not in sys.modules and 'difflib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
