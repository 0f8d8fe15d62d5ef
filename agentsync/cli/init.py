"""`agentsync init`."""

from pathlib import Path

import click

from agentsync.cli.options import output_of, output_options


@click.command(name="init")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@click.option("--project", help="The project's name.  [default: the folder's]")
@output_options
def command(directory: Path, project: str | None, **parameters: object) -> int:
    """Scaffold a project in DIRECTORY (default: here); nothing is overwritten."""
    from agentsync.cli.output import answer
    from agentsync.ops.init import init

    return answer("init", lambda: init(directory, project=project), output_of(parameters))
