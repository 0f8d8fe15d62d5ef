"""From an operation to a printed report and an exit code, the same way for every command."""

import os
import shutil
import sys
from collections.abc import Callable

import click

from agentsync import __version__
from agentsync.cli.options import Output
from agentsync.errors import AgentsyncError, ExitCode
from agentsync.model import Problem, Report
from agentsync.render import RenderOptions, render


def answer(command: str, operation: Callable[[], Report], output: Output) -> int:
    """Run `operation`, print its report in every form asked for, and give its exit code.

    What stops the operation becomes a report as well, so that JSON is complete also then.
    """
    try:
        report = operation()
    except AgentsyncError as error:
        report = stopped(command, error)
    return deliver(report, output)


def stopped(command: str, error: AgentsyncError) -> Report:
    """The report of a command that could not do its work."""
    return Report(
        command=command,
        exit_code=error.exit_code,
        tool_version=__version__,
        problems=(Problem.of(error),),
    )


def complain(error: AgentsyncError) -> int:
    """Say on stderr what stopped a command that makes no report, and give its exit code."""
    click.echo(f"agentsync: {error.message}", err=True)
    if error.hint:
        click.echo(f"  hint: {error.hint}", err=True)
    return int(error.exit_code)


def deliver(report: Report, output: Output) -> int:
    """Print the report and write it to the files asked for."""
    code = int(report.exit_code)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    text = render(report, output.format, _options(output, color=output.color, width=width))
    # An error is no answer: people's shells and pipes expect it on stderr. JSON is always whole.
    stopped_short = report.problems and not (report.plan or report.diagnostics or report.listing)
    to_stderr = output.format == "text" and bool(stopped_short)
    try:
        click.echo(text, nl=False, err=to_stderr, color=output.color)
    except BrokenPipeError:
        # The reader has seen enough (`| head`): no complaint, and the exit code stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for kind, path in output.files:
        try:
            path.write_text(render(report, kind, _options(output)), encoding="utf-8")
        except OSError as error:
            click.echo(f"agentsync: cannot write {path}: {error.strerror}", err=True)
            code = code or ExitCode.ERROR
    return code


def _options(output: Output, *, color: bool = False, width: int = 0) -> RenderOptions:
    return RenderOptions(color=color, width=width, verbose=output.verbose, show_all=output.show_all)
