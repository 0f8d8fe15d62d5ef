"""`agentsync emulate`."""

from pathlib import Path
from typing import Any

import click


@click.command(name="emulate")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8123, show_default=True, help="The port; 0 takes a free one.")
@click.option(
    "--database",
    default=":memory:",
    show_default=True,
    metavar="FILE",
    help="Where agents are kept, as an SQLite file.",
)
@click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Play one open question of the API the other way; may be repeated. `help` lists them.",
)
@click.option("--rendering", default="plain", show_default=True, help="How files are written back.")
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
def command(readings: tuple[str, ...], faults: tuple[str, ...], **settings: Any) -> int:
    """Run the local API server: Managed Deep Agents and the hub, in one SQLite file.

    Point agentsync or the official clients at it with LANGSMITH_ENDPOINT; any API key will do.
    """
    from agentsync.cli.output import complain
    from agentsync.emulator import serve
    from agentsync.emulator.options import Options
    from agentsync.emulator.readings import parse
    from agentsync.errors import AgentsyncError

    if "help" in readings:
        return _list_readings()
    settings["latency_seconds"] = settings.pop("latency")
    settings["database"] = str(Path(settings["database"]))
    try:
        options = Options(readings=parse(readings), faults=tuple(map(_fault, faults)), **settings)
        serve.serve(options, on_ready=_ready)
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


def _ready(url: str) -> None:
    click.echo(f"The emulator answers at {url} (Ctrl-C stops it). In another terminal:")
    click.echo(f"  export LANGSMITH_ENDPOINT={url} LANGSMITH_API_KEY=any-text")


def _list_readings() -> int:
    from agentsync.emulator.readings import choices

    for name, values in choices().items():
        shown = ", ".join(str(value).lower() for value in values)
        click.echo(f"{name:<30} {shown}")
    return 0
