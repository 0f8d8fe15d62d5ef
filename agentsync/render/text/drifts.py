"""What `drift` shows: only what was edited outside git since the last apply, and when."""

from collections.abc import Iterator

from agentsync.model import Action, Change, Origin, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.fields import edit_lines
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import agent_token, counts, head, moved, titled
from agentsync.render.text.orphans import orphan_lines
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.plans import notes
from agentsync.render.text.view import View
from agentsync.render.visible import visible


def drift_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, every agent that was edited, and those of which it cannot be told."""
    yield head(plan, "Drift")
    yield _summary(report, plan)
    yield from finding_sections(plan.findings, options)
    failed = {problem.address for problem in report.problems}
    for change in plan.changes:
        if change.fields:
            yield _agent(change, options)
        elif change.notes and change.address not in failed:
            yield [titled(change, ("  ", "")), *notes(change)]
    yield list(_untold(plan))
    yield orphan_lines(plan, whole=options.verbose)


def _summary(report: Report, plan: Plan) -> list[Line]:
    drifted = [change for change in plan.changes if change.fields]
    known = sum(map(_is_known, plan.changes))
    if drifted:
        number = sum(len(change.fields) for change in drifted)
        parts: list[Piece] = [(f"{wording.counted(len(drifted), 'agent')} drifted", "warning")]
        parts.append((f"{wording.counted(number, 'field')} edited outside git", "warning"))
        if rest := known - len(drifted):
            parts.append((f"{wording.counted(rest, 'agent')} without drift", "quiet"))
        return counts(parts)
    if nobody := wording.nobody(report):
        return [line((nobody, "good"))]
    if not known:
        return []
    agents = wording.counted(known, "agent")
    if report.problems:
        return [line((f"{agents} without drift", "quiet"))]
    return [line((f"No drift in {agents}.", "good"))]


def _is_known(change: Change) -> bool:
    """Whether it can be told of the agent that nobody edited it: a note says that it cannot."""
    return change.last is not None and change.action is not Action.ADOPT and not change.notes


def _agent(change: Change, options: RenderOptions) -> list[Line]:
    then, whole = change.last.revision if change.last else "", options.verbose
    tokens = agent_token(change, whole=whole), moved(then, change.revision, whole=whole)
    said = "".join(f" · {visible(token)}" for token in tokens if token)
    lines = [titled(change, ("* drifted ", "warning"), (said, "quiet"))]
    git = wording.applied(change.last) if change.last else "as last applied"
    if any(item.origin is Origin.BOTH for item in change.fields):
        git = f"as it says now, last {git}"
    at = change.updated_at
    live = f"last changed {wording.moment(at)} UTC" if at else "as it is now"
    lines.append(line(("--- git   ", "removed"), (git, "quiet"), indent=2, hang=10))
    lines.append(line(("+++ live  ", "added"), (live, "quiet"), indent=2, hang=10))
    edits = edit_lines(change.fields, View.of(options))
    return [*lines, *notes(change), *edits]


def _untold(plan: Plan) -> Iterator[Line]:
    for sentence, changes in wording.untold(plan):
        names = wording.listed(change.address for change in changes)
        yield line((f"{sentence}: {names}", "quiet"))
