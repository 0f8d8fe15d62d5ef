"""`agentsync init`."""

from pathlib import Path
from typing import Any

import click

from agentsync.cli.options import output_of, output_options


@click.command(name="init")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@click.option("--project", help="The project's name.  [default: the folder's]")
@click.option("--bare", is_flag=True, help="No first agent: for `agentsync import`.")
@output_options
def command(directory: Path, project: str | None, bare: bool, **parameters: Any) -> int:
    """Scaffold a project in DIRECTORY (default: here); nothing is overwritten."""
    from agentsync.cli.output import answer
    from agentsync.ops.init import init

    output = output_of(parameters)
    return answer("init", lambda: init(directory, project=project, bare=bare), output)
