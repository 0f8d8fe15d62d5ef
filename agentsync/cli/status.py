"""`agentsync status`."""

import os
from typing import Any

import click

from agentsync.cli.options import (
    agents_argument,
    directory_option,
    exit_code_option,
    live_options,
    output_of,
    output_options,
)


@click.command(name="status")
@agents_argument
@live_options
@exit_code_option
@directory_option
@output_options
def command(**parameters: Any) -> int:
    """Show a line per AGENT: how it stands between git and live, its id, its revision.

    Live agents without a definition are listed as well.
    """
    from agentsync.cli.output import answer
    from agentsync.cli.progress import watch
    from agentsync.ops.status import StatusOptions, status

    output = output_of(parameters)
    options = StatusOptions(addresses=parameters.pop("agents"), **parameters)
    return answer("status", lambda: status(options, os.environ, watch("reading agents")), output)
