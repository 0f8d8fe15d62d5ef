"""`agentsync import`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.options import directory_option, live_options, output_of, output_options

if TYPE_CHECKING:
    from agentsync.model import Report


@click.command(name="import")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every live agent that the key lists.")
@click.option(
    "--name", default="", metavar="PATTERN", help="Of all, those whose name fits, such as 'Team *'."
)
@click.option("--owner", default="", metavar="ID", help="Of all, those of this owner; `me`: yours.")
@click.option(
    "--files",
    "raw",
    multiple=True,
    metavar="GLOB",
    help="Also raw files that fit, such as 'docs/*'; may be repeated. The others are left out: "
    "agents write such files themselves.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Convert a project of the official CLI, an exported agent, or a folder of such; offline.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@live_options
@directory_option
@output_options
def command(**parameters: Any) -> int:
    """Make definitions of the live agents with these IDs, bound to them with `id:`.

    A plan is empty afterwards. What git has already is left alone, so an import that was
    interrupted goes on where it stopped. Secrets are reported, never written.
    """
    from agentsync.cli.output import answer
    from agentsync.cli.progress import watch

    output = output_of(parameters)

    def operation() -> "Report":
        _check(parameters)
        from agentsync.ops.importing import ImportOptions, import_agents

        options = ImportOptions(files=parameters.pop("raw"), **parameters)
        return import_agents(options, os.environ, watch("importing agents"))

    return answer("import", operation, output)


def _check(parameters: dict[str, Any]) -> None:
    """Errors: UsageError unless it is said in exactly one way what to import."""
    from agentsync.errors import UsageError

    filters = [f"--{name}" for name in ("name", "owner") if parameters[name]]
    ways = {
        "IDs": parameters["ids"],
        "--all": parameters["everything"],
        "--from": parameters["source"],
    }
    named = [way for way, given in ways.items() if given]
    if len(named) > 1:
        raise UsageError(
            f"{' and '.join(named)} exclude each other",
            hint="name agents by their IDs, or take --all, or convert what is in --from DIR",
        )
    if not named:
        raise UsageError(
            f"{' and '.join(filters)} alone {'choose' if len(filters) > 1 else 'chooses'} nothing"
            if filters
            else "nothing is named to import",
            hint="`agentsync import --all` with the same options imports all that fit"
            if filters
            else "name agents by their IDs (`agentsync status` lists them), or say --all or --from",
        )
    source = parameters["source"]
    if source is not None and not source.is_dir():
        raise UsageError(
            f"{source} is not a folder", hint="--from takes the folder of a project, or of several"
        )
