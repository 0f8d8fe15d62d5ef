"""The beginning of every page about a plan: which project, against what, and what it comes to."""

from collections.abc import Iterable
from typing import Final

from agentsync.model import AgentPatch, Change, Plan
from agentsync.render import wording
from agentsync.render.text.page import Line, Piece, line
from agentsync.render.visible import visible

SHORT_ID: Final = 8
SHORT_REVISION: Final = 12
"""Characters of an id and of a revision token that are shown where space is short."""


def head(plan: Plan, title: str) -> list[Line]:
    """Which project, against what."""
    target = f", target {plan.target}" if plan.target else ""
    commit = plan.commit and f"commit {plan.commit[:SHORT_REVISION]}"
    facts = [plan.provider, plan.endpoint, commit]
    return [
        line((visible(f"{title}: {plan.project}{target}"), "title")),
        line((visible(" · ".join(filter(None, facts))), "quiet")),
    ]


def refused_whole(plan: Plan, told: Iterable[str] = ()) -> list[Line]:
    """Why apply does nothing of the plan at all; empty when it may, or when all of it is told."""
    known = set(told)
    sentences = [line(visible(item), indent=2) for item in plan.refusals if item not in known]
    title = line(("! refused: apply does nothing of this plan", "error"))
    return [title, *sentences] if sentences else []


def counts(parts: Iterable[Piece]) -> list[Line]:
    """What the page comes to on one line, empty for nothing."""
    pieces: list[Piece] = []
    for part in parts:
        pieces += [(", ", "")] if pieces else []
        pieces.append(part)
    return [line(*pieces)] if pieces else []


def titled(change: Change | AgentPatch, sign: Piece, *more: Piece) -> Line:
    """The line that begins what is said of one agent."""
    name = wording.other_name(change)
    return line(
        sign,
        (visible(change.address), "title"),
        (f" ({visible(name)})" if name else "", ""),
        *more,
    )


def joined(*facts: str) -> str:
    """What is known of an agent, those facts that there are."""
    return visible(" · ".join(filter(None, facts)))


def agent_token(change: Change | AgentPatch, *, whole: bool = False) -> str:
    """`id 5f0c7a1e`, "" when there is no live agent."""
    known = change.agent_id or ""
    return f"id {known if whole else known[:SHORT_ID]}" if known else ""


def moved(before: str, after: str, *, whole: bool = False) -> str:
    """`revision 1a2b → 3c4d`, as far as the tokens are known and differ."""
    size = None if whole else SHORT_REVISION
    tokens = dict.fromkeys(token for token in (before, after) if token)
    return f"revision {' → '.join(token[:size] for token in tokens)}" if tokens else ""


def revision_token(change: Change, *, whole: bool = False) -> str:
    """`live revision 1a2b3c4d5e6f`, "" when the API gave none."""
    known = change.revision
    return f"live revision {known if whole else known[:SHORT_REVISION]}" if known else ""
