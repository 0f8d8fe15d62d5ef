"""`agentsync schema`."""

from pathlib import Path

import click

from agentsync.cli.completing import schemas
from agentsync.cli.options import output_of, output_options

_OPENAPI = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="schema")
def command() -> None:
    """Show the JSON Schemas, derive them from an OpenAPI file, check for news."""


@command.command()
@click.argument("name", default="agent", shell_complete=schemas)
@output_options
def show(name: str, **parameters: object) -> int:
    """Print one shipped schema: agent, subagent, assistant, project, plan or report."""
    from agentsync.cli.output import answer
    from agentsync.ops import schema

    return answer("schema show", lambda: schema.show(name), output_of(parameters))


@command.command()
@click.argument("openapi", type=_OPENAPI, metavar="OPENAPI.json")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("schemas"),
    show_default=True,
    help="Where the schemas are written.",
)
@output_options
def derive(openapi: Path, directory: Path, **parameters: object) -> int:
    """Write the schemas; the agents' are derived from the API's OPENAPI.json.

    That of Managed Deep Agents gives agent and subagent, that of an Agent Server assistant.
    """
    from agentsync.cli.output import answer
    from agentsync.ops import schema

    return answer("schema derive", lambda: schema.derive(openapi, directory), output_of(parameters))


@command.command()
@click.argument("openapi", type=_OPENAPI, metavar="OPENAPI.json")
@output_options
def check(openapi: Path, **parameters: object) -> int:
    """Say in words what a newer OPENAPI.json added, removed or changed; exit 2 if anything.

    It may be that of Managed Deep Agents or that of an Agent Server.
    """
    from agentsync.cli.output import answer
    from agentsync.ops import schema

    return answer("schema check", lambda: schema.check(openapi), output_of(parameters))
