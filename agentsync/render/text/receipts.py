"""What `apply` and `rollback` show: what became of each agent, and what was checked about it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agentsync.model import Action, Change, Effect, Outcome, Plan, Problem, Report, Status
from agentsync.render import RenderOptions, wording
from agentsync.render.text.findings import finding_sections, told_in_short
from agentsync.render.text.heads import (
    SHORT_ID,
    counts,
    head,
    joined,
    moved,
    refused_whole,
)
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.plans import kept_lines
from agentsync.render.text.problems import told
from agentsync.render.visible import visible

_BY_ACTION: Final = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.ADOPT: "adopted",
    Action.DELETE: "deleted",
    Action.NO_OP: "marked",
}
# What became of an agent → the sign of its line, and the role that it is counted in.
_WORDS: Final[dict[str, Piece]] = {
    "created": ("+", "create"),
    "updated": ("~", "update"),
    "marked": ("~", "update"),
    "adopted": ("=", "adopt"),
    "deleted": ("-", "delete"),
    "refused": ("!", "error"),
    "stale": ("!", "error"),
    "failed": ("!", "error"),
    "not tried": ("!", "error"),
    "drifted (kept)": ("*", "warning"),
    "in sync": (" ", "quiet"),
}
_WIDEST_WORD: Final = max(map(len, _BY_ACTION.values()))
# Addresses up to this length have what was done to them in one column.
_COLUMN: Final = 24
# Fields of a refused agent that are named.
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receipt:
    """What became of one agent, beside what was planned for it."""

    outcome: Outcome
    change: Change | None

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
        only_marked = self.change and wording.kind(self.change) == "marker"
        return "marked" if only_marked else _BY_ACTION[self.outcome.action]


def receipt_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The numbers, a line for each agent that was written, what was kept, and what was not done."""
    receipts = _receipts(report, plan)
    yield head(plan, report.command.capitalize())
    yield refused_whole(plan, (problem.message for problem in report.problems))
    yield _summary(receipts)
    # Whoever confirmed the plan has read them; of one that was refused they are the reason.
    yield from [] if report.outcomes else finding_sections(plan.findings, options)
    yield told_in_short(plan.findings) if report.outcomes else []
    yield _written([it for it in receipts if it.outcome.status is Status.APPLIED], options)
    for receipt in receipts:
        if receipt.outcome.done and receipt.change and receipt.change.kept:
            yield _kept(receipt.change, options)
    yield from told(((it.word, _problem(it)) for it in receipts if not it.outcome.done), options)


def _receipts(report: Report, plan: Plan) -> list[_Receipt]:
    # An agent that is deleted may have the address of one that is not.
    planned = {(it.address, it.action is Action.DELETE): it for it in plan.changes}
    return [
        _Receipt(outcome=it, change=planned.get((it.address, it.action is Action.DELETE)))
        for it in report.outcomes
    ]


def _summary(receipts: Sequence[_Receipt]) -> list[Line]:
    numbers = Counter(receipt.word for receipt in receipts)
    parts = [
        (f"{numbers[word]} {word}", role) for word, (_, role) in _WORDS.items() if numbers[word]
    ]
    lines = counts(parts)
    if not any(receipt.outcome.written for receipt in receipts):
        calm = parts and all(receipt.outcome.done for receipt in receipts)
        lines.append(line(("Nothing was written.", "good" if calm else "error")))
    return lines


def _written(receipts: Sequence[_Receipt], options: RenderOptions) -> list[Line]:
    sizes = (len(visible(receipt.outcome.address)) for receipt in receipts)
    column = max((size for size in sizes if size <= _COLUMN), default=0)
    return [
        line(
            (f"{_WORDS[it.word][0]} {it.word:{_WIDEST_WORD}} ", _WORDS[it.word][1]),
            (f"{visible(it.outcome.address):{column}}", "title"),
            (f"  {joined(*_facts(it, options))}", "quiet"),
            hang=4,
        )
        for it in receipts
    ]


def _facts(receipt: _Receipt, options: RenderOptions) -> Iterator[str]:
    """What was written, how it was guarded, and what was found when it was read back."""
    outcome, change = receipt.outcome, receipt.change
    if change and outcome.action in (Action.UPDATE, Action.ADOPT) and change.to_apply:
        yield wording.counted(len(change.to_apply), "field")
    if outcome.action is not Action.CREATE:
        yield _guarantees(outcome)
    if outcome.verified:
        yield f"{wording.counted(outcome.verified, 'field')} verified"
    if outcome.action is Action.DELETE:
        yield "verified as gone"
    if outcome.action in (Action.CREATE, Action.DELETE) and outcome.agent_id:
        yield f"id {outcome.agent_id if options.verbose else outcome.agent_id[:SHORT_ID]}"
    yield moved(outcome.before, outcome.after, whole=options.verbose)


def _guarantees(outcome: Outcome) -> str:
    """What stood between each part's write and somebody else's."""
    files, metadata = outcome.files, outcome.metadata
    if files is metadata:
        return f"files and metadata {files.value}" if files else ""
    parts = {"files": files, "metadata": metadata}
    return ", ".join(f"{part} {how.value}" for part, how in parts.items() if how)


def _kept(change: Change, options: RenderOptions) -> list[Line]:
    return [
        line(("* drifted ", "warning"), (visible(change.address), "title")),
        *kept_lines(change, options),
    ]


def _problem(receipt: _Receipt) -> Problem:
    """What stood in the way of an agent, to be told as every other problem is."""
    outcome = receipt.outcome
    partly = " (a write was, or may have been, accepted)" if outcome.written else ""
    return Problem(
        code=receipt.word,
        message=f"{outcome.message}{partly}{_refused_fields(receipt)}",
        hint=outcome.hint,
        address=outcome.address,
        request=outcome.request,
    )


def _refused_fields(receipt: _Receipt) -> str:
    """Which fields somebody has to decide about: the first few by name."""
    change = receipt.change
    if receipt.outcome.status is not Status.REFUSED or not change or change.action is Action.ADOPT:
        return ""
    fields = [it.pointer for it in change.fields if it.effect is Effect.REFUSE]
    more = len(fields) - _NAMED
    named = ", ".join(map(wording.place, fields[:_NAMED])) + (f", {more} more" if more > 0 else "")
    return f" ({named})" if named else ""
