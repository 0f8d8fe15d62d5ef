"""Projects of the official command line, and exports, as documents."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsync.engine.normalise import desired
from agentsync.errors import ProjectError
from agentsync.files.definition import checker
from agentsync.files.official import Carried, deployed_id, projects_in, read_project
from agentsync.providers.managed import RULES

ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
URL = "https://tools.acme.example/mcp"
SKILL = "---\nname: pdf\ndescription: Reads them.\n---\n\n# Reading\n"
PROJECT: dict[str, Any] = {
    "agent.json": {"name": "Bot", "description": "Helps.", "model": "openai:gpt-5.5"},
    "AGENTS.md": "You help.\n",
}

Lay = Callable[[dict[str, Any]], Carried]


def lay_out(root: Path, files: dict[str, Any]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (root / path).write_bytes(text.encode())


def read(root: Path, folder: str = "bot") -> Carried:
    return read_project(root, folder, checker("agent"), checker("subagent"))


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Read a project of these files, laid over a small sound one."""

    def made(files: dict[str, Any]) -> Carried:
        lay_out(tmp_path / "bot", {**PROJECT, **files})
        return read(tmp_path)

    return made


def told(found: Carried) -> list[str]:
    return [f"{note.span} {note.code}" for note in found.diagnostics]


def test_a_whole_project(lay: Lay) -> None:
    tools = {
        "tools": [{"name": "search", "mcp_server_url": URL, "display_name": None}],
        "interrupt_config": {f"{URL}::search": True},
    }
    found = lay(
        {
            "agent.json": {
                "name": "Bot",
                "runtime": {"model": {"model_id": "m:x"}},
                "backend": {"type": "agent_scoped_sandbox", "sandbox": {"idle_ttl_seconds": 60}},
                "permissions": {"identity": "shared", "visibility": None},
                "extras": {"team": "docs"},
                "agent_id": f" {ID.upper()} ",
            },
            "tools.json": tools,
            "skills/pdf/SKILL.md": SKILL,
            "skills/pdf/scripts/run.py": "print(1)\r\n",
            "subagents/critic/agent.json": {"description": "Finds holes.", "model": " m:y "},
            "subagents/critic/AGENTS.md": "Find them.\n",
            "subagents/critic/tools.json": tools,
            "subagents/critic/skills/deep/SKILL.md": "---\nname: deep\n---\nDig.",
        }
    )
    assert (found.diagnostics, found.remarks, found.agent_id) == ((), (), ID)
    assert found.document is not None
    value = desired(found.document, RULES)
    assert value["runtime"] == {"model": {"model_id": "m:x"}}
    assert value["backend"] == {
        "type": "sandbox",
        "sandbox_config": {"idle_ttl_seconds": 60, "scope": "agent"},
    }
    assert value["permissions"]["identity"] == "shared"
    assert value["extras"] == {"team": "docs"}
    assert value["system_prompt"] == "You help."
    assert value["tools"] == {
        "tools": {f"{URL}::search": {}},
        "interrupt_config": {f"{URL}::search": True},
    }
    assert value["skills"] == {
        "pdf": {
            "description": "Reads them.",
            "instructions": "# Reading",
            "files": {"scripts/run.py": "print(1)\n"},
        }
    }
    assert value["subagents"] == {
        "critic": {
            "description": "Finds holes.",
            "model_id": "m:y",
            "instructions": "Find them.",
            "files": {"skills/deep/SKILL.md": "---\nname: deep\n---\nDig."},
            "tools": value["tools"],
        }
    }


def test_lines_end_as_python_reads_them(lay: Lay) -> None:
    found = lay({"AGENTS.md": "a\rb\r\nc\n", "skills/pdf/SKILL.md": SKILL.replace("\n", "\r\n")})
    assert found.document is not None
    assert found.document["system_prompt"] == "a\nb\nc\n"
    assert found.document["skills"][0]["instructions"] == "\n# Reading\n"


