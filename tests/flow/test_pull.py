"""`pull` against the emulator over a socket: what is live comes home, and nothing else changes."""

import random
from contextlib import ExitStack
from pathlib import Path

import pytest
from amount import EXAMPLES
from generated import LINE, SLUG, documents, file_tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repository import Repository, nobody
from stage import AGENTS, HUB, Checkout, differing, hurry, staged
from writers import Editor
from yamlwritten import written

from agentsync.emulator.readings import Readings, every
from agentsync.emulator.serve import Options
from agentsync.engine.yaml.strict import parse
from agentsync.errors import ExitCode, ProjectError, RefusedError
from agentsync.files.authoring import Authored
from agentsync.files.repository import git as head_of
from agentsync.model import Action, Origin, PatchStatus
from agentsync.ops import pull as command
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.pull import Clash, PullOptions, pull
from agentsync.ops.pulling import preparing
from agentsync.ops.watch import Watch

TOOL = {"name": "search", "mcp_server_url": "https://tools.acme.example"}
CRITIC = {"name": "critic", "description": "d", "instructions": "Criticise.\n\nKindly."}
SKILL = {"name": "pdf", "description": "d", "instructions": "i", "files": {"run.py": "r\n"}}
# Where one reading of the API keeps a copy of the metadata, the marker included.
MIRRORS = ("agent.json", "config.json")
SKILL_MD = "---\nname: {}\ndescription: d\n---\n\nbody\n"
PROMPT = "You answer.\n\nShortly.\n\nIn English.\n\nAlways."
DOCUMENT = {
    "name": "A",
    "description": "d",
    "system_prompt": PROMPT,
    "tools": {"tools": [TOOL], "interrupt_config": {}},
    "subagents": [CRITIC],
    "skills": [SKILL],
    "permissions": {"identity": "shared"},
    "extras": {"team": "cx"},
    "files": {"guide.md": {"content": "one\ntwo\nthree\n"}},
}
YAML = """\
# What it is called.
name: A   # short
description: 'd'

permissions: {identity: shared}  # for all of us
tools:
    tools:
        # The one that matters.
        - name: search
          mcp_server_url: https://tools.acme.example
extras:
    team: "cx"
"""


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path) as found:
        yield found


@pytest.fixture
def checkout(stage):
    """A checkout with one agent, applied; its agent.yaml is a person's."""
    found = stage.checkout()
    found.write("a", DOCUMENT)
    (found.root / "agents/a/agent.yaml").write_text(YAML)
    assert found.apply().exit_code is ExitCode.OK
    return found


@pytest.fixture
def ui(stage):
    return Editor(client=stage.client)


def run(checkout: Checkout, *addresses, **options):
    made = PullOptions(directory=checkout.root, addresses=addresses, **options)
    return pull(made, checkout.environ, Watch())


def pulled(checkout: Checkout, *addresses, **options):
    """The patch of the one agent, and the exit code."""
    report = run(checkout, *addresses, **options)
    assert not report.problems, report.problems
    (patch,) = report.patches
    return patch, report.exit_code


def files(root: Path) -> dict[str, bytes]:
    there = root / "agents"
    found = (path for path in there.rglob("*") if path.is_file())
    return {path.relative_to(there).as_posix(): path.read_bytes() for path in found}


def pointers(fields):
    return [item.pointer for item in fields]


def origins(checkout):
    (change,) = checkout.plan().plan.changes
    return [item.origin for item in change.fields]


def left(checkout):
    """What still differs, as far as somebody else than git made it."""
    plan = checkout.plan().plan
    return [
        item.pointer
        for change in plan.changes
        for item in change.fields
        if item.origin is not Origin.GIT
    ]


def become(stage, agent_id, document, seed=1):
    """Make the live agent another one, all but its marker, as people do with many edits."""
    chance = random.Random(seed)
    live = stage.raw(agent_id)
    marker = live["extras"]["agentsync"]
    metadata = ("name", "description", "runtime", "backend", "permissions")
    body = {key: document[key] for key in metadata if key in document}
    body["extras"] = {**document.get("extras", {}), "agentsync": marker}
    stage.client.patch(f"{AGENTS}/{agent_id}", json=body).raise_for_status()
    head = stage.client.get(f"{HUB}/{agent_id}/directories").raise_for_status().json()
    tree = file_tree(document, chance)
    gone = {path: None for path in head["files"] if path not in (*tree, *MIRRORS)}
    entries = {p: {"type": "file", **entry} for p, entry in tree.items()}
    commit = {"files": {**gone, **entries}, "parent_commit": head["commit_hash"]}
    at = f"{HUB}/{agent_id}/directories/commits"
    stage.client.post(at, json=commit).raise_for_status()


def test_nothing_edited_nothing_pulled(stage, checkout):
    before = files(checkout.root)
    stage.server.reset_stats()
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.files) == (ExitCode.OK, PatchStatus.UNCHANGED, ())
    assert (files(checkout.root), stage.writes()) == (before, 0)


