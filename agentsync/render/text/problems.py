"""What stood in the way, with agents that have the same problem told of together."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from agentsync.errors import StaleError
from agentsync.model import Problem, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.visible import visible

_NAMED: Final = 5
_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_ANY_ID: Final = "<id>"
_STALE: Final = StaleError.code
# Stands for the request in a message while messages are compared; no message holds it.
_REQUEST: Final = "\0request\0"


def problem_sections(report: Report, options: RenderOptions) -> Iterator[list[Line]]:
    """The problems in their order; those that only differ in the agent are one entry.

    Verbose tells of each on its own, with its own ids.
    """
    failed = wording.failed(report)

    def word(problem: Problem) -> str:
        if problem.address in failed:
            return "failed"
        return _STALE if problem.code == _STALE else "problem"

    yield from told(((word(problem), problem) for problem in report.problems), options)


def told(problems: Iterable[tuple[str, Problem]], options: RenderOptions) -> Iterator[list[Line]]:
    """An entry for each kind of problem, begun by the word that comes with it."""
    groups: dict[tuple[str, tuple[object, ...]], list[Problem]] = {}
    for number, (word, problem) in enumerate(problems):
        alike = (options.verbose and number, *_kind(problem))
        groups.setdefault((word, alike), []).append(problem)
    for (word, _), group in groups.items():
        yield _entry(group, word)


def _kind(problem: Problem) -> tuple[object, ...]:
    """What problems that are told of together have in common."""
    hint = _ID.sub(_ANY_ID, problem.hint)
    method = problem.request.partition(" ")[0]
    return problem.code, _pattern(problem), hint, bool(problem.address), method


def _pattern(problem: Problem) -> str:
    """The message without what is different for each agent: its id, and the path it is in."""
    said = problem.message
    said = said.replace(problem.request, _REQUEST) if problem.request else said
    return _ID.sub(_ANY_ID, said)


def _entry(group: Sequence[Problem], word: str) -> list[Line]:
    first = group[0]
    request = _shared_request([problem.request for problem in group])
    message = _pattern(first).replace(_REQUEST, request)
    if len({problem.message for problem in group}) == 1:
        message = first.message
    hint = first.hint
    if len({problem.hint for problem in group}) > 1:
        hint = _ID.sub(_ANY_ID, hint)
    said: tuple[Piece, ...] = (
        (visible(message), ""),
        (f" [{visible(first.code)}]" if first.code != word else "", "quiet"),
    )
    if first.address:
        lines = [line((f"! {word} ", "error"), *_names(group)), line(*said, indent=2)]
    else:
        lines = [line(("error: ", "error"), *said)]
    if request and request not in message:
        lines.append(line((visible(request), "quiet"), indent=2))
    if hint:
        lines.append(line((visible(hint), "hint"), indent=2))
    return lines


def _names(group: Sequence[Problem]) -> Iterator[Piece]:
    """The first agents of the group, and how many more there are."""
    names = list(dict.fromkeys(visible(problem.address) for problem in group))
    shown = names[:_NAMED]
    yield ", ".join(shown), "title"
    if more := len(names) - len(shown):
        yield f" … and {more} more", "cut"


def _shared_request(requests: Sequence[str]) -> str:
    """The one request that was made, `<id>` for what is not the same in all of them."""
    if len(set(requests)) == 1:
        return requests[0]
    parts = zip_longest(*(request.split("/") for request in requests))
    return "/".join(each[0] if len(set(each)) == 1 else _ANY_ID for each in parts)
