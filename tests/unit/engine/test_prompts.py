"""A prompt that stands somewhere in a context: taken out of there, and put back."""

import copy
from typing import Any

import pytest
from amount import EXAMPLES
from generated import JSON, PROMPT
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agentsync.canonical import ABSENT, join, resolve, same
from agentsync.engine.origins import put
from agentsync.engine.prompts import lifted, lowered, without_place

AT = "/context/system_prompt"
DEEP = "/context/a/b/c"
KEYS = st.sampled_from(["a", "b", "c", "a/b", "~", ""])
PLACES = st.lists(KEYS, min_size=1, max_size=4).map(lambda parts: join(["context", *parts]))
TREES = st.recursive(JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)
CONTEXTS = st.dictionaries(KEYS, TREES, max_size=3)


@settings(max_examples=EXAMPLES)
@given(PLACES, CONTEXTS, st.just(ABSENT) | PROMPT | TREES)
def test_what_is_lifted_and_put_back_is_what_it_was(at: str, context: Any, found: Any) -> None:
    before = put({"name": "A", "context": context}, at, found)
    kept = copy.deepcopy(before)
    value = lifted(before, at)
    assert before == kept, "the value itself is left as it is"
    here = resolve(before, at, ABSENT)
    assert value.get("system_prompt", ABSENT) == (here if isinstance(here, str) else ABSENT)
    assert same(lifted(lowered(value, at), at), value)
    assert same(lifted(value, at).get("context"), value.get("context"))
    if isinstance(here, str):
        assert same(lowered(value, at), before)


@settings(max_examples=EXAMPLES)
@given(PLACES, CONTEXTS, PROMPT)
def test_with_a_prompt_or_without_the_rest_is_the_same(at: str, context: Any, text: str) -> None:
    """Git declares a prompt or none; what it says of the context means the same either way."""
    rest = lifted(put({"context": context}, at, ABSENT), at)
    assume(all(isinstance(resolve(rest, above, {}), dict) for above in _above(at)))
    value = {**rest, "system_prompt": text}
    assert same(lifted(lowered(value, at), at), value)


def _above(at: str) -> list[str]:
    parts = at.split("/")
    return ["/".join(parts[:number]) for number in range(2, len(parts))]


@pytest.mark.parametrize(
    ("context", "at", "prompt", "rest"),
    [
        ({"system_prompt": "p", "a": 1}, AT, "p", {"a": 1}),
        ({"system_prompt": ""}, AT, "", {}),
        ({"system_prompt": None}, AT, ABSENT, {}),
        ({}, AT, ABSENT, {}),
        ({"system_prompt": ["p"]}, AT, ABSENT, {"system_prompt": ["p"]}),
        ({"system_prompt": {}}, AT, ABSENT, {"system_prompt": {}}),
        ({"system_prompt": 0}, AT, ABSENT, {"system_prompt": 0}),
        ({"a": {"b": {"c": "p"}}}, DEEP, "p", {}),
        ({"a": {"b": {"c": "p", "d": 1}}}, DEEP, "p", {"a": {"b": {"d": 1}}}),
        ({"a": {"b": {"c": "p"}, "d": 1}}, DEEP, "p", {"a": {"d": 1}}),
        ({"a": {"b": {"c": None}}}, DEEP, ABSENT, {}),
        ({"a": {"b": {}}}, DEEP, ABSENT, {}),
        ({"a": {}}, DEEP, ABSENT, {}),
        ({"a": {"x": 1}}, DEEP, ABSENT, {"a": {"x": 1}}),
        ({"a": None}, DEEP, ABSENT, {"a": None}),
        ({"a": {"b": None}}, DEEP, ABSENT, {"a": {"b": None}}),
        ({"a": []}, DEEP, ABSENT, {"a": []}),
        ({"a": "text"}, DEEP, ABSENT, {"a": "text"}),
    ],
)
def test_where_the_prompt_stands(context: Any, at: str, prompt: Any, rest: Any) -> None:
    value = lifted({"context": context}, at)
    assert value.get("system_prompt", ABSENT) == prompt
    assert same(value["context"], rest)


def test_maps_that_are_there_for_something_else_stay() -> None:
    assert without_place({"context": {"b": {}, "a": {}}}, DEEP) == {"context": {"b": {}}}
    assert without_place({"context": {}}, DEEP) == {"context": {}}
    assert without_place({"name": "A"}, AT) == {"name": "A"}


def test_without_a_prompt_nothing_is_put_back() -> None:
    assert lowered({"context": {"a": 1}}, DEEP) == {"context": {"a": 1}}
    assert lowered({"system_prompt": "p"}, DEEP) == {"context": {"a": {"b": {"c": "p"}}}}
