"""What `log` shows: an agent's revisions, newest first, and what each one changed."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import History, Report, Revision
from agentsync.render import RenderOptions, wording
from agentsync.render.text.fields import field_lines
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION, joined
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.text.patches import note_lines
from agentsync.render.text.view import View
from agentsync.render.visible import visible

# Fields of one revision that are shown unless all is asked for.
_MOST: Final = 12


def log_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """The head, the number of revisions, and each of them."""
    history = report.history
    if history is None:
        return
    yield _head(history, options)
    yield _summary(history)
    for at, revision in enumerate(history.revisions):
        first = history.complete and at == len(history.revisions) - 1
        yield _revision(revision, options, first=first)


def _head(history: History, options: RenderOptions) -> list[Line]:
    target = f", target {history.target}" if history.target else ""
    name = wording.unlike(history.name, history.address)
    named = f" ({name})" if name else ""
    known = history.agent_id if options.verbose else history.agent_id[:SHORT_ID]
    return [
        line((visible(f"Log: {history.address}{named}{target}"), "title")),
        line((visible(f"id {known}"), "quiet")),
    ]


def _summary(history: History) -> list[Line]:
    number = len(history.revisions)
    said = f"{wording.counted(number, 'revision')}, newest first"
    if not number:
        said = "No revision is known"
    more = "" if history.complete else "; there are older ones"
    return [line(f"{said}{more}"), *note_lines(history.notes)]


def _revision(revision: Revision, options: RenderOptions, *, first: bool) -> list[Line]:
    lines = _title(revision, options)
    lines += _known(revision, options)
    if not revision.readable:
        return [*lines, line(("the API does not show what it changed", "warning"), indent=2)]
    if first and not options.verbose:
        size = wording.counted(len(revision.fields), "field")
        return [*lines, line((f"the first: {size}", "quiet"), indent=2)]
    if not revision.fields:
        said = "nothing that agentsync compares changed"
        return [*lines, line((said, "quiet"), indent=2)]
    return [*lines, *_fields(revision, options)]


def _title(revision: Revision, options: RenderOptions) -> list[Line]:
    at = f"{wording.moment(revision.at)} UTC" if revision.at else "at an unknown time"
    facts: list[Piece] = [(at, "")]
    if revision.author:
        facts.append((f"  {visible(revision.author)}", ""))
    if revision.current:
        facts.append(("  current", "good"))
    if options.verbose:
        # A line of its own: the token is as long as a row has room for.
        return [line((visible(revision.token), "token")), line(*facts, indent=2)]
    return [line((visible(revision.token[:SHORT_REVISION]), "token"), "  ", *facts, hang=4)]


def _known(revision: Revision, options: RenderOptions) -> Iterator[Line]:
    """Whose doing it was, as far as the marker and git know it."""
    size = None if options.verbose else SHORT_REVISION
    applied = wording.applied(revision.applied) if revision.applied else ""
    same = f"same as commit {revision.commit[:size]}" if revision.commit else ""
    if revision.applied and revision.commit == revision.applied.commit:
        same = ""
    if known := joined(applied, same):
        yield line((known, "adopt"), indent=2)


def _fields(revision: Revision, options: RenderOptions) -> Iterator[Line]:
    # One line more takes no more room than to say that it is missing.
    every = revision.fields
    kept = every if options.verbose or len(every) <= _MOST + 1 else every[:_MOST]
    yield from field_lines(kept, View.of(options, brief=True))
    if more := len(every) - len(kept):
        yield line((f"… {wording.counted(more, 'more field')}", "cut"), indent=2)
