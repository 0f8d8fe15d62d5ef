"""What the options that decide beforehand come to."""

import pytest

from agentsync.cli import app, confirming, reading
from agentsync.errors import ExitCode
from agentsync.model import OnConflict, OnDrift
from agentsync.ops.asking import Asked


@pytest.fixture
def asked(monkeypatch):
    """The choices that a command line comes to; nothing is planned or applied."""
    found = []
    monkeypatch.setattr("agentsync.cli.output.deliver", lambda report, output: 0)
    monkeypatch.setattr(reading, "plan", lambda options, *_: found.append(options))
    monkeypatch.setattr(confirming, "apply", lambda options, *_: found.append(options))

    def parsed(*arguments):
        assert app.run(arguments) == ExitCode.OK
        return found[-1].asked

    return parsed


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_is_not_said_is_left_to_agentsync_yaml(asked, command):
    assert asked(command) == Asked()
    assert asked(command).on_drift is None


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    ("arguments", "choices"),
    [
        *((("--on-drift", each.value), Asked(on_drift=each)) for each in OnDrift),
        *((("--on-conflict", each.value), Asked(on_conflict=each)) for each in OnConflict),
        (("--adopt",), Asked(adopt=True)),
        (("--take-over",), Asked(take_over=True)),
        (("--delete", "b", "--delete", "a"), Asked(delete=("b", "a"))),
    ],
)
def test_every_choice_arrives(asked, command, arguments, choices):
    assert asked(command, *arguments) == choices


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    "arguments", [("--on-drift", "git"), ("--on-conflict", "keep"), ("--delete",), ("--on-drift",)]
)
def test_no_other_choice_does(command, arguments, capsys):
    assert app.run([command, *arguments]) == ExitCode.USAGE
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize("command", ["diff", "drift", "status"])
def test_commands_that_only_read_have_nothing_to_decide(command, capsys):
    assert app.run([command, "--adopt"]) == ExitCode.USAGE
    assert "--adopt" in capsys.readouterr().err
