"""What became of each agent when the plan was applied, and what was checked about it."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import Action, Change, Outcome, Plan, Status
from agentsync.render import wording
from agentsync.render.html.markup import Markup, joined, tag, when
from agentsync.render.html.overviews import agent_row, overview, titled
from agentsync.render.html.page import Page
from agentsync.render.html.signs import outcome_chip
from agentsync.render.html.tables import cell
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION

_HEADS: Final = ("outcome", "agent", "written", "verified", "revision", "reason")
_PARTLY: Final = "a write was, or may have been, accepted"


def receipt_overview(page: Page, plan: Plan) -> Markup:
    """A row for each agent's receipt."""
    # An agent that is deleted may have the address of one that is not.
    planned = {(it.address, it.action is Action.DELETE): it for it in plan.changes}
    rows = (
        _row(it, planned.get((it.address, it.action is Action.DELETE)), page)
        for it in page.report.outcomes
    )
    return overview("Receipts", _HEADS, rows)


def _row(outcome: Outcome, change: Change | None, page: Page) -> Markup:
    deleted = "delete" * (outcome.action is Action.DELETE)
    marked = change is not None and wording.kind(change) == "marker"
    kept = bool(outcome.kept)
    cells = [
        cell(outcome_chip(outcome.status, outcome.action, kept=kept, marked=marked)),
        titled(page, outcome.address, wording.unlike(outcome.name, outcome.address)),
        cell(", ".join(_written(outcome, change))),
        cell(_verified(outcome)),
        cell(_moved(outcome, page)),
        cell(*_reason(outcome)),
    ]
    calm = outcome.status is Status.UNCHANGED and not kept
    origins = " ".join(sorted({it.origin.value for it in change.fields})) if change else ""
    number = page.number(outcome.address, deleted)
    return agent_row(page, number, outcome.address, cells, calm=calm, origins=origins)


def _written(outcome: Outcome, change: Change | None) -> Iterator[str]:
    """How much was written, and how each part of it was guarded."""
    if outcome.status is not Status.APPLIED:
        return
    if change and outcome.action in (Action.UPDATE, Action.ADOPT) and change.to_apply:
        yield wording.counted(len(change.to_apply), "field")
    if outcome.action is Action.CREATE:
        return
    parts = {"files": outcome.files, "metadata": outcome.metadata}
    if outcome.files is outcome.metadata and outcome.files:
        parts = {"files and metadata": outcome.files}
    yield from (f"{part} {how.value}" for part, how in parts.items() if how)


def _verified(outcome: Outcome) -> str:
    if outcome.verified:
        return wording.counted(outcome.verified, "field")
    gone = outcome.status is Status.APPLIED and outcome.action is Action.DELETE
    return "as gone" if gone else ""


def _moved(outcome: Outcome, page: Page) -> Markup:
    """The revisions before and after, or the id of what was made or deleted."""
    size = None if page.options.verbose else SHORT_REVISION
    tokens = dict.fromkeys(it[:size] for it in (outcome.before, outcome.after) if it)
    if tokens:
        return joined((tag("code", it) for it in tokens), " → ")
    known = (outcome.agent_id or "")[: None if page.options.verbose else SHORT_ID]
    return when(known, joined(["id ", tag("code", known)]))


def _reason(outcome: Outcome) -> Iterator[Markup]:
    """What stood in the way, nothing for success."""
    if outcome.done:
        return
    said = f"{outcome.message} ({_PARTLY})" if outcome.written else outcome.message
    yield when(said, tag("p", said))
    yield when(outcome.request, tag("p", tag("code", outcome.request)))
    yield when(outcome.hint, tag("p", outcome.hint, class_="r-hint"))
