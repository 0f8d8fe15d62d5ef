"""What the shared options take, and what they refuse."""

import os
import subprocess
import sys

import pytest
from written import write_project

from agentsync.cli import app, reading
from agentsync.cli.options import output_of
from agentsync.errors import ExitCode


@pytest.fixture
def options(monkeypatch):
    """The PlanOptions that a command line comes to; nothing is planned."""

    def parsed(*arguments):
        found = []
        monkeypatch.setattr(reading, "answer", lambda name, operation, output: operation())
        monkeypatch.setattr(reading, "plan", lambda options, *_: found.append(options))
        app.run(["plan", *arguments])
        return found[0]

    return parsed


@pytest.mark.parametrize("command", ["plan", "diff", "apply", "drift", "pull"])
@pytest.mark.parametrize(
    "shard",
    [
        *("0/3", "3/0", "0/0", "4/3", "-1/3", "1/-3", "a/b", "1/b", "a/3", "1/3/5", "1/", "/3"),
        *(
            "/",
            "",
            "1",
            "1.0/3",
            "1 /3",
            "1/3 ",
            "+1/3",
            "1\\3",
            "²/3",
            "1_0/20",
            "1/" + "9" * 30,
            "١/٣",
        ),
    ],
)
def test_a_shard_that_is_none_is_refused(command, shard, capsys):
    assert app.run([command, "--shard", shard]) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{shard!r} is not I/N with 1 ≤ I ≤ N" in " ".join(shown.err.split())


@pytest.mark.parametrize(
    ("arguments", "shard"),
    [
        ((), (1, 1)),
        (("--shard", "1/1"), (1, 1)),
        (("--shard", "2/5"), (2, 5)),
        (("--shard", "5/5"), (5, 5)),
        (("--shard", "10/12"), (10, 12)),
    ],
)
def test_a_shard_is_two_numbers(options, arguments, shard):
    assert options(*arguments).shard == shard


@pytest.mark.parametrize("workers", ["0", "-1", "257", "many", "1.5", ""])
def test_workers_have_bounds(workers, capsys):
    assert app.run(["plan", "--workers", workers]) == ExitCode.USAGE
    assert "--workers" in capsys.readouterr().err


def test_workers_at_the_bounds(options):
    assert options().workers == 16
    assert [options("--workers", each).workers for each in ("1", "256")] == [1, 256]


@pytest.mark.parametrize(
    "command",
    ["plan", "diff", "apply", "drift", "status", "validate", "init", "pull", "import"],
)
@pytest.mark.parametrize(
    "value", ["", "json", "json=", "=r.json", "=", "pdf=r.pdf", "JSON=r.json", " json=r.json"]
)
def test_an_output_that_is_none_is_refused(command, value, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert app.run([command, "--output", f"json={tmp_path / 'ok'}", "--output", value]) == 64
    shown = " ".join(capsys.readouterr().err.split())
    assert f"{value!r} is not FORMAT=FILE with a format of " in shown
    assert list(tmp_path.iterdir()) == []


def test_an_output_may_hold_an_equals_sign(tmp_path):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    code = app.run(["validate", "-C", str(tmp_path), "--output", f"text={tmp_path / 'a=b'}"])
    assert code == ExitCode.OK
    assert (tmp_path / "a=b").read_text()


@pytest.mark.parametrize(
    ("environ", "no_color", "expected"),
    [
        ({}, False, (True, False)),
        ({}, True, (False, False)),
        ({"NO_COLOR": "1"}, False, (False, False)),
        ({"NO_COLOR": "0"}, False, (False, False)),
        ({"NO_COLOR": ""}, False, (True, False)),
        ({"FORCE_COLOR": "1"}, False, (True, True)),
        ({"FORCE_COLOR": "0"}, False, (True, False)),
        ({"FORCE_COLOR": ""}, False, (True, False)),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, (False, False)),
        ({"FORCE_COLOR": "1"}, True, (False, False)),
    ],
)
def test_who_gets_colours(monkeypatch, environ, no_color, expected):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    given = {"no_color": no_color, "format_": "text", "files": (), "verbose": False, "mine": 1}
    output = output_of(given)
    assert (output.color, output.forced_color) == expected
    assert given == {"mine": 1}


@pytest.mark.parametrize(
    ("arguments", "environ", "coloured"),
    [((), {}, True), (("--no-color",), {}, False), ((), {"NO_COLOR": "1"}, False)],
)
def test_a_terminal_gets_colours_unless_it_is_told_not_to(tmp_path, arguments, environ, coloured):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "agentsync", "validate", "-C", str(tmp_path), *arguments],
            env={**os.environ, "TERM": "xterm", **environ},
            stdout=theirs,
            timeout=60,
            check=False,
        )
        shown = os.read(ours, 65536)
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == ExitCode.OK
    assert (b"\x1b[" in shown) is coloured
