"""The group of commands, each imported only when it is called."""

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

import click

from agentsync import __version__
from agentsync.errors import BugError, ExitCode

# name → the line `agentsync --help` shows. The command itself is `command` in the module of the
# same name beside this file; where Python has taken the name, with an underscore behind it.
COMMANDS = {
    "init": "Scaffold a project.",
    "import": "Make definitions of live agents, or of the official CLI's projects.",
    "validate": "Check every definition, offline: all problems at once, with file:line:column.",
    "plan": "Show what apply would do.",
    "diff": "Show every differing field, and who made it differ.",
    "apply": "Do what plan shows; nobody's edit is overwritten unasked.",
    "drift": "Show only what changed outside git since the last apply.",
    "status": "Show a line per agent: in sync, ahead, drifted, conflict, missing.",
    "pull": "Bring edits made outside git into the files, and touch nothing else there.",
    "log": "Show an agent's revisions, and what each one changed.",
    "rollback": "Go back to a revision: planned, shown, checked, as every write.",
    "schema": "Show the JSON Schemas, derive them from an OpenAPI file, check for news.",
    "emulate": "Run the local API server.",
    "demo": "Tell the whole story against the embedded emulator, without any key.",
    "completion": "Print the script that completes commands, agents and targets in your shell.",
}


COMPLETE = "_AGENTSYNC_COMPLETE"
"""The variable by which a shell's script asks what it may offer, instead of running anything."""


class Commands(click.Group):
    """A group that knows its commands by name and imports one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in the order of a user's first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"agentsync.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: "
    + ", ".join(f"{int(code)} {code.name.lower()}" for code in ExitCode)
    + ". README says more.",
)
@click.version_option(__version__, "--version", "-V", message="agentsync %(version)s")
def app() -> None:
    """Keep hosted LLM agents in git: plan, apply, and know who changed what."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is the process's exit code, whatever happened."""
    # Started with a closed stream (`>&-`), Python has none at all.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Live text may hold what the terminal's encoding lacks; that must not end a report.
            stream.reconfigure(errors="backslashreplace")
    try:
        if asked := os.environ.get(COMPLETE):
            from agentsync.cli.completion import respond

            return respond(asked)
        code = app.main(list(arguments), prog_name="agentsync", standalone_mode=False)
        return int(code or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else str(error), err=True)
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except Exception as error:
        return _interrupted() if _struck(error) else _bug(error)


def _interrupted() -> int:
    try:
        click.echo("interrupted", err=True)
    except (OSError, ValueError):
        # The interrupt struck while a stream was set up, and broke it.
        with contextlib.suppress(OSError):
            os.write(2, b"interrupted\n")
    return ExitCode.INTERRUPTED


def _struck(error: BaseException | None) -> bool:
    """Whether an interrupt led to this error: what it breaks may fail in ways of its own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _bug(error: Exception) -> int:
    import traceback

    found = BugError.of(error)
    click.echo(f"error: {found.message}\n    {found.hint}", err=True)
    if os.environ.get("AGENTSYNC_DEBUG"):
        traceback.print_exception(error)
    return ExitCode.BUG
