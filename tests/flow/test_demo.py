"""`demo` as a user runs it: what it leaves alone, how it stops, and the commands it prints."""

import errno
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from command import agentsync

from agentsync.cli.app import run
from agentsync.errors import ExitCode
from agentsync.files import shipped

STORY = [
    ("validate", "3 agents are valid\n"),
    ("apply -t staging --yes", "3 created\n"),
    ("apply -t staging --yes", "3 in sync\nNothing was written.\n"),
    ("drift -t staging", "1 agent drifted, 3 fields edited outside git, "),
    ("pull -t staging", "1 agent pulled, 2 unchanged\n"),
    ("drift -t staging", "No drift in 3 agents.\n"),
    ("plan -t staging -o plan.json", "  kept as edited outside git"),
    ("apply plan.json", "1 updated, 2 in sync\n"),
    ("apply -t staging --yes", "1 refused, 2 in sync\nNothing was written.\n"),
    ("apply -t staging --yes --on-conflict git --on-drift revert", "1 updated, 2 in sync\n"),
    ("status -t staging", "3 in sync\n"),
    ("plan -t staging --output html=plan.html", "! refused: apply does nothing of this plan\n"),
]
DEMO = [sys.executable, "-m", "agentsync", "demo", "--folder"]


def everything_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def started(*words, **more):
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell that puts the tests into the background has them ignore it, and so their children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **more
    )


# -- where it writes


@pytest.mark.parametrize(
    "names", [["project"], ["schemas"], ["emulator.sqlite"], ["project", "schemas"]]
)
def test_it_overwrites_nothing(tmp_path, names):
    for name in names:
        path = tmp_path / name / "agentsync.yaml" if name == "project" else tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine\n")
    before = everything_below(tmp_path)
    done = agentsync("demo", "--folder", tmp_path)
    assert done.code == ExitCode.REFUSED
    assert all((tmp_path / name).as_posix() in done.err for name in names)
    assert done.out == ""
    assert everything_below(tmp_path) == before


def test_a_link_to_nowhere_is_in_the_way_too(tmp_path):
    (tmp_path / "project").symlink_to(tmp_path / "elsewhere")
    assert agentsync("demo", "--folder", tmp_path).code == ExitCode.REFUSED
    assert not (tmp_path / "elsewhere").exists()


def test_other_files_in_the_folder_are_no_obstacle(tmp_path):
    (tmp_path / "notes.txt").write_text("mine\n")
    assert agentsync("demo", "--folder", tmp_path).code == ExitCode.OK
    assert (tmp_path / "notes.txt").read_text() == "mine\n"
    assert agentsync("demo", "--folder", tmp_path).code == ExitCode.REFUSED


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "afile").write_text("mine\n")
    done = agentsync("demo", "--folder", tmp_path / "afile" / "x")
    assert done.code == ExitCode.USAGE
    assert "cannot make" in done.err
    assert "Not a directory" in done.err


def test_no_temporary_folder(monkeypatch, capsys):
    def nowhere(*arguments, **more):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", nowhere)
    assert run(["demo"]) == ExitCode.USAGE
    assert "cannot make a temporary folder: No usable" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch, capsys):
    place = tmp_path / "place"
    place.mkdir(mode=0o500)
    # The superuser may write there, and tests often run as one.
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    assert run(["demo", "--folder", str(place)]) == ExitCode.USAGE
    assert "cannot write to" in capsys.readouterr().err
    assert list(place.iterdir()) == []


