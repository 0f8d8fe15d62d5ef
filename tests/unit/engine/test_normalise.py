import copy
import json

import pytest
from generated import answer, documents
from hypothesis import given
from hypothesis import strategies as st
from matched import compared

from agentsync.canonical import canonical_json
from agentsync.engine.normalise import ShapeError, desired, live, normalise, tool_key
from agentsync.model import Action, Definition, LiveAgent
from agentsync.providers.managed import RULES


@given(documents())
def test_the_canonical_form_of_a_canonical_form_is_itself(document):
    once = normalise(document, RULES)
    assert canonical_json(normalise(once, RULES)) == canonical_json(once)


@given(documents())
def test_normalising_changes_nothing_it_was_given(document):
    before = copy.deepcopy(document)
    normalise(document, RULES)
    assert document == before


@given(documents(), st.randoms(use_true_random=False))
def test_no_rendering_of_the_server_is_a_difference(document, chance):
    value, hidden = live(answer(document, chance), RULES)
    definition = Definition(address="a", value=desired(document, RULES), agent_id="a")
    agent = LiveAgent(agent_id="a", revision="r", value=value, hidden=hidden)
    found = compared(definition, agent)
    assert [(item.pointer, item.before, item.after) for item in found.fields] == []
    assert found.action is Action.NO_OP


@given(documents(), st.randoms(use_true_random=False))
def test_two_renderings_of_one_agent_have_one_canonical_form(document, chance):
    said = answer(document, chance)
    said["files"] = {}
    again = answer(document, chance)
    again["files"] = {}
    assert canonical_json(live(said, RULES)[0]) == canonical_json(live(again, RULES)[0])


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        ("https://t.example::search", "https://t.example::search"),
        ("https://t.example/::search", "https://t.example::search"),
        ("https://t.example/mcp/::search::Fleet", "https://t.example/mcp::search"),
        ("https://t.example::search::Fleet::more", "https://t.example::search"),
        ("http://[::1]:8000/mcp::search", "http://[::1]:8000/mcp::search"),
        ("http://[::1]/::search::Fleet", "http://[::1]::search"),
        ("search", "search"),
        ("not a url::search", "not a url::search"),
    ],
)
def test_an_interrupt_key_names_its_tool(key, tool):
    assert tool_key(key) == tool


def canonical(document):
    return normalise({"name": "a", **document}, RULES)


@pytest.mark.parametrize(
    ("legacy", "modern"),
    [
        ({"type": "default"}, {"type": "state"}),
        (
            {"type": "thread_scoped_sandbox"},
            {"type": "sandbox", "sandbox_config": {"scope": "thread"}},
        ),
        (
            {"type": "thread_scoped_sandbox", "sandbox_config": {"scope": "agent"}},
            {"type": "sandbox", "sandbox_config": {"scope": "agent"}},
        ),
        (
            {"type": "agent_scoped_sandbox", "sandbox": {"policy_ids": ["p"]}},
            {"type": "sandbox", "sandbox_config": {"scope": "agent", "policy_ids": ["p"]}},
        ),
    ],
)
def test_outdated_backends_are_what_they_mean(legacy, modern):
    assert canonical({"backend": legacy}) == canonical({"backend": modern})


def test_values_that_look_alike_stay_apart():
    for left, right in [
        ({"extras": {"a": None}}, {"extras": {}}),
        ({"extras": {"a": ""}}, {"extras": {"a": None}}),
        ({"extras": {"a": True}}, {"extras": {"a": 1}}),
        ({"extras": {"a": []}}, {"extras": {"a": {}}}),
        ({"extras": {"a": [1, 2]}}, {"extras": {"a": [2, 1]}}),
        ({"extras": {"a": "1"}}, {"extras": {"a": 1}}),
    ]:
        assert canonical_json(canonical(left)) != canonical_json(canonical(right))


def test_one_and_one_point_zero_are_the_same():
    assert canonical_json(canonical({"extras": {"a": 1.0}})) == canonical_json(
        canonical({"extras": {"a": 1}})
    )


def test_a_field_nobody_knows_is_kept():
    value, _ = live({"name": "a", "memory": {"kind": "new"}, "tools": {"budget": 3}}, RULES)
    assert value["memory"] == {"kind": "new"}
    assert value["tools"]["budget"] == 3


def test_the_marker_and_what_the_server_owns_are_not_part_of_it():
    value, _ = live(
        {"name": "a", "id": "x", "revision": "r", "extras": {"agentsync": {"v": 1}, "team": "cx"}},
        RULES,
    )
    assert value["extras"] == {"team": "cx"}
    assert not {"id", "revision"} & value.keys()


def test_the_system_prompt_wins_over_its_deprecated_alias():
    value = canonical({"system_prompt": "new", "instructions": "old"})
    assert value["system_prompt"] == "new"
    assert "instructions" not in value


def test_tools_of_one_name_with_different_settings_are_both_kept():
    tool = {"name": "t", "mcp_server_url": "https://t.example"}
    value = canonical(
        {
            "tools": {
                "tools": [tool, {**tool, "display_name": "T"}, {**tool}],
                "interrupt_config": {},
            }
        }
    )
    assert value["tools"]["tools"] == {
        "https://t.example::t": {},
        "https://t.example::t#2": {"display_name": "T"},
    }


