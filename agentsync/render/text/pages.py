"""Which page a command shows."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final

from agentsync.model import Plan, Report
from agentsync.render import RenderOptions
from agentsync.render.text.diffs import diff_sections
from agentsync.render.text.drifts import drift_sections
from agentsync.render.text.page import Line
from agentsync.render.text.plans import plan_sections
from agentsync.render.text.receipts import receipt_sections
from agentsync.render.text.statuses import status_sections

_PAGES = {
    "apply": receipt_sections,
    "diff": diff_sections,
    "drift": drift_sections,
    "status": status_sections,
}
# The pages that are about more than a plan, imported by the commands that show them.
_LATER: Final = {
    "pull": "pulls",
    "import": "imports",
    "log": "logs",
    "rollback": "rollbacks",
}


def page_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """What the command has to say; an empty line stands between two sections."""
    if report.command in _LATER and (report.patches or report.history or report.plan):
        module = import_module(f"agentsync.render.text.{_LATER[report.command]}")
        page: Callable[[Report, RenderOptions], Iterator[list[Line]]]
        page = getattr(module, f"{report.command}_sections")
        yield from page(report, options)
    elif report.plan:
        yield from _of_plan(report, report.plan, options)


def _of_plan(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    page = _PAGES.get(report.command, plan_sections)
    if page is receipt_sections and not (report.outcomes or report.problems or plan.refusals):
        # Nothing has been decided yet: what is shown is what there is to decide.
        page = plan_sections
    yield from page(report, plan, options)
