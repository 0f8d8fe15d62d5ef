"""Which live agents are imported, under which address, and why others are not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from agentsync.engine.secrets import secrets_in
from agentsync.engine.slugs import Slugs
from agentsync.errors import (
    AgentsyncError,
    ExitCode,
    ForbiddenError,
    NotFoundError,
    UsageError,
)
from agentsync.files.layout import folded
from agentsync.files.project import OpenProject, is_slug
from agentsync.model import AgentPatch, AgentSummary, LiveAgent, Owner, PatchStatus
from agentsync.ops.fanout import fan_out
from agentsync.ops.importing.known import Meant
from agentsync.ops.importing.options import ImportOptions
from agentsync.providers import Provider

_SHOWN: Final = 8
"""Characters of an id that reports show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One live agent that is to become the definition `address`."""

    address: str
    agent: AgentSummary


@dataclass(slots=True)
class Choice:
    """The agents to import, and what is to be said of those that are not."""

    jobs: list[Job] = field(default_factory=list)
    patches: list[AgentPatch] = field(default_factory=list)


def found(
    options: ImportOptions, provider: Provider, note: Callable[[str], None]
) -> tuple[list[AgentSummary], list[AgentSummary], list[AgentPatch]]:
    """All agents that are known, those among them that are asked for, and ids that lead nowhere.

    An id that the list does not have is read by itself: not every agent is listed for every key.
    Errors: UsageError when no agent fits; ProviderError when the list cannot be had.
    """
    listed = {agent.agent_id: agent for agent in _listed(options, provider, note)}
    ids = tuple(dict.fromkeys(_whole(item.lower(), listed) for item in options.ids))
    lost: list[AgentPatch] = []
    unlisted = [agent_id for agent_id in ids if agent_id not in listed]
    for result in fan_out(_reading(provider), unlisted, max(1, min(16, len(unlisted)))):
        if isinstance(result, AgentPatch):
            lost.append(result)
        else:
            listed[result.agent_id] = result
    wanted = [listed[item] for item in ids if item in listed] if ids else list(listed.values())
    asked = [agent for agent in wanted if _fits(agent, options)]
    if not asked and not lost:
        raise UsageError("no live agent fits", hint=_said(len(wanted), options))
    return list(listed.values()), sorted(asked, key=_age), lost


def _whole(asked: str, listed: Iterable[str]) -> str:
    """The one id that begins like this, as reports show it; what was asked for when none does.

    Errors: UsageError when several do, or when it cannot be an id at all.
    """
    found = [agent_id for agent_id in listed if agent_id.lower().startswith(asked)]
    if asked in found or (not found and len(asked) > _SHOWN):
        return asked
    if len(found) == 1 and len(asked) >= _SHOWN:
        return found[0]
    raise UsageError(
        f"{len(found) or 'no'} live agents have an id that begins with `{asked}`",
        hint="`agentsync status -v` shows whole ids",
    )


def _listed(
    options: ImportOptions, provider: Provider, note: Callable[[str], None]
) -> list[AgentSummary]:
    try:
        return list(provider.list())
    except (ForbiddenError, NotFoundError) as error:
        if not options.ids:
            raise
        note(f"agents are read by their ids alone: {error.message}")
        return []


def _reading(provider: Provider) -> Callable[[str], AgentSummary | AgentPatch]:
    def read(agent_id: str) -> AgentSummary | AgentPatch:
        try:
            return _summary(provider.read(agent_id))
        except AgentsyncError as error:
            return failed(agent_id, "", agent_id, error)

    return read


def _summary(live: LiveAgent) -> AgentSummary:
    return AgentSummary(
        agent_id=live.agent_id,
        name=live.name,
        owner=live.marker.owner if live.marker else None,
        writable=live.writable,
        updated_at=live.updated_at,
    )


def _fits(agent: AgentSummary, options: ImportOptions) -> bool:
    if options.owner:
        owned = agent.mine if options.owner == "me" else agent.owner_id == options.owner
        if not owned:
            return False
    return options.fits(agent.name)


def _said(number: int, options: ImportOptions) -> str:
    if not number:
        return "this workspace has none that this key may see"
    asked = [f"--name {options.name!r}" if options.name else "", options.owner and "--owner"]
    one = "1 agent is" if number == 1 else f"{number} agents are"
    return f"{one} there, and none fits {' and '.join(filter(None, asked))}"


def _age(agent: AgentSummary) -> tuple[bool, str, str]:
    # What was read by itself does not say when it was made: it comes last.
    return not agent.created_at, agent.created_at, agent.agent_id


def choose(
    asked: Iterable[AgentSummary],
    means: Mapping[str, Meant],
    project: OpenProject,
    target: str,
    taken: Iterable[str],
    *,
    marker_at: str,
    everyone: bool = False,
) -> Choice:
    """An address for each agent that may be imported, by age, so that every run gives the same.

    Shape: `taken` are the names in the agents folder; `marker_at` is where the API's agents have
    their marker, as people write it; with `everyone`, nobody asked for an agent
    by its id, so that those of other projects and targets are passed over, and not refused.
    """
    chosen, slugs = Choice(), Slugs(folded(name) for name in taken)
    returning: dict[str, AgentSummary] = {}
    rest: list[AgentSummary] = []
    for agent in asked:
        owner = agent.owner
        if meant := means.get(agent.agent_id):
            chosen.patches.append(_in_git(agent, meant, project))
        elif owner and (owner.project, owner.target) != (project.config.project, target):
            foreign = _foreign(agent, owner, project, marker_at, passed_over=everyone)
            chosen.patches.append(foreign)
        elif owner and (copied := _copied(agent, owner, project, marker_at, returning)):
            chosen.patches.append(copied)
        elif owner and is_slug(owner.address) and slugs.free(owner.address):
            slugs.reserve(owner.address)
            returning[owner.address] = agent
            chosen.jobs.append(Job(address=owner.address, agent=agent))
        else:
            rest.append(agent)
    for agent in rest:
        address = slugs.take(shown_name(agent.name), f"agent-{agent.agent_id[:8].lower()}")
        chosen.jobs.append(Job(address=address, agent=agent))
    return chosen


def shown_name(name: str) -> str:
    """An agent's name for reports and folders; "" for one that holds a secret."""
    return "" if next(secrets_in(name), None) else name


