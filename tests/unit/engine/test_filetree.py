"""An answer as the agent it stands for: its file map, its typed fields, what both leave open."""

import itertools
import json

import pytest

from agentsync.canonical import canonical_json
from agentsync.engine.normalise import desired, live
from agentsync.providers.managed import RULES

URL = "https://t.example"
TOOL = {"name": "t", "mcp_server_url": URL}
OTHER = {"name": "u", "mcp_server_url": URL}
PDF = {"name": "pdf", "description": "d", "instructions": "i"}
LINK = {"type": "skill", "repo_handle": "shared", "commit_id": "c"}


def value(answer):
    return live({"name": "a", **answer}, RULES)[0]


# Front matter.


@pytest.mark.parametrize("typed", [None, [PDF]])
def test_a_name_in_front_matter_that_is_not_the_folders_is_kept(typed):
    text = "---\nname: other\ndescription: d\n---\ni\n"
    found = value({"skills": typed, "files": {"skills/pdf/SKILL.md": {"content": text}}})
    assert found["skills"]["pdf"]["front_matter"] == {"name": "other"}
    assert found["skills"].keys() == {"pdf"}


@pytest.mark.parametrize("typed", [None, [{"name": "critic", "instructions": "i"}]])
def test_a_name_in_a_subagents_front_matter_that_is_not_the_folders_is_kept(typed):
    text = "---\nname: other\nlicense: MIT\n---\ni\n"
    found = value({"subagents": typed, "files": {"subagents/critic/AGENTS.md": {"content": text}}})
    assert found["subagents"]["critic"]["front_matter"] == {"name": "other", "license": "MIT"}
    assert found["subagents"].keys() == {"critic"}


def test_the_folders_own_name_in_front_matter_says_nothing():
    found = value(
        {
            "files": {
                "skills/pdf/SKILL.md": {"content": "---\nname: pdf\ndescription: d\n---\ni\n"},
                "subagents/critic/AGENTS.md": {"content": "---\nname: critic\n---\ni\n"},
            }
        }
    )
    assert found["skills"]["pdf"] == {"description": "d", "instructions": "i", "files": {}}
    assert "front_matter" not in found["subagents"]["critic"]


@pytest.mark.parametrize("empty", [{}, None])
def test_empty_front_matter_is_not_kept(empty):
    for form in (lambda document: desired(document, RULES), value):
        found = form(
            {
                "name": "a",
                "skills": [{**PDF, "front_matter": empty}],
                "subagents": [{"name": "critic", "instructions": "i", "front_matter": empty}],
            }
        )
        assert "front_matter" not in found["skills"]["pdf"]
        assert "front_matter" not in found["subagents"]["critic"]


# tools.json.

TOOLS_FILE = json.dumps(
    {
        "tools": [
            {**TOOL, "display_name": "File", "mcp_server_name": "File", "timeout": 3},
            OTHER,
        ],
        "interrupt_config": {f"{URL}::t": False, f"{URL}::u": True},
        "budget": 1,
    }
)


@pytest.mark.parametrize(
    ("typed", "tools", "interrupts"),
    [
        ({"tools": [TOOL], "interrupt_config": {}}, {f"{URL}::t": {"timeout": 3}}, {}),
        (
            {
                "tools": [{**TOOL, "display_name": "Typed", "timeout": 5}],
                "interrupt_config": {f"{URL}::t": True},
            },
            {f"{URL}::t": {"display_name": "Typed", "timeout": 5}},
            {f"{URL}::t": True},
        ),
        ({"tools": [], "interrupt_config": None}, {}, {}),
        ({"tools": [TOOL]}, {f"{URL}::t": {"timeout": 3}}, {}),
        ({"interrupt_config": {f"{URL}::t": True}}, {}, {f"{URL}::t": True}),
        ({}, {}, {}),
    ],
)
def test_tools_json_never_overrides_typed_tools(typed, tools, interrupts):
    critic = {"name": "critic", "instructions": "i", "tools": typed}
    found = value(
        {
            "tools": typed,
            "subagents": [critic],
            "files": {
                "tools.json": {"content": TOOLS_FILE},
                "subagents/critic/tools.json": {"content": TOOLS_FILE},
            },
        }
    )
    for at in (found, found["subagents"]["critic"]):
        assert at["tools"] == {"tools": tools, "interrupt_config": interrupts, "budget": 1}
    assert found["files"] == {}
    assert found["subagents"]["critic"]["files"] == {}


