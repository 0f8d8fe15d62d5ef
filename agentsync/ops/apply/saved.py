"""Whether a saved plan is for here, and still true: asked before anything of it is applied."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from agentsync.engine.limits import policy_refusals, refusals
from agentsync.errors import (
    AgentsyncError,
    BugError,
    NotFoundError,
    RefusedError,
    StaleError,
    UsageError,
)
from agentsync.files.project import OpenProject
from agentsync.model import Action, Change, Plan, Problem, Target
from agentsync.ops.apply.aim import Aim, Terms
from agentsync.ops.apply.applying import to_write
from agentsync.ops.apply.creating import existing
from agentsync.ops.apply.receipt import Receipt
from agentsync.ops.apply.updating import stale
from agentsync.ops.fanout import fan_out
from agentsync.ops.outlook import Outlook
from agentsync.ops.roster import Roster
from agentsync.ops.watch import Watch
from agentsync.providers import Connection, Provider

_AGAIN: Final = "make it again with `agentsync plan -o FILE`"
_UNTRIED: Final = Problem(code="untried", message="")


def target_of(plan: Plan, project: OpenProject, asked: str) -> Target:
    """The target that the plan is for.

    Errors: RefusedError when it is for another project, for another target than was `asked` for
    ("" for any), or for one that the project does not have any more.
    """
    config = project.config
    if plan.project != config.project:
        raise RefusedError(
            f"the plan is for project {plan.project}, and this is {config.project}",
            hint="-C names the project's folder",
        )
    if asked and asked != plan.target:
        raise RefusedError(
            f"the plan is for target {plan.target or 'without a name'}, not for {asked}",
            hint=f"leave out -t, or plan for {asked}",
        )
    try:
        return project.target(plan.target)
    except UsageError as error:
        raise RefusedError(
            f"the plan is for a target that agentsync.yaml does not have any more: {error.message}",
            hint=_AGAIN,
        ) from None


def contradictions(plan: Plan, project: OpenProject, target: Target) -> Iterator[str]:
    """What agentsync.yaml says otherwise than when the plan was made, or forbids now."""
    config = project.config
    if plan.provider != target.provider:
        yield f"the plan is for provider {plan.provider}, and the target says {target.provider}"
    if plan.target != target.name:
        yield "the project has targets by now, and the plan names none"
    if plan.prompt != target.prompt:
        yield "`prompt` of the target has changed since the plan"
    if plan.ignore != config.ignore:
        yield "`ignore` in agentsync.yaml has changed since the plan"
    policy = config.policy_for(target)
    if plan.policy != policy:
        yield "`policy` in agentsync.yaml has changed since the plan"
    now = refusals(plan.changes, config.limits, plan.choices, protect=target.protect)
    yield from dict.fromkeys((*plan.refusals, *now, *policy_refusals(plan.findings, policy)))


def elsewhere(plan: Plan, connection: Connection) -> Iterator[str]:
    """Why the plan is for another API or workspace than the one that would be asked."""
    if plan.endpoint != connection.base_url:
        yield f"the plan is for {plan.endpoint}, and the endpoint is {connection.base_url}"
    if plan.workspace_id != connection.workspace_id:
        there, here = (
            asked or "the key's own" for asked in (plan.workspace_id, connection.workspace_id)
        )
        yield f"the plan is for workspace {there}, not for {here}"


def refused(reasons: Iterable[str]) -> tuple[Problem, ...]:
    """A problem for each reason why nothing of a plan is applied."""
    return tuple(Problem.of(RefusedError(reason, hint=_AGAIN)) for reason in reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Every agent that a plan would write, read before the first write."""

    provider: Provider
    terms: Terms
    roster: Roster
    outlook: Outlook = field(default_factory=Outlook)

    def problems(
        self, changes: Iterable[Change], workers: int, watch: Watch
    ) -> tuple[Problem, ...]:
        """A problem for every agent that is not what was planned for, or cannot be read."""
        asked = [change for change in changes if to_write(change)]
        found: list[Problem] = []
        watch.progress(0, len(asked))
        crew = max(1, min(workers, len(asked)))
        for number, problem in enumerate(fan_out(self._problem, asked, crew), 1):
            found += [problem] if problem else []
            watch.progress(number, len(asked))
        told = [problem for problem in found if problem is not _UNTRIED]
        told.sort(key=lambda problem: problem.address)
        if untried := len(found) - len(told):
            message = f"{untried} more agents were not read: the API answered none so far"
            told.append(replace(_UNTRIED, message=message))
        return tuple(told)

    def _problem(self, change: Change) -> Problem | None:
        if self.outlook.hopeless:
            return _UNTRIED
        error: AgentsyncError | None = None
        try:
            self._look(change)
        except AgentsyncError as caught:
            error = caught
        except Exception as caught:
            error = BugError.of(caught)
        self.outlook.heard(error)
        return Problem.of(error, change.address) if error else None

    def _look(self, change: Change) -> None:
        """Nothing, when the agent is as planned, or as it shall be.

        Errors: StaleError, ProviderError.
        """
        if change.action is Action.CREATE:
            existing(self.provider, self.roster.listed(), Receipt.of(change), self.terms)
            return
        try:
            live = self.provider.read(change.agent_id or "")
        except NotFoundError:
            if change.action is Action.DELETE:
                return
            raise StaleError(
                "it was deleted since the plan, or this key may not see it any more", hint=_AGAIN
            ) from None
        if self.terms.planned(change, live):
            return
        if change.action is Action.DELETE or not Aim.met(change, live, self.terms):
            raise stale(change, live, self.terms)
