"""The report as workflow commands: what GitHub writes beside the lines of the project's files.

A runner reads one command a line: `::error file=…,line=…,col=…,title=…::message`.
Source: GitHub's documentation of workflow commands, and the runner's own parser.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Final

from agentsync.engine.policy.catalogue import RULES
from agentsync.errors import ExitCode
from agentsync.model import (
    Action,
    AgentPatch,
    Change,
    Effect,
    FieldChange,
    Finding,
    Outcome,
    PatchStatus,
    Report,
    Risk,
    Severity,
    Span,
    Status,
)
from agentsync.render import RenderOptions
from agentsync.render.edits import edits
from agentsync.render.places import seen_from_here
from agentsync.render.visible import visible
from agentsync.render.wording import counted, listed, place

_ERROR, _WARNING, _NOTICE = "error", "warning", "notice"
_ORDER: Final = (_ERROR, _WARNING, _NOTICE)
# GitHub shows this many of each level in a step.
_MOST: Final = 10
# Characters: the runner cuts a message at 4,096 UTF-16 units, of which each takes two at most.
_LONGEST: Final = 1_800
_LONGEST_TITLE: Final = 120
# A pointer longer than this says of a tool's server what the message says already.
_SHORT_POINTER: Final = 40
# The commands that apply, or say what apply would do.
_APPLYING: Final = ("plan", "apply", "rollback")

_LEVELS: Final = {Risk.HIGH: _WARNING, Risk.MEDIUM: _WARNING, Risk.LOW: _NOTICE}
_STOPPED: Final = (PatchStatus.CONFLICT, PatchStatus.REFUSED, PatchStatus.FAILED)
_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_ANY_ID: Final = "<id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """One thing to say of an agent or of a place.

    Shape: `title` and `message` are visible texts, the message of one line or more.
    """

    level: str
    title: str
    message: str
    address: str = ""
    span: Span | None = None

    @property
    def name(self) -> str:
        """Where it is, for those that are told of together."""
        return str(self.span) if self.span else self.address

    @property
    def subject(self) -> str:
        """What it is about: the agent, or the file."""
        return self.address or (self.span.path if self.span else "")


def render(report: Report, options: RenderOptions) -> str:
    """A workflow command on each line, errors first; empty when there is nothing to say."""
    groups = _grouped(_notes(seen_from_here(report)))
    groups.sort(key=lambda group: _ORDER.index(group[0].level))
    levels = groupby(groups, key=lambda group: group[0].level)
    return "".join(row for _, each in levels for row in _rows(list(each)))


def _rows(groups: Sequence[Sequence[_Note]]) -> Iterator[str]:
    """The commands of one level; the last that GitHub shows says how many it does not show."""
    shown = groups[:_MOST]
    hidden = sum(map(len, groups[_MOST:]))
    for group in shown:
        note, message = group[0], _told(group)
        if hidden and group is shown[-1]:
            message += f"\n… and {counted(hidden, f'more {note.level}')} that GitHub does not show"
        properties = _properties(note)
        yield f"::{note.level}{properties and f' {properties}'}::{_data(message)}\n"


def _told(group: Sequence[_Note]) -> str:
    """What is said of all of the group, and of whom else."""
    first = group[0]
    alike = len({note.message for note in group}) == 1
    message = first.message if alike else _ID.sub(_ANY_ID, first.message)
    said = _cut(f"{visible(first.address)}: {message}" if first.address else message, _LONGEST)
    if len(group) == 1:
        return said
    names = [name for note in group[1:] if (name := note.name)]
    where = f": {_cut(listed(dict.fromkeys(names)), _LONGEST // 10)}" if names else ""
    return f"{said}\nThe same of {len(group) - 1} more{where}"


def _grouped(notes: Iterable[_Note]) -> list[list[_Note]]:
    """Those that differ only in whom they are about, and in the ids of that, are one group.

    What is said of several places of one agent stays at each of them.
    """
    groups: dict[tuple[int, str, str, str], list[_Note]] = {}
    told: Counter[tuple[str, str, str, str]] = Counter()
    for note in notes:
        key = note.level, note.title, _ID.sub(_ANY_ID, note.message)
        groups.setdefault((told[note.subject, *key], *key), []).append(note)
        told[note.subject, *key] += note.span is not None
    return list(groups.values())


def _properties(note: _Note) -> str:
    values = {"title": _cut(note.title.strip(), _LONGEST_TITLE)}
    if note.span:
        numbers = {"line": note.span.line, "col": note.span.column}
        within = {name: str(number) for name, number in numbers.items() if number}
        values = {"file": visible(note.span.path), **within, **values}
    pairs = (f"{name}={_property(value)}" for name, value in values.items() if value)
    return ",".join(pairs)


def _data(text: str) -> str:
    """A message as the runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property's value likewise: it ends at a comma, all of them at two colons."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, map(visible, texts)))


