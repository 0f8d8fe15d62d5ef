"""The page of `apply` and `rollback` once it is decided: what became of each agent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from agentsync.model import Action, Outcome, Plan, Report, Status
from agentsync.render import RenderOptions, wording
from agentsync.render.markdown.agents import Agents
from agentsync.render.markdown.escape import code, prose
from agentsync.render.markdown.findings import finding_listing
from agentsync.render.markdown.heads import closing, counts, refusals, risks, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Listing
from agentsync.render.markdown.problems import (
    diagnostic_listing,
    problem_listing,
    stopped_listing,
)
from agentsync.render.receipt import Receipt, receipts_of
from agentsync.render.text.heads import SHORT_ID, moved

# What became of an agent, in the order in which it is counted, and the sign that stands for it.
_SIGNS: Final = {
    "created": "+",
    "updated": "~",
    "marked": "~",
    "adopted": "=",
    "deleted": "-",
    "refused": "!",
    "stale": "!",
    "failed": "!",
    "not tried": "!",
    "drifted (kept)": "*",
    "in sync": "",
}
_IDLE: Final = "Nothing to do: no field differs from that revision."
_KEPT: Final = "kept as edited outside git"


def receipt_page(report: Report, plan: Plan, options: RenderOptions) -> Page:
    """What was written and how it was guarded, what was kept, and what was not done."""
    receipts = receipts_of(report, plan)
    agents = Agents(plan, options, kept=_KEPT)
    stopped = ((it.word, it.problem) for it in receipts if not it.outcome.done)
    told = {(it.change.address, it.change.action): it.word for it in receipts if it.change}
    return Page(
        lead=(
            title(report),
            _summary(report, plan, receipts),
            risks(plan.findings),
            *_aside(report),
        ),
        listings=(
            refusals(plan, (problem.message for problem in report.problems)),
            finding_listing(report, share=0.2),
            stopped_listing(stopped, options),
            problem_listing(report, options, share=0.1),
            diagnostic_listing(report.diagnostics, share=0.1),
            _written(receipts, options),
        ),
        folded=tuple(
            agents.one(it, told[it.address, it.action])
            for it in agents.changes
            if (it.address, it.action) in told and it.fields
        ),
        closing=closing(report),
    )


def _summary(report: Report, plan: Plan, receipts: Sequence[Receipt]) -> str:
    numbers = Counter(receipt.word for receipt in receipts)
    parts = [f"{numbers[word]} {word}" for word in _SIGNS if numbers[word]]
    wrote = any(receipt.outcome.written for receipt in receipts)
    done = bool(receipts) and all(receipt.outcome.done for receipt in receipts)
    calm = done and not (report.problems or plan.refusals)
    idle = report.command == "rollback" and done and not wrote
    said = [_IDLE] if idle else [counts("", parts)] if parts else []
    said += [] if wrote else ["Nothing was written."]
    return f"{'✅' if calm else '❌'} {' '.join(said)}"


def _aside(report: Report) -> Iterator[str]:
    """What is to be known of an agent that went back, whatever became of it."""
    if report.command == "rollback" and report.plan and report.outcomes:
        for change in report.plan.changes[:3]:
            yield prose(change.reason)


def _written(receipts: Sequence[Receipt], options: RenderOptions) -> Listing:
    """A row for each agent, those in sync left out."""
    return Listing(
        heading="Agents",
        head=("", "agent", "written", "how it was guarded", "read back", "revision"),
        rows=tuple(_cells(it, options) for it in receipts if it.word != "in sync"),
        noun="agent",
        share=0.25,
    )


def _cells(receipt: Receipt, options: RenderOptions) -> tuple[str, ...]:
    outcome = receipt.outcome
    sign = _SIGNS[receipt.word]
    agent = code(outcome.address)
    if outcome.action in (Action.CREATE, Action.DELETE) and outcome.agent_id:
        agent += f" id {code(outcome.agent_id[: None if options.verbose else SHORT_ID])}"
    applied = outcome.status is Status.APPLIED
    whole = "the whole agent" if outcome.action is Action.CREATE else ""
    return (
        f"{code(sign)}\u00a0{receipt.word}" if sign else receipt.word,
        agent,
        (receipt.amount or whole) if applied else "",
        receipt.guarantees if applied else "",
        _verified(outcome) if applied else "",
        prose(moved(outcome.before, outcome.after, whole=options.verbose)[len("revision ") :]),
    )


def _verified(outcome: Outcome) -> str:
    if outcome.action is Action.DELETE:
        return "verified as gone"
    return f"{wording.counted(outcome.verified, 'field')} verified" if outcome.verified else ""
