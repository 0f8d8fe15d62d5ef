from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsync.engine.crosscheck import (
    folder_name_fits,
    linked_skill_name,
    skill_issues,
    tool_issues,
    typed_path_advice,
)
from agentsync.model import Severity

URL = "https://tools.example.com"


def toolset(*names: str, url: str = URL, **interrupts: Any) -> dict[str, Any]:
    tools = [{"name": name, "mcp_server_url": url} for name in names]
    return {"tools": tools, "interrupt_config": interrupts.get("config", {})}


@pytest.mark.parametrize(
    "key",
    [
        f"{URL}::search",
        f"{URL}/::search",
        f"{URL}::search::Tools",
        f"{URL}/::search::Tools::more",
        "search",
    ],
)
def test_every_way_to_write_a_key_names_the_tool(key: str) -> None:
    assert tool_issues(toolset("search", config={key: True})) == []


def test_an_ipv6_address_is_no_separator() -> None:
    config = {"http://[::1]:80::search": True, "http://[::1]:80/::search::x": True}
    assert tool_issues(toolset("search", url="http://[::1]:80", config=config)) == []


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        (f"{URL}::serach", f"did you mean `{URL}::search`?"),
        (f"{URL}/::serach::x", f"did you mean `{URL}::search`?"),
        ("https://tool.example.com::search", f"did you mean `{URL}::search`?"),
        ("https://other.example.com::delete", "list the tool"),
        ("serach", "did you mean `search`?"),
        ("", "list the tool"),
    ],
)
def test_a_key_without_tool_is_a_warning(key: str, hint: str) -> None:
    (issue,) = tool_issues(toolset("search", "fetch", config={key: True}))
    assert issue.code == "unknown-tool"
    assert issue.severity is Severity.WARNING
    assert issue.path == ("tools", "interrupt_config", key)
    assert hint in issue.hint


def test_two_answers_for_one_tool_are_an_error() -> None:
    config = {f"{URL}::a": True, f"{URL}/::a": False}
    (issue,) = tool_issues(toolset("a", config=config))
    assert issue.code == "duplicate-interrupt"
    assert issue.severity is Severity.ERROR
    assert tool_issues(toolset("a", config=dict.fromkeys(config, True))) == []


def test_a_tool_listed_twice_names_the_first() -> None:
    value = toolset("a", "b", "c")
    value["tools"].append({"name": "b", "mcp_server_url": URL + "/"})
    (issue,) = tool_issues(value, ("here",))
    assert (issue.code, issue.path) == ("duplicate-tool", ("here", "tools", 3))
    assert "item 2" in issue.message
    other = {"name": "b", "mcp_server_url": "https://other.example.com"}
    assert tool_issues({"tools": [*toolset("b")["tools"], other]}) == []


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tools", "interrupt_config", "name", "mcp_server_url", "a::b"]), inner
        )
    ),
    max_leaves=10,
)


@given(ANY)
def test_values_of_the_wrong_shape_do_no_harm(value: Any) -> None:
    tool_issues(value)


@pytest.mark.parametrize(
    ("folder", "header", "codes"),
    [
        ("pdf", {"name": "pdf", "description": "x"}, []),
        ("a1-b2", {"name": "a1-b2", "description": "x" * 1024}, []),
        ("pdf", None, ["no-front-matter"]),
        ("pdf", {}, ["skill-name", "skill-description"]),
        ("pdf", {"name": "pdf", "description": ""}, ["skill-description"]),
        ("pdf", {"name": "pdf", "description": "x" * 1025}, ["skill-description"]),
        ("pdf", {"name": "pdf", "description": 7}, ["wrong-type"]),
        ("pdf", {"name": "PDF", "description": "x"}, ["skill-name"]),
        ("7", {"name": 7, "description": "x"}, ["skill-name"]),
        ("PDF", {"name": "PDF", "description": "x"}, ["skill-name"]),
        ("a--b", {"name": "a--b", "description": "x"}, ["skill-name"]),
        ("-a", {"name": "-a", "description": "x"}, ["skill-name"]),
        ("a-", {"name": "a-", "description": "x"}, ["skill-name"]),
        ("a" * 64, {"name": "a" * 64, "description": "x"}, []),
        ("a" * 65, {"name": "a" * 65, "description": "x"}, ["skill-name"]),
    ],
)
def test_skills(folder: str, header: Any, codes: list[str]) -> None:
    assert [issue.code for issue in skill_issues(folder, header)] == codes


def test_only_another_name_or_type_is_an_error() -> None:
    bad = [*skill_issues("PDF", {"name": "pdf", "description": 7})]
    assert [issue.severity.value for issue in bad] == ["warning", "error", "error"]
    mild = [*skill_issues("PDF", None), *skill_issues("a", {})]
    assert {issue.severity for issue in mild} == {Severity.WARNING}


@pytest.mark.parametrize("name", ["critic", "Fact checker", "a_b-c", " x", "7"])
def test_names_the_api_takes(name: str) -> None:
    assert folder_name_fits(name)


@pytest.mark.parametrize("name", ["", " ", "a.b", "a/b", "é", "a\n", "a+b"])
def test_names_the_api_refuses(name: str) -> None:
    assert not folder_name_fits(name)


@pytest.mark.parametrize(
    "path", ["AGENTS.md", "agents.md", "tools.json", "skills/x/SKILL.md", "Subagents/x/a"]
)
def test_paths_with_a_field_of_their_own(path: str) -> None:
    assert typed_path_advice(path)


@pytest.mark.parametrize("path", ["notes.md", "docs/AGENTS.md", "memories/skills", "tools/a.json"])
def test_paths_without_one(path: str) -> None:
    assert typed_path_advice(path) == ""


def test_a_link_is_named_after_its_handle() -> None:
    assert linked_skill_name({"repo_handle": "acme/pdf"}) == "pdf"
    assert linked_skill_name({"repo_handle": "pdf", "name": "reader"}) == "reader"
    assert linked_skill_name({"repo_handle": "acme/pdf/"}) == "pdf"
