"""Agents of an emulator become definitions, and then there is nothing to plan."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from furnished import furnished
from generated import documents
from hypothesis import HealthCheck, given, settings
from stage import AGENTS, HUB, Stage, differing, staged
from truth import facts

from agentsync.emulator.faults import Fault
from agentsync.emulator.keys import ALL, Key
from agentsync.emulator.readings import Readings
from agentsync.emulator.serve import Options
from agentsync.engine.normalise import desired
from agentsync.errors import ExitCode, ProjectError, UsageError
from agentsync.files.check import check_project
from agentsync.model import PatchStatus, Report, Severity
from agentsync.ops.importing import ImportOptions, import_agents
from agentsync.ops.init import init
from agentsync.ops.plan import PlanOptions, plan
from agentsync.ops.watch import Watch
from agentsync.providers.managed import RULES, ManagedDeepAgents

TOKEN = "ghp" + "_" + "Zq81LmT4xYc93VbN7RkWe52UjHs60GfDaPo7"
BOT = {
    "name": "Release notes",
    "description": "Writes them.",
    "runtime": {"model": {"model_id": "openai:gpt-5.5"}},
    "system_prompt": "You write release notes.\n",
    "extras": {"team": "docs"},
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(shared):
    shared.forget()
    shared.server.clear_faults()
    shared.server.reset_stats()
    return shared


@pytest.fixture
def empty(stage):
    """A checkout without any agent."""
    return stage.checkout(key="truth")


def created(stage: Stage, **body: Any) -> str:
    answer = stage.client.post(AGENTS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def imported(checkout, watch: Watch | None = None, **options: Any) -> Report:
    options = {"everything": not ({"ids", "source"} & options.keys()), **options}
    asked = ImportOptions(directory=checkout.root, **options)
    return import_agents(asked, checkout.environ, watch or Watch())


def statuses(report: Report) -> dict[str, str]:
    return {patch.address: patch.status.value for patch in report.patches}


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def errors(checkout) -> list[str]:
    _, notes = check_project(checkout.root)
    return [f"{note.span}: {note.message}" for note in notes if note.severity is Severity.ERROR]


# -- what is written


def test_an_agent_becomes_a_definition_as_people_write_it(stage, empty):
    agent_id = created(stage, **BOT)
    report = imported(empty)
    assert (report.command, report.exit_code) == ("import", ExitCode.OK)
    (patch,) = report.patches
    assert (patch.address, patch.name, patch.agent_id) == ("release-notes", BOT["name"], agent_id)
    assert patch.status is PatchStatus.WRITTEN
    assert [item.path for item in patch.files] == [
        "agents/release-notes/AGENTS.md",
        "agents/release-notes/agent.yaml",
    ]
    folder = empty.root / "agents/release-notes"
    assert (folder / "AGENTS.md").read_text() == "You write release notes.\n"
    assert (folder / "agent.yaml").read_text() == (
        f"id: {agent_id}\n"
        "name: Release notes\n"
        "description: Writes them.\n"
        "model: openai:gpt-5.5\n"
        "extras:\n"
        "  team: docs\n"
    )
    assert sum(item.added for item in patch.files) == 7
    assert differing(empty.plan()) == []
    assert stage.writes() == 1
    assert not (empty.root / ".agentsync").exists()


MANY = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(document=documents())
def test_import_then_plan_is_empty(shared, document):
    shared.forget()
    checkout = shared.checkout(key="truth")
    body = ManagedDeepAgents.request_body(desired(document, RULES))
    agent_id = created(shared, **body)
    before = shared.raw(agent_id)
    report = imported(checkout)
    assert statuses(report) == {report.patches[0].address: "written"}, report.patches[0].message
    assert errors(checkout) == []
    assert differing(checkout.plan()) == []
    # An apply has nothing to do but to leave its marker, and nobody else's field moves.
    assert checkout.apply().exit_code is ExitCode.OK
    assert shared.facts(agent_id) == facts(before)
    assert differing(checkout.plan()) == []
    shutil.rmtree(checkout.root)


@MANY
@given(document=furnished())
def test_whatever_an_agent_is_it_comes_whole_or_not_at_all(shared, document):
    shared.forget()
    checkout = shared.checkout(key="truth")
    created(shared, **ManagedDeepAgents.request_body(desired(document, RULES)))
    report = imported(checkout, files=("*",))
    (patch,) = report.patches
    if patch.status is PatchStatus.WRITTEN:
        assert errors(checkout) == []
        assert differing(checkout.plan()) == []
    else:
        assert (patch.status, report.exit_code) == (PatchStatus.REFUSED, ExitCode.REFUSED)
        assert patch.message
        assert not (checkout.root / "agents").exists()
    shutil.rmtree(checkout.root)


@pytest.mark.parametrize(
    ("reading", "rendering"),
    [
        (Readings(), "perverse"),
        (Readings(include_files="untyped"), "plain"),
        (Readings(metadata_in_tree=True), "plain"),
        (Readings(empty_fields="shown"), "perverse"),
        (Readings(linked_in_skills=False), "plain"),
    ],
)
def test_however_the_api_shows_it(tmp_path, reading, rendering):
    with staged(tmp_path, Options(readings=reading, rendering=rendering)) as stage:
        checkout = stage.checkout(key="truth")
        text = "---\nname: pdf\ndescription: Reads.\nlicense: MIT\n---\n\nRead it.\n"
        agent_id = created(
            stage,
            **BOT,
            backend={"type": "sandbox", "sandbox_config": {"scope": "thread"}},
            permissions={"visibility": "user", "shared_users": {"read": ["b", "a"]}},
            files={
                "skills/pdf/SKILL.md": {"type": "file", "content": text},
                "skills/linked": {"type": "skill", "repo_handle": "summarizer"},
                "memories/x.md": {"content": "mine"},
            },
        )
        report = imported(checkout)
        assert statuses(report) == {"release-notes": "written"}, report.patches[0].message
        skill = checkout.root / "agents/release-notes/skills/pdf/SKILL.md"
        # Further front matter comes along even where the agent's own answer does not show it.
        assert "license: MIT" in skill.read_text()
        assert errors(checkout) == []
        assert differing(checkout.plan()) == []
        assert checkout.apply().exit_code is ExitCode.OK
        found = stage.raw(agent_id)
        assert "license" in str(found["files"]["skills/pdf/SKILL.md"])
        assert found["files"]["memories/x.md"]["content"] == "mine"
        assert differing(checkout.plan()) == []


def test_raw_files_come_along_when_they_are_asked_for(stage, empty):
    created(
        stage,
        **BOT,
        files={"memories/a.md": {"content": "A"}, "docs/guide.md": {"content": "Guide\n"}},
    )
    dry = imported(empty, dry_run=True)
    assert dry.patches[0].notes == (
        "2 other files were left out: the agent may write them itself; --files takes them along",
    )
    report = imported(empty, files=("docs/*",))
    assert (empty.root / "agents/release-notes/files/docs/guide.md").read_text() == "Guide\n"
    assert not (empty.root / "agents/release-notes/files/memories").exists()
    assert report.patches[0].notes[0].startswith("1 other file was left out")
    assert differing(empty.plan()) == []


def test_what_agentsync_has_no_word_for_stays_as_live(stage, empty):
    agent_id = created(stage, **BOT)
    tree = {
        "subagents/critic/AGENTS.md": '---\ndescription: "Holes."\ncolor: red\n---\n\nFind.\n',
        "subagents/critic/memo.md": "its own",
        "tools.json": '{"tools": [{"name": "t", "mcp_server_url": "https://t.acme.example", '
        '"timeout": 5}], "interrupt_config": {}, "mode": "fast"}',
    }
    committed(stage, agent_id, tree)
    report = imported(empty)
    assert statuses(report) == {"release-notes": "written"}, report.patches[0].message
    told = " | ".join(report.patches[0].notes)
    assert all(word in told for word in ("color of the subagent critic", "/timeout", "/tools/mode"))
    assert "1 other file" in told
    assert differing(empty.plan()) == []
    before = stage.raw(agent_id)["files"]
    assert empty.apply().exit_code is ExitCode.OK
    assert stage.raw(agent_id)["files"] == before


def committed(stage: Stage, agent_id: str, files: dict[str, str]) -> None:
    at = f"{HUB}/{agent_id}/directories"
    entries = {path: {"type": "file", "content": text} for path, text in files.items()}
    head = stage.client.get(at).json()["commit_hash"]
    body = {"files": entries, "parent_commit": head}
    stage.client.post(f"{at}/commits", json=body).raise_for_status()


def test_ignored_metadata_is_left_out(stage):
    checkout = stage.checkout(key="truth", more="ignore: [/extras/ui_*]\n")
    created(stage, **{**BOT, "extras": {"team": "docs", "ui_color": "red"}})
    assert imported(checkout).exit_code is ExitCode.OK
    assert "ui_color" not in (checkout.root / "agents/release-notes/agent.yaml").read_text()
    assert differing(checkout.plan()) == []


def test_a_project_with_several_targets_binds_in_the_overlay(stage):
    checkout = stage.checkout(key="truth", more="targets: {staging: {}, production: {}}\n")
    agent_id = created(stage, **BOT)
    with pytest.raises(UsageError, match="several targets"):
        imported(checkout)
    assert imported(checkout, target="production").exit_code is ExitCode.OK
    folder = checkout.root / "agents/release-notes"
    assert (folder / "agent.production.yaml").read_text() == f"id: {agent_id}\n"
    assert "id:" not in (folder / "agent.yaml").read_text()
    assert differing(_plan(checkout)) == []


def _plan(checkout) -> Report:
    options = PlanOptions(command="plan", directory=checkout.root, target="production")
    return plan(options, checkout.environ, Watch())


def test_from_nothing_to_an_empty_plan(stage, tmp_path):
    created(stage, **BOT)
    root = tmp_path / "acme"
    init(root, bare=True)
    assert not (root / "agents").exists()
    environ = {"LANGSMITH_ENDPOINT": stage.server.url, "LANGSMITH_API_KEY": "truth"}
    options = ImportOptions(directory=root, everything=True)
    assert import_agents(options, environ, Watch()).exit_code is ExitCode.OK
    first = (root / "agents/release-notes/agent.yaml").read_text().splitlines()[0]
    schema = first.partition("$schema=")[2]
    assert (root / "agents/release-notes" / schema).resolve().is_file()
    report = plan(PlanOptions(command="plan", directory=root), environ, Watch())
    assert differing(report) == []


def test_without_a_project_the_hint_leads_to_one(stage, tmp_path):
    with pytest.raises(ProjectError) as caught:
        import_agents(ImportOptions(directory=tmp_path, everything=True), {}, Watch())
    assert "agentsync init --bare" in caught.value.hint


# -- which agents


def test_a_second_import_has_nothing_to_do(stage, empty):
    for number in range(3):
        created(stage, **{**BOT, "name": f"Agent {number}"})
    assert imported(empty).exit_code is ExitCode.OK
    before = files_in(empty.root)
    report = imported(empty)
    assert report.exit_code is ExitCode.OK
    assert set(statuses(report).values()) == {"unchanged"}
    assert {patch.message for patch in report.patches} == {"it is in git already"}
    assert files_in(empty.root) == before


def test_agents_are_chosen_by_id_by_name_and_by_owner(tmp_path):
    keys = (Key(key="truth", user_id="u1"), Key(key="other", user_id="u2", permissions=ALL))
    with staged(tmp_path, Options(keys=keys, readings=Readings(lists_visible=True))) as stage:
        first = created(stage, name="Research bot", permissions={"visibility": "tenant"})
        created(stage, name="Mail bot", permissions={"visibility": "tenant"})
        theirs = stage.client.post(
            AGENTS, json={"name": "Their bot"}, headers={"X-Api-Key": "other"}
        ).json()["id"]

        def dry(**options: Any) -> list[str]:
            report = imported(stage.checkout(key="truth"), dry_run=True, **options)
            assert report.exit_code is ExitCode.OK
            assert set(statuses(report).values()) == {"planned"}
            return sorted(statuses(report))

        assert dry(ids=(first.upper(),)) == ["research-bot"]
        assert dry(name="MAIL*") == ["mail-bot"]
        assert dry(owner="me") == ["mail-bot", "research-bot"]
        assert dry(owner="u2") == ["their-bot"]
        assert dry(ids=(first, theirs), name="*bot") == ["research-bot", "their-bot"]
        assert dry() == ["mail-bot", "research-bot", "their-bot"]
        for nobody in ({"name": "x"}, {"owner": "nobody"}, {"owner": "u2", "name": "Mail*"}):
            with pytest.raises(UsageError, match="no live agent fits"):
                imported(stage.checkout(key="truth"), **nobody)


@pytest.mark.parametrize(
    "options",
    [
        {"everything": False},
        {"everything": False, "name": "x*"},
        {"everything": True, "ids": ("a",)},
        {"ids": ("../../x",)},
        {"source": Path(), "owner": "me"},
        {"source": Path(), "files": ("*",)},
    ],
)
def test_options_that_do_not_go_together(empty, options):
    with pytest.raises(UsageError):
        imported(empty, **options)


def test_an_empty_workspace(stage, empty):
    with pytest.raises(UsageError, match="no live agent fits") as caught:
        imported(empty)
    assert "none that this key may see" in caught.value.hint


def test_an_agent_that_is_not_listed_is_read_by_its_id(tmp_path):
    keys = (Key(key="truth", user_id="u1"), Key(key="other", user_id="u2", permissions=ALL))
    with staged(tmp_path, Options(keys=keys)) as stage:
        agent_id = created(stage, name="Shared", permissions={"visibility": "tenant"})
        checkout = stage.checkout(key="other")
        report = imported(checkout, ids=(agent_id, "0" * 8 + "-0000-4000-8000-" + "0" * 12))
        assert sorted(item.status.value for item in report.patches) == ["failed", "written"]
        assert report.exit_code is ExitCode.PARTIAL
        (lost,) = [item for item in report.patches if item.status is PatchStatus.FAILED]
        assert (lost.code, lost.address) == ("not-found", lost.agent_id)
        alone = imported(stage.checkout(key="other"), ids=(lost.agent_id,))
        assert alone.exit_code is ExitCode.ERROR


def test_names_that_are_alike_get_numbers_by_age(stage, empty):
    ids = [created(stage, name=name) for name in ("Bot", "bot!", "Bot 2", "BOT", "日本")]
    (empty.root / "agents/BOT-5").mkdir(parents=True)
    (empty.root / "agents/BOT-5").rmdir()
    report = imported(empty)
    found = {patch.agent_id: patch.address for patch in report.patches}
    assert [found[agent_id] for agent_id in ids] == [
        *("bot", "bot-2", "bot-2-2", "bot-3"),
        f"agent-{ids[-1][:8]}",
    ]
    assert differing(empty.plan()) == []


def test_what_lies_in_the_agents_folder_is_never_written_over(stage, empty):
    (empty.root / "agents").mkdir()
    (empty.root / "agents/bot").write_text("a file of that name")
    created(stage, name="Bot")
    assert statuses(imported(empty)) == {"bot-2": "written"}
    assert (empty.root / "agents/bot").read_text() == "a file of that name"


def test_any_order_of_interruptions_gives_the_same_names(stage, empty):
    ids = [created(stage, name="Bot") for _ in range(4)]
    whole = {it.agent_id: it.address for it in imported(empty).patches}
    for lost in ([0], [1, 2], [0, 3], [3]):
        for number in lost:
            shutil.rmtree(empty.root / "agents" / whole[ids[number]])
        again = {it.agent_id: it.address for it in imported(empty).patches}
        assert again == whole


# -- whose agents


def test_agents_of_other_projects_are_left_to_them(stage, empty):
    others = stage.checkout(key="truth")
    (others.root / "agentsync.yaml").write_text("version: 1\nproject: theirs\n")
    others.write("bot", {"name": "Bot", "system_prompt": "x"})
    assert others.apply().exit_code is ExitCode.OK
    said = "its marker says that it belongs to project theirs (as bot)"
    passed = imported(empty)
    assert passed.exit_code is ExitCode.OK
    assert [(it.status, it.code, it.message) for it in passed.patches] == [
        ("unchanged", "foreign", said)
    ]
    asked = imported(empty, ids=(stage.only(),), everything=False)
    assert asked.exit_code is ExitCode.REFUSED
    assert [(it.status, it.message) for it in asked.patches] == [("refused", said)]
    assert not (empty.root / "agents").exists()


def test_our_own_agent_whose_definition_is_gone_comes_back_to_its_folder(stage, empty):
    empty.write("night-bot", {"name": "Bot", "system_prompt": "x", **RAW})
    assert empty.apply().exit_code is ExitCode.OK
    empty.remove("night-bot")
    created(stage, name="Night bot")
    report = imported(empty)
    assert statuses(report) == {"night-bot": "written", "night-bot-2": "written"}
    assert (empty.root / "agents/night-bot/files/notes/guide.md").is_file()
    assert differing(empty.plan()) == []


RAW = {"files": {"notes/guide.md": {"content": "Ours.\n"}}}


def test_a_copy_that_carries_our_marker_is_refused(stage, empty):
    empty.write("bot", {"name": "Bot", "system_prompt": "x"})
    assert empty.apply().exit_code is ExitCode.OK
    agent_id = stage.only()
    extras = stage.raw(agent_id)["extras"]
    (empty.root / "agents/bot/agent.yaml").write_text(f"id: {agent_id}\nname: Bot\n")
    copy = created(stage, name="Copy", extras=extras)
    report = imported(empty)
    assert {it.agent_id: it.status.value for it in report.patches} == {
        agent_id: "unchanged",
        copy: "refused",
    }
    empty.remove("bot")
    report = imported(empty)
    assert {it.agent_id: it.status.value for it in report.patches} == {
        agent_id: "written",
        copy: "refused",
    }
    assert report.exit_code is ExitCode.PARTIAL
    told = {it.agent_id: it.message for it in report.patches}
    assert f"which means agent {agent_id}: a copy" in told[copy]


def test_agents_of_another_target_are_left_to_it(stage):
    checkout = stage.checkout(key="truth", more="targets: {staging: {}, production: {}}\n")
    (checkout.root / "agentsync.yaml").write_text("project: tests\ntargets: {staging: {}}\n")
    checkout.write("bot", {"name": "Bot", "system_prompt": "x"})
    assert checkout.apply().exit_code is ExitCode.OK
    checkout.remove("bot")
    (checkout.root / "agentsync.yaml").write_text("project: tests\ntargets: {production: {}}\n")
    report = imported(checkout)
    assert (report.exit_code, report.patches[0].code) == (ExitCode.OK, "foreign")
    assert "its marker says that it belongs to target staging (as bot)" in report.patches[0].message


def test_a_definition_of_the_same_name_is_a_question(stage, empty):
    empty.write("mine", {"name": "Bot", "system_prompt": "y"})
    agent_id = created(stage, name="Bot")
    report = imported(empty)
    assert statuses(report) == {"mine": "refused"}
    assert f"id: {agent_id}" in report.patches[0].hint
    assert report.exit_code is ExitCode.REFUSED


def test_nor_is_one_imported_that_a_definition_may_mean(stage, empty):
    empty.write("mine", {"name": "Bot", "system_prompt": "y"})
    for _ in range(2):
        created(stage, name="Bot")
    report = imported(empty)
    assert [it.status for it in report.patches] == ["refused", "refused"]
    assert sorted(path.name for path in (empty.root / "agents").iterdir()) == ["mine"]


def test_the_beginning_of_an_id_will_do(stage, empty):
    ids = [created(stage, name="Bot") for _ in range(2)]
    report = imported(empty, ids=(ids[1][:8].upper(),))
    assert [it.agent_id for it in report.patches] == [ids[1]]
    for few in (ids[0][:7], "xyz"):
        with pytest.raises(UsageError, match="begins with"):
            imported(empty, ids=(few,))


def test_a_definition_that_cannot_be_read_stops_the_import(stage, empty):
    created(stage, name="Bot")
    (empty.root / "agents/x").mkdir(parents=True)
    (empty.root / "agents/x/agent.yaml").write_text("name: [\n")
    report = imported(empty)
    assert report.exit_code is ExitCode.ERROR
    assert report.diagnostics
    assert report.patches == ()


# -- secrets


def test_a_secret_in_metadata_is_left_out_and_told(stage, empty):
    agent_id = created(
        stage, **{**BOT, "extras": {"team": "docs", "hook": {"auth": f"Bearer {TOKEN}"}}}
    )
    report = imported(empty)
    assert report.exit_code is ExitCode.OK
    (finding,) = report.patches[0].findings
    assert (finding.rule, finding.severity, finding.pointer) == (
        "secret",
        "high",
        "/extras/hook/auth",
    )
    shown(report, empty.root)
    assert "team: docs" in (empty.root / "agents/release-notes/agent.yaml").read_text()
    assert differing(empty.plan()) == []
    assert empty.apply().exit_code is ExitCode.OK
    assert TOKEN in str(stage.raw(agent_id)["extras"])


def shown(report: Report, root: Path) -> None:
    """Nothing of the token is in the report or in any file."""
    everything = str(report.to_json()) + str(files_in(root))
    assert not any(TOKEN[at : at + 8] in everything for at in range(len(TOKEN) - 7))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"system_prompt": f"Use\n{TOKEN}\n"}, "/system_prompt"),
        ({"name": f"Bot {TOKEN}"}, "/name"),
        (
            {
                "tools": {
                    "tools": [
                        {"name": "t", "mcp_server_url": f"https://u:{TOKEN}@mcp.acme.example"}
                    ],
                    "interrupt_config": {},
                }
            },
            "/tools/tools",
        ),
        (
            {"skills": [{"name": "pdf", "description": "d", "instructions": TOKEN}]},
            "/skills/pdf/instructions",
        ),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_secret_that_git_would_own_refuses_the_agent(stage, empty, body, pointer, dry_run):
    created(stage, **{**BOT, **body})
    created(stage, name="Other")
    report = imported(empty, dry_run=dry_run)
    assert report.exit_code is (ExitCode.REFUSED if dry_run else ExitCode.PARTIAL)
    (refused,) = [it for it in report.patches if it.status is PatchStatus.REFUSED]
    assert [item.pointer for item in refused.findings] == [pointer]
    assert refused.files == ()
    shown(report, empty.root)


def test_a_secret_in_a_file_that_nobody_asked_for_is_nobodys_business(stage, empty):
    created(stage, **BOT, files={"memories/x.md": {"content": TOKEN}})
    report = imported(empty, dry_run=True)
    assert (report.exit_code, report.patches[0].findings) == (ExitCode.OK, ())
    report = imported(empty, files=("*",))
    assert report.exit_code is ExitCode.REFUSED
    assert report.patches[0].findings[0].pointer == "/files/memories~1x.md/content"
    shown(report, empty.root)


# -- dry runs, failures, interruptions


def test_a_dry_run_shows_the_files_and_writes_none(stage, empty):
    created(stage, **BOT)
    before = files_in(empty.root)
    report = imported(empty, dry_run=True)
    assert (statuses(report), report.exit_code) == ({"release-notes": "planned"}, ExitCode.OK)
    assert files_in(empty.root) == before
    patch = "".join(item.patch for item in report.patches[0].files)
    subprocess.run(["git", "init", "-q", empty.root], check=True)
    subprocess.run(["git", "-C", empty.root, "apply"], input=patch.encode(), check=True)
    assert differing(empty.plan()) == []


def test_an_agent_that_cannot_be_said_is_refused_whole(stage, empty):
    agent_id = created(stage, **BOT)
    committed(stage, agent_id, {"skills/a/SKILL.md": "---\nname: b\n---\nx"})
    report = imported(empty)
    assert (statuses(report), report.exit_code) == (
        {"release-notes": "refused"},
        ExitCode.REFUSED,
    )
    assert "skills/a/" in report.patches[0].message
    assert not (empty.root / "agents").exists()


def test_an_agent_that_fails_stops_no_other(stage, empty):
    ids = [created(stage, name=f"Agent {number}") for number in range(4)]
    fault = Fault(kind="status", status=404, method="GET", path=f"*/agents/{ids[1]}", count=99)
    stage.server.add_fault(fault)
    report = imported(empty)
    assert [it.status.value for it in report.patches] == [
        *("written", "failed", "written", "written")
    ]
    assert report.exit_code is ExitCode.PARTIAL
    stage.server.clear_faults()
    assert imported(empty).exit_code is ExitCode.OK
    assert differing(empty.plan()) == []


def test_progress_is_told(stage, empty):
    for number in range(3):
        created(stage, name=f"Agent {number}")
    told: list[tuple[int, int]] = []
    imported(empty, Watch(progress=lambda done, total: told.append((done, total))))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


_CHILD = """
import os, random, sys
from pathlib import Path
from agentsync.ops.importing import ImportOptions, import_agents
from agentsync.ops.watch import Watch

