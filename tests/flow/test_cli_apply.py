"""`agentsync apply` as a user types it: what it shows, what it asks, and where each text goes."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys

import httpx
import pytest
from command import agentsync
from written import write_definition, write_project

from agentsync.emulator.faults import Fault
from agentsync.emulator.serve import Options, running
from agentsync.errors import ExitCode

API = "/v1/deepagents/agents"
QUESTION = "Only `yes` is accepted: "


@pytest.fixture
def server():
    with running(Options(journal=True)) as server:
        yield server


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path, {"name": "A", "description": "d", "system_prompt": "You answer."})
    write_definition(tmp_path / "agents" / "b", {"name": "B", "system_prompt": "You ask."})
    return tmp_path


@pytest.fixture
def environ(server):
    return {"LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "k"}


@pytest.fixture
def run(project, environ):
    return lambda *words, **more: agentsync(*words, cwd=more.pop("cwd", project), **environ, **more)


@pytest.fixture
def live(server):
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "k"}) as client:
        yield client


def describe(project, slug, text):
    path = project / "agents" / slug / "agent.yaml"
    lines = [line for line in path.read_text().splitlines() if "description" not in line]
    path.write_text("\n".join([*lines, f"description: {text}", ""]))


def edit(live, name, **body):
    agents = live.get(API).json()["items"]
    agent_id = next(item["id"] for item in agents if item["name"] == name)
    assert live.patch(f"{API}/{agent_id}", json=body).status_code == 200


# -- the question


def at_a_terminal(project, environ, said, *words, strike=None):
    """Exit code, stdout and stderr of an apply whose stdin is a terminal that types `said`."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agentsync", "apply", *words],
        cwd=project,
        env={**os.environ, **environ},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A runner in the background may have been started to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        os.close(theirs)
        asked = b""
        while not asked.endswith(QUESTION.encode()) and process.poll() is None:
            if select.select([process.stderr], [], [], 60)[0]:
                asked += os.read(process.stderr.fileno(), 65536)
        if strike:
            process.send_signal(strike)
        else:
            os.write(ours, said.encode())
        out, rest = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, out.decode(), (asked + rest).decode()


def test_yes_applies(project, environ, server):
    code, out, err = at_a_terminal(project, environ, "yes\n")
    assert code == ExitCode.OK, err
    assert err == f"Apply these changes to 2 agents? {QUESTION}"
    assert out.index("2 to create") < out.index("2 created")
    assert len(server.journal()) == 2


@pytest.mark.parametrize("said", ["y\n", "no\n", "\n", "YES\n", "yes please\n", "\x04", "\xff\n"])
def test_anything_else_does_not(project, environ, server, said):
    code, out, err = at_a_terminal(project, environ, said)
    assert code == ExitCode.REFUSED
    assert "not confirmed: nothing was written" in out
    assert err.count(QUESTION) == 1
    assert server.journal() == ()


def test_an_interrupted_question_is_130(project, environ, server):
    code, _, err = at_a_terminal(project, environ, "", strike=signal.SIGINT)
    assert code == ExitCode.INTERRUPTED
    assert err.endswith("interrupted\n")
    assert server.journal() == ()


def test_the_question_names_the_target_and_what_is_deleted(project, environ, run):
    (project / "agentsync.yaml").write_text(
        "project: tests\ntargets: {eu: {}}\nlimits: {max_deletes: 1}\n"
    )
    assert run("apply", "-y").code == ExitCode.OK
    describe(project, "a", "new")
    for path in (project / "agents" / "b").iterdir():
        path.unlink()
    (project / "agents" / "b").rmdir()
    code, _, err = at_a_terminal(project, environ, "yes\n", "--delete", "b")
    assert code == ExitCode.OK
    assert err.startswith(
        "Apply these changes to 2 agents of target eu (1 to be deleted)? Only `yes`"
    )


def test_nobody_to_ask_is_refused_and_told_how(run, server):
    done = run("apply")
    assert done.code == ExitCode.REFUSED
    assert "2 to create" in done.out
    assert "--yes" in done.out
    assert done.err == ""
    assert server.journal() == ()


def test_nothing_to_do_is_nothing_to_ask(run, server):
    assert run("apply", "--yes").code == ExitCode.OK
    server.reset_stats()
    done = run("apply")
    assert done.code == ExitCode.OK
    assert "2 in sync" in done.out
    sent = server.stats()["requests"]
    assert sent
    assert all(route.startswith("GET ") for route in sent)


def test_a_plan_that_cannot_be_shown_is_not_applied(project, environ, server):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agentsync", "apply", "--yes"],
            cwd=project,
            env={**os.environ, **environ},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == ExitCode.ERROR
    assert "cannot print the plan: No space left on device" in done.stderr
    assert server.journal() == ()


