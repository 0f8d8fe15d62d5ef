"""What `apply` and `rollback` show: what became of each agent, and what was checked about it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.model import Action, Change, Plan, Report, Status
from agentsync.render import RenderOptions, wording
from agentsync.render.receipt import WIDEST_DEED, Receipt, receipts_of
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
# Addresses up to this length have what was done to them in one column.
_COLUMN: Final = 24


def receipt_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The numbers, a line for each agent that was written, what was kept, and what was not done."""
    receipts = receipts_of(report, plan)
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
    yield from told(((it.word, it.problem) for it in receipts if not it.outcome.done), options)


def _summary(receipts: Sequence[Receipt]) -> list[Line]:
    numbers = Counter(receipt.word for receipt in receipts)
    parts = [
        (f"{numbers[word]} {word}", role) for word, (_, role) in _WORDS.items() if numbers[word]
    ]
    lines = counts(parts)
    if not any(receipt.outcome.written for receipt in receipts):
        calm = parts and all(receipt.outcome.done for receipt in receipts)
        lines.append(line(("Nothing was written.", "good" if calm else "error")))
    return lines


def _written(receipts: Sequence[Receipt], options: RenderOptions) -> list[Line]:
    sizes = (len(visible(receipt.outcome.address)) for receipt in receipts)
    column = max((size for size in sizes if size <= _COLUMN), default=0)
    return [
        line(
            (f"{_WORDS[it.word][0]} {it.word:{WIDEST_DEED}} ", _WORDS[it.word][1]),
            (f"{visible(it.outcome.address):{column}}", "title"),
            (f"  {joined(*_facts(it, options))}", "quiet"),
            hang=4,
        )
        for it in receipts
    ]


def _facts(receipt: Receipt, options: RenderOptions) -> Iterator[str]:
    """What was written, how it was guarded, and what was found when it was read back."""
    outcome = receipt.outcome
    yield receipt.amount
    yield receipt.guarantees
    if outcome.verified:
        yield f"{wording.counted(outcome.verified, 'field')} verified"
    if outcome.action is Action.DELETE:
        yield "verified as gone"
    if outcome.action in (Action.CREATE, Action.DELETE) and outcome.agent_id:
        yield f"id {outcome.agent_id if options.verbose else outcome.agent_id[:SHORT_ID]}"
    yield moved(outcome.before, outcome.after, whole=options.verbose)


def _kept(change: Change, options: RenderOptions) -> list[Line]:
    return [
        line(("* drifted ", "warning"), (visible(change.address), "title")),
        *kept_lines(change, options),
    ]
