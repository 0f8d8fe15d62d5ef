"""The loader has the last word on what is to be written, for every target."""

from dataclasses import replace

import pytest

from agentsync.engine.normalise import desired
from agentsync.files.project import open_project
from agentsync.files.snapshot import snapshot
from agentsync.ops.pulling.verifying import Reading, Verdict
from agentsync.providers.managed import RULES

HERE = "id: 0f3a2b1c-1111-4222-8333-444455556666\n"


@pytest.fixture
def reading(tmp_path):
    folder = tmp_path / "agents/a"
    folder.mkdir(parents=True)
    targets = "targets: {staging: {}, production: {}}\n"
    (tmp_path / "agentsync.yaml").write_text(f"version: 1\nproject: tests\n{targets}")
    (folder / "agent.yaml").write_text("name: A\ndescription: d\n" + HERE)
    (folder / "agent.production.yaml").write_text("description: p\n")
    (folder / "AGENTS.md").write_text("You answer.\n")
    return Reading(open_project(tmp_path), "a", "production", RULES)


def verdict(reading, **changes):
    """The verdict on other files than there are: by name, None for one that goes."""
    before = snapshot(reading.project.root, "agents/a")
    names = {"agent": "agent.yaml", "overlay": "agent.production.yaml", "prompt": "AGENTS.md"}
    after = before | {names[key]: text for key, text in changes.items()}
    after = {path: data for path, data in after.items() if data is not None}
    goal = desired({"name": "A", "description": "p", "system_prompt": "We answer."}, RULES)
    return reading.verdict(reading.said(before), after, goal)


NEW = b"We answer.\n"


def test_files_that_say_the_goal_are_fine(reading):
    assert verdict(reading, prompt=NEW) == Verdict(others=("staging",))


def test_files_that_say_something_else_are_not(reading):
    (reason,) = verdict(reading, prompt=b"We ask.\n").reasons
    assert "/system_prompt" in reason


@pytest.mark.parametrize("agent", [b"name: [\n", b"name: 1\n", None])
def test_nor_are_files_that_are_no_definition(reading, agent):
    reasons = verdict(reading, prompt=NEW, agent=agent).reasons
    assert any("would not be valid: agents/a" in reason for reason in reasons)


def test_nor_are_files_of_another_agent(reading):
    agent = b"name: A\ndescription: d\n"
    assert verdict(reading, prompt=NEW, agent=agent).reasons == (
        "the files would be bound to another agent",
    )


def test_what_breaks_another_target_is_not_written(reading):
    """The overlay mends the name for production, and for nobody else."""
    changes = {"agent": f"name: []\ndescription: d\n{HERE}".encode(), "overlay": b"name: A\n"}
    goal = {"overlay": b"name: A\ndescription: p\n"}
    (reason,) = verdict(reading, prompt=NEW, **{**changes, **goal}).reasons
    assert reason.startswith("for target staging they would not be valid: agents/a/agent.yaml:1")


def test_a_target_that_was_broken_before_has_no_say(reading):
    folder = reading.project.root / "agents/a"
    (folder / "agent.staging.yaml").write_text("name: []\n")
    assert verdict(reading, prompt=NEW) == Verdict()


def test_a_project_without_targets_has_no_others(reading):
    config = replace(reading.project.config, targets=())
    (reading.project.root / "agents/a/agent.production.yaml").unlink()
    (reading.project.root / "agents/a/agent.yaml").write_text("name: A\ndescription: p\n")
    plain = replace(reading, project=replace(reading.project, config=config), target="")
    assert verdict(plain, prompt=NEW) == Verdict()
