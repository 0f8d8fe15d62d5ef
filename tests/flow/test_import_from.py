"""Folders of other tools become definitions, without a key and without any API."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agentsync.errors import ExitCode, ProjectError, UsageError
from agentsync.files.check import check_project
from agentsync.model import PatchStatus, Report
from agentsync.ops.importing import ImportOptions, import_agents
from agentsync.ops.init import init
from agentsync.ops.watch import Watch

ID = "dfa71115-c971-4197-8f02-20826fbc6f40"
TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"
BOT: dict[str, Any] = {
    "agent.json": {"name": "Release notes", "description": "Writes them.", "model": "m:x"},
    "AGENTS.md": "You write release notes.\n",
    "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Reads.\n---\n\nRead it.\n",
    "subagents/critic/agent.json": {"description": "Finds holes."},
    "subagents/critic/AGENTS.md": "Find them.\n",
}


@pytest.fixture
def root(tmp_path):
    """A bare project."""
    init(tmp_path / "acme", bare=True)
    return tmp_path / "acme"


@pytest.fixture
def source(tmp_path):
    return tmp_path / "theirs"


def lay_out(folder: Path, files: dict[str, Any]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / path).write_text(text, "utf-8")
    return folder


def imported(root: Path, source: Path, environ: dict[str, str] | None = None, **more) -> Report:
    options = ImportOptions(directory=root, source=source, **more)
    return import_agents(options, environ or {}, Watch())


def statuses(report: Report) -> dict[str, str]:
    return {patch.address: patch.status.value for patch in report.patches}


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_project_becomes_a_definition_as_people_write_it(root, source):
    lay_out(source, {**BOT, "agent.json": {**BOT["agent.json"], "agent_id": ID}, "hooks/x": ""})
    report = imported(root, source)
    assert (report.exit_code, statuses(report)) == (ExitCode.OK, {"release-notes": "written"})
    assert report.patches[0].notes == ("hooks was left out: no definition has such a part",)
    folder = root / "agents/release-notes"
    assert sorted(files_in(folder)) == [
        *("AGENTS.md", "agent.yaml", "skills/pdf/SKILL.md"),
        *("subagents/critic/AGENTS.md", "subagents/critic/agent.yaml"),
    ]
    assert (folder / "agent.yaml").read_text().splitlines()[1:] == [
        f"id: {ID}",
        "name: Release notes",
        "description: Writes them.",
        "model: m:x",
    ]
    assert (folder / "AGENTS.md").read_text() == BOT["AGENTS.md"]
    assert check_project(root)[1] == ()


def test_several_at_once_with_what_is_wrong_with_others(root, source):
    for number in range(3):
        lay_out(source / f"bot-{number}", BOT)
    lay_out(source / "bad", {**BOT, "agent.json": '{"name": "Bad",}', "tools.json": "{"})
    lay_out(source / "worse", {**BOT, "AGENTS.md": "", "tools.json": "[]"})
    report = imported(root, source)
    assert report.exit_code is ExitCode.PARTIAL
    assert statuses(report) == {
        "bad": "failed",
        "release-notes": "written",
        "release-notes-2": "written",
        "release-notes-3": "written",
        "release-notes-4": "failed",
    }
    assert [str(note.span) for note in report.diagnostics] == [
        "bad/agent.json:1:16",
        "bad/tools.json:1:2",
        "worse/tools.json:1:1",
    ]
    assert Path(report.root).resolve() == source.resolve()
    shutil.rmtree(root / "agents")
    for number in range(3):
        shutil.rmtree(source / f"bot-{number}")
    assert imported(root, source).exit_code is ExitCode.ERROR
    assert not (root / "agents").exists()


def test_a_second_import_finds_it_in_git(root, source):
    lay_out(source, BOT)
    imported(root, source)
    before = files_in(root)
    report = imported(root, source)
    assert (report.exit_code, statuses(report)) == (ExitCode.OK, {"release-notes": "unchanged"})
    lay_out(source, {"AGENTS.md": "You write more.\n"})
    report = imported(root, source)
    assert (report.exit_code, statuses(report)) == (
        ExitCode.REFUSED,
        {"release-notes": "refused"},
    )
    assert files_in(root) == before


def test_a_dry_run_shows_and_writes_nothing(root, source):
    lay_out(source, BOT)
    before = files_in(root)
    report = imported(root, source, dry_run=True)
    assert statuses(report) == {"release-notes": "planned"}
    assert "+You write release notes." in "".join(it.patch for it in report.patches[0].files)
    assert files_in(root) == before


def test_only_those_asked_for_by_name(root, source):
    lay_out(source / "a", BOT)
    lay_out(source / "b", {**BOT, "agent.json": {"name": "Mail"}})
    assert statuses(imported(root, source, name="MAIL")) == {"mail": "written"}
    with pytest.raises(UsageError, match="fits --name"):
        imported(root, source, name="nobody")


def test_a_secret_is_never_written(root, source):
    settings = {**BOT["agent.json"], "extras": {"team": "docs", "token": TOKEN}}
    lay_out(source / "a", {**BOT, "agent.json": settings})
    lay_out(source / "b", {**BOT, "AGENTS.md": f"Use {TOKEN}."})
    header = f"---\nname: pdf\ndescription: >-\n  {TOKEN}\n---\nx"
    lay_out(source / "c", {**BOT, "skills/pdf/SKILL.md": header})
    lay_out(source / "d", {**BOT, "agent.json": {"name": "D", "model": f"{TOKEN}\n", TOKEN: 1}})
    lay_out(source / "e", {**BOT, "agent.json": {"name": "E", "backend": {"type": TOKEN}}})
    report = imported(root, source)
    assert report.exit_code is ExitCode.PARTIAL
    found = {patch.address: patch for patch in report.patches}
    assert found["release-notes"].status is PatchStatus.WRITTEN
    assert [it.pointer for it in found["release-notes"].findings] == ["/extras/token"]
    assert found["release-notes-2"].status is PatchStatus.REFUSED
    assert [it.pointer for it in found["release-notes-2"].findings] == ["/system_prompt"]
    assert found["release-notes-3"].status is PatchStatus.REFUSED
    everything = str(report.to_json()) + str(files_in(root))
    assert not any(TOKEN[at : at + 8] in everything for at in range(len(TOKEN) - 7))


def test_no_agent_and_no_project(root, source, tmp_path):
    with pytest.raises(ProjectError, match="is not a folder"):
        imported(root, source)
    source.mkdir()
    with pytest.raises(ProjectError, match="no agent in"):
        imported(root, source)
    with pytest.raises(ProjectError) as caught:
        imported(tmp_path, source)
    assert "agentsync init --bare" in caught.value.hint


def test_hostile_names_stay_in_the_project(root, source):
    lay_out(source, {**BOT, "agent.json": {"name": "../../evil"}})
    assert statuses(imported(root, source)) == {"evil": "written"}
    lay_out(source, {"skills/pdf/SKILL.md": "---\nname: ../../../x\ndescription: d\n---\nx"})
    report = imported(root, source)
    assert report.diagnostics[0].code == "bad-folder-name"
    assert not (root.parent / "x").exists()


def test_a_project_inside_the_repository_is_no_different(root):
    lay_out(root / "old/bot", BOT)
    assert statuses(imported(root, root / "old")) == {"release-notes": "written"}
