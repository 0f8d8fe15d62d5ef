"""Which live agents git has a definition of already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agentsync.canonical import Json
from agentsync.engine.identity import Listed
from agentsync.errors import IdentityError
from agentsync.files.project import OpenProject
from agentsync.files.sources import read_source
from agentsync.model import AgentSummary, Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The definition that means a live agent.

    Shape: `by_name` when nothing but the name led there.
    """

    address: str
    by_name: bool = False


@dataclass(slots=True)
class InGit:
    """The definitions of a project as one target sees them, by what identifies their agents.

    Shape: `ids` by folder, `names` of the definitions without one; `notes` are problems of
    files that could not be read, so that what they mean is not known.
    """

    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)

    def means(self, agents: Iterable[AgentSummary], owner: tuple[str, str]) -> dict[str, Meant]:
        """The definition of each live agent that has one, by the agent's id.

        Shape: `owner` is this project and target, as markers name them.
        """
        found = {agent_id: Meant(address=slug) for slug, agent_id in self.ids.items()}
        project, target = owner
        addresses = frozenset(self.ids.keys() | self.names.keys())
        candidates = tuple(agents)
        listed = Listed(candidates, project=project, target=target, addresses=addresses)
        for slug, name in self.names.items():
            for agent_id, by_name in _meant(listed, slug, name, candidates):
                found.setdefault(agent_id, Meant(address=slug, by_name=by_name))
        return found


def _meant(
    listed: Listed, slug: str, name: str, agents: Iterable[AgentSummary]
) -> Iterator[tuple[str, bool]]:
    """The agents that a definition without `id:` means, or may mean: which one, nobody knows."""
    try:
        match = listed.find(slug, name)
    except IdentityError:
        yield from ((it.agent_id, True) for it in agents if it.name == name and it.owner is None)
        return
    if match:
        yield match


def in_git(project: OpenProject, target: str) -> InGit:
    """What the definitions say of their identity.

    Files that have nothing to do with it are not read, so that a mistake in them stops nobody.
    """
    found = InGit()
    for slug in project.slugs:
        value = _identity(project, slug, target, found.notes)
        agent_id, name = value.get("id"), value.get("name")
        if isinstance(agent_id, str):
            found.ids[slug] = agent_id.lower()
        else:
            found.names[slug] = name if isinstance(name, str) else ""
    return found


def _identity(
    project: OpenProject, slug: str, target: str, notes: list[Diagnostic]
) -> Mapping[str, Json]:
    root, folder = str(project.root), project.folder(slug)
    names = ["agent.yaml", *([f"agent.{target}.yaml"] if target else [])]
    value: dict[str, Json] = {}
    for name in names:
        if not (project.root / folder / name).is_file():
            continue
        source = read_source(root, f"{folder}/{name}", notes)
        for key in ("id", "name"):
            if source is not None and key in source.value:
                value[key] = source.value[key]
    return value


def taken(project: OpenProject) -> list[str]:
    """The names of all that lies in the agents folder, whatever it is."""
    folder = project.root / project.config.agents
    return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