@pytest.mark.parametrize("key", ["description", "runtime", "backend", "permissions", "extras"])
@pytest.mark.parametrize("empty", [None, "", {}])
def test_what_is_empty_is_not_declared(lay: Lay, key: str, empty: Any) -> None:
    found = lay({"agent.json": {"name": "Bot", key: empty}})
    assert found.diagnostics == ()
    assert found.document is not None
    assert key not in found.document


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "default"}, {"type": "state"}),
        ({"type": "state"}, {"type": "state"}),
        ({"type": "sandbox"}, {"type": "sandbox", "sandbox_config": {"scope": "thread"}}),
        (
            {"type": "thread_scoped_sandbox", "sandbox": {"scope": "agent"}},
            {"type": "sandbox", "sandbox_config": {"scope": "agent"}},
        ),
        (
            {"type": "sandbox", "sandbox": {"scope": "agent"}, "sandbox_config": {"scope": None}},
            {"type": "sandbox", "sandbox_config": {"scope": "agent"}},
        ),
    ],
)
def test_backends_are_what_the_official_client_makes_of_them(
    lay: Lay, given: dict[str, Any], said: dict[str, Any]
) -> None:
    found = lay({"agent.json": {"name": "Bot", "backend": given}})
    assert found.document is not None
    assert found.document["backend"] == said


def test_what_does_not_come_along_is_told(lay: Lay, tmp_path: Path) -> None:
    found = lay(
        {
            "agent.json": {**PROJECT["agent.json"], "tags": ["x"], "extras": {"agentsync": 1}},
            "tools.json": {"tools": [{"name": "t", "mcp_server_url": URL, "timeout": 5}]},
            ".env": "KEY=1",
            ".gitignore": "",
            "mcp.json": "{}",
            "hooks/pre.sh": "",
            "skills/README.md": "",
            "skills/pdf/SKILL.md": SKILL,
            "skills/pdf/.cache/x": "",
            "skills/pdf/inner/SKILL.md": "",
            "subagents/critic/agent.json": {"colour": "red"},
            "subagents/critic/AGENTS.md": "x",
            "subagents/critic/notes.md": "x",
            "subagents/critic/skills/loose.md": "x",
        }
    )
    assert found.diagnostics == ()
    assert sorted(remark.partition(" ")[0] for remark in found.remarks) == [
        ".env",
        "agent.json",
        "agent.json",
        "hooks",
        "mcp.json",
        "skills/README.md",
        "skills/pdf/.cache",
        "skills/pdf/inner/SKILL.md",
        "subagents/critic/agent.json",
        "subagents/critic/notes.md",
        "subagents/critic/skills/loose.md",
        "tools.json",
    ]
    assert "tools.json has `tools[0].timeout`, which was left out" in found.remarks
    assert found.document is not None
    assert found.document["tools"]["tools"] == [{"name": "t", "mcp_server_url": URL}]


