"""The report for people: at a terminal, or as a text that they read and grep."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from agentsync.errors import ExitCode
from agentsync.model import Diagnostic, Report, Severity
from agentsync.render import RenderOptions, wording
from agentsync.render.places import seen_from_here
from agentsync.render.steps import next_steps
from agentsync.render.text.page import BLANK, Line, line, paint
from agentsync.render.text.problems import problem_sections
from agentsync.render.visible import visible


def render(report: Report, options: RenderOptions) -> str:
    """The report as text: what it comes to, then the details, and at the end what to do now."""
    page: list[Line] = []
    for section in _sections(seen_from_here(report), options):
        if section:
            page += [BLANK, *section] if page else section
    return paint(page, color=options.color, width=options.width)


def _sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """Lines that belong together; an empty line stands between two of them."""
    yield [line(visible(text), hang=0) for text in report.listing]
    cut = False
    if report.plan or report.patches or report.history:
        # Comparing texts takes regular expressions that cost 8 ms: not for a list of diagnostics.
        from agentsync.render.text.pages import page_sections

        for section in page_sections(report, options):
            cut = cut or _is_cut(section)
            yield section
    if report.findings:
        from agentsync.render.text.findings import finding_sections

        yield from finding_sections(report.findings, options, "Findings")
    yield from _diagnostics(report.diagnostics)
    for section in problem_sections(report, options):
        cut = cut or _is_cut(section)
        yield section
    yield from _ending(report, cut)


def _is_cut(section: Sequence[Line]) -> bool:
    return any(role == "cut" for item in section for _, role in item.pieces)


def _diagnostics(found: Sequence[Diagnostic]) -> Iterator[list[Line]]:
    """The diagnostics, file by file."""
    for _, group in groupby(found, key=lambda item: item.span.path):
        yield [text for item in group for text in _diagnostic(item)]


def _diagnostic(item: Diagnostic) -> Iterator[Line]:
    yield line(
        (f"{visible(str(item.span))}:", "path"),
        " ",
        (f"{item.severity.value}:", item.severity.value),
        f" {visible(item.message)}",
        (f" [{visible(item.code)}]", "quiet"),
        hang=4,
    )
    if item.hint:
        yield line((visible(item.hint), "hint"), indent=4, hang=0)


def _ending(report: Report, cut: bool) -> Iterator[list[Line]]:
    if report.diagnostics or (report.command == "validate" and report.checked):
        refused = report.command == "validate" and report.exit_code is ExitCode.REFUSED
        bad, warned = wording.errors(report) or refused, bool(report.diagnostics)
        role = Severity.ERROR.value if bad else Severity.WARNING.value if warned else "good"
        yield [line((wording.verdict(report), role))]
    yield [line((text, "quiet")) for text in next_steps(report, cut)]
