"""`agentsync demo`."""

import os
import shlex
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentsync.errors import ExitCode

if TYPE_CHECKING:
    from agentsync.ops.demo import Place, Stage

_KEY = "demo-key"
_USUAL_PORT = 8123


@click.command(name="demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put the project and the emulator's database; nothing is overwritten.  "
    "[default: a temporary folder]",
)
def command(folder: Path | None) -> int:
    """Tell the whole story against the embedded emulator, without any key."""
    from agentsync.cli.output import complain
    from agentsync.cli.pipe import reader_may_leave
    from agentsync.errors import AgentsyncError
    from agentsync.ops.demo import new_place

    try:
        with reader_may_leave():
            return _tell(new_place(folder))
    except AgentsyncError as error:
        return complain(error)
    return ExitCode.OK


def _tell(place: "Place") -> int:
    """Tell the story up to its end, or up to the first command that fails: that one's code."""
    from agentsync.emulator import serve
    from agentsync.emulator.options import Options
    from agentsync.ops.demo import Stage

    with serve.running(Options(database=str(place.database))) as server:
        os.environ.update(LANGSMITH_ENDPOINT=server.url, LANGSMITH_API_KEY=_KEY)
        stage = Stage(folder=place.project, url=server.url)
        code = _in_git(stage) or _live(stage) or _edited(stage)
    if not code:
        _by_hand(place)
    elif code != ExitCode.INTERRUPTED:
        click.echo(f"The demo stops here; what it made so far is in {place.folder}", err=True)
    return code


def _in_git(stage: "Stage") -> int:
    _say(1, "A company's agents, in git", f"{stage.folder}: one folder per agent")
    stage.build()
    return _run("validate", "-C", str(stage.folder))


def _live(stage: "Stage") -> int:
    from agentsync.ops.demo import TARGET

    _say(2, "The same agents live, where people edit them", "what would apply do?")
    return _run("plan", "-C", str(stage.folder), "-t", TARGET)


def _edited(stage: "Stage") -> int:
    from agentsync.ops.demo import EDITED, TARGET

    _say(3, "Somebody edits an agent in the web interface", "no review, no history")
    stage.edit_in_the_web_interface()
    return _run("diff", EDITED, "-C", str(stage.folder), "-t", TARGET)


def _say(number: int, title: str, line: str) -> None:
    click.echo()
    click.secho(f"{number}. {title}", bold=True, nl=False)
    click.echo(f" ({line})")
    click.echo()


def _run(*arguments: str) -> int:
    from agentsync.cli.app import run

    click.secho(f"$ agentsync {shlex.join(arguments)}", fg="cyan")
    sys.stdout.flush()
    return run(arguments)


def _by_hand(place: "Place") -> None:
    from agentsync.ops.demo import EDITED, TARGET

    click.echo()
    click.secho("Try it by hand:", bold=True)
    program, port = _program(), _free_port()
    project, database = shlex.quote(str(place.project)), shlex.quote(str(place.database))
    for line in (
        f"{program} emulate --database {database} --port {port} &",
        f"export LANGSMITH_ENDPOINT=http://127.0.0.1:{port} LANGSMITH_API_KEY=any-text",
        f"{program} plan -C {project} -t {TARGET}",
        f"{program} diff {EDITED} -C {project} -t {TARGET}",
        f"{program} plan -C {project} -t {TARGET} --format json -o plan.json",
    ):
        click.echo(f"  {line}")
    click.echo(f"Everything is in {place.folder}; delete it when you are done.")


def _program() -> str:
    """How a shell starts this very program, quoted."""
    started = sys.argv[0]
    if Path(started).name != "agentsync":
        return f"{shlex.quote(sys.executable)} -m agentsync"
    found = shutil.which("agentsync")
    known = found and Path(found).resolve() == Path(started).resolve()
    return "agentsync" if known else shlex.quote(started)


def _free_port() -> int:
    """The port that `emulate` takes by itself, or another one when it is taken."""
    for port in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            # As the emulator listens: a connection that closed a moment ago is not in the way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return _USUAL_PORT