@pytest.mark.parametrize(
    ("header", "name", "description", "further", "remarks"),
    [
        ("name: pdf\ndescription: Reads.", "pdf", "Reads.", {}, 0),
        ("name: \"pdf\"\ndescription: 'Reads.'", "pdf", "Reads.", {}, 0),
        ("name: other\ndescription: Reads.", "other", "Reads.", {}, 1),
        ("name: pdf\ndescription: >-\n  Reads\n  them.", "pdf", "Reads them.", {}, 1),
        ("name: pdf\ndescription: Use when: asked", "pdf", "Use when: asked", {}, 1),
        ("name: pdf\ndescription: 12", "pdf", "12", {}, 0),
        ("name: pdf\ndescription: R\nlicense: MIT", "pdf", "R", {"license": "MIT"}, 1),
        ("name: 7\ndescription: R", "7", "R", {}, 1),
    ],
)
def test_front_matter_is_what_was_meant(
    lay: Lay, header: str, name: str, description: str, further: dict[str, Any], remarks: int
) -> None:
    found = lay({"skills/pdf/SKILL.md": f"---\n{header}\n---\nBody\n"})
    assert found.diagnostics == ()
    assert len(found.remarks) == remarks, found.remarks
    assert found.document is not None
    (skill,) = desired(found.document, RULES)["skills"].items()
    assert skill[0] == name
    assert skill[1]["description"] == description
    assert skill[1].get("front_matter", {}) == further
    assert skill[1]["instructions"] == "Body"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"agent.json": '{\n  "name": "Bot",\n}'}, "bot/agent.json:3:1 json"),
        ({"agent.json": '{"name": "Bot" "x": 1}'}, "bot/agent.json:1:16 json"),
        ({"agent.json": "[]"}, "bot/agent.json:1:1 wrong-type"),
        ({"agent.json": ""}, "bot/agent.json:1:1 json"),
        ({"agent.json": '{"name": NaN}'}, "bot/agent.json:1:1 json"),
        ({"agent.json": "[" * 100_000}, "bot/agent.json:1:1 json"),
        ({"agent.json": "{}"}, "bot/agent.json:1:1 missing-key"),
        ({"agent.json": '{\n\t"name": " "}'}, "bot/agent.json:2:10 bad-value"),
        ({"agent.json": '{"name": "B", "model": 5}'}, "bot/agent.json:1:24 wrong-type"),
        (
            {"agent.json": '{"name": "B", "agent_id": "x"}'},
            "bot/agent.json:1:1 bad-value",
        ),
        (
            {"agent.json": '{"name": "B",\n "backend": {"type": "vm"}}'},
            "bot/agent.json:2:22 bad-choice",
        ),
        ({"tools.json": '{"tools": [{"name": "t"}]}'}, "bot/tools.json:1:12 missing-key"),
        ({"tools.json": "{}"}, "bot/tools.json:1:1 missing-key"),
        (
            {"tools.json": {"tools": [], "interrupt_config": {"x": "yes"}}},
            "bot/tools.json:1:41 wrong-type",
        ),
        ({"skills/pdf/x.py": ""}, "bot/skills/pdf missing-file"),
        ({"skills/pdf/SKILL.md": "---\nname: pdf\n"}, "bot/skills/pdf/SKILL.md:1:1 front-matter"),
        (
            {"skills/a/SKILL.md": SKILL, "skills/b/SKILL.md": SKILL},
            "bot/skills/b/SKILL.md:1:1 duplicate-skill",
        ),
        (
            {"skills/a/SKILL.md": SKILL.replace("pdf", "p/d")},
            "bot/skills/a/SKILL.md:1:1 bad-folder-name",
        ),
        ({"subagents/a/AGENTS.md": "x"}, "bot/subagents/a missing-file"),
        ({"subagents/a/agent.json": "{}"}, "bot/subagents/a missing-file"),
        (
            {"subagents/a/agent.json": '{"description": []}', "subagents/a/AGENTS.md": "x"},
            "bot/subagents/a/agent.json:1:17 wrong-type",
        ),
        (
            {"subagents/a.b/agent.json": "{}", "subagents/a.b/AGENTS.md": "x"},
            "bot/subagents/a.b bad-folder-name",
        ),
    ],
)
def test_what_is_wrong_has_its_place(lay: Lay, files: dict[str, Any], expected: str) -> None:
    found = lay(files)
    assert told(found) == [expected], [str(note) for note in found.diagnostics]
    assert found.document is None


def test_all_that_is_wrong_is_told_at_once(lay: Lay) -> None:
    found = lay({"agent.json": "{", "tools.json": "{", "skills/a/x": "", "subagents/b/x": ""})
    assert [place.rpartition(" ")[0] for place in told(found)] == [
        "bot/agent.json:1:2",
        "bot/skills/a",
        "bot/subagents/b",
        "bot/subagents/b",
        "bot/tools.json:1:2",
    ]


@pytest.mark.parametrize("path", ["AGENTS.md", "tools.json", "skills", "skills/pdf/x", "subagents"])
def test_links_are_not_followed(lay: Lay, tmp_path: Path, path: str) -> None:
    lay({"skills/pdf/SKILL.md": SKILL} if "pdf" in path else {})
    (tmp_path / "secret").write_text("not yours")
    (tmp_path / "bot" / path).unlink(missing_ok=True)
    (tmp_path / "bot" / path).symlink_to(tmp_path / "secret")
    found = read(tmp_path)
    assert "symlink" in " ".join(told(found))
    assert found.document is None


def test_devices_and_large_files_are_refused(lay: Lay, tmp_path: Path) -> None:
    lay({"skills/pdf/SKILL.md": SKILL})
    (tmp_path / "bot/tools.json").write_bytes(b" " * (1024 * 1024 + 1))
    os.mkfifo(tmp_path / "bot/skills/pdf/pipe")
    assert told(read(tmp_path)) == [
        "bot/skills/pdf/pipe not-a-file",
        "bot/tools.json file-too-large",
    ]


