"""Everything a page says, in the order in which it is read."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from agentsync.errors import ExitCode
from agentsync.model import Diagnostic, Plan, Report, Severity, Status
from agentsync.render import RenderOptions, terminal, wording
from agentsync.render.html.agents import agent_sections
from agentsync.render.html.filters import filters
from agentsync.render.html.findings import finding_section
from agentsync.render.html.markup import NOTHING, Markup, joined, tag, when
from agentsync.render.html.overviews import drift_overview, plan_overview, status_overview
from agentsync.render.html.page import Page
from agentsync.render.html.pulled import patch_overview, patch_sections
from agentsync.render.html.receipts import receipt_overview
from agentsync.render.html.told import listed, paragraphs
from agentsync.render.steps import next_steps
from agentsync.render.text.orphans import orphan_lines
from agentsync.render.text.page import Line
from agentsync.render.text.pages import page_sections
from agentsync.render.text.problems import problem_sections

_OURS: Final = frozenset(
    {"plan", "diff", "apply", "rollback", "drift", "status", "validate", "pull"}
)
# Where the terminal's page has what the report comes to: after its head, and after why the
# whole plan is refused, on the pages that say so.
_SUMMARY: Final = {"diff": 1, "drift": 1, "status": 1, "pull": 1}


def content(page: Page) -> Markup:
    """The page's main part."""
    report = page.report
    if report.command not in _OURS:
        return _as_text(report, page.options)
    # Agents come last, but what stands before them leads to them.
    agents = _agents(page)
    parts = [
        _summary(page),
        filters(page),
        finding_section(page),
        _problems(page),
        _diagnostics(report.diagnostics),
        _overview(page),
        agents,
        _orphans(page),
        _next(page),
    ]
    return joined(parts)


def _as_text(report: Report, options: RenderOptions) -> Markup:
    """The terminal's page as it stands."""
    plain = RenderOptions(verbose=options.verbose, show_all=options.show_all)
    rows = terminal.render(report, plain).removesuffix("\n").split("\n")
    text = tag("code", joined([joined([row, Markup("\n")]) for row in rows]))
    return tag("pre", text, class_="told", tabindex=0, role="region", aria_label="Report")


def summary_lines(report: Report, options: RenderOptions) -> Sequence[Line]:
    """What the report comes to, as the terminal's page says it; empty for nothing."""
    if not (report.plan or report.patches):
        return []
    at = _SUMMARY.get(report.command, 2)
    outcomes = report.outcomes
    if report.command == "rollback" and outcomes:
        at -= all(it.status is Status.UNCHANGED for it in outcomes)
    return next(islice(page_sections(report, options), at, None), [])


def _summary(page: Page) -> Markup:
    report = page.report
    verdict = report.diagnostics or (report.command == "validate" and report.checked)
    refused = report.command == "validate" and report.exit_code is ExitCode.REFUSED
    bad = wording.errors(report) or refused
    role = "error" if bad else "warning" if report.diagnostics else "good"
    said = tag("p", tag("span", wording.verdict(report), class_=f"r-{role}"))
    lines = paragraphs(summary_lines(report, page.options))
    heading = tag("h2", "Summary", id="summary", class_="vh")
    parts = joined([lines, when(verdict, said), _refusals(report.plan)])
    return when(parts, tag("section", heading, parts, class_="sum", aria_labelledby="summary"))


def _refusals(plan: Plan | None) -> Markup:
    if plan is None or not plan.refusals:
        return NOTHING
    title = tag("p", "refused: apply does nothing of this plan", class_="r-error")
    items = tag("ul", *(tag("li", text) for text in plan.refusals))
    return tag("div", title, items, class_="refusal")


def _problems(page: Page) -> Markup:
    shown = listed(problem_sections(page.report, page.options), "problems")
    return when(shown, _section("Problems", "problems", shown))


def _diagnostics(found: Sequence[Diagnostic]) -> Markup:
    items = tag("ul", *map(_diagnostic, found), class_="problems")
    return when(found, _section("In the files", "diagnostics", items))


def _diagnostic(item: Diagnostic) -> Markup:
    role = "error" if item.severity is Severity.ERROR else "warning"
    return tag(
        "li",
        tag(
            "p",
            tag("span", f"{item.severity.value}: ", class_=f"r-{role}"),
            tag("code", str(item.span)),
            tag("span", f" [{item.code}]", class_="remark"),
        ),
        tag("p", item.message),
        when(item.hint, tag("p", item.hint, class_="r-hint")),
    )


def _overview(page: Page) -> Markup:
    report = page.report
    if report.command == "pull":
        return patch_overview(page)
    if report.plan is None:
        return NOTHING
    if report.command in ("apply", "rollback") and report.outcomes:
        return receipt_overview(page, report.plan)
    tables = {"drift": drift_overview, "status": status_overview}
    return tables.get(report.command, plan_overview)(page, report.plan)


def _agents(page: Page) -> Markup:
    """A section for each agent, under a heading of their own."""
    if page.report.command == "status":
        return NOTHING
    pulled = page.report.command == "pull"
    sections = patch_sections(page) if pulled else agent_sections(page)
    title = "What was planned" if page.report.outcomes else "Agent by agent"
    return when(sections, _section(title, "details", sections))


def _orphans(page: Page) -> Markup:
    plan = page.report.plan
    if plan is None or page.report.command not in ("plan", "drift"):
        return NOTHING
    lines = orphan_lines(plan, whole=page.options.verbose)
    return when(lines, tag("section", paragraphs(lines), class_="orphans"))


def _next(page: Page) -> Markup:
    steps = [tag("li", _with_commands(it)) for it in next_steps(page.report, page.room.cut)]
    return when(steps, _section("What to do now", "next", tag("ul", *steps)))


def _with_commands(text: str) -> Markup:
    """A sentence of ours, in which commands stand between backticks."""
    parts: Iterator[tuple[int, str]] = enumerate(text.split("`"))
    return joined(tag("code", part) if at % 2 else part for at, part in parts)


def _section(title: str, name: str, inner: Markup) -> Markup:
    return tag("section", tag("h2", title, id=name), inner, aria_labelledby=name)
