import json

import pytest
from generated import JSON
from hypothesis import given
from hypothesis import strategies as st

from agentsync.canonical import (
    canonical_json,
    covers,
    digest,
    join,
    leaves,
    matching,
    resolve,
    same,
    split,
)


@given(JSON, JSON)
def test_same_is_having_one_canonical_text(left, right):
    assert same(left, right) == (canonical_json(left) == canonical_json(right))
    assert same(left, json.loads(json.dumps(left)))


@given(st.dictionaries(st.text(max_size=3), JSON))
def test_the_order_of_keys_does_not_count(value):
    backwards = dict(reversed(value.items()))
    assert digest(value) == digest(backwards)


@pytest.mark.parametrize(
    ("left", "right"), [(1, True), (0, False), (None, False), ("1", 1), ([], {}), ("", None)]
)
def test_values_that_look_alike_are_not_the_same(left, right):
    assert not same(left, right)
    assert canonical_json(left) != canonical_json(right)


def test_whole_floats_are_integers():
    assert canonical_json({"a": [1.0, 1e3, -0.0]}) == '{"a":[1,1000,0]}'


def test_a_lone_surrogate_has_a_digest():
    assert len(digest("\ud800")) == 64


def test_what_json_cannot_say_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


@given(st.lists(st.text(max_size=5), max_size=4).map(tuple))
def test_a_pointer_splits_into_what_it_was_joined_from(parts):
    assert split(join(parts)) == parts


def test_a_pointer_starts_with_a_slash():
    with pytest.raises(ValueError, match="not a JSON Pointer"):
        split("name")


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1))
def test_every_leaf_is_where_its_pointer_says(value):
    for pointer, leaf in leaves(value):
        assert resolve(value, pointer, default=leaves) is leaf


def test_globs_name_segments():
    assert covers("/tools/tools/*", "/tools/tools/a~1b")
    assert covers("/tools/tools/*", "/tools/tools/a/name")
    assert covers("/extras/ui_*", "/extras/ui_color/dark")
    assert covers("/extras/ui_?", "/extras/ui_1")
    assert not covers("/extras/ui_?", "/extras/ui_12")
    assert not covers("/extras/ui_*", "/extras/team")
    assert not covers("/extras/ui_*", "/extras")
    assert not covers("/a.b", "/axb")


def test_brackets_in_a_glob_are_brackets():
    pointer = "/tools/tools/http:~1~1[::1]:9::t"
    assert covers(pointer, pointer)
    assert not covers("/extras/[ab]", "/extras/a")


def test_matching_finds_what_a_pattern_names():
    value = {"skills": {"a/b": {"pin": 1}, "c": {}}}
    assert list(matching(value, "/skills/*/pin")) == [("/skills/a~1b/pin", 1)]
    assert list(matching(value, "/skills/c")) == [("/skills/c", {})]
    assert list(matching(value, "/nope/*")) == []
