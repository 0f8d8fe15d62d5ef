"""Options that several commands share, and what they come to."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from agentsync.cli import completing
from agentsync.render import FORMATS

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a report goes, and in which forms.

    Shape: `files` holds (format, path) pairs; `color` says that a terminal gets colours, and
    `forced_color` that everything does.
    """

    format: str = "text"
    files: tuple[tuple[str, Path], ...] = ()
    color: bool = True
    forced_color: bool = False
    verbose: bool = False
    show_all: bool = False


def _output_files(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, Path], ...]:
    """The (format, path) pairs that FORMAT=FILE texts stand for."""
    pairs = []
    for value in values:
        kind, _, path = value.partition("=")
        if kind not in FORMATS or not path:
            known = ", ".join(FORMATS)
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with a format of {known}")
        pairs.append((kind, Path(path)))
    return tuple(pairs)


def _shard(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """The two numbers of I/N, the first within the second."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", value)
    part, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= part <= parts:
        raise click.BadParameter(f"{value[:40]!r} is not I/N with 1 ≤ I ≤ N, such as 2/5")
    return part, parts


def directory_option(function: Function) -> Function:
    """Add -C."""
    return click.option(
        "-C",
        "directory",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The project's folder, or one inside it.  [default: here]",
    )(function)


def output_options(function: Function) -> Function:
    """Add --format, --output, --no-color, -v; the command gets one `output: Output`."""
    options = (
        click.option(
            "--format",
            "format_",
            type=click.Choice(list(FORMATS)),
            default="text",
            help="What to print.  [default: text]",
        ),
        click.option(
            "--output",
            "files",
            callback=_output_files,
            shell_complete=completing.outputs,
            multiple=True,
            metavar="FORMAT=FILE",
            help="Also write the report to a file; may be repeated.",
        ),
        click.option("--no-color", is_flag=True, help="Plain text; NO_COLOR=1 does the same."),
        click.option("-v", "--verbose", is_flag=True, help="Say more."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def output_of(parameters: dict[str, Any], *, show_all: bool = False) -> Output:
    """The Output that the options of `output_options` come to; takes them out of `parameters`."""
    plain = parameters.pop("no_color") or bool(os.environ.get("NO_COLOR"))
    forced = os.environ.get("FORCE_COLOR", "0") not in ("", "0")
    return Output(
        format=parameters.pop("format_"),
        files=tuple(parameters.pop("files")),
        color=not plain,
        forced_color=forced and not plain,
        verbose=parameters.pop("verbose"),
        show_all=show_all,
    )


def agents_argument(function: Function) -> Function:
    """Add AGENT…."""
    return click.argument(
        "agents", nargs=-1, metavar="[AGENT]...", shell_complete=completing.agents
    )(function)


def live_options(function: Function) -> Function:
    """Add what every command about live agents takes: -t, --workers."""
    workers = click.option(
        "--workers",
        type=click.IntRange(1, 256),
        default=16,
        show_default=True,
        help="How many agents to work on at a time.",
    )
    return target_option(workers(function))


def target_option(function: Function) -> Function:
    """Add -t."""
    return click.option(
        "-t",
        "--target",
        default="",
        shell_complete=completing.targets,
        help="The environment, as agentsync.yaml names it.",
    )(function)


def shard_option(function: Function) -> Function:
    """Add --shard."""
    return click.option(
        "--shard", callback=_shard, default="1/1", metavar="I/N", help="Only the I-th of N parts."
    )(function)


def exit_code_option(function: Function) -> Function:
    """Add --exit-code."""
    return click.option("--exit-code", is_flag=True, help="Exit with 2 when anything differs.")(
        function
    )
