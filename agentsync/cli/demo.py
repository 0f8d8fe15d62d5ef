"""`agentsync demo`."""

import contextlib
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
    """Tell the story to its end, or to the first command that goes otherwise: that one's code."""
    from agentsync.emulator import serve
    from agentsync.emulator.options import Options
    from agentsync.ops.demo import Stage

    with serve.running(Options(database=str(place.database.absolute()))) as server:
        os.environ.update(LANGSMITH_ENDPOINT=server.url, LANGSMITH_API_KEY=_KEY)
        stage = Stage(folder=place.project.absolute(), url=server.url)
        _say(1, "A company's agents, in git", "a folder per agent: settings in YAML, a prompt")
        stage.build()
        _type(f"cd {shlex.quote(str(place.project))}")
        with contextlib.chdir(stage.folder):
            code = _run("validate") or _applied() or _drifted(stage) or _pulled()
            code = code or _ahead(stage) or _conflict(stage) or _refused(stage)
    if not code:
        _by_hand(place)
    elif code != ExitCode.INTERRUPTED:
        click.echo(f"The demo stops here; what it made so far is in {place.folder}", err=True)
    return code


def _applied() -> int:
    _say(2, "What git says goes live", "and is read back; the second time there is nothing to send")
    return _run("apply -t staging --yes") or _run("apply -t staging --yes")


def _drifted(stage: "Stage") -> int:
    _say(3, "Somebody edits an agent in the web interface", "a nightly job finds it: exit code 2")
    stage.edit_in_the_web_interface()
    return _run("drift -t staging", ExitCode.DIFFERENCES)


def _pulled() -> int:
    _say(4, "The edit comes home", "into the lines that say it: a diff that somebody can review")
    return _run("pull -t staging") or _run("drift -t staging")


def _ahead(stage: "Stage") -> int:
    _say(5, "A pull request changes the model", "a new edit is not overwritten: it is kept")
    stage.edit_the_description()
    stage.change_another_field_in_git()
    return _run("plan -t staging -o plan.json") or _run("apply plan.json")


def _conflict(stage: "Stage") -> int:
    _say(6, "Two rewrite the same sentence, here and there", "somebody has to decide: exit code 3")
    stage.rewrite_one_sentence_on_both_sides()
    return (
        _run("apply -t staging --yes", ExitCode.REFUSED)
        or _run("apply -t staging --yes --on-conflict git --on-drift revert")
        or _run("status -t staging")
    )


def _refused(stage: "Stage") -> int:
    _say(7, "A pull request lets an agent page people unasked", "the policy refuses it")
    stage.take_an_approval_away()
    code = _run("plan -t staging --output html=plan.html", ExitCode.REFUSED)
    stage.give_the_approval_back()
    return code


def _say(number: int, title: str, line: str) -> None:
    click.echo()
    click.secho(f"{number}. {title}", bold=True, nl=False)
    click.echo(f" ({line})")


def _type(line: str) -> None:
    click.echo()
    click.secho(f"$ {line}", fg="cyan")
    sys.stdout.flush()


def _run(line: str, expected: ExitCode = ExitCode.OK) -> int:
    """Show and run a command of the story: 0 when it ends as `expected`, else its exit code."""
    from agentsync.cli.app import run

    _type(f"agentsync {line}")
    code = run(shlex.split(line))
    return 0 if code == expected else code or ExitCode.ERROR


def _by_hand(place: "Place") -> None:
    click.echo()
    click.secho("Try it by hand:", bold=True)
    program, port = _program(), _free_port()
    project, database = shlex.quote(str(place.project)), shlex.quote(str(place.database))
    for line in (
        f"{program} emulate --database {database} --port {port} &",
        f"export LANGSMITH_ENDPOINT=http://127.0.0.1:{port} LANGSMITH_API_KEY=any-text",
        f"cd {project}",
        "echo 'Answer in English.' >> agents/support-triage/AGENTS.md",
        f"{program} plan -t staging",
        f"{program} apply -t staging",
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
