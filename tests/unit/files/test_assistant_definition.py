"""What a folder says of an assistant, for each target by the kind that target is of."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from assisted import RULES

from agentsync.engine.normalise import desired
from agentsync.files.check import check
from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject, open_project
from agentsync.files.spans import locate
from agentsync.providers.managed import RULES as MANAGED

Write = Callable[[Mapping[str, str]], Path]

SERVER = "{provider: agent-server, url: https://a.example}"
DEEP = "{provider: agent-server, url: https://b.example, prompt: /context/agent/prompt}"
TARGETS = f"project: acme\ntargets:\n  builder: {SERVER}\n  deep: {DEEP}\n  managed: {{}}\n"
HELPER = "agents/helper"
ID = "DFA71115-c971-4197-8f02-20826fbc6f40"


@pytest.fixture
def opened(write: Write) -> Callable[..., OpenProject]:
    """A project whose only agent has these files; None takes one away."""

    def run(files: Mapping[str, str | None], targets: str = TARGETS) -> OpenProject:
        whole = {"agent.yaml": "graph_id: agent\nname: Helper\n", "AGENTS.md": None, **files}
        root = write({"agentsync.yaml": targets})
        for path, text in whole.items():
            there = root / HELPER / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(text or "") if text is not None else there.unlink(missing_ok=True)
        project = open_project(root)
        assert project.diagnostics == ()
        return project

    return run


def told(loaded: Loaded) -> list[str]:
    return [f"{item.span}: {item.code}" for item in loaded.diagnostics]


def test_a_definition_is_its_agent_yaml_and_its_prompt(opened: Any) -> None:
    text = (
        f"id: {ID}\ngraph_id: agent\nname: Helper\ndescription: Helps.\n"
        "config: {recursion_limit: 50}\ncontext: {a: {b: [1, null]}}\nmetadata: {team: x}\n"
    )
    loaded = load(opened({"agent.yaml": text, "AGENTS.md": "You help.\r\n"}), "helper", "builder")
    assert loaded.diagnostics == ()
    assert (loaded.name, loaded.agent_id) == ("Helper", ID.lower())
    assert loaded.document == {
        "graph_id": "agent",
        "name": "Helper",
        "description": "Helps.",
        "config": {"recursion_limit": 50},
        "context": {"a": {"b": [1, None]}},
        "metadata": {"team": "x"},
        "system_prompt": "You help.\r\n",
    }
    assert desired(loaded.document, RULES)["system_prompt"] == "You help."


def test_an_assistant_needs_no_prompt(opened: Any) -> None:
    loaded = load(opened({}), "helper", "builder")
    assert loaded.diagnostics == ()
    assert loaded.document == {"graph_id": "agent", "name": "Helper"}
    assert "system_prompt" not in desired(loaded.document, RULES)


def test_an_empty_prompt_is_one(opened: Any) -> None:
    loaded = load(opened({"AGENTS.md": "\n"}), "helper", "builder")
    assert told(loaded) == [f"{HELPER}/AGENTS.md:1:1: empty-prompt"]
    assert desired(loaded.document or {}, RULES)["system_prompt"] == ""


def test_an_overlay_is_merged_over_every_map(opened: Any) -> None:
    project = opened(
        {
            "agent.yaml": "graph_id: agent\nname: Helper\nconfig: {tags: [a, b], limit: 1}\n"
            "context: {a: {b: 1, c: 2}, gone: 1}\nmetadata: {team: x}\n",
            "agent.builder.yaml": "graph_id: other\nconfig: {tags: [c]}\n"
            "context: {a: {c: 3, d: null}, gone: null}\nmetadata: null\n",
        }
    )
    loaded = load(project, "helper", "builder")
    assert told(loaded) == [f"{HELPER}/agent.builder.yaml:3:21: useless-removal"]
    assert loaded.document == {
        "graph_id": "other",
        "name": "Helper",
        "config": {"tags": ["c"], "limit": 1},
        "context": {"a": {"b": 1, "c": 3}},
    }
    other = load(project, "helper", "deep").document or {}
    assert other["graph_id"] == "agent"


def test_maps_for_the_prompt_alone_are_no_part_of_the_definition(opened: Any) -> None:
    project = opened(
        {"agent.yaml": "graph_id: a\nname: A\ncontext: {agent: {}, kept: {}}\n", "AGENTS.md": "p"}
    )
    both = (load(project, "helper", name).document or {} for name in ("builder", "deep"))
    here, there = both
    assert here["context"] == {"agent": {}, "kept": {}}
    assert there["context"] == {"kept": {}}


def test_every_target_has_its_own_place_for_the_prompt(opened: Any) -> None:
    project = opened(
        {"agent.yaml": "graph_id: a\nname: A\ncontext: {agent: {prompt: x}, system_prompt: y}\n"}
    )
    at = f"{HELPER}/agent.yaml:3:"
    assert told(load(project, "helper", "builder")) == [f"{at}31: contradiction"]
    assert told(load(project, "helper", "deep")) == [f"{at}19: contradiction"]


@pytest.mark.parametrize("folder", ["skills", "subagents", "files"])
def test_folders_of_another_kind_are_refused_where_they_are(opened: Any, folder: str) -> None:
    inside = {
        "skills": {"skills/pdf/SKILL.md": "---\nname: pdf\ndescription: d\n---\n\nRead.\n"},
        "subagents": {"subagents/c/agent.yaml": "description: d\n", "subagents/c/AGENTS.md": "c"},
        "files": {"files/guide.md": "g"},
    }
    text = {"agent.yaml": "name: A\n", "agent.builder.yaml": "graph_id: a\n", "AGENTS.md": "p"}
    project = opened({**text, **inside[folder]})
    (note,) = load(project, "helper", "builder").diagnostics
    assert (note.code, str(note.span)) == ("wrong-kind", f"{HELPER}/{folder}")
    assert f"no {folder}/" in note.message
    assert "context" in note.hint
    assert load(project, "helper", "builder").document is None
    loaded = load(project, "helper", "managed")
    assert loaded.diagnostics == ()
    assert desired(loaded.document or {}, MANAGED)[folder] != {}


def test_one_definition_can_be_of_both_kinds(opened: Any) -> None:
    project = opened(
        {
            "agent.yaml": "name: Helper\ndescription: Helps.\n",
            "agent.builder.yaml": "graph_id: agent\ncontext: {model: m}\n",
            "agent.deep.yaml": "graph_id: agent\n",
            "agent.managed.yaml": "model: openai:gpt-5.5\n",
            "AGENTS.md": "You help.\n",
        }
    )
    heard: list[tuple[str, Any]] = []
    found = check(project, heard=lambda loaded, name: heard.append((name, loaded.document)))
    assert found == (1, ())
    said = dict(heard)
    assert said["managed"]["runtime"] == {"model": {"model_id": "openai:gpt-5.5"}}
    assert said["managed"]["skills"] == []
    assert said["builder"].keys() == {
        *("name", "description", "graph_id", "context", "system_prompt"),
    }
    assert said["deep"].keys() == said["builder"].keys() - {"context"}


def test_each_target_has_its_own_verdict_and_problems_are_told_once(opened: Any) -> None:
    project = opened({"agent.yaml": "name: Helper\ndescription: 5\ncontexts: 1\n"})
    _, notes = check(project)
    assert [f"{item.span}: {item.code}" for item in notes] == [
        f"{HELPER}: missing-file",
        f"{HELPER}/agent.yaml:1:1: missing-key",
        f"{HELPER}/agent.yaml:2:14: wrong-type",
        f"{HELPER}/agent.yaml:3:1: unknown-key",
        f"{HELPER}/agent.yaml:3:1: unknown-key",
    ]
    # What is near to the misspelt key depends on the kind.
    assert len({item.hint for item in notes[-2:]}) == 2
    _, notes = check(project, "builder")
    assert [item.code for item in notes] == ["missing-key", "wrong-type", "unknown-key"]
    _, notes = check(project, "managed")
    assert [item.code for item in notes] == ["missing-file", "wrong-type", "unknown-key"]


def test_targets_of_one_kind_that_put_the_prompt_elsewhere_are_checked_apart(opened: Any) -> None:
    targets = f"project: acme\ntargets:\n  one: {SERVER}\n  two: {SERVER}\n  deep: {DEEP}\n"
    project = opened(
        {"agent.yaml": 'graph_id: a\nname: A\ncontext: {agent: 5}\nmetadata: {a: "\\0"}\n'}, targets
    )
    heard: list[str] = []
    _, notes = check(project, heard=lambda loaded, name: heard.append(name))
    assert [f"{item.span}: {item.code}" for item in notes] == [
        f"{HELPER}/agent.yaml:3:11: contradiction",
        f"{HELPER}/agent.yaml:4:15: bad-value",
    ]
    assert heard == []
    project = opened({"agent.yaml": "graph_id: a\nname: A\ncontext: {agent: 5}\n"}, targets)
    check(project, heard=lambda loaded, name: heard.append(name))
    assert heard == ["one", "two"]


def test_the_target_says_where_and_whose(opened: Any) -> None:
    project = opened(
        {}, f"project: acme\ntargets:\n  builder: {SERVER[:-1]}, owner: ann, prompt: /context/p}}\n"
    )
    (target,) = project.config.targets
    assert (target.provider, target.url) == ("agent-server", "https://a.example")
    assert (target.prompt, target.owner, target.workspace_id) == ("/context/p", "ann", "")


@pytest.mark.parametrize(
    ("setting", "field", "kept"),
    [
        ("provider: agent-server, prompt: nowhere", "prompt", ""),
        ("provider: agent-server, prompt: /context/a~1b", "prompt", "/context/a~1b"),
        ("provider: agent-server, owner: ' '", "owner", ""),
        ("provider: managed, owner: ann", "owner", ""),
        ("prompt: /context/x", "prompt", ""),
        ("provider: agentserver", "provider", "agent-server"),
        ("provider: manged", "provider", "managed"),
        ("provider: 7", "provider", "managed"),
        ("provider: agent-server, workspace_id: dfa71115-c971-4197-8f02-20826fbc6f40",
         "workspace_id", ""),
    ],
)  # fmt: skip
def test_of_a_broken_target_what_is_sound_is_kept(
    write: Write, setting: str, field: str, kept: str
) -> None:
    project = open_project(write({"agentsync.yaml": f"project: a\ntargets:\n  t: {{{setting}}}\n"}))
    assert getattr(project.config.targets[0], field) == kept
    assert len(project.diagnostics) == (field != "prompt" or kept == "")
    for note in project.diagnostics:
        assert (note.span.path, note.span.line) == ("agentsync.yaml", 3)


def test_a_field_is_found_where_it_is_said(opened: Any) -> None:
    project = opened(
        {
            "agent.yaml": "graph_id: agent\nname: Helper\ncontext:\n  a:\n    b: 1\n"
            "metadata: {t: x}\n",
            "agent.builder.yaml": "context:\n  a: {c: 2}\n",
        }
    )
    places = {
        "/context/a/b": "agent.yaml:5:8",
        "/context/a/c": "agent.builder.yaml:2:10",
        "/metadata/t": "agent.yaml:6:15",
        "/metadata/gone": "agent.yaml:6:11",
        "/graph_id": "agent.yaml:1:11",
        "/system_prompt": "agent.yaml",
    }
    found = {at: str(locate(project, "helper", "builder", at)) for at in places}
    assert found == {at: f"{HELPER}/{place}" for at, place in places.items()}
