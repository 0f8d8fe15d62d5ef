"""What is said of an assistant's settings, where its prompt stands, and what a graph's form is."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agentsync.canonical import join, resolve, split
from agentsync.engine.apis import APIS, form_of
from agentsync.engine.contexts import context_issues
from agentsync.engine.crosscheck import ignore_issues
from agentsync.engine.forms import AGENT, ASSISTANT
from agentsync.engine.prompts import PROMPT, lifted, lowered, without_place
from agentsync.engine.rules import Rules
from agentsync.providers.assistants.rules import RULES
from agentsync.providers.managed import RULES as MANAGED

AT = "/context/system_prompt"
DEEP = "/context/agents/first~1one/prompt"
SEGMENTS = st.text(st.sampled_from("ab/~ é"), min_size=1, max_size=3)
PLACES = st.lists(SEGMENTS, min_size=1, max_size=3).map(lambda parts: join(["context", *parts]))


def codes(value: dict[str, Any], at: str = AT) -> list[tuple[str, tuple[Any, ...], bool]]:
    return [(item.code, item.path, item.at_key) for item in context_issues(value, at)]


@pytest.mark.parametrize(
    ("context", "at", "found"),
    [
        ({}, AT, None),
        ({"system": {}, "prompt": ""}, AT, None),
        ({"system_prompt": "x"}, AT, ("context", "system_prompt")),
        ({"system_prompt": ""}, AT, ("context", "system_prompt")),
        ({"system_prompt": None}, AT, ("context", "system_prompt")),
        ({"system_prompt": {}}, AT, ("context", "system_prompt")),
        ({"agents": {}}, DEEP, None),
        ({"agents": {"first/one": {}}}, DEEP, None),
        ({"agents": {"first/one": {"tone": 1}, "first": 5}}, DEEP, None),
        ({"agents": 5}, DEEP, ("context", "agents")),
        ({"agents": None}, DEEP, ("context", "agents")),
        ({"agents": ["first/one"]}, DEEP, ("context", "agents")),
        ({"agents": {"first/one": "x"}}, DEEP, ("context", "agents", "first/one")),
        (
            {"agents": {"first/one": {"prompt": 1}}},
            DEEP,
            ("context", "agents", "first/one", "prompt"),
        ),
    ],
)
def test_what_stands_where_the_prompt_goes_is_told_once(
    context: dict[str, Any], at: str, found: tuple[str, ...] | None
) -> None:
    assert codes({"context": context}, at) == ([("contradiction", found, True)] if found else [])


def test_a_context_that_is_none_is_left_to_the_schema() -> None:
    for context in ([], "x", None, 5):
        assert codes({"context": context}) == []
    assert codes({}) == []


def test_nul_characters_are_told_wherever_they_are() -> None:
    value = {
        "name": "a",
        "description": "\0",
        "config": {"tags": ["ok", "a\0"], "k\0": {"deep": "\0"}},
        "context": {"a": [{"b": "\0"}], "c": None, "d": 1, "e": True},
        "metadata": {"m": "x\0y"},
    }
    assert codes(value) == [
        ("bad-value", ("description",), False),
        ("bad-value", ("config", "k\0"), True),
        ("bad-value", ("config", "tags", 1), False),
        ("bad-value", ("config", "k\0", "deep"), False),
        ("bad-value", ("context", "a", 0, "b"), False),
        ("bad-value", ("metadata", "m"), False),
    ]
    assert all("\0" not in item.message for item in context_issues(value, AT))


def test_an_agent_of_the_server_itself_is_not_declared() -> None:
    assert codes({"metadata": {"created_by": "system"}}) == [
        ("reserved-key", ("metadata", "created_by"), False)
    ]
    assert codes({"metadata": {"created_by": "user", "x": {"created_by": "system"}}}) == []


@given(PLACES, st.text(max_size=5), st.dictionaries(SEGMENTS, st.integers(), max_size=2))
def test_a_prompt_is_put_back_where_it_was_lifted_from(at: str, text: str, more: Any) -> None:
    apart = {"context": more, PROMPT: text, "name": "A"}
    # Where a number stands in its way, there is no room for it.
    assume(split(at)[1] not in more)
    whole = lowered(apart, at)
    assert resolve(whole, at) == text
    assert PROMPT not in whole
    assert lifted(whole, at) == apart


def test_what_is_no_text_is_no_prompt() -> None:
    for other in (5, True, ["x"], {"text": "x"}):
        value = {"context": {"system_prompt": other}}
        assert lifted(value, AT) == value
    assert lifted({"context": {"system_prompt": None, "a": 1}}, AT) == {"context": {"a": 1}}
    assert lifted({"context": {"system_prompt": ""}}, AT) == {"context": {}, PROMPT: ""}
    assert lifted({"name": "A"}, AT) == {"name": "A"}
    assert lowered({"name": "A"}, AT) == {"name": "A"}
    assert lowered({PROMPT: "x"}, DEEP) == {"context": {"agents": {"first/one": {"prompt": "x"}}}}


def test_maps_that_are_there_for_a_prompt_alone_go_without_it() -> None:
    empty = {"context": {"agents": {"first/one": {}}, "kept": {}}}
    assert without_place(empty, DEEP) == {"context": {"kept": {}}}
    assert lifted(empty, DEEP) == {"context": {"kept": {}}}
    half = {"context": {"agents": {"first/one": {}, "second": 1}}}
    assert without_place(half, DEEP) == {"context": {"agents": {"second": 1}}}
    full = {"context": {"agents": {"first/one": {"tone": 1}}}}
    assert without_place(full, DEEP) == full
    assert without_place(empty, AT) == empty
    assert empty == {"context": {"agents": {"first/one": {}}, "kept": {}}}


def test_every_api_says_what_its_definitions_are() -> None:
    assert form_of("managed") is form_of("unheard-of") is AGENT
    assert form_of("agent-server") is ASSISTANT
    assert {RULES.form, MANAGED.form} == {api.form for api in APIS.values()}
    for api in APIS.values():
        assert set(api.form.instead).isdisjoint(api.form.folders)
        assert api.form.needs_prompt != bool(api.form.prompt_at)


def test_what_revisions_show_and_where_the_marker_is() -> None:
    assert RULES.past == frozenset(RULES.sections)
    assert MANAGED.past == MANAGED.tree
    assert Rules(sections={}, tree=frozenset({"a"}), versioned=frozenset()).past == frozenset()
    assert (RULES.marker_at, MANAGED.marker_at) == ("metadata.agentsync", "extras.agentsync")


def test_fields_of_both_kinds_may_be_ignored() -> None:
    known = ["/context/x", "/metadata/*", "/config/tags", "/graph_id", "/extras/ui_*", "/tools"]
    assert list(ignore_issues(known)) == []
    assert [item.path for item in ignore_issues([*known, "/contexts/x"])] == [("ignore", 6)]
