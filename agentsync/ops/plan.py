"""`plan` and `diff`: what stands in the way of git and the live agents being the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentsync import __version__
from agentsync.errors import ExitCode, IdentityError, ProjectError
from agentsync.files import git, planfile
from agentsync.files.definition import load
from agentsync.files.project import OpenProject, open_project
from agentsync.files.sources import has_errors
from agentsync.model import Action, Change, Diagnostic, Plan, Problem, Report, Target
from agentsync.ops.comparing import Comparing, Outcome
from agentsync.ops.connect import connect
from agentsync.ops.here import seen_from_here
from agentsync.ops.roster import Roster
from agentsync.ops.select import select
from agentsync.ops.watch import Watch
from agentsync.providers import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What `plan` and `diff` are asked for.

    Shape: `addresses` () means every definition; `target` "" the only one; `shard` is (I, N);
    `save` the file that gets the plan.
    """

    command: str
    directory: Path
    addresses: tuple[str, ...] = ()
    target: str = ""
    workers: int = 16
    shard: tuple[int, int] = (1, 1)
    exit_code: bool = False
    show_unmanaged: bool = False
    save: Path | None = None


def plan(options: PlanOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every definition asked for, with all that stood in the way.

    The plan is saved only when it is complete.
    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent.
    """
    if options.save:
        planfile.check_target(options.save)
    project = open_project(options.directory)
    if project.invalid:
        return _report(options, project, diagnostics=project.diagnostics)
    target = project.target(options.target)
    addresses = select(project, options.addresses, options.shard)
    outcomes, asked = _gather(options, project, target, addresses, environ, watch)
    diagnostics = (*project.diagnostics, *(each for item in outcomes for each in item.diagnostics))
    if has_errors(diagnostics):
        return _report(options, project, diagnostics=diagnostics, checked=len(addresses))
    changes = tuple(item.change for item in outcomes if item.change)
    made = Plan(
        project=project.config.project,
        target=target.name,
        provider=target.provider,
        endpoint=asked.base_url,
        workspace_id=asked.workspace_id,
        tool_version=__version__,
        commit=git.head(project.root) if options.save else "",
        changes=changes,
    )
    bound = _bound_elsewhere(project, target.name, addresses, changes)
    problems = (*_problems(outcomes), *_claimed_twice(changes, bound))
    if options.save:
        problems += _saved(made, options.save, watch, complete=not problems)
    return _report(
        options,
        project,
        made=made,
        diagnostics=diagnostics,
        problems=problems,
        checked=len(addresses),
    )


def _gather(
    options: PlanOptions,
    project: OpenProject,
    target: Target,
    addresses: tuple[str, ...],
    environ: Mapping[str, str],
    watch: Watch,
) -> tuple[list[Outcome], Connection]:
    provider = connect(target, project.root, environ, watch)
    comparing = Comparing(
        project=project,
        target=target.name,
        provider=provider,
        roster=Roster(provider.list),
        show_unmanaged=options.show_unmanaged,
    )
    outcomes: list[Outcome] = []
    try:
        watch.progress(0, len(addresses))
        for outcome in comparing.outcomes(addresses, options.workers):
            outcomes.append(outcome)
            watch.progress(len(outcomes), len(addresses))
    finally:
        provider.close()
    return sorted(outcomes, key=lambda item: item.address), provider.connection


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


def _bound_elsewhere(
    project: OpenProject, target: str, addresses: tuple[str, ...], changes: tuple[Change, ...]
) -> dict[str, str]:
    """The agents to which definitions outside this selection are bound, by id.

    Asked only when an agent was found by its name: it might be theirs.
    """
    if all(change.action is not Action.ADOPT for change in changes):
        return {}
    others = (load(project, slug, target) for slug in project.slugs if slug not in addresses)
    return {loaded.agent_id: loaded.address for loaded in others if loaded.agent_id}


def _claimed_twice(changes: tuple[Change, ...], bound: Mapping[str, str]) -> list[Problem]:
    """A problem for every definition that fits a live agent which another one fits as well."""
    claims: dict[str, list[str]] = {agent_id: [address] for agent_id, address in bound.items()}
    for change in changes:
        if change.agent_id:
            claims.setdefault(change.agent_id, []).append(change.address)
    return [
        Problem.of(
            IdentityError(
                f"agent {agent_id} is claimed by {' and '.join(claimants)}",
                hint="one agent has one definition; bind each with its own `id:`, or rename one",
            ),
            address,
        )
        for agent_id, claimants in claims.items()
        if len(claimants) > 1
        for address in claimants
    ]


def _saved(made: Plan, path: Path, watch: Watch, *, complete: bool) -> tuple[Problem, ...]:
    if not complete:
        message = f"the plan was not saved to {path}: it is not complete"
        return (Problem(code="incomplete", message=message),)
    try:
        planfile.write(made, path)
    except ProjectError as error:
        return (Problem.of(error),)
    watch.note(f"the plan is saved in {path}")
    return ()


def _report(
    options: PlanOptions,
    project: OpenProject,
    *,
    made: Plan | None = None,
    diagnostics: Iterable[Diagnostic] = (),
    problems: tuple[Problem, ...] = (),
    checked: int = 0,
) -> Report:
    diagnostics = tuple(sorted(diagnostics, key=lambda item: item.order))
    if any(item.exit_code is ExitCode.BUG for item in problems):
        code = ExitCode.BUG
    elif problems or made is None:
        code = ExitCode.ERROR
    else:
        code = ExitCode.DIFFERENCES if options.exit_code and made.differs else ExitCode.OK
    return Report(
        command=options.command,
        exit_code=code,
        tool_version=__version__,
        plan=made,
        diagnostics=diagnostics,
        problems=problems,
        checked=checked,
        root=seen_from_here(project.root),
    )