def test_tools_json_alone_is_the_tools():
    found = value({"tools": None, "files": {"tools.json": {"content": TOOLS_FILE}}})
    assert found["tools"]["tools"].keys() == {f"{URL}::t", f"{URL}::u"}
    assert found["tools"]["interrupt_config"] == {f"{URL}::u": True}


# Linked skills.


@pytest.mark.parametrize(
    "path",
    ["skills/a/b", "skills/a/b/c", "skills/", "skills", "skill/a", "subagents/critic", "a", "b/a"],
)
def test_a_link_anywhere_but_in_a_skills_place_stays_a_raw_file(path):
    found = value({"files": {path: LINK}})
    assert found["files"] == {path: LINK}
    assert found["skills"] == {}
    assert found["subagents"] == {}


@pytest.mark.parametrize("inner", ["skills/x", "skills/x/y"])
def test_a_link_beside_a_subagent_is_one_of_its_files(inner):
    critic = {"name": "critic", "instructions": "i"}
    path = f"subagents/critic/{inner}"
    found = value({"subagents": [critic], "files": {path: LINK}})
    assert found["subagents"]["critic"]["files"] == {inner: LINK}
    assert (found["files"], found["skills"]) == ({}, {})
    assert value({"files": {path: LINK}})["files"] == {path: LINK}
    elsewhere = value({"subagents": [critic], "files": {"subagents/critic/linked": LINK}})
    assert elsewhere["files"] == {"subagents/critic/linked": LINK}
    assert elsewhere["subagents"]["critic"]["files"] == {}


@pytest.mark.parametrize("typed", [None, [PDF], [{**PDF, "files": {"run.py": "x"}}]])
@pytest.mark.parametrize(
    "order", list(itertools.permutations(["skills/pdf", "skills/pdf/SKILL.md", "skills/pdf/z.py"]))
)
def test_a_link_replaces_a_skill_of_its_name_whatever_the_order(typed, order):
    entries = {
        "skills/pdf": LINK,
        "skills/pdf/SKILL.md": {"content": "---\nlicense: MIT\n---\nfrom the file"},
        "skills/pdf/z.py": {"content": "print()"},
    }
    found, hidden = live(
        {"name": "a", "skills": typed, "files": {path: entries[path] for path in order}}, RULES
    )
    assert found["skills"] == {"pdf": {"repo_handle": "shared", "commit_id": "c"}}
    assert hidden == frozenset()


@pytest.mark.parametrize("commit", [{}, {"commit_id": ""}, {"commit_id": None}])
def test_a_link_without_a_pin_has_none(commit):
    entry = {"type": "skill", "repo_handle": "shared", **commit}
    bare = {"shared": {"repo_handle": "shared"}}
    assert value({"files": {"skills/shared": entry}})["skills"] == bare
    document = {"name": "a", "skills": [{"name": "shared", "repo_handle": "shared", **commit}]}
    assert desired(document, RULES)["skills"] == bare


@pytest.mark.parametrize("handle", ["", None])
@pytest.mark.parametrize("commit", [{}, {"commit_id": ""}, {"commit_id": None}])
def test_a_skill_with_an_empty_link_is_an_ordinary_one(handle, commit):
    plain = {"name": "a", "skills": [{**PDF, "type": "inline"}]}
    said = {"name": "a", "skills": [{**PDF, "type": "inline", "repo_handle": handle, **commit}]}
    assert value(said)["skills"] == value(plain)["skills"]
    assert desired(said, RULES) == desired(plain, RULES)


@pytest.mark.parametrize("handle", ["", None])
def test_a_skill_with_an_empty_link_hides_what_an_ordinary_one_does(handle):
    _, hidden = live({"name": "a", "skills": [{**PDF, "repo_handle": handle}]}, RULES)
    assert hidden == {"/skills/pdf/front_matter"}


