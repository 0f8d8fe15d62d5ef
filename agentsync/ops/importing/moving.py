"""`import --from`: definitions made from what other tools keep, without asking any API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from agentsync.canonical import same
from agentsync.engine.forms import AGENT
from agentsync.engine.normalise import desired
from agentsync.engine.secrets import secrets_in
from agentsync.engine.slugs import Slugs
from agentsync.errors import AgentsyncError, BugError, UsageError
from agentsync.files.definition import checker, load
from agentsync.files.layout import folded
from agentsync.files.official import Carried, deployed_id, projects_in, read_project
from agentsync.files.project import OpenProject
from agentsync.files.sources import has_errors
from agentsync.model import AgentPatch, Diagnostic, PatchStatus, Report, Target
from agentsync.ops.fanout import fan_out
from agentsync.ops.here import seen_from_here
from agentsync.ops.importing.choosing import failed, shown_name
from agentsync.ops.importing.founding import Founding
from agentsync.ops.importing.known import InGit, in_git, taken
from agentsync.ops.importing.options import SHOWN, ImportOptions
from agentsync.ops.importing.reporting import reported
from agentsync.ops.watch import Watch
from agentsync.providers import provider_class

_HIDDEN = "something of it is not shown here: it holds a secret"


def moved(
    options: ImportOptions,
    source: Path,
    project: OpenProject,
    target: Target,
    environ: Mapping[str, str],
    watch: Watch,
) -> Report:
    """The report on every agent in the folder `source`.

    Errors: ProjectError when it holds none; UsageError when none is asked for.
    """
    form = provider_class(target.provider).rules.form
    if form is not AGENT:
        raise UsageError(
            f"what the official client keeps in a folder is no {form.schema}, as target "
            f"{target.name or 'without a name'} has them",
            hint="`agentsync import --all` makes definitions of what is live there",
        )
    known = in_git(project, target.name)
    if known.notes:
        return reported(project, (), diagnostics=known.notes)
    root, folders = projects_in(source)
    found = [_read(root, folder) for folder in folders]
    asked = [item for item in found if options.fits(item.name or item.folder)]
    if not asked:
        raise UsageError(f"no agent in {source} fits --name {options.name!r}")
    bound = [_bound(item, root, target, environ) for item in asked]
    moving = _Moving(options, project, target.name, known, _addresses(project, bound))
    patches = moving.run(bound, watch)
    notes = [_masked(note) for item in found for note in item.diagnostics]
    # What is only a warning is told of our own files, once they are there.
    errors = [note for note in notes if has_errors([note])]
    return reported(project, patches, diagnostics=errors, root=seen_from_here(root))


def _read(root: Path, folder: str) -> Carried:
    return read_project(root, folder, checker("agent"), checker("subagent"))


def _bound(item: Carried, root: Path, target: Target, environ: Mapping[str, str]) -> Carried:
    """The agent with the id that the official client deployed it under, should it remember one."""
    home = environ.get("HOME", "")
    if item.agent_id or not item.official or not home:
        return item
    kind = provider_class(target.provider)
    named = environ.get(kind.endpoint_variable, "").strip()
    endpoint = target.url or named or kind.official_origins[0]
    agent_id = deployed_id(Path(home), root / item.folder, endpoint)
    if not agent_id:
        return item
    remark = f"the official client last deployed it from here to {urlsplit(endpoint).netloc} as "
    remarks = (*item.remarks, f"{remark}agent {agent_id}: bound to that one")
    return replace(item, agent_id=agent_id.lower(), remarks=remarks)


def _addresses(project: OpenProject, found: Iterable[Carried]) -> dict[str, str]:
    """The address of each agent, by its folder."""
    slugs = Slugs(folded(name) for name in taken(project))
    return {
        item.folder: slugs.take(shown_name(item.name) or item.folder.rsplit("/", 1)[-1], "agent")
        for item in found
    }


def _masked(note: Diagnostic) -> Diagnostic:
    return replace(note, message=_shown(note.message), hint=_shown(note.hint))


def _shown(text: str) -> str:
    return _HIDDEN if next(secrets_in(text), None) else text


@dataclass(frozen=True, slots=True)
class _Moving:
    options: ImportOptions
    project: OpenProject
    target: str
    known: InGit
    addresses: Mapping[str, str]

    def run(self, found: list[Carried], watch: Watch) -> list[AgentPatch]:
        """A patch per agent."""
        founding = Founding(
            project=self.project,
            target=self.target,
            rules=provider_class(self.project.target(self.target).provider).rules,
            others=(*self.project.slugs, *self.addresses.values()),
            dry_run=self.options.dry_run,
            patches=len(found) <= SHOWN,
        )
        patches: list[AgentPatch] = []
        watch.progress(0, len(found))
        workers = max(1, min(self.options.workers, len(found)))
        for patch in fan_out(self._work(founding), found, workers):
            patches.append(patch)
            watch.progress(len(patches), len(found))
        return patches

    def _work(self, founding: Founding) -> Callable[[Carried], AgentPatch]:
        def work(item: Carried) -> AgentPatch:
            try:
                return self._made(item, founding)
            except AgentsyncError as error:
                return failed(self.addresses[item.folder], item.name, item.agent_id, error)
            except Exception as error:
                bug = BugError.of(error)
                return failed(self.addresses[item.folder], item.name, item.agent_id, bug)

        return work

    def _made(self, item: Carried, founding: Founding) -> AgentPatch:
        patch = AgentPatch(
            address=self.addresses[item.folder],
            name=shown_name(item.name),
            status=PatchStatus.FAILED,
            agent_id=item.agent_id,
            notes=tuple(dict.fromkeys(map(_shown, item.remarks))),
        )
        if item.document is None:
            message = f"{item.folder} cannot be read as an agent"
            return replace(patch, code="invalid", message=message, hint="the errors say where")
        value = desired(item.document, founding.rules)
        if here := self._in_git(item):
            return self._already(replace(patch, address=here), item, value, founding)
        return founding.found(patch, value)

    def _in_git(self, item: Carried) -> str:
        """The definition that has the agent's id, or without any id its name, "" for none."""
        for slug, agent_id in self.known.ids.items():
            if agent_id == item.agent_id:
                return slug
        names = self.known.names.items()
        return next((slug for slug, name in names if name and name == item.name), "")

    def _already(
        self, patch: AgentPatch, item: Carried, value: Mapping[str, object], founding: Founding
    ) -> AgentPatch:
        loaded = load(self.project, patch.address, self.target)
        says = loaded.document and desired(loaded.document, founding.rules)
        if loaded.agent_id == item.agent_id and says and same(says, dict(value)):
            message = "it is in git already"
            return replace(patch, status=PatchStatus.UNCHANGED, message=message, notes=())
        return replace(
            patch,
            status=PatchStatus.REFUSED,
            code="refused",
            message=f"the definition {patch.address} stands for it already, and says otherwise",
            hint="nothing was written; `agentsync diff` compares it with what is live",
        )
