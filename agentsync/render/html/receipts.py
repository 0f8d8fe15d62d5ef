"""What became of each agent when the plan was applied, and what was checked about it."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import Action, Outcome, Plan, Status
from agentsync.render import wording
from agentsync.render.html.markup import Markup, joined, tag, when
from agentsync.render.html.overviews import agent_row, overview, titled
from agentsync.render.html.page import Page
from agentsync.render.html.signs import outcome_chip
from agentsync.render.html.tables import cell
from agentsync.render.receipt import Receipt, receipts_of
from agentsync.render.text.heads import SHORT_ID, SHORT_REVISION

_HEADS: Final = ("outcome", "agent", "written", "verified", "revision", "reason")
_PARTLY: Final = "a write was, or may have been, accepted"


def receipt_overview(page: Page, plan: Plan) -> Markup:
    """A row for each agent's receipt."""
    rows = (_row(receipt, page) for receipt in receipts_of(page.report, plan))
    return overview("Receipts", _HEADS, rows)


def _row(receipt: Receipt, page: Page) -> Markup:
    outcome, change = receipt.outcome, receipt.change
    deleted = "delete" * (outcome.action is Action.DELETE)
    applied = outcome.status is Status.APPLIED
    written = (receipt.amount, receipt.guarantees) if applied else ()
    cells = [
        cell(outcome_chip(receipt.word)),
        titled(page, outcome.address, wording.unlike(outcome.name, outcome.address)),
        cell(", ".join(filter(None, written))),
        cell(_verified(outcome)),
        cell(_moved(outcome, page)),
        cell(*_reason(outcome)),
    ]
    calm = receipt.word == "in sync"
    origins = " ".join(sorted({it.origin.value for it in change.fields})) if change else ""
    number = page.number(outcome.address, deleted)
    return agent_row(page, number, outcome.address, cells, calm=calm, origins=origins)


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
