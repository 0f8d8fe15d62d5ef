"""apply.yml, as a push starts it: exactly the plan that was made, or nothing."""

import json

import pytest

GRANTED = {"contents": "read"}


@pytest.fixture
def change(scene):
    """Git has moved on."""
    scene.write("a", {"name": "A", "description": "two", "system_prompt": "You answer."})
    scene.push("change")


def run(scene, machine=None, **options):
    machine = machine or scene.machine({"ref": "refs/heads/main"})
    options.setdefault("environment", "live")
    return scene.run("apply.yml", machine, permissions=GRANTED, **options)


def test_the_plan_is_applied_and_read_back(scene, change):
    done = run(scene)
    assert done["plan"].outcome == "success", done["plan"].log
    assert done["apply"].outcome == "success", done["apply"].log
    assert scene.live("A")["description"] == "two"
    assert done["plan"].outputs["pending"] == "1"
    assert done["apply"].outputs["changed"] == "true"
    assert "two" in done["plan"].summary


def test_the_plan_is_made_without_the_key_that_may_write(scene, change):
    secrets = {"LANGSMITH_READ_KEY": "read-key", "LANGSMITH_WRITE_KEY": "read-key"}
    done = run(scene, secrets=secrets)
    assert done["plan"].outcome == "success"
    assert done["apply"].outcome == "failure"
    assert scene.live("A")["description"] == "one"


def test_nothing_to_change_asks_nobody(scene):
    done = run(scene)
    assert done["plan"].outcome == "success"
    assert done["apply"].outcome == "skipped"
    assert scene.writes() == 0


def test_an_edit_that_is_kept_asks_nobody(scene):
    scene.edit("A", description="edited")
    done = run(scene)
    assert done["plan"].outcome == "success"
    assert done["apply"].outcome == "skipped"


def test_a_plan_that_went_stale_is_refused_whole(scene, change):
    scene.write("b", {"name": "B", "description": "new", "system_prompt": "You ask."})
    scene.push("another")
    machine = scene.machine({})
    planned = run(scene, machine, only=("plan",))["plan"]
    scene.edit("A", description="meanwhile")
    stale = _apply(scene, machine, planned)
    assert stale.outcome == "failure"
    assert stale.outputs["changed"] == "false"
    assert "exit code 3" in stale.log
    assert scene.live("A")["description"] == "meanwhile"
    assert not scene.live("B").get("description")


def test_a_plan_of_another_content_is_not_applied(scene, change):
    machine = scene.machine({})
    planned = run(scene, machine, only=("plan",))["plan"]
    (folder,) = machine.artifacts.values()
    file = folder / "plan.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=1))
    refused = _apply(scene, machine, planned)
    assert refused.outcome == "failure"
    assert "its SHA-256 differs" in refused.log
    assert scene.writes() == 0


def test_a_conflict_is_no_green_run(scene, change):
    scene.edit("A", description="edited")
    done = run(scene)
    assert done["plan"].outcome == "success"
    assert done["apply"].outcome == "failure"
    assert scene.live("A")["description"] == "edited"


def test_without_a_read_key_the_run_fails(scene, change):
    done = run(scene, secrets={"LANGSMITH_READ_KEY": "", "LANGSMITH_WRITE_KEY": "write-key"})
    assert done["plan"].outcome == "failure"
    assert done["apply"].outcome == "skipped"


def test_without_a_write_key_nothing_is_applied(scene, change):
    done = run(scene, secrets={"LANGSMITH_READ_KEY": "read-key", "LANGSMITH_WRITE_KEY": ""})
    assert done["apply"].outcome == "failure"
    assert "no API key" in done["apply"].log
    assert scene.writes() == 0


def test_the_environment_guards_the_write_key_and_nothing_else_has_it(workflow):
    jobs = workflow("apply")["jobs"]
    holders = [name for name, job in jobs.items() if "LANGSMITH_WRITE_KEY" in str(job)]
    assert holders == ["apply"]
    assert jobs["apply"]["environment"] == "${{ inputs.environment }}"
    assert jobs["apply"]["concurrency"]["cancel-in-progress"] is False


def _apply(scene, machine, planned):
    """The job `apply`, some time after the job `plan` of the same run."""
    return scene.run(
        "apply.yml",
        machine,
        permissions=GRANTED,
        environment="live",
        only=("apply",),
        before={"plan": planned},
    )["apply"]
