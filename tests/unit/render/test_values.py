import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.canonical import same
from agentsync.render.values import as_text

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer()),
    st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])),
    st.sampled_from(["true", "null", "1", "-1.5", "nan", "", " x", "[]", "{}", "user → all"]),
)


@given(left=_SCALARS, right=_SCALARS)
def test_different_scalars_look_different(left, right):
    assert (as_text(left) == as_text(right)) is same(left, right)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("openai:gpt-5.5", "openai:gpt-5.5"),
        ("true", '"true"'),
        (True, "true"),
        (None, "null"),
        ("", '""'),
        ("1.20", '"1.20"'),
        ("2026-01-31", "2026-01-31"),
        ("trailing ", '"trailing "'),
        ("a: b", '"a: b"'),
        ("user → tenant", '"user → tenant"'),
        ("esc \x1b", "esc ␛"),
        ([], "[]"),
        ({}, "{}"),
        (["read", "a,b", "7", 7], '[read, "a,b", "7", 7]'),
        ({"b": 1, "a": {"x": []}}, "a:\n  x: []\nb: 1"),
        ([{"a": 1, "b": 2}, ["c"]], "- a: 1\n  b: 2\n- [c]"),
        ({"text": "one\n\n two\n"}, "text: |\n  one\n\n   two"),
        ({"text": "one\ntwo"}, "text: |-\n  one\n  two"),
        ("one\ntwo\n", "one\ntwo\n"),
        ("\x1bone\r\ntwo", "␛one␍\ntwo"),
        (["long " * 20], "- |-\n  " + "long " * 20),
        ({"x\n+ forged": 1}, '"x\\n+ forged": 1'),
    ],
)
def test_examples(value, expected):
    assert as_text(value) == expected


def test_a_broken_command_can_be_told_from_a_backslash():
    assert as_text("a##[") != as_text("a##\\[")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2], "- 1\n- 2"),
        ([], "[]"),
        ({"a": [1], "b": {}}, "a:\n  - 1\nb: {}"),
        ([[1], 2], "- - 1\n- 2"),
    ],
)
def test_without_flow_every_item_has_a_line(value, expected):
    assert as_text(value, flow=False) == expected
