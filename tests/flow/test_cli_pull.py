"""`agentsync pull` as a user types it: what it writes, what it shows, and its exit codes."""

import json
import os
import subprocess

import httpx
import jsonschema
import pytest
from typed import typing
from written import write_definition, write_project

from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.files import shipped

API = "/v1/deepagents/agents"
PROMPT = "You answer.\n\nBe kind.\nBe brief.\n\nNever guess.\n\nSay goodbye.\n"


@pytest.fixture
def server():
    with running(Options()) as server:
        yield server


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path, {"name": "A", "description": "d", "system_prompt": PROMPT})
    write_definition(tmp_path / "agents" / "b", {"name": "B", "system_prompt": "You ask."})
    prompt(tmp_path).write_text(PROMPT)
    path = tmp_path / "agents" / "a" / "agent.yaml"
    path.write_text("# who it is\nname: A\ndescription: d  # short\n")
    return tmp_path


@pytest.fixture
def run(project, server, monkeypatch, capsys):
    call = typing(monkeypatch, capsys, project, server.url)
    assert call("apply", "--yes").code == ExitCode.OK
    return call


@pytest.fixture
def edit(server):
    """Somebody edits a live agent."""
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client:

        def change(name, **body):
            listed = client.get(API, params={"page_size": 100}).json()["items"]
            (found,) = [item["id"] for item in listed if item["name"] == name]
            client.patch(f"{API}/{found}", json=body).raise_for_status()

        yield change


def prompt(project):
    return project / "agents" / "a" / "AGENTS.md"


def settings(project):
    return project / "agents" / "a" / "agent.yaml"


def in_git(project):
    environ = {
        **os.environ,
        **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in WHO},
    }

    def git(*words, stdin=None):
        done = subprocess.run(
            ["git", *words], cwd=project, env=environ, input=stdin, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    git("init", "-q")
    git("config", "user.name", "Ada")
    git("config", "user.email", "ada@acme.example")
    git("add", "-A")
    git("commit", "-qm", "first")
    return git


WHO = ("NAME", "EMAIL")


def as_json(done):
    report = json.loads(done.out)
    jsonschema.validate(report, shipped.schema("report"))
    assert report["exit_code"] == done.code
    return report


# -- what comes home


def test_an_edit_comes_home_into_its_line(project, run, edit):
    edit("A", description="edited", system_prompt=PROMPT.replace("brief", "very brief"))
    done = run("pull")
    assert done.code == ExitCode.OK, done.out + done.err
    assert "\n1 agent pulled, 1 unchanged\n" in done.out
    assert "\n  ~ /description  d → edited\n" in done.out
    assert "\n  ~ agents/a/AGENTS.md   +1 -1\n" in done.out
    assert settings(project).read_text() == "# who it is\nname: A\ndescription: edited  # short\n"
    assert prompt(project).read_text() == PROMPT.replace("brief", "very brief")
    assert run("drift").code == ExitCode.OK
    assert "Nothing to pull" in run("pull").out


def test_only_the_agents_asked_for_come_home(project, run, edit):
    edit("A", description="edited")
    edit("B", system_prompt="You tell.")
    assert run("pull", "b").code == ExitCode.OK
    assert "description: d  # short" in settings(project).read_text()
    assert (project / "agents" / "b" / "AGENTS.md").read_text().startswith("You tell.")


def test_what_git_changed_stays(project, run, edit):
    edit("A", system_prompt=PROMPT.replace("brief", "very brief"))
    settings(project).write_text("name: A\ndescription: new\n")
    assert run("pull").code == ExitCode.OK
    assert settings(project).read_text() == "name: A\ndescription: new\n"
    assert "very brief" in prompt(project).read_text()


def test_a_dry_run_writes_nothing_and_its_patch_is_what_pull_writes(project, run, edit):
    edit("A", description="edited", system_prompt=PROMPT.replace("brief", "very brief"))
    git = in_git(project)
    done = run("pull", "--dry-run")
    assert done.code == ExitCode.OK
    assert "A dry run: nothing was written." in done.out
    assert "\n    -Be brief.\n    +Be very brief.\n" in done.out
    told = as_json(run("pull", "--dry-run", "--format", "json"))
    assert git("status", "--short") == ""
    patches = "".join(file["patch"] for one in told["patches"] for file in one["files"])
    git("apply", stdin=patches)
    applied = git("diff")
    git("checkout", "-q", ".")
    assert run("pull").code == ExitCode.OK
    assert git("diff") == applied != ""


# -- conflicts


@pytest.fixture
def conflict(project, run, edit):
    """Both sides have changed the prompt, in lines of their own, and live something else too."""
    edit("A", description="edited", system_prompt=PROMPT.replace("Never guess", "Do guess"))
    prompt(project).write_text(PROMPT.replace("You answer", "You reply"))


def test_a_conflict_waits_and_says_how_it_can_be_decided(project, run, conflict):
    before = prompt(project).read_text(), settings(project).read_text()
    done = run("pull")
    assert done.code == ExitCode.REFUSED
    assert "\n1 agent in conflict, 1 unchanged\nNothing was written.\n" in done.out
    assert "  to be decided (git → live):\n" in done.out
    assert all(way in done.out for way in ("--ours", "--theirs", "--merge"))
    assert (prompt(project).read_text(), settings(project).read_text()) == before


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("--ours", PROMPT.replace("You answer", "You reply")),
        ("--theirs", PROMPT.replace("Never guess", "Do guess")),
        (
            "--merge",
            PROMPT.replace("You answer", "You reply").replace("Never guess", "Do guess"),
        ),
    ],
)
def test_each_choice_decides_it(project, run, conflict, choice, said):
    done = run("pull", choice)
    assert done.code == ExitCode.OK, done.out
    assert prompt(project).read_text() == said
    assert "description: edited  # short" in settings(project).read_text()
    assert ("--on-conflict git" in done.out) is (choice == "--ours")


