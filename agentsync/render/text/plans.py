"""What `plan` shows: what would be done, agent by agent."""

from collections.abc import Iterator

from agentsync.model import Action, Change, Effect, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.creation import creation_lines
from agentsync.render.text.fields import edit_lines, field_lines, told_fields
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import (
    agent_token,
    counts,
    head,
    joined,
    refused_whole,
    revision_token,
    titled,
)
from agentsync.render.text.orphans import orphan_lines
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.view import View
from agentsync.render.visible import visible

_SIGNS = {
    "refused": ("! refused ", "error"),
    "conflict": ("! conflict ", "error"),
    "drifted": ("* drifted ", "warning"),
}


def plan_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, the findings, and every agent that would change or has something to tell."""
    yield head(plan, "Plan")
    yield refused_whole(plan)
    yield summary(report, plan)
    yield from finding_sections(plan.findings, options)
    origins = wording.origin_known(plan)
    for change in plan.changes:
        if not _is_calm(change) or notes(change) or unmanaged(change, options):
            yield _agent(change, options, origins)
    if options.verbose:
        yield _in_sync(plan)
    yield orphan_lines(plan, whole=options.verbose)


def notes(change: Change) -> list[Line]:
    """What is to be said about an agent that is no difference."""
    return [line(("note: ", "hint"), visible(note), indent=2) for note in change.notes]


def unmanaged(change: Change, options: RenderOptions) -> list[Line]:
    """Live content that git does not own, for those who ask for it."""
    return list(told_fields(change.unmanaged)) if options.show_all and change.unmanaged else []


def summary(report: Report, plan: Plan) -> list[Line]:
    """What the plan comes to, and what holds for all of it."""
    calm = wording.nothing_to_do(report)
    if calm:
        return [line((calm, "good"))]
    lines = counts(wording.summary(report, plan))
    if over := wording.written_over(plan):
        lines.append(line((over, "error")))
    if any(change.fields for change in _compared(plan)) and not wording.origin_known(plan):
        lines.append(line((wording.UNKNOWN_ORIGIN, "quiet")))
    return lines


def _compared(plan: Plan) -> Iterator[Change]:
    return (change for change in plan.changes if change.action is not Action.CREATE)


def _is_calm(change: Change) -> bool:
    return change.action is Action.NO_OP and not change.fields


def _agent(change: Change, options: RenderOptions, origins: bool) -> list[Line]:
    if wording.kind(change) == "marker":
        said = f" · only the marker is written: {change.reason}"
        title = titled(change, _sign(change), (visible(said), "quiet"))
        return [title, *notes(change), *kept_lines(change, options), *unmanaged(change, options)]
    lines = [titled(change, _sign(change)), *_refusals(change)]
    lines += [_facts(change, options, origins), *notes(change)]
    if change.action is Action.CREATE and not options.verbose and change.desired:
        lines += creation_lines(change.desired)
    else:
        mixed = origins and wording.common_origin(change) is None
        moving = (item for item in change.fields if item.effect is not Effect.KEEP)
        lines += field_lines(moving, View.of(options, origins=mixed))
    return [*lines, *kept_lines(change, options), *unmanaged(change, options)]


def _sign(change: Change) -> Piece:
    kind = wording.kind(change)
    if kind in _SIGNS:
        return _SIGNS[kind]
    role = "quiet" if kind == "no-op" else change.action.value
    return f"{wording.SIGNS[change.action]} {change.action.value} ", role


def _refusals(change: Change) -> Iterator[Line]:
    """Why apply will not touch the agent: nobody may miss it."""
    for sentence in change.refusals:
        yield line((visible(sentence), "error"), indent=2)


def kept_lines(
    change: Change, options: RenderOptions, said: str = "kept as edited outside git"
) -> list[Line]:
    """The edits that apply leaves alone, in short: they are not what the plan is about."""
    if not change.kept:
        return []
    heading = line((f"{said} (git → live):", "warning"), indent=2)
    return [heading, *edit_lines(change.kept, View.of(options, brief=True))]


def _facts(change: Change, options: RenderOptions, origins: bool) -> Line:
    facts = [*_tokens(change, whole=options.verbose), *_what(change)]
    common = wording.common_origin(change) if origins else None
    pieces: list[Piece] = [(joined(*facts), "quiet")]
    if common and change.action is not Action.CREATE:
        pieces += [(" · ", "quiet"), wording.origin_said(*common)]
    return line(*pieces, indent=2)


def _what(change: Change) -> Iterator[str]:
    """What there is to do, in words, and since when that can be known."""
    kind = wording.kind(change)
    if kind == "refused":
        yield f"to {change.action.value}"
    if change.last and (change.kept or kind == "refused"):
        yield wording.applied(change.last)
    if not (kind == "refused" and change.action is Action.ADOPT):
        yield change.reason


def _tokens(change: Change, *, whole: bool = False) -> Iterator[str]:
    # Who is to bind an agent needs all of its id.
    yield agent_token(change, whole=whole or change.action is Action.ADOPT)
    yield revision_token(change, whole=whole)


def _in_sync(plan: Plan) -> list[Line]:
    return [
        line(
            ("  in sync ", "quiet"),
            visible(change.address),
            (f" · {known}" if (known := joined(*_tokens(change))) else "", "quiet"),
        )
        for change in plan.changes
        if _is_calm(change)
    ]
