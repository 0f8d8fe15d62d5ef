"""What the reader may want to know or do now: the closing sentences of a report."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.errors import StaleError
from agentsync.model import (
    Action,
    AgentPatch,
    Change,
    Effect,
    FileOp,
    History,
    Origin,
    PatchStatus,
    Plan,
    Report,
    State,
    Status,
)
from agentsync.render.visible import visible
from agentsync.render.wording import are, compared, counted, in_trouble, missing

_PLAN_AGAIN: Final = "Plan again: somebody changed what was planned for."


def next_steps(report: Report, cut: bool) -> Iterator[str]:
    """One sentence each; `cut` says that a text was not shown in full."""
    yield from _incomplete(report)
    yield from _about(report)
    if cut:
        yield "Texts are cut where it says so; --verbose shows them in full."


def _about(report: Report) -> Iterator[str]:
    """What the command leaves to do."""
    plan = report.plan
    if report.command == "pull":
        yield from _after_pull(report.patches)
    elif report.command == "import":
        yield from _after_import(report.patches)
    elif report.history:
        yield from _after_log(report.history)
    elif plan and report.outcomes:
        yield from _after_apply(report, plan)
    elif plan and report.command in ("plan", "apply", "rollback"):
        yield from _before_apply(report, plan)
    elif plan and report.command == "status":
        yield from _after_status(plan)
    elif plan and report.command == "drift":
        yield from _after_drift(plan)


def _before_apply(report: Report, plan: Plan) -> Iterator[str]:
    """What there is to decide, or why it came to no apply."""
    if report.command != "plan" and (report.problems or plan.refusals):
        if any(problem.code == StaleError.code for problem in report.problems):
            yield _PLAN_AGAIN
        if plan.refusals:
            yield "`agentsync plan` with the same options shows the whole plan."
    elif report.command != "rollback":
        yield from _choices(plan)
        if report.command == "plan" and not report.problems and not plan.refusals:
            yield from _applying(plan)


def _incomplete(report: Report) -> Iterator[str]:
    if number := missing(report):
        were = "was" if number == 1 else "were"
        yield f"Not complete: {counted(number, 'agent')} {were} not compared."
    number = len(in_trouble(report) & compared(report))
    if number and report.command not in ("apply", "rollback"):
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
        yield (
            f"--adopt lets git win {counted(number, 'field')} of unknown origin; `agentsync pull "
            "--theirs` brings what is live into git."
        )
    if number := fields[Origin.BOTH]:
        yield (
            f"--on-conflict git or --on-conflict live decides {counted(number, 'conflict')}; "
            "`agentsync pull --merge` merges texts line by line."
        )
    if number := fields[Origin.LIVE]:
        it = "it" if number == 1 else "them"
        yield (
            f"{counted(number, 'edit')} outside git: `agentsync pull` brings {it} into git, "
            f"--on-drift keep leaves {it}, --on-drift revert writes over {it}."
        )
    yield from _kept(plan.changes)


def _kept(changes: tuple[Change, ...]) -> Iterator[str]:
    """How an edit that apply leaves alone can be ended: by git, or in git."""
    who = Counter(item.origin for change in changes for item in change.kept)
    if number := who[Origin.LIVE]:
        it = "it" if number == 1 else "them"
        yield (
            f"{counted(number, 'edit')} outside git {are(number)} kept: `agentsync pull` brings "
            f"{it} into git, or --on-drift revert writes over {it}."
        )
    if number := who[Origin.BOTH]:
        it = "it" if number == 1 else "them"
        yield (
            f"{counted(number, 'conflict')} {are(number)} left as live: `agentsync pull --theirs` "
            f"brings {it} into git."
        )


def _applying(plan: Plan) -> Iterator[str]:
    if any(it.action is not Action.NO_OP and not it.refusals for it in plan.changes):
        yield (
            "`agentsync apply` with the same options does this; saved with `plan -o FILE`, "
            "`apply FILE` does exactly this."
        )


def _after_apply(report: Report, plan: Plan) -> Iterator[str]:
    states = Counter(item.status for item in report.outcomes)
    if states[Status.STALE]:
        yield _PLAN_AGAIN
    if states[Status.FAILED] or states[Status.UNTRIED]:
        command = "rollback" if report.command == "rollback" else "apply"
        again = f"Run {command} again when that is solved"
        yield f"{again}: what is done already is not written twice."
    if report.command != "rollback":
        yield from _kept(plan.changes)


def _after_drift(plan: Plan) -> Iterator[str]:
    if any(change.fields for change in plan.changes):
        yield (
            "`agentsync pull` brings this into git; `agentsync plan` shows what apply does about "
            "it."
        )


def _after_status(plan: Plan) -> Iterator[str]:
    states = {change.state for change in plan.changes}
    if states & {State.DRIFTED, State.CONFLICT}:
        yield (
            "`agentsync drift` shows what was edited outside git, `agentsync pull` brings it into "
            "git."
        )
    if states & {State.AHEAD, State.MARKER, State.MISSING, State.ADOPTABLE, State.UNKNOWN}:
        yield "`agentsync plan` shows what apply would do."
    if any(orphan.address for orphan in plan.orphans):
        yield "`agentsync apply --delete NAME` deletes an orphan."
    if any(not orphan.address for orphan in plan.orphans):
        yield "`agentsync import ID` makes a definition of an agent that has none."


def _after_pull(patches: Sequence[AgentPatch]) -> Iterator[str]:
    states = Counter(patch.status for patch in patches)
    if states[PatchStatus.PLANNED]:
        yield "`agentsync pull` without --dry-run writes this."
    if any(patch.commit for patch in patches):
        yield "`git show COMMIT` shows what came home; push it for review."
    elif states[PatchStatus.WRITTEN]:
        new = any(it.op is FileOp.CREATE for patch in patches for it in patch.files)
        first = "`git add -N .`, then `git diff`" if new else "`git diff`"
        shows = "show" if new else "shows"
        yield f"{first} {shows} what came home: commit it. `agentsync plan` shows what is left."


def _after_import(patches: Sequence[AgentPatch]) -> Iterator[str]:
    states = Counter(patch.status for patch in patches)
    if states[PatchStatus.PLANNED]:
        yield "`agentsync import` without --dry-run writes this."
    if states[PatchStatus.WRITTEN]:
        yield "`agentsync plan` compares them with what is live; then commit them."
        yield (
            "`agentsync apply --adopt` leaves a marker in them: from then on `drift` can tell who "
            "edited what."
        )
    if states[PatchStatus.FAILED]:
        yield "Import again when that is solved: what git has already is not imported twice."


def _after_log(history: History) -> Iterator[str]:
    if len(history.revisions) > 1:
        target = f" -t {visible(history.target)}" if history.target else ""
        command = f"agentsync rollback {visible(history.address)}{target} --to REVISION"
        yield f"`{command}` plans a return to one of them."
