"""Which page a command shows of its plan."""

from collections.abc import Iterator

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


def page_sections(report: Report, plan: Plan, options: RenderOptions) -> Iterator[list[Line]]:
    """What the command says of the plan; an empty line stands between two sections."""
    page = _PAGES.get(report.command, plan_sections)
    if page is receipt_sections and not (report.outcomes or report.problems or plan.refusals):
        # Nothing has been decided yet: what is shown is what there is to decide.
        page = plan_sections
    yield from page(report, plan, options)
