"""The courier's patience, its care for the token, and whom it takes for itself."""

import subprocess
import sys

import pytest
from fakegithub import Fault, Token, person
from gitserver import git_server
from runner import ROOT, load
from serving import fake_github

from agentsync.errors import ExitCode
from agentsync.model import Plan, Report
from agentsync.render.markdown.marker import marker

COURIER = ROOT / ".github/actions/agentsync/courier"
MARKER = "<!-- agentsync plan shop/production -->"
sys.path.insert(0, str(COURIER))

from api import patience  # noqa: E402


@pytest.fixture
def hub():
    with fake_github() as github:
        github.tokens["tok-en"] = Token(permissions={"pull-requests": "write"})
        github.pull_request(7)
        yield github


@pytest.fixture
def tell(hub, tmp_path):
    """Run the courier as the action does."""
    event = tmp_path / "event.json"
    event.write_text(
        '{"pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/agents"}}}}'
    )

    def run(text=f"{MARKER}\nnew\n", name="comment", **environ):
        body = tmp_path / "body.md"
        body.write_text(text, "utf-8")
        known = {
            "GITHUB_API_URL": hub.url,
            "GITHUB_REPOSITORY": "acme/agents",
            "GITHUB_EVENT_PATH": str(event),
            "COURIER_TOKEN": "tok-en",
            "COURIER_BODY": str(body),
        }
        done = subprocess.run(
            [sys.executable, "-I", str(COURIER), name],
            env={**known, **environ},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert "tok-en" not in done.stdout + done.stderr
        return done

    return run


# -- how long it waits


@pytest.mark.parametrize(
    ("status", "headers", "number", "seconds"),
    [
        (404, {}, 1, None),
        (422, {"retry-after": "1"}, 1, None),
        (403, {}, 1, None),
        (403, {"retry-after": "7"}, 1, 7.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1030"}, 1, 30.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}, 1, 1.0),
        (403, {"x-ratelimit-remaining": "0"}, 1, 60.0),
        (429, {}, 1, 1.0),
        (500, {}, 1, 1.0),
        (503, {}, 3, 4.0),
        (503, {"retry-after": "0"}, 3, 0.0),
        (503, {"retry-after": "Fri, 01 Jan 2027 00:00:00 GMT"}, 2, 2.0),
    ],
)
def test_patience(status, headers, number, seconds):
    assert patience(status, headers, number, 1000.0) == seconds


@pytest.mark.parametrize(
    ("status", "headers"),
    [(403, {"Retry-After": "0"}), (429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})],
)
def test_a_limit_is_waited_for(hub, tell, status, headers):
    hub.faults.append(Fault("GET", "/comments$", status, headers, times=3))
    tell()
    assert hub.bodies(7) == [f"{MARKER}\nnew\n"]


def test_a_limit_of_writes_is_waited_for_and_the_write_sent_once_more(hub, tell):
    hub.faults.append(Fault("POST", "/comments$", 403, {"Retry-After": "0"}))
    tell()
    assert len(hub.bodies(7)) == 1


def test_a_wait_without_end_is_not_waited_for(hub, tell):
    hub.faults.append(Fault("GET", "/comments$", 429, {"Retry-After": "3600"}))
    done = tell()
    assert done.returncode == 0
    assert "no comment" in done.stdout
    assert len(hub.requests) == 1


def test_a_hub_that_is_always_down_is_left_after_a_few_tries(hub, tell):
    hub.faults.append(Fault("GET", "/comments$", 503, {"Retry-After": "0"}, times=100))
    done = tell()
    assert done.returncode == 0
    assert "no comment" in done.stdout
    assert len(hub.requests) == 4


def test_a_comment_whose_answers_are_all_lost_is_made_once(hub, tell):
    hub.faults.append(Fault("POST", "/comments$", 502, times=100, late=True))
    assert tell().returncode == 0
    assert len(hub.bodies(7)) == 1


# -- where the token goes


def test_the_token_follows_no_redirect(hub, tell, tmp_path):
    with git_server(tmp_path, "x") as other:
        where = {"Location": other.url + "/repos/acme/agents/issues/7/comments"}
        hub.faults.append(Fault("GET", "/comments$", 302, where))
        done = tell()
        assert other.requests == []
    assert done.returncode == 0
    assert "no comment" in done.stdout


@pytest.mark.parametrize("url", ["http://github.example", "ftp://127.0.0.1.example"])
def test_the_token_goes_nowhere_in_the_clear(tell, url):
    done = tell(GITHUB_API_URL=url)
    assert "not https" in done.stdout


def test_without_a_token_nothing_is_asked(hub, tell):
    assert "there is no token" in tell(COURIER_TOKEN="").stdout
    assert hub.requests == []


@pytest.mark.parametrize("repository", ["", "acme", "acme/agents/../../x", "a/b?c", "a/b\nc"])
def test_a_repository_that_is_none_is_not_asked_for(hub, tell, repository):
    done = tell(GITHUB_REPOSITORY=repository)
    assert "names no repository" in done.stdout
    assert hub.requests == []


def test_nothing_of_the_folder_it_runs_in_is_imported(hub, tell, tmp_path):
    for name in ("httpx", "json", "api", "comment", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    tell(PYTHONPATH=str(tmp_path))
    assert hub.bodies(7) == [f"{MARKER}\nnew\n"]


# -- what it tells


def test_a_text_without_marker_could_not_be_found_again_and_is_not_sent(hub, tell):
    assert "marker" in tell("hello\n").stdout
    assert hub.requests == []


def test_a_text_that_is_too_long_is_not_sent(hub, tell):
    text = f"{MARKER}\n" + "x" * 65_536
    assert "longer than" in tell(text).stdout
    assert hub.bodies(7) == []


def test_the_longest_text_is_sent(hub, tell):
    text = f"{MARKER}\n"
    tell(text + "é" * (65_536 - len(text)))
    assert len(hub.bodies(7)) == 1


def test_a_person_whose_token_it_is_may_update_their_own_comment(hub, tell):
    hub.tokens["tok-en"] = Token(person("ann"), {"pull-requests": "write"})
    theirs = hub.comment(7, f"{MARKER}\nof bob", person("bob"))
    ours = hub.comment(7, f"{MARKER}\nold", person("ann"))
    tell()
    assert hub.comments[ours]["body"].startswith(f"{MARKER}\r\nnew")
    assert hub.comments[theirs]["body"] == f"{MARKER}\nof bob"


def test_a_comment_of_an_account_that_is_gone_is_nobody_s(hub, tell):
    gone = hub.comment(7, f"{MARKER}\nold", None)
    hub.comments[gone]["user"] = None
    tell()
    assert len(hub.bodies(7)) == 2


def test_a_younger_copy_that_somebody_else_deleted_meanwhile_is_no_failure(hub, tell):
    for _ in range(2):
        hub.comment(7, f"{MARKER}\nold")
    hub.faults.append(Fault("DELETE", "comments/", 404))
    done = tell()
    assert done.stdout == ""
    assert done.returncode == 0


def test_another_target_has_a_comment_of_its_own(hub, tell):
    hub.comment(7, "<!-- agentsync plan shop/staging -->\nold")
    tell()
    assert len(hub.bodies(7)) == 2


UNKNOWN = "<!-- agentsync plan -->"


def test_a_run_that_knew_no_project_touches_none_of_two(hub, tell):
    for project in ("shop", "bank"):
        hub.comment(7, f"<!-- agentsync plan {project}/production -->\nold")
    for _ in range(2):
        tell(f"{UNKNOWN}\nfailed\n", COURIER_TARGET="production")
    assert len(hub.bodies(7)) == 3
    assert hub.bodies(7)[2] == "<!-- agentsync plan ?/production -->\nfailed\n"


@pytest.mark.parametrize(
    "other", ["<!-- agentsync plan shop/staging -->", "<!-- agentsync drift -->"]
)
def test_a_run_that_knew_no_project_leaves_other_targets_and_commands_alone(hub, tell, other):
    hub.comment(7, f"{other}\nold")
    tell(f"{UNKNOWN}\nfailed\n", COURIER_TARGET="production")
    assert len(hub.bodies(7)) == 2


def test_without_a_target_the_place_is_taken_as_well(hub, tell):
    hub.comment(7, "<!-- agentsync plan shop -->\nold")
    tell(f"{UNKNOWN}\nfailed\n")
    assert hub.bodies(7) == ["<!-- agentsync plan ? -->\nfailed\n"]
    tell("<!-- agentsync plan shop -->\nnew\n")
    assert hub.bodies(7) == ["<!-- agentsync plan shop -->\nnew\n"]


def test_a_target_is_written_as_the_report_writes_it(hub, tell):
    names = {"project": "shop", "target": "Prod--1 é"}
    plan = Plan(provider="managed", endpoint="", tool_version="1", **names)
    report = Report(command="plan", exit_code=ExitCode.OK, tool_version="1", plan=plan)
    hub.comment(7, f"{marker(report)}\nold")
    tell(f"{UNKNOWN}\nfailed\n", COURIER_TARGET=names["target"])
    assert len(hub.bodies(7)) == 1


def test_every_secret_of_the_steps_that_tell_is_the_token_alone():
    action = load(".github/actions/agentsync/action.yml")
    (step,) = [it for it in action["runs"]["steps"] if it["name"] == "Tell the pull request"]
    assert step["env"]["LANGSMITH_API_KEY"] == ""