def test_approvals_of_tools_with_the_separator_in_their_names_stay_apart():
    url = "https://t.example"
    tools = [{"name": name, "mcp_server_url": url} for name in ("a::b", "a::c")]
    value = canonical(
        {
            "tools": {
                "tools": tools,
                "interrupt_config": {f"{url}/::a::b": True, f"{url}::a::c": False},
            }
        }
    )
    assert value["tools"]["interrupt_config"] == {f"{url}::a::b": True}


def test_no_approval_needed_is_what_no_rule_says_too():
    url = "https://t.example"
    rules = {f"{url}::a": False, f"{url}::b": True, "c": False}
    assert canonical({"tools": {"interrupt_config": rules}})["tools"]["interrupt_config"] == {
        f"{url}::b": True
    }
    # A rule for every tool of that name, and an exception from it.
    rules = {"a": True, f"{url}::a": False, f"{url}::b": False}
    assert canonical({"tools": {"interrupt_config": rules}})["tools"]["interrupt_config"] == {
        "a": True,
        f"{url}::a": False,
    }


def test_settings_of_tools_that_only_the_file_has_are_kept():
    tool = {"name": "t", "mcp_server_url": "https://t.example"}
    file = {"tools": [{**tool, "mcp_server_url": "https://t.example/", "timeout": 5}], "budget": 1}
    value, _ = live(
        {
            "name": "a",
            "tools": {"tools": [tool], "interrupt_config": {}},
            "files": {"tools.json": {"content": json.dumps(file)}},
        },
        RULES,
    )
    assert value["tools"]["tools"] == {"https://t.example::t": {"timeout": 5}}
    assert value["tools"]["budget"] == 1


def test_raw_files_add_what_typed_fields_cannot_say():
    value, hidden = live(
        {
            "name": "a",
            "skills": [{"name": "pdf", "description": "d", "instructions": "i"}],
            "files": {
                "skills/pdf/SKILL.md": {
                    "content": "---\nname: pdf\ndescription: d\nlicense: MIT\n---\n\ni\n"
                },
                "skills/pdf/run.py": {"content": "print()"},
                "skills/shared": {"type": "skill", "repo_handle": "shared", "commit_id": "c"},
                "subagents/critic/AGENTS.md": {"content": "---\ndescription: c\n---\nBe harsh."},
                "subagents/critic/skills/x/SKILL.md": {"content": "x"},
                "subagents/critic/memories/a.md": {"content": "m"},
                "subagents/gone/memories/a.md": {"content": "m"},
                "tools.json": {
                    "content": '{"tools": [{"name": "t", "mcp_server_url": "https://t"}]}'
                },
                "memories/a.md": {"content": "m"},
            },
        },
        RULES,
    )
    assert hidden == frozenset()
    assert value["skills"] == {
        "pdf": {
            "description": "d",
            "instructions": "i",
            "front_matter": {"license": "MIT"},
            "files": {"run.py": "print()"},
        },
        "shared": {"repo_handle": "shared", "commit_id": "c"},
    }
    assert value["subagents"]["critic"]["description"] == "c"
    assert value["subagents"]["critic"]["instructions"] == "Be harsh."
    assert value["subagents"]["critic"]["files"] == {
        "skills/x/SKILL.md": "x",
        "memories/a.md": "m",
    }
    assert value["tools"]["tools"] == {"https://t::t": {}}
    assert value["files"].keys() == {"memories/a.md", "subagents/gone/memories/a.md"}


def test_the_typed_value_wins_over_the_file_it_was_parsed_from():
    critic = {"name": "critic", "description": "typed", "instructions": "typed"}
    value, _ = live(
        {
            "name": "a",
            "system_prompt": "typed",
            "subagents": [critic],
            "files": {
                "AGENTS.md": {"content": "raw"},
                "subagents/critic/AGENTS.md": {"content": "---\ndescription: raw\n---\nraw"},
            },
        },
        RULES,
    )
    assert value["system_prompt"] == "typed"
    assert value["subagents"]["critic"]["description"] == "typed"
    assert value["subagents"]["critic"]["instructions"] == "typed"


def test_a_prompt_that_only_the_file_shows_is_the_prompt():
    value, _ = live({"name": "a", "files": {"AGENTS.md": {"content": "raw\r\ntext\n"}}}, RULES)
    assert value["system_prompt"] == "raw\ntext"
    assert value["files"] == {}


def test_front_matter_an_answer_does_not_show_is_told_as_hidden():
    _, hidden = live({"name": "a", "skills": [{"name": "pdf", "instructions": "i"}]}, RULES)
    assert hidden == {"/skills/pdf/front_matter"}


def test_a_broken_tools_file_stays_a_raw_file():
    value, _ = live({"name": "a", "files": {"tools.json": {"content": "{"}}}, RULES)
    assert value["files"] == {"tools.json": {"content": "{"}}


@pytest.mark.parametrize(
    "broken",
    [
        {"tools": []},
        {"tools": {"tools": {"a": 1}}},
        {"tools": {"tools": "x"}},
        {"subagents": {"a": {}}},
        {"subagents": [{}]},
        {"subagents": [{"name": "a"}, {"name": "a"}]},
        {"subagents": [3]},
        {"skills": [{"name": "a", "files": []}]},
        {"files": []},
        {"files": {"a": "text"}},
        {"files": {"a": {"content": 3}}},
        {"system_prompt": 3},
        {"permissions": {"shared_users": {"read": "u"}}},
        {"permissions": "x"},
        {"backend": 3},
        {"extras": []},
    ],
)
def test_an_answer_of_the_wrong_shape_is_refused_in_words(broken):
    with pytest.raises(ShapeError, match="`"):
        live({"name": "a", **broken}, RULES)