def test_a_disk_that_fills_up(tmp_path, monkeypatch, capsys):
    def full(*arguments, **more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name in ("LANGSMITH_ENDPOINT", "LANGSMITH_API_KEY"):
        monkeypatch.setenv(name, "restored afterwards")
    monkeypatch.setattr(shutil, "copytree", full)
    assert run(["demo", "--folder", str(tmp_path)]) == ExitCode.ERROR
    assert "No space left" in capsys.readouterr().err


# -- the story


def test_each_command_of_the_story_says_what_it_is_there_for(tmp_path):
    done = agentsync("demo", "--folder", tmp_path)
    assert done.code == ExitCode.OK, done.err
    told = done.out.split("$ agentsync ")[1:]
    assert [text.partition("\n")[0] for text in told] == [command for command, _ in STORY]
    for text, (_, said) in zip(told, STORY, strict=True):
        assert f"\n{said}" in text


# -- how it stops


def test_it_stops_at_the_first_command_that_fails(tmp_path, monkeypatch, capsys):
    broken = tmp_path / "examples"
    shutil.copytree(shipped.examples(), broken)
    with (broken / "agents" / "release-notes" / "agent.yaml").open("a") as file:
        file.write("\nno_such_field: 1\n")
    monkeypatch.setattr(shipped, "examples", lambda: broken)
    for name in ("LANGSMITH_ENDPOINT", "LANGSMITH_API_KEY"):
        monkeypatch.setenv(name, "restored afterwards")
    assert run(["demo", "--folder", str(tmp_path / "place")]) == ExitCode.ERROR
    said = capsys.readouterr()
    assert "$ agentsync validate" in said.out
    assert "$ agentsync apply" not in said.out
    assert "Try it by hand" not in said.out
    assert "The demo stops here" in said.err


@pytest.mark.parametrize(
    "moment",
    [
        "1. A company",
        "$ agentsync validate",
        "$ agentsync apply",
        "3. Somebody",
        "$ agentsync plan",
    ],
)
def test_an_interrupt_ends_it_wherever_it_is(tmp_path, moment):
    with started(*DEMO, str(tmp_path / "place")) as process:
        for line in process.stdout:
            if moment in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=60)
    # CPython ends itself with the signal when it struck inside an exec() of a string, as in
    # the making of a dataclass; to a shell that is the same code.
    code = process.returncode
    assert (128 - code if code < 0 else code) == ExitCode.INTERRUPTED, err
    assert err.strip() == "interrupted"
    assert "Try it by hand" not in out


@pytest.mark.parametrize("lines", [1, 3, 12])
def test_a_reader_may_leave(tmp_path, lines):
    with started(*DEMO, str(tmp_path / "place")) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(60) == ExitCode.OK
    assert err in ("", "agentsync: the plan is saved in plan.json\n")


# -- what it says to type


def by_hand(out):
    lines = iter(out.splitlines())
    assert "Try it by hand:" in lines
    return [line.strip() for line in lines if line.startswith("  ")]


@pytest.fixture
def usual_port_taken():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8123))
            other.listen()
        except OSError:
            pass  # Somebody has it already, which is just as well.
        yield


@pytest.mark.parametrize("name", ["place", "it's a $place; with `spaces`"])
def test_the_printed_commands_work(tmp_path, name, usual_port_taken):
    done = agentsync("demo", "--folder", name, cwd=tmp_path)
    assert done.code == ExitCode.OK, done.err
    emulate, export, enter, edit, plan, apply = by_hand(done.out)
    assert emulate.endswith(" &")
    with started(*shlex.split(emulate[:-2]), cwd=tmp_path) as server:
        try:
            assert "answers at" in server.stdout.readline()
            for line, expected in (
                (plan, "3 agents are in sync"),
                (f"{edit}\n{plan}", "1 to update"),
                (f"{apply} --yes", "1 updated"),
                (plan, "3 agents are in sync"),
            ):
                shown = in_a_shell(f"{export}\n{enter}\n{line}", tmp_path)
                assert shown.returncode == ExitCode.OK, shown.stderr
                assert expected in shown.stdout
        finally:
            server.send_signal(signal.SIGINT)
            _, err = server.communicate(timeout=20)
    assert (server.returncode, err) == (ExitCode.OK, "")


def in_a_shell(script: str, folder: Path):
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
