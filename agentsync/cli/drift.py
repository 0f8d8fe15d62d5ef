"""`agentsync drift`."""

import os
from typing import Any

import click

from agentsync.cli.options import (
    agents_argument,
    directory_option,
    live_options,
    output_of,
    output_options,
    shard_option,
)


@click.command(name="drift")
@agents_argument
@live_options
@shard_option
@directory_option
@output_options
def command(**parameters: Any) -> int:
    """Show what changed outside git since the last apply, and nothing else; then exit with 2.

    What git has changed meanwhile is no drift, nor is an agent that was never applied.
    """
    from agentsync.cli.output import answer
    from agentsync.cli.progress import watch
    from agentsync.ops.drift import DriftOptions, drift

    output = output_of(parameters)
    options = DriftOptions(addresses=parameters.pop("agents"), **parameters)
    return answer("drift", lambda: drift(options, os.environ, watch("reading agents")), output)
