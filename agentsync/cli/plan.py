"""`agentsync plan`."""

from pathlib import Path
from typing import Any

import click

from agentsync.cli.deciding import asked_of, choice_options
from agentsync.cli.options import (
    agents_argument,
    directory_option,
    exit_code_option,
    live_options,
    output_of,
    output_options,
    shard_option,
)


@click.command(name="plan")
@agents_argument
@live_options
@shard_option
@exit_code_option
@click.option(
    "-o",
    "save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan for `agentsync apply FILE`, with a digest over all of it.",
)
@choice_options
@directory_option
@output_options
def command(save: Path | None, **parameters: Any) -> int:
    """Show what apply would do to each AGENT (folder names; default: all).

    Reads the definitions and the live agents; writes nothing. A saved plan holds the choices
    made here.
    """
    from agentsync.cli.reading import run_plan

    output = output_of(parameters)
    return run_plan("plan", parameters, output, asked=asked_of(parameters), save=save)