def test_an_edit_comes_home_and_nothing_but_its_lines_changes(stage, checkout, ui):
    agent_id = stage.only()
    before = files(checkout.root)
    ui.prompt(agent_id, PROMPT.replace("Shortly", "At length"))
    ui.description(agent_id, "said by the web interface")
    ui.file(agent_id, "not declared, so not ours")
    patch, code = pulled(checkout)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN)
    assert pointers(patch.fields) == ["/description", "/system_prompt"]
    assert [(it.path, it.op, it.added, it.removed) for it in patch.files] == [
        ("agents/a/AGENTS.md", "update", 1, 1),
        ("agents/a/agent.yaml", "update", 1, 1),
    ]
    after = files(checkout.root)
    assert after == before | {
        "a/AGENTS.md": before["a/AGENTS.md"].replace(b"Shortly", b"At length"),
        "a/agent.yaml": YAML.replace("'d'", "'said by the web interface'").encode(),
    }
    assert left(checkout) == []
    again, code = pulled(checkout)
    assert (code, again.status, files(checkout.root)) == (ExitCode.OK, "unchanged", after)


def test_a_pull_writes_nothing_to_the_api(stage, checkout, ui):
    ui.prompt(stage.only(), "Other.")
    stage.server.reset_stats()
    assert pulled(checkout)[1] is ExitCode.OK
    assert stage.writes() == 0


def test_entries_come_and_go_whole(stage, checkout, ui):
    agent_id = stage.only()
    gone = ["skills/pdf/SKILL.md", "skills/pdf/run.py", "subagents/critic/AGENTS.md"]
    ui.commit(agent_id, dict.fromkeys([*gone, "subagents/critic/tools.json", "guide.md"]))
    ui.subagent(agent_id, "Helps.", "helper")
    ui.commit(
        agent_id,
        {
            "subagents/helper/skills/prose/SKILL.md": SKILL_MD.format("prose"),
            "skills/new/SKILL.md": SKILL_MD.format("new"),
            "skills/new/scripts/run.py": "print()\n",
        },
    )
    ui.patch(agent_id, tools={"tools": [], "interrupt_config": {}})
    patch, code = pulled(checkout)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN), patch.message
    there = files(checkout.root)
    assert sorted(there) == [
        "a/AGENTS.md",
        "a/agent.yaml",
        "a/skills/new/SKILL.md",
        "a/skills/new/scripts/run.py",
        "a/subagents/helper/AGENTS.md",
        "a/subagents/helper/agent.yaml",
        "a/subagents/helper/skills/prose/SKILL.md",
    ]
    assert not (checkout.root / "agents/a/skills/pdf").exists()
    assert b"search" not in there["a/agent.yaml"]
    assert b"# short" in there["a/agent.yaml"]
    assert left(checkout) == []
    assert pulled(checkout)[0].status is PatchStatus.UNCHANGED


def test_what_git_changed_stays_as_it_is(stage, checkout, ui):
    ui.prompt(stage.only(), "Edited live.")
    text = YAML.replace("'d'", "'said in git'")
    (checkout.root / "agents/a/agent.yaml").write_text(text)
    patch, code = pulled(checkout)
    assert (code, pointers(patch.fields)) == (ExitCode.OK, ["/system_prompt"])
    assert (checkout.root / "agents/a/agent.yaml").read_text() == text
    plan = checkout.plan().plan
    assert [(it.pointer, it.origin) for it in plan.changes[0].fields] == [("/description", "git")]


def test_a_dry_run_writes_nothing_and_shows_the_patch(stage, checkout, ui, tmp_path):
    ui.prompt(stage.only(), "Edited.\n\nTwice.")
    ui.subagent(stage.only(), "Helps.", "helper")
    before = files(checkout.root)
    patch, code = pulled(checkout, dry_run=True)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.PLANNED)
    assert files(checkout.root) == before
    copy = Repository(tmp_path / "copy")
    for path, data in before.items():
        copy.write(f"agents/{path}", data.decode())
    (tmp_path / "all.patch").write_text("".join(item.patch for item in patch.files))
    copy.git("apply", str(tmp_path / "all.patch"))
    assert pulled(checkout)[0].status is PatchStatus.WRITTEN
    assert files(copy.root) == files(checkout.root)


def conflict(checkout, ui, agent_id, live="live", git="git"):
    """Both sides change the prompt; one of them, outside git, something else as well."""
    ui.prompt(agent_id, live)
    ui.description(agent_id, "live, too")
    (checkout.root / "agents/a/AGENTS.md").write_text(git)


def test_a_conflict_waits_for_somebody(stage, checkout, ui):
    conflict(checkout, ui, stage.only())
    before = files(checkout.root)
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, PatchStatus.CONFLICT, "conflict")
    assert (pointers(patch.undecided), patch.fields) == (["/system_prompt"], ())
    assert (patch.undecided[0].before, patch.undecided[0].after) == ("live", "git")
    assert "1 more edit waits" in patch.message
    assert files(checkout.root) == before


def test_ours_keeps_what_git_says(stage, checkout, ui):
    conflict(checkout, ui, stage.only())
    patch, code = pulled(checkout, conflicts=Clash.OURS)
    assert (code, pointers(patch.fields)) == (ExitCode.OK, ["/description"])
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "git"
    assert "--on-conflict git" in patch.notes[0]
    assert left(checkout) == ["/system_prompt"]
    checkout.apply(on_conflict="git")
    assert differing(checkout.plan()) == []


def test_theirs_takes_what_is_live(stage, checkout, ui):
    conflict(checkout, ui, stage.only())
    patch, code = pulled(checkout, conflicts=Clash.THEIRS)
    assert (code, pointers(patch.fields)) == (ExitCode.OK, ["/description", "/system_prompt"])
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "live"
    assert (left(checkout), patch.notes) == ([], ())


