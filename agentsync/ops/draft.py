"""From the files and the API to a plan: what plan, diff, apply, drift and status have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentsync import __version__
from agentsync.engine.limits import policy_refusals, refusals
from agentsync.errors import (
    AgentsyncError,
    ExitCode,
    ForbiddenError,
    NotFoundError,
    UsageError,
)
from agentsync.files.project import OpenProject, open_project
from agentsync.files.repository import git
from agentsync.files.sources import has_errors
from agentsync.model import (
    Change,
    Choices,
    Diagnostic,
    Finding,
    Orphan,
    Plan,
    Policy,
    Problem,
    Report,
    Target,
)
from agentsync.ops.asking import DraftOptions, Judged
from agentsync.ops.claims import bound_elsewhere, claimed_twice
from agentsync.ops.comparing import Comparing, Outcome
from agentsync.ops.connect import connect
from agentsync.ops.here import seen_from_here
from agentsync.ops.judging import Judging
from agentsync.ops.orphans import deletion, strangers
from agentsync.ops.roster import Roster
from agentsync.ops.select import select
from agentsync.ops.watch import Watch
from agentsync.providers import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan, and all that stood in its way.

    Shape: `plan` is None when the files are wrong; it is complete only without `problems`;
    `provider` is open, and None without a plan: whoever asked for it closes it.
    """

    project: OpenProject
    plan: Plan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    problems: tuple[Problem, ...] = ()
    checked: int = 0
    provider: Provider | None = None

    def report(self, command: str, exit_code: ExitCode = ExitCode.OK) -> Report:
        """The report of a command that did no more than this: `exit_code` when all went well."""
        return Report(
            command=command,
            exit_code=self.failure or exit_code,
            tool_version=__version__,
            plan=self.plan,
            diagnostics=tuple(sorted(self.diagnostics, key=lambda item: item.order)),
            problems=self.problems,
            checked=self.checked,
            root=seen_from_here(self.project.root),
        )

    @property
    def failure(self) -> ExitCode | None:
        """The exit code of what stood in the way, None when nothing did."""
        if any(item.exit_code is ExitCode.BUG for item in self.problems):
            return ExitCode.BUG
        return ExitCode.ERROR if self.problems or self.plan is None else None


def draft(
    options: DraftOptions, environ: Mapping[str, str], watch: Watch, *, keep_open: bool = False
) -> Draft:
    """The plan for every definition asked for, with all that stood in the way.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent.
    """
    project = open_project(options.directory)
    if project.invalid:
        return Draft(project=project, diagnostics=project.diagnostics)
    target = project.target(options.target)
    addresses = select(project, options.addresses, options.shard)
    provider = connect(target, project.root, environ, watch)
    drafting = _Drafting(options, project, target, provider)
    try:
        made = drafting.draft(addresses, watch)
    except BaseException:
        provider.close()
        raise
    if not keep_open or made.provider is None:
        provider.close()
    return made