def _in_git(agent: AgentSummary, meant: Meant, project: OpenProject) -> AgentPatch:
    if not meant.by_name:
        return said(meant.address, agent, PatchStatus.UNCHANGED, "it is in git already")
    folder = project.folder(meant.address)
    return said(
        meant.address,
        agent,
        PatchStatus.REFUSED,
        f"the definition {meant.address} has its name, and is bound to no agent",
        f"if it is the same, write `id: {agent.agent_id}` into {folder}/agent.yaml or the "
        "target's overlay; else rename one of the two",
    )


def _foreign(
    agent: AgentSummary, owner: Owner, project: OpenProject, marker_at: str, *, passed_over: bool
) -> AgentPatch:
    whose = f"project {owner.project}"
    if owner.project == project.config.project:
        whose = f"target {owner.target or 'without a name'}"
    status = PatchStatus.UNCHANGED if passed_over else PatchStatus.REFUSED
    message = f"its marker says that it belongs to {whose} (as {owner.address})"
    hint = f"import it there; or remove its `{marker_at}` if nobody applies it any more"
    return replace(said(agent.agent_id, agent, status, message, hint), code="foreign")


def _copied(
    agent: AgentSummary,
    owner: Owner,
    project: OpenProject,
    marker_at: str,
    returning: Mapping[str, AgentSummary],
) -> AgentPatch | None:
    """The refusal of an agent that carries the marker of a definition which means another one."""
    if owner.address not in project.slugs and owner.address not in returning:
        return None
    other = returning.get(owner.address)
    which = f"agent {other.agent_id}" if other else "another agent"
    message = f"it carries the marker of {owner.address}, which means {which}: a copy"
    hint = f"remove its `{marker_at}` to make it an agent of its own, or delete it"
    return said(agent.agent_id, agent, PatchStatus.REFUSED, message, hint)


def said(
    address: str, agent: AgentSummary, status: PatchStatus, message: str, hint: str = ""
) -> AgentPatch:
    """What is to be said of an agent that is not imported."""
    return AgentPatch(
        address=address,
        name=shown_name(agent.name),
        status=status,
        agent_id=agent.agent_id,
        code="" if status is PatchStatus.UNCHANGED else "refused",
        message=message,
        hint=hint,
    )


def failed(address: str, name: str, agent_id: str | None, error: AgentsyncError) -> AgentPatch:
    """What is to be said of an agent that an error kept from being imported."""
    refused = error.exit_code is ExitCode.REFUSED
    return AgentPatch(
        address=address,
        name=shown_name(name),
        status=PatchStatus.REFUSED if refused else PatchStatus.FAILED,
        agent_id=agent_id,
        code=error.code,
        message=error.message,
        hint=error.hint,
        request=getattr(error, "request", ""),
    )
