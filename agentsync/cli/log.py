"""`agentsync log`."""

import os
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.completing import agents
from agentsync.cli.options import directory_option, output_of, output_options, target_option

if TYPE_CHECKING:
    from agentsync.model import Report


@click.command(name="log")
@click.argument("address", metavar="AGENT", shell_complete=agents)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="At most so many revisions.",
)
@target_option
@directory_option
@output_options
def command(**parameters: Any) -> int:
    """Show the revisions of a live AGENT, newest first: when, by whom, and what changed.

    Revisions are those of the file tree: prompt, tools, skills, subagents, files. -v shows how
    the texts differ.
    """
    from agentsync.cli.output import answer
    from agentsync.cli.progress import watch

    output = output_of(parameters)

    def operation() -> "Report":
        from agentsync.ops.history import LogOptions, log

        return log(LogOptions(**parameters), os.environ, watch("reading revisions"))

    return answer("log", operation, output)
