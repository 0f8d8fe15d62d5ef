"""`status` against the emulator over a socket: a line for each agent, defined or not."""

import jsonschema
import pytest
from command import agentsync
from stage import AGENTS, staged

from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options
from agentsync.errors import ExitCode
from agentsync.files import shipped

NAMES = ("sync", "ahead", "drifted", "conflict", "marker", "orphan")


def document(name, **more):
    return {"name": name, "description": "d", "system_prompt": "p", **more}


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path, Options(admin=True)) as stage:
        yield stage


@pytest.fixture
def git(stage):
    checkout = stage.checkout()
    for name in NAMES:
        checkout.write(name, document(name))
    assert checkout.apply().exit_code is ExitCode.OK
    return checkout


def run(checkout, *arguments):
    return agentsync("status", *arguments, "-C", checkout.root, **checkout.environ)


def report(checkout, *arguments):
    done = run(checkout, *arguments, "--format", "json")
    jsonschema.validate(done.json, shipped.schema("report"))
    assert done.json["command"] == "status"
    return done


def states(checkout, *arguments):
    plan = report(checkout, *arguments).json["plan"]
    return {change["address"]: change["state"] for change in plan["changes"]}


def others(checkout, *arguments):
    plan = report(checkout, *arguments).json["plan"]
    return {(item["address"], item["name"], item["reason"]) for item in plan["orphans"]}


def patch(stage, name, **body):
    (agent_id,) = stage.ids()[name]
    stage.client.patch(f"{AGENTS}/{agent_id}", json=body).raise_for_status()


def unsettle(stage, git):
    """Bring every agent into the state that it is called after."""
    git.write("ahead", document("ahead", system_prompt="new"))
    patch(stage, "drifted", description="edited")
    git.write("conflict", document("conflict", description="new"))
    patch(stage, "conflict", description="edited")
    git.write("marker", document("marker", description="same"))
    patch(stage, "marker", description="same")
    git.remove("orphan")
    git.write("missing", document("missing"))
    git.write("adoptable", document("adoptable"))
    for name in ("adoptable", "stranger"):
        stage.client.post(AGENTS, json={"name": name}).raise_for_status()
    git.write("unknown", document("unknown"))
    bind(git, "unknown", create(stage, "unknown"))
    git.write("foreign", document("foreign"))
    marker = {"v": 1, "project": "other", "target": "", "agent": "x", "fields": {}}
    bind(git, "foreign", create(stage, "foreign", extras={"agentsync": marker}))


def create(stage, name, **body):
    answer = stage.client.post(AGENTS, json={"name": name, **body}).raise_for_status()
    return answer.json()["id"]


def bind(git, address, agent_id):
    path = git.root / "agents" / address / "agent.yaml"
    path.write_text(f"id: {agent_id}\n" + path.read_text())


def test_every_state_is_told_for_what_it_is(stage, git):
    unsettle(stage, git)
    assert states(git) == {
        "sync": "in-sync",
        "ahead": "ahead",
        "drifted": "drifted",
        "conflict": "conflict",
        "marker": "marker",
        "missing": "missing",
        "adoptable": "adoptable",
        "unknown": "unknown",
        "foreign": "foreign",
    }
    assert others(git) == {
        ("orphan", "orphan", "its definition is gone from git"),
        ("", "stranger", "it has no definition"),
    }


def test_there_is_a_line_for_each(stage, git):
    unsettle(stage, git)
    done = run(git)
    assert done.code == ExitCode.OK
    ids = stage.ids()
    for name in (*NAMES, "missing", "adoptable", "unknown", "foreign", "stranger"):
        (line,) = [line for line in done.out.splitlines() if f" {name} " in line.rstrip() + " "][
            -1:
        ]
        assert name == "missing" or ids[name][0][:8] in line


def test_in_sync_is_said_by_the_exit_code_when_asked(stage, git):
    assert run(git, "--exit-code").code == ExitCode.OK
    create(stage, "stranger")
    assert run(git, "--exit-code").code == ExitCode.OK
    patch(stage, "drifted", description="edited")
    assert run(git).code == ExitCode.OK
    assert run(git, "--exit-code").code == ExitCode.DIFFERENCES


@pytest.mark.parametrize("change", ["ahead", "drift", "same", "missing", "orphan"])
def test_each_way_to_be_out_of_sync_is_one(stage, git, change):
    if change == "ahead":
        git.write("sync", document("sync", description="new"))
    if change in ("drift", "same"):
        patch(stage, "sync", description="edited")
    if change == "same":
        git.write("sync", document("sync", description="edited"))
    if change == "missing":
        git.write("missing", document("missing"))
    if change == "orphan":
        git.remove("orphan")
    assert run(git, "--exit-code").code == ExitCode.DIFFERENCES


def test_only_the_agents_asked_for_are_looked_at(stage, git):
    git.remove("orphan")
    patch(stage, "drifted", description="edited")
    create(stage, "stranger")
    assert states(git, "sync") == {"sync": "in-sync"}
    assert others(git, "sync") == set()
    assert run(git, "sync", "--exit-code").code == ExitCode.OK


def test_the_list_and_every_agent_are_read_once_and_nothing_is_written(stage, git):
    create(stage, "stranger")
    stage.server.reset_stats()
    run(git)
    assert stage.server.stats()["requests"] == {
        f"GET {AGENTS}": 1,
        f"GET {AGENTS}/{{id}}": len(NAMES),
    }


def test_agents_that_definitions_are_bound_to_are_not_without_definition(stage, git):
    for address in ("bound", "broken", "named"):
        agent_id = create(stage, f"live-{address}" if address != "named" else "named")
        git.write(address, document(address))
        if address != "named":
            bind(git, address, agent_id)
        if address != "bound":
            path = f"{AGENTS}/{agent_id}"
            stage.server.add_fault(Fault(kind="garbage", path=path, count=None))
    create(stage, "stranger")
    done = report(git)
    assert done.code == ExitCode.ERROR
    assert [item["address"] for item in done.json["problems"]] == ["broken", "named"]
    assert [item["name"] for item in done.json["plan"]["orphans"]] == ["stranger"]


def test_one_agent_that_cannot_be_read_takes_no_other_along(stage, git):
    (agent_id,) = stage.ids()["ahead"]
    stage.server.add_fault(Fault(kind="garbage", path=f"{AGENTS}/{agent_id}", count=None))
    done = report(git, "--exit-code")
    assert done.code == ExitCode.ERROR
    assert [item["address"] for item in done.json["problems"]] == ["ahead"]
    assert len(done.json["plan"]["changes"]) == len(NAMES) - 1
    assert done.json["plan"]["orphans"] == []


def test_a_workspace_that_cannot_be_listed_ends_in_one_problem(stage, git):
    stage.server.add_fault(Fault(kind="garbage", path=AGENTS, count=None))
    done = report(git)
    assert done.code == ExitCode.ERROR
    assert done.json["problems"]


def test_an_empty_workspace_has_everything_missing(stage):
    git = stage.checkout()
    git.write("a", document("a"))
    assert states(git) == {"a": "missing"}
    assert run(git, "--exit-code").code == ExitCode.DIFFERENCES
