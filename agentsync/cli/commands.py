"""The names of all commands, and the group that imports one only when it is called."""

from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

# name → the line `agentsync --help` shows. The command itself is `command` in the module of the
# same name beside this file; where Python has taken the name, with an underscore behind it.
COMMANDS: Final = {
    "init": "Scaffold a project.",
    "import": "Make definitions of live agents, or of the official CLI's projects.",
    "validate": "Check every definition, offline: all problems at once, with file:line:column.",
    "plan": "Show what apply would do.",
    "diff": "Show every differing field, and who made it differ.",
    "apply": "Do what plan shows; nobody's edit is overwritten unasked.",
    "drift": "Show only what changed outside git since the last apply.",
    "status": "Show a line per agent: in sync, ahead, drifted, conflict, missing.",
    "pull": "Bring edits made outside git into the files, and touch nothing else there.",
    "log": "Show an agent's revisions, and what each one changed.",
    "rollback": "Go back to a revision: planned, shown, checked, as every write.",
    "schema": "Show the JSON Schemas, derive them from an OpenAPI file, check for news.",
    "emulate": "Run the local API server.",
    "demo": "Tell the whole story against the embedded emulator, without any key.",
    "completion": "Print the script that completes commands, agents and targets in your shell.",
}

COMPLETE: Final = "_AGENTSYNC_COMPLETE"
"""The variable by which a shell's script asks what it may offer, instead of running anything."""


class Commands(click.Group):
    """A group that knows its commands by name and imports one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in the order of a user's first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"agentsync.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