@pytest.mark.parametrize("readings", [Readings(), Readings(history="hidden")], ids=str)
def test_both_sides_edits_meet(tmp_path, readings):
    """By the hub's history, or by git's where the API shows none."""
    with staged(tmp_path, Options(readings=readings)) as stage:
        checkout = stage.checkout()
        repository = Repository(checkout.root)
        checkout.write("a", DOCUMENT)
        repository.commit("first")
        assert checkout.apply().exit_code is ExitCode.OK
        ui = Editor(client=stage.client)
        ui.description(stage.only(), "moves the revision")
        ui.prompt(stage.only(), PROMPT.replace("You answer", "We answer"))
        (checkout.root / "agents/a/AGENTS.md").write_text(
            PROMPT.replace("Always", "Nearly always") + "\n"
        )
        patch, code = pulled(checkout, conflicts=Clash.MERGE)
        assert (code, patch.status, patch.merged) == (0, "written", ("/system_prompt",))
        both = PROMPT.replace("You answer", "We answer").replace("Always", "Nearly always")
        assert (checkout.root / "agents/a/AGENTS.md").read_text() == both + "\n"
        assert "`agentsync apply` makes it so" in patch.notes[0]
        again, code = pulled(checkout)
        assert (code, again.status, again.notes) == (ExitCode.OK, "unchanged", ())
        assert differing(checkout.plan())[0] == ("a", "/system_prompt", "git")
        assert checkout.drift().exit_code is ExitCode.OK
        checkout.apply()
        assert differing(checkout.plan()) == []
        assert stage.raw(stage.only())["files"]["AGENTS.md"]["content"].strip() == both


def test_an_edit_after_the_merge_is_a_conflict_again(stage, checkout, ui):
    path = checkout.root / "agents/a/AGENTS.md"
    ui.prompt(stage.only(), PROMPT.replace("You answer", "We answer"))
    path.write_text(PROMPT.replace("Always", "Nearly always") + "\n")
    assert left(checkout) == ["/system_prompt"]
    pulled(checkout, conflicts=Clash.MERGE)
    assert origins(checkout) == [Origin.GIT]
    ui.prompt(stage.only(), PROMPT.replace("You answer", "We all answer"))
    assert origins(checkout) == [Origin.BOTH]
    # Nor is it git's change any more where somebody took live's line out of git again.
    ui.prompt(stage.only(), PROMPT.replace("You answer", "We answer"))
    assert origins(checkout) == [Origin.GIT]
    path.write_text(path.read_text().replace("We answer", "You answer"))
    assert origins(checkout) == [Origin.BOTH]
    assert checkout.apply().exit_code is ExitCode.REFUSED


def test_a_last_line_feed_that_git_lacks_is_no_edit_that_it_has(stage, checkout, ui):
    """Of a raw file: every byte of it counts."""
    path = checkout.root / "agents/a/files/guide.md"
    ui.commit(stage.only(), {"guide.md": "one\ntwo\nthree"})
    path.write_text("ONE\ntwo\nthree\n")
    assert origins(checkout) == [Origin.BOTH]


def test_without_git_nobody_says_that_an_edit_is_in(stage, checkout, ui, monkeypatch, tmp_path):
    ui.prompt(stage.only(), PROMPT.replace("You answer", "We answer"))
    both = PROMPT.replace("You answer", "We answer").replace("Always", "Nearly always")
    (checkout.root / "agents/a/AGENTS.md").write_text(both + "\n")
    assert origins(checkout) == [Origin.GIT]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origins(checkout) == [Origin.BOTH]


def test_every_text_of_lines_can_be_merged(stage, checkout, ui):
    agent_id = stage.only()
    ui.commit(
        agent_id,
        {
            "guide.md": "ONE\ntwo\nthree\n",
            "skills/pdf/run.py": "r\nlive\n",
            "subagents/critic/AGENTS.md": "---\ndescription: d\n---\n\nCriticise!\n\nKindly.\n",
            "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: d\n---\n\nlive\n\ni\n",
        },
    )
    root = checkout.root / "agents/a"
    (root / "files/guide.md").write_text("one\ntwo\nTHREE\n")
    (root / "skills/pdf/run.py").write_text("git\nr\n")
    (root / "subagents/critic/AGENTS.md").write_text("Criticise.\n\nKindly, please.\n")
    skill = (root / "skills/pdf/SKILL.md").read_text()
    (root / "skills/pdf/SKILL.md").write_text(skill.replace("\ni\n", "\n\ni\n\ngit\n"))
    patch, code = pulled(checkout, conflicts=Clash.MERGE)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN), patch.message
    assert (root / "files/guide.md").read_text() == "ONE\ntwo\nTHREE\n"
    assert (root / "skills/pdf/run.py").read_text() == "git\nr\nlive\n"
    assert (root / "subagents/critic/AGENTS.md").read_text() == "Criticise!\n\nKindly, please.\n"
    assert (root / "skills/pdf/SKILL.md").read_text() == skill.replace(
        "\ni\n", "\n\nlive\n\ni\n\ngit\n"
    )


