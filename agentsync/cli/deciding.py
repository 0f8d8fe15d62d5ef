"""What the person who plans or applies decides beforehand, as options."""

from typing import TYPE_CHECKING, Any

import click

from agentsync.cli.options import Function
from agentsync.model.choices import OnConflict, OnDrift

if TYPE_CHECKING:
    from agentsync.ops.asking import Asked


def choice_options(function: Function) -> Function:
    """Add --on-drift, --on-conflict, --adopt, --take-over, --delete."""
    options = (
        click.option(
            "--on-drift",
            type=click.Choice([choice.value for choice in OnDrift]),
            help="What becomes of fields edited outside git: left alone, written over, or the "
            "agent is refused.  [default: agentsync.yaml's on_drift, or keep]",
        ),
        click.option(
            "--on-conflict",
            type=click.Choice([choice.value for choice in OnConflict]),
            help="Who wins a field changed in git and outside it; fail: the agent is refused.  "
            "[default: agentsync.yaml's on_conflict, or fail]",
        ),
        click.option(
            "--adopt",
            is_flag=True,
            help="Let git win over what agentsync has never applied, such as a live agent that "
            "was found by its name.",
        ),
        click.option(
            "--take-over",
            is_flag=True,
            help="Let git win over an agent that `id:` names and that belongs to another project "
            "or target.",
        ),
        click.option(
            "--delete",
            multiple=True,
            metavar="AGENT",
            help="Delete this agent, whose definition is gone from git; may be repeated.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def asked_of(parameters: dict[str, Any]) -> "Asked":
    """What the options of `choice_options` come to; takes them out of `parameters`."""
    from agentsync.ops.asking import Asked

    on_drift, on_conflict = parameters.pop("on_drift"), parameters.pop("on_conflict")
    return Asked(
        on_drift=OnDrift(on_drift) if on_drift else None,
        on_conflict=OnConflict(on_conflict) if on_conflict else None,
        adopt=parameters.pop("adopt"),
        take_over=parameters.pop("take_over"),
        delete=tuple(parameters.pop("delete")),
    )
