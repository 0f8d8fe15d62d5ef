"""`agentsync demo`."""

import os
import sys
import tempfile
from pathlib import Path

import click

_KEY = "demo-key"


@click.command(name="demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put the project and the emulator's database.  [default: a temporary folder]",
)
def command(folder: Path | None) -> int:
    """Tell the whole story against the embedded emulator, without any key."""
    from agentsync.cli.output import complain
    from agentsync.emulator import serve
    from agentsync.emulator.options import Options
    from agentsync.errors import AgentsyncError
    from agentsync.ops.demo import EDITED, TARGET, Stage

    place = folder or Path(tempfile.mkdtemp(prefix="agentsync-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    project, database = place / "project", place / "emulator.sqlite"
    try:
        with serve.running(Options(database=str(database))) as server:
            os.environ.update(LANGSMITH_ENDPOINT=server.url, LANGSMITH_API_KEY=_KEY)
            stage = Stage(folder=project, url=server.url)
            _say(1, "A company's agents, in git", f"{project}: one folder per agent")
            stage.build()
            _run("validate", "-C", str(project))
            _say(2, "The same agents live, where people edit them", "what would apply do?")
            _run("plan", "-C", str(project), "-t", TARGET)
            _say(3, "Somebody edits an agent in the web interface", "no review, no history")
            stage.edit_in_the_web_interface()
            _run("diff", EDITED, "-C", str(project), "-t", TARGET)
    except AgentsyncError as error:
        return complain(error)
    _by_hand(project, database, TARGET, EDITED)
    return 0


def _say(number: int, title: str, line: str) -> None:
    click.echo()
    click.secho(f"{number}. {title}", bold=True, nl=False)
    click.echo(f" ({line})")
    click.echo()


def _run(*arguments: str) -> None:
    from agentsync.cli.app import run

    click.secho("$ agentsync " + " ".join(arguments), fg="cyan")
    sys.stdout.flush()
    run(arguments)


def _by_hand(project: Path, database: Path, target: str, agent: str) -> None:
    click.echo()
    click.secho("Try it by hand:", bold=True)
    program = Path(sys.argv[0]).as_posix() if sys.argv[0].endswith("agentsync") else "agentsync"
    for line in (
        f"{program} emulate --database {database} &",
        "export LANGSMITH_ENDPOINT=http://127.0.0.1:8123 LANGSMITH_API_KEY=any-text",
        f"{program} plan -C {project} -t {target}",
        f"{program} diff {agent} -C {project} -t {target}",
        f"{program} plan -C {project} -t {target} --format json -o plan.json",
    ):
        click.echo(f"  {line}")
    click.echo(f"Everything is in {database.parent}; delete it when you are done.")
