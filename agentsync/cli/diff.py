"""`agentsync diff`."""

from typing import Any

import click

from agentsync.cli.options import (
    agents_argument,
    directory_option,
    exit_code_option,
    live_options,
    output_of,
    output_options,
    shard_option,
)


@click.command(name="diff")
@agents_argument
@live_options
@shard_option
@exit_code_option
@click.option("--all", "show_all", is_flag=True, help="Also what is live and not managed by git.")
@directory_option
@output_options
def command(show_all: bool, **parameters: Any) -> int:
    """Show every field in which each live AGENT differs from git, and who made it differ."""
    from agentsync.cli.reading import run_plan

    output = output_of(parameters, show_all=show_all)
    return run_plan("diff", parameters, output, show_unmanaged=show_all)
