"""`drift`: what somebody changed outside git since the last apply, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agentsync.engine.identity import UNTOLD
from agentsync.errors import ExitCode
from agentsync.model import Action, Change, Origin, Plan, Precondition, Problem, Report
from agentsync.ops.asking import DraftOptions, Judged
from agentsync.ops.draft import draft
from agentsync.ops.watch import Watch

_EDITED = (Origin.LIVE, Origin.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftOptions(DraftOptions):
    """Which agents are looked at for drift."""

    @property
    def judged(self) -> Judged:
        """What somebody did outside git."""
        return Judged.EDITS


def drift(options: DriftOptions, environ: Mapping[str, str], watch: Watch) -> Report:
    """The report on every definition asked for, with the fields that were edited outside git.

    Shape: its plan has every agent, those without drift without fields; the exit code says
    "differences" exactly when there is a field in it and nothing stood in the way, such as a
    marker that cannot be read.
    Errors: AgentsyncError when there is no project, no key, no trusted host, no such agent.
    """
    made = draft(options, environ, watch)
    if made.plan is None:
        return made.report("drift")
    found = _only_drift(made.plan)
    drifted = any(change.fields for change in found.changes)
    code = ExitCode.DIFFERENCES if drifted else ExitCode.OK
    problems = (*made.problems, *_untold(found))
    return replace(made, plan=found, problems=problems).report("drift", code)


def _untold(plan: Plan) -> Iterator[Problem]:
    """A problem for every agent that apply has marked and whose marker nobody can read.

    A job that looks for drift must not stay green because somebody broke the marker.
    """
    for change in plan.changes:
        for note in change.notes:
            yield Problem(
                code="unreadable-marker",
                message=f"{note}, and so is whether it drifted",
                hint="`agentsync plan` shows how it differs; apply --adopt writes the marker anew",
                address=change.address,
            )


def _only_drift(plan: Plan) -> Plan:
    return replace(plan, changes=tuple(map(_edited, plan.changes)), refusals=())


def _edited(change: Change) -> Change:
    """The change with nothing in it but what was edited outside git.

    It says what is, not what apply would do: only an agent that is missing, somebody else's, or
    of an unreadable marker keeps its action, since nothing else tells it from one in sync. Of one
    that may not be written here, and so was never marked, everything that differs is told.
    """
    unmarked = change.read_only and change.last is None
    fields = tuple(item for item in change.fields if unmarked or item.origin in _EDITED)
    notes = tuple(note for note in change.notes if note.endswith(UNTOLD))
    unknown = change.last is not None and bool(notes)
    other = unknown or change.action in (Action.CREATE, Action.ADOPT)
    return replace(
        change,
        action=change.action if other else Action.NO_OP,
        reason=change.reason if other else _reason(change, len(fields)),
        fields=fields,
        precondition=Precondition(revision=change.revision, digest=None)
        if change.precondition
        else None,
        desired=None,
        unmanaged=(),
        notes=notes,
        refusals=(),
    )


def _reason(change: Change, drifted: int) -> str:
    if change.last is None and change.read_only:
        return "it is read-only here, so everything that git says otherwise is told"
    if change.last is None:
        return "agentsync never applied it, so nobody knows what was edited since"
    if not drifted:
        return "nothing was edited outside git that git does not have"
    return f"{'1 field was' if drifted == 1 else f'{drifted} fields were'} edited outside git"
