"""From an operation to a printed report and an exit code, the same way for every command."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

import click

from agentsync import __version__
from agentsync.cli.options import Output
from agentsync.cli.pipe import forget, reader_may_leave
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
    text = render(stopped("", error), "text", _options(Output()))
    click.echo(text, nl=False, err=True)
    return int(error.exit_code)


def deliver(report: Report, output: Output) -> int:
    """Write the report to the files asked for, then print it; the answer is the exit code."""
    for kind, path in output.files:
        try:
            path.write_text(render(report, kind, _options(output)), encoding="utf-8")
        except OSError as error:
            report = _not_written(report, str(path), error)
    # An error is no answer: people's shells and pipes expect it on stderr. JSON is always whole.
    told = report.plan or report.diagnostics or report.listing or report.patches or report.history
    stopped_short = report.problems and not told
    stream = sys.stderr if output.format == "text" and stopped_short else sys.stdout
    try:
        show(report, output, stream)
    except OSError as error:
        click.echo(f"error: cannot print the report: {error.strerror}", err=True)
        return int(report.exit_code or ExitCode.ERROR)
    return int(report.exit_code)


def show(report: Report, output: Output, stream: TextIO) -> None:
    """Print the report on `stream`, whose reader may leave before the end.

    Errors: OSError when it cannot be printed; later prints go nowhere then.
    """
    color = output.forced_color or (output.color and stream.isatty())
    width = shutil.get_terminal_size().columns if stream.isatty() else 0
    text = render(report, output.format, _options(output, color=color, width=width))
    try:
        with reader_may_leave(stream):
            click.echo(text, nl=False, file=stream, color=color)
            stream.flush()
    except OSError:
        forget(stream)
        raise


def _not_written(report: Report, path: str, error: OSError) -> Report:
    """The report with one more problem: a file that was asked for is not there."""
    problem = Problem(code="output", message=f"cannot write {path}: {error.strerror}")
    code = report.exit_code if report.exit_code is ExitCode.BUG else ExitCode.ERROR
    return replace(report, exit_code=code, problems=(*report.problems, problem))


def _options(output: Output, *, color: bool = False, width: int = 0) -> RenderOptions:
    return RenderOptions(color=color, width=width, verbose=output.verbose, show_all=output.show_all)
