"""`emulate` as a user runs it: keys, what it says, and a reader that leaves."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx
import pytest
from command import agentsync
from written import write_project

from agentsync.emulator.keys import DEFAULT_USER
from agentsync.emulator.rendering import RENDERINGS
from agentsync.errors import ExitCode

AGENTS = "/v1/deepagents/agents"
ANN = "6c8f1f0e-6f0b-4d1e-8f5f-0d4f3f4f5a01"


@contextmanager
def emulating(*options):
    """The lines it prints at the start and its address; checks that it ends as it should."""
    with subprocess.Popen(
        [sys.executable, "-m", "agentsync", "emulate", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            count = 2 + options.count("--key")
            lines = [process.stdout.readline().rstrip("\n") for _ in range(count)]
            yield lines, lines[0].split()[4]
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (ExitCode.OK, "")


def ask(url, key, method="GET", path=AGENTS, **more):
    return httpx.request(method, url + path, headers={"X-Api-Key": key}, trust_env=False, **more)


# -- keys


def test_keys_are_users_with_rights():
    keys = ["--key", "mine", "--key", f"anns:{ANN}", "--key", "look:bob:read", "--key", "other:bob"]
    with emulating(*keys) as (lines, url):
        made = ask(url, "anns", "POST", json={"name": "a", "permissions": {"visibility": "user"}})
        assert made.json()["owner_id"] == ANN
        assert ask(url, "mine", "POST", json={"name": "b"}).json()["owner_id"] == DEFAULT_USER
        agent = f"{AGENTS}/{made.json()['id']}"
        assert [ask(url, key, path=agent).status_code for key in ("anns", "mine")] == [200, 404]
        assert ask(url, "look").status_code == 200
        refused = ask(url, "look", "POST", json={"name": "c"})
        assert (refused.status_code, "agents:create" in refused.text) == (403, True)
        bobs = ask(url, "other", "POST", json={"name": "d"}).json()["owner_id"]
        assert [item["name"] for item in ask(url, "look").json()["items"]] == ["d"]
        assert ask(url, "unknown").status_code == 403
    assert lines[1].endswith("LANGSMITH_API_KEY=mine")
    assert lines[2:] == [
        f"mine is a key of user {DEFAULT_USER}: read and write",
        f"anns is a key of user {ANN}: read and write",
        f"look is a key of user {bobs}: read only",
        f"other is a key of user {bobs}: read and write",
    ]


def test_a_read_only_key_plans(tmp_path):
    write_project(tmp_path, {"name": "A", "system_prompt": "You answer."})
    with emulating("--key", "k:ann:read") as (_, url):
        environ = {"LANGSMITH_ENDPOINT": url, "LANGSMITH_API_KEY": "k"}
        done = agentsync("plan", "-C", tmp_path, "--format", "json", **environ)
    assert done.code == ExitCode.OK, done.err
    assert [change["action"] for change in done.json["plan"]["changes"]] == ["create"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([""], "needs a key"),
        ([":ann:read"], "needs a key"),
        (["two words"], "needs a key"),
        (["k:ann:admin"], "'admin'"),
        (["k:ann:read:more"], "'read:more'"),
        (["k:ann", "k:bob"], "the same key twice"),
    ],
)
def test_keys_that_make_no_sense(keys, said):
    done = agentsync("emulate", *(word for key in keys for word in ("--key", key)))
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert said in done.err


# -- what it says


def test_refusals_name_the_options_as_they_are_typed():
    done = agentsync("emulate", "--host", "0.0.0.0")
    assert done.code == ExitCode.REFUSED
    assert "accepts any key" in done.err
    assert "(--allow-remote)" in done.err
    done = agentsync("emulate", "--host", "0.0.0.0", "--key", "k")
    assert done.code == ExitCode.REFUSED
    assert "any key" not in done.err
    done = agentsync("emulate", "--host", "0.0.0.0", "--allow-remote", "--admin")
    assert done.code == ExitCode.REFUSED
    assert "(--allow-remote-admin)" in done.err


def test_help_lists_the_renderings():
    said = agentsync("emulate", "--help", COLUMNS="200").out
    row = next(line for line in said.splitlines() if "--rendering" in line)
    assert all(name in row for name in RENDERINGS)


def test_errors_look_like_those_of_other_commands(tmp_path):
    done = agentsync("emulate", "--fault", "{")
    other = agentsync("schema", "show", "no-such-schema")
    assert done.code == ExitCode.USAGE
    assert "--fault is not JSON" in done.err
    assert other.err.split(":")[0] == done.err.split(":")[0]


# -- a reader that leaves


def test_it_goes_on_when_nobody_reads_what_it_said():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        [sys.executable, "-m", "agentsync", "emulate", "--port", str(port)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writing)
        try:
            assert answers(process, f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (ExitCode.OK, "")


def answers(process, url):
    with httpx.Client(trust_env=False) as client:
        while process.poll() is None:
            try:
                answer = client.get(url + AGENTS, headers={"X-Api-Key": "k"})
            except httpx.ConnectError:
                threading.Event().wait(0.02)
                continue
            return answer.json()["items"] == []
    return False


def test_the_list_of_readings_may_be_cut_short():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "agentsync", "emulate", "--reading", "help"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
