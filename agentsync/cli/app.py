"""The program: one command runs, and its exit code is the answer, whatever happens."""

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from agentsync import __version__
from agentsync.cli.commands import COMPLETE, Commands
from agentsync.errors import BugError, ExitCode


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

            return respond(app, asked)
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
