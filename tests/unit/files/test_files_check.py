from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentsync.errors import UsageError
from agentsync.files import definition
from agentsync.files.check import check, check_project
from agentsync.files.project import open_project

Write = Callable[[Mapping[str, str]], Path]

OTHER = {"agents/other/agent.yaml": "nmae: Other\n", "agents/other/AGENTS.md": "You help.\n"}


def test_a_sound_project_has_nothing_to_say(write: Write) -> None:
    assert check_project(write({})) == (1, ())


def test_only_the_agents_asked_for_are_checked(write: Write) -> None:
    root = write(OTHER)
    assert check_project(root, addresses=("helper",)) == (1, ())
    count, diagnostics = check_project(root, addresses=("other",))
    assert (count, len(diagnostics)) == (1, 1)
    assert check_project(root)[0] == 2


def test_unknown_addresses_and_targets_are_usage_errors(write: Write) -> None:
    root = write({})
    with pytest.raises(UsageError) as caught:
        check_project(root, addresses=("helpr",))
    assert caught.value.hint == "did you mean `helper`?"
    with pytest.raises(UsageError):
        check_project(root, target="nope")


def test_a_broken_project_file_comes_before_an_unknown_target(write: Write) -> None:
    count, diagnostics = check_project(write({"agentsync.yaml": "a: [\n"}), target="staging")
    assert count == 0
    assert [note.span.path for note in diagnostics] == ["agentsync.yaml"]


def test_every_target_is_checked_and_each_problem_told_once(write: Write) -> None:
    root = write(
        {
            "agents/helper/agent.yaml": "name: Helper\nx: 1\n",
            "agents/helper/agent.staging.yaml": "y: 1\n",
            "agents/helper/agent.production.yaml": "z: 1\n",
        }
    )
    _, diagnostics = check_project(root)
    assert [str(note.span) for note in diagnostics] == [
        "agents/helper/agent.production.yaml:1:1",
        "agents/helper/agent.staging.yaml:1:1",
        "agents/helper/agent.yaml:2:1",
    ]
    _, diagnostics = check_project(root, target="staging")
    assert [str(note.span) for note in diagnostics] == [
        "agents/helper/agent.staging.yaml:1:1",
        "agents/helper/agent.yaml:2:1",
    ]


def test_a_base_may_need_its_overlays(write: Write) -> None:
    root = write(
        {
            "agents/helper/agent.yaml": "description: x\n",
            "agents/helper/agent.staging.yaml": "name: Staging\n",
            "agents/helper/agent.production.yaml": "name: Production\n",
        }
    )
    assert check_project(root) == (1, ())
    (root / "agents/helper/agent.staging.yaml").unlink()
    assert [note.code for note in check_project(root)[1]] == ["missing-key"]


def test_the_same_id_in_two_targets_is_fine(write: Write) -> None:
    root = write(
        {
            "agents/helper/agent.staging.yaml": "id: dfa71115-c971-4197-8f02-20826fbc6f40\n",
            "agents/other/agent.yaml": "name: Other\n",
            "agents/other/AGENTS.md": "You help.\n",
            "agents/other/agent.production.yaml": "id: dfa71115-c971-4197-8f02-20826fbc6f40\n",
        }
    )
    assert check_project(root) == (2, ())


def test_a_definition_without_overlays_is_judged_once(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[object] = []
    checker = definition.checker("agent")
    accepts = type(checker).accepts
    monkeypatch.setattr(
        type(checker), "accepts", lambda self, value: judged.append(value) or accepts(self, value)
    )
    project = open_project(write({}))
    judged.clear()
    assert check(project) == (1, ())
    assert len(judged) == 1