def test_lines_that_clash_are_marked(stage, checkout, ui):
    agent_id = stage.only()
    ui.prompt(agent_id, PROMPT.replace("Shortly", "At length").replace("You", "We"))
    ui.description(agent_id, "live, too")
    prompt = PROMPT.replace("Shortly", "In one word").replace("Always", "Ever") + "\n"
    path = checkout.root / "agents/a/AGENTS.md"
    path.write_bytes(prompt.replace("\n", "\r\n").encode())
    before = files(checkout.root)
    rehearsal, code = pulled(checkout, conflicts=Clash.MERGE, dry_run=True)
    assert (code, rehearsal.status, rehearsal.clashes) == (3, "conflict", ())
    assert "+<<<<<<< git" in rehearsal.files[0].patch
    assert files(checkout.root) == before
    patch, code = pulled(checkout, conflicts=Clash.MERGE)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, PatchStatus.CONFLICT, "clash")
    revision = patch.revision[:12]
    assert path.read_bytes().decode() == (
        "We answer.\r\n\r\n<<<<<<< git (agents/a/AGENTS.md)\r\nIn one word.\r\n=======\r\n"
        f"At length.\r\n>>>>>>> live (revision {revision})\r\n\r\nIn English.\r\n\r\nEver.\r\n"
    )
    assert [str(span) for span in patch.clashes] == ["agents/a/AGENTS.md:3:1"]
    assert b"live, too" in files(checkout.root)["a/agent.yaml"]
    # Until they are resolved, nobody can plan, pull or apply: the files are no definition.
    again = run(checkout, conflicts=Clash.MERGE)
    assert again.exit_code is ExitCode.ERROR
    assert [note.code for note in again.diagnostics] == ["conflict-marker"]


def test_what_cannot_be_merged_still_waits(stage, checkout, ui):
    """Settings are no texts; neither is one that is gone on one side."""
    agent_id = stage.only()
    ui.description(agent_id, "live")
    ui.prompt(agent_id, PROMPT.replace("You", "We"))
    ui.commit(agent_id, {"guide.md": None})
    (checkout.root / "agents/a/agent.yaml").write_text(YAML.replace("'d'", "git"))
    (checkout.root / "agents/a/files/guide.md").write_text("one\ntwo\nTHREE\n")
    before = files(checkout.root)
    patch, code = pulled(checkout, conflicts=Clash.MERGE)
    assert (code, patch.status) == (ExitCode.REFUSED, PatchStatus.CONFLICT)
    assert pointers(patch.undecided) == ["/description", "/files/guide.md/content"]
    assert files(checkout.root) == before


def test_a_text_whose_base_nobody_knows_is_not_merged(tmp_path):
    with staged(tmp_path, Options(readings=Readings(history="hidden"))) as stage:
        checkout = stage.checkout()
        checkout.write("a", DOCUMENT)
        checkout.apply()
        ui = Editor(client=stage.client)
        ui.prompt(stage.only(), PROMPT.replace("You", "We"))
        (checkout.root / "agents/a/AGENTS.md").write_text(PROMPT.replace("Always", "Ever"))
        patch, code = pulled(checkout, conflicts=Clash.MERGE)
        assert (code, pointers(patch.undecided)) == (ExitCode.REFUSED, ["/system_prompt"])
        assert "base" in patch.hint


def test_an_agent_that_was_never_applied_asks_for_a_decision(stage, ui):
    checkout = stage.checkout()
    made = stage.client.post(AGENTS, json={"name": "A", "system_prompt": "Theirs."}).json()
    checkout.write("a", {"name": "A", "system_prompt": "Git's."})
    by_name, code = pulled(checkout)
    assert (code, by_name.status, by_name.code) == (3, "refused", "adoptable")
    assert made["id"] in by_name.hint
    with (checkout.root / "agents/a/agent.yaml").open("a") as file:
        file.write(f"id: {made['id']}\n")
    patch, code = pulled(checkout)
    assert (code, patch.status, pointers(patch.undecided)) == (3, "conflict", ["/system_prompt"])
    assert "nobody knows" in patch.message
    ours, _ = pulled(checkout, conflicts=Clash.OURS)
    assert (ours.status, "--adopt" in ours.notes[0]) == ("unchanged", True)
    patch, code = pulled(checkout, conflicts=Clash.THEIRS)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN)
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "Theirs.\n"
    assert "id: " in (checkout.root / "agents/a/agent.yaml").read_text()


def test_an_agent_of_somebody_else_s_is_left_alone(stage, checkout):
    other = stage.checkout()
    other.write("a", DOCUMENT)
    (other.root / "agentsync.yaml").write_text("version: 1\nproject: others\n")
    with (other.root / "agents/a/agent.yaml").open("a") as file:
        file.write(f"id: {stage.only()}\n")
    patch, code = pulled(other, conflicts=Clash.THEIRS)
    assert (code, patch.status, patch.code) == (3, "refused", "foreign")


def test_an_agent_that_is_not_there_has_nothing_to_pull(stage, checkout):
    checkout.write("new", {"name": "New", "system_prompt": "p"})
    patch, code = pulled(checkout, "new")
    assert (code, patch.status, patch.code) == (ExitCode.OK, "unchanged", "missing")


