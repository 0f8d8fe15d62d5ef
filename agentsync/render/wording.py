"""The sentences that every format says the same way: numbers, summaries, moments, origins."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from agentsync.canonical import split
from agentsync.errors import ExitCode
from agentsync.model import (
    Action,
    AgentPatch,
    Change,
    Effect,
    LastApply,
    Origin,
    Plan,
    Report,
    Severity,
    State,
)
from agentsync.render.visible import visible

UNKNOWN_ORIGIN: Final = "origin: unknown (never applied by agentsync)"

_TO_DO: Final = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.ADOPT: "to adopt",
    Action.DELETE: "to delete",
}
_IN_QUOTES: Final = re.compile(r'[/"\s]')
_COMMIT: Final = 12

SIGNS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.ADOPT: "=",
    Action.DELETE: "-",
    Action.NO_OP: " ",
}
"""Action → the sign that stands for it."""

_ROLES: Final = {
    Origin.GIT: "quiet",
    Origin.LIVE: "warning",
    Origin.BOTH: "error",
    Origin.UNKNOWN: "quiet",
}
# What apply does to somebody's edit must not look like any other change.
_TO_EDITS: Final = {
    (Origin.LIVE, Effect.APPLY): ", written over",
    (Origin.BOTH, Effect.APPLY): ", git wins",
    (Origin.LIVE, Effect.KEEP): ", kept",
    (Origin.BOTH, Effect.KEEP): ", live is kept",
}


def counted(number: int, noun: str) -> str:
    """`1 agent`, `2 agents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def are(number: int) -> str:
    """The verb for that many."""
    return "is" if number == 1 else "are"


def summary(report: Report, plan: Plan) -> list[tuple[str, str]]:
    """What a plan comes to, as texts with the role of each; empty for nothing at all.

    Shape: every agent is counted once.
    """
    kinds = Counter(map(kind, plan.changes))
    parts = [
        (f"{kinds[name]} {words}", role) for name, (words, role) in _KINDS.items() if kinds[name]
    ]
    if number := len(failed(report)):
        parts.append((f"{number} failed", "error"))
    if number := missing(report) - number:
        parts.append((f"{number} not tried", "error"))
    return parts


def kind(change: Change) -> str:
    """What a plan makes of the agent: a key of the words that summaries use."""
    if change.refusals:
        return "refused"
    if change.action is Action.NO_OP and change.fields:
        return "conflict" if change.state is State.CONFLICT else "drifted"
    if change.action is Action.UPDATE and not change.to_apply:
        return "marker"
    return change.action.value


_KINDS: Final = {
    **{action.value: (words, action.value) for action, words in _TO_DO.items()},
    "marker": ("marker only", "update"),
    "refused": ("refused", "error"),
    "conflict": ("in conflict (live is kept)", "error"),
    "drifted": ("drifted (kept)", "warning"),
    "no-op": ("in sync", "quiet"),
}


def written_over(plan: Plan) -> str:
    """The sentence that says how much of somebody else's work apply replaces, "" for none."""
    edits = edits_written_over(plan)
    return f"Git wins over {edits}: what is live there is lost." if edits else ""


def edits_written_over(plan: Plan) -> str:
    """`2 edits outside git and 1 conflict`: what apply replaces of somebody else's, "" for none."""
    who = Counter(item.origin for it in plan.changes if not it.refusals for item in it.to_apply)
    parts = []
    if number := who[Origin.LIVE]:
        parts.append(f"{counted(number, 'edit')} outside git")
    if number := who[Origin.BOTH]:
        parts.append(counted(number, "conflict"))
    return " and ".join(parts)


def nothing_to_do(report: Report) -> str:
    """The sentence for a plan that is complete and changes nothing, "" for any other."""
    plan = report.plan
    if plan is None or plan.differs or report.problems or errors(report):
        return ""
    number = len(plan.changes)
    if not number:
        return nobody(report)
    what = "differences" if report.command == "diff" else "changes"
    return f"No {what}. {counted(number, 'agent')} {are(number)} in sync."


def nobody(report: Report) -> str:
    """The sentence for a part of the project without any agent, "" when there is one."""
    if report.checked or (report.plan and report.plan.changes):
        return ""
    return "There is no agent in this part of the project: nothing was compared."


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
    valid = f"{counted(report.checked, 'agent')} {are(report.checked)} valid"
    # The exit code and the text must not say two things.
    refused = report.exit_code is ExitCode.REFUSED and bool(report.findings)
    return f"{valid}, but the policy refuses what was found (policy.fail_on)" if refused else valid


def failed(report: Report) -> frozenset[str]:
    """The addresses of the agents that could not be compared, as far as a problem names them."""
    return in_trouble(report) - compared(report)


def in_trouble(report: Report) -> frozenset[str]:
    """The addresses that a problem names."""
    return frozenset(problem.address for problem in report.problems if problem.address)


def compared(report: Report) -> frozenset[str]:
    """The addresses of the definitions that were compared."""
    changes = report.plan.changes if report.plan else ()
    return frozenset(it.address for it in changes if it.action is not Action.DELETE)


def missing(report: Report) -> int:
    """How many agents were not compared: those that failed, and those that were not tried."""
    untold = report.checked - len(compared(report)) if report.plan and report.problems else 0
    return max(untold, len(failed(report)))


def origin_known(plan: Plan) -> bool:
    """Whether agentsync can say of any differing field who changed it."""
    return any(
        item.origin is not Origin.UNKNOWN for change in plan.changes for item in change.fields
    )


def origin_said(origin: Origin, effect: Effect) -> tuple[str, str]:
    """Who made a field differ and what apply does about it, with its role."""
    if effect is Effect.REFUSE:
        return f"origin: {origin.value}, refused", "error"
    return f"origin: {origin.value}{_TO_EDITS.get((origin, effect), '')}", _ROLES[origin]


def common_origin(change: Change) -> tuple[Origin, Effect] | None:
    """The origin and effect that all fields of one agent share, but for those that are kept."""
    found = {(it.origin, it.effect) for it in change.fields if it.effect is not Effect.KEEP}
    return found.pop() if len(found) == 1 else None


def other_name(change: Change | AgentPatch) -> str:
    """The agent's name when its address does not already say it, else ""."""
    return unlike(change.name, change.address)


def unlike(name: str, address: str) -> str:
    """The name when the address does not already say it, else ""."""
    slug = "-".join("".join(c if c.isalnum() else " " for c in name).lower().split())
    return "" if slug == address.lower() else name


def moment(text: str) -> str:
    """An RFC 3339 time as `2026-11-20 14:02`, in UTC; what is no time is left as it is."""
    try:
        at = datetime.fromisoformat(text)
        return f"{at.astimezone(UTC) if at.tzinfo else at:%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return visible(text)


def applied(last: LastApply) -> str:
    """When what is in the marker was applied, and from which commit."""
    at = f"{moment(last.at)} UTC" if last.at else "at an unknown time"
    commit = f" (commit {visible(last.commit[:_COMMIT])})" if last.commit else ""
    return f"applied {at}{commit}"


def listed(names: Iterable[str], most: int = 6) -> str:
    """The first names, and how many more there are."""
    every = [visible(name) for name in names]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


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


def untold(plan: Plan) -> Iterator[tuple[str, list[Change]]]:
    """The agents that cannot have drifted, or of which nobody knows, under a sentence each."""
    rest = [change for change in plan.changes if not change.fields]
    unmarked = [it for it in rest if it.last is None and it.state is not State.MISSING]
    found = {
        "Not applied yet, so drift cannot be told": [it for it in unmarked if not it.notes],
        "Not this definition's by their markers": [it for it in rest if it.state is State.FOREIGN],
        "No live agent": [it for it in rest if it.state is State.MISSING],
    }
    yield from ((sentence, changes) for sentence, changes in found.items() if changes)
