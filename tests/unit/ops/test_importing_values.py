"""What of a live agent is declared, what may be left out, and which agents git has already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agentsync.canonical import resolve
from agentsync.engine.normalise import live as canonical
from agentsync.files.definition import checker
from agentsync.files.project import open_project
from agentsync.model import AgentSummary, LiveAgent, Marker, Owner
from agentsync.ops.importing.known import in_git
from agentsync.ops.importing.leaving import unmanaged_at, without, without_ignored, without_secrets
from agentsync.ops.importing.wanting import wanted
from agentsync.providers.managed import RULES

URL = "https://tools.acme.example"
TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"


def answered(base: Mapping[str, Any] | None = None, **answer: Any) -> LiveAgent:
    value, _ = canonical({"name": "A", **answer}, RULES)
    owner = Owner(project="tests", target="", address="a")
    marker = Marker(owner=owner, base=base) if base is not None else None
    return LiveAgent(agent_id="a", revision="r", value=value, marker=marker)


def asked(live: LiveAgent, *globs: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    value, notes = wanted(live, RULES, checker("agent"), globs)
    return dict(value), notes


TREE = {
    "system_prompt": "",
    "tools": {"tools": {}, "interrupt_config": {}},
    "subagents": {},
    "skills": {},
    "files": {},
}


def test_an_agent_with_nothing_but_defaults_declares_nothing() -> None:
    value, notes = asked(answered(permissions={"identity": "personal"}, extras={}))
    assert (value, notes) == ({"name": "A", **TREE}, ())


def test_what_is_set_is_declared() -> None:
    said = {
        "description": "d",
        "runtime": {"model": {"model_id": "m:x"}},
        "backend": {"type": "sandbox", "sandbox_config": {"scope": "thread"}},
        "extras": {"team": None, "empty": {}},
    }
    value, notes = asked(answered(**said, permissions={"visibility": "user"}))
    assert notes == ()
    assert {key: value[key] for key in said} == said
    assert value["permissions"]["visibility"] == "user"
    assert value["permissions"]["identity"] == "personal"


@pytest.mark.parametrize(
    ("answer", "left", "gone"),
    [
        ({"colour": "red"}, ("colour",), "/colour"),
        ({"runtime": {"model": {"model_id": "m"}, "limit": 5}}, ("/runtime/limit",), ""),
        ({"runtime": {"limit": 5}}, ("/runtime/limit",), "/runtime"),
        ({"backend": {"type": "vm", "size": 3}}, ("/backend/type", "/backend/size"), "/backend"),
        (
            {"backend": {"sandbox_config": {"scope": "thread"}}},
            ("/backend",),
            "/backend",
        ),
        (
            {"backend": {"type": "sandbox", "sandbox_config": {"idle_ttl_seconds": -1}}},
            ("/backend/sandbox_config/idle_ttl_seconds",),
            "",
        ),
        ({"permissions": {"identity": "group"}}, ("/permissions",), "/permissions"),
        ({"permissions": {"visibility": "user", "x": 1}}, ("/permissions",), "/permissions"),
    ],
)
def test_metadata_without_a_word_for_it_stays_as_live(
    answer: dict[str, Any], left: tuple[str, ...], gone: str
) -> None:
    value, notes = asked(answered(**answer))
    (note,) = notes
    assert all(name in note for name in left)
    assert resolve(value, gone) is None or gone == ""
    document = {key: item for key, item in value.items() if key not in TREE}
    assert checker("agent").accepts(document), document


def test_settings_of_tools_and_subagents_without_a_word_stay_as_live() -> None:
    tools = {"tools": [{"name": "t", "mcp_server_url": URL, "timeout": 5}], "mode": "fast"}
    subagent = {"name": "s", "instructions": "i", "tools": tools, "colour": "red"}
    skill = {"name": "k", "instructions": "i", "stars": 5}
    value, notes = asked(answered(tools=tools, subagents=[subagent], skills=[skill]))
    expected = {"tools": {f"{URL}::t": {}}, "interrupt_config": {}}
    assert value["tools"] == value["subagents"]["s"]["tools"] == expected
    assert "colour" not in value["subagents"]["s"]
    assert "stars" not in value["skills"]["k"]
    told = " ".join(notes)
    assert all(word in told for word in ("timeout", "mode", "colour", "stars", "subagent s"))


FILES = {
    "memories/a.md": {"content": "a"},
    "docs/b.md": {"content": "b"},
    "subagents/s/AGENTS.md": {"content": "x"},
    "subagents/s/memo.md": {"content": "m"},
    "subagents/s/skills/k/SKILL.md": {"content": "k"},
}


@pytest.mark.parametrize(
    ("globs", "base", "kept", "left"),
    [
        ((), None, [], 3),
        (("docs/*",), None, ["docs/b.md"], 2),
        (("*",), None, ["docs/b.md", "memories/a.md", "memo.md"], 0),
        (("subagents/s/*",), None, ["memo.md"], 2),
        ((), {"files": {"docs/b.md": {"content": "t"}}}, ["docs/b.md"], 2),
        ((), {"subagents": {"s": {"files": {"memo.md": "t"}}}}, ["memo.md"], 2),
        ((), {"files": "broken", "subagents": "too"}, [], 3),
    ],
)
def test_raw_files(
    globs: tuple[str, ...], base: dict[str, Any] | None, kept: list[str], left: int
) -> None:
    value, notes = asked(answered(base, files=FILES), *globs)
    inside = value["subagents"]["s"]["files"]
    assert inside.pop("skills/k/SKILL.md") == "k"
    assert sorted([*value["files"], *inside]) == sorted(kept)
    assert [note.partition(" ")[0] for note in notes] == ([str(left)] if left else [])


def test_a_note_shows_no_secret() -> None:
    _, notes = asked(answered(**{TOKEN: 1}))
    assert notes == ("something of it stays as live, unmanaged: its name holds a secret",)


@pytest.mark.parametrize(
    ("pointer", "goes"),
    [
        ("/name", ""),
        ("", ""),
        ("/description", "/description"),
        ("/extras/a/b/c", "/extras/a"),
        ("/permissions/shared_users/read", "/permissions"),
        ("/runtime/model/model_id", "/runtime/model/model_id"),
        ("/system_prompt", ""),
        ("/files/a/content", ""),
        ("/skills/a/description", ""),
        ("/subagents/a/description", ""),
        ("/tools/tools/u::t", ""),
        ("/tools/tools/u::t/display_name", ""),
        ("/tools/tools/u::t/headers/x", "/tools/tools/u::t/headers"),
        ("/tools/interrupt_config/u::t", ""),
        ("/tools/mode/x", "/tools/mode"),
        ("/subagents/a/tools/mode", "/subagents/a/tools/mode"),
        ("/subagents/a/tools/tools/u::t", ""),
    ],
)
def test_what_may_be_left_out(pointer: str, goes: str) -> None:
    assert unmanaged_at(pointer, RULES) == goes


def test_leaving_out_empties_metadata_and_never_a_tool() -> None:
    value = {"runtime": {"model": {"model_id": "m"}}, "extras": {"a": {"b": 1}}}
    assert without(value, "/runtime/model/model_id", RULES) == {"extras": {"a": {"b": 1}}}
    assert without(value, "/extras/a", RULES) == {"runtime": {"model": {"model_id": "m"}}}
    tools = {"tools": {"tools": {"u::t": {"x": 1}}}}
    assert without(tools, "/tools/tools/u::t/x", RULES) == {"tools": {"tools": {"u::t": {}}}}


def test_ignored_metadata() -> None:
    value = {"name": "A", "extras": {"ui_x": 1, "b": 2}, "permissions": {"identity": "shared"}}
    ignore = ("/extras/ui_*", "/permissions", "/name")
    assert without_ignored(value, ignore, RULES) == {**value, "extras": {"b": 2}}
    assert without_ignored(value, (), RULES) is value


def test_secrets_are_cut_or_stop_everything() -> None:
    value = {"name": "A", **TREE, "extras": {"a": {"t": TOKEN}, "b": 1}, "description": TOKEN}
    cut, findings, stuck = without_secrets("a", value, RULES)
    assert cut == {"name": "A", **TREE, "extras": {"b": 1}}
    assert [item.pointer for item in findings] == ["/extras/a/t", "/description"]
    assert all("left out" in item.message for item in findings)
    assert not stuck
    assert without_secrets("a", {**value, "system_prompt": TOKEN}, RULES)[2]


# -- what git has already


def laid(root: Path, files: Mapping[str, str]) -> Path:
    (root / "agentsync.yaml").write_text("project: tests\ntargets: {one: {}, two: {}}\n")
    for path, text in files.items():
        (root / "agents" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "agents" / path).write_text(text)
    return root


def test_definitions_are_known_by_what_identifies_their_agents(tmp_path: Path) -> None:
    files = {
        "bound/agent.yaml": "id: AAAAAAAA-0000-4000-8000-000000000000\nname: A\n",
        "overlaid/agent.yaml": "name: B\nid: x\n",
        "overlaid/agent.one.yaml": "id: b\nname: BB\n",
        "loose/agent.yaml": "name: C\ntools: {unknown: 1}\n",
        "loose/agent.two.yaml": "id: c\n",
        "empty/AGENTS.md": "x",
    }
    project = open_project(laid(tmp_path, files))
    found = in_git(project, "one")
    assert found.ids == {"bound": "aaaaaaaa-0000-4000-8000-000000000000", "overlaid": "b"}
    assert found.names == {"empty": "", "loose": "C"}
    assert found.notes == []
    assert in_git(project, "two").ids["loose"] == "c"


def test_a_live_agent_is_meant_by_id_by_marker_or_by_name(tmp_path: Path) -> None:
    files = {
        "bound/agent.yaml": "id: i1\nname: A\n",
        "marked/agent.yaml": "name: B\n",
        "named/agent.yaml": "name: C\n",
        "unclear/agent.yaml": "name: D\n",
    }
    found = in_git(open_project(laid(tmp_path, files)), "one")
    ours = Owner(project="tests", target="one", address="marked")
    agents = [
        AgentSummary(agent_id="i1", name="other"),
        AgentSummary(agent_id="i2", name="other", owner=ours),
        AgentSummary(agent_id="i3", name="C"),
        AgentSummary(agent_id="i4", name="D"),
        AgentSummary(agent_id="i5", name="D"),
        AgentSummary(agent_id="i6", name="A"),
    ]
    means = found.means(agents, ("tests", "one"))
    assert {key: (item.address, item.by_name) for key, item in means.items()} == {
        "i1": ("bound", False),
        "i2": ("marked", False),
        "i3": ("named", True),
        # One of them it is, and nobody knows which.
        "i4": ("unclear", True),
        "i5": ("unclear", True),
    }


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    project = open_project(laid(tmp_path, {"a/agent.yaml": "id: [\n", "b/agent.yaml": "id: x\n"}))
    (note,) = in_git(project, "one").notes
    assert note.span.path == "agents/a/agent.yaml"