def test_the_overlay_says_the_field_the_overlay_is_edited(stage):
    checkout = stage.checkout(more="targets: {staging: {}, production: {}}\n")
    checkout.write("a", DOCUMENT)
    root = checkout.root / "agents/a"
    (root / "agent.production.yaml").write_text("# Here.\ndescription: in production # so\n")
    (root / "agent.staging.yaml").write_text("description: in staging\n")
    options = {"directory": checkout.root, "target": "production"}

    times = iter(f"2026-01-01T00:00:00.{n:06}Z" for n in range(9))
    made = apply(ApplyOptions(**options), checkout.environ, Watch(), bool, lambda: next(times))
    assert made.exit_code is ExitCode.OK, made.outcomes
    ui, agent_id = Editor(client=stage.client), stage.only()
    before = files(checkout.root)
    ui.description(agent_id, "as live")
    patch, code = pulled(checkout, target="production")
    assert (code, patch.status, patch.notes) == (ExitCode.OK, PatchStatus.WRITTEN, ())
    assert files(checkout.root) == before | {
        "a/agent.production.yaml": b"# Here.\ndescription: as live # so\n"
    }
    ui.prompt(agent_id, "For all targets.")
    patch, code = pulled(checkout, target="production")
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN)
    assert "staging" in patch.notes[0]


def test_a_secret_is_never_written_nor_shown(stage, checkout, ui):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    ui.prompt(stage.only(), PROMPT + f"\n\nUse {secret} for it.")
    ui.description(stage.only(), "harmless")
    before = files(checkout.root)
    for options in ({}, {"dry_run": True}):
        report = run(checkout, **options)
        (patch,) = report.patches
        assert (report.exit_code, patch.status, patch.code) == (3, "refused", "secret")
        (finding,) = patch.findings
        assert (finding.rule, finding.severity, finding.address, finding.pointer) == (
            *("secret", "high", "a"),
            "/system_prompt",
        )
        assert secret not in str(report.to_json())
        assert "harmless" in str(report.to_json())
    assert files(checkout.root) == before


def test_nor_is_one_that_somebody_has_to_decide_on(stage, checkout, ui):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    conflict(checkout, ui, stage.only(), live=f"Use {secret} for it.")
    report = run(checkout)
    (patch,) = report.patches
    assert (patch.status, patch.findings[0].pointer) == ("conflict", "/system_prompt")
    assert secret not in str(report.to_json())


@pytest.mark.parametrize("choice", [None, Clash.OURS, Clash.MERGE])
def test_nor_one_beside_what_somebody_has_to_decide_on(stage, checkout, ui, choice):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    conflict(checkout, ui, stage.only(), live=f"Use {secret} for it.")
    ui.description(stage.only(), f"Uses {secret}.")
    report = run(checkout, conflicts=choice)
    assert secret not in str(report.to_json())
    assert secret not in "".join(map(str, files(checkout.root).values()))


def test_a_secret_that_git_has_already_is_no_reason(stage, checkout, ui):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    (checkout.root / "agents/a/AGENTS.md").write_text(f"Use {secret}.\n")
    checkout.apply()
    ui.prompt(stage.only(), f"Use {secret}.\n\nDo.")
    patch, code = pulled(checkout)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN)


def test_what_cannot_be_edited_safely_is_refused_with_its_patch(stage, checkout, ui):
    anchored = "name: &it d\ndescription: *it\n"
    path = checkout.root / "agents/a/agent.yaml"
    path.write_text(anchored + YAML.split("\n\n", 1)[1])
    assert checkout.apply().exit_code is ExitCode.OK
    ui.prompt(stage.only(), "New.")
    ui.description(stage.only(), "live")
    before = files(checkout.root)
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, "refused", "not-editable")
    assert "agent.yaml: line 2" in patch.message
    shown = "".join(item.patch for item in patch.files)
    assert "+New." in shown
    assert "-description: d\n+description: live\n" in shown
    assert files(checkout.root) == before


@pytest.mark.parametrize("text", ["Wrong.\n", None, "Live.\n"])
def test_what_would_not_say_it_is_not_written(stage, checkout, ui, monkeypatch, text):
    """The loader has the last word, whatever the files were made of."""
    ui.prompt(stage.only(), "Live.")
    ui.description(stage.only(), "live")
    before = files(checkout.root)
    wrong = Authored(texts={"AGENTS.md": text})
    monkeypatch.setattr(preparing, "authored", lambda *_, **__: wrong)
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, "refused", "not-editable")
    assert files(checkout.root) == before


@pytest.mark.parametrize(
    "path",
    [
        "skills/.hidden/SKILL.md",
        "skills/Pdf/SKILL.md",
        "skills/x\u202ey/SKILL.md",
        "skills/pdf/.env",
        "skills/pdf/notes~",
    ],
)
def test_hostile_names_never_reach_the_disk(stage, checkout, ui, path):
    assert ui.commit(stage.only(), {path: "---\nname: x\ndescription: x\n---\n\nx\n"})
    before = files(checkout.root)
    patch, code = pulled(checkout)
    assert (code, patch.status) == (ExitCode.REFUSED, PatchStatus.REFUSED), patch
    assert files(checkout.root) == before


def test_a_file_that_is_edited_meanwhile_is_not_overwritten(stage, checkout, ui, monkeypatch):
    ui.prompt(stage.only(), "Live.")

    real = preparing.Preparing.prepared

    def late(self, change):
        found = real(self, change)
        (checkout.root / "agents/a/AGENTS.md").write_text("Edited meanwhile.\n")
        return found

    monkeypatch.setattr(preparing.Preparing, "prepared", late)
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, "refused", "stale")
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "Edited meanwhile.\n"


