"""The shipped examples: valid for every target, without a remark, and as real as they claim."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agentsync.files.check import check_project

EXAMPLES = Path(__file__).parent.parent / "examples"
AGENTS = sorted(path.name for path in (EXAMPLES / "agents").iterdir() if path.is_dir())
TEXTS = sorted(path for path in EXAMPLES.rglob("*") if path.is_file())
PROMPTS = [path for path in TEXTS if path.name == "AGENTS.md"]
SETTINGS = [path for path in TEXTS if path.name == "agent.yaml"]
SKILLS = [path for path in TEXTS if path.name == "SKILL.md"]


def short(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def loaded(path: Path) -> dict[str, Any]:
    value = yaml.safe_load(read(path))
    assert isinstance(value, dict)
    return value


def tools_of(path: Path) -> Iterator[str]:
    for tool in loaded(path).get("tools", {}).get("tools", []):
        yield f"{tool['mcp_server_url']}::{tool['name']}"


@pytest.mark.parametrize("target", ["", "staging", "production"])
def test_all_are_valid_without_a_remark(target: str) -> None:
    count, diagnostics = check_project(EXAMPLES, target=target)
    assert [f"{item.span}: {item.message}" for item in diagnostics] == []
    assert count == len(AGENTS) >= 6


def test_the_targets_checked_here_are_all_there_are() -> None:
    assert sorted(loaded(EXAMPLES / "agentsync.yaml")["targets"]) == ["production", "staging"]


@pytest.mark.parametrize("path", TEXTS, ids=short)
def test_every_file_is_plain_text(path: Path) -> None:
    text = read(path)
    assert "\r" not in text
    assert "\t" not in text
    assert "\ufeff" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize(
    ("agent", "least"), [("support-triage", 80), ("research-assistant", 80), ("sql-analyst", 80)]
)
def test_the_big_prompts_are_of_real_length(agent: str, least: int) -> None:
    lines = read(EXAMPLES / "agents" / agent / "AGENTS.md").splitlines()
    assert least <= len(lines) <= 250
    written = [line for line in lines if len(line) > 20 and not line.startswith("|")]
    assert len(set(written)) == len(written), "a line stands there twice"


def test_only_one_example_is_minimal() -> None:
    small = [path.parent.name for path in PROMPTS if len(read(path).splitlines()) < 20]
    assert small == ["acronym-finder"]
    assert set(loaded(EXAMPLES / "agents/acronym-finder/agent.yaml")) == {"name", "model"}


@pytest.mark.parametrize("path", SETTINGS, ids=short)
def test_each_tool_is_explained_in_the_prompt(path: Path) -> None:
    prompt = read(path.with_name("AGENTS.md"))
    missing = [tool for tool in tools_of(path) if f"`{tool.rpartition('::')[2]}`" not in prompt]
    assert missing == []


@pytest.mark.parametrize("path", SETTINGS, ids=short)
def test_the_modeline_leads_to_a_schema(path: Path) -> None:
    match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", read(path))
    assert match
    kind = "subagent" if "subagents" in path.parts else "agent"
    assert (path.parent / match[1]).resolve() == EXAMPLES.parent / f"schemas/{kind}.schema.json"
    assert (path.parent / match[1]).is_file()


@pytest.mark.parametrize("path", PROMPTS, ids=short)
def test_the_prompt_mentions_nothing_that_is_not_there(path: Path) -> None:
    own = {skill.parent.name for skill in SKILLS if skill.parent.parent.parent == path.parent}
    linked = {
        item["repo_handle"] for item in loaded(path.with_name("agent.yaml")).get("skills", [])
    }
    named = set(re.findall(r"`([a-z0-9-]+)`[*]* skill|skill `([a-z0-9-]+)`", read(path)))
    assert {one or other for one, other in named} == own | linked
    raw = path.parent / "files"
    for name in re.findall(r"`(reference/[^`]+)`", read(path)):
        assert (raw / name).is_file()


@pytest.mark.parametrize("path", SKILLS, ids=short)
def test_a_skill_names_its_supporting_files_and_has_them(path: Path) -> None:
    named = set(re.findall(r"`((?:assets|references|scripts)/[^` ]+)", read(path)))
    have = {item.relative_to(path.parent).as_posix() for item in path.parent.rglob("*.*")}
    assert named == have - {"SKILL.md"}


def test_they_show_each_feature() -> None:
    together = {path: loaded(path) for path in SETTINGS}
    tops = [value for path, value in together.items() if "subagents" not in path.parts]
    interrupts = [flag for value in tops for flag in _interrupts(value).values()]
    assert {True, False} <= set(interrupts)
    assert any(value.get("backend", {}).get("type") == "sandbox" for value in tops)
    assert any(
        value["backend"]["sandbox_config"]["policy_ids"] for value in tops if "backend" in value
    )
    assert any("repo_handle" in skill for value in tops for skill in value.get("skills", []))
    assert any("model" in value for value in tops)
    assert any("runtime" in value for value in tops)
    assert any(_interrupts(value) for path, value in together.items() if "subagents" in path.parts)
    assert any("subagents" in path.parts for path in SKILLS)
    assert list(EXAMPLES.glob("agents/*/files/**/*.md"))
    assert list(EXAMPLES.glob("agents/*/agent.production.yaml"))


def _interrupts(value: dict[str, Any]) -> dict[str, bool]:
    rules = value.get("tools", {}).get("interrupt_config", {})
    assert isinstance(rules, dict)
    return rules


def test_no_definition_is_bound_and_no_host_is_real() -> None:
    assert [short(path) for path in SETTINGS if "id" in loaded(path)] == []
    hosts = {host for path in TEXTS for host in re.findall(r"https?://([^/\s`>\"]+)", read(path))}
    assert {host for host in hosts if not host.endswith(".example")} == set()


@pytest.mark.parametrize("path", [item for item in TEXTS if item.suffix == ".py"], ids=short)
def test_scripts_are_python(path: Path) -> None:
    ast.parse(read(path))