def test_a_reader_who_leaves_does_not_stop_it_halfway(project, environ, server):
    command = f"{sys.executable} -m agentsync apply --yes | head -1"
    done = subprocess.run(
        command,
        shell=True,
        cwd=project,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("Plan: tests")
    assert done.stderr == ""
    assert len(server.journal()) == 2


# -- one JSON document


def test_json_is_one_document_and_the_plan_is_for_people(run):
    done = run("apply", "--yes", "--format", "json")
    assert done.code == ExitCode.OK
    assert [item["status"] for item in done.json["outcomes"]] == ["applied", "applied"]
    assert "2 to create" in done.err


def test_json_is_whole_when_nobody_confirms(run):
    done = run("apply", "--format", "json")
    assert done.code == done.json["exit_code"] == ExitCode.REFUSED
    assert done.json["problems"][0]["code"] == "not-confirmed"
    assert done.json["summary"]["create"] == 2


def test_json_is_whole_when_only_some_agents_were_written(project, run, server):
    assert run("apply", "--yes").code == ExitCode.OK
    for slug in "ab":
        describe(project, slug, "new")
    server.add_fault(Fault(kind="status", status=422, method="PATCH"))
    done = run("apply", "--yes", "--format", "json")
    assert done.code == done.json["exit_code"] == ExitCode.PARTIAL
    assert sorted(item["status"] for item in done.json["outcomes"]) == ["applied", "failed"]


def test_the_marker_says_when_to_the_microsecond(run):
    assert run("apply", "--yes").code == ExitCode.OK
    changes = run("status", "--format", "json").json["plan"]["changes"]
    for change in changes:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", change["last"]["at"])


def test_files_get_the_outcome_not_the_plan(project, run):
    done = run("apply", "--yes", "--output", "json=report.json", "--output", "text=report.txt")
    assert done.code == ExitCode.OK
    assert json.loads((project / "report.json").read_text())["outcomes"]
    assert "2 created" in (project / "report.txt").read_text()


# -- a plan or agents


def test_a_saved_plan_is_applied_without_asking(project, run, tmp_path_factory, server):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert run("plan", "-C", project, "-o", "the plan", cwd=elsewhere).code == ExitCode.OK
    done = run("apply", "the plan", "-C", project, cwd=elsewhere)
    assert done.code == ExitCode.OK, done.out
    assert "2 created" in done.out
    assert "2 to create" not in done.out


def test_words_that_are_agents_name_agents(project, run):
    (project / "a").write_text("a file of the same name\n")
    done = run("apply", "--yes", "a")
    assert done.code == ExitCode.OK, done.out
    assert "1 created" in done.out


def test_a_file_of_an_agent_names_the_agent(run):
    done = run("apply", "--yes", "agents/b/AGENTS.md")
    assert done.code == ExitCode.OK, done.out
    assert "1 created" in done.out


def test_an_agent_may_be_named_like_a_plan(project, run):
    write_definition(project / "agents" / "plan.json", {"name": "P", "system_prompt": "You plan."})
    done = run("apply", "--yes", "plan.json")
    assert done.code == ExitCode.OK, done.out
    assert "created plan.json" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["plan.json"], "there is neither a saved plan nor an agent `plan.json`"),
        (["nobody"], "no such agent: `nobody`"),
        (["saved", "a"], "saved is a saved plan, and is applied as it is"),
        (["saved", "saved"], "saved is a saved plan, and is applied as it is"),
        (["saved", "--on-drift", "keep"], "no agents, shard or choices beside it"),
        (["saved", "--delete", "a"], "no agents, shard or choices beside it"),
        (["saved", "--shard", "1/2"], "no agents, shard or choices beside it"),
        (["--on-conflict", "mine"], "'mine' is not one of 'fail', 'git', 'live'"),
    ],
)
def test_words_that_cannot_be_meant(run, server, words, message):
    assert run("plan", "-o", "saved").code == ExitCode.OK
    done = run("apply", *words)
    assert done.code == ExitCode.USAGE
    assert message in done.err
    assert done.out == ""
    assert server.journal() == ()


def test_a_file_that_is_no_plan_is_refused(project, run, server):
    (project / "notes.txt").write_text("mine\n")
    done = run("apply", "notes.txt")
    assert done.code == ExitCode.REFUSED
    assert "notes.txt is no plan" in done.err
    assert server.journal() == ()


# -- the choices


def test_the_command_line_overrules_agentsync_yaml(project, run, live):
    (project / "agentsync.yaml").write_text("project: tests\non_drift: fail\n")
    assert run("apply", "--yes").code == ExitCode.OK
    edit(live, "A", description="edited")
    assert run("apply", "--yes").code == ExitCode.REFUSED
    assert run("apply", "--yes", "--on-drift", "keep").code == ExitCode.OK
    done = run("apply", "--yes", "--on-drift", "revert")
    assert "1 updated" in done.out
    assert run("drift").code == ExitCode.OK


def test_a_saved_plan_holds_the_choices(project, run, live):
    assert run("apply", "--yes").code == ExitCode.OK
    edit(live, "A", description="edited")
    assert run("plan", "-o", "saved", "--on-drift", "revert").code == ExitCode.OK
    assert json.loads((project / "saved").read_text())["choices"]["on_drift"] == "revert"
    assert "1 updated" in run("apply", "saved").out


# -- drift and status


def test_drift_is_2_exactly_when_somebody_edited(project, run, live):
    assert run("drift").code == ExitCode.OK
    assert run("apply", "--yes").code == ExitCode.OK
    describe(project, "b", "new in git")
    assert run("drift").code == ExitCode.OK
    edit(live, "A", description="edited")
    done = run("drift")
    assert done.code == ExitCode.DIFFERENCES
    assert "/description" in done.out
    assert run("drift", "b").code == ExitCode.OK
    assert run("drift", "--shard", "2/2").code == ExitCode.OK


def test_status_is_2_when_asked(project, run):
    done = run("status")
    assert done.code == ExitCode.OK
    assert "missing" in done.out
    assert run("status", "--exit-code").code == ExitCode.DIFFERENCES
    assert run("apply", "--yes", "a").code == ExitCode.OK
    assert run("status", "a", "--exit-code").code == ExitCode.OK
