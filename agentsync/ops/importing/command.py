"""`import` as a whole: what it finds, what it makes of it, and how that is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from agentsync.engine.normalise import live as canonical
from agentsync.engine.tree import completed
from agentsync.errors import AgentsyncError, BugError
from agentsync.files.definition import checker
from agentsync.files.project import OpenProject, open_project
from agentsync.model import AgentPatch, LiveAgent, PatchStatus, Problem, Report
from agentsync.ops.connect import connect
from agentsync.ops.fanout import fan_out
from agentsync.ops.importing.choosing import Choice, Job, choose, failed, found, shown_name
from agentsync.ops.importing.founding import Founding
from agentsync.ops.importing.known import in_git, taken
from agentsync.ops.importing.options import SHOWN, ImportOptions
from agentsync.ops.importing.reporting import reported
from agentsync.ops.importing.wanting import wanted
from agentsync.ops.outlook import Outlook
from agentsync.ops.watch import Watch
from agentsync.providers import Provider


def import_agents(options: ImportOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every agent asked for: its definition is in git now, or why it is not.

    An agent's folder is there whole, bound to the agent, or not at all; so a run that was stopped
    is continued by the next one.
    Errors: UsageError when no agent fits; AgentsyncError when there is no project, no key, no
    trusted host, or no list of agents.
    """
    options.check()
    project = open_project(options.directory, empty_ok=True)
    if project.invalid:
        return reported(project, (), diagnostics=project.diagnostics)
    target = project.target(options.target)
    if options.source is not None:
        from agentsync.ops.importing.moving import moved

        return moved(options, options.source, project, target, environ, watch)
    known = in_git(project, target.name)
    if known.notes:
        return reported(project, (), diagnostics=known.notes)
    provider = connect(target, project.root, environ, watch)
    try:
        agents, asked, lost = found(options, provider, watch.note)
        means = known.means(agents, (project.config.project, target.name))
        chosen = choose(
            asked,
            means,
            project,
            target.name,
            taken(project),
            marker_at=provider.rules.marker_at,
            everyone=options.everything,
        )
        chosen.patches += lost
        run = _Run(options, project, target.name, provider, chosen)
        return reported(project, *run.run(watch))
    finally:
        provider.close()


@dataclass(frozen=True, slots=True)
class _Run:
    options: ImportOptions
    project: OpenProject
    target: str
    provider: Provider
    chosen: Choice

    def run(self, watch: Watch) -> tuple[list[AgentPatch], list[Problem]]:
        """A patch per agent, and what kept the rest from being tried."""
        jobs, outlook = self.chosen.jobs, Outlook()
        founding = Founding(
            project=self.project,
            target=self.target,
            rules=self.provider.rules,
            others=(*self.project.slugs, *(job.address for job in jobs)),
            dry_run=self.options.dry_run,
            patches=len(jobs) <= SHOWN,
        )
        work = self._work(founding, outlook)
        patches = list(self.chosen.patches)
        watch.progress(0, len(jobs))
        made = fan_out(work, jobs, max(1, min(self.options.workers, len(jobs))))
        for done, patch in enumerate(made, start=1):
            patches += [patch] if patch else []
            watch.progress(done, len(jobs))
        untried = len(self.chosen.patches) + len(jobs) - len(patches)
        return patches, list(_untried(untried))

    def _work(self, founding: Founding, outlook: Outlook) -> Callable[[Job], AgentPatch | None]:
        def work(job: Job) -> AgentPatch | None:
            if outlook.hopeless:
                return None
            try:
                live = self._read(job.agent.agent_id)
            except AgentsyncError as error:
                outlook.heard(error)
                return failed(job.address, job.agent.name, job.agent.agent_id, error)
            outlook.heard(None)
            try:
                return self._made(job, live, founding)
            except AgentsyncError as error:
                return failed(job.address, job.agent.name, job.agent.agent_id, error)
            except Exception as error:
                # What one agent can break must not take the others along.
                bug = BugError.of(error)
                return failed(job.address, job.agent.name, job.agent.agent_id, bug)

        return work

    def _read(self, agent_id: str) -> LiveAgent:
        """The agent; what an answer may leave out is completed from the file tree."""
        live = self.provider.read(agent_id)
        if not live.hidden:
            return live
        held = self.provider.hold(agent_id, files=True)
        if not held.head:
            return held.live
        rules = self.provider.rules
        whole, _ = canonical({"files": held.tree}, rules)
        return replace(held.live, value=completed(held.live.value, held.live.value, whole))

    def _made(self, job: Job, live: LiveAgent, founding: Founding) -> AgentPatch:
        rules = self.provider.rules
        value, notes = wanted(live, rules, checker(rules.form.schema), self.options.files)
        patch = AgentPatch(
            address=job.address,
            name=shown_name(live.name),
            status=PatchStatus.FAILED,
            agent_id=live.agent_id,
            revision=live.revision,
            notes=notes,
        )
        return founding.found(patch, value, live)


def _untried(number: int) -> Iterable[Problem]:
    if number:
        yield Problem(
            code="untried",
            message=f"{number} more agents were not tried: the API answered none so far",
        )
