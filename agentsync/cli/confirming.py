"""Show what apply is about to do, and ask."""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from agentsync.cli.options import Output
from agentsync.cli.output import show
from agentsync.cli.pipe import reader_may_leave
from agentsync.cli.progress import watch
from agentsync.errors import AgentsyncError
from agentsync.model import Action, Plan, Report
from agentsync.ops.apply import ApplyOptions, apply
from agentsync.ops.apply.applying import to_write
from agentsync.render.visible import visible

if TYPE_CHECKING:
    from agentsync.ops.rollback import RollbackOptions


def applied(options: ApplyOptions, output: Output, *, yes: bool) -> Report:
    """The report of an apply that is shown on this terminal, and asked for unless `yes`."""
    confirm = partial(_confirmed, output=output, yes=yes)
    return apply(options, os.environ, watch("agents"), confirm, _now)


def rolled_back(options: "RollbackOptions", output: Output, *, yes: bool) -> Report:
    """The report of a rollback that is shown on this terminal, and asked for unless `yes`."""
    from agentsync.ops.rollback import rollback

    confirm = partial(_confirmed, output=output, yes=yes)
    return rollback(options, os.environ, watch("agents"), confirm, _now)


def _confirmed(planned: Report, *, output: Output, yes: bool) -> bool:
    """Whether the person who sees the plan says `yes`; with nobody to ask, nobody does.

    The plan is for people: with another format on stdout it goes to stderr.
    Errors: AgentsyncError when it cannot be shown.
    """
    stream = sys.stdout if output.format == "text" else sys.stderr
    try:
        show(planned, replace(output, format="text"), stream)
        with reader_may_leave(stream):
            click.echo(file=stream)
    except OSError as error:
        raise AgentsyncError(
            f"cannot print the plan: {error.strerror}", hint="nothing was written"
        ) from None
    if yes:
        return True
    if planned.plan is None or not sys.stdin or not sys.stdin.isatty():
        return False
    click.echo(_question(planned.plan), err=True, nl=False)
    said = sys.stdin.buffer.readline()
    if not said.endswith(b"\n"):
        click.echo(err=True)
    return said.strip() == b"yes"


def _question(plan: Plan) -> str:
    written = [change for change in plan.changes if to_write(change)]
    agents = "1 agent" if len(written) == 1 else f"{len(written)} agents"
    deleted = sum(change.action is Action.DELETE for change in written)
    target = f" of target {visible(plan.target)}" if plan.target else ""
    loss = f" ({deleted} to be deleted)" if deleted else ""
    return f"Apply these changes to {agents}{target}{loss}? Only `yes` is accepted: "


def _now() -> str:
    # To the microsecond: it tells one apply's marker from another's.
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
