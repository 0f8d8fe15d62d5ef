"""`agentsync validate`."""

from pathlib import Path

import click

from agentsync.cli.completing import agents_or_files, targets
from agentsync.cli.options import directory_option, output_of, output_options


@click.command(name="validate")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=agents_or_files)
@click.option(
    "-t",
    "--target",
    default="",
    shell_complete=targets,
    help="Only as this target sees it.  [default: every]",
)
@directory_option
@output_options
def command(paths: tuple[str, ...], target: str, directory: Path, **parameters: object) -> int:
    """Check every definition, offline, and show all problems at once.

    PATH is an agent's folder name, or a file of it, as git hooks give them (default: all).
    """
    from agentsync.cli.output import answer
    from agentsync.ops.validate import ValidateOptions, validate

    options = ValidateOptions(directory=directory, paths=paths, target=target)
    return answer("validate", lambda: validate(options), output_of(parameters))
