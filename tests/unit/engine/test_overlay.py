import copy
from typing import Any

import pytest
from amount import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.canonical import same
from agentsync.engine.overlay import merge, useless_removals
from agentsync.engine.restating.placing import placed

LAW = settings(max_examples=EXAMPLES)


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


@pytest.mark.parametrize(
    ("base", "patch", "wanted", "placed_there"),
    [
        # What the overlay says now is changed in the overlay, even to what the base says.
        ({"a": 1}, {"a": 2}, {"a": 3}, ({"a": 1}, {"a": 3})),
        ({"a": 1}, {"a": 2}, {"a": 1}, ({"a": 1}, {"a": 1})),
        ({"a": 1}, {"a": 2}, {}, ({"a": 1}, {"a": None})),
        ({}, {"a": 2}, {}, ({}, {})),
        # What only the base says is changed in the base.
        ({"a": 1}, {"b": 2}, {"a": 3, "b": 2}, ({"a": 3}, {"b": 2})),
        ({"a": 1}, {"b": 2}, {"b": 2}, ({}, {"b": 2})),
        # A new key goes to the base, or into a mapping that is the overlay's own.
        ({}, {"a": 1}, {"a": 1, "b": 2}, ({"b": 2}, {"a": 1})),
        ({}, {"m": {"a": 1}}, {"m": {"a": 1, "b": 2}}, ({}, {"m": {"a": 1, "b": 2}})),
        ({"m": {"c": 0}}, {"m": {"a": 1}}, {"m": {"c": 0, "a": 1, "b": 2}},
         ({"m": {"c": 0, "b": 2}}, {"m": {"a": 1}})),
        # A null in the overlay gives way; if the base says it, that is enough.
        ({"a": 1}, {"a": None}, {"a": 1}, ({"a": 1}, {})),
        ({"a": 1}, {"a": None}, {"a": 2}, ({"a": 1}, {"a": 2})),
        ({"m": {"a": 1, "b": 2}}, {"m": None}, {"m": {"a": 3}},
         ({"m": {"a": 1, "b": 2}}, {"m": {"b": None, "a": 3}})),
        # A null as a value can only stand in the base.
        ({"a": 1}, {"a": 2}, {"a": None}, ({"a": None}, {})),
        ({}, {"m": {"a": 1}}, {"m": {"a": None}}, ({"m": {"a": None}}, {})),
        ({"m": {"a": 1}}, {"m": {"a": 2}}, {"m": {"a": 2, "b": {"c": None}}},
         ({"m": {"a": 1, "b": {"c": None}}}, {"m": {"a": 2}})),
        # A list is one value, nulls in it and all.
        ({"l": [1]}, {"l": [2]}, {"l": [None]}, ({"l": [1]}, {"l": [None]})),
        # What is emptied and is needed stays; what is not needed goes.
        ({}, {"m": {"a": 1}}, {"m": {}}, ({}, {"m": {}})),
        ({"m": {"b": 1}}, {"m": {"a": 1}}, {"m": {"b": 1}}, ({"m": {"b": 1}}, {})),
    ],
)  # fmt: skip
def test_changes_are_placed_where_their_values_are_said(
    base: Any, patch: Any, wanted: Any, placed_there: Any
) -> None:
    assert placed(base, patch, wanted) == placed_there
    assert merge(*placed_there) == wanted


@LAW
@given(MAPPING, MAPPING, MAPPING)
def test_placed_values_merge_to_what_was_wanted(base: Any, patch: Any, wanted: Any) -> None:
    before = copy.deepcopy((base, patch, wanted))
    below, above = placed(base, patch, wanted)
    assert same(merge(below, above), wanted)
    assert (base, patch, wanted) == before
    # Nothing is written that removes nothing, and a second time there is nothing to do.
    assert set(useless_removals(below, above)) <= set(useless_removals(base, patch))
    assert placed(below, above, wanted) == (below, above)


@LAW
@given(MAPPING, MAPPING)
def test_nothing_is_placed_when_nothing_changes(base: Any, patch: Any) -> None:
    below, above = placed(base, patch, merge(base, patch))
    assert (below, list(below), above, list(above)) == (base, list(base), patch, list(patch))


@LAW
@given(MAPPING, MAPPING, MAPPING)
def test_what_the_overlay_can_say_leaves_the_base_alone(base: Any, patch: Any, wanted: Any) -> None:
    below, _ = placed(base, patch, wanted)
    for key in patch.keys() & base.keys():
        if not (holds_null(wanted.get(key, "")) or isinstance(patch[key], dict)):
            assert same(below.get(key), base[key])


def holds_null(value: Any) -> bool:
    """Whether a patch could not say it."""
    return value is None or (isinstance(value, dict) and any(map(holds_null, value.values())))


def test_new_keys_stand_where_they_are_wanted() -> None:
    below, _ = placed({"a": 1, "z": 1}, {}, {"a": 1, "b": 2, "z": 1, "end": 3})
    assert list(below) == ["a", "b", "z", "end"]
