"""drift.yml, as a schedule starts it: one issue, or one pull request."""

import pytest
from fakegithub import Fault, person, plain
from scene import PROMPT
from told_by import MARKERS

ISSUE = {"contents": "read", "issues": "write"}
PULL = {"contents": "write", "pull-requests": "write", "issues": "write"}
BRANCH = "agentsync/drift-production"


def night(scene, mode="issue", **options):
    options.setdefault("permissions", PULL if mode == "pull-request" else ISSUE)
    done = scene.run("drift.yml", scene.machine({}, name="schedule"), mode=mode, **options)
    ran = done["pull-request" if mode == "pull-request" else "issue"]
    assert ran.outcome == "success", ran.log
    return ran


def home(scene):
    """The edits as they are on the branch."""
    return scene.git("show", f"{BRANCH}:agents/a/agent.yaml")


# -- an issue


def test_without_drift_nobody_is_told(scene):
    night(scene)
    assert scene.github.issues == {}
    assert scene.github.writes() == []


def test_drift_opens_one_issue(scene):
    scene.edit("A", description="edited")
    night(scene)
    (issue,) = scene.github.opened()
    assert issue["title"] == "Agents were edited outside git in shop/production"
    assert plain(issue["body"]).startswith(MARKERS["drift"] + "\n")
    assert "edited" in issue["body"]
    assert [label["name"] for label in issue["labels"]] == ["agentsync-drift"]
    assert scene.github.labels["agentsync-drift"]["description"] == "Found by agentsync"


def test_the_same_drift_is_not_told_twice_and_more_of_it_in_place(scene):
    scene.edit("A", description="edited")
    night(scene)
    scene.github.requests.clear()
    night(scene)
    assert scene.github.writes() == []
    scene.edit("B", system_prompt="You tell.")
    night(scene)
    (issue,) = scene.github.opened()
    assert "You tell." in issue["body"]
    assert len(scene.github.issues) == 1


def test_when_the_drift_is_gone_the_issue_is_closed_with_a_comment(scene):
    scene.edit("A", description="edited")
    night(scene)
    scene.edit("A", description="one")
    night(scene)
    assert scene.github.opened() == []
    ((number, issue),) = scene.github.issues.items()
    assert issue["state_reason"] == "completed"
    (said,) = scene.github.bodies(number)
    assert said.startswith("There is no drift any more.")
    assert "/acme/agents/actions/runs/" in said


def test_new_drift_gets_a_new_issue(scene):
    for description in ("edited", "one", "again"):
        scene.edit("A", description=description)
        night(scene)
    assert [item["state"] for item in scene.github.issues.values()] == ["closed", "open"]


def test_issues_of_people_and_of_other_targets_are_left_alone(scene):
    label = ("agentsync-drift",)
    scene.github.labels["agentsync-drift"] = {}
    scene.github.issue(1, f"{MARKERS['drift']}\nmine", label, person("eve"))
    scene.github.issue(2, "<!-- agentsync drift shop/staging -->\n", label)
    scene.github.issue(3, f"{MARKERS['drift']}\n", ())
    scene.edit("A", description="edited")
    night(scene)
    scene.edit("A", description="one")
    night(scene)
    assert [item["number"] for item in scene.github.opened()] == [1, 2, 3]
    assert len(scene.github.issues) == 4


def test_of_several_issues_the_oldest_stays_open(scene):
    scene.github.labels["agentsync-drift"] = {}
    for number in (3, 4, 5):
        scene.github.issue(number, f"{MARKERS['drift']}\nold", ("agentsync-drift",))
    scene.edit("A", description="edited")
    night(scene)
    (issue,) = scene.github.opened()
    assert issue["number"] == 3
    assert "edited" in issue["body"]
    assert scene.github.bodies(4)[0].startswith("This is told in #3.")


def test_a_lost_answer_leaves_one_issue(scene):
    scene.github.faults.append(Fault("POST", r"/issues$", 502, late=True))
    scene.edit("A", description="edited")
    night(scene)
    assert len(scene.github.issues) == 1


def test_an_issue_that_cannot_be_opened_fails_the_job(scene):
    scene.edit("A", description="edited")
    machine = scene.machine({}, name="schedule")
    done = scene.run("drift.yml", machine, permissions={"contents": "read"})["issue"]
    assert done.outcome == "failure"
    assert "issues: write" in done.log


def test_a_failure_of_the_api_fails_the_job_and_closes_nothing(scene):
    scene.edit("A", description="edited")
    night(scene)
    machine = scene.machine({}, name="schedule")
    url = "http://127.0.0.1:1"
    done = scene.run("drift.yml", machine, permissions=ISSUE, endpoint=url)["issue"]
    assert done.outcome == "failure"
    assert len(scene.github.opened()) == 1


def test_a_mode_that_is_none_fails(scene):
    machine = scene.machine({}, name="schedule")
    done = scene.run("drift.yml", machine, permissions=ISSUE, mode="pullrequest")
    assert done["issue"].outcome == "failure"
    assert done["pull-request"].outcome == "skipped"


# -- a pull request


