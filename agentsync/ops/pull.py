"""`pull`: what somebody edited outside git comes home into the files, and nothing else changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agentsync.errors import AgentsyncError, BugError, ExitCode
from agentsync.files.project import find_root
from agentsync.files.repository import committing, git
from agentsync.model import AgentPatch, Change, PatchStatus, Plan, Report
from agentsync.ops.asking import DraftOptions, Judged
from agentsync.ops.draft import Draft, draft
from agentsync.ops.fanout import fan_out
from agentsync.ops.pulling import wording
from agentsync.ops.pulling.deciding import Clash
from agentsync.ops.pulling.preparing import Prepared, Preparing, begun
from agentsync.ops.pulling.secrets import new_secrets
from agentsync.ops.pulling.writing import Writing, Written
from agentsync.ops.select import select
from agentsync.ops.watch import Watch
from agentsync.providers import Provider

__all__ = ["Clash", "PullOptions", "pull"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullOptions(DraftOptions):
    """What `pull` is asked for.

    Shape: `conflicts` None means that fields which changed in git too wait for a decision;
    `commit` makes a git commit for each agent of which something came home.
    """

    conflicts: Clash | None = None
    dry_run: bool = False
    commit: bool = False

    @property
    def judged(self) -> Judged:
        """Nothing: what comes home is reviewed as any change of files."""
        return Judged.NOTHING

    @property
    def whole(self) -> bool:
        """Never: agents without definition have nothing to bring home here."""
        return False


def pull(options: PullOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every agent asked for, with what was written for each.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent, or
    when commits are asked for and none can be made.
    """
    root = find_root(options.directory)
    if options.commit and root:
        committing.check(root)
    made = draft(options, environ, watch, keep_open=True)
    if made.plan is None or made.provider is None:
        return made.report("pull")
    try:
        return _Run(options, made, made.plan, made.provider).report()
    finally:
        made.provider.close()


@dataclass(slots=True)
class _Run:
    """One pull, on which nothing stands in the way of all of it."""

    options: PullOptions
    made: Draft
    plan: Plan
    provider: Provider
    bugs: bool = field(default=False)

    def report(self) -> Report:
        problems = {item.address: item for item in self.made.problems if item.address}
        changes = [item for item in self.plan.changes if item.address not in problems]
        known = {item.address for item in changes} | problems.keys()
        asked = select(self.made.project, self.options.addresses, self.options.shard)
        lost = [
            *map(wording.failed, problems.values()),
            *(wording.untried(address) for address in asked if address not in known),
        ]
        written = [
            *self.written(changes),
            *(Written(patch=patch, whole=False) for patch in lost),
        ]
        patches = sorted((item.patch for item in written), key=lambda item: item.address)
        return replace(
            self.made.report("pull"),
            exit_code=self.exit_code(written),
            plan=_without_secrets(self.plan, patches),
            problems=(),
            patches=tuple(patches),
        )

    def written(self, changes: Iterable[Change]) -> list[Written]:
        """What became of each agent, in the order of their addresses."""
        prepared = sorted(self.prepared(changes), key=lambda item: item.patch.address)
        writing = Writing(
            project=self.made.project,
            target=self.plan.target,
            commit=self.options.commit,
            dry_run=self.options.dry_run,
        )
        return [writing.written(item) for item in prepared]

    def prepared(self, changes: Iterable[Change]) -> list[Prepared]:
        everyone = list(changes)
        preparing = Preparing(
            project=self.made.project,
            target=self.plan.target,
            provider=self.provider,
            choice=self.options.conflicts,
            below=git.prefix(self.made.project.root) if any(it.fields for it in everyone) else "",
        )

        def one(change: Change) -> Prepared:
            try:
                return preparing.prepared(change)
            except AgentsyncError as error:
                return Prepared(patch=wording.stopped(begun(change), error))
            except Exception as error:
                # What one agent's files can break must not take the others' results along.
                self.bugs = True
                return Prepared(patch=wording.stopped(begun(change), BugError.of(error)))

        return [*fan_out(one, everyone, max(1, min(self.options.workers, len(everyone))))]

    def exit_code(self, written: Iterable[Written]) -> ExitCode:
        """What the agents come to, for the caller.

        a second look at agentsync is needed              bug
        every agent is as asked                           done
        nothing is left to do but to resolve clashes      refused
        something was written, but not all                partial
        nothing but conflict markers, and some failed     error
        nothing but conflict markers, only refusals       refused
        """
        left = [item for item in written if not item.whole]
        if self.bugs or self.made.failure is ExitCode.BUG:
            return ExitCode.BUG
        if not left:
            return ExitCode.OK
        clashes = all(item.patch.clashes for item in left)
        if not clashes and any(item.touched for item in written):
            return ExitCode.PARTIAL
        failed = any(item.patch.status is PatchStatus.FAILED for item in left)
        return ExitCode.ERROR if failed else ExitCode.REFUSED


def _without_secrets(plan: Plan, patches: Iterable[AgentPatch]) -> Plan:
    """The plan without the fields that hold a secret, whether or not they were to come home."""
    told = {item.address: item.findings for item in patches if item.findings}

    def shown(change: Change) -> Change:
        found = (*told.get(change.address, ()), *new_secrets(change.address, change.fields))
        return replace(change, fields=wording.without_secrets(change.fields, found))

    return replace(plan, changes=tuple(map(shown, plan.changes)))
