"""`agentsync pull`."""

import os
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.options import (
    agents_argument,
    directory_option,
    live_options,
    output_of,
    output_options,
    shard_option,
)

if TYPE_CHECKING:
    from agentsync.model import Report

_CONFLICTS = ("ours", "theirs", "merge")


@click.command(name="pull")
@agents_argument
@live_options
@shard_option
@click.option("--ours", is_flag=True, help="Conflicts: keep what git says.")
@click.option("--theirs", is_flag=True, help="Conflicts: take what is live.")
@click.option(
    "--merge",
    is_flag=True,
    help="Conflicts: merge texts line by line; conflict markers where lines clash (exit code 3).",
)
@click.option("--dry-run", is_flag=True, help="Show the patch; write nothing.")
@click.option("--commit", is_flag=True, help="Make a git commit for each agent.")
@directory_option
@output_options
def command(**parameters: Any) -> int:
    """Bring what was edited outside git since the last apply into the files of each AGENT.

    Only the lines that say what was edited change. What git has changed meanwhile stays; of an
    agent with a field that both have changed, nothing is written until you choose --ours,
    --theirs or --merge.
    """
    from agentsync.cli.output import answer
    from agentsync.cli.progress import watch

    output = output_of(parameters)
    chosen = [name for name in _CONFLICTS if parameters.pop(name)]

    def operation() -> "Report":
        _check(chosen)
        from agentsync.ops.pull import Clash, PullOptions, pull

        options = PullOptions(
            addresses=parameters.pop("agents"),
            conflicts=Clash(chosen[0]) if chosen else None,
            **parameters,
        )
        return pull(options, os.environ, watch("reading agents"))

    return answer("pull", operation, output)


def _check(chosen: list[str]) -> None:
    """Errors: UsageError when conflicts are to be decided in two ways."""
    from agentsync.errors import UsageError

    if len(chosen) > 1:
        raise UsageError(
            f"{' and '.join(f'--{name}' for name in chosen)} exclude each other",
            hint="conflicts are decided in one way; name AGENTs to decide each in its own",
        )
