"""What `diff` shows: every differing field, live against git, with the whole revision token."""

from collections.abc import Iterator

from agentsync.model import Action, Change, Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.fields import field_lines
from agentsync.render.text.findings import finding_sections
from agentsync.render.text.heads import agent_token, head
from agentsync.render.text.page import Line, line
from agentsync.render.text.plans import notes, summary, unmanaged
from agentsync.render.text.view import View
from agentsync.render.visible import visible


def diff_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, then the agents that differ; those on one side only in a sentence."""
    yield head(plan, "Diff")
    yield summary(report, plan)
    yield from finding_sections(plan.findings, options)
    origins, home = wording.origin_known(plan), _home(report, plan)
    for change in plan.changes:
        if change.action is Action.CREATE:
            yield _one_sided(change, home)
        else:
            yield _agent(change, options, origins, home)


def _agent(change: Change, options: RenderOptions, origins: bool, home: str) -> list[Line]:
    calm = change.action is Action.NO_OP and not change.fields
    if calm and not (notes(change) or unmanaged(change, options)):
        return []
    lines = [*_live(change, options), _git(change, home)]
    if change.action is Action.ADOPT:
        lines.append(line((visible(change.reason), "quiet"), indent=2))
    view = View.of(options, full=True, origins=origins)
    return [*lines, *notes(change), *field_lines(change.fields, view), *unmanaged(change, options)]


def _one_sided(change: Change, home: str) -> list[Line]:
    return [
        line(("--- live  ", "removed"), ("no agent", "quiet")),
        _git(change, home),
        line((visible(change.reason), "quiet"), indent=2),
    ]


def _live(change: Change, options: RenderOptions) -> Iterator[Line]:
    # Who is to bind an agent needs all of its id.
    whole = options.verbose or not change.revision or change.action is Action.ADOPT
    known = visible(agent_token(change, whole=whole))
    yield line(("--- live  ", "removed"), (known, "quiet"))
    if change.revision:
        # A line of its own: the token is as long as a row has room for.
        yield line(("revision ", "quiet"), (visible(change.revision), "token"), indent=4)


def _git(change: Change, home: str) -> Line:
    if change.action is Action.DELETE:
        return line(("+++ git   ", "added"), ("no definition", "quiet"))
    return line(("+++ git   ", "added"), (visible(f"{home}{change.address}"), "title"))


def _home(report: Report, plan: Plan) -> str:
    """The folder of the agents' folders with a slash, "" where no field of the plan says it."""
    root = f"{report.root}/" if report.root else ""
    for change in plan.changes:
        for item in change.fields:
            path = f"/{item.span.path.removeprefix(root)}" if item.span else ""
            folder, found, _ = path.partition(f"/{change.address}/")
            if found:
                return f"{root}{folder[1:]}/" if folder else root
    return ""
