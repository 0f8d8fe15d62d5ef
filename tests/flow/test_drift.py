"""`drift` against the emulator over a socket: what somebody edited since the last apply."""

import jsonschema
import pytest
from command import agentsync
from stage import AGENTS, HUB, staged
from written import write_definition

from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.files import shipped

TOOL = {"name": "search", "mcp_server_url": "https://tools.acme.example"}
CRITIC = {"name": "critic", "description": "d", "instructions": "Criticise."}
SKILL = {"name": "pdf", "description": "d", "instructions": "i", "files": {}}
DOCUMENT = {
    "name": "A",
    "description": "d",
    "system_prompt": "You answer.\n\nShortly.",
    "tools": {"tools": [TOOL], "interrupt_config": {}},
    "subagents": [CRITIC],
    "skills": [SKILL],
    "permissions": {"identity": "shared"},
    "extras": {"team": "cx"},
    "files": {"guide.md": {"content": "g"}},
}


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path, Options(admin=True)) as stage:
        yield stage


@pytest.fixture
def git(stage):
    """A checkout with one agent, applied."""
    checkout = stage.checkout()
    checkout.write("a", DOCUMENT)
    assert checkout.apply().exit_code is ExitCode.OK
    return checkout


def patch(stage, agent_id, **body):
    stage.client.patch(f"{AGENTS}/{agent_id}", json=body).raise_for_status()


def commit(stage, agent_id, files):
    at = f"{HUB}/{agent_id}/directories"
    parent = stage.client.get(at).raise_for_status().json()["commit_hash"]
    body = {"files": files, "parent_commit": parent}
    stage.client.post(f"{at}/commits", json=body).raise_for_status()


def text(content):
    return {"type": "file", "content": content}


def run(checkout, *arguments, **environ):
    return agentsync("drift", *arguments, "-C", checkout.root, **{**checkout.environ, **environ})


def drifted(checkout, *arguments):
    """The drifted fields and the exit code, of a report that fits its schema."""
    done = run(checkout, *arguments, "--format", "json")
    jsonschema.validate(done.json, shipped.schema("report"))
    fields = {
        (change["address"], item["pointer"]): item["origin"]
        for change in done.json["plan"]["changes"]
        for item in change["fields"]
    }
    assert done.code == (ExitCode.DIFFERENCES if fields else ExitCode.OK)
    return fields


def test_just_after_an_apply_there_is_no_drift(git):
    assert drifted(git) == {}
    done = run(git)
    assert done.code == ExitCode.OK
    assert "No drift in 1 agent." in done.out


def test_every_kind_of_edit_is_drift_with_both_revisions(stage, git):
    agent_id = stage.only()
    before = stage.client.get(f"{AGENTS}/{agent_id}").json()
    patch(
        stage,
        agent_id,
        name="Renamed",
        description="edited",
        permissions={"identity": "personal"},
        extras={**before["extras"], "team": "cs"},
        tools={"tools": [], "interrupt_config": {}},
    )
    commit(
        stage,
        agent_id,
        {
            "AGENTS.md": text("You answer.\n\nAt length."),
            "skills/pdf/run.py": text("print()"),
            "skills/new/SKILL.md": text("---\nname: new\ndescription: d\n---\ni"),
            "guide.md": None,
        },
    )
    assert drifted(git) == dict.fromkeys(
        [
            ("a", "/name"),
            ("a", "/description"),
            ("a", "/permissions/identity"),
            ("a", "/extras/team"),
            ("a", "/tools/tools/https:~1~1tools.acme.example::search"),
            ("a", "/system_prompt"),
            ("a", "/skills/pdf/files/run.py"),
            ("a", "/skills/new"),
            ("a", "/files/guide.md/content"),
        ],
        "live",
    )
    done = run(git, "--format", "json")
    (change,) = done.json["plan"]["changes"]
    now = stage.client.get(f"{AGENTS}/{agent_id}").json()
    assert change["precondition"]["revision"] == now["revision"]
    assert change["updated_at"] == now["updated_at"]
    assert change["last"]["at"] == stage.marker(agent_id)["applied_at"]
    assert change["last"]["revision"] == stage.marker(agent_id)["revision"]
    assert (change["action"], change["state"], change["desired"]) == ("no-op", "drifted", None)
    assert change["reason"] == "9 fields were edited outside git"
    shown = run(git)
    assert shown.code == ExitCode.DIFFERENCES
    assert now["revision"][:12] in shown.out
    assert "edited" in shown.out


