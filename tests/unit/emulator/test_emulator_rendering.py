"""Whatever the server writes, the typed fields read back as they were sent."""

import json
from dataclasses import replace

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentsync.emulator import frontmatter
from agentsync.emulator.readings import DEFAULTS
from agentsync.emulator.rendering import (
    PERVERSE,
    PLAIN,
    RENDERINGS,
    front_matter_text,
    named,
    skill_text,
    tools_text,
)
from agentsync.emulator.tree import read_tools
from agentsync.errors import UsageError

STYLES = [*RENDERINGS.values(), replace(PLAIN, quote_all=True, width=10), replace(PLAIN, width=10)]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
TOOLS = {
    "tools": [
        {"name": "b", "mcp_server_url": "https://x.example.com", "display_name": "Bé"},
        {"name": "a"},
    ],
    "interrupt_config": {"z": True, "a": False},
}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    front=st.dictionaries(st.sampled_from(["name", "description", "model_id"]), TEXTS),
    body=TEXTS,
    style=st.sampled_from(STYLES),
)
def test_front_matter_round_trips(front, body, style):
    text = front_matter_text(front, body, style)
    values, found = frontmatter.split(text)
    assert values == front
    assert found == (body.replace("\r\n", "\n") if style.unix_newlines else body)


@given(
    front=st.dictionaries(st.sampled_from(["name", "description"]), TEXTS, min_size=1),
    style=st.sampled_from(STYLES),
)
def test_front_matter_is_what_any_yaml_reader_sees(front, style):
    block = front_matter_text(front, "", style).split("---\n")[1]
    if block.count("---") == 0:
        assert yaml.safe_load(block) == front


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("plain", {}, "plain"),
        ("", {}, ""),
        ("---\n---\n", {}, ""),
        ("---\n---", {}, ""),
        ("---\n---\n\n", {}, ""),
        (
            "---\na: 1.0\nb: yes\nc: 2024-01-01\n---\nx",
            {"a": "1.0", "b": "yes", "c": "2024-01-01"},
            "x",
        ),
        ("---\na:\nb: ~\nc: null\nd: ''\n---\nx", {"a": "", "b": "", "c": "", "d": ""}, "x"),
        ("---\na: >-\n  one\n  two\nb: |\n  three\n---\nx", {"a": "one two", "b": "three\n"}, "x"),
        ("---\r\na: 1\r\n---\r\n\r\nx\r\n", {"a": "1"}, "x\r\n"),
        ("---\na: [1, {b: 2}]\n? [x, y]\n: z\nc: 3\n---\nx", {"c": "3"}, "x"),
        ("---  \na: 1\n---\t\nx", {"a": "1"}, "x"),
        ("---\na: 'null'\n---\n\n\nx", {"a": "null"}, "\nx"),
        ("---\n- a\n---\nx", {}, "---\n- a\n---\nx"),
        ("---\ntext\n---\nx", {}, "---\ntext\n---\nx"),
        ("---\na: [\n---\nx", {}, "---\na: [\n---\nx"),
        ("---\na: 1\nx", {}, "---\na: 1\nx"),
        ("---\na: \x07\n---\nx", {}, "---\na: \x07\n---\nx"),
        ("---\n" + "[" * 5000 + "\n---\nx", {}, "---\n" + "[" * 5000 + "\n---\nx"),
    ],
)
def test_front_matter_as_found_in_the_wild(text, values, body):
    assert frontmatter.split(text) == (values, body)


def test_front_matter_survives_depth():
    deep = "---\nd: " + "[" * 300 + "]" * 300 + "\na: 1\n---\nx"
    assert frontmatter.split(deep) == ({"a": "1"}, "x")


def test_plain_tools_are_what_was_sent():
    assert tools_text(TOOLS, PLAIN) == json.dumps(TOOLS, indent=2, ensure_ascii=False) + "\n"


def test_perverse_tools_are_the_same_tools():
    text = tools_text(TOOLS, PERVERSE)
    assert text.isascii()
    assert not text.endswith("\n")
    found = read_tools(text, DEFAULTS)
    assert found is not None
    assert found["interrupt_config"] == TOOLS["interrupt_config"]
    assert {tool["name"]: tool for tool in found["tools"]} == {
        "a": {"name": "a", "display_name": "a"},
        "b": {**TOOLS["tools"][0], "mcp_server_name": "https://x.example.com"},
    }
    assert [tool["name"] for tool in found["tools"]] == ["a", "b"]
    assert read_tools(tools_text({}, PERVERSE), DEFAULTS) == {"tools": [], "interrupt_config": {}}


def test_perverse_skills_are_stripped():
    _, body = frontmatter.split(skill_text({"name": "s"}, "\n\n x\r\ny \n", PERVERSE))
    assert body == "x\ny"
    _, plain = frontmatter.split(skill_text({"name": "s"}, "\n\n x\r\ny \n", PLAIN))
    assert plain == "\n\n x\r\ny \n"


@pytest.mark.parametrize("text", ["", "[]", "{", "1", "[" * 5000, '{"tools": 1}', None])
def test_unreadable_tools(text):
    assert read_tools(text, DEFAULTS) in (None, {})


def test_a_typed_reader_leaves_out_what_has_no_type():
    text = json.dumps(
        {"tools": [1, {"name": 5, "display_name": "d"}], "interrupt_config": {"a": 1}}
    )
    assert read_tools(text, DEFAULTS) == {"tools": [{"display_name": "d"}], "interrupt_config": {}}


def test_perverse_over_the_wire(start):
    api = start(rendering="perverse")
    agent = api.create(
        system_prompt="a\r\nb",
        tools=TOOLS,
        skills=[{"name": "s", "description": "long " * 20, "instructions": "\nbody\n"}],
        subagents=[{"name": "c", "description": "d: e", "model_id": "m:x", "instructions": "i\n"}],
    )
    assert agent["system_prompt"] == "a\nb"
    assert agent["skills"][0] == {
        "type": "inline",
        "name": "s",
        "description": "long " * 20,
        "instructions": "body",
    }
    assert agent["subagents"] == [
        {"name": "c", "description": "d: e", "model_id": "m:x", "instructions": "i\n"}
    ]
    skill = api.text(agent["id"], "skills/s/SKILL.md")
    assert skill.index("description") < skill.index('"name"')
    raw = {"AGENTS.md": "x\r\ny", "tools.json": '{"tools": [ ]}\n\n'}
    api.commit(agent["id"], raw)
    assert {path: api.text(agent["id"], path) for path in raw} == raw


def test_renderings_by_name():
    assert named("plain") is PLAIN
    assert named(PERVERSE) is PERVERSE
    with pytest.raises(UsageError) as caught:
        named("perverze")
    assert caught.value.hint == "did you mean `perverse`?"