def test_nor_one_that_is_edited_while_it_is_compared(stage, checkout, ui, monkeypatch):
    ui.prompt(stage.only(), "Live.")

    real = command.draft

    def late(*arguments, **options):
        made = real(*arguments, **options)
        (checkout.root / "agents/a/AGENTS.md").write_text("Edited meanwhile.\n")
        return made

    monkeypatch.setattr(command, "draft", late)
    patch, code = pulled(checkout)
    assert (code, patch.status, patch.code) == (ExitCode.REFUSED, "refused", "stale")
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "Edited meanwhile.\n"


def test_one_agent_s_trouble_is_its_own(stage, checkout, ui):
    """Written, in conflict, gone and unchanged agents side by side: partial."""
    checkout.write("b", {"name": "B", "system_prompt": "b", "description": "b"})
    checkout.write("c", {"name": "C", "system_prompt": "c"})
    checkout.write("d", {"name": "D", "system_prompt": "d"})
    assert checkout.apply().exit_code is ExitCode.OK
    ids = stage.ids()
    ui.prompt(ids["A"][0], "live a")
    ui.prompt(ids["B"][0], "live b")
    (checkout.root / "agents/b/AGENTS.md").write_text("git b\n")
    with (checkout.root / "agents/c/agent.yaml").open("a") as file:
        file.write("id: 00000000-0000-4000-8000-000000000000\n")
    report = run(checkout)
    assert {it.address: it.status.value for it in report.patches} == {
        "a": "written",
        "b": "conflict",
        "c": "failed",
        "d": "unchanged",
    }
    assert (report.exit_code, report.problems) == (ExitCode.PARTIAL, ())
    assert {it.code for it in report.patches if it.status == "failed"} == {"identity"}
    again = run(checkout, "c", "d")
    assert again.exit_code is ExitCode.ERROR
    assert run(checkout, "b").exit_code is ExitCode.REFUSED


def test_when_only_clashes_are_left_the_exit_code_says_so(stage, checkout, ui):
    checkout.write("b", {"name": "B", "system_prompt": "b"})
    assert checkout.apply().exit_code is ExitCode.OK
    ids = stage.ids()
    ui.prompt(ids["A"][0], "live a")
    ui.prompt(ids["B"][0], "live b")
    (checkout.root / "agents/b/AGENTS.md").write_text("git b\n")
    report = run(checkout, conflicts=Clash.MERGE)
    assert [it.status.value for it in report.patches] == ["written", "conflict"]
    assert report.exit_code is ExitCode.REFUSED


def test_a_bug_about_one_agent_is_told_and_leaves_the_others(stage, checkout, ui, monkeypatch):
    checkout.write("b", {"name": "B", "system_prompt": "b"})
    checkout.apply("b")
    for name, (agent_id,) in stage.ids().items():
        ui.prompt(agent_id, f"live {name}")
    real = preparing.authored

    def broken(texts, before, *others, **options):
        if before["name"] == "A":
            raise RuntimeError("nobody may see this: secret")
        return real(texts, before, *others, **options)

    monkeypatch.setattr(preparing, "authored", broken)
    report = run(checkout)
    a, b = report.patches
    assert report.exit_code is ExitCode.BUG
    assert (a.status, a.code, b.status) == (PatchStatus.FAILED, "bug", PatchStatus.WRITTEN)
    assert "secret" not in str(report.to_json())


def test_an_api_that_does_not_answer_fails_every_agent(stage, checkout, monkeypatch):
    hurry(monkeypatch)
    for number in range(12):
        checkout.write(f"n{number:02}", {"name": f"N{number}", "system_prompt": "n"})
        with (checkout.root / f"agents/n{number:02}/agent.yaml").open("a") as file:
            file.write(f"id: 00000000-0000-4000-8000-{number:012}\n")
    nowhere = checkout.through("http://127.0.0.1:9")
    report = run(nowhere, *(f"n{number:02}" for number in range(12)), workers=1)
    assert (report.exit_code, report.problems) == (ExitCode.ERROR, ())
    assert {it.status for it in report.patches} == {PatchStatus.FAILED}
    codes = [it.code for it in report.patches]
    assert (codes[:8], set(codes[8:])) == (["unreachable"] * 8, {"untried"})


def test_a_merge_without_git_fails_and_says_so(stage, checkout, ui, monkeypatch, tmp_path):
    (checkout.root / "agents/a/AGENTS.md").write_text(PROMPT.replace("You", "We"))
    ui.prompt(stage.only(), PROMPT.replace("Always", "Ever"))
    monkeypatch.setenv("PATH", str(tmp_path))
    patch, code = pulled(checkout, conflicts=Clash.MERGE)
    assert (code, patch.status, patch.hint) == (1, "failed", "install it, and try again")
    # Who takes one side needs no git.
    assert pulled(checkout, conflicts=Clash.THEIRS)[1] is ExitCode.OK


def test_wrong_files_stop_everything(stage, checkout, ui):
    checkout.write("b", {"name": "B", "system_prompt": "b"})
    (checkout.root / "agents/b/agent.yaml").write_text("name: [\n")
    ui.prompt(stage.only(), "Live.")
    before = files(checkout.root)
    report = run(checkout)
    assert (report.exit_code, report.patches) == (ExitCode.ERROR, ())
    assert report.diagnostics
    assert files(checkout.root) == before