# -- exports


EXPORT: dict[str, Any] = {
    "AGENTS.md": "---\ndescription: Helps.\nmodel: openai:gpt-5.5\ncolour: red\n---\n\nYou help.\n",
    "config.json": {"name": "Bot", "visibility_scope": "tenant"},
    "tools.json": {"tools": [{"name": "t", "mcp_server_url": URL}], "interrupt_config": None},
    "skills/pdf/SKILL.md": SKILL,
    "subagents/critic/AGENTS.md": "---\ndescription: Holes.\nmodel_id: m:x\n---\nFind them.\n",
    "subagents/critic/tools.json": {"tools": []},
}


def test_an_export(tmp_path: Path) -> None:
    lay_out(tmp_path / "bot", EXPORT)
    found = read(tmp_path)
    assert found.diagnostics == ()
    assert not found.official
    assert found.document is not None
    value = desired(found.document, RULES)
    assert (value["name"], value["description"]) == ("Bot", "Helps.")
    assert value["runtime"] == {"model": {"model_id": "openai:gpt-5.5"}}
    assert value["system_prompt"].strip() == "You help."
    critic = value["subagents"]["critic"]
    assert (critic["description"], critic["model_id"]) == ("Holes.", "m:x")
    assert critic["instructions"] == "Find them."
    assert len(found.remarks) == 2


def test_an_export_without_a_name_has_its_folders(tmp_path: Path) -> None:
    lay_out(tmp_path / "bot", {"AGENTS.md": "You help.\n", "config.json": {"model": {"a": 1}}})
    found = read(tmp_path)
    assert (found.name, found.diagnostics) == ("bot", ())
    assert found.remarks == ("config.json has a `model` that is no text: left out",)


# -- where they are


def test_a_folder_is_a_project_or_holds_some(tmp_path: Path) -> None:
    lay_out(tmp_path / "all/a", PROJECT)
    lay_out(tmp_path / "all/b", EXPORT)
    lay_out(tmp_path / "all/.c", PROJECT)
    lay_out(tmp_path / "all/docs", {"AGENTS.md": "for coding assistants"})
    assert projects_in(tmp_path / "all") == (tmp_path / "all", ("a", "b"))
    assert projects_in(tmp_path / "all/a") == (tmp_path / "all", ("a",))
    with pytest.raises(ProjectError, match="no agent in"):
        projects_in(tmp_path / "all/docs")
    with pytest.raises(ProjectError, match="is not a folder"):
        projects_in(tmp_path / "nowhere")


def test_the_official_client_remembers_the_agent(tmp_path: Path) -> None:
    project, home = tmp_path / "bot", tmp_path / "home"
    endpoint = "https://api.smith.langchain.com"
    key = f'{{"endpoint":"{endpoint}","project_root":"{project}"}}'
    path = home / ".deepagents/deployments" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    assert deployed_id(home, project, endpoint) == ""
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"schema_version": 1, "agent_id": ID}))
    assert deployed_id(home, project, f"{endpoint}/") == ID
    assert deployed_id(home, project, "https://elsewhere.example") == ""
    for broken in ("{", "[]", '{"schema_version": 2, "agent_id": "x"}', '{"schema_version": 1}'):
        path.write_text(broken)
        assert deployed_id(home, project, endpoint) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["name", "description", "model", "runtime", "backend", "permissions", "extras", "agent_id"]
)


@settings(max_examples=100)
@given(
    agent=st.dictionaries(KEYS, JSON),
    tools=st.fixed_dictionaries({}, optional={"tools": JSON, "interrupt_config": JSON, "x": JSON}),
    header=st.text(max_size=60),
)
def test_nothing_that_people_write_breaks_it(tmp_path_factory, agent, tools, header) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    files = {
        "agent.json": {"name": "Bot", **agent},
        "AGENTS.md": header.replace("\ud800", ""),
        "tools.json": tools,
        "skills/a/SKILL.md": f"---\n{header}\n---\nx",
        "subagents/b/agent.json": agent,
        "subagents/b/AGENTS.md": header,
    }
    lay_out(root / "bot", files)
    found = read(root)
    assert (found.document is None) == any(note.severity == "error" for note in found.diagnostics)
    if found.document is not None:
        desired(found.document, RULES)
