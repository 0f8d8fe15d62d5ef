import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.overlay import merge, useless_removals


# Source: RFC 7396, appendix A.
@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(base: Any, patch: Any, result: Any) -> None:
    assert merge(base, patch) == result


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
MAPPING = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


@given(JSON, JSON)
def test_merging_changes_neither_side_and_twice_is_once(base: Any, patch: Any) -> None:
    before = copy.deepcopy((base, patch))
    merged = merge(base, patch)
    assert (base, patch) == before
    assert merge(merged, patch) == merged


@given(MAPPING)
def test_an_empty_patch_changes_nothing(base: Any) -> None:
    assert merge(base, {}) == base


def test_removals_of_nothing_are_found() -> None:
    base = {"a": 1, "b": {"c": 1}}
    patch = {"a": None, "x": None, "b": {"c": None, "y": None}, "z": {"deep": None}}
    assert sorted(useless_removals(base, patch)) == [("b", "y"), ("x",), ("z", "deep")]


@given(MAPPING, MAPPING)
def test_without_useless_nulls_the_result_is_the_same(base: Any, patch: Any) -> None:
    for path in list(useless_removals(base, patch)):
        assert len(path) >= 1
    useful = {
        key: value
        for key, value in patch.items()
        if (key,) not in set(useless_removals(base, patch))
    }
    assert merge(base, useful) == merge(base, patch)