def test_the_revision_then_is_the_one_that_the_last_apply_left(stage, git):
    git.write("a", {**DOCUMENT, "system_prompt": "Anew.", "description": "anew"})
    assert git.apply().exit_code is ExitCode.OK
    left = stage.client.get(f"{AGENTS}/{stage.only()}").json()["revision"]
    patch(stage, stage.only(), system_prompt="edited")
    (change,) = run(git, "--format", "json").json["plan"]["changes"]
    assert change["last"]["revision"] == left != change["precondition"]["revision"]


def test_what_git_changed_meanwhile_is_no_drift(stage, git):
    git.write("a", {**DOCUMENT, "description": "new", "skills": [], "system_prompt": "Other."})
    assert drifted(git) == {}
    patch(stage, stage.only(), name="Renamed")
    assert drifted(git) == {("a", "/name"): "live"}


def test_what_both_sides_changed_is_drift_and_a_conflict(stage, git):
    git.write("a", {**DOCUMENT, "description": "new"})
    patch(stage, stage.only(), description="edited")
    assert drifted(git) == {("a", "/description"): "both"}


def test_both_sides_at_the_same_value_is_no_drift(stage, git):
    git.write("a", {**DOCUMENT, "description": "new"})
    patch(stage, stage.only(), description="new")
    assert drifted(git) == {}


@pytest.mark.parametrize(
    "files",
    [
        {"memories/a.md": text("it learns")},
        {"notes.md": text("it writes")},
        {"subagents/critic/memories/a.md": text("it learns")},
        {"agent.json": text("{}")},
    ],
)
def test_what_a_running_agent_writes_is_no_drift(stage, git, files):
    agent_id = stage.only()
    before = stage.client.get(f"{AGENTS}/{agent_id}").json()["revision"]
    commit(stage, agent_id, files)
    assert drifted(git) == {}
    now = stage.client.get(f"{AGENTS}/{agent_id}").json()["revision"]
    assert before != now, "only a revision that moved makes this a test"


def test_a_new_revision_of_the_same_content_is_no_drift(stage, git):
    agent_id = stage.only()
    before = stage.client.get(f"{AGENTS}/{agent_id}").json()["revision"]
    patch(stage, agent_id, system_prompt="edited")
    patch(stage, agent_id, system_prompt=DOCUMENT["system_prompt"])
    assert stage.client.get(f"{AGENTS}/{agent_id}").json()["revision"] != before
    assert drifted(git) == {}


def test_what_git_never_declared_is_no_drift(stage, git):
    extras = stage.raw(stage.only())["extras"]
    patch(
        stage,
        stage.only(),
        extras={**extras, "ui": {"colour": "red"}},
        runtime={"model": {"model_id": "openai:gpt-5.5"}},
    )
    assert drifted(git) == {}


def test_what_is_ignored_is_no_drift(stage):
    git = stage.checkout(more="ignore: [/description, /extras/*]\n")
    git.write("a", DOCUMENT)
    git.apply()
    extras = stage.raw(stage.only())["extras"]
    patch(stage, stage.only(), description="edited", extras={**extras, "team": "cs"})
    assert drifted(git) == {}


def test_a_fresh_clone_tells_the_same_drift(stage, git):
    patch(stage, stage.only(), description="edited")
    clone = stage.checkout()
    clone.write("a", DOCUMENT)
    assert drifted(clone) == drifted(git) == {("a", "/description"): "live"}


def test_kept_drift_stays_drift_and_reverted_drift_is_gone(stage, git):
    patch(stage, stage.only(), description="edited")
    git.write("a", {**DOCUMENT, "system_prompt": "New."})
    assert git.apply().exit_code is ExitCode.OK
    assert drifted(git) == {("a", "/description"): "live"}
    assert git.apply(on_drift="revert").exit_code is ExitCode.OK
    assert drifted(git) == {}


@pytest.mark.parametrize("on_drift", ["keep", "revert", "fail"])
def test_drift_is_told_whatever_apply_would_do_about_it(stage, git, on_drift):
    patch(stage, stage.only(), description="edited")
    config = git.root / "agentsync.yaml"
    config.write_text(config.read_text() + f"on_drift: {on_drift}\nlimits: {{max_changes: 0}}\n")
    assert drifted(git) == {("a", "/description"): "live"}
    assert run(git, "--format", "json").json["plan"]["refusals"] == []


