from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentsync.errors import ProjectError, UsageError
from agentsync.files.project import OpenProject, find_root, is_slug, open_project
from agentsync.model import Limits, OnConflict, OnDrift, Target

Write = Callable[[Mapping[str, str]], Path]


def test_a_project_is_found_from_anywhere_inside(write: Write) -> None:
    root = write({})
    assert find_root(root / "agents" / "helper") == root
    project = open_project(root / "agents" / "helper")
    assert project.root == root
    assert project.slugs == ("helper",)
    assert project.folder("helper") == "agents/helper"
    assert not project.invalid


def test_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        open_project(tmp_path)
    assert "agentsync init" in caught.value.hint


@pytest.mark.parametrize("made", [False, True])
def test_a_project_may_be_empty_for_who_says_so(tmp_path: Path, made: bool) -> None:
    (tmp_path / "agentsync.yaml").write_text("project: acme\n")
    if made:
        (tmp_path / "agents").mkdir()
    project = open_project(tmp_path, empty_ok=True)
    assert (project.slugs, project.diagnostics) == ((), ())
    with pytest.raises(ProjectError, match=r"is empty|does not exist"):
        open_project(tmp_path)


def test_a_file_is_no_agents_folder_for_anybody(tmp_path: Path) -> None:
    (tmp_path / "agentsync.yaml").write_text("project: acme\n")
    (tmp_path / "agents").write_text("")
    with pytest.raises(ProjectError, match="is not a folder"):
        open_project(tmp_path, empty_ok=True)


def test_no_project_says_how_to_make_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        open_project(tmp_path, empty_ok=True)
    assert "agentsync init --bare" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "fits"),
    [("bot", True), ("2.0_b-x", True), ("Bot", False), (".x", False), ("a/b", False), ("", False)],
)
def test_names_of_agents_folders(name: str, fits: bool) -> None:
    assert is_slug(name) is fits


def test_the_whole_of_agentsync_yaml(write: Write) -> None:
    text = """\
version: 1
project: acme
agents: team/agents
targets:
  eu: {url: https://eu.example.com, workspace_id: dfa71115-c971-4197-8f02-20826fbc6f40}
  us: {protect: true}
ignore: [/extras/ui_*]
limits: {max_changes: 10}
policy: {fail_on: high}
on_drift: revert
on_conflict: live
"""
    config = open_project(
        write({"agentsync.yaml": text, "team/agents/a/agent.yaml": "name: A\n"})
    ).config
    assert config.agents == "team/agents"
    assert config.targets == (
        Target(
            name="eu",
            url="https://eu.example.com",
            workspace_id="dfa71115-c971-4197-8f02-20826fbc6f40",
        ),
        Target(name="us", protect=True),
    )
    assert config.ignore == ("/extras/ui_*",)
    assert config.limits == Limits(max_deletes=0, max_changes=10)
    assert config.policy.fail_on == "high"
    assert config.on_drift is OnDrift.REVERT
    assert config.on_conflict is OnConflict.LIVE


def test_the_careful_choices_hold_where_nothing_is_said(write: Write) -> None:
    config = open_project(write({"agentsync.yaml": "project: acme\n"})).config
    assert config.on_drift is OnDrift.KEEP
    assert config.on_conflict is OnConflict.FAIL
    assert config.limits == Limits(max_deletes=0, max_changes=None)


def test_what_is_sound_in_a_broken_file_is_used(write: Write) -> None:
    text = (
        "project: 7\nlimits: [1]\nignore: /a\npolicy: x\ntargets: {a: {url: 7, protect: 1}, b: 2}\n"
        "on_drift: 1\non_conflict: both\n"
    )
    project = open_project(write({"agentsync.yaml": text}))
    assert project.invalid
    assert project.slugs == ("helper",)
    assert [target.name for target in project.config.targets] == ["a", "b"]
    assert project.config.targets[0] == Target(name="a")
    assert project.config.limits == Limits()
    assert project.config.on_drift is OnDrift.KEEP
    assert project.config.on_conflict is OnConflict.FAIL


def test_hidden_folders_and_stray_files_are_no_agents(write: Write) -> None:
    project = open_project(write({"agents/.cache/x": "", "agents/README.md": "hello"}))
    assert project.slugs == ("helper",)
    assert project.diagnostics == ()


def test_targets_are_chosen_by_name(write: Write) -> None:
    project = open_project(write({}))
    assert project.target("production").protect
    with pytest.raises(UsageError, match="no target `stagng`") as caught:
        project.target("stagng")
    assert caught.value.hint == "did you mean `staging`?"
    with pytest.raises(UsageError, match="several targets: staging, production"):
        project.target("")


@pytest.mark.parametrize(
    ("text", "name"), [("project: acme\n", ""), ("project: acme\ntargets: {only: {}}\n", "only")]
)
def test_one_target_needs_no_choice(write: Write, text: str, name: str) -> None:
    project = open_project(write({"agentsync.yaml": text}))
    assert project.target("").name == name


def test_a_project_without_targets_has_none_to_name(write: Write) -> None:
    project = open_project(write({"agentsync.yaml": "project: acme\n"}))
    with pytest.raises(UsageError) as caught:
        project.target("production")
    assert "declares no targets" in caught.value.hint


def test_too_many_agents_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentsync.files.project.MAX_AGENTS", 1)
    with pytest.raises(ProjectError, match="more than 1 agents"):
        open_project(write({"agents/b/agent.yaml": "name: B\n"}))


def test_a_project_is_a_value(write: Write) -> None:
    root = write({})
    assert open_project(root) == open_project(root)
    assert isinstance(open_project(root), OpenProject)
