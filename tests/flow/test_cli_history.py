"""`agentsync log` and `agentsync rollback` as a user types them."""

import json

import jsonschema
import pytest
from typed import typing
from written import write_project

from agentsync.emulator.readings import parse
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode
from agentsync.files import shipped

PROMPTS = ("You answer.\n", "You reply.\n", "You listen.\n")


@pytest.fixture
def readings():
    return ()


@pytest.fixture
def server(readings):
    with running(Options(readings=parse(readings))) as server:
        yield server


@pytest.fixture
def run(tmp_path, server, monkeypatch, capsys):
    call = typing(monkeypatch, capsys, tmp_path, server.url)
    write_project(tmp_path, {"name": "A", "description": "d", "system_prompt": PROMPTS[0]})
    for text in PROMPTS:
        (tmp_path / "agents" / "a" / "AGENTS.md").write_text(text)
        assert call("apply", "--yes").code == ExitCode.OK
    return call


def as_json(done):
    report = json.loads(done.out)
    jsonschema.validate(report, shipped.schema("report"))
    assert report["exit_code"] == done.code
    return report


def tokens(run):
    revisions = as_json(run("log", "a", "--format", "json"))["history"]["revisions"]
    return [item["token"] for item in revisions]


# -- log


def test_every_revision_is_told_with_what_it_changed(run):
    done = run("log", "a")
    assert done.code == ExitCode.OK, done.err
    assert done.out.startswith("Log: a\nid ")
    assert "\n3 revisions, newest first\n" in done.out
    newest, _, oldest = tokens(run)
    assert f"\n{newest[:12]}  20" in done.out
    assert f"\n{oldest[:12]}  20" in done.out
    assert done.out.count("~ /system_prompt  You ") == 2
    assert "\n  ~ /system_prompt  You reply. → You listen.\n" in done.out
    assert "`agentsync rollback a --to REVISION`" in done.out


def test_a_limit_is_told(run):
    done = run("log", "a", "-n", "1")
    assert "1 revision, newest first; there are older ones\n" in done.out
    assert "rollback" not in done.out


@pytest.mark.parametrize("readings", [("history=hidden",)])
def test_an_api_that_lists_none_is_no_failure(run):
    done = run("log", "a")
    assert done.code == ExitCode.OK
    assert "note: the API does not list this agent's revisions" in done.out
    as_json(run("log", "a", "--format", "json"))


@pytest.mark.parametrize(
    ("words", "code"),
    [(("log", "nobody"), ExitCode.USAGE), (("rollback", "nobody", "--to", "1"), ExitCode.USAGE)],
)
def test_an_agent_that_is_none(run, words, code):
    done = run(*words)
    assert done.code == code
    assert "nobody" in done.err
    as_json(run(*words, "--format", "json"))


def test_a_live_agent_that_is_not_there(tmp_path, run):
    write_project(tmp_path, {"name": "New", "system_prompt": "You wait.\n"})
    done = run("log", "a")
    # The marker still names this folder, so it is the same agent under another name.
    assert done.code == ExitCode.OK
    (tmp_path / "agents" / "a").rename(tmp_path / "agents" / "c")
    (tmp_path / "agents" / "c" / "agent.yaml").write_text("name: Nobody knows\n")
    done = run("log", "c")
    assert done.code == ExitCode.ERROR
    assert done.out == ""
    assert done.err.startswith("error: ")


# -- rollback


def test_going_back_is_shown_asked_for_and_read_back(tmp_path, run):
    oldest = tokens(run)[-1]
    done = run("rollback", "a", "--to", oldest[:10], "--yes")
    assert done.code == ExitCode.OK, done.out + done.err
    assert "\n1 field to roll back\n" in done.out
    assert "\n~ roll back a\n" in done.out
    assert "\n  ~ /system_prompt  You listen. → You answer.\n" in done.out
    assert "\n1 updated\n" in done.out
    assert "note: git still says otherwise" in done.out
    assert len(tokens(run)) == 4
    assert "You answer. → You listen." in run("plan").out
    again = run("rollback", "a", "--to", oldest, "--yes")
    assert again.code == ExitCode.OK
    assert "Nothing to do: no field differs from that revision. Nothing was written." in again.out


def test_without_anybody_to_ask_nothing_is_written(run):
    known = tokens(run)
    done = run("rollback", "a", "--to", known[-1])
    assert done.code == ExitCode.REFUSED
    assert "\nNothing was written.\n" in done.out
    assert tokens(run) == known


def test_a_saved_rollback_is_applied_as_every_plan(run):
    known = tokens(run)
    done = run("rollback", "a", "--to", known[-1], "-o", "back.json")
    assert done.code == ExitCode.OK
    assert tokens(run) == known
    applied = run("apply", "back.json")
    assert applied.code == ExitCode.OK, applied.out
    assert "1 updated" in applied.out
    assert len(tokens(run)) == 4


def test_json_is_one_document_and_the_plan_is_for_people(run):
    oldest = tokens(run)[-1]
    done = run("rollback", "a", "--to", oldest, "--yes", "--format", "json")
    assert [item["status"] for item in as_json(done)["outcomes"]] == ["applied"]
    assert "Rollback: tests" in done.err or "Rollback: " in done.err


@pytest.mark.parametrize("to", ["00000000", "zzzzzzzz", "1", "", "--"])
def test_a_revision_that_is_none(run, to):
    done = run("rollback", "a", f"--to={to}", "--yes", "--format", "json")
    assert done.code in (ExitCode.USAGE, ExitCode.ERROR)
    assert as_json(done)["problems"][0]["hint"]


def test_files_get_the_report(tmp_path, run):
    done = run("log", "a", "--output", "json=log.json", "--output", "text=log.txt")
    assert done.code == ExitCode.OK
    jsonschema.validate(json.loads((tmp_path / "log.json").read_text()), shipped.schema("report"))
    assert (tmp_path / "log.txt").read_text().startswith("Log: a\n")
