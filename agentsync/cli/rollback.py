"""`agentsync rollback`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.completing import agents
from agentsync.cli.options import directory_option, output_of, output_options, target_option

if TYPE_CHECKING:
    from agentsync.model import Report


@click.command(name="rollback")
@click.argument("address", metavar="AGENT", shell_complete=agents)
@click.option(
    "--to",
    required=True,
    metavar="REVISION",
    help="The revision, as `agentsync log` shows it: all of it, or its first 8 characters or more.",
)
@target_option
@click.option(
    "-o",
    "save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan for `agentsync apply FILE`; write nothing.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask, as in CI.")
@directory_option
@output_options
def command(yes: bool, **parameters: Any) -> int:
    """Make a live AGENT what it was at a revision: plan, show it, ask, write, read back.

    It is a new write on top, checked as every other one; no revision is lost. Git still says
    what it said: revert it there, too, or the next apply brings that back.
    """
    from agentsync.cli.output import answer

    output = output_of(parameters)

    def operation() -> "Report":
        from agentsync.cli.confirming import rolled_back
        from agentsync.ops.rollback import RollbackOptions

        return rolled_back(RollbackOptions(**parameters), output, yes=yes)

    return answer("rollback", operation, output)
