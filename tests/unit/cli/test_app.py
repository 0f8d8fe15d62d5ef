"""How the command line ends, whatever happens."""

import io
import os
import signal
import subprocess
import sys

import pytest
from command import agentsync
from written import write_project

from agentsync import __version__
from agentsync.cli import app
from agentsync.cli.commands import COMMANDS
from agentsync.errors import ExitCode


def test_the_version_is_answered_with_nothing_else_imported():
    shown = "import sys; sys.argv = ['agentsync', '--version']; from agentsync.cli import main; "
    shown += "main(); print(sorted(m for m in sys.modules if m.split('.')[0] in "
    shown += "('click', 'yaml', 'json', 'dataclasses', 'enum', 'httpx')))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == f"agentsync {__version__}\n[]\n"
    assert agentsync("-V").out == f"agentsync {__version__}\n"


def test_help_imports_no_command():
    code = "import sys; from agentsync.cli.app import run; run(['--help']); "
    code += "print([m for m in sys.modules if m in ('yaml', 'httpx', 'agentsync.cli.plan')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    for name in COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize(
    "arguments", [(), ("nope",), ("plan", "--nope"), ("plan", "--format", "pdf"), ("-C",)]
)
def test_a_wrong_command_line_is_64(arguments):
    done = agentsync(*arguments)
    assert done.code == ExitCode.USAGE
    assert done.out == ""
    assert done.err


def test_no_project_is_an_error_with_a_hint(tmp_path):
    done = agentsync("validate", cwd=tmp_path)
    assert done.code == ExitCode.ERROR
    assert "agentsync init" in done.err
    report = agentsync("validate", "--format", "json", cwd=tmp_path).json
    assert report["exit_code"] == ExitCode.ERROR
    assert report["problems"][0]["code"] == "project"


def test_a_bug_is_70_without_a_traceback(monkeypatch, capsys):
    def broken(*arguments, **options):
        raise RuntimeError("the secret key")

    monkeypatch.setattr(app.app, "main", broken)
    assert app.run(["plan"]) == ExitCode.BUG
    shown = capsys.readouterr().err
    assert "a bug in agentsync: RuntimeError at test_app.py" in shown
    assert "Traceback" not in shown
    assert "secret" not in shown
    monkeypatch.setenv("AGENTSYNC_DEBUG", "1")
    app.run(["plan"])
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_130(tmp_path):
    """A plan that waits for an answer which never comes ends at once on Ctrl-C."""
    import socket

    write_project(tmp_path, {"name": "A"})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            **os.environ,
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "LANGSMITH_API_KEY": "k",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "agentsync", "plan", "-C", str(tmp_path)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A runner in the background may have been started to ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        silent.settimeout(60)
        with silent.accept()[0]:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out == ""


def test_a_closed_pipe_is_no_complaint():
    process = subprocess.Popen(
        [sys.executable, "-m", "agentsync", "schema", "show", "agent"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 0


def test_text_that_the_terminal_cannot_show_does_not_end_a_report(tmp_path):
    write_project(tmp_path, {"name": "A"})
    (tmp_path / "agents" / "a" / "agent.yaml").write_text("name: A\n✓color: 1\n", "utf-8")
    done = agentsync("validate", cwd=tmp_path, PYTHONIOENCODING="latin-1")
    assert done.code == ExitCode.ERROR
    assert "unknown key `\\u2713color`" in done.out


def test_places_are_paths_from_the_current_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    write_project(tmp_path / "inner", {"name": "A", "system_prompt": "p"})
    (tmp_path / "inner" / "agents" / "a" / "agent.yaml").write_text("name: A\ncolor: 1\n")
    shown = agentsync("validate", "-C", "inner", cwd=tmp_path).out
    assert shown.startswith("inner/agents/a/agent.yaml:2:1: error:")
    inside = agentsync("validate", cwd=tmp_path / "inner" / "agents").out
    assert inside.startswith("../agents/a/agent.yaml:2:1: error:")
    report = agentsync("validate", "-C", "inner", "--format", "json", cwd=tmp_path).json
    assert report["root"] == "inner"
    assert report["diagnostics"][0]["span"]["path"] == "agents/a/agent.yaml"


def test_json_says_the_exit_code_that_the_process_has(tmp_path):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    done = agentsync("validate", "--format", "json", "--output", "text=/no/where", cwd=tmp_path)
    assert done.code == done.json["exit_code"] == ExitCode.ERROR
    assert "cannot write /no/where" in done.json["problems"][0]["message"]


@pytest.mark.parametrize("command", [("validate",), ("--version",), ("schema", "show")])
def test_a_full_disk_is_no_bug(tmp_path, command):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agentsync", *command],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == ExitCode.ERROR
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_bug(tmp_path, closing):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    command = f"{sys.executable} -m agentsync validate {closing}"
    assert subprocess.run(command, shell=True, cwd=tmp_path).returncode == 0


def test_colours_are_for_terminals_and_for_those_who_force_them(tmp_path):
    write_project(tmp_path, {"name": "A", "system_prompt": "p"})
    for environ, coloured in [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ]:
        shown = agentsync("validate", cwd=tmp_path, **environ).out
        assert ("\x1b[" in shown) is coloured, environ


def test_what_an_interrupt_breaks_is_an_interrupt(monkeypatch, capfd):
    def main(*arguments, **more):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise io.UnsupportedOperation("not writable") from None

    monkeypatch.setattr(app.app, "main", main)
    assert app.run(["validate"]) == ExitCode.INTERRUPTED
    assert capfd.readouterr().err == "interrupted\n"


def test_an_interrupt_is_told_even_when_its_stream_is_broken(monkeypatch, capfd):
    def broken(*arguments, **more):
        raise io.UnsupportedOperation("not writable")

    def main(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(app.app, "main", main)
    monkeypatch.setattr("click.echo", broken)
    assert app.run(["validate"]) == ExitCode.INTERRUPTED
    assert capfd.readouterr().err == "interrupted\n"
