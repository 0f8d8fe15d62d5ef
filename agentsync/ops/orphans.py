"""Live agents that no definition stands for, and how one of them is deleted."""

from collections.abc import Collection, Iterator

from agentsync.engine.advice import did_you_mean
from agentsync.engine.identity import Claim, Listed, Match
from agentsync.engine.state import fingerprint
from agentsync.errors import IdentityError, RefusedError, UsageError
from agentsync.files.project import OpenProject
from agentsync.model import Action, Change, LastApply, Orphan, Owner, Precondition, Target
from agentsync.providers import Provider


def strangers(listed: Listed, used: Collection[str]) -> Iterator[Orphan]:
    """The live agents without any marker that no definition means."""
    for agent in listed.unmanaged:
        if agent.agent_id not in used:
            yield Orphan(
                agent_id=agent.agent_id,
                name=agent.name,
                address="",
                reason="it has no definition",
                updated_at=agent.updated_at,
            )


def deletion(
    name: str,
    orphans: tuple[Orphan, ...],
    project: OpenProject,
    target: Target,
    provider: Provider,
) -> Change:
    """The deletion of the orphan of that address or id.

    Errors: IdentityError or UsageError when no such orphan is there, RefusedError when it is not
    ours any more, ProviderError.
    """
    orphan = _named(name, orphans, project)
    config = project.config
    live = provider.read(orphan.agent_id)
    owner = Owner(project=config.project, target=target.name, address=orphan.address)
    marker = live.marker
    if marker is None or Match(live=live, owner=owner).claim is not Claim.OURS:
        raise RefusedError(f"agent {orphan.agent_id} does not carry our marker any more")
    digest = fingerprint(live, None, provider.rules, config.ignore)
    return Change(
        address=orphan.address,
        name=live.name,
        action=Action.DELETE,
        reason=orphan.reason,
        agent_id=live.agent_id,
        precondition=Precondition(revision=live.revision, digest=digest),
        last=LastApply(commit=marker.commit, at=marker.applied_at, revision=marker.revision),
        updated_at=live.updated_at,
    )


def _named(name: str, orphans: tuple[Orphan, ...], project: OpenProject) -> Orphan:
    found = [item for item in orphans if item.address and name in (item.address, item.agent_id)]
    if not found and name in project.slugs:
        raise UsageError(
            f"{name} has a definition, and --delete is for what git no longer has",
            hint=f"delete the folder {project.folder(name)}/ first",
        )
    if not found:
        known = [item.address for item in orphans if item.address]
        raise IdentityError(
            f"no live agent without definition carries the marker of {name}",
            hint=did_you_mean(name, known) or "`agentsync status` lists those that do",
        )
    if len(found) > 1:
        ids = ", ".join(item.agent_id for item in found)
        raise IdentityError(
            f"{len(found)} agents without definition carry the marker of {name}: {ids}",
            hint="name the one that is meant by its id",
        )
    return found[0]
