"""`apply`: plan, show, ask, write; or exactly a plan that was saved, or nothing of it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agentsync import __version__
from agentsync.errors import ExitCode, RefusedError, UsageError
from agentsync.files import planfile
from agentsync.files.project import OpenProject, open_project
from agentsync.model import Action, Outcome, Plan, Problem, Report, Status
from agentsync.ops.apply import saved
from agentsync.ops.apply.aim import Terms
from agentsync.ops.apply.applying import Applying, roster_of, to_write
from agentsync.ops.apply.backoff import Backoff
from agentsync.ops.asking import Asked, DraftOptions
from agentsync.ops.connect import connect
from agentsync.ops.draft import Draft, draft
from agentsync.ops.here import seen_from_here
from agentsync.ops.watch import Watch
from agentsync.providers import Provider

Confirm = Callable[[Report], bool]
"""Whether the person who sees this plan wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions(DraftOptions):
    """What `apply` is asked for.

    Shape: `plan_file` is a saved plan; beside it only `directory`, `target` and `workers` count.
    """

    plan_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an apply needs of the world.

    Shape: `now` gives an RFC 3339 time, to the microsecond: it tells one apply from another;
    `pause` waits, in seconds, None for as long as nobody interrupts.
    """

    environ: Mapping[str, str]
    watch: Watch
    confirm: Confirm
    now: Callable[[], str]
    pause: Callable[[float], object] | None = None


def apply(
    options: ApplyOptions,
    environ: Mapping[str, str],
    watch: Watch,
    confirm: Confirm,
    now: Callable[[], str],
    pause: Callable[[float], object] | None = None,
) -> Report:
    """What became of every agent, or why nothing was done.

    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent, or
    when the saved plan is none, is for elsewhere, or was changed.
    """
    world = Surroundings(environ=environ, watch=watch, confirm=confirm, now=now, pause=pause)
    if options.plan_file:
        return _apply_saved(options, options.plan_file, world)
    made = draft(replace(options, with_commit=True), environ, watch, keep_open=True)
    try:
        return apply_draft("apply", made, world, options.workers)
    finally:
        if made.provider:
            made.provider.close()


def apply_draft(command: str, made: Draft, world: Surroundings, workers: int) -> Report:
    """What became of every agent of a draft, once whoever sees its plan wants it.

    What stands in the way of one agent stops that one only; what concerns all stops all.
    """
    planned = made.report(command)
    plan, failed = made.plan, {problem.address for problem in made.problems}
    if plan is None or made.provider is None or "" in failed:
        return planned
    if plan.refusals:
        return replace(planned, exit_code=ExitCode.REFUSED)
    plan = replace(plan, changes=tuple(it for it in plan.changes if it.address not in failed))
    if any(map(to_write, plan.changes)) and not world.confirm(replace(planned, plan=plan)):
        problem = Problem.of(
            RefusedError("not confirmed: nothing was written", hint="--yes applies without asking")
        )
        return _stopped(planned, (replace(problem, code="not-confirmed"),))
    run = _Run(workers, world, plan, made.provider, frozenset(made.project.slugs))
    return run.report(replace(planned, plan=plan))


def _apply_saved(options: ApplyOptions, path: Path, world: Surroundings) -> Report:
    if options.addresses or options.shard != (1, 1) or options.asked != Asked():
        raise UsageError(
            "a saved plan is applied as it is: no agents, shard or choices beside it",
            hint="make them when planning: `agentsync plan … -o FILE`",
        )
    plan = planfile.read(path)
    project = open_project(options.directory)
    if project.invalid:
        return Draft(project=project, diagnostics=project.diagnostics).report("apply")
    planned = _as_saved(plan, project)
    target = saved.target_of(plan, project, options.target)
    reasons = tuple(saved.contradictions(plan, project, target))
    if reasons:
        return _stopped(planned, saved.refused(reasons))
    provider = connect(target, project.root, world.environ, world.watch)
    try:
        run = _Run(options.workers, world, plan, provider, frozenset(project.slugs))
        reasons = tuple(saved.elsewhere(plan, provider.connection))
        problems = saved.refused(reasons) or run.preflight()
        return _stopped(planned, problems) if problems else run.report(planned)
    finally:
        provider.close()


def _as_saved(plan: Plan, project: OpenProject) -> Report:
    return Report(
        command="apply",
        exit_code=ExitCode.OK,
        tool_version=__version__,
        plan=plan,
        checked=sum(change.action is not Action.DELETE for change in plan.changes),
        root=seen_from_here(project.root),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """A plan that is to be applied, and the API to apply it to."""

    workers: int
    world: Surroundings
    plan: Plan
    provider: Provider
    addresses: frozenset[str]

    def preflight(self) -> tuple[Problem, ...]:
        """What has moved since the plan was saved."""
        terms = self.terms("")
        roster = roster_of(self.provider, terms, self.addresses)
        looking = saved.Preflight(provider=self.provider, terms=terms, roster=roster)
        return looking.problems(self.plan.changes, self.workers, self.world.watch)

    def report(self, planned: Report) -> Report:
        """The report of an apply that nothing stands in the way of any more."""
        watch = self.world.watch
        terms = self.terms(self.world.now())
        applying = Applying(
            provider=self.provider,
            terms=terms,
            backoff=Backoff(stop=threading.Event(), note=watch.note, pause=self.world.pause),
            addresses=self.addresses,
            changes=self.plan.changes,
            roster=roster_of(self.provider, terms, self.addresses),
        )
        whole = applying.run(self.workers, watch)
        outcomes = (*applying.all_outcomes(), *map(_not_planned, planned.problems))
        bugs = planned.exit_code is ExitCode.BUG or bool(applying.bugs)
        code = _exit_code(outcomes, bugs=bugs, interrupted=not whole)
        ordered = tuple(sorted(outcomes, key=lambda item: (item.address, item.agent_id or "")))
        return replace(planned, exit_code=code, outcomes=ordered, problems=())

    def terms(self, at: str) -> Terms:
        """What holds for every agent of this run."""
        return Terms(
            project=self.plan.project,
            target=self.plan.target,
            rules=self.provider.rules,
            ignore=self.plan.ignore,
            commit=self.plan.commit,
            at=at,
        )


def _not_planned(problem: Problem) -> Outcome:
    """The outcome of an agent that could not even be planned."""
    return Outcome(
        address=problem.address,
        name=problem.address,
        action=Action.NO_OP,
        status=Status.FAILED,
        code=problem.code,
        message=problem.message,
        hint=problem.hint,
        request=problem.request,
    )


def _stopped(planned: Report, problems: tuple[Problem, ...]) -> Report:
    """The report of an apply that did nothing, because of `problems`."""
    codes = {problem.exit_code for problem in problems}
    worst = (ExitCode.BUG, ExitCode.REFUSED, ExitCode.ERROR)
    code = next(code for code in worst if code in codes)
    return replace(planned, exit_code=code, problems=problems)


def _exit_code(outcomes: tuple[Outcome, ...], *, bugs: bool, interrupted: bool) -> ExitCode:
    """What the outcomes come to, for the caller.

    a second look at agentsync is needed   bug
    Ctrl-C                                 interrupted
    every agent is as planned              done
    something was written, but not all     partial
    nothing was written, only refusals     refused
    nothing was written, some failed       error
    """
    left = {outcome.status for outcome in outcomes if not outcome.done}
    if bugs or interrupted:
        return ExitCode.BUG if bugs else ExitCode.INTERRUPTED
    if not left:
        return ExitCode.OK
    if any(outcome.written for outcome in outcomes):
        return ExitCode.PARTIAL
    return ExitCode.REFUSED if left <= {Status.REFUSED, Status.STALE} else ExitCode.ERROR