def _notes(report: Report) -> Iterator[_Note]:
    """All there is to say, in the order in which a reader wants to know it."""
    yield from _findings(report)
    for edit in edits(report):
        title = "Conflict" if edit.conflict else "Edited outside git"
        level = _ERROR if edit.conflict and not edit.pointer else _WARNING
        yield _Note(
            level=level, title=title, message=edit.message, address=edit.address, span=edit.span
        )
    for item in report.diagnostics:
        yield _Note(
            level=_ERROR if item.severity is Severity.ERROR else _WARNING,
            title=visible(item.code),
            message=_lines(item.message, item.hint),
            span=item.span,
        )
    yield from _refusals(report)
    yield from _failures(report)


def _findings(report: Report) -> Iterator[_Note]:
    """What rules say of what the command does: of a pull, what they say of what comes home."""
    if report.command not in ("pull", "import"):
        for item in report.all_findings:
            yield _finding(item, _ERROR if _refuses(report, item) else _LEVELS[item.severity])
    for patch in report.patches:
        spans = {item.pointer: item.span for item in (*patch.undecided, *patch.fields)}
        for item in patch.findings:
            placed = item if item.span else replace(item, span=spans.get(item.pointer))
            yield _finding(placed, _LEVELS[item.severity])


def _finding(item: Finding, level: str) -> _Note:
    rule = RULES.get(item.rule)
    where = f" ({place(item.pointer)})" if 0 < len(item.pointer) <= _SHORT_POINTER else ""
    reason = rule.reason if rule else ""
    return _Note(
        level=level,
        title=f"{item.severity.value}: {visible(item.rule)}",
        message=_lines(f"{item.message}{where}", item.note, reason),
        address=item.address,
        span=item.span,
    )


def _refuses(report: Report, item: Finding) -> bool:
    """Whether the finding is why something was refused."""
    if report.plan:
        return report.plan.policy.refuses(item)
    # `validate` does not say from which risk on it refuses: only of the greatest it is sure.
    greatest = report.all_findings[0].severity
    return report.exit_code is ExitCode.REFUSED and item.severity is greatest


def _refusals(report: Report) -> Iterator[_Note]:
    """Why apply will do nothing of the plan, or of one agent; an outcome says it itself."""
    if not report.plan or report.outcomes or report.command not in _APPLYING:
        return
    known = {problem.message for problem in report.problems}
    for text in report.plan.refusals:
        if text not in known:
            yield _Note(level=_ERROR, title="Plan refused", message=visible(text))
    for change in report.plan.changes:
        for text in change.refusals:
            yield _Note(
                level=_WARNING,
                title="Refused",
                message=visible(text),
                address=change.address,
                span=_first_span(change.fields),
            )


def _failures(report: Report) -> Iterator[_Note]:
    """What stood in the way, of the command or of one agent."""
    for problem in report.problems:
        yield _Note(
            level=_ERROR,
            title=visible(problem.code),
            message=_lines(problem.message, problem.hint),
            address=problem.address,
        )
    # An agent that is deleted may have the address of one that is not.
    changes = report.plan.changes if report.plan else ()
    planned = {(it.address, it.action is Action.DELETE): it for it in changes}
    for outcome in report.outcomes:
        if not outcome.done:
            at = (outcome.address, outcome.action is Action.DELETE)
            yield _outcome(outcome, planned.get(at))
    yield from (_patch(report.command, it) for it in report.patches if it.status in _STOPPED)


def _outcome(outcome: Outcome, change: Change | None) -> _Note:
    partly = "a write was, or may have been, accepted" if outcome.written else ""
    untried = outcome.status is Status.UNTRIED
    return _Note(
        level=_ERROR,
        title="Not tried" if untried else f"Not applied: {outcome.status.value}",
        message=_lines(outcome.message, partly, outcome.hint),
        address=outcome.address,
        span=_first_span(change.fields) if change else None,
    )


def _patch(command: str, patch: AgentPatch) -> _Note:
    fields = sorted(patch.undecided + patch.fields, key=attrgetter("pointer"))
    return _Note(
        level=_ERROR,
        title=f"{visible(command)}: {patch.status.value}",
        message=_lines(patch.message, patch.hint),
        address=patch.address,
        span=patch.clashes[0] if patch.clashes else _first_span(fields),
    )


def _first_span(fields: Iterable[FieldChange]) -> Span | None:
    """Where git first mentions what somebody has to decide, or else any of the fields."""
    placed = [item for item in fields if item.span]
    decisive = [item for item in placed if item.effect is Effect.REFUSE]
    return (decisive or placed)[0].span if placed else None
