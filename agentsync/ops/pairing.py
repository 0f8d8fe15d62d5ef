"""One definition and its live agent, for commands that are about one agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentsync.canonical import Json
from agentsync.engine.identity import Claim, Match
from agentsync.engine.normalise import desired
from agentsync.engine.rules import Rules
from agentsync.errors import IdentityError, UsageError
from agentsync.files.definition import Loaded, load
from agentsync.files.project import OpenProject, open_project
from agentsync.model import Definition, Diagnostic, Marker, Target
from agentsync.ops.comparing import Comparing
from agentsync.ops.connect import connect
from agentsync.ops.draft import Draft, roster_of
from agentsync.ops.select import select
from agentsync.ops.watch import Watch
from agentsync.providers import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A definition, the live agent it means, and where both are.

    Shape: `provider` is open: whoever asked for the pair closes it.
    """

    project: OpenProject
    target: Target
    provider: Provider
    definition: Definition
    match: Match
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def agent_id(self) -> str:
        """The live agent's id."""
        return self.match.live.agent_id

    @property
    def rules(self) -> Rules:
        """What the API's fields mean."""
        return self.provider.rules

    @property
    def marker(self) -> Marker | None:
        """What apply left in the agent, None when it was not this definition's apply."""
        return self.match.live.marker if self.match.claim is Claim.OURS else None

    @property
    def ignore(self) -> tuple[str, ...]:
        """The JSON Pointer globs of what is none of agentsync's business."""
        return self.project.config.ignore

    def canonical(self, loaded: Loaded) -> dict[str, Json]:
        """What another version of the definition says, which is valid."""
        return desired(loaded.document or {}, self.rules)


def paired(
    directory: Path, address: str, target: str, environ: Mapping[str, str], watch: Watch
) -> Pair | Draft:
    """The definition and its live agent; a draft without a plan when the files are wrong.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such definition,
    or no such agent.
    """
    project = open_project(directory)
    if project.invalid:
        return Draft(project=project, diagnostics=project.diagnostics)
    wanted, slug = project.target(target), _only(project, address)
    loaded = load(project, slug, wanted.name)
    notes = (*project.diagnostics, *loaded.diagnostics)
    if loaded.document is None:
        return Draft(project=project, diagnostics=notes, checked=1)
    provider = connect(wanted, project.root, environ, watch)
    try:
        definition, match = Comparing(
            project=project,
            target=wanted.name,
            provider=provider,
            roster=roster_of(project, wanted, provider),
        ).matched(slug)
        if match is None:
            raise _missing(slug)
    except BaseException:
        provider.close()
        raise
    return Pair(
        project=project,
        target=wanted,
        provider=provider,
        definition=definition,
        match=match,
        diagnostics=notes,
    )


def _only(project: OpenProject, address: str) -> str:
    found = select(project, (address,))
    if len(found) != 1:
        raise UsageError(f"{address} is not one agent", hint="name the folder of one agent")
    return found[0]


def _missing(address: str) -> IdentityError:
    return IdentityError(
        f"there is no live agent for {address}",
        hint="no agent that this key lists is this definition's; `agentsync plan` says more",
    )
