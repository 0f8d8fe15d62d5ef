"""Which live agent a definition means, and whose it is.

    `id:`                               that agent
    else our marker on one agent        that agent
    else our marker, of a folder that   that agent: the folder was renamed
      is gone, on the one agent of
      this name
    else the one agent of this name     that agent, but it is only adopted with consent
      without any marker
    else the one agent of this name     that agent, but it is only taken over with consent
      that another project's marker
      gives the same folder and target
    else                                none: create

Two that fit are an error that names both.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agentsync.canonical import Json
from agentsync.errors import IdentityError
from agentsync.model import AgentSummary, Choices, LiveAgent, Orphan, Owner

UNTOLD: Final = "who changed what is unknown"
"""How the note on a marker that cannot be read ends."""


class Claim(StrEnum):
    """Whose a live agent is, as its marker says."""

    OURS = "ours"
    NONE = "none"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A live agent that a definition was matched with.

    Shape: `owner` is the definition; `others` the addresses of all definitions of the project;
    `by_name` says that nothing but the name led to the agent.
    """

    live: LiveAgent
    owner: Owner
    others: Collection[str] = ()
    by_name: bool = False

    @property
    def claim(self) -> Claim:
        """Whose the agent is: a renamed folder's agent is still ours."""
        marker = self.live.marker
        if marker is None:
            return Claim.NONE
        return Claim.OURS if marker.owner == self.owner or self.moved else Claim.ANOTHER

    @property
    def moved(self) -> str:
        """The sentence that says so when the definition's folder was renamed, else ""."""
        old = self.live.marker.owner if self.live.marker else self.owner
        ours = (old.project, old.target) == (self.owner.project, self.owner.target)
        if old == self.owner or not ours or old.address in self.others:
            return ""
        return f"its folder was {old.address}"

    @property
    def owned_by(self) -> str:
        """Whom a marker that is not ours names, in words."""
        other = self.live.marker.owner if self.live.marker else self.owner
        if other.project != self.owner.project:
            return f"project {other.project} (as {other.address})"
        if other.target != self.owner.target:
            return f"target {other.target or 'without a name'} (as {other.address})"
        return f"the definition {other.address}"

    @property
    def base(self) -> Mapping[str, Json] | None:
        """What this project last applied, None when nobody knows."""
        marker = self.live.marker
        return marker.base if marker and self.claim is Claim.OURS else None

    def taken_over(self, choices: Choices) -> bool:
        """Whether an agent of somebody else's is taken over."""
        return self.claim is Claim.ANOTHER and choices.take_over

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of a marker that cannot be read."""
        marker = self.live.marker
        damage = marker.damage if marker else self.live.marker_damage
        return (f"{damage}: {UNTOLD}",) if damage else ()


class Listed:
    """The live agents of a workspace by marker and by name, for one project and target.

    Shape: `addresses` are those of all definitions of the project.
    """

    def __init__(
        self,
        agents: Iterable[AgentSummary],
        *,
        project: str,
        target: str,
        addresses: Collection[str],
    ) -> None:
        self._addresses = frozenset(addresses)
        self._marked: dict[str, list[AgentSummary]] = {}
        self._named: dict[str, list[AgentSummary]] = {}
        self._elsewhere: dict[str, list[AgentSummary]] = {}
        self._target = target
        self.unmanaged: list[AgentSummary] = []
        for agent in agents:
            owner = agent.owner
            if owner and (owner.project, owner.target) == (project, target):
                self._marked.setdefault(owner.address, []).append(agent)
                if owner.address not in self._addresses:
                    self._named.setdefault(agent.name, []).append(agent)
            elif owner is None:
                self.unmanaged.append(agent)
                if agent.writable:
                    self._named.setdefault(agent.name, []).append(agent)
            else:
                self._elsewhere.setdefault(agent.name, []).append(agent)

    def find(self, address: str, name: str) -> tuple[str, bool] | None:
        """The id of the agent that a definition without `id:` means, and whether only by name.

        Errors: IdentityError when two fit.
        """
        marked = self._marked.get(address, [])
        if len(marked) > 1:
            raise _several(
                f"{len(marked)} live agents carry the marker of {address}",
                marked,
                "one is a copy of the other: bind the right one with `id:`, and delete the other "
                "or its marker",
            )
        if marked:
            return marked[0].agent_id, False
        named = self._named.get(name, [])
        moved = [agent for agent in named if agent.owner]
        if len(moved) == 1:
            return moved[0].agent_id, False
        if len(named) > 1:
            raise _several(
                f"{len(named)} live agents are named {name!r}",
                named,
                "say which one it is: `id:` in agent.yaml or in the target's overlay",
            )
        found = named or self._elsewhere_alike(address, name)
        return (found[0].agent_id, True) if found else None

    def namesakes(self, name: str) -> tuple[str, ...]:
        """A sentence for each agent of this name that belongs to another project or target."""
        return tuple(
            f"agent {agent.agent_id} of this name belongs to {agent.owner}"
            for agent in self._elsewhere.get(name, ())
        )

    def _elsewhere_alike(self, address: str, name: str) -> list[AgentSummary]:
        """The one agent that only another project's marker keeps from being this definition's.

        Most likely the project was renamed; a second agent would be in everybody's way.
        """
        alike = [
            agent
            for agent in self._elsewhere.get(name, ())
            if agent.owner and (agent.owner.target, agent.owner.address) == (self._target, address)
        ]
        return alike if len(alike) == 1 else []

    def marked(self, address: str) -> list[AgentSummary]:
        """The agents that carry the marker of this definition."""
        return self._marked.get(address, [])

    def orphans(self, used: Collection[str]) -> list[Orphan]:
        """Agents that carry this project's marker and are no definition's, by address.

        Shape: `used` are the ids of the agents that definitions mean.
        """
        return [
            Orphan(
                agent_id=agent.agent_id,
                name=agent.name,
                address=address,
                reason="it carries the marker of a definition that means another agent"
                if address in self._addresses
                else "its definition is gone from git",
                updated_at=agent.updated_at,
            )
            for address, agents in sorted(self._marked.items())
            for agent in agents
            if agent.agent_id not in used
        ]


def _several(what: str, agents: Iterable[AgentSummary], hint: str) -> IdentityError:
    return IdentityError(f"{what}: {', '.join(agent.agent_id for agent in agents)}", hint=hint)