def test_drift_becomes_a_pull_request(scene):
    scene.edit("A", description="edited")
    ran = night(scene, "pull-request")
    (pull,) = scene.github.opened(pulls=True)
    assert (pull["head"], pull["base"]) == (BRANCH, "main")
    assert plain(pull["body"]).startswith(MARKERS["pull"] + "\n")
    assert '"description": "edited"' in home(scene)
    assert scene.git("log", "--format=%an %s", f"main..{BRANCH}").split("\n")[0] == (
        "github-actions[bot] agentsync: pull a from production"
    )
    assert scene.github.opened() == []
    assert "job-token" not in ran.log


def test_the_token_stays_in_no_file(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    work = scene.home / "run-1" / "work-pull-request"
    kept = [
        path for path in work.rglob("*") if path.is_file() and b"job-token" in path.read_bytes()
    ]
    assert kept == []
    assert "job-token" not in (work / ".git" / "config").read_text()


def test_a_second_night_updates_the_branch_and_the_pull_request(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    first = scene.git("rev-parse", BRANCH)
    scene.edit("B", system_prompt="You tell.")
    night(scene, "pull-request")
    (pull,) = scene.github.opened(pulls=True)
    assert "agents/b" in pull["body"]
    assert scene.git("rev-parse", BRANCH) != first
    assert scene.git("show", f"{BRANCH}:agents/b/AGENTS.md").startswith("You tell.")
    assert scene.git("rev-list", "--count", f"main..{BRANCH}").strip() == "2"


def test_the_same_edits_are_not_pushed_again(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    first = scene.git("rev-parse", BRANCH)
    ran = night(scene, "pull-request")
    assert scene.git("rev-parse", BRANCH) == first
    assert "says this already" in ran.log


def test_a_branch_is_made_anew_when_main_has_moved_even_if_its_files_are_the_same(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    moved = scene.push("nothing")
    night(scene, "pull-request")
    assert scene.git("merge-base", "main", BRANCH).strip() == moved


def test_what_somebody_committed_to_the_branch_is_not_written_over(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    scene.clone.git("fetch", "-q", str(scene.origin), BRANCH)
    scene.clone.git("checkout", "-q", "FETCH_HEAD")
    scene.clone.write("notes.md", "mine\n")
    theirs = scene.push("mine", branch=BRANCH)
    scene.edit("B", system_prompt="You tell.")
    ran = night(scene, "pull-request")
    assert scene.git("rev-parse", BRANCH).strip() == theirs
    assert "somebody has committed to the branch" in ran.log


def test_what_cannot_be_committed_is_told_in_an_issue_and_that_is_closed_again(scene):
    prompt = scene.clone.root / "agents/a/AGENTS.md"
    prompt.write_text(PROMPT.replace("brief", "quick"))
    scene.push("git moves on")
    scene.edit("A", system_prompt=PROMPT.replace("brief", "long"))
    night(scene, "pull-request")
    (issue,) = scene.github.opened()
    assert "conflict" in issue["body"]
    assert scene.github.opened(pulls=True) == []
    assert scene.branches() == ["main"]
    # The next night there is something to commit, too.
    scene.edit("B", system_prompt="You tell.")
    night(scene, "pull-request")
    (pull,) = scene.github.opened(pulls=True)
    assert "conflict" in pull["body"]
    assert scene.github.opened() == []
    assert scene.github.bodies(issue["number"])[0].startswith(f"This is told in #{pull['number']}.")


def test_when_the_drift_is_gone_the_pull_request_is_closed(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    scene.edit("A", description="one")
    night(scene, "pull-request")
    assert scene.github.opened(pulls=True) == []
    ((number, _),) = scene.github.issues.items()
    assert scene.github.bodies(number)[0].startswith("There is no drift any more.")


def test_a_merged_pull_request_leaves_nothing_to_do(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    scene.git("update-ref", "refs/heads/main", BRANCH)
    (pull,) = scene.github.opened(pulls=True)
    pull["state"] = "closed"
    scene.github.requests.clear()
    night(scene, "pull-request")
    assert scene.github.writes() == []


def test_a_text_that_a_person_made_theirs_stays(scene):
    scene.edit("A", description="edited")
    night(scene, "pull-request")
    (pull,) = scene.github.opened(pulls=True)
    pull["body"] = "I will look into this."
    scene.edit("B", system_prompt="You tell.")
    night(scene, "pull-request")
    assert pull["body"] == "I will look into this."


def test_a_pull_request_that_may_not_be_opened_fails_the_job(scene):
    scene.edit("A", description="edited")
    machine = scene.machine({}, name="schedule")
    granted = {"contents": "write", "issues": "write"}
    done = scene.run("drift.yml", machine, mode="pull-request", permissions=granted)
    assert done["pull-request"].outcome == "failure"
    assert "allowed to create them" in done["pull-request"].log


@pytest.mark.parametrize("mode", ["issue", "pull-request"])
def test_nothing_live_is_changed(scene, mode):
    scene.edit("A", description="edited")
    scene.server.reset_stats()
    night(scene, mode)
    assert scene.writes() == 0