def test_agents_never_applied_have_no_drift_and_are_told(stage, git):
    stage.client.post(AGENTS, json={"name": "B", "description": "theirs"}).raise_for_status()
    git.write("b", {"name": "B", "description": "ours", "system_prompt": "b"})
    git.write("c", {"name": "C", "system_prompt": "c"})
    assert drifted(git) == {}
    done = run(git)
    assert "Not applied yet, so drift cannot be told: b" in done.out
    assert "No live agent: c" in done.out


@pytest.mark.parametrize("damage", [{"fields": 7}, {"v": 99}, {"project": 5}, None])
def test_a_damaged_marker_is_an_error_and_no_drift(stage, git, damage):
    agent_id = stage.only()
    extras = stage.raw(agent_id)["extras"]
    found = {**extras["agentsync"], **damage} if damage else "gone"
    patch(stage, agent_id, description="edited", extras={**extras, "agentsync": found})
    done = run(git, "--format", "json")
    jsonschema.validate(done.json, shipped.schema("report"))
    assert done.code == ExitCode.ERROR
    assert [item["fields"] for item in done.json["plan"]["changes"]] == [[]]
    assert [item["code"] for item in done.json["problems"]] == ["unreadable-marker"]
    done = run(git)
    assert done.code == ExitCode.ERROR
    assert "who changed what is unknown, and so is whether it drifted" in done.out
    assert "No drift" not in done.out


def test_agents_whose_definition_is_gone_are_listed_and_are_no_drift(stage, git):
    git.write("b", {"name": "B", "system_prompt": "b"})
    git.apply()
    git.remove("b")
    assert drifted(git) == {}
    (orphan,) = run(git, "--format", "json").json["plan"]["orphans"]
    assert (orphan["address"], orphan["name"]) == ("b", "B")
    patch(stage, stage.ids()["B"][0], description="edited")
    assert drifted(git) == {}


def test_somebody_elses_agent_has_no_drift_of_ours(stage, git):
    agent_id = stage.only()
    extras = stage.raw(agent_id)["extras"]
    theirs = {**extras["agentsync"], "project": "other"}
    patch(stage, agent_id, description="edited", extras={**extras, "agentsync": theirs})
    path = git.root / "agents" / "a" / "agent.yaml"
    path.write_text(f"id: {agent_id}\n" + path.read_text())
    assert drifted(git) == {}
    assert "Not this definition's by their markers: a" in run(git).out


def test_only_the_agents_asked_for_are_told(stage, git):
    git.write("b", {"name": "B", "system_prompt": "b"})
    git.apply()
    for ids in stage.ids().values():
        patch(stage, ids[0], name="Renamed")
    assert drifted(git, "b") == {("b", "/name"): "live"}
    assert drifted(git, "--shard", "1/2") == {("a", "/name"): "live"}
    assert len(drifted(git)) == 2


def test_a_problem_beside_drift_is_an_error_and_the_drift_is_told(stage, git):
    git.write("b", {"name": "B", "system_prompt": "b"})
    git.apply()
    ids = stage.ids()
    patch(stage, ids["A"][0], description="edited")
    stage.server.add_fault(Fault(kind="garbage", path=f"{AGENTS}/{ids['B'][0]}", count=None))
    done = run(git, "--format", "json")
    assert done.code == ExitCode.ERROR
    assert [item["address"] for item in done.json["problems"]] == ["b"]
    (change,) = done.json["plan"]["changes"]
    assert [item["pointer"] for item in change["fields"]] == ["/description"]
    assert done.json["exit_code"] == ExitCode.ERROR


def test_invalid_files_are_an_error_and_no_drift_is_told(git):
    path = git.root / "agents" / "a" / "agent.yaml"
    path.write_text(path.read_text() + "colour: red\n")
    done = run(git, "--format", "json")
    assert done.code == ExitCode.ERROR
    assert done.json["plan"] is None
    assert done.json["command"] == "drift"


def test_nothing_is_written(stage, git):
    patch(stage, stage.only(), description="edited")
    write_definition(git.root / "agents" / "b", {"name": "B", "system_prompt": "b"})
    stage.server.reset_stats()
    run(git)
    assert stage.writes() == 0
