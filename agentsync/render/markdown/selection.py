"""Which page a command shows."""

from agentsync.model import Report
from agentsync.render import RenderOptions
from agentsync.render.markdown.drifts import drift_page
from agentsync.render.markdown.findings import finding_listing
from agentsync.render.markdown.heads import closing, footer, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Fence
from agentsync.render.markdown.plans import plan_page, rollback_page
from agentsync.render.markdown.problems import diagnostic_listing, problem_listing
from agentsync.render.markdown.pulls import pull_page
from agentsync.render.markdown.receipts import receipt_page
from agentsync.render.markdown.statuses import status_page, validate_page
from agentsync.render.places import seen_from_here

_NOTHING = "There is nothing to tell."


def page_of(report: Report, options: RenderOptions) -> Page:
    """The page that the command has for this report."""
    if report.command in _OF_PLANS:
        return _of_plan(seen_from_here(report), options)
    if report.command == "validate":
        return validate_page(seen_from_here(report), options)
    if report.command == "pull":
        return pull_page(seen_from_here(report), options)
    return _as_text(report, options)


_OF_PLANS = {
    "plan": plan_page,
    "diff": plan_page,
    "drift": drift_page,
    "status": status_page,
    "apply": plan_page,
    "rollback": rollback_page,
}
"""Command → its page as long as nothing is decided."""


def _of_plan(report: Report, options: RenderOptions) -> Page:
    plan = report.plan
    if plan is None:
        return _without_plan(report, options)
    if report.command == "apply" and (report.outcomes or report.problems or plan.refusals):
        return receipt_page(report, plan, options)
    if report.command == "rollback" and (report.outcomes or report.problems):
        return receipt_page(report, plan, options)
    return _OF_PLANS[report.command](report, plan, options)


def _without_plan(report: Report, options: RenderOptions) -> Page:
    """What kept the command from getting to a plan."""
    told = report.problems or report.diagnostics or report.findings
    return Page(
        lead=(title(report), "" if told else _NOTHING),
        listings=(
            finding_listing(report),
            problem_listing(report, options, share=0.2),
            diagnostic_listing(report.diagnostics, share=0.4),
        ),
        closing=closing(report),
    )


def _as_text(report: Report, options: RenderOptions) -> Page:
    """What the terminal shows, in a fence: for commands whose answer is short, or a text."""
    from agentsync.render.terminal import render

    plain = RenderOptions(verbose=options.verbose, show_all=options.show_all)
    text = render(report, plain).removesuffix("\n")
    rows = tuple(text.split("\n")) if text else ()
    return Page(
        lead=(title(report), "" if rows else _NOTHING),
        body=Fence(rows=rows, info="text") if rows else None,
        closing=(footer(report),),
    )
