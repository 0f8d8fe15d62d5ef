"""What became of each agent when a plan was applied, in the words of every format."""

from dataclasses import dataclass
from typing import Final

from agentsync.engine.apis import form_of
from agentsync.model import Action, Change, Effect, Outcome, Plan, Problem, Report, Status
from agentsync.render import wording

_BY_ACTION: Final = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.ADOPT: "adopted",
    Action.DELETE: "deleted",
    Action.NO_OP: "marked",
}
WIDEST_DEED: Final = max(map(len, _BY_ACTION.values()))
"""Characters of the longest word for what was written."""
# Fields of a refused agent that are named.
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one agent, beside what was planned for it.

    Shape: `one_part` says that it is written as a whole, in one request.
    """

    outcome: Outcome
    change: Change | None
    one_part: bool = False

    @property
    def word(self) -> str:
        """What became of it, in the word that it is counted under."""
        status = self.outcome.status
        if status is Status.UNCHANGED:
            return "drifted (kept)" if self.outcome.kept else "in sync"
        if status is Status.UNTRIED:
            return "not tried"
        if status is not Status.APPLIED:
            return status.value
        marked = self.change and wording.kind(self.change) == "marker"
        return "marked" if marked else _BY_ACTION[self.outcome.action]

    @property
    def amount(self) -> str:
        """How many fields were written, "" where that says nothing."""
        change = self.change
        if change and self.outcome.action in (Action.UPDATE, Action.ADOPT) and change.to_apply:
            return wording.counted(len(change.to_apply), "field")
        return ""

    @property
    def guarantees(self) -> str:
        """What stood between each part's write and somebody else's; a create is one request."""
        files, metadata = self.outcome.files, self.outcome.metadata
        if self.outcome.action is Action.CREATE:
            return ""
        if self.one_part:
            return metadata.value if metadata else ""
        if files is metadata:
            return f"files and metadata {files.value}" if files else ""
        parts = {"files": files, "metadata": metadata}
        return ", ".join(f"{part} {how.value}" for part, how in parts.items() if how)

    @property
    def problem(self) -> Problem:
        """What stood in the way of it, to be told as every other problem is."""
        outcome = self.outcome
        partly = " (a write was, or may have been, accepted)" if outcome.written else ""
        return Problem(
            code=self.word,
            message=f"{outcome.message}{partly}{self._refused_fields()}",
            hint=outcome.hint,
            address=outcome.address,
            request=outcome.request,
        )

    def _refused_fields(self) -> str:
        """Which fields somebody has to decide about: the first few by name."""
        change = self.change
        if self.outcome.status is not Status.REFUSED or not change:
            return ""
        if change.action is Action.ADOPT:
            return ""
        fields = [it.pointer for it in change.fields if it.effect is Effect.REFUSE]
        more = len(fields) - _NAMED
        named = ", ".join(map(wording.place, fields[:_NAMED]))
        return f" ({named}{f', {more} more' if more > 0 else ''})" if named else ""


def receipts_of(report: Report, plan: Plan) -> list[Receipt]:
    """A receipt for each outcome, in their order."""
    # An agent that is deleted may have the address of one that is not.
    planned = {(it.address, it.action is Action.DELETE): it for it in plan.changes}
    whole = not form_of(plan.provider).folders
    return [
        Receipt(
            outcome=it,
            change=planned.get((it.address, it.action is Action.DELETE)),
            one_part=whole,
        )
        for it in report.outcomes
    ]
