from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentsync.files.project import open_project
from agentsync.files.spans import Locator, locate

Write = Callable[[Mapping[str, str]], Path]

URL = "https:~1~1t.example.com"
FILES = {
    "agents/helper/agent.yaml": """\
name: Helper
model: a:b
permissions:
  visibility: user
tools:
  tools:
    - name: s
      mcp_server_url: https://t.example.com/
      display_name: Search
  interrupt_config:
    https://t.example.com/::s::Tools: true
    s: false
skills:
  - repo_handle: acme/summary
extras: {a: 1}
""",
    "agents/helper/agent.production.yaml": "# live\nname: Helper!\nextras: {b: 2}\n",
    "agents/helper/skills/pdf/SKILL.md": "---\nname: pdf\ndescription: x\n"
    "license: MIT\n---\n\n\nRead.\n",
    "agents/helper/skills/pdf/run.py": "",
    "agents/helper/subagents/critic/agent.yaml": "description: x\ntools:\n  tools: "
    "[{name: s, mcp_server_url: https://t.example.com}]\n",
    "agents/helper/subagents/critic/AGENTS.md": "Check.\n",
    "agents/helper/subagents/critic/files/a.md": "",
    "agents/helper/subagents/critic/skills/pdf/SKILL.md": "",
    "agents/helper/files/docs/a.md": "",
}


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/name", "agent.production.yaml:2:7"),
        ("/extras/a", "agent.yaml:15:13"),
        ("/extras/b", "agent.production.yaml:3:13"),
        ("/runtime/model/model_id", "agent.yaml:2:8"),
        ("/permissions/visibility", "agent.yaml:4:15"),
        ("/permissions/identity", "agent.yaml:4:3"),
        ("/description", "agent.yaml:1:1"),
        ("/system_prompt", "AGENTS.md:1:1"),
        (f"/tools/tools/{URL}::s", "agent.yaml:7:7"),
        (f"/tools/tools/{URL}::s/display_name", "agent.yaml:9:21"),
        (f"/tools/tools/{URL}::gone", "agent.yaml:7:5"),
        (f"/tools/interrupt_config/{URL}::s", "agent.yaml:11:39"),
        ("/tools/interrupt_config/s", "agent.yaml:12:8"),
        ("/skills/summary", "agent.yaml:14:5"),
        ("/skills/summary/repo_handle", "agent.yaml:14:18"),
        ("/skills/pdf/instructions", "skills/pdf/SKILL.md:8:1"),
        ("/skills/pdf/description", "skills/pdf/SKILL.md:3:14"),
        ("/skills/pdf/front_matter/license", "skills/pdf/SKILL.md:4:10"),
        ("/skills/pdf", "skills/pdf/SKILL.md:2:1"),
        ("/skills/pdf/files/run.py", "skills/pdf/run.py:1:1"),
        ("/subagents/critic/instructions", "subagents/critic/AGENTS.md:1:1"),
        ("/subagents/critic/description", "subagents/critic/agent.yaml:1:14"),
        (f"/subagents/critic/tools/tools/{URL}::s", "subagents/critic/agent.yaml:3:11"),
        ("/subagents/critic/files/a.md", "subagents/critic/files/a.md:1:1"),
        ("/subagents/critic/files/skills~1pdf~1SKILL.md",
         "subagents/critic/skills/pdf/SKILL.md:1:1"),
        ("/subagents/critic", "subagents/critic/agent.yaml:1:1"),
        ("/files/docs~1a.md/content", "files/docs/a.md:1:1"),
        ("/files/gone.md", "agent.yaml"),
        ("/skills/gone/description", "agent.yaml"),
        ("/subagents/gone/instructions", "agent.yaml"),
    ],
)  # fmt: skip
def test_every_field_has_a_place(write: Write, pointer: str, place: str) -> None:
    project = open_project(write(FILES))
    assert str(locate(project, "helper", "production", pointer)) == f"agents/helper/{place}"


def test_only_the_target_s_overlay_counts(write: Write) -> None:
    project = open_project(write(FILES))
    assert str(locate(project, "helper", "staging", "/name")) == "agents/helper/agent.yaml:1:7"
    assert str(locate(project, "helper", "", "/name")) == "agents/helper/agent.yaml:1:7"


@pytest.mark.parametrize(
    "pointer",
    [
        "/skills/..~1..~1..~1outside/description",
        "/subagents/..~1..~1..~1outside/description",
        "/files/..~1..~1..~1outside~1SKILL.md",
        "/files/~1etc~1passwd",
        "/skills/a\0b/description",
        "/skills/\ud800/description",
        "/subagents//description",
    ],
)
def test_live_names_lead_nowhere_else(write: Write, pointer: str) -> None:
    root = write({**FILES, "outside/SKILL.md": "x", "outside/agent.yaml": "description: x\n"})
    span = locate(open_project(root), "helper", "", pointer)
    assert str(span) == "agents/helper/agent.yaml"


def test_each_file_is_read_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    project = open_project(write(FILES))
    from agentsync.files import spans

    opened: list[str] = []
    original = spans.read_source
    monkeypatch.setattr(
        spans,
        "read_source",
        lambda root, path, notes: opened.append(path) or original(root, path, notes),
    )
    locator = Locator(project, "helper", "production")
    for pointer in ("/name", "/extras/a", "/description", "/skills/summary"):
        locator.locate(pointer)
    assert sorted(Path(path).name for path in opened) == ["agent.production.yaml", "agent.yaml"]


def test_a_broken_definition_is_a_place_too(write: Write) -> None:
    root = write({"agents/helper/agent.yaml": "name: [\n"})
    assert str(locate(open_project(root), "helper", "", "/name")) == "agents/helper/agent.yaml"