def test_lines_that_clash_get_markers(project, run, edit):
    edit("A", system_prompt=PROMPT.replace("Be brief", "Be long"))
    prompt(project).write_text(PROMPT.replace("Be brief", "Be quick"))
    done = run("pull", "--merge")
    assert done.code == ExitCode.REFUSED
    assert "Nothing was written" not in done.out
    (row,) = [row.strip() for row in done.out.split("\n") if "AGENTS.md:" in row]
    name, _, number = row.partition(":")
    assert name == "agents/a/AGENTS.md"
    assert prompt(project).read_text().split("\n")[int(number) - 1].startswith("<<<<<<< git")
    assert run("validate").code == ExitCode.ERROR
    assert "AGENTS.md:" in run("validate").out


# -- commits


def test_a_commit_for_each_agent(project, run, edit):
    git = in_git(project)
    edit("A", description="edited")
    edit("B", system_prompt="You tell.")
    done = run("pull", "--commit")
    assert done.code == ExitCode.OK, done.out + done.err
    assert "2 agents pulled" in done.out
    assert git("log", "--format=%s").split("\n")[:3] == [
        "agentsync: pull b",
        "agentsync: pull a",
        "first",
    ]
    newest = git("rev-parse", "HEAD").strip()
    assert f"commit {newest[:12]}" in done.out
    assert git("status", "--short") == ""


def test_a_commit_needs_a_repository(run, edit):
    edit("A", description="edited")
    done = run("pull", "--commit")
    assert done.code not in (ExitCode.OK, ExitCode.BUG)
    assert "git" in done.err
    assert done.out == ""


# -- where it goes


def test_files_get_the_report(project, run, edit):
    edit("A", description="edited")
    done = run("pull", "--output", "json=report.json", "--output", "text=report.txt")
    assert done.code == ExitCode.OK
    report = json.loads((project / "report.json").read_text())
    jsonschema.validate(report, shipped.schema("report"))
    assert [item["status"] for item in report["patches"]] == ["written", "unchanged"]
    assert "1 agent pulled" in (project / "report.txt").read_text()


def test_paths_are_seen_from_the_current_folder(project, run, edit):
    edit("A", description="edited")
    done = run("pull", cwd=project / "agents")
    assert "\n  ~ ../agents/a/agent.yaml  +1 -1\n" in done.out


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--merge",)])
def test_json_is_whole_whatever_happens(run, conflict, words):
    report = as_json(run("pull", *words, "--format", "json"))
    assert [item["address"] for item in report["patches"]] == ["a", "b"]


@pytest.mark.parametrize(
    "environ", [{"LANGSMITH_API_KEY": ""}, {"LANGSMITH_ENDPOINT": "http://127.0.0.1:1"}]
)
def test_json_is_whole_when_the_api_cannot_be_asked(run, environ):
    done = run("pull", "--format", "json", **environ)
    assert done.code == ExitCode.ERROR
    report = as_json(done)
    assert report["problems"] or all(item["status"] == "failed" for item in report["patches"])


def test_files_that_are_wrong_are_told_and_nothing_is_written(project, run, edit):
    edit("A", description="edited")
    settings(project).write_text("name: A\ncolor: 1\n")
    done = run("pull")
    assert done.code == ExitCode.ERROR
    assert "unknown key `color`" in done.out
    assert settings(project).read_text() == "name: A\ncolor: 1\n"


def test_an_agent_that_is_none_is_a_usage_error(run):
    done = run("pull", "nobody")
    assert done.code == ExitCode.USAGE
    assert "no such agent: `nobody`" in done.err
