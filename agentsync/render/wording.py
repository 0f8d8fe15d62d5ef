"""The sentences that every format says the same way: numbers, summary, what to do next."""

import re
from typing import Final

from agentsync.canonical import split
from agentsync.model import Action, Change, Origin, Plan, Report, Severity
from agentsync.render.visible import visible

UNKNOWN_ORIGIN: Final = "origin: unknown (never applied by agentsync)"

_TO_DO: Final = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.ADOPT: "to adopt",
    Action.DELETE: "to delete",
}
_IN_QUOTES: Final = re.compile(r'[/"\s]')

SIGNS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.ADOPT: "=",
    Action.DELETE: "-",
    Action.NO_OP: " ",
}
"""Action → the sign that stands for it."""


def counted(number: int, noun: str) -> str:
    """`1 agent`, `2 agents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(report: Report, plan: Plan) -> list[tuple[str, str]]:
    """What a plan comes to, as texts with the name of what each counts; empty for nothing at all.

    Shape: the names are those of actions, `failed` and `untried`.
    """
    counts = plan.counts()
    parts = [
        (f"{counts[action]} {words}", action.value)
        for action, words in _TO_DO.items()
        if counts[action]
    ]
    if counts[Action.NO_OP]:
        parts.append((f"{counts[Action.NO_OP]} in sync", Action.NO_OP.value))
    if number := len(failed(report)):
        parts.append((f"{number} failed", "failed"))
    if number := _missing(report) - number:
        parts.append((f"{number} not tried", "untried"))
    return parts


def nothing_to_do(report: Report) -> str:
    """The sentence for a plan that is complete and changes nothing, "" for any other."""
    plan = report.plan
    if plan is None or plan.differs or report.problems or errors(report):
        return ""
    number = len(plan.changes)
    if not number and not report.checked:
        return "There is no agent in this part of the project: nothing was compared."
    what = "differences" if report.command == "diff" else "changes"
    return f"No {what}. {counted(number, 'agent')} {'is' if number == 1 else 'are'} in sync."


def errors(report: Report) -> int:
    """How many of the diagnostics are errors."""
    return sum(item.severity is Severity.ERROR for item in report.diagnostics)


def verdict(report: Report) -> str:
    """How many errors and warnings the files have, and in how many agents they were looked for."""
    bad = errors(report)
    warnings = len(report.diagnostics) - bad
    parts = [counted(bad, "error")] if bad else []
    parts += [counted(warnings, "warning")] if warnings else []
    if parts:
        where = f" in {counted(report.checked, 'agent')}" if report.checked else ""
        return ", ".join(parts) + where
    return f"{counted(report.checked, 'agent')} {'is' if report.checked == 1 else 'are'} valid"


def failed(report: Report) -> frozenset[str]:
    """The addresses of the agents that could not be compared, as far as a problem names them."""
    return _in_trouble(report) - _compared(report)


def _in_trouble(report: Report) -> frozenset[str]:
    return frozenset(problem.address for problem in report.problems if problem.address)


def _compared(report: Report) -> frozenset[str]:
    changes = report.plan.changes if report.plan else ()
    return frozenset(change.address for change in changes)


def _missing(report: Report) -> int:
    """How many agents were not compared: those that failed, and those that were not tried."""
    untold = report.checked - len(_compared(report)) if report.plan and report.problems else 0
    return max(untold, len(failed(report)))


def origin_known(plan: Plan) -> bool:
    """Whether agentsync can say of any differing field who changed it."""
    return any(
        item.origin is not Origin.UNKNOWN for change in plan.changes for item in change.fields
    )


def common_origin(change: Change) -> Origin | None:
    """The origin that all differing fields of one agent share, if they do."""
    origins = {item.origin for item in change.fields}
    return origins.pop() if len(origins) == 1 else None


def other_name(change: Change) -> str:
    """The agent's name when its address does not already say it, else ""."""
    slug = "-".join("".join(c if c.isalnum() else " " for c in change.name).lower().split())
    return "" if slug == change.address.lower() else change.name


def next_steps(report: Report, cut: bool) -> list[str]:
    """What the reader may want to know or do now, one sentence each."""
    steps = []
    if number := _missing(report):
        were = "was" if number == 1 else "were"
        steps.append(f"Not complete: {counted(number, 'agent')} {were} not compared.")
    if number := len(_in_trouble(report) & _compared(report)):
        were, problems = ("was", "problem") if number == 1 else ("were", "problems")
        steps.append(
            f"{counted(number, 'agent')} {were} compared, but the {problems} above must be "
            "solved first."
        )
    if report.command == "plan" and report.plan:
        number = report.plan.counts()[Action.ADOPT]
        it = "it" if number == 1 else "each"
        if number:
            steps.append(
                f"To take over {counted(number, 'live agent')}, bind {it} with `id: <agent id>` "
                "in its agent.yaml."
            )
    if cut:
        steps.append("Texts are cut where it says so; --verbose shows them in full.")
    return steps


def place(pointer: str) -> str:
    """A JSON Pointer as people read it: segments that hold a slash or a space in quotes.

    `/tools/tools/https:~1~1t.example::search` → `/tools/tools/"https://t.example::search"`. The
    exact pointer stands in the JSON report.
    """
    if not pointer.startswith("/"):
        return visible(pointer) or '""'
    quoted = (
        part if part and not _IN_QUOTES.search(part) else f'"{part}"' for part in split(pointer)
    )
    return visible("".join(f"/{part}" for part in quoted))
