"""What the reader may want to know or do now: the closing sentences of a report."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from agentsync.errors import StaleError
from agentsync.model import Action, Change, Effect, Origin, Plan, Report, State, Status
from agentsync.render.wording import are, compared, counted, in_trouble, missing

_PLAN_AGAIN: Final = "Plan again: somebody changed what was planned for."


def next_steps(report: Report, cut: bool) -> Iterator[str]:
    """One sentence each; `cut` says that a text was not shown in full."""
    yield from _incomplete(report)
    if report.plan and report.outcomes:
        yield from _after_apply(report)
    elif report.plan and report.command == "apply" and (report.problems or report.plan.refusals):
        if any(problem.code == StaleError.code for problem in report.problems):
            yield _PLAN_AGAIN
        if report.plan.refusals:
            yield "`agentsync plan` with the same options shows the whole plan."
    elif report.plan and report.command in ("plan", "apply"):
        yield from _choices(report.plan)
        if report.command == "plan" and not report.problems and not report.plan.refusals:
            yield from _applying(report.plan)
    elif report.plan and report.command == "status":
        yield from _after_status(report.plan)
    elif report.command == "drift" and report.plan and any(it.fields for it in report.plan.changes):
        yield "`agentsync plan` shows what apply does about it."
    if cut:
        yield "Texts are cut where it says so; --verbose shows them in full."


def _incomplete(report: Report) -> Iterator[str]:
    if number := missing(report):
        were = "was" if number == 1 else "were"
        yield f"Not complete: {counted(number, 'agent')} {were} not compared."
    number = len(in_trouble(report) & compared(report))
    if number and report.command != "apply":
        were, problems = ("was", "problem") if number == 1 else ("were", "problems")
        yield (
            f"{counted(number, 'agent')} {were} compared, but the {problems} above must be "
            "solved first."
        )


def _choices(plan: Plan) -> Iterator[str]:
    """What decides about the agents that are refused, and about edits that are kept."""
    refused = [change for change in plan.changes if change.refusals]
    states = Counter(it.state for it in refused if it.action is Action.ADOPT)
    if number := states[State.ADOPTABLE]:
        yield f"--adopt takes over {counted(number, 'live agent')}: git wins over what is live."
    if number := states[State.FOREIGN]:
        yield f"--take-over takes over {counted(number, 'agent')} of somebody else's: git wins."
    fields = Counter(
        item.origin
        for change in refused
        if change.action is not Action.ADOPT
        for item in change.fields
        if item.effect is Effect.REFUSE
    )
    if number := fields[Origin.UNKNOWN]:
        yield f"--adopt lets git win {counted(number, 'field')} of unknown origin."
    if number := fields[Origin.BOTH]:
        yield f"--on-conflict git or --on-conflict live decides {counted(number, 'conflict')}."
    if number := fields[Origin.LIVE]:
        it = "it" if number == 1 else "them"
        yield (
            f"{counted(number, 'edit')} outside git: --on-drift keep leaves {it}, --on-drift "
            f"revert writes over {it}."
        )
    yield from _kept(plan.changes)


def _kept(changes: tuple[Change, ...]) -> Iterator[str]:
    """How an edit that apply leaves alone can be ended: by git, or in git."""
    who = Counter(item.origin for change in changes for item in change.kept)
    if number := who[Origin.LIVE]:
        it = "it" if number == 1 else "them"
        yield (
            f"{counted(number, 'edit')} outside git {are(number)} kept: write {it} into git, or "
            f"--on-drift revert writes over {it}."
        )
    if number := who[Origin.BOTH]:
        yield f"{counted(number, 'conflict')} {are(number)} left as live: write that into git."


def _applying(plan: Plan) -> Iterator[str]:
    if any(it.action is not Action.NO_OP and not it.refusals for it in plan.changes):
        yield (
            "`agentsync apply` with the same options does this; saved with `plan -o FILE`, "
            "`apply FILE` does exactly this."
        )


def _after_apply(report: Report) -> Iterator[str]:
    states = Counter(item.status for item in report.outcomes)
    if states[Status.STALE]:
        yield _PLAN_AGAIN
    if states[Status.FAILED] or states[Status.UNTRIED]:
        yield "Run apply again when that is solved: what is done already is not written twice."
    if report.plan:
        yield from _kept(report.plan.changes)


def _after_status(plan: Plan) -> Iterator[str]:
    states = {change.state for change in plan.changes}
    if states & {State.DRIFTED, State.CONFLICT}:
        yield "`agentsync drift` shows what was edited outside git."
    if states & {State.AHEAD, State.MARKER, State.MISSING, State.ADOPTABLE, State.UNKNOWN}:
        yield "`agentsync plan` shows what apply would do."
    if any(orphan.address for orphan in plan.orphans):
        yield "`agentsync apply --delete NAME` deletes an orphan."
