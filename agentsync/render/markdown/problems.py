"""What stood in the way, and what is wrong in the files."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agentsync.model import Diagnostic, Problem, Report, Severity
from agentsync.render import RenderOptions
from agentsync.render.markdown.escape import bold, code, prose
from agentsync.render.markdown.parts import Listing
from agentsync.render.text.page import Line
from agentsync.render.text.problems import problem_sections, told

_SEVERITIES: Final = {Severity.ERROR: "❌\u00a0error", Severity.WARNING: "⚠️\u00a0warning"}


def problem_listing(report: Report, options: RenderOptions, *, share: float = 0.12) -> Listing:
    """The problems, with agents that have the same one told of together."""
    return _listing(problem_sections(report, options), share)


def stopped_listing(
    problems: Iterable[tuple[str, Problem]], options: RenderOptions, *, share: float = 0.2
) -> Listing:
    """What stood in the way of agents, each beside the word for what became of it."""
    return _listing(told(problems, options), share)


def diagnostic_listing(found: Sequence[Diagnostic], *, share: float = 0.15) -> Listing:
    """What is wrong in the files, and where, errors first."""
    return Listing(
        heading="In the files",
        head=("", "where", "what", "hint"),
        rows=tuple(map(_cells, sorted(found, key=lambda it: it.severity is not Severity.ERROR))),
        noun="diagnostic",
        share=share,
    )


def _cells(item: Diagnostic) -> tuple[str, ...]:
    what = f"{prose(item.message)} {code(item.code)}"
    return _SEVERITIES[item.severity], code(str(item.span), 200), what, prose(item.hint)


def _listing(sections: Iterable[Sequence[Line]], share: float) -> Listing:
    return Listing(
        heading="Problems",
        head=(),
        rows=tuple(tuple(_said(lines)) for lines in sections if lines),
        noun="problem",
        share=share,
    )


def _said(lines: Sequence[Line]) -> Iterator[str]:
    """The lines of one problem as one item: whose it is, what, at which request, and a hint."""
    for number, item in enumerate(lines):
        text = " ".join(filter(None, (_piece(text, role) for text, role in item.pieces)))
        yield text if number == len(lines) - 1 else f"{text}<br>"


def _piece(text: str, role: str) -> str:
    if role == "error":
        return f"❌ {bold(prose(text.removeprefix('! ')))}"
    return code(text, 400) if role in ("title", "path", "token") else prose(text)