@dataclass(frozen=True, slots=True)
class _Drafting:
    options: DraftOptions
    project: OpenProject
    target: Target
    provider: Provider

    def draft(self, addresses: tuple[str, ...], watch: Watch) -> Draft:
        choices = self.options.asked.choices(self.project.config)
        roster = roster_of(self.project, self.target, self.provider)
        outcomes = self.compared(addresses, roster, choices, watch)
        notes = (*self.project.diagnostics, *(each for one in outcomes for each in one.diagnostics))
        if has_errors(notes):
            return Draft(project=self.project, diagnostics=notes, checked=len(addresses))
        changes = [item.change for item in outcomes if item.change]
        bound = bound_elsewhere(self.project, self.target.name, addresses, changes)
        problems = [*_problems(outcomes), *claimed_twice(changes, bound)]
        findings = [each for one in outcomes for each in one.findings]
        orphans = self.orphans(roster, changes, bound, problems, watch)
        for name in choices.delete:
            try:
                gone = deletion(name, orphans, self.project, self.target, self.provider)
                changes.append(gone)
                from agentsync.engine.policy.judging import judged_deletion

                findings += judged_deletion(gone.address, gone.name, self.policy)
            except UsageError:
                raise
            except AgentsyncError as error:
                problems.append(Problem.of(error, name))
        return Draft(
            project=self.project,
            plan=plan_of(
                self.project,
                self.target,
                self.provider,
                changes=tuple(sorted(changes, key=_order)),
                findings=tuple(sorted(findings, key=lambda item: item.order)),
                choices=choices,
                orphans=orphans,
                commit=git.head(self.project.root) if self.options.with_commit else "",
            ),
            diagnostics=notes,
            problems=tuple(problems),
            checked=len(addresses),
            provider=self.provider,
        )

    @property
    def policy(self) -> Policy:
        """The policy that holds on this target."""
        return self.project.config.policy_for(self.target)

    @property
    def judging(self) -> Judging | None:
        """The rules, as far as this command asks them."""
        judged = self.options.judged
        if judged is Judged.NOTHING:
            return None
        return Judging(policy=self.policy, provider=self.provider, edits=judged is Judged.EDITS)

    def compared(
        self, addresses: tuple[str, ...], roster: Roster, choices: Choices, watch: Watch
    ) -> list[Outcome]:
        comparing = Comparing(
            project=self.project,
            target=self.target.name,
            provider=self.provider,
            roster=roster,
            choices=choices,
            show_unmanaged=self.options.show_unmanaged,
            judging=self.judging,
        )
        outcomes: list[Outcome] = []
        watch.progress(0, len(addresses))
        list_too = self.options.whole or bool(choices.delete)
        for outcome in comparing.outcomes(addresses, self.options.workers, list_too=list_too):
            outcomes.append(outcome)
            watch.progress(len(outcomes), len(addresses))
        return sorted(outcomes, key=lambda item: item.address)

    def orphans(
        self,
        roster: Roster,
        changes: Iterable[Change],
        bound: Mapping[str, str],
        problems: list[Problem],
        watch: Watch,
    ) -> tuple[Orphan, ...]:
        """The live agents without definition, when this run looks at the project as a whole."""
        if not self.options.whole and not self.options.asked.delete:
            return ()
        try:
            listed = roster.listed()
        except (ForbiddenError, NotFoundError) as error:
            watch.note(f"agents without definition were not looked for: {error.message}")
            return ()
        except AgentsyncError as error:
            if not problems:
                problems.append(Problem.of(error))
            return ()
        used = {change.agent_id for change in changes if change.agent_id} | bound.keys()
        failed = {problem.address for problem in problems}
        found = [item for item in listed.orphans(used) if self.is_orphan(item, failed)]
        return (*found, *(strangers(listed, used) if self.options.others_too else ()))

    def is_orphan(self, orphan: Orphan, failed: set[str]) -> bool:
        """Whether nothing this run could not look at may be the reason that it has no user."""
        if orphan.address not in self.project.slugs:
            return True
        return self.options.whole and self.options.shard == (1, 1) and orphan.address not in failed


def roster_of(project: OpenProject, target: Target, provider: Provider) -> Roster:
    """The live agents, listed when they are first asked for, as this project sees them."""
    return Roster(
        provider.list,
        project=project.config.project,
        target=target.name,
        addresses=frozenset(project.slugs),
    )


def plan_of(
    project: OpenProject,
    target: Target,
    provider: Provider,
    *,
    changes: tuple[Change, ...],
    choices: Choices,
    commit: str,
    findings: tuple[Finding, ...] = (),
    orphans: tuple[Orphan, ...] = (),
) -> Plan:
    """The plan of these changes, with all that apply has to know beside them."""
    config, asked = project.config, provider.connection
    policy = config.policy_for(target)
    refused = (
        *refusals(changes, config.limits, choices, protect=target.protect),
        *policy_refusals(findings, policy),
    )
    return Plan(
        project=config.project,
        target=target.name,
        provider=target.provider,
        endpoint=asked.base_url,
        workspace_id=asked.workspace_id,
        prompt=asked.prompt,
        tool_version=__version__,
        commit=commit,
        changes=changes,
        choices=choices,
        ignore=config.ignore,
        limits=config.limits,
        protect=target.protect,
        policy=policy,
        findings=findings,
        refusals=refused,
        orphans=orphans,
    )


def _order(change: Change) -> tuple[str, str]:
    return change.address, change.agent_id or ""


def _problems(outcomes: Iterable[Outcome]) -> list[Problem]:
    found = [Problem.of(item.error, item.address) for item in outcomes if item.error]
    untried = [item.address for item in outcomes if not item.error and not item.change]
    if untried:
        found.append(
            Problem(
                code="untried",
                message=f"{len(untried)} more agents were not tried: the API answered none so far",
            )
        )
    return found
