"""plan.yml, as a pull request starts it: what is planned, what is told, and what is not."""

import json

import pytest
from fakegithub import Fault, person
from scene import pull_request

GRANTED = {"contents": "read", "pull-requests": "write"}
MARKER = "<!-- agentsync plan shop/production -->"


@pytest.fixture
def change(scene):
    """A pull request that changes an agent."""
    scene.github.pull_request(7)
    scene.write("a", {"name": "A", "description": "two", "system_prompt": "You answer."})
    scene.push("change", branch="topic")


def run(scene, event=None, *, permissions=GRANTED, secrets=None, **inputs):
    machine = scene.machine(event or pull_request(), name="pull_request", ref="topic")
    return scene.run("plan.yml", machine, permissions=permissions, secrets=secrets, **inputs)


def test_the_pull_request_is_told_in_one_comment(scene, change):
    done = run(scene)["plan"]
    assert done.outcome == "success", done.log
    assert done.outputs["exit-code"] == "2"
    assert done.outputs["changed"] == "true"
    (body,) = scene.github.bodies(7)
    assert body.startswith(MARKER + "\n")
    assert "two" in body
    assert "two" in done.summary
    assert MARKER not in done.log
    assert scene.writes() == 0


def test_a_second_run_updates_it_in_place(scene, change):
    run(scene)
    (before,) = scene.github.comments
    scene.write("a", {"name": "A", "description": "three", "system_prompt": "You answer."})
    scene.push("more", branch="topic")
    run(scene)
    assert list(scene.github.comments) == [before]
    (body,) = scene.github.bodies(7)
    assert "three" in body


def test_what_says_the_same_is_not_sent_again(scene, change):
    run(scene)
    scene.github.requests.clear()
    assert run(scene)["plan"].outcome == "success"
    assert scene.github.requests
    assert scene.github.writes() == []


def test_nothing_to_change_and_nothing_told_before_is_not_told(scene):
    scene.github.pull_request(7)
    scene.push("nothing", branch="topic")
    done = run(scene)["plan"]
    assert done.outcome == "success", done.log
    assert done.outputs["changed"] == "false"
    assert scene.github.bodies(7) == []


def test_nothing_to_change_any_more_is_told(scene, change):
    run(scene)
    (told,) = scene.github.bodies(7)
    scene.clone.git("revert", "--no-edit", "HEAD")
    scene.push("back", branch="topic")
    run(scene)
    (body,) = scene.github.bodies(7)
    assert body.startswith(MARKER + "\n")
    assert body != told
    assert "two" not in body


def test_comments_of_people_are_left_alone_whatever_they_begin_with(scene, change):
    theirs = scene.github.comment(7, f"{MARKER}\nLooks good", person("eve"))
    run(scene)
    assert len(scene.github.bodies(7)) == 2
    assert scene.github.comments[theirs]["body"] == f"{MARKER}\nLooks good"


def test_the_comment_is_found_on_a_later_page(scene, change):
    for number in range(230):
        scene.github.comment(7, f"remark {number}", person("ann"))
    ours = scene.github.comment(7, f"{MARKER}\nold")
    run(scene)
    assert scene.github.comments[ours]["body"].startswith(MARKER)
    assert "two" in scene.github.comments[ours]["body"]
    assert len(scene.github.comments) == 231


def test_of_several_the_oldest_stays(scene, change):
    ids = [scene.github.comment(7, f"{MARKER}\nold") for _ in range(3)]
    run(scene)
    assert list(scene.github.comments) == ids[:1]


def test_a_fork_gets_validate_only_and_the_job_says_why(scene, change):
    event = pull_request(head="eve/agents")
    done = run(scene, event, permissions={}, secrets={})["plan"]
    assert done.outcome == "success", done.log
    assert "a fork's pull request gets no secrets" in done.log
    assert "a fork's pull request gets no secrets" in done.summary
    assert scene.github.requests == []
    assert scene.server.stats()["requests"] == {}