left = int(sys.argv[2])
done = 0

def hook(event, arguments):
    # Every step that changes the disk; at the chosen one the power goes out.
    global done
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "open"):
        if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            return
        done += 1
        if done == left:
            os.kill(os.getpid(), 9)

sys.addaudithook(hook)
options = ImportOptions(directory=Path(sys.argv[1]), everything=True, workers=3)
code = int(import_agents(options, os.environ, Watch()).exit_code)
print(done)
sys.exit(code)
"""


def test_a_killed_import_leaves_whole_agents_and_the_next_one_does_the_rest(stage, empty):
    skill = {"name": "pdf", "description": "d", "instructions": "i", "files": {"a.py": "1"}}
    for _ in range(3):
        created(stage, **BOT, skills=[skill])
    environ = {**os.environ, **empty.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _CHILD, str(empty.root)]

    def run(step: int) -> subprocess.CompletedProcess[bytes]:
        shutil.rmtree(empty.root / "agents", ignore_errors=True)
        return subprocess.run([*command, str(step)], env=environ, capture_output=True)

    steps, killed = int(run(0).stdout), 0
    for step in sorted(random.Random(7).sample(range(1, steps), 10)):
        done = run(step)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
        killed += done.returncode != 0
        agents = empty.root / "agents"
        found = list(agents.iterdir()) if agents.exists() else []
        assert all(len(files_in(folder)) == 4 for folder in found)
        assert imported(empty).exit_code is ExitCode.OK
        assert sorted(path.name for path in (empty.root / "agents").iterdir()) == [
            *("release-notes", "release-notes-2", "release-notes-3")
        ]
        assert differing(empty.plan()) == []
    assert killed > 5
