"""`agentsync emulate`."""

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.completing import files

if TYPE_CHECKING:
    from agentsync.emulator.keys import Key


@click.command(name="emulate")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8123, show_default=True, help="The port; 0 takes a free one.")
@click.option(
    "--database",
    default=":memory:",
    show_default=True,
    metavar="FILE",
    shell_complete=files,
    help="Where agents are kept, as an SQLite file.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY[:USER[:read|write]]",
    help="An API key, whose it is and what it may do, such as look:ann:read; may be repeated. "
    "USER is a UUID or any name. Without --key, every key is the same user's and may write.",
)
@click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Play one open question of the API the other way; may be repeated. `help` lists them.",
)
@click.option(
    "--rendering",
    default="plain",
    show_default=True,
    metavar="NAME",
    help="How files are written back: plain, or perverse (everything that means nothing differs).",
)
@click.option("--latency", default=0.0, metavar="SECONDS", help="Wait before every answer.")
@click.option("--admin", is_flag=True, help="Open /_emulator: faults on order, counters, reset.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="JSON",
    help='A failure on order, such as {"kind": "status", "status": 503, "method": "GET"}.',
)
@click.option("--allow-remote", is_flag=True, help="Listen on an address others can reach.")
@click.option("--allow-remote-admin", is_flag=True, help="Faults and admin routes there as well.")
def command(
    keys: tuple[str, ...], readings: tuple[str, ...], faults: tuple[str, ...], **settings: Any
) -> int:
    """Run the local API server: Managed Deep Agents and the hub, in one SQLite file.

    Point agentsync or the official clients at it with LANGSMITH_ENDPOINT; without --key, any
    API key will do.
    """
    from agentsync.cli.output import complain
    from agentsync.emulator import serve
    from agentsync.emulator.keys import parse as parse_keys
    from agentsync.emulator.options import Options
    from agentsync.emulator.readings import parse
    from agentsync.errors import AgentsyncError

    if "help" in readings:
        return _list_readings()
    settings["latency_seconds"] = settings.pop("latency")
    settings["database"] = str(Path(settings["database"]))
    try:
        settings["keys"] = parse_keys(keys)
        options = Options(readings=parse(readings), faults=tuple(map(_fault, faults)), **settings)
        serve.serve(options, on_ready=partial(_ready, keys=options.keys))
    except AgentsyncError as error:
        return complain(error)
    return 0


def _fault(text: str) -> Any:
    import json

    from agentsync.emulator.faults import from_json
    from agentsync.errors import UsageError

    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--fault is not JSON: {error}") from None
    return from_json(value)


def _ready(url: str, keys: "tuple[Key, ...]") -> None:
    from agentsync.cli.pipe import reader_may_leave

    key = keys[0].key if keys else "any-text"
    lines = [
        f"The emulator answers at {url} (Ctrl-C stops it). In another terminal:",
        f"  export LANGSMITH_ENDPOINT={url} LANGSMITH_API_KEY={shlex.quote(key)}",
        *(f"{each.key} is a key of user {each.user_id}: {_rights(each)}" for each in keys),
    ]
    with reader_may_leave():
        # In one piece: a reader that takes the first line only must not decide what is printed.
        click.echo("\n".join(lines))


def _rights(key: "Key") -> str:
    return "read and write" if "agents:update" in key.permissions else "read only"


def _list_readings() -> int:
    from agentsync.cli.pipe import reader_may_leave
    from agentsync.emulator.readings import choices

    with reader_may_leave():
        for name, values in choices().items():
            shown = ", ".join(str(value).lower() for value in values)
            click.echo(f"{name:<30} {shown}")
    return 0
