"""Definitions that mean the same live agent."""

from collections.abc import Iterable, Mapping

from agentsync.errors import IdentityError
from agentsync.files.definition import load
from agentsync.files.project import OpenProject
from agentsync.model import Action, Change, Problem


def bound_elsewhere(
    project: OpenProject, target: str, addresses: tuple[str, ...], changes: Iterable[Change]
) -> dict[str, str]:
    """The agents to which definitions outside this selection are bound, by id.

    Asked only when an agent was found by its name: it might be theirs.
    """
    if all(change.action is not Action.ADOPT for change in changes):
        return {}
    rest = (slug for slug in project.slugs if slug not in addresses)
    others = (load(project, slug, target) for slug in rest)
    return {loaded.agent_id: loaded.address for loaded in others if loaded.agent_id}


def claimed_twice(changes: Iterable[Change], bound: Mapping[str, str]) -> list[Problem]:
    """A problem for every definition that means a live agent which another one means as well."""
    claims: dict[str, list[str]] = {agent_id: [address] for agent_id, address in bound.items()}
    for change in changes:
        if change.agent_id:
            claims.setdefault(change.agent_id, []).append(change.address)
    return [
        Problem.of(
            IdentityError(
                f"agent {agent_id} is claimed by {' and '.join(claimants)}",
                hint="one agent has one definition; bind each with its own `id:`, or rename one",
            ),
            address,
        )
        for agent_id, claimants in claims.items()
        if len(claimants) > 1
        for address in claimants
    ]
