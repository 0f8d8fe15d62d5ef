"""What `diff` shows: every differing field, live against git, with the whole revision token."""

from collections.abc import Iterator

from agentsync.model import Action, Change, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.fields import View, field_lines
from agentsync.render.text.page import Line, line
from agentsync.render.text.plans import SHORT_ID, head, notes, summary, unmanaged
from agentsync.render.visible import visible


def diff_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, then the agents that differ; those on one side only in a sentence."""
    yield head(plan, "Diff")
    yield summary(report, plan)
    origins = wording.origin_known(plan)
    for change in plan.changes:
        if change.action is Action.CREATE:
            yield _one_sided(change)
        else:
            yield _agent(change, options, origins)


def _agent(change: Change, options: RenderOptions, origins: bool) -> list[Line]:
    if change.action is Action.NO_OP and not (notes(change) or unmanaged(change, options)):
        return []
    lines = [_live(change, options), _git(change)]
    if change.action is Action.ADOPT:
        lines.append(line((visible(change.reason), "quiet"), indent=2))
    view = View.of(options, full=True, origins=origins)
    return [*lines, *notes(change), *field_lines(change.fields, view), *unmanaged(change, options)]


def _one_sided(change: Change) -> list[Line]:
    return [
        line(("--- live  ", "removed"), ("no agent", "quiet")),
        _git(change),
        line((visible(change.reason), "quiet"), indent=2),
    ]


def _live(change: Change, options: RenderOptions) -> Line:
    agent = change.agent_id or ""
    known = visible(agent if options.verbose or not change.revision else agent[:SHORT_ID])
    return line(
        ("--- live  ", "removed"),
        (f"revision {visible(change.revision)}  " if change.revision else "", "title"),
        (f"id {known}" if known else "", "quiet"),
    )


def _git(change: Change) -> Line:
    if change.action is Action.DELETE:
        return line(("+++ git   ", "added"), ("no definition", "quiet"))
    return line(("+++ git   ", "added"), (visible(_folder(change)), "title"))


def _folder(change: Change) -> str:
    """The agent's folder where a field says it, else its address alone."""
    for item in change.fields:
        folder, found, _ = (item.span.path if item.span else "").rpartition(f"/{change.address}/")
        if found:
            return f"{folder}/{change.address}"
    return change.address