def test_agents_without_definition_are_not_asked_for(stage, checkout):
    stage.client.post(AGENTS, json={"name": "Other", "system_prompt": "x"}).raise_for_status()
    with (checkout.root / "agents/a/agent.yaml").open("a") as file:
        file.write(f"id: {stage.ids()['A'][0]}\n")
    stage.server.reset_stats()
    report = run(checkout)
    assert report.exit_code is ExitCode.OK
    assert [change.action for change in report.plan.changes] == [Action.NO_OP]
    assert sum(stage.server.stats()["requests"].values()) == 1


# --commit


@pytest.fixture(params=["", "deep/project"], ids=["top", "below"])
def repository(request, tmp_path, monkeypatch, stage):
    """A repository with one agent, applied; and the project's checkout in it."""
    nobody(monkeypatch, tmp_path)
    found = Repository(tmp_path / "repository", request.param)
    made = Checkout(root=found.root, url=stage.server.url)
    made.write("a", DOCUMENT)
    found.commit("first")
    assert made.apply().exit_code is ExitCode.OK
    return found, made


def test_a_commit_per_agent_says_what_changed(repository, stage, ui):
    repo, checkout = repository
    checkout.write("b", {"name": "B", "system_prompt": "b"})
    repo.commit("second")
    checkout.apply()
    ids = stage.ids()
    ui.prompt(ids["A"][0], PROMPT.replace("Shortly", "At length"))
    ui.subagent(ids["A"][0], "Helps.", "helper")
    ui.prompt(ids["B"][0], "live b")
    repo.write("notes.txt", "somebody's own\n")
    report = run(checkout, commit=True)
    assert report.exit_code is ExitCode.OK, [it.message for it in report.patches]
    a, b = report.patches
    log = repo.git("log", "--format=%H %s", "-2").split("\n")
    assert log[:2] == [f"{b.commit} agentsync: pull b", f"{a.commit} agentsync: pull a"]
    assert repo.git("log", "-1", "--format=%b", a.commit).rstrip("\n") == (
        "subagents: added helper\nAGENTS.md: 1 line added, 1 removed\n\n"
        f"Agentsync-Agent: {ids['A'][0]}\nAgentsync-Revision: {a.revision}"
    )
    assert repo.status() == [f"?? {head_of.prefix(checkout.root)}notes.txt", ""]
    assert left(checkout) == []


def test_the_patch_of_a_project_below_names_its_files_from_the_top(repository, stage, ui):
    repo, checkout = repository
    ui.prompt(stage.only(), "Live.")
    patch, _ = pulled(checkout, dry_run=True)
    (repo.top / "one.patch").write_text("".join(item.patch for item in patch.files))
    repo.git("apply", "one.patch")
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "Live.\n"


def test_nobody_s_work_gets_into_the_commit(repository, stage, ui):
    repo, checkout = repository
    ui.prompt(stage.only(), "Live.")
    repo.write("agents/a/files/guide.md", "work in progress\n")
    before = files(checkout.root)
    for options in ({}, {"dry_run": True}):
        patch, code = pulled(checkout, commit=True, **options)
        assert (code, patch.status, patch.code) == (3, "refused", "uncommitted")
        assert "agents/a/files/guide.md" in patch.message
    assert files(checkout.root) == before
    # Without --commit it is written all the same.
    assert pulled(checkout)[0].status is PatchStatus.WRITTEN


def test_backups_of_editors_are_nobody_s_work(repository, stage, ui):
    repo, checkout = repository
    ui.prompt(stage.only(), "Live.")
    repo.write("agents/a/AGENTS.md~", "old\n")
    patch, code = pulled(checkout, commit=True)
    assert (code, patch.status) == (ExitCode.OK, PatchStatus.WRITTEN)
    assert [line[:2] for line in repo.status()] == ["??", ""]


def test_files_that_git_ignores_are_not_written(repository, stage, ui):
    repo, checkout = repository
    repo.write(".gitignore", "helper/\n")
    repo.commit("ignore")
    ui.subagent(stage.only(), "Helps.", "helper")
    patch, code = pulled(checkout, commit=True)
    assert (code, patch.status, patch.code) == (3, "refused", "ignored")
    assert "helper" in patch.message


def test_a_failing_hook_leaves_the_files_written(repository, stage, ui):
    repo, checkout = repository
    repo.hook("commit-msg", "echo 'no ticket number' >&2; exit 1")
    ui.prompt(stage.only(), "Live.")
    head = head_of.head(checkout.root)
    patch, code = pulled(checkout, commit=True)
    assert (code, patch.status, patch.code) == (ExitCode.PARTIAL, "written", "not-committed")
    assert ("no ticket number" in patch.message, patch.commit) == (True, "")
    assert head_of.head(checkout.root) == head
    assert (checkout.root / "agents/a/AGENTS.md").read_text() == "Live.\n"


def test_what_a_hook_left_uncommitted_is_not_forgotten(repository, stage, ui):
    repo, checkout = repository
    repo.hook("commit-msg", "exit 1")
    ui.prompt(stage.only(), "Live.")
    pulled(checkout, commit=True)
    patch, code = pulled(checkout, commit=True)
    assert (code, patch.status) == (ExitCode.OK, "unchanged")
    assert "agents/a/AGENTS.md" in patch.notes[-1]
    assert pulled(checkout)[0].notes == ()