def test_a_fork_s_broken_definitions_fail(scene, change):
    (scene.clone.root / "agents/a/agent.yaml").write_text("name: A\ncolor: 1\n")
    scene.push("broken", branch="topic")
    done = run(scene, pull_request(head="eve/agents"), permissions={}, secrets={})["plan"]
    assert done.outcome == "failure"
    assert "color" in done.log


def test_without_a_key_only_validate_runs_and_says_which_key(scene, change):
    done = run(scene, secrets={"LANGSMITH_READ_KEY": ""})["plan"]
    assert done.outcome == "success"
    assert "Pass LANGSMITH_READ_KEY" in done.log
    assert scene.github.requests == []


@pytest.mark.parametrize("head", ["acme/agents", "eve/agents"])
def test_a_token_that_may_not_write_is_no_failure(scene, change, head):
    done = run(scene, pull_request(head=head), permissions={"contents": "read"})["plan"]
    assert done.outcome == "success", done.log
    assert "no comment" in done.log
    assert ("fork" in done.log) is (head != "acme/agents")
    assert ("pull-requests: write" in done.log) is (head == "acme/agents")
    assert "two" in done.summary


def test_a_run_about_no_pull_request_has_no_comment(scene, change):
    machine = scene.machine({}, name="workflow_dispatch", ref="topic")
    done = scene.run("plan.yml", machine, permissions=GRANTED)["plan"]
    assert done.outcome == "success", done.log
    assert scene.github.requests == []


def test_a_failure_of_the_api_fails_the_job_and_is_told(scene, change):
    done = run(scene, endpoint="http://127.0.0.1:1")["plan"]
    assert done.outcome == "failure"
    assert done.outputs["exit-code"] == "1"
    assert done.summary


def test_a_run_that_knew_no_project_takes_the_comment_s_place_and_gives_it_back(scene, change):
    run(scene)
    (comment,) = scene.github.comments
    scene.clone.write("agentsync.yaml", "version: 1\nproject: [\n")
    scene.push("broken", branch="topic")
    assert run(scene)["plan"].outcome == "failure"
    (body,) = scene.github.bodies(7)
    assert body.startswith("<!-- agentsync plan ?/production -->\n")
    assert "two" not in body
    scene.clone.git("revert", "--no-edit", "HEAD")
    scene.push("back", branch="topic")
    run(scene)
    assert list(scene.github.comments) == [comment]
    assert scene.github.bodies(7)[0].startswith(MARKER)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_lost_answer_leaves_one_comment(scene, change, status):
    scene.github.faults.append(Fault("POST", r"/comments$", status, late=True))
    run(scene)
    assert len(scene.github.bodies(7)) == 1


def test_a_comment_that_is_too_long_is_no_failure(scene, change):
    scene.github.faults.append(Fault("POST", r"/comments$", 422))
    done = run(scene)["plan"]
    assert done.outcome == "success", done.log
    assert "no comment" in done.log


def test_sarif_and_the_page_are_kept_when_asked_for(scene, change):
    machine = scene.machine(pull_request(), name="pull_request", ref="topic")
    done = scene.run("plan.yml", machine, permissions=GRANTED, sarif=True, html=True)
    assert done["code-scanning"].outcome == "success", done["code-scanning"].log
    (sarif,) = machine.scanned
    assert json.loads(sarif)["version"] == "2.1.0"
    page = machine.artifacts["agentsync-report-production"] / "report.html"
    assert "<html" in page.read_text("utf-8")


def test_without_asking_nothing_is_kept(scene, change):
    machine = scene.machine(pull_request(), name="pull_request", ref="topic")
    done = scene.run("plan.yml", machine, permissions=GRANTED)
    assert done["code-scanning"].outcome == "skipped"
    assert machine.artifacts == {}


def test_findings_are_annotated(scene, change):
    scene.write("a", {"name": "A", "description": "two", "system_prompt": "x", "color": 1})
    path = scene.clone.root / "agents/a/agent.yaml"
    path.write_text(path.read_text() + "color: 1\n")
    scene.push("broken", branch="topic")
    done = run(scene)["plan"]
    assert done.outcome == "failure"
    lines = [line for line in done.log.splitlines() if line.startswith("::error")]
    assert any("agents/a/agent.yaml" in line for line in lines)