@pytest.mark.parametrize("handle", ["", None])
def test_a_skill_with_an_empty_link_is_completed_by_its_file(handle):
    text = "---\nname: pdf\ndescription: d\nlicense: MIT\n---\ni\n"
    found, hidden = live(
        {
            "name": "a",
            "skills": [{**PDF, "repo_handle": handle}],
            "files": {"skills/pdf/SKILL.md": {"content": text}},
        },
        RULES,
    )
    assert found["skills"]["pdf"]["front_matter"] == {"license": "MIT"}
    assert hidden == frozenset()


# What the server may write for "nothing".


@pytest.mark.parametrize("kind", [{}, {"type": "file"}, {"type": ""}, {"type": None}])
def test_a_files_type_says_nothing_unless_it_is_another(kind):
    entry = {**kind, "content": "x"}
    assert value({"files": {"a.md": entry}})["files"] == {"a.md": {"content": "x"}}


def test_a_file_of_another_type_keeps_it():
    entry = {"type": "picture", "content": "x", "width": 3}
    assert value({"files": {"a.png": entry}})["files"] == {"a.png": entry}


@pytest.mark.parametrize(
    "given",
    [
        {"identity": None, "visibility": None, "tenant_access_level": None},
        {"shared_users": None},
        {"shared_users": {"read": None, "run": None, "update": None}},
    ],
)
def test_a_null_permission_counts_as_not_given(given):
    assert value({"permissions": given}) == value({"permissions": {}})
    found = desired({"name": "a", "permissions": {**given, "identity": "shared"}}, RULES)
    assert found["permissions"] == {
        "identity": "shared",
        "visibility": "tenant",
        "tenant_access_level": "read",
        "shared_users": {"read": [], "run": [], "update": []},
    }


def test_sets_of_users_and_policies_hold_each_once():
    document = {
        "name": "a",
        "permissions": {"shared_users": {"read": ["b", "a", "b"], "run": ["c", "c"]}},
        "backend": {"type": "sandbox", "sandbox_config": {"policy_ids": ["q", "p", "q"]}},
    }
    for found in (desired(document, RULES), value(document)):
        users = found["permissions"]["shared_users"]
        assert users == {"read": ["a", "b"], "run": ["c"], "update": []}
        assert found["backend"]["sandbox_config"]["policy_ids"] == ["p", "q"]


def test_what_no_answer_promises_to_show_is_not_part_of_the_form():
    document = {"name": "a", "configurable": {"secret": "x"}}
    assert "configurable" not in value(document)
    assert "configurable" not in desired(document, RULES)


# Line ends.


def everywhere(text):
    return {
        "name": "a",
        "description": text,
        "system_prompt": text,
        "extras": {"a": [text, {"b": text}]},
        "subagents": [{"name": "critic", "instructions": text, "files": {"a": text}}],
        "skills": [{**PDF, "instructions": text, "files": {"a": text}}],
        "files": {"a.md": {"content": text}},
    }


def test_crlf_is_a_line_end_and_a_lone_cr_is_a_character():
    document = everywhere("one\rtwo\r\nthree\r\rfour")
    document["skills"][0]["files"] = {}
    document["subagents"][0]["files"] = {}
    found = value(document)
    wanted = "one\rtwo\nthree\r\rfour"
    assert found["description"] == wanted
    assert found["system_prompt"] == wanted
    assert found["extras"] == {"a": [wanted, {"b": wanted}]}
    assert found["subagents"]["critic"]["instructions"] == wanted
    assert found["skills"]["pdf"]["instructions"] == wanted
    assert found["files"]["a.md"]["content"] == wanted


def test_texts_with_a_lone_cr_and_with_a_line_end_stay_apart():
    forms = {canonical_json(desired(everywhere(f"a{end}b"), RULES)) for end in ("\r", "\n", "\r\n")}
    assert len(forms) == 2
    (beside,) = desired(everywhere("a\rb"), RULES)["skills"]["pdf"]["files"].values()
    assert beside == "a\rb"
