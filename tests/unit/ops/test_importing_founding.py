"""A definition that does not come out as it should is not kept, whoever is to blame for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agentsync.engine.normalise import desired
from agentsync.engine.normalise import live as canonical
from agentsync.engine.origins import outline
from agentsync.errors import ProjectError, StaleError
from agentsync.files.authoring import Authored
from agentsync.files.project import open_project
from agentsync.model import AgentPatch, LiveAgent, Marker, Owner, PatchStatus
from agentsync.ops.importing import founding
from agentsync.ops.importing.founding import Founding
from agentsync.providers.managed import RULES

ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"
SAID = desired({"name": "Bot", "system_prompt": "You help."}, RULES)
GOOD = {"agent.yaml": f"id: {ID}\nname: Bot\n", "AGENTS.md": "You help.\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "agentsync.yaml").write_text("version: 1\nproject: tests\n")
    return tmp_path


def made(root: Path, value: Mapping[str, Any] = SAID, live: LiveAgent | None = None) -> AgentPatch:
    project = open_project(root, empty_ok=True)
    patch = AgentPatch(address="bot", name="Bot", status=PatchStatus.FAILED, agent_id=ID)
    one = Founding(project=project, target="", rules=RULES, others=("bot",))
    return one.found(patch, value, live)


def answered(marker: Marker | None = None, **answer: Any) -> LiveAgent:
    value, _ = canonical({"name": "Bot", "system_prompt": "You help.", **answer}, RULES)
    return LiveAgent(agent_id=ID, revision="r", value=value, marker=marker)


def authoring(monkeypatch: pytest.MonkeyPatch, texts: Mapping[str, str], *obstacles: Any) -> None:
    """Have the files written like this instead."""
    said = Authored(texts=texts, obstacles=tuple(obstacles))
    monkeypatch.setattr(founding, "authored", lambda *_, **__: said)


def test_a_definition_is_made(root: Path) -> None:
    patch = made(root, live=answered())
    assert (patch.status, patch.message) == (PatchStatus.WRITTEN, "")
    assert {path.name: path.read_text() for path in (root / "agents/bot").iterdir()} == GOOD


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({**GOOD, "AGENTS.md": "You do not.\n"}, "/system_prompt"),
        ({**GOOD, "agent.yaml": f"id: {ID}\nname: Bot\ndescription: x\n"}, "/description"),
        ({**GOOD, "agent.yaml": "name: Bot\n"}, "its id cannot be written"),
        ({**GOOD, "agent.yaml": f"id: {ID}\nname: Bot\nnome: x\n"}, "agent.yaml:3:1: unknown key"),
        ({**GOOD, "skills/a/x.py": ""}, "SKILL.md"),
        ({"agent.yaml": GOOD["agent.yaml"]}, "AGENTS.md"),
        ({**GOOD, "AGENTS.md": "\ud800"}, "half a character"),
    ],
)
def test_what_does_not_read_back_as_it_should_is_not_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, texts: dict[str, str], reason: str
) -> None:
    authoring(monkeypatch, texts)
    patch = made(root)
    assert (patch.status, patch.files) == (PatchStatus.REFUSED, ())
    assert reason in patch.message
    assert not (root / "agents").exists()


def test_errors_that_leave_a_document_are_errors_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authoring(monkeypatch, {**GOOD, "files/AGENTS.md": "x"})
    assert "files/AGENTS.md" in made(root).message


def test_obstacles_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authoring(monkeypatch, GOOD, *((f"files/{number}", "not safe") for number in range(20)))
    patch = made(root)
    assert patch.status is PatchStatus.REFUSED
    assert "files/7: not safe; and 12 more" in patch.message
    assert not (root / "agents").exists()


def test_a_definition_that_the_next_apply_would_act_on_is_not_kept(root: Path) -> None:
    """A secret that git once applied cannot be left out: it would be taken back."""
    owner = Owner(project="tests", target="", address="bot")
    extras = {"token": TOKEN}
    marker = Marker(owner=owner, base=outline({**SAID, "extras": extras}))
    patch = made(root, {**SAID, "extras": extras}, answered(marker, extras=extras))
    assert patch.status is PatchStatus.REFUSED
    assert "/extras/token" in patch.message
    assert TOKEN not in str(patch.to_json())
    assert not (root / "agents").exists()
    # One that git never had stays where it is.
    patch = made(root, {**SAID, "extras": extras}, answered(extras=extras))
    assert patch.status is PatchStatus.WRITTEN


@pytest.mark.parametrize(
    ("owner", "whose"),
    [
        (Owner(project="theirs", target="", address="bot"), "project theirs"),
        (Owner(project="tests", target="prod", address="bot"), "target prod"),
    ],
)
def test_an_agent_that_became_somebody_elses_meanwhile(
    root: Path, owner: Owner, whose: str
) -> None:
    patch = made(root, live=answered(Marker(owner=owner, base={})))
    assert patch.status is PatchStatus.REFUSED
    assert whose in patch.message
    assert not (root / "agents").exists()


def test_a_folder_that_appeared_meanwhile_is_not_touched(root: Path) -> None:
    (root / "agents/bot").mkdir(parents=True)
    (root / "agents/bot/mine").write_text("mine")
    with pytest.raises(StaleError):
        made(root)
    assert [path.name for path in (root / "agents/bot").iterdir()] == ["mine"]


def test_a_disk_that_refuses_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ProjectError("cannot write: no space left on device")

    monkeypatch.setattr("agentsync.files.disk.writing.create_folder", full)
    with pytest.raises(ProjectError, match="no space"):
        made(root)
