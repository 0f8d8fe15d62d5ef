"""What `rollback` shows: how the agent goes back, then what became of it."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import Change, Effect, Plan, Report, Status
from agentsync.render import RenderOptions, wording
from agentsync.render.text.fields import field_lines
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import (
    agent_token,
    head,
    joined,
    refused_whole,
    revision_token,
    titled,
)
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.plans import kept_lines, notes
from agentsync.render.text.receipts import receipt_sections
from agentsync.render.text.view import View
from agentsync.render.visible import visible

_IDLE: Final = "Nothing to do: no field differs from that revision."


def rollback_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """The plan until it is decided, and then the receipt; what is to be known with both."""
    plan = report.plan
    if plan is None:
        return
    if report.outcomes and all(it.status is Status.UNCHANGED for it in report.outcomes):
        yield head(plan, "Rollback")
        yield [line((f"{_IDLE} Nothing was written.", "good"))]
        yield [text for change in plan.changes for text in _aside(change)]
        return
    if report.outcomes or report.problems:
        yield from receipt_sections(report, plan, options)
        if report.outcomes:
            yield [text for change in plan.changes for text in _aside(change)]
        return
    yield head(plan, "Rollback")
    yield refused_whole(plan)
    yield _summary(plan)
    yield from finding_sections(plan.findings, options)
    for change in plan.changes:
        yield _agent(change, options)


def _aside(change: Change) -> Iterator[Line]:
    """What is to be known of the agent once it is decided."""
    yield line((visible(change.reason), "quiet"))
    yield from (line(("note: ", "hint"), visible(note)) for note in change.notes)


def _summary(plan: Plan) -> list[Line]:
    """Whether there is anything to do, and whose work it replaces."""
    number = sum(len(change.to_apply) for change in plan.changes)
    if not number:
        return [line((_IDLE, "good"))]
    lines = [line((f"{wording.counted(number, 'field')} to roll back", "update"))]
    if edits := wording.edits_written_over(plan):
        lines.append(line((f"It writes over {edits}: what is live there is lost.", "error")))
    return lines


def _agent(change: Change, options: RenderOptions) -> list[Line]:
    known = joined(
        agent_token(change, whole=options.verbose),
        revision_token(change, whole=options.verbose),
        change.reason,
    )
    moving = (item for item in change.fields if item.effect is not Effect.KEEP)
    return [
        titled(change, _sign(change)),
        *(line((visible(text), "error"), indent=2) for text in change.refusals),
        line((known, "quiet"), indent=2),
        *notes(change),
        *field_lines(moving, View.of(options)),
        *kept_lines(change, options, "left as it is"),
    ]


def _sign(change: Change) -> Piece:
    if change.refusals:
        return "! refused ", "error"
    return ("~ roll back ", "update") if change.to_apply else ("  as it was ", "quiet")
