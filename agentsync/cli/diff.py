"""`agentsync diff`."""

from typing import Any

import click

from agentsync.cli.options import directory_option, output_of, output_options, reading_options


@click.command(name="diff")
@reading_options
@click.option("--all", "show_all", is_flag=True, help="Also what is live and not managed by git.")
@directory_option
@output_options
def command(show_all: bool, **parameters: Any) -> int:
    """Show every field in which each live AGENT differs from git, with revision tokens."""
    from agentsync.cli.reading import run_plan

    output = output_of(parameters, show_all=show_all)
    return run_plan("diff", parameters, output, show_unmanaged=show_all)
