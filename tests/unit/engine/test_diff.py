"""`differences` as a function of two trees: the exact places, and what DeepDiff gets to see."""

import copy

import deepdiff
import pytest
from generated import JSON, SLUG
from hypothesis import given
from hypothesis import strategies as st

from agentsync.canonical import ABSENT, digest, join
from agentsync.engine.diff import Difference, differences, in_sync
from agentsync.engine.rules import Rules

RULES = Rules(sections={})
KEYS = st.one_of(SLUG, st.sampled_from(["__x", "a/b", "a~b", "a']['b", "", "0", "[", "a*"]))
LONG = st.text(st.characters(codec="utf-8"), min_size=60, max_size=70)
LEAVES = st.one_of(JSON, LONG, st.lists(st.one_of(JSON, LONG), min_size=1, max_size=3))
TREES = st.dictionaries(
    KEYS,
    st.one_of(LEAVES, st.dictionaries(KEYS, LEAVES, max_size=3)),
    min_size=1,
    max_size=4,
)


def paths(value, at=()):
    """The path of every leaf of a tree; lists and empty maps are leaves."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from paths(item, (*at, key))
    else:
        yield at


def at(value, path):
    for part in path:
        value = value[part]
    return value


def put(value, path, item):
    """A copy of a tree with another value at one place."""
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = item
    return changed


def another(value):
    """A value that is not this one but looks as much like it as it can: same type and length."""
    if isinstance(value, list) and value:
        return [another(value[0]), *value[1:]]
    if isinstance(value, dict) and value:
        first = next(iter(value))
        return {**value, first: another(value[first])}
    if isinstance(value, str) and value:
        return value[:-1] + ("y" if value[-1] == "x" else "x")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return {"": "x", None: False}[value] if value in ("", None) else type(value)() or None


@given(TREES, st.data())
def test_one_changed_leaf_is_found_at_exactly_its_place(tree, data):
    path = data.draw(st.sampled_from(list(paths(tree))))
    before = at(tree, path)
    after = another(before)
    found = differences(tree, put(tree, path, after), RULES)
    assert found == [Difference(pointer=join(path), live=before, desired=after)]
    assert not in_sync(tree, put(tree, path, after), RULES)


@given(TREES)
def test_a_tree_and_its_copy_have_no_difference(tree):
    assert differences(tree, copy.deepcopy(tree), RULES) == []


@pytest.mark.parametrize(
    ("live", "desired"),
    [
        (["a", "b"], ["a", "c"]),
        (["a", "b"], ["b", "a"]),
        ([1], [True]),
        ([], {}),
        ([], None),
        ([None], []),
        ([[]], [{}]),
        ([{"a": 1}], [{"a": 2}]),
        (1, True),
        (0, False),
        ("1", 1),
        ("", None),
        ({}, ""),
        ("x" * 1000, "x" * 999 + "y"),
        ("y" + "x" * 1000, "x" * 1001),
        ("x" * 64, "x" * 65),
        ("x" * 65, "x" * 65 + "\n"),
    ],
)
def test_values_that_look_alike_are_a_difference(live, desired):
    for left, right in ((live, desired), (desired, live)):
        found = differences({"a": {"b": left}}, {"a": {"b": right}}, RULES)
        assert [(item.pointer, item.live, item.desired) for item in found] == [
            ("/a/b", left, right)
        ]
        assert not in_sync({"a": {"b": left}}, {"a": {"b": right}}, RULES)


@pytest.mark.parametrize(
    ("value", "token"),
    [
        (["a"], f"\0list {digest(['a'])}"),
        ("x" * 1000, f"\0text {digest('x' * 1000)}"),
    ],
)
def test_no_text_can_pass_for_what_stands_in_for_a_list_or_long_text(value, token):
    found = differences({"a": value}, {"a": token}, RULES)
    assert found == [Difference(pointer="/a", live=value, desired=token)]


def strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        yield from (text for item in value for text in strings(item))
    elif isinstance(value, str):
        yield value


def lists(value):
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict):
        yield from (found for item in value.values() for found in lists(item))


def test_deepdiff_never_sees_a_long_text_or_a_list(monkeypatch):
    """A difflib run over two prompts of a megabyte takes minutes."""
    seen = []

    class Spy(deepdiff.DeepDiff):
        def __init__(self, left, right, *arguments, **options):
            # DeepDiff makes further ones of itself; the trees come to the first.
            if "_parameters" not in options:
                seen.append((left, right))
            super().__init__(left, right, *arguments, **options)

    monkeypatch.setattr(deepdiff, "DeepDiff", Spy)
    long = "A line of a prompt.\n" * 50_000
    live = {
        "system_prompt": long,
        "same": long,
        "skills": {"pdf": {"files": {"run.py": long, "gone.py": long}}},
        "extras": {"list": [long, 1], "short": "x" * 200, "medium": "x" * 201},
    }
    desired = {
        "system_prompt": long + "x",
        "same": long,
        "skills": {"pdf": {"files": {"run.py": "x" + long}}},
        "extras": {"list": [long, 2], "short": "x" * 200, "medium": "y" * 201},
    }
    found = differences(live, desired, RULES)
    assert [item.pointer for item in found] == [
        "/extras/list",
        "/extras/medium",
        "/skills/pdf/files/gone.py",
        "/skills/pdf/files/run.py",
        "/system_prompt",
    ]
    assert (found[4].live, found[4].desired) == (long, long + "x")
    assert (found[2].live, found[2].desired) == (long, ABSENT)
    assert len(seen) == 1
    for side in seen[0]:
        assert max(map(len, strings(side))) <= 200
        assert not list(lists(side))


def test_what_is_skipped_is_asked_for_each_place_and_told_by_its_pointer():
    live, desired = {"a/b": {"x": 1, "y": 1}, "c": 1}, {"a/b": {"x": 2, "y": 2}, "d": 1}
    asked = []
    assert (
        differences(live, desired, RULES, lambda pointer: bool(asked.append(pointer)) or True) == []
    )
    assert sorted(asked) == ["/a~1b/x", "/a~1b/y", "/c", "/d"]
    found = differences(live, desired, RULES, {"/a~1b/x", "/c"}.__contains__)
    assert [item.pointer for item in found] == ["/a~1b/y", "/d"]
    assert not in_sync(live, desired, RULES, {"/a~1b/x", "/c"}.__contains__)
    assert in_sync(live, desired, RULES, {"/a~1b/x", "/a~1b/y", "/d"}.__contains__)
