import json
from typing import Any

import pytest
import yaml
from amount import EXAMPLES
from generated import documents
from hypothesis import given, settings
from hypothesis import strategies as st
from yamledits import TEXTS

from agentsync.canonical import same
from agentsync.engine.yaml.strict import parse
from agentsync.engine.yaml.writing.emit import NotEditableError, emitted

# What unquoted would be something else for one reader or the other, or nothing at all.
_WORDS = """yes no on off y N ~
null true False .inf -.NaN = << 0 012 0o12 0x1F 0b1 1_000 1e3 +1 .5 1.
12:30 1:2:3.4 2026-01-01 2026-01-01T10:00:00Z --- ... - ? : -x ?x :x & * ! | > % @ ` ' " # , [ ] { }
a:b a: :a a#b a:: https://a.b/c::d {{x}} [a] \\n \\ a'b a"b"""
ODD = _WORDS.split()
HARD = (
    *TEXTS,
    *ODD,
    *("a: b", "a #b", "- x", "? x", " a", "a ", "\n", "\n\n", "\na", "a\n", "a\r\nb", "a\rb"),
    *(" a\nb", "\ta\nb", "a\n b", "a \nb", "a\n\n\nb\n", "--- a", "a\n---\nb", "a\n...\n", "\x00"),
    *(
        "\x1b[0m",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "a\n\u2029",
        "\ufeff",
        "\u202ea",
        "\ufffe",
        "😀",
    ),
)
TEXT = st.one_of(
    st.sampled_from(HARD),
    st.lists(st.sampled_from(HARD), max_size=4).map("".join),
    st.text(alphabet=" \n\t#:-?ab'\"[", max_size=12),
    st.text(max_size=8),
)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=2 * EXAMPLES)
@given(value=st.dictionaries(TEXT, VALUES, max_size=5))
def test_every_value_is_read_back_by_readers_of_both_versions(value: dict[str, Any]) -> None:
    text = emitted(value)
    parsed = parse(text)
    assert parsed.problems == ()
    assert same(parsed.value, value)
    assert list(parsed.value) == list(value)
    # YAML 1.1 has other words for true, other numbers, and dates.
    assert same(yaml.safe_load(text), value)
    assert text.endswith("\n")


@settings(max_examples=EXAMPLES // 3)
@given(document=documents())
def test_agents_are_read_back(document: dict[str, Any]) -> None:
    assert same(parse(emitted(document)).value, document)


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_as_value_item_and_key(text: str) -> None:
    value = {"a": text, "b": [text, [text], {text: text}], text: 1}
    assert same(parse(emitted(value)).value, value)
    assert same(yaml.safe_load(emitted(value)), value)


def test_it_looks_as_people_write_it() -> None:
    value = {
        "name": "Support triage",
        "description": "Reads every ticket: facts first.",
        "model": "openai:gpt-5.5",
        "tools": {
            "tools": [
                {"name": "get_ticket", "mcp_server_url": "https://mcp.acme.example/helpdesk"},
                {"name": "on", "args": {"limit": 5, "deep": [True, None, 1.5]}},
            ],
            "interrupt_config": {"https://mcp.acme.example/helpdesk::get_ticket": True},
        },
        "extras": {
            "prompt": "# Role\n\nYou sort.\n  - bugs\n",
            "note": "a\nb",
            "rows": [[1, 2], []],
        },
        "empty": {},
        "list": ["two\nlines\n", "one", "12:30"],
    }
    assert (
        emitted(value)
        == """\
name: Support triage
description: "Reads every ticket: facts first."
model: openai:gpt-5.5
tools:
  tools:
    - name: get_ticket
      mcp_server_url: https://mcp.acme.example/helpdesk
    - name: "on"
      args:
        limit: 5
        deep:
          - true
          - null
          - 1.5
  interrupt_config:
    https://mcp.acme.example/helpdesk::get_ticket: true
extras:
  prompt: |
    # Role

    You sort.
      - bugs
  note: |-
    a
    b
  rows:
    - - 1
      - 2
    - []
empty: {}
list:
  - |
    two
    lines
  - one
  - "12:30"
"""
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("  a\nb\n", "|2\n    a\n  b\n"),
        ("\ta\nb", "|2-\n  \ta\n  b\n"),
        ("a\n\n\n", "|+\n  a\n\n\n"),
        ("\n\na\n", "|\n\n\n  a\n"),
        ("a\n\n---\n# b\n", "|\n  a\n\n  ---\n  # b\n"),
        # An editor would take the blanks away.
        ("a \nb", '"a \\nb"\n'),
        ("\n", '"\\n"\n'),
        ("a\r\nb", '"a\\r\\nb"\n'),
        # What does not show, or turns a line around, is shown.
        ("a\u202eb", '"a\\u202eb"\n'),
        ("a\ufeffb\nc", '"a\\ufeffb\\nc"\n'),
        ("é😀", "é😀\n"),
    ],
)
def test_texts_are_literal_blocks_where_nothing_is_hidden(text: str, written: str) -> None:
    assert emitted({"a": text}) == f"a: {written}"
    assert parse(f"a: {written}").value == {"a": text}


def test_keys_of_any_length_and_an_empty_mapping() -> None:
    long = "k" * 5000
    value = {long: {long: [{long: 1}]}, "x\n" * 600: "a\nb"}
    assert same(parse(emitted(value)).value, value)
    assert emitted(value).startswith("? kkk")
    assert emitted({}) == "{}\n"


def test_long_texts_stay_on_their_line() -> None:
    line = "word " * 100_000 + "end"
    assert emitted({"a": line}) == f"a: {line}\n"


def test_numbers_are_numbers_for_both_versions() -> None:
    value = {"a": 1e22, "b": 1e-7, "c": -0.5, "d": 2**63 - 1, "e": 1.0}
    assert emitted(value) == "a: 1.0e+22\nb: 1.0e-07\nc: -0.5\nd: 9223372036854775807\ne: 1.0\n"


def test_what_is_as_deep_as_can_be_read_is_written() -> None:
    value = {"a": json.loads("[" * 63 + "1" + "]" * 63)}
    assert same(parse(emitted(value)).value, value)
    with pytest.raises(NotEditableError, match="64 levels"):
        emitted({"a": [value["a"]]})
