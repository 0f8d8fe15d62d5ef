"""`agentsync plan`."""

from pathlib import Path
from typing import Any

import click

from agentsync.cli.options import directory_option, output_of, output_options, reading_options


@click.command(name="plan")
@reading_options
@click.option(
    "-o",
    "save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan, with a digest over all of it.",
)
@directory_option
@output_options
def command(save: Path | None, **parameters: Any) -> int:
    """Show what apply would do to each AGENT (folder names; default: all).

    Reads the definitions and the live agents; writes nothing.
    """
    from agentsync.cli.reading import run_plan

    output = output_of(parameters)
    return run_plan("plan", parameters, output, save=save)