def test_conflict_markers_are_not_committed(repository, stage, ui):
    repo, checkout = repository
    repo.write("agents/a/AGENTS.md", "git\n")
    repo.commit("mine")
    ui.prompt(stage.only(), "live")
    head = head_of.head(checkout.root)
    patch, code = pulled(checkout, commit=True, conflicts=Clash.MERGE)
    assert (code, patch.status) == (ExitCode.REFUSED, PatchStatus.CONFLICT)
    assert (len(patch.clashes), patch.commit, head_of.head(checkout.root)) == (1, "", head)


def test_a_dry_run_makes_no_commit(repository, stage, ui):
    repo, checkout = repository
    ui.prompt(stage.only(), "Live.")
    patch, code = pulled(checkout, commit=True, dry_run=True)
    assert (code, patch.status, patch.commit) == (ExitCode.OK, PatchStatus.PLANNED, "")
    assert repo.status() == [""]


def test_where_no_commit_can_be_made_nothing_is_written(repository, stage, ui, checkout):
    repo, inside = repository
    ui.prompt(stage.ids()["A"][0], "Live.")
    before = files(checkout.root)
    with pytest.raises(ProjectError, match="no git repository"):
        run(checkout, commit=True)
    assert files(checkout.root) == before
    (repo.top / ".git" / "MERGE_HEAD").write_text(head_of.head(inside.root) + "\n")
    with pytest.raises(RefusedError, match="a merge is under way"):
        run(inside, commit=True)
    assert repo.status() == [""]


# Laws

READING = st.sampled_from(tuple(every()))
LAW = settings(
    max_examples=min(EXAMPLES, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def definitions(draw):
    document = draw(documents())
    names = draw(st.lists(SLUG, max_size=2, unique=True))
    document["files"] = {f"notes/{name}.md": {"content": draw(LINE)} for name in names}
    return document


@pytest.fixture(scope="module")
def on(tmp_path_factory):
    """The stage of a reading, empty, and a checkout outside of git; the emulators live on."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(head_of, "head", lambda root: "")
        known = {}

        def found(reading=None):
            if reading not in known:
                home = tmp_path_factory.mktemp("laws")
                options = Options(readings=reading) if reading else Options()
                stage = stack.enter_context(staged(home, options))
                known[reading] = stage, stage.checkout()
            known[reading][0].forget()
            return known[reading]

        yield found


@LAW
@given(reading=READING, before=definitions(), after=definitions(), seed=st.integers(1, 99))
def test_pull_then_plan_is_empty(on, reading, before, after, seed):
    """Whatever the live agent has become, its definition says it after one pull."""
    stage, checkout = on(reading)
    checkout.write("a", before)
    assert checkout.apply().exit_code is ExitCode.OK
    become(stage, stage.only(), after, seed)
    patch, code = pulled(checkout)
    assert code is ExitCode.OK, (patch.status, patch.message)
    assert left(checkout) == []
    again, code = pulled(checkout)
    assert (code, again.status, again.files) == (ExitCode.OK, PatchStatus.UNCHANGED, ())


@LAW
@given(before=definitions(), git=definitions(), live=definitions(), seed=st.integers(1, 99))
def test_theirs_leaves_only_what_git_changed(on, before, git, live, seed):
    stage, checkout = on()
    checkout.write("a", before)
    assert checkout.apply().exit_code is ExitCode.OK
    become(stage, stage.only(), live, seed)
    checkout.write("a", git)
    there = files(checkout.root)
    undecided, code = pulled(checkout)
    assert (code is ExitCode.OK) == (undecided.status is not PatchStatus.CONFLICT)
    assert undecided.status is not PatchStatus.CONFLICT or files(checkout.root) == there
    patch, code = pulled(checkout, conflicts=Clash.THEIRS)
    assert code is ExitCode.OK, (patch.status, patch.message)
    assert left(checkout) == []


def restyled(folder, chance) -> list[str]:
    """Every YAML file and every text below the folder as people write them; their comments."""
    comments = []
    for path in sorted(folder.rglob("*")):
        if path.name == "agent.yaml":
            made = written(parse(path.read_text("utf-8")).value or {}, chance)
            path.write_bytes(made.text.encode())
            lines = (line.text.strip() for line in made.lines if line.says is None)
            comments += ((path, line) for line in lines if line.startswith("#"))
        elif path.name == "AGENTS.md" and chance.random() < 0.5:
            text = path.read_bytes().replace(b"\n", b"\r\n")
            path.write_bytes(chance.choice([b"", b"\xef\xbb\xbf"]) + text + b"\r\n  \r\n")
    return comments


@LAW
@given(before=definitions(), after=definitions(), seed=st.integers(1, 10**6))
def test_however_it_is_written_comments_survive(on, before, after, seed):
    stage, checkout = on()
    checkout.write("a", before)
    comments = restyled(checkout.root / "agents/a", random.Random(seed))
    assert checkout.apply().exit_code is ExitCode.OK
    become(stage, stage.only(), after, seed)
    there = files(checkout.root)
    patch, code = pulled(checkout)
    assert code is ExitCode.OK, (patch.status, patch.message)
    assert left(checkout) == []
    for path, comment in comments:
        assert not path.exists() or comment in path.read_text("utf-8")
    touched = {item.path.removeprefix("agents/") for item in patch.files}
    now = files(checkout.root)
    assert {path: now.get(path) for path in there if path not in touched} == {
        path: data for path, data in there.items() if path not in touched
    }
